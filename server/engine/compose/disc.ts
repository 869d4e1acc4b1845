/** Discs, as the dots that interfaces put on icons: told by their ink, and drawn. Pure; planes are alphas, [side, side]. */
import { hullOf } from "./hull.ts";
import { boxOf } from "./layers.ts";

/** How much the diameter of a disc as large as the ink may differ from the box around it; that of a square does by an eighth. */
const alikeWithin = 0.05;
const emptyBelow = 0.25;
/** Radius of one that is drawn, of the side. */
const radiusShare = 0.25;

/** Whether a drawing is a disc and nothing else. */
export function isDisc(alphas: Float32Array): boolean {
  const box = boxOf(alphas);
  if (!box) return false;
  const ink = alphas.reduce((sum, alpha) => sum + alpha, 0);
  // A clock is none.
  if (hullOf(alphas).some((within, at) => within === 1 && alphas[at]! < emptyBelow)) return false;
  const diameter = 2 * Math.sqrt(ink / Math.PI);
  return [box.right - box.left, box.bottom - box.top].every((side) => Math.abs(diameter / side - 1) <= alikeWithin);
}

/** A disc in the middle of a picture that is `side` pixels wide. */
export function drawnDisc(side: number): Float32Array {
  const middle = side / 2;
  return Float32Array.from({ length: side ** 2 }, (_, at) => {
    const away = Math.hypot((at % side) + 0.5 - middle, Math.floor(at / side) + 0.5 - middle);
    return Math.min(1, Math.max(0, radiusShare * side - away + 0.5));
  });
}
