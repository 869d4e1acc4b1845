/**
 * Gaps cut into the outlines of a drawing of lines, for a style that has them everywhere. Each part of a drawing that encloses enough gets one, in the
 * line around it, where the style's own lie most often (a kernel density, Parzen 1962), away from ends, corners and places where lines meet. Pure.
 */
import type { Point } from "../../../../shared/vectors/vector-path.ts";
import { distanceOf, dot, minus, plus, unit } from "../../outlines/polyline.ts";
import { type Stroke, strokesOf } from "../../outlines/skeleton-strokes.ts";
import { skeletonOf } from "../../pixels/strokes.ts";
import { labelAreas } from "../label-areas.ts";
import { bordered } from "../shape.ts";
import { isBroken, type StyleGaps } from "./style-gaps.ts";

/** Longer side of a part that gets a gap, of the side. */
const partLeast = 0.4;
/** How near places of gaps are that count together, of the side. */
const nearby = 0.1;
/** Least cosine of the line's turn over a gap: where it bends more there is none. */
const straightLeast = 0.8;
/** Widths of lines from a gap's ends to where the line meets another. */
const clear = 1.2;
/** Widths of lines from the middle of a line to what lies beside it. */
const beside = 1;
/** Widths of lines from the middle of a line up to which pixels are its own. */
const ownReach = 1.1;

export interface BrokenLook {
  readonly gaps: StyleGaps;
  /** How lines end. */
  readonly ends?: "round" | "flat" | undefined;
}

/**
 * @param inside how far each pixel's middle lies inside of ink, in pixels, [sizePx, sizePx]
 * @param width of the lines, of the side, 0 to 1
 * @returns the same array where there is nothing to cut: no part is large, or the drawing has gaps already
 */
export function cutGaps(inside: Float32Array, sizePx: number, { gaps, ends }: BrokenLook, width: number): Float32Array {
  const alphas = inside.map((px) => Math.min(1, Math.max(0, px + 0.5)));
  if (isBroken({ alphas, sizePx }, width)) return inside;
  const [widthPx, lengthPx] = [width * sizePx, gaps.length * sizePx];
  const sides = sidesOf(inside, sizePx);
  // From the middle of one round end to that of the other.
  const reachPx = (lengthPx + widthPx) / 2;
  const best = new Map<number, { readonly rating: number; readonly stroke: Stroke; readonly at: number }>();
  for (const stroke of strokesOf(skeletonOf(alphas, sizePx), sizePx)) {
    const margin = Math.ceil(reachPx + (stroke.isClosed ? 0 : clear * widthPx));
    const { length } = stroke.points;
    if (length <= 2 * margin + 1) continue;
    for (let at = stroke.isClosed ? 0 : margin; at < length - (stroke.isClosed ? 0 : margin); at += 1) {
      const [from, middle, to] = [at - margin, at, at + margin].map((place) => pointOf(stroke, place)) as [
        Point,
        Point,
        Point,
      ];
      const [before, after] = [unit(minus(middle, from)), unit(minus(to, middle))];
      if (dot(before, after) < straightLeast) continue;
      const part = sides.outlinedPart(middle, unit(minus(to, from)), beside * widthPx);
      if (part === undefined) continue;
      const rating = densityAt(middle, gaps, sizePx);
      if (rating > (best.get(part)?.rating ?? -1)) best.set(part, { rating, stroke, at });
    }
  }
  if (best.size === 0) return inside;
  const cut = inside.slice();
  for (const { stroke, at } of best.values()) {
    const path = Array.from({ length: 2 * Math.round(reachPx) + 1 }, (_, step) =>
      pointOf(stroke, at + step - Math.round(reachPx)),
    );
    cutAlong(cut, sizePx, path, widthPx, ends === "flat");
  }
  return cut;
}

/** How many of a style's gaps lie near a place, in pixels. */
const densityAt = ([x, y]: Point, { places }: StyleGaps, sizePx: number): number =>
  places.reduce((sum, [px, py]) => {
    const far = distanceOf([x / sizePx, y / sizePx], [px, py]) / nearby;
    return sum + Math.exp(-(far ** 2) / 2);
  }, 0);

