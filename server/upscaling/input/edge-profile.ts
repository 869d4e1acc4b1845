/**
 * How the edges of a picture look on average: how steep they are, and how far they go beyond the levels beside them. Averaging by areas
 * never does, kernels with negative lobes do, and sharpening does more. Only edges between two areas of one level count. Pure.
 */

/** Pixels from the middle of an edge to the areas beside it, and how long these are. */
const [besidePx, areaPx] = [4, 3] as const;
/** Levels that an edge has at least, and by which the areas may vary. */
const [edgeLevels, areaLevels] = [40, 10] as const;
/** Edges that are needed. */
const edgesMin = 12;
/** Of one edge, at most: a line beside it is no overshoot. */
const overshootMost = 0.3;

export const edgeDims = 4;

/**
 * Steepness in the middle, and mean overshoot one to three pixels from it, as shares of the edge; [edgeDims].
 * @param luma levels, [heightPx, widthPx]
 * @returns undefined where too few edges stand alone
 */
export function edgeProfileOf(luma: Float32Array, widthPx: number, heightPx: number): Float64Array | undefined {
  const sums = new Float64Array(edgeDims);
  let edges = 0;
  for (const [lines, length, step, next] of [
    [heightPx, widthPx, 1, widthPx],
    [widthPx, heightPx, widthPx, 1],
  ] as const)
    for (let line = 0; line < lines; line += 1)
      for (let at = besidePx + areaPx; at < length - besidePx - areaPx; at += 1)
        edges += addEdge(sums, luma, line * next + at * step, step) ? 1 : 0;
  return edges < edgesMin ? undefined : sums.map((sum) => sum / edges);
}

/** Adds the edge in the middle, if there is one. */
function addEdge(sums: Float64Array, luma: Float32Array, middle: number, step: number): boolean {
  const value = (offset: number): number => luma[middle + offset * step]!;
  const slope = value(1) - value(-1);
  if (Math.abs(slope) < edgeLevels / 2) return false;
  for (const beside of [-2, -1, 1, 2])
    if (Math.abs(value(beside + 1) - value(beside - 1)) > Math.abs(slope) - (beside < 0 ? 0 : 1e-6)) return false;
  const [before, after] = [levelOf(luma, middle, -step), levelOf(luma, middle, step)];
  if (before === undefined || after === undefined) return false;
  const height = after - before;
  if (Math.abs(height) < edgeLevels || height * slope < 0) return false;
  sums[0]! += slope / height;
  for (let offset = 1; offset <= 3; offset += 1) {
    const beyond = ((value(offset) - after) / height + (before - value(-offset)) / height) / 2;
    sums[offset]! += Math.max(-overshootMost, Math.min(overshootMost, beyond));
  }
  return true;
}

/** Mean level of the area to one side; none where it varies. */
function levelOf(luma: Float32Array, middle: number, step: number): number | undefined {
  let [least, most, sum] = [255, 0, 0];
  for (let offset = besidePx; offset < besidePx + areaPx; offset += 1) {
    const value = luma[middle + offset * step]!;
    least = Math.min(least, value);
    most = Math.max(most, value);
    sum += value;
  }
  return most - least > areaLevels ? undefined : sum / areaPx;
}
