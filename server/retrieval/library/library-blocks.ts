/** Drawings as lines of text, `viewBox|what is drawn`, compressed in blocks: a block is opened when one of its drawings is wanted. */
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";

/** One drawing as its set has it. */
export interface NamedDrawing {
  readonly set: string;
  readonly name: string;
  /** `left top width height` */
  readonly viewBox: string;
  /** SVG inside the root, in `currentColor`, on one line. */
  readonly body: string;
}

export interface Blocks {
  /** Drawings of a block, as lines; the last may have fewer. */
  readonly blockSize: number;
  /** Bytes of each block [blocks], and all blocks one after the other. */
  readonly blockLengths: Float32Array;
  readonly blocks: Uint8Array;
}

/** Drawings that are compressed together: more are smaller and take longer to open. */
const blockSize = 64;

export const lineOf = ({ viewBox, body }: Pick<NamedDrawing, "viewBox" | "body">): string => `${viewBox}|${body}`;

export function blocksOf(lines: readonly string[]): Blocks {
  const blocks: Buffer[] = [];
  for (let at = 0; at < lines.length; at += blockSize)
    blocks.push(brotliCompressSync(lines.slice(at, at + blockSize).join("\n")));
  return {
    blockSize,
    blockLengths: Float32Array.from(blocks, ({ length }) => length),
    blocks: Buffer.concat(blocks),
  };
}

/** Where each block begins, and behind the last, [blocks + 1]. */
export const startsOf = ({ blockLengths }: Pick<Blocks, "blockLengths">): Int32Array => sums(blockLengths);

/** @param starts of the blocks, of `startsOf` */
export const lineAt = (all: Blocks, starts: Int32Array, at: number): string =>
  linesOfBlock(all, starts, Math.floor(at / all.blockSize))[at % all.blockSize]!;

/** The lines that are compressed together with one, and the place of each. */
export function linesAround(content: Blocks, at: number): Array<{ readonly at: number; readonly line: string }> {
  const block = Math.floor(at / content.blockSize);
  const lines = linesOfBlock(content, startsOf(content), block);
  return lines.map((line, place) => ({ at: block * content.blockSize + place, line }));
}

/** All of them. */
export function linesOfBlocks(all: Blocks): string[] {
  const starts = startsOf(all);
  return [...all.blockLengths.keys()].flatMap((block) => linesOfBlock(all, starts, block));
}

const linesOfBlock = ({ blocks }: Blocks, starts: Int32Array, block: number): string[] =>
  brotliDecompressSync(blocks.subarray(starts[block]!, starts[block + 1]!))
    .toString()
    .split("\n");

/** A drawing in `currentColor`. */
export function svgOfLine(line: string): string {
  const bar = line.indexOf("|");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${line.slice(0, bar)}" width="128" height="128">${line.slice(bar + 1)}</svg>`;
}

/** Sums of all lengths before each, and behind the last. */
export function sums(lengths: Float32Array): Int32Array {
  const firsts = new Int32Array(lengths.length + 1);
  for (const [at, length] of lengths.entries()) firsts[at + 1] = firsts[at]! + length;
  return firsts;
}
