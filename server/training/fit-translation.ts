/**
 * Fits a user's translation from its start or from fresh weights. After each evaluation it writes the records and draws a
 * preview of some held-out captions.
 */
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import type { FittedFlow } from "../flow/fitted-flow.ts";
import type { TrainProgress } from "../flow/trainer.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import type { SetExperts } from "./encode/pack-experts.ts";
import { fitFlow, freshWeights } from "./fit-flow.ts";
import { createPreview, type PreviewImage } from "./preview.ts";
import type { RunRecords } from "./run-records.ts";
import type { FlowStart } from "./select-initial-weights.ts";
import type { TranslationSettings } from "./translation-settings.ts";

export type CaptionedPreview = PreviewImage & { readonly caption: string };

export interface TranslationRun {
  readonly set: TrainingSet;
  /** The main caption of each row. */
  readonly captions: readonly string[];
  readonly experts: SetExperts;
  readonly start: FlowStart;
  readonly records: RunRecords;
  /** Folder of the checkpoint. */
  readonly folder: string;
  /** Conditions given in measurements. */
  readonly measured: readonly string[];
}

export interface FitTranslationOptions {
  readonly settings: TranslationSettings;
  readonly threads: number;
  readonly isFromScratch: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Awaited after each evaluation; absent = no preview is drawn. */
  readonly onEvaluation?:
    | ((progress: TrainProgress, preview: readonly CaptionedPreview[]) => void | Promise<void>)
    | undefined;
}

/** @throws AppError `cancelled` when the signal stopped it, after writing the checkpoint */
export async function fitTranslation(
  { set, captions, experts, start, records, folder, measured }: TranslationRun,
  { settings, threads, isFromScratch, signal, onEvaluation }: FitTranslationOptions,
): Promise<FittedFlow> {
  const weights = isFromScratch ? freshWeights(set, settings.seed) : start.weights;
  const preview = onEvaluation && (await createPreview(weights.architecture, set, experts.target, measured, threads));
  try {
    const fitted = await fitFlow(
      set,
      {
        ...settings,
        threads,
        measured,
        checkpoint: join(folder, "checkpoint.safetensors"),
        ...(signal && { signal }),
        async onProgress(progress, averages) {
          const { step, trainNats, heldOutNats, bestStep } = progress;
          await records.add({ step, trainNats, heldOutNats }, bestStep);
          if (!preview) return;
          const images = await preview.draw(averages);
          await onEvaluation(
            progress,
            images.map((image, index) => ({ ...image, caption: captions[preview.rows[index]!]! })),
          );
        },
      },
      weights,
    );
    if (fitted.reason === "cancelled") throw new AppError("cancelled", `stopped at step ${fitted.stepsDone}`);
    return fitted;
  } finally {
    await preview?.dispose();
  }
}
