/**
 * What a folder's training set takes from elsewhere: drawings of the base pack, made to look like the folder's images. Encoding asks for
 * them through this interface; training/transfer makes them.
 */
import type { TrainingSet } from "../../flow/training-set.ts";
import type { IndexEntry } from "../../retrieval/index-file.ts";
import type { SetCondition } from "./pack-experts.ts";

/** What has been laid. */
export interface TransferredImages {
  /** Label and style of each row. */
  readonly entries: readonly IndexEntry[];
  /** How like the folder's images those of each style of the base look: the sum of a cosine over depths of image experts. */
  readonly likeness: readonly number[];
}

export interface TransferOptions {
  /** Cores that decode; 0 = all. */
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  /** Waited for. */
  readonly onProgress?: ((done: number) => void | Promise<void>) | undefined;
}

export interface DrawingsSource {
  readonly count: number;
  /** Of all drawings, each once. */
  readonly captions: readonly string[];
  /** Names what they are made from: equal keys, equal drawings. */
  readonly key: string;
  /**
   * Writes them as an image set, row after row, captioned with the names of their labels.
   * @param own the folder's images, encoded
   * @param conditions that encoded them
   * @throws AppError `storage_full`, `pack_corrupt`, the signal's reason
   */
  write(
    folder: string,
    own: TrainingSet,
    conditions: readonly SetCondition[],
    options: TransferOptions,
  ): Promise<TransferredImages>;
}
