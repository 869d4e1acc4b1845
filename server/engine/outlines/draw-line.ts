/** A line with round ends, drawn into a plane. Pure. */
import type { Point } from "../../../shared/vectors/vector-path.ts";

/**
 * Its edges are one pixel soft.
 * @param alpha [sizePx, sizePx], where it is put over what is there
 * @param reach half its width and half a pixel
 */
export function drawLine(alpha: Float32Array, sizePx: number, from: Point, to: Point, reach: number): void {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const squared = dx * dx + dy * dy;
  const clamp = (value: number): number => Math.min(sizePx - 1, Math.max(0, value));
  for (
    let y = clamp(Math.floor(Math.min(from[1], to[1]) - reach));
    y <= clamp(Math.ceil(Math.max(from[1], to[1]) + reach));
    y += 1
  )
    for (
      let x = clamp(Math.floor(Math.min(from[0], to[0]) - reach));
      x <= clamp(Math.ceil(Math.max(from[0], to[0]) + reach));
      x += 1
    ) {
      const [u, v] = [x + 0.5 - from[0], y + 0.5 - from[1]];
      const along = squared === 0 ? 0 : Math.min(1, Math.max(0, (u * dx + v * dy) / squared));
      const value = reach - Math.hypot(u - along * dx, v - along * dy);
      const at = y * sizePx + x;
      if (value > alpha[at]!) alpha[at] = Math.min(1, value);
    }
}
