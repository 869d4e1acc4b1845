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
interface Drawing {
  readonly planes: Float32Array;
  readonly sizePx: number;
}

/** What drawings, or the drawings of a style, are drawn in. */
export interface StyleInk {
  /** All is of one opaque colour: ink or nothing. */
  readonly isOneInk: boolean;
  /** The one colour, also of tints; absent where there are several, or where it is not known. */
  readonly ink?: Ink | undefined;
}

export function inkOf(drawings: readonly Drawing[]): StyleInk {
  const ink = colourOf(drawings);
  return ink ? { isOneInk: drawings.every((drawing) => tintShare(drawing) <= tintMost), ink } : { isOneInk: false };
}

/** The same shapes in another ink. @param planes premultiplied RGBA [4, pixels] @returns new planes */
export function inInk(planes: Float32Array, ink: Ink): Float32Array {
  const count = planes.length / 4;
  return planes.map((value, at) => {
    const channel = Math.floor(at / count);
    return channel === 3 ? value : ink[channel]! * planes[3 * count + (at % count)]!;
  });
}

/** Between two inks. @param share of the second, 0 to 1 */
export const mixInks = (one: Ink, other: Ink, share: number): Ink => {
  const [red, green, blue] = one.map((value, channel) => (1 - share) * value + share * other[channel]!);
  return [red!, green!, blue!];
};

/** The one colour that drawings are all of; undefined for others. */
function colourOf(drawings: readonly Drawing[]): Ink | undefined {
  const ink: number[] = [];
  for (let channel = 0; channel < 3; channel += 1) {
    const values = drawings.flatMap((drawing) => visibleValues(drawing, channel));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const sameCount = values.filter((value) => Math.abs(value - mean) <= sameWithin).length;
    if (values.length === 0 || sameCount < sameLeast * values.length) return undefined;
    ink.push(Math.min(1, mean));
  }
  const [red, green, blue] = ink;
  return [red!, green!, blue!];
}

/** Straight values of a channel, 0 to 2, in pixels that are not faint. */
function visibleValues({ planes }: Drawing, channel: number): number[] {
  const count = planes.length / 4;
  const values: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const alpha = planes[3 * count + at]!;
    if (alpha >= visibleFrom) values.push(planes[channel * count + at]! / alpha);
  }
  return values;
}

/** Pixels inside of areas of one alpha that is neither nothing nor all, of those that are drawn. */
function tintShare({ planes, sizePx }: Drawing): number {
  const alphas = planes.subarray(3 * sizePx ** 2);
  let [drawn, tinted] = [0, 0];
  for (const [at, alpha] of alphas.entries()) {
    if (alpha >= tint.from) drawn += 1;
    if (alpha < tint.from || alpha > tint.to) continue;
    const neighbours = [at - 1, at + 1, at - sizePx, at + sizePx].map((next) => alphas[next] ?? 0);
    if (neighbours.every((next) => Math.abs(next - alpha) <= tint.alike)) tinted += 1;
  }
  return drawn === 0 ? 0 : tinted / drawn;
}
