/**
 * What is new in a composed drawing with the corners and line ends of its style: a badge that another set drew, a line that crosses out, and
 * ends of lines that were cut. The rest stays as it was drawn. Pure; planes are alphas in one ink, [side, side].
 */
import { redrawCorners } from "../corners/redraw-corners.ts";
import type { StyleCorners } from "../corners/style-corners.ts";
import { movedEdge } from "../lines/redraw-lines.ts";
import { edgedOf, shapeOf } from "../lines/shape.ts";
import { grown } from "../pixels/shadows/cover.ts";
import { type Composed, linesIn, widthsOf } from "./layers.ts";

/** Pixels from what was cut away within which ends are new. */
const nearPx = 2;

/** @param drawn what is behind before anything was put on it */
export function inStyleCorners({ behind, front }: Composed, drawn: Float32Array, corners: StyleCorners): Composed {
  const side = Math.sqrt(drawn.length);
  const cut = drawn.map((alpha, at) => Number(alpha - behind[at]! >= 0.5));
  const { line } = widthsOf(drawn);
  return {
    behind: corners.ends ? redrawn(behind, { ends: corners.ends }, line, grown(cut, side, nearPx)) : behind,
    front: redrawn(front, corners, linesIn(front)?.width ?? line),
  };
}

/** @param width of the lines, of the side @param where it may change, [side, side]; by default everywhere */
function redrawn(alphas: Float32Array, corners: StyleCorners, width: number, where?: Float32Array): Float32Array {
  const side = Math.sqrt(alphas.length);
  const { inside } = edgedOf(movedEdge(shapeOf(alphas, side), side, 0, 0), side);
  const made = redrawCorners(inside, side, corners, width);
  return alphas.map((alpha, at) =>
    made[at] === inside[at] || where?.[at] === 0 ? alpha : Math.min(1, Math.max(0, made[at]! + 0.5)),
  );
}
