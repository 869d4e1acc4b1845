/** Areas of a drawing that are as large as each other, as windows are: one that is filled beside others that are not is a mistake. Pure. */
import { type Extent, extentsOf } from "./extents.ts";

/** Share by which counts of cells may differ, and sides: beyond it, by cells of the grid. */
const [countsWithin, sidesWithin, sidesCells] = [0.1, 0.06, 2] as const;

/**
 * @param areas labels from 1 on, [side, side]
 * @param means of each label, with that of none at 0
 * @returns of each area the mean of those that are like it
 */
export function alikeMeans(areas: Uint16Array, means: readonly number[], sidePx: number): number[] {
  const extents = extentsOf(areas, means.length, sidePx);
  return means.map((own, label) => {
    if (label === 0) return own;
    const alike = means.filter((_, other) => other > 0 && areAlike(extents[label]!, extents[other]!));
    return alike.reduce((sum, mean) => sum + mean, 0) / Math.max(1, alike.length);
  });
}

function areAlike(one: Extent, other: Extent): boolean {
  const [less, more] = [Math.min(one.cells, other.cells), Math.max(one.cells, other.cells)];
  const isSame = (a: number, b: number): boolean =>
    Math.abs(a - b) <= Math.max(sidesCells, sidesWithin * Math.max(a, b));
  return (
    less >= (1 - countsWithin) * more &&
    isSame(one.right - one.left, other.right - other.left) &&
    isSame(one.bottom - one.top, other.bottom - other.top)
  );
}
