/** Wiring of trainings: what the runner needs of the other rooms, and how a new pack comes into service without a restart. */
import type { PackInfo } from "../../shared/contract/meta.ts";
import { limits } from "../../shared/limits.ts";
import type { Metrics } from "../http/metrics.ts";
import type { InferenceClient } from "../inference/protocol.ts";
import type { ResultStore } from "../jobs/blobs/result-store.ts";
import type { TrainingFolders } from "../jobs/trainings/training-folders.ts";
import {
  startTrainingRunner,
  type TrainingRunner,
  type TrainingRunnerDeps,
} from "../jobs/trainings/training-runner.ts";
import { rejectOnAbort } from "../jobs/work/attempt-loop.ts";
import type { Served } from "../packs/served-catalogue.ts";
import type { Log } from "../platform/log.ts";
import type { Config } from "./config.ts";

export type TrainingTimings = TrainingRunnerDeps["timings"];

interface TrainingParts {
  readonly config: Pick<Config, "userPacksDir" | "threads">;
  readonly trainings: TrainingRunnerDeps["queue"];
  readonly folders: TrainingFolders;
  readonly uploads: Pick<ResultStore, "place">;
  readonly inference: Pick<InferenceClient, "reload">;
  readonly served: Served;
  readonly log: Log;
  /** Absent = into the training's folder. */
  readonly savePreview?: TrainingRunnerDeps["savePreview"];
  readonly checkpoints?: TrainingRunnerDeps["checkpoints"];
  /** Called once a pack is published, before it comes into service here. Never rejects. */
  readonly onPublished?: () => Promise<void>;
  /** Aborts when the server stops: nothing comes into service then. */
  readonly stopping: AbortSignal;
  readonly metrics: Pick<Metrics, "recordTraining">;
  readonly timings?: Partial<TrainingTimings> | undefined;
}

export function startTrainings({
  config,
  trainings,
  uploads,
  served,
  timings,
  ...parts
}: TrainingParts): TrainingRunner {
  const { folders, log } = parts;
  return startTrainingRunner({
    queue: trainings,
    folders,
    savePreview: parts.savePreview ?? ((...of) => folders.savePreview(...of)),
    place: (digest, path) => uploads.place(digest, path),
    packOf: (id) => served.packOf(id),
    styleBase: () => styleBaseOf(served),
    packs: config.userPacksDir,
    threads: config.threads,
    checkpoints: parts.checkpoints,
    onFinished: parts.metrics.recordTraining,
    serve: async (name) => {
      await parts.onPublished?.();
      return serveNewPack(name, served, parts);
    },
    timings: {
      silenceMs: limits.trainingSilenceMs,
      stopGraceMs: limits.trainingStopGraceMs,
      attemptsMax: limits.attemptsMax,
      storageRetryMs: limits.trainingStorageRetryMs,
      ...timings,
    },
    log,
  });
}

/** The first pack with a flow between styles that ships; a trained style is one too, but of one style. */
function styleBaseOf(served: Served): { readonly id: string; readonly translation: string } | undefined {
  for (const { id, translations } of served.packs()) {
    const found = translations.find((one) => one.conditions.includes("drawing") && one.styleImagesMax !== undefined);
    if (found && served.isShipped(id)) return { id, translation: found.id };
  }
  return undefined;
}

/** Replaces the inference child by one that has the new pack, then offers it. */
async function serveNewPack(
  name: string,
  served: Served,
  { inference, stopping, log }: Pick<TrainingParts, "inference" | "stopping" | "log">,
): Promise<PackInfo | undefined> {
  try {
    const { leftOut } = await Promise.race([inference.reload(), rejectOnAbort(stopping)]);
    await served.reopen(leftOut);
    return served.packs().find(({ id }) => id === name);
  } catch (error) {
    if (!stopping.aborted)
      log.error({ err: error }, "a new pack could not be brought into service; the next start does");
    return undefined;
  }
}
