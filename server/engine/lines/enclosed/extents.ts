/** How far areas of a grid reach along rows and columns. Pure. */

/** Cells of an area, and its first and last column and row, inclusive. */
export interface Extent {
  cells: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/**
 * Of each label, with an empty one at 0.
 * @param labels from 1 on, [side, side]; 0 is none
 * @param count of labels, with that of none
 */
export function extentsOf(labels: Uint16Array, count: number, sidePx: number): Extent[] {
  const extents = Array.from({ length: count }, () => ({ cells: 0, left: sidePx, right: 0, top: sidePx, bottom: 0 }));
  for (let at = 0, y = 0; y < sidePx; y += 1)
    for (let x = 0; x < sidePx; x += 1, at += 1) {
      const label = labels[at]!;
      if (label === 0) continue;
      const extent = extents[label]!;
      extent.cells += 1;
      if (x < extent.left) extent.left = x;
      if (x > extent.right) extent.right = x;
      if (y < extent.top) extent.top = y;
      extent.bottom = y;
    }
  return extents;
}
