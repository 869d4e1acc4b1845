/**
 * Drawings found by words: some hundred thousand SVG texts of many sets, with the vectors of their names. A search compares the words with
 * the names of the lists whose centres are nearest (inverted lists: Jégou, Douze & Schmid 2011, PAMI 33), not with all names. Drawings
 * are compressed in blocks of one set, and a block is opened when one of it is wanted. It draws nothing.
 */
import { brotliDecompressSync } from "node:zlib";
import { dot } from "../engine/edits/sphere.ts";
import type { DrawingChoice, DrawingFinder } from "../engine/interfaces.ts";
import { type LibraryContent, readLibraryFile } from "./drawing-library-file.ts";
import { dotInt4, productByTable, productTable } from "./int4.ts";
import { LibraryChoice, type NamedEntry } from "./library-choice.ts";
import { Thumbnails } from "./thumbnails.ts";

/** Lists that a search looks through. */
const listsProbed = 16;
/** Names that a search among a few sets is compared with at least, in more lists where these have few. */
const comparedLeast = 2048;
/** Names whose drawings the noise chooses among, and how much less than the nearest their cosine may be: what is further never wins. */
const foundMax = 256;
const nearWithin = 0.15;

type LibraryQuery = Parameters<DrawingFinder["find"]>[0];

/** Names and their cosines, as many as `count`; the next search writes over them. */
interface Scored {
  readonly found: Int32Array;
  readonly cosines: Float64Array;
  readonly count: number;
}

export class DrawingLibrary implements DrawingFinder {
  readonly #content: LibraryContent;
  readonly #thumbnails: Thumbnails | undefined;
  /** The names' vectors, a byte for two values, not signed. */
  readonly #keyBytes: Uint8Array;
  /** First name of each list, and behind the last, [lists + 1]. */
  readonly #firstOfList: Int32Array;
  /** Entries of each name: from `#firstOfName[i]` of `#byName` on, [names + 1]. */
  readonly #firstOfName: Int32Array;
  readonly #byName: Int32Array;
  /** First byte of each block, [blocks]. */
  readonly #firstOfBlock: Int32Array;
  /** Lengths of the names' vectors, in steps; 0 where none was needed yet: all of them would take a start 60 ms. */
  readonly #norms: Float32Array;
  readonly #nothing: Float32Array;
  /** Room of a search, [names]. */
  readonly #found: Int32Array;
  readonly #cosines: Float64Array;

  constructor(content: LibraryContent, thumbnails?: Thumbnails) {
    this.#content = content;
    this.#thumbnails = thumbnails;
    const { names, keys, listLengths, entryNames, blockLengths } = content;
    this.#keyBytes = new Uint8Array(keys.bytes.buffer, keys.bytes.byteOffset, keys.bytes.byteLength);
    this.#firstOfList = sums(listLengths);
    const counts = new Float32Array(names.length);
    for (const name of entryNames) counts[name]! += 1;
    this.#firstOfName = sums(counts);
    const next = this.#firstOfName.slice();
    this.#byName = new Int32Array(entryNames.length);
    for (const [entry, name] of entryNames.entries()) this.#byName[next[name]!++] = entry;
    this.#firstOfBlock = sums(blockLengths);
    this.#norms = new Float32Array(names.length);
    this.#nothing = new Float32Array(content.keyDims);
    this.#found = new Int32Array(names.length);
    this.#cosines = new Float64Array(names.length);
  }

  /** @throws AppError `pack_corrupt` when the file is missing, or its names do not fit words of so many values */
  static async open(path: string, keyDims: number, thumbnails?: string): Promise<DrawingLibrary> {
    const content = await readLibraryFile(path, keyDims);
    const { length } = content.entryNames;
    return new DrawingLibrary(
      content,
      thumbnails === undefined ? undefined : await Thumbnails.open(thumbnails, length),
    );
  }

  get size(): number {
    return this.#content.entryNames.length;
  }

