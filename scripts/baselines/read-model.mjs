/**
 * Reads a Keras layers model of TensorFlow.js from its npm package: topology, and weights by name. No code of the package runs.
 * `baselines` has the value ranges of that code (packages/shared/src/esrgan of thekevinscott/UpscalerJS).
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** `range`: the network's value of white. */
export const baselines = {
  "esrgan-medium": { package: "@upscalerjs/esrgan-medium", range: 255 },
  "esrgan-thick": { package: "@upscalerjs/esrgan-thick", range: 1 },
};

const modules = fileURLToPath(new URL("node_modules/", import.meta.url));

/** @returns topology as in the file, specs of the weights and their bytes in the order of the specs */
export async function readModel(baseline, scale) {
  const folder = join(modules, baselines[baseline].package, "models", `x${scale}`);
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
