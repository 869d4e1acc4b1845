/** What strokes cover, as signed distances: with round or flat ends, and with round or sharp corners, as SVG and Figma draw them. Pure. */
import type { Path, Point } from "../../../shared/vectors/vector-path.ts";
import { cross, distanceOf, dot, minus, plus, turnOf, unit } from "../../engine/outlines/polyline.ts";
import { sampled } from "../curves/sampled.ts";

/** Pixels from the first to the last, both included. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface StrokeLook {
  readonly widthPx: number;
  readonly cap: "round" | "butt";
  readonly join: "round" | "miter";
}

/** Beyond this reach, of half the width, a sharp corner is cut off, as renderers do. */
const miterLimit = 4;
/** Least turn of a corner that stands out, in radians. */
const turnLeast = 0.2;
/** Distances beyond this from a stroke are not told apart. */
export const reachPx = 8;

/**
 * Writes how far each pixel's middle lies outside of a stroke with round corners into `outside`, where that is less than what is there.
 * @param outside [height, width] in pixels, below 0 within
 * @param box that is looked at
 * @param reach in pixels, beyond which distances are not told apart
 */
export function coverStroke(
  outside: Float32Array,
  gridPx: number,
  { points, isOpen }: FlatPath,
  { widthPx, cap }: Pick<StrokeLook, "widthPx" | "cap">,
  box: Readonly<Box>,
  reach = reachPx,
): void {
  const half = widthPx / 2;
  const isFlat = cap === "butt" && isOpen;
  for (let at = 0; at < points.length - 1; at += 1) {
    const [from, to] = [points[at]!, points[at + 1]!];
    const length = distanceOf(from, to);
    if (length === 0) continue;
    const [alongX, alongY] = unit(minus(to, from));
    const [startsFlat, endsFlat] = [isFlat && at === 0, isFlat && at === points.length - 2];
    // Plain numbers: this runs for every pixel near every step of a line.
    eachNear(box, gridPx, [from, to], half + reach, (pixel, x, y) => {
      const [dx, dy] = [x - from[0], y - from[1]];
      const way = dx * alongX + dy * alongY;
      const aside = Math.abs(alongX * dy - alongY * dx);
      const beyond = way < 0 ? -way : way > length ? way - length : 0;
      const isCut = beyond > 0 && (way < 0 ? startsFlat : endsFlat);
      const own =
        isCut && aside <= half
          ? Math.max(beyond, aside - half)
          : isCut
            ? Math.sqrt(beyond ** 2 + (aside - half) ** 2)
            : Math.sqrt(beyond ** 2 + aside ** 2) - half;
      if (own < outside[pixel]!) outside[pixel] = own;
    });
  }
}

/** Adds sharp corners to what `coverStroke` wrote. */
export function coverMiters(
  outside: Float32Array,
  gridPx: number,
  { corners }: FlatPath,
  widthPx: number,
  box: Readonly<Box>,
): void {
  const half = widthPx / 2;
  for (const { at, coming, going } of corners) {
    const turn = turnOf(coming, going);
    const reach = 1 / Math.cos(turn / 2);
    if (Math.abs(turn) < turnLeast || reach > miterLimit) continue;
    const sign = turn > 0 ? -1 : 1;
    const tip = plus(at, unit(minus(coming, going)), half * reach);
    eachPixel(box, gridPx, [at, tip], half + reachPx, (pixel, x, y) => {
      const off: Point = [x - at[0], y - at[1]];
      const asides = Math.max(sign * cross(coming, off), sign * cross(going, off)) - half;
      const own = Math.max(asides, -dot(coming, off), dot(going, off));
      if (own < outside[pixel]!) outside[pixel] = own;
    });
  }
}

/** Visits the pixels that are so near to a line, and some beside them. */
function eachNear(
  box: Readonly<Box>,
  gridPx: number,
  [one, other]: readonly [Point, Point],
  reach: number,
  visit: (pixel: number, x: number, y: number) => void,
): void {
  const [alongX, alongY] = minus(other, one);
  const [top, bottom] = [Math.min(one[1], other[1]) - reach, Math.max(one[1], other[1]) + reach];
  /** Where the line is at a height, or at its end that is nearest to that. */
  const xAt = (y: number): number => one[0] + alongX * Math.min(1, Math.max(0, (y - one[1]) / alongY));
  for (let y = Math.max(box.top, Math.floor(top)); y <= Math.min(box.bottom, bottom); y += 1) {
    const [from, to] = alongY === 0 ? [one[0], other[0]] : [xAt(y + 0.5 - reach), xAt(y + 0.5 + reach)];
    eachOfRow(box, gridPx, y, [Math.min(from, to) - reach, Math.max(from, to) + reach], visit);
  }
}

function eachPixel(
  box: Readonly<Box>,
  gridPx: number,
  [one, other]: readonly [Point, Point],
  reach: number,
  visit: (pixel: number, x: number, y: number) => void,
): void {
  const [left, right] = [Math.min(one[0], other[0]) - reach, Math.max(one[0], other[0]) + reach];
  const [top, bottom] = [Math.min(one[1], other[1]) - reach, Math.max(one[1], other[1]) + reach];
  for (let y = Math.max(box.top, Math.floor(top)); y <= Math.min(box.bottom, bottom); y += 1)
    eachOfRow(box, gridPx, y, [left, right], visit);
}

function eachOfRow(
  box: Readonly<Box>,
  gridPx: number,
  y: number,
  [left, right]: readonly [number, number],
  visit: (pixel: number, x: number, y: number) => void,
): void {
  for (let x = Math.max(box.left, Math.floor(left)); x <= Math.min(box.right, right); x += 1)
    visit(y * gridPx + x, x + 0.5, y + 0.5);
}

/** A corner of a path, with its directions. */
interface CornerAt {
  readonly at: Point;
  readonly coming: Point;
  readonly going: Point;
}

/** Length in pixels of the steps of which a curve is made. */
const curveStepPx = 3;

/** A path as points, and its corners. */
export interface FlatPath {
  readonly points: readonly Point[];
  readonly corners: readonly CornerAt[];
  readonly isOpen: boolean;
}

export function flattened({ start, segments, isOpen = false }: Path): FlatPath {
  const points: Point[] = [start];
  const headings: Array<{ readonly coming: Point; readonly going: Point; readonly to: Point }> = [];
  let from = start;
  for (const { to, handles } of segments) {
    if (distanceOf(from, to) < 0.01 && !handles) continue;
    const [one, two] = handles ?? [to, from];
    if (handles) {
      const length = distanceOf(from, one) + distanceOf(one, two) + distanceOf(two, to);
      points.push(...sampled([from, one, two, to], Math.max(4, Math.ceil(length / curveStepPx))));
    }
    points.push(to);
    const back = headingFrom(to, [two, one, from]);
    headings.push({ going: headingFrom(from, [one, two, to]), coming: [-back[0], -back[1]], to });
    from = to;
  }
  if (!isOpen && distanceOf(from, start) > 0.01) {
    points.push(start);
    const heading = unit(minus(start, from));
    headings.push({ going: heading, coming: heading, to: start });
  }
  const count = headings.length;
  const corners = headings
    .slice(0, isOpen ? Math.max(0, count - 1) : count)
    .map(({ coming, to }, at): CornerAt => ({ at: to, coming, going: headings[(at + 1) % count]!.going }));
  return { points, corners, isOpen };
}

/** From a point to the first that is elsewhere. */
const headingFrom = (from: Point, ways: readonly Point[]): Point =>
  unit(minus(ways.find((way) => distanceOf(way, from) > 0.01) ?? from, from));
