/** Cutting pictures into tiles: a core that is kept, and a margin around it as wide as a network sees, which is not. */
import type { Box } from "./picture-planes.ts";

export interface Tile {
  /** What the tile is responsible for; the cores of a picture cover it once. */
  readonly core: Box;
  /** The core and its margin, within the picture. */
  readonly whole: Box;
}

/** How many tiles a picture has along each side. */
interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** Cores that are made narrower than this for the lanes' sake cost more in margins than lanes save. */
const narrowestPx = 64;

/**
 * As few tiles of about one size as there must be for no core to be longer than `corePx`; where that leaves a lane without a tile in the last
 * round, the longer side gets a few more.
 */
function gridOf(widthPx: number, heightPx: number, corePx: number, lanes: number): Grid {
  const [short, long] = [Math.min(widthPx, heightPx), Math.max(widthPx, heightPx)];
  const across = Math.ceil(short / corePx);
  let along = Math.ceil(long / corePx);
  while ((along * across) % lanes !== 0 && long / (along + 1) >= narrowestPx) along += 1;
  return widthPx > heightPx ? { columns: along, rows: across } : { columns: across, rows: along };
}

export function countTiles(widthPx: number, heightPx: number, corePx: number, lanes = 1): number {
  const { columns, rows } = gridOf(widthPx, heightPx, corePx, lanes);
  return columns * rows;
}

/**
 * Tiles of a picture, row by row. With a margin of the receptive field, tiles give what the whole picture would.
 * @param lanes tiles that are worked on at once
 */
export function* tilesOf(
  widthPx: number,
  heightPx: number,
  corePx: number,
  marginPx: number,
  lanes = 1,
): Generator<Tile> {
  const { columns, rows } = gridOf(widthPx, heightPx, corePx, lanes);
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

/** A box and a margin around it, within the picture. */
export function growBox(box: Box, marginPx: number, picture: Pick<Box, "widthPx" | "heightPx">): Box {
  const [left, top] = [Math.max(0, box.left - marginPx), Math.max(0, box.top - marginPx)];
  return {
    left,
    top,
    widthPx: Math.min(picture.widthPx, box.left + box.widthPx + marginPx) - left,
    heightPx: Math.min(picture.heightPx, box.top + box.heightPx + marginPx) - top,
  };
}

/** A box of the picture that is `factor` times as large. */
export const enlargeBox = ({ left, top, widthPx, heightPx }: Box, factor: number): Box => ({
  left: factor * left,
  top: factor * top,
  widthPx: factor * widthPx,
  heightPx: factor * heightPx,
});
