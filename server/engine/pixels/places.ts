/** Pixels of a square picture by their place in it: the box around some of them, and those near one. Pure. */

/** Pixels from `left` and `top` up to `right` and `bottom`, exclusive. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Steps to the four neighbours of a pixel. */
export const sides = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

/** The smallest box around all pixels that pass; undefined without any. */
export function boundsOf(sizePx: number, passes: (at: number) => boolean): Box | undefined {
  let [left, top, right, bottom] = [sizePx, sizePx, 0, 0];
  for (let y = 0, at = 0; y < sizePx; y += 1)
    for (let x = 0; x < sizePx; x += 1, at += 1) {
      if (!passes(at)) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  return right === 0 ? undefined : { left, top, right, bottom };
}

/** Of the whole picture. */
export const boxOfPicture = (sizePx: number): Box => ({ left: 0, top: 0, right: sizePx, bottom: sizePx });

/** Visits the square around a pixel, itself included, row by row. @param reachPx to each side */
export function forNear(at: number, sizePx: number, reachPx: number, visit: (near: number) => void): void {
  const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
  for (let y = Math.max(0, row - reachPx); y <= Math.min(sizePx - 1, row + reachPx); y += 1)
    for (let x = Math.max(0, column - reachPx); x <= Math.min(sizePx - 1, column + reachPx); x += 1)
      visit(y * sizePx + x);
}
