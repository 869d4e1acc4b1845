/** `tau evaluate` for a pack with a flow between styles: measures it as the server uses it, on rendered styles, and returns the report. */
import { dirname, join, relative } from "node:path";
import type { Report } from "../../../evaluation/report.ts";
import { evaluateStyles } from "../../../evaluation/styles/evaluate-styles.ts";
import { pretrainHome } from "../../../evaluation/upscaling/pictures.ts";
import { createInferenceClient } from "../../../inference/client.ts";
import { type CatalogueEntry, packsHome } from "../../../packs/catalogue.ts";

/** A busy machine may take long for what is timed, and the rest of the report should not be lost. */
const deadlineMs = 1_800_000;

export interface StylesFlags {
  readonly entry: CatalogueEntry;
  /** Folder of rendered styles; absent = where pre-training renders them. */
  readonly set?: string | undefined;
  readonly only?: readonly string[] | undefined;
  readonly limit: number;
  readonly seed: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  onProgress(text: string): void;
}

export function evaluateStylesPack(flags: StylesFlags): Promise<Report> {
  const { entry, set, limit, seed, threads, ...others } = flags;
  return evaluateStyles({
    ...others,
    entry,
    packsDir: packsHome(),
    set: set ?? relative("", join(pretrainHome(), ".cache/styles")),
    lpips: join(pretrainHome(), ".cache/super-resolution/lpips-alexnet.onnx"),
    settings: { seed, limit },
    threads,
    openClient: (packIds) =>
      createInferenceClient({
        packsDir: packsHome(),
        userPacksDir: dirname(entry.folder),
        packIds,
        threads,
        deadlineMs,
      }),
  });
}
