/** An even colour or a linear gradient, fitted to pixels that may have other things among them. Pure. */
import { type Ink, inkDistance } from "../ink-colour.ts";

/** How much red, green and blue change over a whole picture. */
export type Slope = readonly [red: number, green: number, blue: number];

export interface Shade {
  /** In the middle of the picture. */
  readonly colour: Ink;
  /** Along x and along y; absent where it is even. */
  readonly slopes?: readonly [x: Slope, y: Slope] | undefined;
}

/** Of the pixels that a shade is fitted to, the share that must have its colour, and the difference of a channel up to which they do. */
const [fitLeast, fitWithin] = [0.9, 0.1];
/** Times that it is fitted, each time to what is near the last fit, by this difference of a channel at the end. */
const [rounds, nearWithin] = [4, 0.05];
/** Mean difference up to which no gradient is looked for. */
const evenWithin = 0.008;
/** Change of a channel over the pixels, and how much nearer they lie on average, from which on there is a gradient. */
const [changeLeast, gainLeast] = [0.06, 0.6];

/** Colour of a shade at a pixel. */
export function shadeAt({ colour, slopes }: Shade, at: number, sizePx: number): Ink {
  if (!slopes) return colour;
  const [u, v] = placeOf(at, sizePx);
  const [x, y] = slopes;
  return [colour[0] + u * x[0] + v * y[0], colour[1] + u * x[1] + v * y[1], colour[2] + u * x[2] + v * y[2]];
}

/** Colours of a shade at all pixels, [3, sizePx, sizePx]. */
export function shadePlanes({ colour, slopes }: Shade, sizePx: number): Float32Array {
  const planes = new Float32Array(3 * sizePx ** 2);
  for (let channel = 0, to = 0; channel < 3; channel += 1) {
    const [alongX, alongY] = slopes ? [slopes[0][channel]!, slopes[1][channel]!] : [0, 0];
    for (let y = 0; y < sizePx; y += 1)
      for (let x = 0; x < sizePx; x += 1, to += 1)
        planes[to] = colour[channel]! + ((x + 0.5) / sizePx - 0.5) * alongX + ((y + 0.5) / sizePx - 0.5) * alongY;
  }
  return planes;
}

/** Largest difference of a channel in the middle and at the corners. */
export function shadeDistance(one: Shade, other: Shade, sizePx: number): number {
  const corners = [0, sizePx - 1, sizePx * (sizePx - 1), sizePx ** 2 - 1];
  const ends = corners.map((at) => inkDistance(shadeAt(one, at, sizePx), shadeAt(other, at, sizePx)));
  return one.slopes || other.slopes ? Math.max(...ends) / 2 : inkDistance(one.colour, other.colour);
}

/** From −½ to ½ over the picture. */
const placeOf = (at: number, sizePx: number): readonly [x: number, y: number] => [
  ((at % sizePx) + 0.5) / sizePx - 0.5,
  (Math.floor(at / sizePx) + 0.5) / sizePx - 0.5,
];

/**
 * The shade that most of some pixels have; undefined where too few do.
 * @param planes premultiplied RGBA [4, sizePx, sizePx] @param pixels opaque ones
 */
export function shadeOf(planes: Float32Array, pixels: readonly number[], sizePx: number): Shade | undefined {
  if (pixels.length === 0) return undefined;
  const even: Shade = { colour: medianOf(planes, pixels) };
  const ofEven = errorOf(even, planes, pixels, sizePx);
  let best = even;
  if (ofEven > evenWithin) {
    const sloped = gradientOf(planes, pixels, sizePx);
    const isBetter = errorOf(sloped, planes, pixels, sizePx) < gainLeast * ofEven;
    if (isBetter && changeOf(sloped, pixels, sizePx) >= changeLeast) best = sloped;
  }
  const near = pixels.filter((at) => differenceAt(best, planes, at, sizePx) <= fitWithin);
  return near.length < fitLeast * pixels.length ? undefined : best;
}

/** The gradient that is nearest to pixels of any colours, as of a ball, or their mean where it changes little. @param pixels opaque ones */
export function nearestShade(planes: Float32Array, pixels: readonly number[], sizePx: number): Shade {
  const sloped = planeThrough(planes, pixels, sizePx);
  return changeOf(sloped, pixels, sizePx) >= changeLeast ? sloped : { colour: medianOf(planes, pixels) };
}

