/**
 * The lines of a drawing as one draws them: strokes of the skeleton that go straight on where they meet others are one line (good continuation,
 * Wertheimer 1923). Pure.
 */
import type { Point } from "../../../../shared/vectors/vector-path.ts";
import { distanceOf, dot, minus, unit } from "../../outlines/polyline.ts";
import { type Stroke, strokesOf } from "../../outlines/skeleton-strokes.ts";
import { skeletonOf } from "../../pixels/strokes.ts";
import { labelAreas } from "../label-areas.ts";

/** Points from the end of a stroke by which its direction is told. */
const tailPoints = 6;
/** Widths of lines between the ends of strokes that go on in each other, and cosine of the turn up to which they do. */
const [acrossMost, onLeast] = [2.2, 0.85] as const;

/** A line of a drawing. */
export interface DrawnLine {
  /** About a pixel apart, stroke by stroke, in pixels. */
  readonly points: readonly Point[];
  readonly isClosed: boolean;
  /** From end to end along its strokes, by their lengths, 0 to 1. */
  readonly straight: number;
  /** Share of the other lines' points that it encloses. */
  readonly encloses: number;
}

/** @param alphas [sizePx, sizePx], of lines @param width of these, of the side */
export function linesIn(alphas: Float32Array, sizePx: number, width: number): DrawnLine[] {
  const strokes = strokesOf(skeletonOf(alphas, sizePx), sizePx);
  const groups = new Map<number, Stroke[]>();
  for (const [at, group] of joined(strokes, width * sizePx).entries())
    groups.set(group, [...(groups.get(group) ?? []), strokes[at]!]);
  return [...groups.values()].map((own) => {
    const others = strokes.filter((stroke) => !own.includes(stroke)).flatMap(({ points }) => points);
    const points = own.flatMap((stroke) => stroke.points);
    const within = areasWithin(points, sizePx);
    const chords = own.map((stroke) => distanceOf(stroke.points[0]!, stroke.points.at(-1)!));
    return {
      points,
      isClosed:
        own.some(({ isClosed }) => isClosed) || within.areas.some((area) => area > 0 && area !== within.areas[0]),
      straight: chords.reduce((sum, chord) => sum + chord, 0) / points.length,
      encloses: enclosedShare(within, others),
    };
  });
}

interface Tip {
  readonly stroke: number;
  readonly at: Point;
  /** Outwards, of length 1. */
  readonly along: Point;
}

/** The line of each stroke, from 0 on. */
function joined(strokes: readonly Stroke[], widthPx: number): number[] {
  const tips = strokes.flatMap(({ points, isClosed }, stroke): Tip[] => {
    if (isClosed) return [];
    const last = points.length - 1;
    const tip = (at: number, from: number): Tip => ({
      stroke,
      at: points[at]!,
      along: unit(minus(points[at]!, points[from]!)),
    });
    return [tip(0, Math.min(last, tailPoints)), tip(last, Math.max(0, last - tailPoints))];
  });
  const pairs = tips
    .flatMap((one, at) => tips.slice(at + 1).map((other) => ({ one, other, on: -dot(one.along, other.along) })))
    .filter(({ one, other, on }) => on >= onLeast && goesOn(one, other, widthPx))
    .sort((first, second) => second.on - first.on);
  const taken = new Set<Tip>();
  const group = strokes.map((_, at) => at);
  for (const { one, other } of pairs) {
    if (taken.has(one) || taken.has(other)) continue;
    taken.add(one).add(other);
    const [to, from] = [group[one.stroke]!, group[other.stroke]!];
    for (const [at, own] of group.entries()) if (own === from) group[at] = to;
  }
  const order = [...new Set(group)];
  return group.map((own) => order.indexOf(own));
}

function goesOn(one: Tip, other: Tip, widthPx: number): boolean {
  const far = distanceOf(one.at, other.at);
  if (far > acrossMost * widthPx) return false;
  return far < 1 || dot(unit(minus(other.at, one.at)), one.along) >= onLeast / 2;
}

/** Areas that lines enclose, on a grid with a border, and the place of a point in it. */
function areasWithin(lines: readonly Point[], sizePx: number) {
  const broad = sizePx + 2;
  const mask = new Uint8Array(broad ** 2);
  const placeOf = ([x, y]: Point): number => (Math.floor(y) + 1) * broad + Math.floor(x) + 1;
  // Two pixels broad, so that no step lets through.
  for (const point of lines)
    for (const next of [0, 1, broad]) mask[Math.min(mask.length - 1, placeOf(point) + next)] = 1;
  return { areas: labelAreas(mask, 0, broad), placeOf };
}

/** Share of other points that lines enclose. */
function enclosedShare({ areas, placeOf }: ReturnType<typeof areasWithin>, others: readonly Point[]): number {
  const inside = others.filter((point) => areas[placeOf(point)]! > 0 && areas[placeOf(point)] !== areas[0]);
  return others.length === 0 ? 0 : inside.length / others.length;
}
