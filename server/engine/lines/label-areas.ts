/** Areas of a grid that hang together, and the nearest of them to what is of none. Pure. */
import { inkFrom } from "../pixels/strokes.ts";

/**
 * Labels of the cells that are `wanted`, from 1 on, [side, side]; others have 0.
 * @param byCorners cells that touch at a corner hang together too
 */
export function labelAreas(mask: Uint8Array, wanted: 0 | 1, sidePx: number, byCorners = false): Uint16Array {
  const labels = new Uint16Array(mask.length);
  // Runs of wanted cells in rows: the first cell of each, the one after its last, and an earlier run of the same area, or itself.
  const [begins, ends, earlier]: [number[], number[], number[]] = [[], [], []];
  const firstOf = (run: number): number => {
    let first = run;
    while (earlier[first] !== first) first = earlier[first]!;
    earlier[run] = first;
    return first;
  };
  const reach = byCorners ? 1 : 0;
  // The next run of the row above that may touch one of this row.
  let above = 0;
  for (let row = 0; row < mask.length; row += sidePx) {
    const run = begins.length;
    const end = row + sidePx;
    for (let from = row, to = row; from < end; from = to) {
      if (mask[from] !== wanted) {
        to += 1;
        continue;
      }
      while (to < end && mask[to] === wanted) to += 1;
      const own = begins.length;
      begins.push(from);
      ends.push(to);
      earlier.push(own);
      while (above < run && ends[above]! + sidePx <= from - reach) above += 1;
      for (let other = above; other < run && begins[other]! + sidePx < to + reach; other += 1) {
        const [first, last] = [firstOf(own), firstOf(other)];
        earlier[Math.max(first, last)] = Math.min(first, last);
      }
    }
    above = run;
  }
  // Areas are counted in the order of their first cells.
  const numbers = new Int32Array(begins.length);
  let areas = 0;
  for (let run = 0; run < numbers.length; run += 1) {
    const first = firstOf(run);
    if (first === run) areas += 1;
    const number = first === run ? areas : numbers[first]!;
    numbers[run] = number;
    for (let at = begins[run]!; at < ends[run]!; at += 1) labels[at] = number;
  }
  return labels;
}

/** The highest label: how many areas there are, where they are labelled from 1 on. */
export function highestOf(labels: Uint16Array): number {
  let highest = 0;
  for (let cell = 0; cell < labels.length; cell += 1) if (labels[cell]! > highest) highest = labels[cell]!;
  return highest;
}

/**
 * Gives cells without a label, 0, that of the nearest cell with one, counted along rows and columns.
 * @param isOpen 0: a cell that keeps no label, and that none is counted through
 */
export function spreadLabels<Labels extends Uint8Array | Uint16Array>(
  labels: Labels,
  sidePx: number,
  isOpen?: Uint8Array | Uint16Array,
): Labels {
  const spread = labels.slice() as Labels;
  const reached = new Int32Array(labels.length);
  const steps = [-sidePx, sidePx, -1, 1];
  let length = 0;
  for (let at = 0; at < labels.length; at += 1)
    if (labels[at] !== 0) {
      reached[length] = at;
      length += 1;
    }
  for (let next = 0; next < length; next += 1) {
    const at = reached[next]!;
    for (let side = 0; side < 4; side += 1) {
      const near = at + steps[side]!;
      if (near < 0 || near >= labels.length || spread[near] !== 0 || isOpen?.[near] === 0) continue;
      // Cells at the ends of rows are not beside each other.
      if (side >= 2 && Math.max(at, near) % sidePx === 0) continue;
      spread[near] = spread[at]!;
      reached[length] = near;
      length += 1;
    }
  }
  return spread;
}

/**
 * Parts of what lies around a drawing that a disc can't leave, from 1 on: each cell there is of the nearest place that the disc reaches, and others
 * have 0. The first cell is of what lies outside. Undefined where there is one part, or no other is deep.
 * @param areas labels of what is no ink, [side, side]; the first cell is of what lies around
 * @param away distances to the ink, in cells
 * @param radius of the disc, in cells
 * @param deep distance to the ink from which on a part is deep, in cells; not below the radius
 */
export function partsAround(
  areas: Uint16Array,
  away: Float32Array,
  { radius, deep, sidePx }: { readonly radius: number; readonly deep: number; readonly sidePx: number },
): Uint16Array | undefined {
  const around = areas[0]!;
  const [core, isAround] = [new Uint8Array(areas.length), new Uint8Array(areas.length)];
  for (let cell = 0; cell < core.length; cell += 1) {
    if (areas[cell] !== around) continue;
    isAround[cell] = 1;
    if (away[cell]! > radius) core[cell] = 1;
  }
  const cores = labelAreas(core, 1, sidePx);
  let isOtherDeep = false;
  for (let cell = 0; cell < core.length && !isOtherDeep; cell += 1)
    isOtherDeep = core[cell] === 1 && away[cell]! > deep && cores[cell] !== cores[0];
  return isOtherDeep && highestOf(cores) > 1 ? spreadLabels(cores, sidePx, isAround) : undefined;
}

/** Labels of areas along the border of a picture. @param isCounted pixels of the border that count */
export function areasAtBorder(
  areas: Uint16Array,
  sizePx: number,
  isCounted: (at: number) => boolean = () => true,
): Set<number> {
  const found = new Set<number>();
  for (let at = 0; at < sizePx; at += 1)
    for (const border of [at, at * sizePx, (at + 1) * sizePx - 1, areas.length - 1 - at])
      if (isCounted(border)) found.add(areas[border]!);
  return found;
}

/** Share of a silhouette that its ink encloses, 0 to 1. @param alphas [sizePx, sizePx] */
export function enclosedByInk(alphas: Float32Array, sizePx: number): number {
  const ink = new Uint8Array(alphas.length);
  for (let at = 0; at < ink.length; at += 1) ink[at] = alphas[at]! >= inkFrom ? 1 : 0;
  const areas = labelAreas(ink, 0, sizePx);
  const isOpen = areasAtBorder(areas, sizePx);
  let [inked, enclosed] = [0, 0];
  for (let at = 0; at < ink.length; at += 1) {
    if (ink[at] === 1) inked += 1;
    else if (!isOpen.has(areas[at]!)) enclosed += 1;
  }
  return inked === 0 ? 0 : enclosed / (inked + enclosed);
}