function pointOf({ points, isClosed }: Stroke, at: number): Point {
  const { length } = points;
  return points[isClosed ? (at + length) % length : Math.min(length - 1, Math.max(0, at))]!;
}

/** What lies to either side of lines. */
function sidesOf(inside: Float32Array, sizePx: number) {
  const ink = Uint8Array.from(inside, (px) => (px >= 0 ? 1 : 0));
  const broad = sizePx + 2;
  const framed = bordered(ink, sizePx);
  const areas = labelAreas(framed, 0, broad);
  const parts = labelAreas(framed, 1, broad, true);
  const placeOf = ([x, y]: Point): number => {
    const [column, row] = [x, y].map((place) => Math.min(sizePx, Math.max(-1, Math.floor(place))) + 1) as [
      number,
      number,
    ];
    return row * broad + column;
  };
  const isLarge = largeParts(parts, broad, partLeast * sizePx);
  return {
    /** The large part whose outline a line is here, with all around on one side and what it encloses on the other. */
    outlinedPart(at: Point, along: Point, far: number): number | undefined {
      const across: Point = [-along[1], along[0]];
      const [one, other] = [areas[placeOf(plus(at, across, far))]!, areas[placeOf(plus(at, across, -far))]!];
      const isOutline = one !== other && one > 0 && other > 0 && (one === areas[0] || other === areas[0]);
      const part = parts[placeOf(at)]!;
      return isOutline && isLarge[part] ? part : undefined;
    },
  };
}

/** By the longer sides of their boxes. */
function largeParts(parts: Uint16Array, sidePx: number, leastPx: number): boolean[] {
  const boxes: Array<{ left: number; right: number; top: number; bottom: number } | undefined> = [];
  for (let at = 0; at < parts.length; at += 1) {
    if (parts[at] === 0) continue;
    const [x, y] = [at % sidePx, Math.floor(at / sidePx)];
    const box = boxes[parts[at]!];
    if (!box) boxes[parts[at]!] = { left: x, right: x, top: y, bottom: y };
    else {
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.bottom = y;
    }
  }
  return Array.from(
    boxes,
    (box) => box !== undefined && Math.max(box.right - box.left, box.bottom - box.top) + 1 >= leastPx,
  );
}

/**
 * @param inside changed in place
 * @param path middles of the line from end to end of the gap, about a pixel apart; round ends lie around the first and the last
 */
function cutAlong(
  inside: Float32Array,
  sizePx: number,
  path: readonly Point[],
  widthPx: number,
  isFlat: boolean,
): void {
  const [first, last] = [path[0]!, path.at(-1)!];
  const [outOfFirst, outOfLast] = [
    unit(minus(path[Math.min(path.length - 1, 3)]!, first)),
    unit(minus(path[Math.max(0, path.length - 4)]!, last)),
  ];
  const reach = ownReach * widthPx;
  const [left, top] = [0, 1].map((axis) => Math.floor(Math.min(...path.map((at) => at[axis as 0 | 1])) - reach));
  const [right, bottom] = [0, 1].map((axis) => Math.ceil(Math.max(...path.map((at) => at[axis as 0 | 1])) + reach));
  for (let row = Math.max(0, top!); row < Math.min(sizePx, bottom!); row += 1)
    for (let column = Math.max(0, left!); column < Math.min(sizePx, right!); column += 1) {
      const at: Point = [column + 0.5, row + 0.5];
      // Beyond the ends the line stays.
      const [pastFirst, pastLast] = [dot(minus(at, first), outOfFirst), dot(minus(at, last), outOfLast)];
      if (pastFirst < 0 || pastLast < 0) continue;
      if (path.every((own) => distanceOf(own, at) > reach)) continue;
      const kept = isFlat
        ? widthPx / 2 - Math.min(pastFirst, pastLast)
        : widthPx / 2 - Math.min(distanceOf(at, first), distanceOf(at, last));
      const place = row * sizePx + column;
      inside[place] = Math.min(inside[place]!, kept);
    }
}
