/** How unsteady the hand of a sketch is: a careful drawing means its small bends, a rough one does not. Pure. */
import type { Point } from "../../shared/vectors/vector-path.ts";
import { Fits } from "./fits.ts";
import { resampled, stepPx } from "./segments.ts";

/** Length of stretches that are looked at, in cells, and how far apart they begin. */
const [stretchPx, everyPx] = [40, 6] as const;
/** Which of all stretches tells, in order: corners and junctions bend many. */
const tellsAt = 0.4;
/** How far a steady hand is off the line or arc of a stretch, in cells, and a usual one; what the first counts, of the second. */
const [steadyPx, usualPx, steadyLeast] = [0.03, 0.09, 0.35] as const;

/**
 * @param curves middles of strokes
 * @returns 1 for a usual hand and all that are less steady
 */
export function handOf(curves: ReadonlyArray<readonly Point[]>): number {
  const span = Math.round(stretchPx / stepPx);
  const offs = curves.flatMap((curve) => {
    const points = resampled(curve, false);
    const fits = new Fits(points);
    const own: number[] = [];
    for (let from = 0; from + span < points.length; from += Math.round(everyPx / stepPx)) {
      const to = from + span;
      const squares = Math.min(fits.line(from, to), fits.arc(from, to)?.squares ?? Number.POSITIVE_INFINITY);
      own.push(Math.sqrt(squares / (span + 1)));
    }
    return own;
  });
  const off = offs.sort((one, other) => one - other)[Math.floor(tellsAt * offs.length)] ?? usualPx;
  return Math.min(1, Math.max(steadyLeast, (off - steadyPx) / (usualPx - steadyPx)));
}
