/**
 * Whether the drawings of a style were drawn by hand, and how that hand strays: read off their edges. A style counts as drawn by hand only where
 * it is plain: few edges are exact, and lines are of uneven width or edges tremble. Pure.
 */
import { lineWidthOf } from "../lines/line-width.ts";
import { shapeOf } from "../lines/shape.ts";
import { isCircle, narrowMost, type Offset, offsetsAlong, strayingsAlong } from "./along-edges.ts";
import { type Contour, contoursOf, partsOfSide } from "./contours.ts";

/** How a hand draws. */
export interface Hand {
  /** Standard deviation of how far edges lie off along either axis, of the side. */
  readonly stray: number;
  /** Length over which they come back, of the side. */
  readonly wave: number;
  /** Relative standard deviation of the width of lines along them. */
  readonly uneven: number;
}

/** Drawings and windows along their edges from which on anything is said of a style, and drawings that are looked at. */
const [drawingsLeast, windowsLeast, lookedMost] = [3, 30, 16] as const;
/** The same windows of one drawing. */
const ownWindowsLeast = 8;
/** What moves across by no more is exact, in 128ths of the side, and share of the edges that may be. */
const [exactWithin, exactMost] = [0.15, 0.22] as const;
/** Exact circles for each drawing, as in none by hand. */
const circlesMost = 0.1;
/** Median spread of the widths of lines from which on they are uneven, and share of the drawings that must be of lines then. */
const [spreadLeast, linesLeast] = [0.15, 0.5] as const;
/** Where this many are of lines, and so few edges are exact, their width need not be uneven: 0.13 is the least of any clean set of lines. */
const [mostlyLines, hardlyExact] = [0.75, 0.1] as const;
/** Lower quartile of the distances from arcs from which on edges tremble: 0.067 is the most of any clean set. */
const trembleLeast = 0.075;
/** What is too broad or too deep for lines (../lines/line-width.ts). */
const [widthMost, deepMost] = [0.15, 0.15] as const;
/** Between the first and the last fifth of a normal distribution, in standard deviations, and the most of what is no joint of lines. */
const [fifthsApart, unevenMost] = [1.683, 0.2] as const;

/** Of one ink, or without what it lies on: [sizePx, sizePx]. */
export interface Alphas {
  readonly alphas: Float32Array;
  readonly sizePx: number;
}

/** @param isTakenOff drawings were taken off a ground or a shadow, where edges tremble that did not */
export const handOf = (drawings: readonly Alphas[], isTakenOff = false): Hand | undefined =>
  drawings.length < drawingsLeast ? undefined : handIn(drawings, windowsLeast, isTakenOff);

/** The hand that drew one drawing, by which it strays already. */
export const ownHandOf = (drawing: Alphas): Hand | undefined => handIn([drawing], ownWindowsLeast);

function handIn(drawings: readonly Alphas[], least: number, isTakenOff = false): Hand | undefined {
  const looked = drawings.slice(0, lookedMost);
  const contours = looked.flatMap(({ alphas, sizePx }) => contoursOf(alphas, sizePx));
  const offsets = contours.flatMap(offsetsAlong);
  const exact = shareOfExact(offsets, least);
  if (exact > exactMost || contours.filter(isCircle).length > circlesMost * looked.length) return undefined;
  const { share, spread } = linesIn(looked);
  const isUneven = share >= linesLeast && spread >= spreadLeast;
  const isNeverExact = share >= mostlyLines && exact <= hardlyExact;
  if (!isUneven && !isNeverExact && (isTakenOff || tremblingOf(contours) < trembleLeast)) return undefined;
  return { ...strayOf(offsets), uneven: share < linesLeast ? 0 : Math.min(unevenMost, spread / fifthsApart) };
}

const tremblingOf = (contours: readonly Contour[]): number => quantile(contours.flatMap(strayingsAlong), 0.25);

/** 1 where too few edges may be meant to be straight. */
function shareOfExact(offsets: readonly Offset[], least: number): number {
  const narrow = offsets.filter(({ range }) => range <= narrowMost);
  const exact = narrow.filter(({ whole }) => whole <= exactWithin).length;
  return narrow.length < least ? 1 : exact / narrow.length;
}

/**
 * Fitted to icons that were drawn with known strays of 0.5 to 3 and waves of 20 to 150: what strays far is no longer taken for straight, so the
 * offsets of what is left grow more slowly than the hand strays.
 */
function strayOf(offsets: readonly Offset[]): Pick<Hand, "stray" | "wave"> {
  const whole = offsets.map((offset) => offset.whole);
  const ratio =
    quantile(
      offsets.map(({ short }) => short),
      0.5,
    ) / quantile(whole, 0.5);
  const stray = Math.min(3, 1.07 * quantile(whole, 0.4) ** 1.6);
  const wave = Math.min(140, Math.max(20, 22 * ratio ** -1.2));
  return { stray: stray / partsOfSide, wave: wave / partsOfSide };
}

/** Share of the drawings that are of lines, and the median spread of their widths. */
function linesIn(drawings: readonly Alphas[]): { readonly share: number; readonly spread: number } {
  const spreads = drawings.flatMap(({ alphas, sizePx }) => {
    const lines = lineWidthOf(shapeOf(alphas, sizePx), sizePx);
    return lines && lines.width <= widthMost && lines.deep <= deepMost ? [lines.spread] : [];
  });
  return { share: spreads.length / drawings.length, spread: quantile(spreads, 0.5) };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}
