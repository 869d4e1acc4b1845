/**
 * Path data of SVG as Figma keeps it: absolute lines and cubic curves, moved so that the tight box around them begins at 0, 0.
 * Reads every command of SVG 1.1, by the package svgpath.
 */
import svgpath from "svgpath";

/** Of SVG: a, b, c, d, e, f. */
export type Matrix = readonly [number, number, number, number, number, number];

export interface LocalPath {
  readonly data: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Segment = readonly [string, ...number[]];

const digits = 4;
const rounded = (value: number): number => Number(value.toFixed(digits));

/** Undefined for data that draws nothing. @throws Error for data that is no path */
export function localPath(data: string, matrix: Matrix): LocalPath | undefined {
  const segments = cubicsOf(data, matrix);
  const [xs, ys] = [0, 1].map((axis) => extremes(segments, axis as 0 | 1));
  if (segments.length < 2 || xs === undefined || ys === undefined) return undefined;
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  const text = segments
    .map(([command, ...numbers]) => {
      const moved = numbers.map((value, index) => rounded(value - (index % 2 === 0 ? x : y)));
      return `${command}${moved.join(" ")}`;
    })
    .join("");
  return { data: text, x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** The same data moved, turned or scaled, for an export. */
export const transformedPath = (data: string, matrix: Matrix): string =>
  svgpath(data)
    .matrix([...matrix])
    .round(3)
    .toString();

/** M, L, C and Z alone. */
function cubicsOf(data: string, matrix: Matrix): Segment[] {
  const path = svgpath(data)
    .abs()
    .unshort()
    .unarc()
    .matrix([...matrix]);
  const { err } = path as unknown as { err?: string };
  if (err !== undefined && err !== "") throw new Error(`in createNodeFromSvg: ${err}`);
  const found: Segment[] = [];
  path.iterate((segment, _index, x, y) => {
    const [command, ...numbers] = segment as unknown as Segment;
    const [a = 0, b = 0, c = 0, d = 0] = numbers;
    if (command === "H") found.push(["L", a, y]);
    else if (command === "V") found.push(["L", x, a]);
    else if (command === "Q")
      found.push([
        "C",
        x + (2 / 3) * (a - x),
        y + (2 / 3) * (b - y),
        c + (2 / 3) * (a - c),
        d + (2 / 3) * (b - d),
        c,
        d,
      ]);
    else found.push(segment as unknown as Segment);
  });
  return found;
}

/** Ends of all segments and turning points of curves, on one axis. */
function extremes(segments: readonly Segment[], axis: 0 | 1): number[] {
  let at = 0;
  return segments.flatMap(([command, ...numbers]) => {
    const own = numbers.filter((_, index) => index % 2 === axis);
    const from = at;
    at = own.at(-1) ?? at;
    return command === "C" ? [at, ...turningPoints(from, own[0]!, own[1]!, at)] : own;
  });
}

/** Values at which a cubic turns back, between its ends. */
function turningPoints(p: number, q: number, r: number, s: number): number[] {
  const [a, b, c] = [s - 3 * r + 3 * q - p, 2 * (r - 2 * q + p), q - p];
  const times =
    Math.abs(a) < 1e-9 ? [-c / b] : [1, -1].map((sign) => (-b + sign * Math.sqrt(b * b - 4 * a * c)) / (2 * a));
  return times
    .filter((t) => t > 0 && t < 1)
    .map((t) => (1 - t) ** 3 * p + 3 * (1 - t) ** 2 * t * q + 3 * (1 - t) * t * t * r + t ** 3 * s);
}
