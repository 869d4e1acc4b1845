/** Messages between the server and its training child, over Node's IPC channel with structured clones. */
import type { SerializedError } from "../platform/serialized-error.ts";
import type { TrainedTranslation, TrainTranslationOptions, TranslationProgress } from "./train-translation.ts";

/** What `trainTranslation` needs, as far as it can be sent. */
export type TrainingOrder = Omit<TrainTranslationOptions, "signal" | "onProgress">;

export interface TrainingPreview {
  readonly caption: string;
  readonly sizePx: number;
  readonly png: Uint8Array;
}

export type TrainingNews = Omit<TranslationProgress, "preview"> & { readonly preview?: readonly TrainingPreview[] };

export type ToTrainer =
  | { readonly type: "train"; readonly order: TrainingOrder }
  /** The answer to `ready-to-publish`: from here on the training can't be cancelled. */
  | { readonly type: "publish" }
  /** Write the checkpoint and end. */
  | { readonly type: "stop" };

/** `done` or `failed` is the last word of the child, which then exits. */
export type FromTrainer =
  /** Said every other second, because one stage may have no news for a while; a child that hangs can't say it. */
  | { readonly type: "alive" }
  | { readonly type: "progress"; readonly news: TrainingNews }
  | { readonly type: "ready-to-publish" }
  | { readonly type: "done"; readonly trained: TrainedTranslation }
  | { readonly type: "failed"; readonly fault: SerializedError };
