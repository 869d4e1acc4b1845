/**
 * Moves values to those of flat areas beside them, a level away at most. In drawings an area ends at its edge, where networks leave a
 * rim a level off, which shows once it is rounded. A mean over the values around, weighted by how flat it is at each: so areas keep
 * their level, slopes stay slopes, and rims join (bilateral filter, Tomasi and Manduchi 1998, with that weight). Pure.
 */
import { extremesAround } from "../extremes-around.ts";

/** Values that differ by this, in levels, have no influence; as 1 / square. */
const farSteepness = (255 / 2) ** 2;
/** Difference to a neighbour, in levels, from which a place is not flat. */
const slopeLevels = 0.12 / 255;
/** Of a value and its neighbours: below, it is flat already; above, it lies in an edge. */
const [stillLevels, edgeLevels] = [0.03 / 255, 2 / 255] as const;
/** How near to a level, in levels, what is flat rounds to it with all around: it is left as it is. */
const surelyLevels = 0.15;
/** Sums of weights below this say nothing. */
const leastWeight = 1e-3;

/** Pixels of the result to each side that a result depends on: a pixel of the input, and one more to know how flat it is there. */
export const joinReachPx = (factor: number): number => factor + 1;

/** Room for what is known of each value of a plane, so that planes of one size take none of their own. */
export interface JoinRoom {
  readonly slopes: Float32Array;
  readonly flatness: Float32Array;
  readonly before: Float32Array;
}

/** @param values of a plane */
export const createJoinRoom = (values: number): JoinRoom => ({
  slopes: new Float32Array(values),
  flatness: new Float32Array(values),
  before: new Float32Array(values),
});

/**
 * @param plane [factor · heightPx, factor · widthPx] in [0, 1], changed in place; what is as near as a pixel of the input is seen
 * @param isDrawn where values may move, by pixel of the input, [heightPx, widthPx]
 */
export function joinFlatAreas(
  plane: Float32Array,
  isDrawn: Uint8Array,
  widthPx: number,
  factor: number,
  { slopes, flatness, before }: JoinRoom = createJoinRoom(plane.length),
): void {
  const [line, lines] = [factor * widthPx, (factor * isDrawn.length) / widthPx];
  findSlopes(plane, line, slopes);
  findFlatness(slopes, flatness);
  const isFlatNearby = extremesAround(flattestOf(flatness, widthPx, factor), widthPx, 1).most;
  before.set(plane);
  for (let y = 0; y < lines; y += 1) {
    const [above, below] = [Math.min(y, factor) * line, Math.min(lines - 1 - y, factor) * line];
    for (let column = 0, cell = Math.floor(y / factor) * widthPx; column < widthPx; column += 1, cell += 1) {
      if (isDrawn[cell] === 0 || isFlatNearby[cell] === 0) continue;
      const from = y * line + factor * column;
      for (let at = from; at < from + factor; at += 1) {
        const slope = slopes[at]!;
        if (slope < stillLevels || slope > edgeLevels) continue;
        const value = before[at]!;
        if (slope < slopeLevels && Math.abs(((255 * value + 0.5) % 1) - 0.5) < surelyLevels) continue;
        const x = at - y * line;
        const left = Math.min(x, factor);
        const across = left + Math.min(line - 1 - x, factor);
        let [sum, weights] = [0, 0];
        for (let start = at - above - left, last = at + below; start <= last; start += line)
          for (let other = start, end = start + across; other <= end; other += 1) {
            const flat = flatness[other]!;
            if (flat === 0) continue;
            const difference = before[other]! - value;
            const nearness = 1 - difference * difference * farSteepness;
            if (nearness <= 0) continue;
            const weight = flat * nearness * nearness;
            sum += weight * difference;
            weights += weight;
          }
        if (weights > leastWeight) plane[at] = value + sum / weights;
      }
    }
  }
}

/** The greatest difference between a value and its four neighbours. */
function findSlopes(plane: Float32Array, line: number, slopes: Float32Array): void {
  for (let start = 0; start < plane.length; start += line) {
    slopes[start] = 0;
    for (let at = start + 1; at < start + line; at += 1) {
      const difference = Math.abs(plane[at]! - plane[at - 1]!);
      if (difference > slopes[at - 1]!) slopes[at - 1] = difference;
      slopes[at] = difference;
    }
  }
  for (let above = 0, at = line; at < plane.length; above += 1, at += 1) {
    const difference = Math.abs(plane[at]! - plane[above]!);
    if (difference > slopes[above]!) slopes[above] = difference;
    if (difference > slopes[at]!) slopes[at] = difference;
  }
}

/** 1 where nothing differs, 0 on slopes. */
function findFlatness(slopes: Float32Array, flatness: Float32Array): void {
  const steepness = 1 / slopeLevels ** 2;
  for (let at = 0; at < slopes.length; at += 1) {
    const share = 1 - slopes[at]! * slopes[at]! * steepness;
    flatness[at] = share > 0 ? share * share : 0;
  }
}

/** The greatest flatness in each pixel of the input. */
function flattestOf(flatness: Float32Array, widthPx: number, factor: number): Float32Array {
  const line = factor * widthPx;
  const flattest = new Float32Array(flatness.length / factor ** 2);
  for (let start = 0, y = 0; start < flatness.length; start += line, y += 1)
    for (let at = start, cell = Math.floor(y / factor) * widthPx; at < start + line; cell += 1)
      for (const end = at + factor; at < end; at += 1)
        if (flatness[at]! > flattest[cell]!) flattest[cell] = flatness[at]!;
  return flattest;
}
