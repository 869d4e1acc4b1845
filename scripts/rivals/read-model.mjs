/**
 * Reads a Keras layers model of TensorFlow.js from its npm package: topology, and weights by name. Nothing of the package is run but
 * what this reads; what its own code says of ranges and layers (packages/shared/src/esrgan of thekevinscott/UpscalerJS) is in `rivals`.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** `range`: what white is in the numbers of the network. */
export const rivals = {
  "esrgan-medium": { package: "@upscalerjs/esrgan-medium", range: 255 },
  "esrgan-thick": { package: "@upscalerjs/esrgan-thick", range: 1 },
};

const modules = fileURLToPath(new URL("node_modules/", import.meta.url));

/** @returns topology as the file has it, specs of the weights and their bytes in the specs' order */
export async function readModel(rival, scale) {
  const folder = join(modules, rivals[rival].package, "models", `x${scale}`);
  const { modelTopology, weightsManifest } = JSON.parse(await readFile(join(folder, "model.json"), "utf8"));
  const parts = [];
  for (const path of weightsManifest.flatMap(({ paths }) => paths)) parts.push(await readFile(join(folder, path)));
  const bytes = Buffer.concat(parts);
  return {
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  };
}
