/**
 * The middle of lines to a fraction of a pixel: across each pixel of the skeleton one looks for both edges. Where they are as far apart as the lines are broad, the
 * middle between them is a point of the line; near corners and where lines meet they are not, and nothing is known. Pure.
 */

import type { Point } from "../../../shared/vectors/vector-path.ts";
import { minus, plus, unit } from "../../engine/outlines/polyline.ts";

/** Shares of what is drawn, [height, width], read between the middles of pixels. */
export interface Field {
  readonly values: Float32Array;
  readonly widthPx: number;
}

const edgeLevel = 0.5;
/** Steps in pixels by which edges are looked for. */
const stepPx = 0.5;
/** How much the distance of both edges may differ from the width, of it, and in pixels at least. */
const [offShare, offLeastPx] = [0.1, 0.8] as const;
/** Length of skeleton at an end, by the width, from which on it is a line of its own. */
const tailLeast = 0.55;
/** Length from which on a stretch says where it goes, by the width. */
const sureLeast = 0.5;
/** What is left out at both ends of a stretch, of the width. */
const trimShare = 0.12;
/** Over this share of the width the direction of a line is measured to either side. */
const aroundShare = 0.35;

/** Bilinear. Points lie within the field, at least a pixel from its border. */
function valueAt({ values, widthPx }: Field, x: number, y: number): number {
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [right, down] = [x - 0.5 - left, y - 0.5 - top];
  const at = top * widthPx + left;
  return (
    (1 - down) * ((1 - right) * (values[at] ?? 0) + right * (values[at + 1] ?? 0)) +
    down * ((1 - right) * (values[at + widthPx] ?? 0) + right * (values[at + widthPx + 1] ?? 0))
  );
}

/** How far it is from a point of the ink to its edge in a direction; undefined beyond `mostPx`. */
export function edgeFrom(field: Field, from: Point, direction: Point, mostPx: number): number | undefined {
  let before = valueAt(field, from[0], from[1]);
  if (before < edgeLevel) return 0;
  for (let away = stepPx; away <= mostPx; away += stepPx) {
    const value = valueAt(field, from[0] + away * direction[0], from[1] + away * direction[1]);
    if (value < edgeLevel) return away - stepPx * ((edgeLevel - value) / (before - value));
    before = value;
  }
  return undefined;
}

/** A stretch of a line, in its order. */
export interface Stretch {
  readonly points: readonly Point[];
  /** Else it is as the skeleton has it, or too short to say where it goes. */
  readonly isKnown: boolean;
}

export interface Crossed {
  /** On the skeleton. */
  readonly skeleton: Point;
  /** In the middle between both edges. */
  readonly point: Point;
  /** From edge to edge; undefined where there is none. */
  readonly widthPx: number | undefined;
}

/** Of each pixel of a branch. @param path middles of its pixels @param widthPx about how broad lines are */
export function crossed(field: Field, path: readonly Point[], isClosed: boolean, widthPx: number): Crossed[] {
  const reach = Math.max(2, Math.round(aroundShare * widthPx));
  const even = smoothed(path, isClosed, reach);
  return even.map((point, at) => {
    const [before, after] = [neighbour(even, at - reach, isClosed), neighbour(even, at + reach, isClosed)];
    const along = unit(minus(after, before));
    const across: Point = [-along[1], along[0]];
    const [one, other] = [
      edgeFrom(field, point, across, 1.2 * widthPx),
      edgeFrom(field, point, [-across[0], -across[1]], 1.2 * widthPx),
    ];
    if (one === undefined || other === undefined) return { skeleton: point, point, widthPx: undefined };
    return { skeleton: point, point: plus(point, across, (one - other) / 2), widthPx: one + other };
  });
}

const neighbour = (path: readonly Point[], at: number, isClosed: boolean): Point =>
  isClosed
    ? path[((at % path.length) + path.length) % path.length]!
    : path[Math.min(path.length - 1, Math.max(0, at))]!;

/** Means of neighbours, for pixels go in steps; ends stay. */
export function smoothed(path: readonly Point[], isClosed: boolean, reach: number): Point[] {
  return path.map((_, at) => {
    const own = isClosed ? reach : Math.min(reach, at, path.length - 1 - at);
    let [x, y] = [0, 0];
    for (let step = -own; step <= own; step += 1) {
      const [u, v] = neighbour(path, at + step, isClosed);
      [x, y] = [x + u, y + v];
    }
    return [x / (2 * own + 1), y / (2 * own + 1)];
  });
}

/** Whether both edges are as far apart as lines are broad. */
const isKnown = ({ widthPx: own }: Crossed, widthPx: number): boolean =>
  own !== undefined && Math.abs(own - widthPx) <= Math.max(offLeastPx, offShare * widthPx);

/**
 * Stretches of a branch that are known; and of what is too short to be known anywhere, between two corners or at an end, its middle as the skeleton has it.
 * @param about `ends`: whether each is free; `gapLeast` and `cornerShare`: length of a gap, by the width, that is a line of its own, and what corners take of it
 */
export function stretchesOf(
  found: readonly Crossed[],
  about: {
    readonly isClosed: boolean;
    readonly ends: readonly [boolean, boolean];
    readonly widthPx: number;
    readonly gapLeast: number;
    readonly cornerShare: number;
  },
): Stretch[] {
  const { isClosed, ends, widthPx, gapLeast, cornerShare } = about;
  const known = found.map((own) => isKnown(own, widthPx));
  const first = isClosed ? Math.max(0, known.indexOf(false)) : 0;
  const count = found.length;
  const at = (step: number): Crossed => found[(first + step) % count]!;
  const stretches: Stretch[] = [];
  for (let from = 0; from < count; ) {
    const is = known[(first + from) % count]!;
    let to = from;
    while (to < count && known[(first + to) % count] === is) to += 1;
    const length = to - from;
    const isEnd = !isClosed && (from === 0 || to === count);
    if (is) {
      // Where it is no longer known, its middles were off a little before.
      const cut = length === count ? 0 : Math.min(Math.round(trimShare * widthPx), length >> 2);
      const points = Array.from({ length: length - 2 * cut }, (_, step) => at(from + cut + step).point);
      if (length > 2) stretches.push({ isKnown: length >= sureLeast * widthPx, points });
    } else if (isEnd ? (from === 0 ? ends[0] : ends[1]) && length > tailLeast * widthPx : length > gapLeast * widthPx) {
      const cut = Math.round(cornerShare * widthPx);
      const [start, end] = [isEnd && from === 0 ? 0 : from + cut, isEnd && to === count ? count : to - cut];
      if (end - start > 2) {
        const points = Array.from({ length: end - start }, (_, step) => at(start + step).skeleton);
        stretches.push({ isKnown: false, points });
      }
    }
    from = to;
  }
  return stretches.length > 0 ? stretches : [{ isKnown: false, points: found.map(({ skeleton }) => skeleton) }];
}
