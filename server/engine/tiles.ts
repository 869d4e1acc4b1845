/** Cutting pictures into tiles: a core that is kept, and a margin around it as wide as a network sees, which is not. */
import type { Box } from "./picture-planes.ts";

export interface Tile {
  /** What the tile is responsible for; the cores of a picture cover it once. */
  readonly core: Box;
  /** The core and its margin, within the picture. */
  readonly whole: Box;
}

const stepsOf = (length: number, step: number): number => Math.ceil(length / step);

export const countTiles = (widthPx: number, heightPx: number, corePx: number): number =>
  stepsOf(widthPx, corePx) * stepsOf(heightPx, corePx);

/** Tiles of a picture, row by row. With a margin of the receptive field, tiles give what the whole picture would. */
export function* tilesOf(widthPx: number, heightPx: number, corePx: number, marginPx: number): Generator<Tile> {
  for (let top = 0; top < heightPx; top += corePx)
    for (let left = 0; left < widthPx; left += corePx) {
      const right = Math.min(widthPx, left + corePx);
      const bottom = Math.min(heightPx, top + corePx);
      const core = { left, top, widthPx: right - left, heightPx: bottom - top };
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
