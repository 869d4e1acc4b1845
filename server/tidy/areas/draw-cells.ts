/**
 * Cells of a palette as the areas that were meant, as large as the icons of a style. The silhouette of all that is drawn is smoothed first; within it the
 * colour of most cells lies below, and the others go on beyond the silhouette, so that borders between colours run into it straight. Pure.
 */
import type { Point } from "../../../shared/vectors/vector-path.ts";
import { channelsOfHex } from "../../engine/pixels/hex-colour.ts";
import { usualArea } from "../draw.ts";
import { bordersOf } from "./cell-borders.ts";
import { finePx, noPaint, paintLabels } from "./paint-labels.ts";

export interface Cells {
  readonly columns: number;
  readonly rows: number;
  /** `#rrggbb`. */
  readonly palette: readonly string[];
  /** Row by row, 0 = nothing, i = colour i of the palette. */
  readonly labels: readonly number[];
}

/**
 * @param liveArea share of the side that the longer side of what is drawn takes
 * @returns premultiplied RGBA [4, sizePx, sizePx]; undefined where all cells are empty
 */
export function drawnCells(cells: Cells, sizePx: number, liveArea = usualArea): Float32Array | undefined {
  const { columns, rows, palette, labels } = cells;
  if (labels.every((label) => label === 0)) return undefined;
  const labelAt = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= columns || y >= rows ? 0 : labels[y * columns + x]!;
  const order = [...new Set(labels)]
    .filter((label) => label > 0)
    .sort((one, other) => countOf(other, labels) - countOf(one, labels) || one - other);
  // Where the silhouette goes from one colour into another, as under a roof.
  const meet = ([x, y]: Point): boolean => {
    const around = [labelAt(x - 1, y - 1), labelAt(x, y - 1), labelAt(x, y), labelAt(x - 1, y)];
    const empty = around.indexOf(0);
    return empty === around.lastIndexOf(0) && around[(empty + 1) % 4] !== around[(empty + 3) % 4];
  };
  const silhouette = bordersOf(labelAt, columns, rows, meet);
  const wide = finePx * sizePx;
  const place = placing(silhouette.flat(), wide, liveArea * wide);
  const fill = (loops: readonly Point[][]): Uint8Array =>
    filled(
      loops.map((loop) => loop.map(place)),
      wide,
    );
  const drawn = fill(silhouette);
  // One more cell on each side, which the silhouette cuts off.
  const reaching = goingOn(cells);
  const painted = drawn.map((is) => (is ? order[0]! : 0));
  for (const [rank, label] of order.entries()) {
    if (rank === 0) continue;
    const isAbove = (x: number, y: number): boolean => order.indexOf(reaching(x, y)) > rank;
    const isOwn = (x: number, y: number): boolean => reaching(x, y) === label;
    // What lies above covers what reaches below it.
    const isBelow = (x: number, y: number): boolean =>
      isAbove(x, y) && (isOwn(x - 1, y) || isOwn(x + 1, y) || isOwn(x, y - 1) || isOwn(x, y + 1));
    const partAt = (x: number, y: number): number => Number(isOwn(x - 1, y - 1) || isBelow(x - 1, y - 1));
    const loops = bordersOf(partAt, columns + 2, rows + 2);
    const own = fill(loops.map((loop) => loop.map(([x, y]): Point => [x - 1, y - 1])));
    for (let at = 0; at < own.length; at += 1) if (own[at] && drawn[at]) painted[at] = label;
  }
  return paintLabels(painted, [noPaint, ...palette.map((hex) => [...channelsOfHex(hex), 1] as const)], sizePx);
}

const countOf = (label: number, labels: readonly number[]): number => labels.filter((own) => own === label).length;

/** The label of each cell, of an empty one that of the nearest that is drawn, also one cell beyond the grid; 0 farther away. */
function goingOn({ columns, rows, labels }: Cells): (x: number, y: number) => number {
  const wide = columns + 2;
  let known = Array.from({ length: wide * (rows + 2) }, (_, at) => {
    const [x, y] = [(at % wide) - 1, Math.floor(at / wide) - 1];
    return x < 0 || y < 0 || x >= columns || y >= rows ? 0 : labels[y * columns + x]!;
  });
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= wide || y >= rows + 2 ? 0 : known[y * wide + x]!;
  while (known.includes(0))
    known = known.map((label, place) => {
      if (label > 0) return label;
      const [x, y] = [place % wide, Math.floor(place / wide)];
      const [left, right] = [at(x - 1, y), at(x + 1, y)];
      // A border between two colours goes on as it came.
      for (const [vertical, v] of [
        [at(x, y - 1), -1],
        [at(x, y + 1), 1],
      ] as const)
        for (const [level, u] of [
          [left, -1],
          [right, 1],
        ] as const)
          if (vertical > 0 && level > 0) return at(x + u, y + v) === vertical ? level : vertical;
      return left || right || at(x, y - 1) || at(x, y + 1);
    });
  return (x, y) => at(x + 1, y + 1);
}

/** Moves and scales so that the longer side is as long as wanted, in the middle of the picture. */
function placing(points: readonly Point[], sidePx: number, wantedPx: number): (point: Point) => Point {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = wantedPx / Math.max(right - left, bottom - top);
  return ([x, y]) => [sidePx / 2 + scale * (x - (left + right) / 2), sidePx / 2 + scale * (y - (top + bottom) / 2)];
}

/** Whether the middle of each pixel lies within an odd number of loops, [sidePx, sidePx]. */
function filled(loops: readonly Point[][], sidePx: number): Uint8Array {
  const crossings: number[][] = Array.from({ length: sidePx }, () => []);
  for (const loop of loops)
    for (const [at, to] of loop.entries()) {
      const from = loop.at(at - 1)!;
      const [upper, lower] = from[1] < to[1] ? [from, to] : [to, from];
      const first = Math.max(0, Math.ceil(upper[1] - 0.5));
      for (let row = first; row < sidePx && row + 0.5 < lower[1]; row += 1)
        crossings[row]!.push(upper[0] + ((row + 0.5 - upper[1]) * (lower[0] - upper[0])) / (lower[1] - upper[1]));
    }
  const inside = new Uint8Array(sidePx ** 2);
  for (const [row, places] of crossings.entries()) {
    places.sort((one, other) => one - other);
    for (let at = 0; at + 1 < places.length; at += 2) {
      const start = row * sidePx;
      inside.fill(1, start + clamped(places[at]!, sidePx), start + clamped(places[at + 1]!, sidePx));
    }
  }
  return inside;
}

const clamped = (x: number, sidePx: number): number => Math.min(sidePx, Math.max(0, Math.ceil(x - 0.5)));
