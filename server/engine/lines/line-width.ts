/**
 * How broad the lines of drawings are, and whether they are drawn in lines of one width at all. The width of a line is twice the depth
 * of its middle (the medial axis, Blum 1967). Pure.
 */
import { cornersOfStyle, type StyleCorners } from "../corners/style-corners.ts";
import { gapsOfStyle, type StyleGaps } from "./gaps/style-gaps.ts";
import { enclosedByInk } from "./label-areas.ts";
import { finePerPx, type Shape, shapeOf } from "./shape.ts";

/** Lines of one drawing. */
export interface LineWidth {
  /** Of the drawing's side, 0 to 1. */
  readonly width: number;
  /** Between the first and the last fifth of all middles, of the width. */
  readonly spread: number;
  /** Its ink, in squares as broad as the lines. */
  readonly long: number;
  /** Share of the ink that is too broad for lines. */
  readonly deep: number;
}

/** Width of what is still lines, of the side: 3.6 px of 24. */
export const widthMost = 0.15;
/** Spread up to which a drawing has lines of one width, and what the place of hairlines among the pixels changes. */
const [spreadMost, hairSpreadPx] = [0.3, 0.75] as const;
/** The same, and how much broader broad lines may be, in a style that is drawn by hand. */
const [byHandSpreadMost, byHandBroaderMost] = [0.7, 1.8] as const;
/** Share of ink that is too broad, up to which a drawing is of lines. */
const deepMost = 0.15;
/** Drawings of a style that are looked at; each takes some 10 ms. */
const lookedMost = 16;
/** Share of them that must be lines so that the style is all lines; beside tints, which broad parts get, fewer. */
const [allLeast, besideTints] = [0.75, 0.6] as const;
/** Share of them with fills from which on a style is of fills, and share of a drawing's ink that is too broad for lines then. */
const [fillsLeast, deepLeast] = [0.55, 0.05] as const;
/** How much broader the broad ones of a style of lines may be than its thin ones. */
const broaderMost = 1.35;
/** How much the width of a drawing's lines may differ from that of the style, how long they are of their width then, and the share of such drawings
 * beside fills, and where there are few of these. */
const [alikeMost, longLeast, someLeast, mixedLeast] = [1.1, 28, 0.25, 0.3] as const;
/** Share of a style's drawings that must have lines as broad as those of a drawing, so that the drawing's lines keep their width. */
const ownLeast = 0.15;
/** Share that an outline encloses of its silhouette, and share of a style's drawings from which on outlines are no exceptions. */
const [enclosedLeast, outlinesLeast] = [0.25, 0.4] as const;
/** With fewer middles, as in dots, nobody knows. */
const middlesLeast = 24;

/** @returns undefined where there is next to no ink */
export function lineWidthOf({ depth, middles, deep, area }: Shape, sizePx: number): LineWidth | undefined {
  if (middles.length < middlesLeast) return undefined;
  // A line of an even number of cells has two rows of middles, half a cell off.
  const widths = Float32Array.from(middles, (at) => 2 * depth[at]! - 0.5).sort();
  const at = (share: number): number => widths[Math.floor(share * (widths.length - 1))]!;
  const apart = at(0.8) - at(0.2);
  const spread = apart <= hairSpreadPx * finePerPx ? 0 : apart / at(0.5);
  return { width: at(0.5) / (finePerPx * sizePx), spread, deep, long: area / at(0.5) ** 2 };
}

/** Whether a drawing is lines of one width. @param spread up to which they are */
export const isLines = (found: LineWidth | undefined, spread: number = spreadMost): found is LineWidth =>
  found !== undefined && found.width <= widthMost && found.spread <= spread && found.deep <= deepMost;

/** Lines of a style. */
export interface StyleLines {
  /** Of its drawings that are lines of one width, of their side; absent where too few are, or where it differs. */
  readonly width?: number | undefined;
  /** Of each of its drawings that has lines of one width, of their side. */
  readonly widths?: readonly number[] | undefined;
  /** Whether nearly all of its drawings are such lines; else most have fills. */
  readonly isAll: boolean;
  /** Share of outlines among its drawings that are outlines or fills, where two fifths of all or more are outlines, but not all are lines; says nothing beside a tint. */
  readonly outlinedShare?: number | undefined;
  /** Alpha of the tint beside lines, where there is one. */
  readonly tint?: number | undefined;
  /** Whether it is lines that have the tint, beside others that have not, and nothing is filled. */
  readonly areTwoToned?: boolean | undefined;
  /** Share of what lines enclose that has the tint, by area, 0 to 1; where all is lines. */
  readonly tinted?: number | undefined;
  /** Width of the lines in which the edges of its lines are drawn, of the side, where these are of the tint. */
  readonly edge?: number | undefined;
  /**
   * Width of the tubes that lines become, of the side, where a style outlines fills of a tint, or draws contours alone; its outlines are as broad as its
   * lines.
   */
  readonly tube?: number | undefined;
  /** Whether nearly all its drawings are such tubes, or many (tubes.ts). */
  readonly areTubes?: boolean | undefined;
  /** Their corners and ends, where these are clear. */
  readonly corners?: StyleCorners | undefined;
  /** Gaps in its outlines, where most are broken and all is lines of one ink. */
  readonly gaps?: StyleGaps | undefined;
}

