/**
 * Places where lines of a drawing merely touch, as a round end that reaches the edge of another line does: drawn thinner, these stand apart. An erosion
 * parts them (Serra 1982), and on both sides what it leaves is near. Lines that a thinner one joins are parted by it, too, but lie farther away. Pure.
 */
import { highestOf, labelAreas } from "./label-areas.ts";
import { isLines, lineWidthOf } from "./line-width.ts";
import { edgedOf, fieldAround, finePerPx, type Shape, shapeOf } from "./shape.ts";

/** How far lines are eroded, and how far from what is left they touch at most, of half their width. */
const [eroded, touchMost] = [0.6, 0.85] as const;
/** Width up to which a drawing's lines get thinner, of their own. */
const thinnerFrom = 0.92;
/** Spread of the widths of even lines, and pieces more that a drawing may fall into. */
const [evenMost, partedMost] = [0.15, 3] as const;
/** Cells to each side of where lines touch that become empty. */
const cutCells = 1;

interface Shaped {
  /** [sizePx, sizePx] */
  readonly alphas: Float32Array;
  readonly shape: Shape;
}

/**
 * @param alphas of a drawing in one ink, [sizePx, sizePx]
 * @param wanted width that its lines get, of the side; without one they go where they meet fills
 * @returns lines that stand apart where they touched; the same where none do, where they do not get thinner, and where they are uneven
 */
export function linesApart(alphas: Float32Array, sizePx: number, wanted: number | undefined): Shaped {
  const shape = shapeOf(alphas, sizePx);
  const same = { alphas, shape };
  const own = lineWidthOf(shape, sizePx);
  if (!isLines(own) || own.spread > evenMost) return same;
  if (wanted !== undefined && wanted > thinnerFrom * own.width) return same;
  const { sidePx, ink, depth } = shape;
  const radius = (finePerPx * sizePx * own.width) / 2;
  // A plain loop: `Uint8Array.from` with a function takes ten times as long as all else here.
  const core = new Uint8Array(depth.length);
  for (let cell = 0; cell < core.length; cell += 1) core[cell] = depth[cell]! > eroded * radius ? 1 : 0;
  const labels = labelAreas(core, 1, sidePx, true);
  const touching = touchesOf(labels, ink, sidePx, touchMost * radius);
  if (touching.size === 0) return same;
  const left = ink.slice();
  for (const cell of touching)
    for (let down = -cutCells; down <= cutCells; down += 1)
      for (let right = -cutCells; right <= cutCells; right += 1) left[cell + down * sidePx + right] = 0;
  const partsIn = (mask: Uint8Array): number => highestOf(labelAreas(mask, 1, sidePx, true));
  // Pixel art falls into its squares.
  if (partsIn(left) - partsIn(ink) > partedMost) return same;
  const [before, after] = [ink, left].map((mask) => edgedOf(fieldAround(mask, sidePx), sizePx).alphas);
  const apart = alphas.map((alpha, at) => (after![at] === before![at] ? alpha : Math.min(alpha, after![at]!)));
  return { alphas: apart, shape: shapeOf(apart, sizePx) };
}

/** Cells of ink where what is nearest to one area meets what is nearest to another. @param labels changed in place @param most steps from an area */
function touchesOf(labels: Uint16Array, ink: Uint8Array, sidePx: number, most: number): ReadonlySet<number> {
  // Cells in the order in which they are reached: those from `from` to `to` are the last step's.
  const reached = new Int32Array(labels.length);
  let [from, to] = [0, 0];
  for (let cell = 0; cell < labels.length; cell += 1)
    if (labels[cell]! > 0) {
      reached[to] = cell;
      to += 1;
    }
  const touching = new Set<number>();
  const ways = [1, -1, sidePx, -sidePx, sidePx + 1, sidePx - 1, 1 - sidePx, -1 - sidePx];
  for (let step = 0; step < most && from < to; step += 1) {
    // Steps aside and aslant by turns: an octagon, which is nearly a circle.
    const count = step % 2 === 0 ? 4 : 8;
    let length = to;
    for (; from < to; from += 1) {
      const cell = reached[from]!;
      for (let way = 0; way < count; way += 1) {
        const other = cell + ways[way]!;
        if (ink[other] === 0) continue;
        if (labels[other] === 0) {
          labels[other] = labels[cell]!;
          reached[length] = other;
          length += 1;
        } else if (labels[other] !== labels[cell]) touching.add(other);
      }
    }
    to = length;
  }
  return touching;
}
