/**
 * The base pack's drawings in the style of a folder's images, as an interface: encode/ requests them, transfer/ makes them.
 */
import type { TrainingSet } from "../../flow/training-set.ts";
import type { IndexEntry } from "../../retrieval/index-file.ts";
import type { SetCondition } from "./pack-experts.ts";

/** The images that were transferred. */
export interface TransferredImages {
  /** Label and style of each row. */
  readonly entries: readonly IndexEntry[];
  /** Similarity of each base style to the folder's images: cosines summed over the depths of image experts. */
  readonly similarity: readonly number[];
}

export interface TransferOptions {
  /** Cores for decoding; 0 = all. */
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  /** Awaited. */
  readonly onProgress?: ((done: number) => void | Promise<void>) | undefined;
}

export interface DrawingsSource {
  readonly count: number;
  /** Captions of all drawings, without duplicates. */
  readonly captions: readonly string[];
  /** Identifies the sources of the drawings: equal keys give equal drawings. */
  readonly key: string;
  /**
   * Writes the drawings as an image set, captioned with the names of their labels.
   * @param own the encoded images of the folder
   * @param conditions the experts that encoded them
   * @throws AppError `storage_full`, `pack_corrupt`, the signal's reason
   */
  write(
    folder: string,
    own: TrainingSet,
    conditions: readonly SetCondition[],
    options: TransferOptions,
  ): Promise<TransferredImages>;
}
