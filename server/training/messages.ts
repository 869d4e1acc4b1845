/** Messages between the server and its training child, over Node's IPC channel with structured clones. */
import type { SerializedError } from "../platform/processes/serialized-error.ts";
import type { StyleProgress } from "./style/train-style.ts";
import type { TrainedTranslation, TrainTranslationOptions } from "./train-translation.ts";

/** The options of `trainTranslation` that can be sent. */
export type TrainingOrder = Omit<TrainTranslationOptions, "signal" | "onProgress"> & {
  /** A pack with a flow between styles, on which the style is learned instead. */
  readonly style?: {
    readonly basePack: string;
    /** False: only if the examples are drawings of one ink. */
    readonly isRequested: boolean;
  };
};

export interface TrainingPreview {
  readonly caption: string;
  readonly sizePx: number;
  readonly png: Uint8Array;
}

export type TrainingNews = Omit<StyleProgress, "preview"> & { readonly preview?: readonly TrainingPreview[] };

export type ToTrainer =
  | { readonly type: "train"; readonly order: TrainingOrder }
  /** Answers `ready-to-publish`: from here on the training can't be cancelled, until it says that it has published. */
  | { readonly type: "publish" }
  /** Write the checkpoint and end. */
  | { readonly type: "stop" };

/** The child exits after `done` or `failed`. */
export type FromTrainer =
  /** Sent every other second, because a stage may report nothing for a while. A child that hangs does not send it. */
  | { readonly type: "alive" }
  | { readonly type: "progress"; readonly news: TrainingNews }
  /** Sent once, before all other progress: whether the style is learned on `order.style`. */
  | { readonly type: "begins"; readonly isStyle: boolean }
  | { readonly type: "ready-to-publish" }
  | { readonly type: "done"; readonly trained: TrainedTranslation }
  | { readonly type: "failed"; readonly fault: SerializedError };
