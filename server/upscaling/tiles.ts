/** Cuts pictures into tiles: a core that is kept, and a discarded margin as wide as a network's receptive field. */
import type { Box } from "./picture-planes.ts";

export interface Tile {
  /** The part that the tile draws; the cores of a picture cover it exactly once. */
  readonly core: Box;
  /** The core with its margin, inside the picture. */
  readonly whole: Box;
}

/** Number of tiles along each side. */
interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** Smallest core of tiles that are added for concurrency; narrower ones cost more in margins than they save. */
const narrowestPx = 64;

/**
 * The fewest tiles of about equal size whose cores are no longer than `corePx`. If some workers would have no tile in the last
 * round, the longer side gets a few more.
 */
function gridOf(widthPx: number, heightPx: number, corePx: number, concurrency: number): Grid {
  const [short, long] = [Math.min(widthPx, heightPx), Math.max(widthPx, heightPx)];
  const across = Math.ceil(short / corePx);
  let along = Math.ceil(long / corePx);
  while ((along * across) % concurrency !== 0 && long / (along + 1) >= narrowestPx) along += 1;
  return widthPx > heightPx ? { columns: along, rows: across } : { columns: across, rows: along };
}

export function countTiles(widthPx: number, heightPx: number, corePx: number, concurrency = 1): number {
  const { columns, rows } = gridOf(widthPx, heightPx, corePx, concurrency);
  return columns * rows;
}

/**
 * Tiles of a picture, row by row. With a margin of the receptive field, tiles give the same result as the whole picture.
 * @param concurrency tiles that are drawn at a time
 */
export function* tilesOf(
  widthPx: number,
  heightPx: number,
  corePx: number,
  marginPx: number,
  concurrency = 1,
): Generator<Tile> {
  const { columns, rows } = gridOf(widthPx, heightPx, corePx, concurrency);
  const edge = (at: number, steps: number, length: number): number => Math.floor((at * length) / steps);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const [left, top] = [edge(column, columns, widthPx), edge(row, rows, heightPx)];
      const core = {
        left,
        top,
        widthPx: edge(column + 1, columns, widthPx) - left,
        heightPx: edge(row + 1, rows, heightPx) - top,
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
