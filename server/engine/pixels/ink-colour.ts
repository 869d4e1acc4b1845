/** Which drawings are of one colour, which of one opaque ink, and the same shapes in another colour. */

/** Pixels in the middle of a tint have this much alpha, and neighbours that are alike. */
const tint = { from: 0.08, to: 0.92, alike: 0.03 };
/** Share of what is drawn that may look like tint, as the ends of long soft edges do. */
const tintMost = 0.02;
/** Difference of a pixel's channel from the mean up to which it has the same colour, and the share of those that must. */
const [sameWithin, sameLeast] = [0.1, 0.98];
/** Fainter pixels say little of their colour in 8 bits. */
const visibleFrom = 0.15;

/** Straight RGB in [0, 1]. */
export type Ink = readonly [red: number, green: number, blue: number];

/** A drawing's planes: premultiplied RGBA [4, sizePx, sizePx]. */
export interface Drawing {
  readonly planes: Float32Array;
  readonly sizePx: number;
}

/** The ink of drawings. */
export interface DrawnInk {
  /** All is of one opaque colour: ink or nothing. */
  readonly isOneInk: boolean;
  /** The one colour, also of tints; absent where there are several, or where it is not known. */
  readonly ink?: Ink | undefined;
}

/** What is known of lists of drawings, and of single ones by their planes: a request asks several times. */
const known = new WeakMap<readonly Drawing[] | Float32Array, DrawnInk>();

export function inkOf(drawings: readonly Drawing[]): DrawnInk {
  const shown = drawings.length === 1 ? drawings[0]!.planes : drawings;
  const ink = known.get(shown) ?? inkOfAll(drawings);
  known.set(shown, ink);
  return ink;
}

function inkOfAll(drawings: readonly Drawing[]): DrawnInk {
  const ink = colourOf(drawings);
  return ink ? { isOneInk: !drawings.some(hasTint), ink } : { isOneInk: false };
}

/** The same shapes in another ink. @param planes premultiplied RGBA [4, pixels] @returns new planes */
export function inInk(planes: Float32Array, ink: Ink): Float32Array {
  const count = planes.length / 4;
  const inked = planes.slice();
  for (const [channel, value] of ink.entries())
    for (let at = 0; at < count; at += 1) inked[channel * count + at] = value * planes[3 * count + at]!;
  return inked;
}

/** What is drawn in one ink. @param alphas [pixels] @returns premultiplied RGBA [4, pixels] */
export function planesOf(alphas: Float32Array, ink: Ink): Float32Array {
  const planes = new Float32Array(4 * alphas.length);
  planes.set(alphas, 3 * alphas.length);
  return inInk(planes, ink);
}

/** Largest difference of a channel. */
export const inkDistance = (one: Ink, other: Ink): number =>
  Math.max(Math.abs(one[0] - other[0]), Math.abs(one[1] - other[1]), Math.abs(one[2] - other[2]));

/** Whether a colour may be the soft edge between two others, all of the same channels. @param within largest difference of a channel */
export function liesBetween(
  colour: readonly number[],
  one: readonly number[],
  other: readonly number[],
  within: number,
): boolean {
  const along = other.map((value, channel) => value - one[channel]!);
  const product = along.reduce((sum, value, channel) => sum + value * (colour[channel]! - one[channel]!), 0);
  const length = along.reduce((sum, value) => sum + value * value, 0);
  const share = length === 0 ? 0 : product / length;
  const isNear = (value: number, channel: number): boolean =>
    Math.abs(one[channel]! + share * along[channel]! - value) <= within;
  return share > 0 && share < 1 && colour.every(isNear);
}

/** Between two inks. @param share of the second, 0 to 1 */
export const mixInks = (one: Ink, other: Ink, share: number): Ink => {
  const [red, green, blue] = one.map((value, channel) => (1 - share) * value + share * other[channel]!);
  return [red!, green!, blue!];
};

/** The one colour that drawings are all of; undefined for others. Plain loops: a style of 16 icons is looked at in each request. */
function colourOf(drawings: readonly Drawing[]): Ink | undefined {
  const sums = [0, 0, 0];
  let visible = 0;
  for (const drawing of drawings)
    forVisible(drawing, (red, green, blue) => {
      visible += 1;
      sums[0]! += red;
      sums[1]! += green;
      sums[2]! += blue;
    });
  if (visible === 0) return undefined;
  const [meanRed, meanGreen, meanBlue] = [sums[0]! / visible, sums[1]! / visible, sums[2]! / visible];
  const same = [0, 0, 0];
  for (const drawing of drawings)
    forVisible(drawing, (red, green, blue) => {
      if (Math.abs(red - meanRed) <= sameWithin) same[0]! += 1;
      if (Math.abs(green - meanGreen) <= sameWithin) same[1]! += 1;
      if (Math.abs(blue - meanBlue) <= sameWithin) same[2]! += 1;
    });
  if (same.some((count) => count < sameLeast * visible)) return undefined;
  return [Math.min(1, meanRed), Math.min(1, meanGreen), Math.min(1, meanBlue)];
}

/** Straight channels of the pixels that are not faint. */
function forVisible({ planes }: Drawing, see: (red: number, green: number, blue: number) => void): void {
  const count = planes.length / 4;
  for (let at = 0; at < count; at += 1) {
    const alpha = planes[3 * count + at]!;
    if (alpha >= visibleFrom) see(planes[at]! / alpha, planes[count + at]! / alpha, planes[2 * count + at]! / alpha);
  }
}

/** Alpha of the tint of drawings of one colour: the median of what is inside of areas of one alpha; undefined where next to nothing is. */
export function tintOf(drawings: readonly Drawing[]): number | undefined {
  const seen = drawings.map(tintsOf);
  const found = seen.flatMap(({ tints }) => tints).sort((one, other) => one - other);
  const drawn = seen.reduce((sum, { drawn: pixels }) => sum + pixels, 0);
  return found.length > tintMost * drawn ? found[Math.floor(found.length / 2)] : undefined;
}

/** Whether a drawing has areas of one alpha that is neither nothing nor all. */
export const hasTint = (drawing: Drawing): boolean => tintShare(drawing) > tintMost;

/** Pixels inside of such areas, of those that are drawn. */
export function tintShare(drawing: Drawing): number {
  const { tints, drawn } = tintsOf(drawing);
  return drawn === 0 ? 0 : tints.length / drawn;
}

/** Alphas of the pixels inside of areas of one alpha that is neither nothing nor all, and how many pixels are drawn. */
function tintsOf({ planes, sizePx }: Drawing): { readonly tints: readonly number[]; readonly drawn: number } {
  const first = 3 * sizePx ** 2;
  const alphaAt = (at: number): number => (at < 0 || at >= sizePx ** 2 ? 0 : planes[first + at]!);
  const isAlike = (alpha: number, at: number): boolean => Math.abs(alphaAt(at) - alpha) <= tint.alike;
  const tints: number[] = [];
  let drawn = 0;
  for (let at = 0; at < sizePx ** 2; at += 1) {
    const alpha = planes[first + at]!;
    if (alpha < tint.from) continue;
    drawn += 1;
    if (alpha > tint.to) continue;
    if (isAlike(alpha, at - 1) && isAlike(alpha, at + 1) && isAlike(alpha, at - sizePx) && isAlike(alpha, at + sizePx))
      tints.push(alpha);
  }
  return { tints, drawn };
}
