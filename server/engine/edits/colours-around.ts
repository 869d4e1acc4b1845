/** The colours around a part as they go on into it: flat ones stay, gradients change as they do around. Pure; planes are premultiplied RGBA [4, sizePx, sizePx]. */
import { forNear } from "../pixels/places.ts";
import { spreadInto } from "./harmonic.ts";

/** Pixels from which on a colour may be seen to change. */
const fittedLeast = 24;
/** Fewer pure pixels say nothing, then soft edges count too. */
const pureLeast = 6;
/** Deviation of a channel from a plane, beyond which a gradient is none that is linear. */
const bentFrom = 0.008;
/** How much flat ones are preferred, in squared pixels a pixel: what lies along a line says nothing across it. */
const flatness = 4;

/** Where a part lies and what is around. */
export interface PartAround {
  readonly planes: Float32Array;
  /** Of each pixel, [sizePx, sizePx]; 0 = nothing. */
  readonly colours: Uint8Array;
  readonly open: readonly number[];
  /** 1 = open. */
  readonly isOpen: Uint8Array;
  readonly sizePx: number;
}

/**
 * @param near pixels around the part, which are looked at
 * @returns planes that have the colour's values where the part is open
 */
export function colourInto(colour: number, near: readonly number[], around: PartAround): Float32Array {
  const { planes, colours, open, isOpen, sizePx } = around;
  const pixels = sizePx ** 2;
  const made = new Float32Array(planes.length);
  if (colour === 0) return made;
  const all = near.filter((at) => colours[at] === colour);
  const pure = all.filter((at) => isPure(at, around));
  const some = pure.length >= pureLeast ? pure : all;
  const fitted = planeThrough(some, sizePx);
  const counts = isOpen.slice();
  for (const at of pure) counts[at] = 1;
  for (let channel = 0; channel < 4; channel += 1) {
    const values = planes.subarray(channel * pixels, (channel + 1) * pixels);
    const valueAt = fitted(values);
    const own = made.subarray(channel * pixels, (channel + 1) * pixels);
    const left = new Float32Array(pixels);
    let squares = 0;
    for (const at of pure) {
      left[at] = values[at]! - valueAt(at);
      squares += left[at]! ** 2;
    }
    const isBent = pure.length >= fittedLeast && squares > bentFrom ** 2 * pure.length;
    if (isBent) spreadInto(left, open, counts, sizePx);
    for (const at of open) own[at] = Math.min(1, Math.max(0, valueAt(at) + (isBent ? left[at]! : 0)));
  }
  // No colour is above its alpha.
  for (let channel = 0; channel < 3; channel += 1)
    for (const at of open) made[channel * pixels + at] = Math.min(made[channel * pixels + at]!, made[3 * pixels + at]!);
  return made;
}

/** Whether all pixels around one have its colour, or are open. */
function isPure(at: number, { colours, isOpen, sizePx }: PartAround): boolean {
  let isAlone = true;
  forNear(at, sizePx, 1, (other) => {
    if (isOpen[other] === 0 && colours[other] !== colours[at]) isAlone = false;
  });
  return isAlone;
}

/** A value as it changes over some pixels, by least squares. @returns from values to what they are elsewhere */
function planeThrough(some: readonly number[], sizePx: number): (values: Float32Array) => (at: number) => number {
  const [x, y] = [some.map((at) => at % sizePx), some.map((at) => Math.floor(at / sizePx))];
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middleX, middleY] = [mean(x), mean(y)];
  const product = (one: readonly number[], from: number, other: readonly number[], too: number): number =>
    one.reduce((sum, value, at) => sum + (value - from) * (other[at]! - too), 0);
  const ridge = flatness * some.length;
  const xx = product(x, middleX, x, middleX) + ridge;
  const xy = product(x, middleX, y, middleY);
  const yy = product(y, middleY, y, middleY) + ridge;
  const determinant = xx * yy - xy ** 2;
  return (plane) => {
    const values = some.map((at) => plane[at]!);
    const middle = mean(values);
    if (some.length < fittedLeast) return () => middle;
    const [withX, withY] = [product(x, middleX, values, middle), product(y, middleY, values, middle)];
    const [alongX, alongY] = [(yy * withX - xy * withY) / determinant, (xx * withY - xy * withX) / determinant];
    return (at) => middle + alongX * ((at % sizePx) - middleX) + alongY * (Math.floor(at / sizePx) - middleY);
  };
}
