/** A square of a picture at another size, by a tent: linear between pixels where it grows. Nothing lies beyond the picture. Pure. */

/** In pixels of the picture; it may reach beyond it. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly sidePx: number;
}

/** @param plane [side, side] @returns [toPx, toPx] */
export function resampleSquare(plane: Float32Array, { left, top, sidePx }: Square, toPx: number): Float32Array {
  const fromPx = Math.sqrt(plane.length);
  const [columns, rows] = [tapsOf(left, sidePx, fromPx, toPx), tapsOf(top, sidePx, fromPx, toPx)];
  const narrow = new Float32Array(fromPx * toPx);
  for (let y = 0; y < fromPx; y += 1)
    for (const [x, taps] of columns.entries())
      for (const { at, weight } of taps) narrow[y * toPx + x]! += weight * plane[y * fromPx + at]!;
  const square = new Float32Array(toPx * toPx);
  for (const [y, taps] of rows.entries())
    for (const { at, weight } of taps)
      for (let x = 0; x < toPx; x += 1) square[y * toPx + x]! += weight * narrow[at * toPx + x]!;
  return square;
}

interface Tap {
  readonly at: number;
  readonly weight: number;
}

/** Pixels under each new one, by a tent as wide as the larger of an old and a new pixel. */
function tapsOf(start: number, sidePx: number, fromPx: number, toPx: number): Tap[][] {
  const step = sidePx / toPx;
  const reach = Math.max(1, step);
  return Array.from({ length: toPx }, (_, to) => {
    const middle = start + (to + 0.5) * step - 0.5;
    const taps: Tap[] = [];
    let total = 0;
    for (let at = Math.ceil(middle - reach); at <= middle + reach; at += 1) {
      const weight = 1 - Math.abs(at - middle) / reach;
      total += weight;
      if (at >= 0 && at < fromPx) taps.push({ at, weight });
    }
    return taps.map(({ at, weight }) => ({ at, weight: weight / total }));
  });
}

/** A square of a picture that is `sizePx` wide. */
export interface Place {
  readonly place: Square;
  readonly sizePx: number;
}

/**
 * What lies in a place of pictures, as large as the whole.
 * @param planes one or more, [side, side]
 */
export function outOfPlace(planes: Float32Array, { place, sizePx }: Place, side: number): Float32Array {
  const scale = side / sizePx;
  return eachPlane(planes, scaled(place, scale), side);
}

/** The other way round: pictures as small as the place, and nothing around them. */
export function intoPlace(planes: Float32Array, { place, sizePx }: Place, side: number): Float32Array {
  const scale = side / place.sidePx;
  return eachPlane(planes, scaled({ left: -place.left, top: -place.top, sidePx: sizePx }, scale), side);
}

const scaled = ({ left, top, sidePx }: Square, scale: number): Square => ({
  left: scale * left,
  top: scale * top,
  sidePx: scale * sidePx,
});

function eachPlane(planes: Float32Array, square: Square, side: number): Float32Array {
  const [made, pixels] = [new Float32Array(planes.length), side ** 2];
  for (let from = 0; from < planes.length; from += pixels)
    made.set(resampleSquare(planes.subarray(from, from + pixels), square, side), from);
  return made;
}
