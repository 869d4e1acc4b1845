/** Cuts pictures into tiles: a core that is kept, and a discarded margin as wide as a network's receptive field. */
import type { Box } from "./picture-planes.ts";

export interface Tile {
  /** The part that the tile draws; the cores of a picture cover it exactly once. */
  readonly core: Box;
  /** The core with its margin, inside the picture. */
  readonly whole: Box;
}

/** How large tiles may be. */
export interface TileLimits {
  /** Side of the largest square core; a tile of another shape has no more pixels, its margin included. */
  readonly corePx: number;
  /** The widest margin that its tiles may get. */
  readonly marginPx: number;
  /** Tiles that are drawn at a time. */
  readonly concurrency?: number;
}

/** Number of tiles along each side. */
interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** Smallest core of tiles that are added for concurrency; narrower ones cost more in margins than they save. */
const narrowestPx = 64;

/** Tiles along one side: their longest and the sum of all, with margins. */
interface Cut {
  readonly count: number;
  readonly longest: number;
  readonly sum: number;
}

const edgeAt = (at: number, count: number, length: number): number => Math.floor((at * length) / count);

function cutsOf(length: number, { corePx, marginPx }: TileLimits): Cut[] {
  const most = Math.max(Math.ceil(length / corePx), Math.floor(length / narrowestPx));
  return Array.from({ length: most }, (_, index) => {
    const count = index + 1;
    let [longest, sum] = [0, 0];
    for (let at = 0; at < count; at += 1) {
      const start = Math.max(0, edgeAt(at, count, length) - marginPx);
      const size = Math.min(length, edgeAt(at + 1, count, length) + marginPx) - start;
      longest = Math.max(longest, size);
      sum += size;
    }
    return { count, longest, sum };
  });
}

/** The grid of about equal tiles that takes the least time: the fewest pixels with margins, and no worker idle in the last round. */
function gridOf(widthPx: number, heightPx: number, limits: TileLimits): Grid {
  const { corePx, marginPx, concurrency = 1 } = limits;
  const largest = (corePx + 2 * marginPx) ** 2;
  const down = cutsOf(heightPx, limits);
  let [best, least] = [{ columns: 1, rows: 1 }, Number.POSITIVE_INFINITY];
  for (const columns of cutsOf(widthPx, limits))
    for (const rows of down) {
      if (columns.longest * rows.longest > largest) continue;
      const tiles = columns.count * rows.count;
      const time = ((columns.sum * rows.sum) / tiles) * Math.ceil(tiles / concurrency) * concurrency;
      if (time < least) [best, least] = [{ columns: columns.count, rows: rows.count }, time];
    }
  return best;
}

export function countTiles(widthPx: number, heightPx: number, limits: TileLimits): number {
  const { columns, rows } = gridOf(widthPx, heightPx, limits);
  return columns * rows;
}

/**
 * Tiles of a picture, row by row. With a margin of the receptive field, tiles give the same result as the whole picture.
 * @param marginPx of these tiles; the grid is chosen for that of `limits`
 */
export function* tilesOf(
  widthPx: number,
  heightPx: number,
  limits: TileLimits,
  marginPx = limits.marginPx,
): Generator<Tile> {
  const { columns, rows } = gridOf(widthPx, heightPx, limits);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const [left, top] = [edgeAt(column, columns, widthPx), edgeAt(row, rows, heightPx)];
      const core = {
        left,
        top,
        widthPx: edgeAt(column + 1, columns, widthPx) - left,
        heightPx: edgeAt(row + 1, rows, heightPx) - top,
      };
      yield { core, whole: growBox(core, marginPx, { widthPx, heightPx }) };
    }
}

/** A box grown by a margin, inside the picture. */
export function growBox(box: Box, marginPx: number, picture: Pick<Box, "widthPx" | "heightPx">): Box {
  const [left, top] = [Math.max(0, box.left - marginPx), Math.max(0, box.top - marginPx)];
  return {
    left,
    top,
    widthPx: Math.min(picture.widthPx, box.left + box.widthPx + marginPx) - left,
    heightPx: Math.min(picture.heightPx, box.top + box.heightPx + marginPx) - top,
  };
}

/** The same box in a picture that is `factor` times as large. */
export const enlargeBox = ({ left, top, widthPx, heightPx }: Box, factor: number): Box => ({
  left: factor * left,
  top: factor * top,
  widthPx: factor * widthPx,
  heightPx: factor * heightPx,
});

/** Index in `whole` of the first pixel in row `y` of `part`. */
export const rowWithin = (whole: Box, part: Box, y: number): number =>
  (part.top - whole.top + y) * whole.widthPx + part.left - whole.left;
