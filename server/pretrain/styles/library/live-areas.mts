/** How much of the picture drawings of each set of a library take (server/engine/live-area.ts). Half a minute. */
import { sizesOf } from "../../../engine/live-area.ts";
import { renderSvg } from "../../../images/codec.ts";
import { inUsualInk } from "../../../images/svg.ts";
import { readLibraryFile } from "../../../retrieval/library/drawing-library-file.ts";
import { linesOfBlocks, svgOfLine } from "../../../retrieval/library/library-blocks.ts";
import { keyDims } from "./shipped-library.mts";

/** Drawings of a set that are looked at. */
const lookedMost = 200;
/** Enough for a hundredth of the side. */
const sizePx = 96;

/** Shares of the side, by set. */
export async function liveAreasOf(library: string): Promise<Record<string, number>> {
  const content = await readLibraryFile(library, keyDims);
  const lines = linesOfBlocks(content);
  const areas: Record<string, number> = {};
  for (const [at, set] of content.sets.entries()) {
    const own = lines.filter((_, entry) => content.entrySets[entry] === at);
    const every = Math.max(1, own.length / lookedMost);
    const drawings = [];
    for (let next = 0; next < own.length; next += every) {
      const planes = await renderSvg(inUsualInk(svgOfLine(own[Math.floor(next)]!)), sizePx).catch(() => undefined);
      if (planes) drawings.push({ planes, sizePx });
    }
    const area = sizesOf(drawings)?.liveArea;
    if (area !== undefined) areas[set] = Math.round(1000 * area) / 1000;
  }
  return areas;
}
