/** Which sets of a library are drawn on a coarse grid of pixels: their edges are steps, which stay in every style. Some seconds. */
import svgpath from "svgpath";
import { readLibraryFile } from "../../../retrieval/library/drawing-library-file.ts";
import { linesOfBlocks, svgOfLine } from "../../../retrieval/library/library-blocks.ts";
import { keyDims } from "./shipped-library.mts";

/** Drawings of a set that are looked at, and the share of them that must have such edges: five sets have 89 to 100 %, the others 14 at most. */
const lookedMost = 80;
const shareLeast = 0.5;
/** Corners from which on right angles are steps; a table has some too. */
const cornersLeast = 16;
/** Of a straight edge, in units of the drawing. */
const straightWithin = 0.02;

/** Names of the sets. */
export async function pixelArtSetsOf(library: string): Promise<string[]> {
  const content = await readLibraryFile(library, keyDims);
  const lines = linesOfBlocks(content);
  return content.sets.filter((_, at) => {
    const own = lines.filter((_, entry) => content.entrySets[entry] === at);
    const every = Math.max(1, Math.floor(own.length / lookedMost));
    const looked = own.filter((_, place) => place % every === 0);
    return looked.filter((line) => isOfSteps(svgOfLine(line))).length >= shareLeast * looked.length;
  });
}

/** Whether all edges of a drawing run across or down, with many corners. */
function isOfSteps(svg: string): boolean {
  if (/<(circle|ellipse|line|polyline|polygon)| rx=/.test(svg)) return false;
  let [corners, isStraight] = [0, true];
  for (const [, path] of svg.matchAll(/ d="([^"]+)"/g))
    svgpath(path!)
      .abs()
      .unshort()
      .iterate(([command, ...to], _, x, y) => {
        if ("CSQTA".includes(command)) isStraight = false;
        if (command === "L" && Math.min(Math.abs(to[0]! - x), Math.abs(to[1]! - y)) > straightWithin)
          isStraight = false;
        if ("LHV".includes(command)) corners += 1;
      });
  return isStraight && corners >= cornersLeast;
}
