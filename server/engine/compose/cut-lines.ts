/**
 * Lines that end before what covers them, with round ends: cut along an edge, they would end in spikes, and slivers would be left of those
 * that run beside it. A line is what discs along its middle cover (Blum 1967, "A transformation for extracting new descriptors of shape"), so
 * it ends where these do. Pure.
 */
import { movedEdge } from "../lines/redraw-lines.ts";
import { cellAt, edgeCells, edgedOf, finePerPx, opened, shapeOf } from "../lines/shape.ts";

/** Widths of lines around what is covered within which these are drawn anew. */
const anewWidths = 1.5;
/** Half-widths of lines from which on ink is an area, which is cut along the edge. */
const areaFrom = 1.4;

/**
 * @param alphas of a drawing of lines, [side, side]
 * @param cover share of each pixel that is covered or at most so many pixels away from that
 * @param gap between the ends and what is covered, in pixels
 */
export function cutLines(
  alphas: Float32Array,
  cover: (beyondPx: number) => Float32Array,
  gap: number,
  widthPx: number,
): Float32Array {
  const side = Math.sqrt(alphas.length);
  const shape = shapeOf(alphas, side);
  const { sidePx, depth, middles } = shape;
  const onGrid = (plane: Float32Array): Float32Array => {
    const cells = new Float32Array(sidePx ** 2);
    const reach = (finePerPx - 1) / 2;
    for (let at = 0; at < plane.length; at += 1)
      for (let y = -reach; y <= reach; y += 1)
        for (let x = -reach; x <= reach; x += 1) cells[cellAt(at, side) + y * sidePx + x] = plane[at]!;
    return cells;
  };
  const near = cover(gap + anewWidths * widthPx);
  const [cut, ends, anew] = [cover(gap), cover(gap + widthPx / 2), near].map(onGrid);
  const areas = opened(depth, (areaFrom * finePerPx * widthPx) / 2, sidePx);
  const field = movedEdge(shape, side, 0, 0);
  for (let cell = 0; cell < field.length; cell += 1)
    if (areas[cell] === 1 ? cut![cell]! >= 0.5 : anew![cell]! > 0) field[cell] = -edgeCells;
  for (const middle of middles) {
    if (ends![middle]! >= 0.5) continue;
    const radius = depth[middle]! - 0.5;
    const far = Math.ceil(radius) + 1;
    for (let y = -far; y <= far; y += 1)
      for (let x = -far; x <= far; x += 1) {
        const cell = middle + y * sidePx + x;
        if (anew![cell]! > 0 && areas[cell] === 0)
          field[cell] = Math.max(field[cell]!, radius - Math.sqrt(x * x + y * y));
      }
  }
  const edged = edgedOf(field, side).alphas;
  return alphas.map((alpha, at) => (near[at]! > 0 ? edged[at]! : alpha));
}
