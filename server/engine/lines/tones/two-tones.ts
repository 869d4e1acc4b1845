/**
 * Lines in two tones, as sets have them whose secondary lines are paler. No rule predicts which lines a set makes paler: of the one that was looked at half
 * of all lines have the tint, and what a line is like among the others tells it no better than chance. So a frame around all else has it, or else
 * all but the main line. Pure.
 */
import { oddsPerPx } from "../../pixels/layered-image.ts";
import { sides } from "../../pixels/places.ts";
import { distancesTo } from "../distances.ts";
import { isLines, lineWidthOf } from "../line-width.ts";
import { shapeOf } from "../shape.ts";
import { flatTint, tintToMiddles } from "./flat-tint.ts";
import { type DrawnLine, linesIn } from "./line-groups.ts";

/** Share of the other lines that a frame encloses at least. */
const frameLeast = 0.9;
/** How much a pixel of a closed line counts towards the main one, of an open one that is straight, and of one that bends besides. */
const [closedWeight, openWeight] = [1.2, 0.35] as const;
/** How near a line must come to the main one to be of it. */
const mainLeast = 0.85;
/** Pixels by which the middle of a line strays from that of its skeleton. */
const strayPx = 0.8;
/** Share of a style's drawings whose lines must have both tones, and pixels of a tone for each of the picture's sides. */
const [tonedLeast, toneLeast] = [0.5, 0.8] as const;

/** How far beside a tint it is looked what lies there, in pixels, and how much more often that must be nothing than ink. */
const [besidePx, emptyTimes] = [4, 2] as const;

/** A drawing of one ink and a tint of it. */
interface Tinted {
  /** [sizePx, sizePx] */
  readonly alphas: Float32Array;
  readonly sizePx: number;
}

/** Whether it is lines that have a drawing's tint. @param tint its alpha */
export function isTintOfLines({ alphas, sizePx }: Tinted, tint: number): boolean {
  const flat = flatTint(alphas, sizePx, tint);
  const pixels = flat.reduce((sum, is) => sum + is, 0);
  if (pixels < toneLeast * sizePx || !isBesideNothing(flat, alphas, sizePx, tint)) return false;
  return isLines(lineWidthOf(shapeOf(tintToMiddles(alphas, sizePx, tint, 1 / sizePx, flat), sizePx), sizePx));
}

/** Whether what has a tint lies beside nothing for the most part, and not between lines of ink. */
function isBesideNothing(flat: Uint8Array, alphas: Float32Array, sizePx: number, tint: number): boolean {
  let [empty, inked] = [0, 0];
  for (let at = 0; at < flat.length; at += 1) {
    if (flat[at] === 0) continue;
    for (const [dx, dy] of sides) {
      const [x, y] = [(at % sizePx) + dx * besidePx, Math.floor(at / sizePx) + dy * besidePx];
      const isInside = x >= 0 && y >= 0 && x < sizePx && y < sizePx;
      const alpha = isInside ? alphas[y * sizePx + x]! : 0;
      if (alpha < tint / 2) empty += 1;
      else if (alpha >= (1 + tint) / 2) inked += 1;
    }
  }
  return empty >= emptyTimes * inked;
}

/** Whether lines have two tones in most drawings of a style. @param tint alpha of the paler ones */
export const areTwoToned = (drawings: readonly Tinted[], tint: number): boolean =>
  drawings.filter((drawing) => isTintOfLines(drawing, tint)).length >= tonedLeast * drawings.length;

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
  const radius = (width * sizePx) / 2 + strayPx;
  const [farFromInk, farFromTint] = [inked, lines.filter((line) => !inked.includes(line))].map((some) =>
    distancesTo(1, maskOf(some, sizePx), sizePx, sizePx),
  ) as [Float32Array, Float32Array];
  // Ink lies over the tint where both meet, and corners are of the line that is nearer.
  return odds.map((value, at) => {
    const far = farFromInk[at]!;
    return Math.min(value, oddsPerPx * Math.max(radius - far, (farFromTint[at]! - far) / 2));
  });
}

/** The middles of lines, [sizePx, sizePx]. */
function maskOf(lines: readonly DrawnLine[], sizePx: number): Uint8Array {
  const mask = new Uint8Array(sizePx ** 2);
  for (const { points } of lines) for (const [x, y] of points) mask[Math.floor(y) * sizePx + Math.floor(x)] = 1;
  return mask;
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
