/** Sketches for tests: polylines with a hand's tremble that is the same each time. */
import { renderSvg } from "../../server/images/codec.ts";
import { type CleanSketch, tidied } from "../../server/tidy/tidy.ts";
import type { Path, Point } from "../../shared/vectors/vector-path.ts";

export const sketchPx = 512;

/** A line through points, with steps of about `step` that stray by up to `off`, as a hand does. */
export function handDrawn(points: readonly Point[], off = 1.2, step = 6): Point[] {
  const drawn: Point[] = [points[0]!];
  for (const [index, to] of points.entries()) {
    if (index === 0) continue;
    const from = points[index - 1]!;
    const count = Math.max(1, Math.round(Math.hypot(to[0] - from[0], to[1] - from[1]) / step));
    for (let at = 1; at <= count; at += 1) {
      const [x, y] = [from[0] + ((to[0] - from[0]) * at) / count, from[1] + ((to[1] - from[1]) * at) / count];
      const turn = 1.7 * at + 4 * index;
      drawn.push([x + off * Math.sin(turn), y + off * Math.cos(1.3 * turn)]);
    }
  }
  return drawn;
}

/** Points of a circle, from `start` on, in turns; more than 1 overlaps, less leaves a gap. */
export const arc = (middle: Point, radius: number, turns = 1, start = 0): Point[] =>
  Array.from({ length: 49 }, (_, at) => {
    const angle = 2 * Math.PI * (start + (turns * at) / 48);
    return [middle[0] + radius * Math.cos(angle), middle[1] + radius * Math.sin(angle)] as const;
  });

/** On a sheet of 200 by 200. @param more further elements */
export const sketchSvg = (strokes: ReadonlyArray<readonly Point[]>, widthPx = 6, more = ""): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" width="${sketchPx}" height="${sketchPx}">${more}<path d="${strokes
    .map((points) => `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}`)
    .join(
      "",
    )}" fill="none" stroke="#1f2328" stroke-width="${widthPx}" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

export const planesOf = (strokes: ReadonlyArray<readonly Point[]>, widthPx = 6, more = ""): Promise<Float32Array> =>
  renderSvg(sketchSvg(strokes, widthPx, more), sketchPx);

/** @throws where it is no drawing of strokes */
export async function cleaned(strokes: ReadonlyArray<readonly Point[]>, widthPx = 6): Promise<CleanSketch> {
  const clean = tidied(await planesOf(strokes, widthPx), sketchPx);
  if (!clean || clean === "filled") throw new Error(`expected a clean sketch, got ${clean}`);
  return clean;
}

/** Corners of a path of lines, in order; curves count by their ends. */
export const cornersOf = ({ start, segments, isOpen }: Path): Point[] => {
  const ends = segments.map(({ to }) => to);
  return isOpen ? [start, ...ends] : ends;
};

/** Left, right, top, bottom of what paths go through. */
export function boundsOf(paths: readonly Path[]): [number, number, number, number] {
  const points = paths.flatMap((path) => [path.start, ...cornersOf(path)]);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
}
