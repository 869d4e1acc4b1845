/** SVG path data of any author → paths of lines and cubic curves (SVG 2, chapter 9). Arcs become curves of a quarter at most. Pure. */
import { type Path, type Point, pointsOf, type Segment } from "../../../shared/vectors/vector-path.ts";

/** Numbers that a command takes at a time. */
const counts: Readonly<Record<string, number>> = { m: 2, l: 2, h: 1, v: 1, c: 6, s: 4, q: 4, t: 2, a: 7, z: 0 };
const commandIn = /([mlhvcsqtaz])([^mlhvcsqtaz]*)/gi;
const numberIn = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/iy;
const betweenIn = /[\s,]*/y;

interface Growing {
  readonly start: Point;
  readonly segments: Segment[];
  isOpen: boolean;
}

/** Undefined for data with an error. */
export function pathsIn(data: string): Path[] | undefined {
  const paths: Growing[] = [];
  let at: Point = [0, 0];
  let own: Growing | undefined;
  /** The handle that `s` or `t` mirrors. */
  let mirrored: { readonly handle: Point; readonly of: string } | undefined;
  const first = /\S/.exec(data)?.[0];
  if (first === undefined) return [];
  if (first !== "M" && first !== "m") return undefined;
  const begin = (start: Point): Growing => {
    own = { start, segments: [], isOpen: true };
    paths.push(own);
    return own;
  };
  const go = (to: Point, handles?: readonly [Point, Point]): void => {
    // After a closed path the next one begins where that did.
    const path = own ?? begin(at);
    path.segments.push(handles ? { to, handles } : { to });
    at = to;
  };
  for (const [, letter, written] of data.matchAll(commandIn)) {
    const kind = letter!.toLowerCase();
    const numbers = numbersOf(kind, written!);
    const count = counts[kind]!;
    if (!numbers || (count === 0 ? numbers.length > 0 : numbers.length === 0 || numbers.length % count !== 0))
      return undefined;
    if (kind === "z") {
      if (own) {
        own.isOpen = false;
        at = own.start;
      }
      [own, mirrored] = [undefined, undefined];
      continue;
    }
    for (let from = 0; from < numbers.length; from += count) {
      const given = numbers.slice(from, from + count);
      const [x0, y0]: Point = letter === kind ? at : [0, 0];
      const point = (index: number): Point => [x0 + given[index]!, y0 + given[index + 1]!];
      const before = mirrored;
      mirrored = undefined;
      if (kind === "m" && from === 0) {
        at = point(0);
        begin(at);
      } else if (kind === "m" || kind === "l") go(point(0));
      else if (kind === "h") go([x0 + given[0]!, at[1]]);
      else if (kind === "v") go([at[0], y0 + given[0]!]);
      else if (kind === "a") {
        const [rx, ry, turn, isLarge, isClockwise] = given as [number, number, number, number, number];
        const to = point(5);
        for (const segment of arcSegments(at, to, [rx, ry], turn, isLarge === 1, isClockwise === 1))
          go(segment.to, segment.handles);
      } else {
        const of = kind === "s" || kind === "c" ? "c" : "q";
        const hasMirrored = kind === "s" || kind === "t";
        const own: Point =
          hasMirrored && before?.of === of ? [2 * at[0] - before.handle[0], 2 * at[1] - before.handle[1]] : at;
        const points: Point[] = [...(hasMirrored ? [own] : []), ...given.flatMap((_, i) => (i % 2 ? [] : [point(i)]))];
        const to = points.at(-1)!;
        mirrored = { handle: points.at(-2)!, of };
        go(to, of === "c" ? [points[0]!, points[1]!] : raised(at, points[0]!, to));
      }
    }
  }
  const areFinite = paths.every((path) => pointsOf(path).flat().every(Number.isFinite));
  return areFinite ? paths.filter(({ segments }) => segments.length > 0) : undefined;
}

/** Undefined where something else stands among the numbers. Flags of arcs may stand without a space: `a1 1 0 01.5 2`. */
function numbersOf(kind: string, written: string): number[] | undefined {
  const numbers: number[] = [];
  let at = 0;
  for (;;) {
    betweenIn.lastIndex = at;
    at += betweenIn.exec(written)![0].length;
    if (at >= written.length) return numbers;
    const isFlag = kind === "a" && [3, 4].includes(numbers.length % 7);
    numberIn.lastIndex = at;
    const found = isFlag ? /[01]/.exec(written[at]!)?.[0] : numberIn.exec(written)?.[0];
    if (found === undefined) return undefined;
    numbers.push(Number(found));
    at += found.length;
  }
}

