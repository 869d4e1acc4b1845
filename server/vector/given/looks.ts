/** The widths, ends and joins that a drawing's strokes may have got in an answer: fewer are tried the more would be drawn with each. Pure. */
import { pointsOf } from "../../../shared/vectors/vector-path.ts";
import type { GivenStroke, Shape } from "./read-shapes.ts";

export type Look = Partial<Pick<GivenStroke, "width" | "cap" | "join">>;

/** Shares of the way from a drawing's own width to the style's, as lines are redrawn (engine/lines/redraw-lines.ts). */
const changeShares = [1, 0.7, 0.4, 0.2] as const;
/** Pixels of shapes' boxes that are drawn at most, of all looks together, about a second's work; and those that any shape costs. */
const [drawnMostPx, shapePx] = [60_000_000, 10_000] as const;

/** Ends and joins, the usual pairs first: of many shapes only these are tried. */
const pairs: readonly Look[] = [{}, { cap: "round", join: "round" }, { cap: "butt", join: "miter" }];
const others: readonly Look[] = [
  ...[{ join: "miter" as const }, { join: "round" as const }],
  ...[{ cap: "butt" as const }, { cap: "butt" as const, join: "round" as const }],
  ...[{ cap: "round" as const }, { cap: "round" as const, join: "miter" as const }],
];

/** Those of one width together, its own first; others than its own only of lines of one width. @param shapes in pixels @param linePx width of the style's lines */
export function looksFor(shapes: readonly Shape[], linePx: number | undefined): Look[][] {
  const strokes = shapes.flatMap(({ stroke }) => (stroke ? [stroke] : []));
  const [first] = strokes;
  if (!first || strokes.some(({ width }) => Math.abs(width - first.width) > 0.01 * first.width)) return [[{}]];
  const shares = linePx === undefined ? [] : changeShares;
  const widths = [{}, ...shares.map((share) => ({ width: first.width + share * (linePx! - first.width) }))];
  const isOther = ({ cap, join }: Look): boolean =>
    (cap === undefined || strokes.some((own) => own.cap !== cap)) &&
    (join === undefined || strokes.some((own) => own.join !== join));
  const triedMost = Math.max(1, Math.floor(drawnMostPx / shapes.reduce((sum, shape) => sum + pixelsOf(shape), 0)));
  const tried = widths.slice(0, triedMost);
  const looks = [...pairs, ...others].filter(isOther).slice(0, Math.floor(triedMost / tried.length));
  return tried.map((width) => looks.map((look) => ({ ...width, ...look })));
}

/** Pixels that are looked at where a shape is drawn. */
function pixelsOf({ paths, stroke }: Shape): number {
  const points = paths.flatMap(pointsOf);
  const [width, height] = ([0, 1] as const).map((axis) => {
    const places = points.map((point) => point[axis]);
    return Math.max(...places) - Math.min(...places) + (stroke?.width ?? 0);
  });
  return shapePx + width! * height!;
}
