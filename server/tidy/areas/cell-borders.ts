/**
 * The borders of cells on a grid as smooth loops: steps of a slope become the slope, corners of what is straight become round, what is nearly an
 * ellipse becomes one, and a cell alone is a dot. Corners that point inwards, or at which two colours meet, stay sharp. Loops are quadratic B-splines whose corners are arcs of ellipses. Pure; a cell is
 * one unit wide.
 */
import type { Point } from "../../../shared/vectors/vector-path.ts";

/** 0 = not part of it; what touches by corners alone hangs together where it has the same number. */
export type PartAt = (column: number, row: number) => number;

/** Edges of cells that run in one direction, with what they belong to on the right. */
interface Run {
  readonly from: Point;
  readonly along: Point;
  readonly length: number;
}

/** Points of each corner's arc, besides its first. */
const arcPoints = 12;
/** Longest step of a slope, where those beside it have one cell, and where one of them has. */
const [stepMost, unevenMost] = [3, 2] as const;
/** Points of an ellipse, and how far off those of a loop may be, of its radius. */
const [ellipsePoints, ellipseOff] = [72, 0.06] as const;
/** Controls of a loop that may be an ellipse: those of a dot lie on one, too. */
const ellipseFrom = 8;
/** Where the curve of a sharp corner begins, twice as far from it. */
const sharpReach = 0.3;

/**
 * @param isSharp whether a corner of cells stays one
 * @returns closed loops around the cells that are part of it
 */
export function bordersOf(
  partAt: PartAt,
  columns: number,
  rows: number,
  isSharp: (corner: Point) => boolean = () => false,
): Point[][] {
  return loopsOf(partAt, columns, rows).map((corners) => {
    const controls = controlsOf(runsOf(corners), isSharp);
    return ellipseOf(corners, controls) ?? rounded(controls);
  });
}

/** The corners along each loop, one after each edge of a cell. */
function loopsOf(partAt: PartAt, columns: number, rows: number): Point[][] {
  const ways = new Map<string, Point[]>();
  const add = (x: number, y: number, along: Point): void => {
    const key = `${x} ${y}`;
    ways.set(key, [...(ways.get(key) ?? []), along]);
  };
  for (let y = 0; y < rows; y += 1)
    for (let x = 0; x < columns; x += 1) {
      if (!partAt(x, y)) continue;
      if (!partAt(x, y - 1)) add(x, y, [1, 0]);
      if (!partAt(x + 1, y)) add(x + 1, y, [0, 1]);
      if (!partAt(x, y + 1)) add(x + 1, y + 1, [-1, 0]);
      if (!partAt(x - 1, y)) add(x, y + 1, [0, -1]);
    }
  /** Whether the two cells that touch in a corner hang together. */
  const isJoined = (x: number, y: number): boolean =>
    partAt(x, y) > 0 ? partAt(x, y) === partAt(x - 1, y - 1) : partAt(x - 1, y) === partAt(x, y - 1);
  const loops: Point[][] = [];
  for (const key of ways.keys())
    for (;;) {
      const loop: Point[] = [];
      let [x, y] = key.split(" ").map(Number) as [number, number];
      let before: Point | undefined;
      for (;;) {
        const out = ways.get(`${x} ${y}`)!;
        if (out.length === 0) break;
        // Two ways where cells touch by their corners.
        const side = isJoined(x, y) ? -1 : 1;
        const at = before && out.length > 1 ? out.findIndex((along) => turnOf(before!, along) === side) : 0;
        const along = out.splice(at, 1)[0]!;
        loop.push([x, y]);
        [x, y, before] = [x + along[0], y + along[1], along];
      }
      if (loop.length === 0) break;
      loops.push(loop);
    }
  return loops;
}

/** 1 to the right, -1 to the left. */
const turnOf = ([x, y]: Point, [u, v]: Point): number => x * v - y * u;

const stepAt = (loop: readonly Point[], at: number): Point => {
  const [from, to] = [loop[at]!, loop[(at + 1) % loop.length]!];
  return [to[0] - from[0], to[1] - from[1]];
};

