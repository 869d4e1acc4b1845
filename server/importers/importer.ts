/** What an importer is: it knows one layout of checkpoints, and says which networks and declarations come of it. */
import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import type { Declaration } from "../manifest/declared-manifest.ts";
import type { PublishedFlow } from "../manifest/manifest.ts";
import type { NetworkFile } from "./write-networks.ts";

export interface ImportOptions {
  /** Stem of the names of files: `<name>.onnx`, `<name>.bin`. */
  readonly name: string;
  /** Folder of the checkpoint, where a sentence encoder's configuration and tokenizer lie. */
  readonly folder: string;
  /** Of BigGAN-deep: which truncation's statistics are taken, 0 to 1. */
  readonly truncation: number;
  /** Side of images in pixels, of networks that take any. */
  readonly imageSizePx?: number | undefined;
  /** The value that a condition is read from, of networks with many. */
  readonly layer?: string | undefined;
}

export interface Imported {
  readonly networks: readonly NetworkFile[];
  /** By the name of a variant; the first is the one to begin with. Flows have none: they are no experts. */
  readonly declarations: Readonly<Record<string, Declaration>>;
  /** Files of a flow, in both directions. */
  readonly flow?: PublishedFlow;
  /** Files that are copied beside the networks: `from` a path, `to` a name. */
  readonly copies?: ReadonlyArray<{ readonly from: string; readonly to: string }>;
  /** What someone who uses it should know. */
  readonly notes: readonly string[];
  /** Tensors of the network that were not used. */
  readonly unused: readonly string[];
}

export interface Importer {
  readonly summary: string;
  /** Whether a checkpoint is of this layout. */
  fits(checkpoint: Checkpoint): boolean;
  /** @throws AppError `pack_corrupt` naming the tensor that is missing or has another shape */
  build(checkpoint: Checkpoint, options: ImportOptions): Promise<Imported>;
}

/** The file that holds the weights of an import. */
export const weightsFileOf = ({ name }: Pick<ImportOptions, "name">): string => `${name}.bin`;
