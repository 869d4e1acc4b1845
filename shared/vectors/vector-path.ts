/** Paths of vectors, of lines and cubic curves: outlines, and middles of lines that strokes have. The server traces them, the plugin moves them. */

export type Point = readonly [x: number, y: number];

/** A line, or a cubic curve by its two handles, to a point. */
export interface Segment {
  readonly to: Point;
  readonly handles?: readonly [Point, Point];
}

/** Closed unless `isOpen`: the last segment ends at `start`, or a line leads there. */
export interface Path {
  readonly start: Point;
  readonly segments: readonly Segment[];
  readonly isOpen?: boolean;
}

/** Every point of a path, handles too: its curves lie within their hull. */
export const pointsOf = ({ start, segments }: Path): Point[] => [
  start,
  ...segments.flatMap(({ to, handles = [] }) => [...handles, to]),
];

/** The path with every point, handles too, put elsewhere. */
export const movedPath = ({ start, segments, ...about }: Path, move: (point: Point) => Point): Path => ({
  ...about,
  start: move(start),
  segments: segments.map(({ to, handles }) => ({
    to: move(to),
    ...(handles && { handles: [move(handles[0]), move(handles[1])] as const }),
  })),
});

/**
 * SVG path data of paths, in relative commands, which are shorter. Each starts where rounding put the last one, so that nothing adds up.
 * @param digits after the point
 */
export const pathData = (paths: readonly Path[], digits: number): string =>
  paths.map((path) => dataOf(path, digits)).join("");

function dataOf({ start, segments, isOpen = false }: Path, digits: number): string {
  const factor = 10 ** digits;
  const whole = ([x, y]: Point): Point => [Math.round(x * factor), Math.round(y * factor)];
  const text = (value: number): string => String(Number((value / factor).toFixed(digits))).replace(/^(-?)0\./, "$1.");
  let at = whole(start);
  const numbers = (points: readonly Point[]): string =>
    points
      .flatMap(([x, y]) => [text(x - at[0]), text(y - at[1])])
      .reduce((line, number) => line + (line === "" || number.startsWith("-") ? number : ` ${number}`), "");
  let data = `M${text(at[0])} ${text(at[1])}`;
  for (const { to, handles } of segments) {
    const end = whole(to);
    if (handles) data += `c${numbers([...handles.map(whole), end])}`;
    else if (end[0] === at[0] && end[1] === at[1]) continue;
    else if (end[1] === at[1]) data += `h${text(end[0] - at[0])}`;
    else if (end[0] === at[0]) data += `v${text(end[1] - at[1])}`;
    else data += `l${numbers([end])}`;
    at = end;
  }
  // A line without length is a dot of its ends, which not all programs draw.
  if (isOpen && segments.length > 0 && !/[chvl]/.test(data)) data += `h${text(1)}`;
  return isOpen ? data : `${data}z`;
}

/**
 * Reads path data that `pathData` wrote; undefined for any other, whose commands this does not know.
 */
export function pathsOf(data: string): Path[] | undefined {
  const tokens = data.match(/[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)/g) ?? [];
  if (tokens.join("") !== data.replaceAll(" ", "")) return undefined;
  const paths: Array<{ start: Point; segments: Segment[]; isOpen: boolean }> = [];
  let at: Point = [0, 0];
  let index = 0;
  const next = (): number => Number(tokens[index++]);
  const point = (): Point => [at[0] + next(), at[1] + next()];
  while (index < tokens.length) {
    const command = tokens[index++]!;
    const own = paths.at(-1);
    if (command === "M") {
      at = [next(), next()];
      paths.push({ start: at, segments: [], isOpen: true });
      continue;
    }
    if (command === "z" && own) {
      own.isOpen = false;
      continue;
    }
    if (!own || !"clhv".includes(command)) return undefined;
    const handles = command === "c" ? ([point(), point()] as const) : undefined;
    const to: Point = command === "h" ? [at[0] + next(), at[1]] : command === "v" ? [at[0], at[1] + next()] : point();
    own.segments.push({ to, ...(handles && { handles }) });
    at = to;
  }
  return paths.every(({ start, segments }) => [start, ...segments.map(({ to }) => to)].flat().every(Number.isFinite))
    ? paths
    : undefined;
}
