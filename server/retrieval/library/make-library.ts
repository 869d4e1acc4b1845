/** From drawings with names and the vectors of these to the content of a library: lists of names, blocks of compressed drawings. */

import { quantizeInt4 } from "../int4.ts";
import { invertedLists } from "../inverted-lists.ts";
import type { LibraryContent } from "./drawing-library-file.ts";
import { blocksOf, lineOf, type NamedDrawing } from "./library-blocks.ts";

/** @param vectorsOf unit vectors of names, [names, keyDims] */
export async function makeLibrary(
  drawings: readonly NamedDrawing[],
  keyDims: number,
  lists: number,
  vectorsOf: (names: readonly string[]) => Promise<Float32Array>,
): Promise<LibraryContent> {
  const given = [...new Set(drawings.map(({ name }) => name))].sort();
  const vectors = await vectorsOf(given);
  const { centres, listOf } = invertedLists(vectors, keyDims, Math.min(lists, given.length));
  const order = [...given.keys()].sort((one, other) => listOf[one]! - listOf[other]! || one - other);
  const names = order.map((at) => given[at]!);
  const place = new Map(names.map((name, at) => [name, at]));
  const sets = [...new Set(drawings.map(({ set }) => set))].sort();
  const sorted = [...drawings].sort(
    (one, other) => sets.indexOf(one.set) - sets.indexOf(other.set) || (one.name < other.name ? -1 : 1),
  );
  const listLengths = new Float32Array(centres.length / keyDims);
  for (const list of listOf) listLengths[list]! += 1;
  return {
    keyDims,
    sets,
    names,
    keys: quantizeInt4(
      order.map((at) => vectors.subarray(at * keyDims, (at + 1) * keyDims)),
      keyDims,
    ),
    listLengths,
    centres,
    entryNames: Float32Array.from(sorted, ({ name }) => place.get(name)!),
    entrySets: Uint8Array.from(sorted, ({ set }) => sets.indexOf(set)),
    ...blocksOf(sorted.map(lineOf)),
  };
}
