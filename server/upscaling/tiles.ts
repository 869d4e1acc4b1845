/**
 * Cuts pictures into tiles: a core that is kept, and a discarded margin as wide as a network's receptive field, or a little wider:
 * all tiles of a picture have one size, because the runtime plans its memory once for each.
 */
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

/** Tiles along one side, and the length of each with its margins. */
interface Cut {
  readonly count: number;
  readonly longest: number;
}

/** With margins, which tiles have between them only. */
const lengthOf = (count: number, length: number, marginPx: number): number =>
  Math.min(length, Math.ceil((length + 2 * marginPx * (count - 1)) / count));

function cutsOf(length: number, { corePx, marginPx }: TileLimits): Cut[] {
  const most = Math.max(Math.ceil(length / corePx), Math.floor(length / narrowestPx));
  return Array.from({ length: most }, (_, index) => ({
    count: index + 1,
    longest: lengthOf(index + 1, length, marginPx),
  }));
}

/** A line of pixels. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Tiles along one side: about equally far apart, each core up to the middle of what it shares with the next. */
function spansOf(
  count: number,
  length: number,
  marginPx: number,
): Array<{ readonly core: Span; readonly whole: Span }> {
  const size = lengthOf(count, length, marginPx);
  const startOf = (at: number): number => (count === 1 ? 0 : Math.round((at * (length - size)) / (count - 1)));
  const edgeAt = (at: number): number =>
    at === 0 ? 0 : at === count ? length : Math.floor((startOf(at - 1) + size + startOf(at)) / 2);
  return Array.from({ length: count }, (_, at) => ({
    core: { start: edgeAt(at), end: edgeAt(at + 1) },
    whole: { start: startOf(at), end: startOf(at) + size },
  }));
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
      const rounds = Math.ceil((columns.count * rows.count) / concurrency);
      const time = columns.longest * rows.longest * rounds * concurrency;
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
  const across = spansOf(columns, widthPx, marginPx);
  for (const down of spansOf(rows, heightPx, marginPx))
    for (const column of across) yield { core: boxOf(column.core, down.core), whole: boxOf(column.whole, down.whole) };
}

const boxOf = (across: Span, down: Span): Box => ({
  left: across.start,
  top: down.start,
  widthPx: across.end - across.start,
  heightPx: down.end - down.start,
});

/** A box grown by a margin, inside another. */
export function growWithin(box: Box, marginPx: number, whole: Box): Box {
  const [left, top] = [Math.max(whole.left, box.left - marginPx), Math.max(whole.top, box.top - marginPx)];
  return {
    left,
    top,
    widthPx: Math.min(whole.left + whole.widthPx, box.left + box.widthPx + marginPx) - left,
    heightPx: Math.min(whole.top + whole.heightPx, box.top + box.heightPx + marginPx) - top,
  };
}

/** A box grown by a margin, inside the picture. */
export const growBox = (box: Box, marginPx: number, { widthPx, heightPx }: Pick<Box, "widthPx" | "heightPx">): Box =>
  growWithin(box, marginPx, { left: 0, top: 0, widthPx, heightPx });

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