  /** The drawings whose names fit; undefined when no set may be used. */
  find(query: LibraryQuery): DrawingChoice | undefined {
    const found = this.search(query);
    if (found.length === 0) return undefined;
    return new LibraryChoice(found, this.#thumbnails, (entry) => this.drawing(entry));
  }

  /**
   * The entries whose names are nearest, the nearest first; of equal names, every drawing. With `among`, only names count that have
   * a drawing of these sets, and lists are looked through until there are enough of them.
   */
  search({ words, among }: LibraryQuery): NamedEntry[] {
    const { entrySets, sets } = this.#content;
    const allowed = among && Uint8Array.from(sets, (set) => (among.has(set) ? 1 : 0));
    const isAllowed = (entry: number): boolean => allowed === undefined || allowed[entrySets[entry]!] === 1;
    const entriesOf = (name: number) => this.#byName.subarray(this.#firstOfName[name], this.#firstOfName[name + 1]);
    const { found, cosines, count } = this.#score(words, allowed && ((name) => entriesOf(name).some(isAllowed)));
    let nearest = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < count; at += 1) nearest = Math.max(nearest, cosines[at]!);
    const near: { readonly name: number; readonly cosine: number }[] = [];
    for (let at = 0; at < count; at += 1)
      if (cosines[at]! >= nearest - nearWithin) near.push({ name: found[at]!, cosine: cosines[at]! });
    return near
      .sort((one, other) => other.cosine - one.cosine || one.name - other.name)
      .slice(0, foundMax)
      .flatMap(({ name, cosine }) => Array.from(entriesOf(name).filter(isAllowed), (entry) => ({ entry, cosine })));
  }

  /** Cosines of the names in the lists that are nearest to the words; of those that count, in more lists where they are few. */
  #score(words: Float32Array, counts?: (name: number) => boolean): Scored {
    const { centres, keyDims, listLengths } = this.#content;
    const lists = [...listLengths.keys()]
      .map((list) => ({ list, near: dot(centres.subarray(list * keyDims, (list + 1) * keyDims), words) }))
      .sort((one, other) => other.near - one.near);
    const [found, cosines] = [this.#found, this.#cosines];
    const table = productTable(words);
    let count = 0;
    for (const [probed, { list }] of lists.entries()) {
      if (probed >= listsProbed && (counts === undefined || count >= comparedLeast)) break;
      for (let name = this.#firstOfList[list]!; name < this.#firstOfList[list + 1]!; name += 1) {
        if (counts && !counts(name)) continue;
        found[count] = name;
        cosines[count] = productByTable(this.#keyBytes, name, keyDims, table) / this.#normOf(name);
        count += 1;
      }
    }
    return { found, cosines, count };
  }

  #normOf(name: number): number {
    const { keys, keyDims } = this.#content;
    if (this.#norms[name] === 0)
      this.#norms[name] = Math.sqrt(dotInt4(keys, name, keyDims, this.#nothing).squares) || 1;
    return this.#norms[name]!;
  }

  /** A drawing as an SVG in `currentColor`, what its set calls it, and the set. */
  drawing(entry: number): ReturnType<DrawingChoice["open"]> {
    const { blocks, blockLengths, blockSize, entryNames, entrySets, names, sets } = this.#content;
    const block = Math.floor(entry / blockSize);
    const from = this.#firstOfBlock[block]!;
    const lines = brotliDecompressSync(blocks.subarray(from, from + blockLengths[block]!))
      .toString()
      .split("\n");
    return { svg: svgOf(lines[entry % blockSize]!), name: names[entryNames[entry]!]!, set: sets[entrySets[entry]!]! };
  }
}

/** A line of a block: its view box, a space between the numbers, then `|` and what is drawn. */
function svgOf(line: string): string {
  const bar = line.indexOf("|");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${line.slice(0, bar)}" width="128" height="128">${line.slice(bar + 1)}</svg>`;
}

function sums(lengths: Float32Array): Int32Array {
  const firsts = new Int32Array(lengths.length + 1);
  for (const [at, length] of lengths.entries()) firsts[at + 1] = firsts[at]! + length;
  return firsts;
}