/** Largest difference of a channel between a pixel and a shade there. */
function differenceAt({ colour, slopes }: Shade, planes: Float32Array, at: number, sizePx: number): number {
  const count = sizePx * sizePx;
  const [u, v] = slopes
    ? [((at % sizePx) + 0.5) / sizePx - 0.5, (Math.floor(at / sizePx) + 0.5) / sizePx - 0.5]
    : [0, 0];
  let most = 0;
  for (let channel = 0; channel < 3; channel += 1) {
    const along = slopes ? u * slopes[0][channel]! + v * slopes[1][channel]! : 0;
    most = Math.max(most, Math.abs(planes[channel * count + at]! - colour[channel]! - along));
  }
  return most;
}

export function medianOf(planes: Float32Array, pixels: readonly number[]): Ink {
  const count = planes.length / 4;
  const middle = (channel: number): number =>
    Float32Array.from(pixels, (at) => planes[channel * count + at]!).sort()[pixels.length >> 1] ?? 0;
  return [middle(0), middle(1), middle(2)];
}

/** Mean of the pixels' differences, each at most what is no fit. */
function errorOf(shade: Shade, planes: Float32Array, pixels: readonly number[], sizePx: number): number {
  const sum = pixels.reduce((all, at) => all + Math.min(fitWithin, differenceAt(shade, planes, at, sizePx)), 0);
  return sum / pixels.length;
}

/** Most that a channel changes over the pixels. */
function changeOf({ slopes }: Shade, pixels: readonly number[], sizePx: number): number {
  const changes = [0, 1, 2].map((channel) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const at of pixels) {
      const [u, v] = placeOf(at, sizePx);
      const value = u * slopes![0][channel]! + v * slopes![1][channel]!;
      [least, most] = [Math.min(least, value), Math.max(most, value)];
    }
    return most - least;
  });
  return Math.max(...changes);
}

/** By least squares, again and again without what lies far off. */
function gradientOf(planes: Float32Array, pixels: readonly number[], sizePx: number): Shade {
  let shade = planeThrough(planes, pixels, sizePx);
  for (let round = 1; round < rounds; round += 1) {
    const within = nearWithin * (rounds - round);
    const near = pixels.filter((at) => differenceAt(shade, planes, at, sizePx) <= within);
    if (near.length < pixels.length / 2) break;
    shade = planeThrough(planes, near, sizePx);
  }
  return shade;
}

function planeThrough(planes: Float32Array, pixels: readonly number[], sizePx: number): Shade {
  const count = sizePx ** 2;
  let [meanU, meanV] = [0, 0];
  for (const at of pixels) {
    const [u, v] = placeOf(at, sizePx);
    meanU += u / pixels.length;
    meanV += v / pixels.length;
  }
  let [uu, uv, vv] = [0, 0, 0];
  const [means, us, vs] = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ] as [number[], number[], number[]];
  for (const at of pixels) {
    const place = placeOf(at, sizePx);
    const [u, v] = [place[0] - meanU, place[1] - meanV];
    uu += u * u;
    uv += u * v;
    vv += v * v;
    for (const channel of [0, 1, 2]) {
      const value = planes[channel * count + at]!;
      means[channel]! += value / pixels.length;
      us[channel]! += u * value;
      vs[channel]! += v * value;
    }
  }
  const determinant = uu * vv - uv * uv || 1;
  const x = us.map((value, channel) => (value * vv - vs[channel]! * uv) / determinant);
  const y = vs.map((value, channel) => (value * uu - us[channel]! * uv) / determinant);
  const colour = means.map((value, channel) => value - meanU * x[channel]! - meanV * y[channel]!);
  return { colour: triple(colour), slopes: [triple(x), triple(y)] };
}

const triple = ([red, green, blue]: readonly number[]): Ink => [red!, green!, blue!];

/** The direction of length 1 along which all channels together change most: the first eigenvector of the slopes' products. */
export function steepestOf(slopeX: readonly number[], slopeY: readonly number[]): readonly [x: number, y: number] {
  let [xx, xy, yy] = [0, 0, 0];
  for (let channel = 0; channel < 3; channel += 1) {
    xx += slopeX[channel]! ** 2;
    xy += slopeX[channel]! * slopeY[channel]!;
    yy += slopeY[channel]! ** 2;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  return [Math.cos(angle), Math.sin(angle)];
}
