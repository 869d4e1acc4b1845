/**
 * How broad the lines of drawings are, and whether they are drawn in lines of one width at all. The width of a line is twice the depth
 * of its middle (the medial axis, Blum 1967). Pure.
 */
import { hasGaps } from "./broken-lines.ts";
import { finePerPx, type Shape, shapeOf } from "./shape.ts";

/** Lines of one drawing. */
export interface LineWidth {
  /** Of the drawing's side, 0 to 1. */
  readonly width: number;
  /** Between the first and the last fifth of all middles, of the width. */
  readonly spread: number;
  /** Share of the ink that is too broad for lines. */
  readonly deep: number;
}

/** Width of what is still lines, of the side: 3.6 px of 24. */
const widthMost = 0.15;
/** Spread up to which a drawing has lines of one width. */
const spreadMost = 0.3;
/** Share of ink that is too broad, up to which a drawing is of lines. */
const deepMost = 0.15;
const usualTint = 0.25;
/** Drawings of a style that are looked at; each takes some 10 ms. */
const lookedMost = 12;
/** Share of them with gaps in their lines, from which on the style has such lines. */
const brokenLeast = 0.3;
/** Share of them that must be lines so that the style has a width, and so that it is all lines. */
const [someLeast, allLeast] = [0.2, 0.75] as const;
/** Share of them with fills from which on a style is of fills, and share of a drawing's ink that is too broad for lines then. */
const [fillsLeast, deepLeast] = [0.55, 0.05] as const;
/** How much broader the broad ones of a style may be than its thin ones. */
const broaderMost = 1.35;
/** With fewer middles, as in dots, nobody knows. */
const middlesLeast = 24;

/** @returns undefined where there is next to no ink */
export function lineWidthOf({ depth, middles, deep }: Shape, sizePx: number): LineWidth | undefined {
  if (middles.length < middlesLeast) return undefined;
  // A line of an even number of cells has two rows of middles, half a cell off.
  const widths = Float32Array.from(middles, (at) => 2 * depth[at]! - 0.5).sort();
  const at = (share: number): number => widths[Math.floor(share * (widths.length - 1))]!;
  return { width: at(0.5) / (finePerPx * sizePx), spread: (at(0.8) - at(0.2)) / at(0.5), deep };
}

/** Whether a drawing is lines of one width. */
export const isLines = (found: LineWidth | undefined): found is LineWidth =>
  found !== undefined && found.width <= widthMost && found.spread <= spreadMost && found.deep <= deepMost;

/** Alphas of a drawing with a tint, as if the tint were nothing: about the alpha that most tints have. */
export const overTint = (alphas: Float32Array): Float32Array =>
  alphas.map((alpha) => Math.max(0, (alpha - usualTint) / (1 - usualTint)));

/** Lines of a style. */
export interface StyleLines {
  /** Of its drawings that are lines of one width, of their side; absent where too few are, or where it differs. */
  readonly width?: number | undefined;
  /** Whether nearly all of its drawings are such lines; else most have fills. */
  readonly isAll: boolean;
  /** Alpha of the tint beside lines, where there is one. */
  readonly tint?: number | undefined;
}

/**
 * Undefined where a style's drawings are neither lines of one width nor fills, or where lines have gaps.
 * @param drawings of one ink: alphas [sizePx, sizePx]; more than a few say nothing new
 */
export function linesOfStyle(
  drawings: ReadonlyArray<{ readonly alphas: Float32Array; readonly sizePx: number }>,
): StyleLines | undefined {
  const looked = drawings.slice(0, lookedMost);
  const shapes = looked.map(({ alphas, sizePx }) => {
    const shape = shapeOf(alphas, sizePx);
    return { deep: shape.deep, lines: lineWidthOf(shape, sizePx) };
  });
  const widths = shapes.flatMap(({ lines }) => (isLines(lines) ? [lines.width] : [])).sort((one, other) => one - other);
  const at = (share: number): number => widths[Math.floor(share * (widths.length - 1))]!;
  const isSame = widths.length >= Math.max(1, someLeast * looked.length) && at(0.8) <= broaderMost * at(0.2);
  const width = isSame ? at(0.5) : undefined;
  if (width === undefined || widths.length < allLeast * looked.length) {
    // Faint drawings and dots are neither.
    const fills = shapes.filter(({ deep }) => deep > deepLeast).length;
    return fills >= fillsLeast * looked.length ? { ...(width !== undefined && { width }), isAll: false } : undefined;
  }
  const broken = looked.filter(({ alphas, sizePx }) => hasGaps(alphas, sizePx, width));
  return broken.length < brokenLeast * looked.length ? { width, isAll: true } : undefined;
}
