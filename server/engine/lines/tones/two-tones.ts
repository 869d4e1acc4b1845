/**
 * Lines in two tones, as sets have them whose secondary lines are paler. Which these are says no rule of the sets that were looked at: of one, half of all
 * lines have the tint, and what a line is like among the others tells it no better than chance. So a frame around all else has it, or else all but
 * the main line. Pure.
 */
import type { Point } from "../../../../shared/vectors/vector-path.ts";
import { distanceOf } from "../../outlines/polyline.ts";
import { oddsPerPx } from "../../pixels/layered-image.ts";
import { type DrawnLine, linesIn } from "./line-groups.ts";

/** Share of the other lines that a frame encloses at least. */
const frameLeast = 0.9;
/** How much a pixel of a closed line counts towards the main one, of an open one that is straight, and of one that bends besides. */
const [closedWeight, openWeight] = [1.2, 0.35] as const;
/** How near a line must come to the main one to be of it. */
const mainLeast = 0.85;
/** Pixels by which the middle of a line strays from that of its skeleton. */
const strayPx = 0.8;
/** Pixels outside of an edge from which on nothing shows. */
const faintPx = 3;
/** Share of a style's drawings whose lines must have both tones. */
const tonedLeast = 0.6;
/** Share of a drawing's lines that is more than an edge between tones. */
const toneLeast = 0.08;

/**
 * Whether lines have two tones in most drawings of a style.
 * @param drawings alphas [sizePx, sizePx] of lines of one width @param tint alpha of the paler ones
 */
export const areTwoToned = (drawings: ReadonlyArray<{ readonly alphas: Float32Array }>, tint: number): boolean =>
  drawings.filter(({ alphas }) => {
    let [tinted, inked] = [0, 0];
    for (const alpha of alphas)
      if (alpha >= (1 + tint) / 2) inked += 1;
      else if (alpha >= (2 * tint) / 3) tinted += 1;
    return Math.min(tinted, inked) >= toneLeast * (tinted + inked);
  }).length >=
  tonedLeast * drawings.length;

/**
 * @param odds log-odds of the lines, [sizePx, sizePx] @param width of these, of the side
 * @param drawn alphas of the drawing, whose own tones stay, and the alpha of its tint
 * @returns log-odds of those in ink
 */
export function inkOfTwoTones(
  odds: Float32Array,
  sizePx: number,
  width: number,
  drawn?: { readonly alphas: Float32Array; readonly tint: number },
): Float32Array {
  const lines = linesIn(
    odds.map((value) => (value >= 0 ? 1 : 0)),
    sizePx,
    width,
  );
  const inked = (drawn && ownTones(lines, drawn, sizePx)) ?? mainLines(lines);
  if (inked.length === lines.length) return odds;
  const farFrom = (some: readonly DrawnLine[]) => {
    const points = some.flatMap((line) => line.points);
    return (place: Point): number =>
      points.reduce((least, point) => Math.min(least, distanceOf(point, place)), Number.POSITIVE_INFINITY);
  };
  const [farFromInk, farFromTint] = [farFrom(inked), farFrom(lines.filter((line) => !inked.includes(line)))];
  const radius = (width * sizePx) / 2 + strayPx;
  return odds.map((value, at) => {
    if (value < -faintPx * oddsPerPx) return value;
    const middle: Point = [(at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5];
    const far = farFromInk(middle);
    // Ink lies over the tint where both meet, and corners are of the line that is nearer.
    return Math.min(value, oddsPerPx * Math.max(radius - far, (farFromTint(middle) - far) / 2));
  });
}

/** Lines that a drawing in two tones has in ink; undefined where it has one tone. */
function ownTones(
  lines: readonly DrawnLine[],
  { alphas, tint }: { readonly alphas: Float32Array; readonly tint: number },
  sizePx: number,
): DrawnLine[] | undefined {
  const inked = lines.filter(({ points }) => {
    const levels = points.map(([x, y]) => alphas[Math.floor(y) * sizePx + Math.floor(x)]!);
    return 2 * levels.filter((alpha) => alpha >= (1 + tint) / 2).length >= levels.length;
  });
  return inked.length > 0 && inked.length < lines.length ? inked : undefined;
}

function mainLines(lines: readonly DrawnLine[]): readonly DrawnLine[] {
  if (lines.length < 2) return lines;
  const frame = lines.find(({ isClosed, encloses }) => isClosed && encloses >= frameLeast);
  if (frame) return lines.filter((line) => line !== frame);
  const ratings = lines.map(
    ({ isClosed, straight, points }) => points.length * (isClosed ? closedWeight : openWeight + 1 - straight),
  );
  const best = Math.max(...ratings);
  const main = lines.filter((_, at) => ratings[at]! >= mainLeast * best);
  // Of lines that are alike the first half.
  return main.length < lines.length ? main : main.slice(0, Math.ceil(main.length / 2));
}
