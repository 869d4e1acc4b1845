/** The manifest of the pack `super-resolution`: from what export_upscaler.py and train-flows.mts left in its folder, with digests of every file. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readDraft } from "../../manifest/read-manifest.ts";
import type { UpscalerEntry } from "../../manifest/upscaler-entry.ts";
import { writeManifest as writePackManifest } from "../../packs/publish.ts";

const readJson = async (path: string) => JSON.parse(await readFile(path, "utf8"));

/** The upscaler as the manifest will name it. */
export async function declareUpscaler(pack: string): Promise<UpscalerEntry> {
  const stages = await Promise.all(
    [1, 2].map(async (stage) => {
      const about = await readJson(join(pack, `stage-${stage}/about.json`)).catch(() => ({}));
      return {
        network: `stage-${stage}/network.onnx`,
        flow: `stage-${stage}/flow.onnx`,
        featureDims: about.featureDims ?? 1,
        marginPx: about.marginPx ?? 0,
        ...(about.detailsMarginPx === undefined
          ? {}
          : { details: { graph: `stage-${stage}/details.onnx`, marginPx: about.detailsMarginPx } }),
      };
    }),
  );
  const projection = (scale: 2 | 4) => ({ graph: `consistency-${scale}.onnx`, marginPx: 12 });
  return {
    label: "Upscale photos, screenshots and drawings",
    stages,
    consistency: { 2: projection(2), 4: projection(4) },
    metrics: {},
  };
}

const capitalised = (name: string): string => name.replace(/^./, (first) => first.toUpperCase());

/** The upscaler with what its trainings measured. */
async function describeTrained(pack: string): Promise<UpscalerEntry> {
  const metrics: Record<string, number> = {};
  for (const stage of [1, 2]) {
    const about = await readJson(join(pack, `stage-${stage}/about.json`));
    for (const name of ["heldOutPsnrDb", "float32PsnrDb", "answerPatches"])
      if (about[name] !== undefined) metrics[`stage${stage}${capitalised(name)}`] = about[name];
    for (const [name, value] of Object.entries(await readJson(join(pack, `stage-${stage}/metrics.json`))))
      metrics[`stage${stage}${capitalised(name)}`] = Number(value);
  }
  return { ...(await declareUpscaler(pack)), metrics };
}

/**
 * Writes manifest.json, last, so that a pack that is half made has none of these files. Without what trainings leave, in the pack as it is
 * kept, the upscaler stays as it was described and digests alone are taken anew.
 */
export async function writeManifest(pack: string): Promise<void> {
  const isTrained = existsSync(join(pack, "stage-1/about.json"));
  const upscaler = isTrained ? await describeTrained(pack) : (await readDraft(pack)).upscaler!;
  const ours = { licence: "MIT", source: "trained by server/pretrain/super-resolution" };
  await writePackManifest(pack, {
    format: 1,
    id: "super-resolution",
    version: "0.5.0",
    label: "Super-resolution",
    licence: "MIT",
    parts: [
      { name: "Φ and projections of ×2 stages", ...ours },
      { name: "τ of ×2 stages", ...ours },
      ...(upscaler.stages.some(({ details }) => details) ? [{ name: "Ψ of ×2 stages", ...ours }] : []),
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
