/** The colour of drawings of one ink, and the same shapes in another colour. Which drawings have one ink: decide-ink.ts. */
import { areOfOneInk, solidValues } from "./decide-ink.ts";

/** Straight RGB in [0, 1]. */
export type Ink = readonly [red: number, green: number, blue: number];

export const inkOfHex = (hex: string): Ink => {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [red!, green!, blue!];
};

/** The one colour of drawings of one ink; undefined for others. */
export function inkOf(
  drawings: ReadonlyArray<{ readonly planes: Float32Array; readonly sizePx: number }>,
): Ink | undefined {
  if (!areOfOneInk(drawings)) return undefined;
  const [red, green, blue] = [0, 1, 2].map((channel) => {
    const values = drawings.flatMap((drawing) => solidValues(drawing, channel));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  return [red!, green!, blue!];
}

/** The same shapes in another ink. @param planes premultiplied RGBA [4, pixels] @returns new planes */
export function inInk(planes: Float32Array, ink: Ink): Float32Array {
  const count = planes.length / 4;
  return planes.map((value, at) => {
    const channel = Math.floor(at / count);
    return channel === 3 ? value : ink[channel]! * planes[3 * count + (at % count)]!;
  });
}
