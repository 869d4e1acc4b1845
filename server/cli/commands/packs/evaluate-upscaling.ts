/**
 * `tau evaluate` for a pack with an upscaler: opens it in this process, measures it beside its baselines and returns the
 * report.
 */
import { join } from "node:path";
import { AppError } from "../../../../shared/problem.ts";
import type { UpscalingReport } from "../../../evaluation/report.ts";
import { evaluateUpscaling } from "../../../evaluation/upscaling/evaluate-upscaling.ts";
import { folderPictures, pretrainHome, statedPictures } from "../../../evaluation/upscaling/pictures.ts";
import { Catalogue, type CatalogueEntry, packsHome } from "../../../packs/catalogue.ts";
import { verifyPack } from "../../../packs/verify.ts";
import { loadUpscaler } from "../../../upscaling/load-upscaler.ts";

export interface UpscalingFlags {
  readonly entry: CatalogueEntry;
  /** Folder of pictures; absent = the stated list. */
  readonly pictures?: string | undefined;
  readonly baselines?: string | undefined;
  readonly limit: number;
  readonly only?: readonly string[] | undefined;
  readonly seed: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  onProgress(text: string): void;
}

export async function evaluateUpscalingPack(flags: UpscalingFlags): Promise<UpscalingReport> {
  const { entry, pictures, baselines, limit, only, seed, threads, signal, onProgress } = flags;
  const { folder, manifest, digest } = entry;
  const set = pictures === undefined ? await statedPictures(limit) : await folderPictures(pictures, limit);
  await verifyPack(folder, manifest);
  return evaluateUpscaling({
    pack: { id: manifest.id, version: manifest.version, digest },
    label: manifest.upscaler!.label,
    upscaler: await loadUpscaler(entry, { threads }),
    metrics: manifest.upscaler!.metrics,
    set,
    judge: await findJudge(),
    lpips: join(pretrainHome(), ".cache/super-resolution/lpips-alexnet.onnx"),
    baselines,
    pretrain: pretrainHome(),
    settings: { seed, limit },
    only,
    threads,
    signal,
    onProgress,
  });
}

/** The first shipped pack with an image expert. */
async function findJudge(): Promise<CatalogueEntry | undefined> {
  const { entries } = await Catalogue.open(packsHome());
  return entries.find(({ manifest }) => Object.values(manifest.experts).some(({ kind }) => kind === "image"));
}

/** Refuses flags that do not apply to this kind of pack. @throws AppError `config_invalid` naming the first */
export function requireFitting(
  values: Readonly<Record<string, unknown>>,
  { manifest: { id, upscaler } }: CatalogueEntry,
): void {
  const foreign = upscaler ? ["set", "translation", "temperature", "guidance", "retrieval"] : ["pictures", "baselines"];
  const found = foreign.find((flag) => values[flag] !== undefined);
  if (found === undefined) return;
  const expected = upscaler ? "no such flag for a pack that enlarges pictures" : "a pack with an upscaler";
  throw new AppError("config_invalid", `--${found}: expected ${expected}, got it for ${id}`, {
    field: `--${found}`,
    expected,
    received: id,
  });
}
