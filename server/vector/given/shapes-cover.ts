/** What shapes cover of a picture: fills by exact shares of lines of a quarter pixel, strokes by their distances (strokes/stroke-cover.ts). Pure. */
import type { Path, Point } from "../../../shared/vectors/vector-path.ts";
import { distanceOf, minus, plus, unit } from "../../engine/outlines/polyline.ts";
import { coverMiters, coverStroke, type FlatPath, flattened } from "../strokes/stroke-cover.ts";
import type { GivenStroke } from "./read-shapes.ts";

/** Lines across a pixel that are looked at. */
const linesPerPx = 4;

/** Shares [side, side] that a stroke covers. @param paths in pixels @param stroke its width in pixels too */
export function coverOfStroke(
  paths: readonly Path[],
  { width, cap, join }: Pick<GivenStroke, "width" | "cap" | "join">,
  sidePx: number,
): Float32Array {
  const outside = new Float32Array(sidePx ** 2).fill(Number.POSITIVE_INFINITY);
  const box = { left: 0, top: 0, right: sidePx - 1, bottom: sidePx - 1 };
  const isCornered = join === "miter";
  for (const path of paths) {
    const flat = flattened(path);
    const drawn = cap === "square" && flat.isOpen ? longer(flat, width / 2) : flat;
    coverStroke(outside, sidePx, drawn, { widthPx: width, cap: cap === "round" ? "round" : "butt" }, box);
    if (isCornered) coverMiters(outside, sidePx, drawn, width, box);
  }
  return outside.map((px) => Math.min(1, Math.max(0, 0.5 - px)));
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

/** Shares [side, side] that a fill covers. @param paths in pixels, each as if it were closed */
export function coverOfFill(paths: readonly Path[], rule: "nonzero" | "evenodd", sidePx: number): Float32Array {
  const cover = new Float32Array(sidePx ** 2);
  const edges = paths.flatMap((path) => {
    const { points } = flattened({ ...path, isOpen: false });
    return points.map((from, at): Edge => {
      const to = points[(at + 1) % points.length]!;
      return from[1] <= to[1] ? { from, to, winds: 1 } : { from: to, to: from, winds: -1 };
    });
  });
  const byLine: Array<Array<readonly [x: number, winds: number]>> = Array.from(
    { length: sidePx * linesPerPx },
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
    const row = Math.floor(line / linesPerPx) * sidePx;
    let wound = 0;
    for (let at = 0; at < crossings.length - 1; at += 1) {
      wound += crossings[at]![1];
      const isIn = rule === "nonzero" ? wound !== 0 : at % 2 === 0;
      if (isIn) addSpan(cover, row, sidePx, crossings[at]![0], crossings[at + 1]![0]);
    }
  }
  return cover.map((share) => Math.min(1, share));
}

function addSpan(cover: Float32Array, row: number, sidePx: number, from: number, to: number): void {
  const [left, right] = [Math.max(0, from), Math.min(sidePx, to)];
  for (let x = Math.floor(left); x < right; x += 1)
    cover[row + x]! += (Math.min(right, x + 1) - Math.max(left, x)) / linesPerPx;
}