function runsOf(loop: readonly Point[]): Run[] {
  const isTurn = (at: number): boolean =>
    turnOf(stepAt(loop, (at + loop.length - 1) % loop.length), stepAt(loop, at)) !== 0;
  const starts = [...loop.keys()].filter(isTurn);
  return starts.map((start, index) => {
    const next = starts[index + 1] ?? starts[0]! + loop.length;
    return { from: loop[start]!, along: stepAt(loop, start), length: next - start };
  });
}

/** The points that draw the curve towards them. */
function controlsOf(runs: readonly Run[], isSharp: (corner: Point) => boolean): Point[] {
  const near = (at: number): Run => runs[(at + runs.length) % runs.length]!;
  const turnAt = (at: number): number => turnOf(near(at - 1).along, near(at).along);
  /** Around a hole what points into it is its own corner. */
  const outwards = Math.sign(runs.reduce((sum, _, at) => sum + turnAt(at), 0));
  const winds = (at: number): boolean =>
    turnAt(at) !== turnAt(at + 1) && !isSharp(near(at).from) && !isSharp(near(at + 1).from);
  const isStep = (at: number): boolean => {
    if (!winds(at)) return false;
    const { length } = near(at);
    const [before, after] = [near(at - 1).length, near(at + 1).length];
    if (length === 1) return true;
    if (Math.min(before, after) > 1) return false;
    if (before === after) return length <= stepMost && (winds(at - 1) || winds(at + 1));
    return length <= unevenMost && Math.max(before, after) <= unevenMost;
  };
  return runs.flatMap(({ from, along, length }, at) => {
    const on = (far: number): Point => [from[0] + far * along[0], from[1] + far * along[1]];
    if (isStep(at)) return [on(length / 2)];
    const corner = isStep(at - 1)
      ? []
      : isSharp(from) || turnAt(at) !== outwards
        ? sharp(near(at - 1), from, on)
        : [from];
    const points = [...corner, ...Array.from({ length: length - 1 }, (_, far) => on(far + 1))];
    // The tip between two slopes.
    return points.length === 0 && isStep(at + 1) ? [on(length / 2)] : points;
  });
}

const sharp = ({ along: [x, y] }: Run, corner: Point, on: (far: number) => Point): Point[] => [
  [corner[0] - sharpReach * x, corner[1] - sharpReach * y],
  corner,
  on(sharpReach),
];

/** The ellipse along the controls of a loop, where they all lie near it. @param corners of its cells */
function ellipseOf(corners: readonly Point[], controls: readonly Point[]): Point[] | undefined {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [wide, high] = [(right - left) / 2, (bottom - top) / 2];
  const radii = controls.map(([x, y]) => Math.hypot((x - left) / wide - 1, (y - top) / high - 1));
  const [least, most] = [Math.min(...radii), Math.max(...radii)];
  if (controls.length < ellipseFrom || most - least > ellipseOff * (most + least)) return undefined;
  const radius = (most + least) / 2;
  return Array.from({ length: ellipsePoints }, (_, at): Point => {
    const angle = (2 * Math.PI * at) / ellipsePoints;
    return [left + wide * (1 + radius * Math.cos(angle)), top + high * (1 + radius * Math.sin(angle))];
  });
}

function rounded(controls: readonly Point[]): Point[] {
  const half = ([x, y]: Point, [u, v]: Point): Point => [(x + u) / 2, (y + v) / 2];
  return controls.flatMap((corner, at) => {
    const [from, to] = [half(controls.at(at - 1)!, corner), half(corner, controls[(at + 1) % controls.length]!)];
    const [into, out] = [towards(from, corner), towards(corner, to)];
    const weight = Math.sqrt(Math.max(0, (1 + into[0] * out[0] + into[1] * out[1]) / 2));
    return Array.from({ length: arcPoints }, (_, step): Point => {
      const t = (step + 1) / arcPoints;
      const [a, b, c] = [(1 - t) ** 2, 2 * weight * t * (1 - t), t ** 2];
      const sum = a + b + c;
      return [(a * from[0] + b * corner[0] + c * to[0]) / sum, (a * from[1] + b * corner[1] + c * to[1]) / sum];
    });
  });
}

function towards([x, y]: Point, [u, v]: Point): Point {
  const length = Math.hypot(u - x, v - y) || 1;
  return [(u - x) / length, (v - y) / length];
}