/**
 * Undefined where a style's drawings are faint or dots.
 * @param drawings of one ink: alphas [sizePx, sizePx]; more than a few say nothing new
 * @param looks `hasTints`: they have tints too, which are not among the alphas; `isByHand`: drawn by hand, whose lines are of uneven width
 *   and need not meet
 */
export function linesOfStyle(
  drawings: ReadonlyArray<{ readonly alphas: Float32Array; readonly sizePx: number }>,
  { hasTints = false, isByHand = false }: { readonly hasTints?: boolean; readonly isByHand?: boolean } = {},
): StyleLines | undefined {
  const [spread, broader] = isByHand ? [byHandSpreadMost, byHandBroaderMost] : [spreadMost, broaderMost];
  const looked = drawings.slice(0, lookedMost);
  const shapes = looked.map(({ alphas, sizePx }) => {
    const shape = shapeOf(alphas, sizePx);
    return { alphas, sizePx, deep: shape.deep, lines: lineWidthOf(shape, sizePx) };
  });
  // Faint drawings and dots are neither lines nor fills.
  const fills = shapes.filter(({ deep }) => deep > deepLeast).length;
  const widths = shapes
    .flatMap(({ lines }) => (isLines(lines, spread) ? [lines.width] : []))
    .sort((one, other) => one - other);
  const at = (share: number): number => widths[Math.floor(share * (widths.length - 1))]!;
  const hair = hairSpreadPx / (looked[0]?.sizePx ?? 1);
  const isSame = at(0.8) <= Math.max(broader * at(0.2), at(0.2) + hair);
  // A hand has neither round nor sharp ones.
  const corners = (width: number | undefined, isOfFills = false) =>
    isByHand ? {} : cornersIn(looked, width, isOfFills);
  if (widths.length >= Math.max(1, (hasTints ? besideTints : allLeast) * looked.length) && isSame) {
    const gaps = isByHand ? undefined : gapsOfStyle(looked, at(0.5));
    // With fills beside them nobody knows what gaps are.
    if (!gaps || fills === 0)
      return { width: at(0.5), widths, isAll: true, ...corners(at(0.5)), ...(gaps && { gaps }) };
  }
  const { width, sure, count } = commonWidth(shapes.flatMap(({ lines }) => (lines ? [lines] : [])));
  const outlines = outlinesAmong(shapes, spread);
  // Some filled, some in lines of one width or another.
  if (fills < fillsLeast * looked.length && count < mixedLeast * looked.length)
    return fills + count >= someLeast * looked.length ? { isAll: false, ...outlines } : undefined;
  const own = sure >= someLeast * looked.length ? width : undefined;
  return { ...(own && { width, widths }), isAll: false, ...outlines, ...corners(own, true) };
}

/** The share of outlines among outlines and fills; nothing where outlines are exceptions. */
function outlinesAmong(
  shapes: ReadonlyArray<{
    readonly alphas: Float32Array;
    readonly sizePx: number;
    readonly deep: number;
    readonly lines: LineWidth | undefined;
  }>,
  spread: number,
): Pick<StyleLines, "outlinedShare"> {
  const [lined, others] = [
    shapes.filter((one) => isLines(one.lines, spread)),
    shapes.filter((one) => !isLines(one.lines, spread)),
  ];
  const outlines = lined.filter(({ alphas, sizePx }) => enclosedByInk(alphas, sizePx) >= enclosedLeast).length;
  if (outlines < outlinesLeast * shapes.length) return {};
  return { outlinedShare: outlines / (outlines + others.filter(({ deep }) => deep > deepLeast).length) };
}

/** Whether some of a style's drawings have lines as broad as these: icons in circles often have thinner ones than others of their set. */
export function isWidthOf({ widths = [] }: Pick<StyleLines, "widths">, width: number): boolean {
  return widths.filter((own) => isAlike(own, width)).length >= Math.max(2, ownLeast * widths.length);
}

const isAlike = (one: number, other: number): boolean => Math.max(one, other) <= alikeMost * Math.min(one, other);

function cornersIn(...of: Parameters<typeof cornersOfStyle>): Pick<StyleLines, "corners"> {
  const corners = cornersOfStyle(...of);
  return corners ? { corners } : {};
}

/** The width that most drawings with long lines have, among other lines and fills, how many those are, and how many drawings have it at all. */
function commonWidth(found: readonly LineWidth[]): {
  readonly width: number;
  readonly sure: number;
  readonly count: number;
} {
  const longer = (least: number): number[] =>
    found.filter(({ width, long }) => width <= widthMost && long >= least).map(({ width }) => width);
  const widths = longer(longLeast);
  const most = widths
    .map((one) => widths.filter((width) => isAlike(one, width)))
    .reduce((best, alike) => (alike.length > best.length ? alike : best), []);
  const width = most.sort((one, other) => one - other)[most.length >> 1] ?? 0;
  const count = longer(longLeast / 2).filter((one) => isAlike(one, width)).length;
  return { width, sure: most.length, count };
}
