/** What shapes cover of a picture: fills by exact shares of lines of a quarter pixel, strokes by their distances (strokes/stroke-cover.ts). Pure. */
import { movedPath, type Path, type Point } from "../../../shared/vectors/vector-path.ts";
import { distanceOf, minus, plus, unit } from "../../engine/outlines/polyline.ts";
import { coverMiters, coverStroke, type FlatPath, flattened } from "../strokes/stroke-cover.ts";
import type { GivenStroke } from "./read-shapes.ts";

/** Lines across a pixel that are looked at. */
const linesPerPx = 4;
/** Distance from a stroke's edge in pixels beyond which nothing is covered. */
const edgePx = 1;
/** Length in pixels of lines that are dots. */
const dotPx = 0.02;
/** How far strokes reach beyond their lines, of half their width: sharp corners (strokes/stroke-cover.ts), and square ends. */
const [miterReach, capReach] = [4, Math.SQRT2] as const;

/** Shares of pixels that are covered, of those in a box alone: there is nothing beyond. */
export interface Cover {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** [height, width], 0 to 1. */
  readonly shares: Float32Array;
}

/** Visits the pixels of a picture [side, side] that are covered at all. */
export function eachCovered(
  { left, top, width, height, shares }: Cover,
  sidePx: number,
  visit: (pixel: number, share: number) => void,
): void {
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const share = shares[y * width + x]!;
      if (share > 0) visit((top + y) * sidePx + left + x, share);
    }
}

type Frame = Omit<Cover, "shares">;

/** The pixels of a picture that lines and what is so near to them may cover. */
function frameOf(lines: readonly FlatPath[], beyondPx: number, sidePx: number): Frame {
  let [left, top, right, bottom] = [sidePx, sidePx, 0, 0];
  for (const { points } of lines)
    for (const [x, y] of points) {
      [left, right] = [Math.min(left, x - beyondPx), Math.max(right, x + beyondPx)];
      [top, bottom] = [Math.min(top, y - beyondPx), Math.max(bottom, y + beyondPx)];
    }
  const first = { left: Math.max(0, Math.floor(left)), top: Math.max(0, Math.floor(top)) };
  return {
    ...first,
    width: Math.max(0, Math.min(sidePx, Math.ceil(right)) - first.left),
    height: Math.max(0, Math.min(sidePx, Math.ceil(bottom)) - first.top),
  };
}

const within = (path: Path, { left, top }: Frame): Path => movedPath(path, ([x, y]) => [x - left, y - top]);

/** What a stroke covers of a picture [side, side]. @param paths in pixels @param stroke its width in pixels too */
export function coverOfStroke(
  paths: readonly Path[],
  { width, cap, join }: Pick<GivenStroke, "width" | "cap" | "join">,
  sidePx: number,
): Cover {
  const isCornered = join === "miter";
  const frame = frameOf(paths.map(flattened), (width / 2) * (isCornered ? miterReach : capReach) + edgePx, sidePx);
  const shares = new Float32Array(frame.width * frame.height).fill(edgePx);
  const box = { left: 0, top: 0, right: frame.width - 1, bottom: frame.height - 1 };
  for (const path of paths) {
    const flat = withDots(flattened(within(path, frame)));
    const drawn = cap === "square" && flat.isOpen ? longer(flat, width / 2) : flat;
    coverStroke(shares, frame.width, drawn, { widthPx: width, cap: cap === "round" ? "round" : "butt" }, box, edgePx);
    if (isCornered) coverMiters(shares, frame.width, drawn, width, box);
  }
  // So far they are distances.
  for (let at = 0; at < shares.length; at += 1) {
    const px = shares[at]!;
    shares[at] = px >= 0.5 ? 0 : px <= -0.5 ? 1 : 0.5 - px;
  }
  return { ...frame, shares };
}

/** A line without length has a direction, and so ends. */
function withDots(flat: FlatPath): FlatPath {
  const [only, next] = flat.points;
  return next || !only ? flat : { ...flat, points: [only, plus(only, [dotPx, 0])] };
}

/** A line that goes on by so much at both ends. */
function longer(flat: FlatPath, byPx: number): FlatPath {
  const points = [...flat.points];
  const beyond = (end: Point, before: Point): Point =>
    distanceOf(end, before) === 0 ? end : plus(end, unit(minus(end, before)), byPx);
  const [first, last] = [
    beyond(points[0]!, points[1] ?? points[0]!),
    beyond(points.at(-1)!, points.at(-2) ?? points[0]!),
  ];
  points[0] = first;
  points[points.length - 1] = last;
  return { ...flat, points };
}

interface Edge {
  readonly from: Point;
  readonly to: Point;
  readonly winds: number;
}

/** What a fill covers of a picture [side, side]. @param paths in pixels, each as if it were closed */
export function coverOfFill(paths: readonly Path[], rule: "nonzero" | "evenodd", sidePx: number): Cover {
  const closed = paths.map((path): Path => ({ ...path, isOpen: false }));
  const frame = frameOf(closed.map(flattened), 0, sidePx);
  const cover = new Float32Array(frame.width * frame.height);
  const edges = closed.flatMap((path) => {
    const { points } = flattened(within(path, frame));
    return points.map((from, at): Edge => {
      const to = points[(at + 1) % points.length]!;
      return from[1] <= to[1] ? { from, to, winds: 1 } : { from: to, to: from, winds: -1 };
    });
  });
  const byLine: Array<Array<readonly [x: number, winds: number]>> = Array.from(
    { length: frame.height * linesPerPx },
    () => [],
  );
  for (const { from, to, winds } of edges) {
    const first = Math.max(0, Math.ceil(from[1] * linesPerPx - 0.5));
    for (let line = first; line < byLine.length && (line + 0.5) / linesPerPx < to[1]; line += 1) {
      const y = (line + 0.5) / linesPerPx;
      byLine[line]!.push([from[0] + ((y - from[1]) / (to[1] - from[1])) * (to[0] - from[0]), winds]);
    }
  }
  for (const [line, crossings] of byLine.entries()) {
    crossings.sort((one, other) => one[0] - other[0]);
    const row = Math.floor(line / linesPerPx) * frame.width;
    let wound = 0;
    for (let at = 0; at < crossings.length - 1; at += 1) {
      wound += crossings[at]![1];
      const isIn = rule === "nonzero" ? wound !== 0 : at % 2 === 0;
      if (isIn) addSpan(cover, row, frame.width, crossings[at]![0], crossings[at + 1]![0]);
    }
  }
  for (let at = 0; at < cover.length; at += 1) cover[at] = Math.min(1, cover[at]!);
  return { ...frame, shares: cover };
}

function addSpan(cover: Float32Array, row: number, width: number, from: number, to: number): void {
  const [left, right] = [Math.max(0, from), Math.min(width, to)];
  for (let x = Math.floor(left); x < right; x += 1)
    cover[row + x]! += (Math.min(right, x + 1) - Math.max(left, x)) / linesPerPx;
}