/** The handles of a cubic curve that is a quadratic one. */
const raised = (from: Point, handle: Point, to: Point): [Point, Point] => [
  [from[0] + (2 / 3) * (handle[0] - from[0]), from[1] + (2 / 3) * (handle[1] - from[1])],
  [to[0] + (2 / 3) * (handle[0] - to[0]), to[1] + (2 / 3) * (handle[1] - to[1])],
];

/** An arc of an ellipse by its ends (SVG 2, appendix B.2.4) as cubic curves. */
function arcSegments(
  from: Point,
  to: Point,
  [rx, ry]: Point,
  turnDegrees: number,
  isLarge: boolean,
  isClockwise: boolean,
): Segment[] {
  if (from[0] === to[0] && from[1] === to[1]) return [];
  if (rx === 0 || ry === 0) return [{ to }];
  const turn = (turnDegrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [halfX, halfY] = [(from[0] - to[0]) / 2, (from[1] - to[1]) / 2];
  const [x, y] = [cos * halfX + sin * halfY, cos * halfY - sin * halfX];
  const scale = Math.max(1, Math.sqrt((x / rx) ** 2 + (y / ry) ** 2));
  const [a, b] = [scale * Math.abs(rx), scale * Math.abs(ry)];
  const square = Math.max(0, (a * b) ** 2 / ((a * y) ** 2 + (b * x) ** 2) - 1);
  const sign = isLarge === isClockwise ? -1 : 1;
  const [cx, cy] = [(sign * Math.sqrt(square) * a * y) / b, (-sign * Math.sqrt(square) * b * x) / a];
  const middle: Point = [cos * cx - sin * cy + (from[0] + to[0]) / 2, sin * cx + cos * cy + (from[1] + to[1]) / 2];
  const start = Math.atan2((y - cy) / b, (x - cx) / a);
  const end = Math.atan2((-y - cy) / b, (-x - cx) / a);
  const full = 2 * Math.PI;
  const sweep = isClockwise ? (((end - start) % full) + full) % full : -((((start - end) % full) + full) % full);
  const at = (u: number, v: number): Point => [
    middle[0] + cos * a * u - sin * b * v,
    middle[1] + sin * a * u + cos * b * v,
  ];
  const pieces = Math.max(1, Math.ceil(Math.abs(sweep) / (Math.PI / 2) - 1e-6));
  const step = sweep / pieces;
  const reach = (4 / 3) * Math.tan(step / 4);
  return Array.from({ length: pieces }, (_, piece): Segment => {
    const [one, two] = [start + piece * step, start + (piece + 1) * step];
    return {
      to: piece === pieces - 1 ? to : at(Math.cos(two), Math.sin(two)),
      handles: [
        at(Math.cos(one) - reach * Math.sin(one), Math.sin(one) + reach * Math.cos(one)),
        at(Math.cos(two) + reach * Math.sin(two), Math.sin(two) - reach * Math.cos(two)),
      ],
    };
  });
}

/** An ellipse from its rightmost point on. */
export function ellipsePath([cx, cy]: Point, rx: number, ry: number): Path {
  const [start, half]: Point[] = [
    [cx + rx, cy],
    [cx - rx, cy],
  ];
  return {
    start: start!,
    segments: [
      ...arcSegments(start!, half!, [rx, ry], 0, false, true),
      ...arcSegments(half!, start!, [rx, ry], 0, false, true),
    ],
    isOpen: false,
  };
}

/** A rectangle, perhaps with round corners. */
export function rectPath([x, y]: Point, [width, height]: Point, [rx, ry]: Point): Path {
  const [a, b] = [Math.min(rx, width / 2), Math.min(ry, height / 2)];
  const [right, bottom] = [x + width, y + height];
  if (a <= 0 || b <= 0)
    return {
      start: [x, y],
      segments: [{ to: [right, y] }, { to: [right, bottom] }, { to: [x, bottom] }],
      isOpen: false,
    };
  const segments: Segment[] = [];
  let at: Point = [x + a, y];
  const start = at;
  const line = (to: Point): void => {
    if (to[0] !== at[0] || to[1] !== at[1]) segments.push({ to });
    at = to;
  };
  const turn = (to: Point): void => {
    segments.push(...arcSegments(at, to, [a, b], 0, false, true));
    at = to;
  };
  line([right - a, y]);
  turn([right, y + b]);
  line([right, bottom - b]);
  turn([right - a, bottom]);
  line([x + a, bottom]);
  turn([x, bottom - b]);
  line([x, y + b]);
  turn(start);
  return { start, segments, isOpen: false };
}
