/**
 * What the drawings of a library look like, in lines or in fills, and the same things in the other look as their sets drew them: a style
 * of fills starts from what a designer filled, and one of lines from outlines.
 */
import { AppError } from "../../../shared/problem.ts";
import { readTensorFile, writeTensorFile } from "../../platform/files/tensor-file.ts";
import { type Blocks, blocksOf, lineAt, linesOfBlocks, startsOf } from "./library-blocks.ts";

/** Bits of a drawing's look; what has nothing to fill has both. */
export const looks = { neither: 0, lines: 1, fills: 2, both: 3 } as const;
type Look = "lines" | "fills";

export interface LooksContent extends Blocks {
  /** Of each drawing of the library, [drawings]. */
  readonly looks: Uint8Array;
  /** Drawings that are there in the other look too, in order, [others]. */
  readonly others: Float32Array;
}

/** Whole or not at all. @throws AppError `storage_full` */
export function writeLooksFile(path: string, content: LooksContent): Promise<void> {
  const { others, blockLengths, blockSize, blocks } = content;
  const signed = (bytes: Uint8Array): Int8Array => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return writeTensorFile(
    path,
    new Map([
      ["others", others],
      ["blockLengths", blockLengths],
    ]),
    { blockSize: String(blockSize) },
    new Map([
      ["looks", signed(content.looks)],
      ["blocks", signed(blocks)],
    ]),
  );
}

/** @throws AppError `pack_corrupt` when the file is missing or not of so many drawings */
export async function readLooksFile(path: string, drawings: number): Promise<LooksContent> {
  const refuse = (expected: string, got: unknown, cause?: unknown): never => {
    throw new AppError("pack_corrupt", `looks of drawings ${path}: expected ${expected}, got ${got}`, { cause });
  };
  const { metadata, tensors, bytes } = await readTensorFile(path).catch((cause: unknown) =>
    refuse("a file of looks", cause instanceof Error ? cause.message : cause, cause),
  );
  const [others, blockLengths] = [tensors.get("others"), tensors.get("blockLengths")];
  const [own, blocks] = [bytes.get("looks"), bytes.get("blocks")];
  const blockSize = Number(metadata["blockSize"]);
  if (!others || !blockLengths || !own || !blocks || !(blockSize > 0))
    return refuse("looks, others and blocks", [...tensors.keys(), ...bytes.keys()].join(", ") || "none");
  if (own.length !== drawings) refuse(`looks of ${drawings} drawings`, own.length);
  const strange = others.find((entry) => !(Number.isInteger(entry) && entry >= 0 && entry < drawings));
  if (strange !== undefined) refuse(`indices of ${drawings} drawings`, strange);
  if (blockLengths.length !== Math.ceil(others.length / blockSize))
    refuse(`blocks of ${others.length} drawings`, blockLengths.length);
  const total = blockLengths.reduce((sum, length) => sum + length, 0);
  if (total !== blocks.length) refuse(`${total} bytes of blocks`, blocks.length);
  const unsigned = ({ buffer, byteOffset, byteLength }: Int8Array): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  return { others, blockLengths, blockSize, looks: unsigned(own), blocks: unsigned(blocks) };
}

/** Of some of the drawings, in this order. */
export function pickLooks(content: LooksContent, entries: readonly number[]): LooksContent {
  const lines = linesOfBlocks(content);
  const placeOf = new Map([...content.others].map((entry, place) => [entry, place]));
  const kept = [...entries.keys()].filter((at) => placeOf.has(entries[at]!));
  return {
    looks: Uint8Array.from(entries, (entry) => content.looks[entry]!),
    others: Float32Array.from(kept),
    ...blocksOf(kept.map((at) => lines[placeOf.get(entries[at]!)!]!)),
  };
}

export class LibraryLooks {
  readonly #content: LooksContent;
  readonly #starts: Int32Array;
  /** Places of the drawings in the other look, by the library's entry. */
  readonly #places: ReadonlyMap<number, number>;

  constructor(content: LooksContent) {
    this.#content = content;
    this.#starts = startsOf(content);
    this.#places = new Map([...content.others].map((entry, place) => [entry, place]));
  }

  /** @throws AppError `pack_corrupt` when the file is missing or not of so many drawings */
  static async open(path: string, drawings: number): Promise<LibraryLooks> {
    return new LibraryLooks(await readLooksFile(path, drawings));
  }

  /** Whether a drawing is there in a look. */
  has(entry: number, look: Look): boolean {
    return (this.#content.looks[entry]! & looks[look]) !== 0 || this.#placeOf(entry, look) !== undefined;
  }

  /** The line of a drawing in a look; undefined where it has that look itself, or there is none. */
  otherIn(entry: number, look: Look): string | undefined {
    const place = this.#placeOf(entry, look);
    return place === undefined ? undefined : lineAt(this.#content, this.#starts, place);
  }

  /** Where a drawing is in a look that its own is not: fills beside lines, lines beside all else. */
  #placeOf(entry: number, look: Look): number | undefined {
    const isOfLines = (this.#content.looks[entry]! & looks.lines) !== 0;
    return isOfLines === (look === "fills") ? this.#places.get(entry) : undefined;
  }
}
