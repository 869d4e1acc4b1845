/**
 * Shrinking by area averages: each pixel is the mean of the area that it covers.
 * It never rings, and renderers of vector drawings make small pictures the same way (Catmull 1978, "A hidden-surface algorithm with anti-aliasing").
 */

/**
 * Planes [channels, from, from] → [channels, to, to]: each pixel is the mean of the area that it covers, which is exact for
 * premultiplied colour (a box filter; every source pixel counts by the share of it that lies inside).
 */
export function averageAreas(planes: Float32Array, fromPx: number, toPx: number): Float32Array {
  if (fromPx === toPx) return planes;
  const channels = planes.length / (fromPx * fromPx);
  if (fromPx % toPx === 0) return averageBlocks(planes, channels, fromPx, toPx);
  const { firsts, ends, shares, stride } = coverOf(fromPx, toPx);
  const narrow = new Float32Array(channels * fromPx * toPx);
  for (let row = 0; row < channels * fromPx; row += 1)
    for (let x = 0; x < toPx; x += 1) {
      const [first, end] = [firsts[x]!, ends[x]!];
      let sum = 0;
      for (let from = first; from < end; from += 1)
        sum += shares[x * stride + from - first]! * planes[row * fromPx + from]!;
      narrow[row * toPx + x] = sum;
    }
  const small = new Float32Array(channels * toPx * toPx);
  for (let channel = 0; channel < channels; channel += 1)
    for (let y = 0; y < toPx; y += 1) {
      const [first, end] = [firsts[y]!, ends[y]!];
      for (let x = 0; x < toPx; x += 1) {
        let sum = 0;
        for (let from = first; from < end; from += 1)
          sum += shares[y * stride + from - first]! * narrow[(channel * fromPx + from) * toPx + x]!;
        small[(channel * toPx + y) * toPx + x] = sum;
      }
    }
  return small;
}

/** `averageAreas` for whole-number factors: every pixel covers whole pixels only. */
function averageBlocks(planes: Float32Array, channels: number, fromPx: number, toPx: number): Float32Array {
  const side = fromPx / toPx;
  const share = 1 / side;
  const narrow = new Float32Array(channels * fromPx * toPx);
  for (let to = 0, from = 0; to < narrow.length; to += 1) {
    let sum = 0;
    for (const end = from + side; from < end; from += 1) sum += share * planes[from]!;
    narrow[to] = sum;
  }
  const small = new Float32Array(channels * toPx * toPx);
  for (let row = 0, to = 0; row < channels * toPx; row += 1)
    for (let x = 0; x < toPx; x += 1, to += 1) {
      const start = row * side * toPx + x;
      let sum = 0;
      for (let part = 0; part < side; part += 1) sum += share * narrow[start + part * toPx]!;
      small[to] = sum;
    }
  return small;
}

/** Along one axis: which source pixels each pixel covers, and by how much. */
export interface Cover {
  /** First source pixel of each pixel, and the end after its last. */
  readonly firsts: Int32Array;
  readonly ends: Int32Array;
  /** Weights of the source pixels, which add up to 1 for each pixel; `stride` places a pixel. */
  readonly shares: Float64Array;
  readonly stride: number;
}

/** @param toPx at least 1 */
export function coverOf(fromPx: number, toPx: number): Cover {
  const scale = fromPx / toPx;
  const stride = Math.ceil(scale) + 1;
  const [firsts, ends] = [new Int32Array(toPx), new Int32Array(toPx)];
  const shares = new Float64Array(toPx * stride);
  for (let index = 0; index < toPx; index += 1) {
    const [start, end] = [index * scale, (index + 1) * scale];
    const first = Math.floor(start);
    let from = first;
    // Rounding may put the end of the last one past the last pixel.
    for (; from < Math.min(end, fromPx); from += 1)
      shares[index * stride + from - first] = (Math.min(end, from + 1) - Math.max(start, from)) / scale;
    firsts[index] = first;
    ends[index] = from;
  }
  return { firsts, ends, shares, stride };
}
