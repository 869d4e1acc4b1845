/** What lies beside pieces of ink: what is empty, and fills. Pure. */

/** What is beside a piece of ink. */
export interface Beside {
  /** Cells at its edge, and how many of them are beside something empty. */
  edge: number;
  empty: number;
  /** Highest level of the fills, and the lowest. */
  fill: number;
  lowest: number;
  /** Level of what is around it. */
  outer: number;
}
export const nothingBeside: Beside = { edge: 0, empty: 0, fill: 0, lowest: 1, outer: 0 };

/** Of each label. @param levelOfArea by the labels of areas */
export function besideOf(labels: Uint16Array, areas: Uint16Array, levelOfArea: Float64Array, sidePx: number): Beside[] {
  const beside: Beside[] = [];
  const sides = [-1, 1, -sidePx, sidePx];
  // The border of the grid is never ink.
  for (let cell = sidePx; cell < labels.length - sidePx; cell += 1) {
    const label = labels[cell]!;
    if (label === 0) continue;
    // Above the first cell of a part is what encloses it.
    beside[label] ??= { ...nothingBeside, outer: areas[cell - sidePx] === 0 ? 0 : levelOfArea[areas[cell - sidePx]!]! };
    const own = beside[label];
    for (let side = 0; side < sides.length; side += 1) {
      const area = areas[cell + sides[side]!]!;
      if (area === 0) continue;
      const fill = levelOfArea[area]!;
      own.edge += 1;
      if (fill === 0) own.empty += 1;
      own.fill = Math.max(own.fill, fill);
      if (fill > 0) own.lowest = Math.min(own.lowest, fill);
    }
  }
  return beside;
}
