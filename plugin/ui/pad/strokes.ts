/** Strokes of the sketch pad as data, and as the SVG that is sent. Pure. */

export interface Stroke {
  readonly colour: string;
  readonly width: number;
  /** x and y in px of the pad. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Side of the pad's own px, whatever size it is shown at. */
export const padPx = 256;

/** SVG path of a stroke; a single point is a dot. */
export function pathOf({ points }: Stroke): string {
  const [first, ...rest] = points.map(([x, y]) => `${Math.round(x)} ${Math.round(y)}`);
  return rest.length === 0 ? `M${first}h.01` : `M${first}L${rest.join(" ")}`;
}

/** The whole pad; empty without strokes. */
export const svgOf = (strokes: readonly Stroke[]): string =>
  strokes.length === 0
    ? ""
    : `<svg xmlns="http://www.w3.org/2000/svg" width="${padPx}" height="${padPx}" viewBox="0 0 ${padPx} ${padPx}" fill="none" stroke-linecap="round" stroke-linejoin="round">${strokes
        .map((stroke) => `<path d="${pathOf(stroke)}" stroke="${stroke.colour}" stroke-width="${stroke.width}"/>`)
        .join("")}</svg>`;

/** The strokes that a point does not touch. */
export function erase(strokes: readonly Stroke[], x: number, y: number, radius: number): readonly Stroke[] {
  const kept = strokes.filter(
    ({ points, width }) => !segmentsOf(points).some(([a, b]) => distanceTo(a, b, x, y) <= radius + width / 2),
  );
  return kept.length === strokes.length ? strokes : kept;
}

type Point = Stroke["points"][0];

const segmentsOf = (points: Stroke["points"]): (readonly [Point, Point])[] =>
  points.length === 1
    ? [[points[0]!, points[0]!]]
    : points.slice(1).map((point, index) => [points[index]!, point] as const);

function distanceTo([ax, ay]: Point, [bx, by]: Point, x: number, y: number): number {
  const lengthSquared = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = lengthSquared === 0 ? 0 : ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / lengthSquared;
  const at = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - at * (bx - ax), y - ay - at * (by - ay));
}
