/** Drawings of shapes laid over each other, for tests of what is read off them. */
import type { Ink } from "../../server/engine/pixels/ink-colour.ts";

/** Colours that are told apart. */
export const inks = {
  navy: [0.1, 0.1, 0.35],
  red: [0.9, 0.15, 0.2],
  yellow: [0.98, 0.8, 0.2],
  sky: [0.5, 0.8, 0.95],
  white: [1, 1, 1],
} as const satisfies Record<string, Ink>;

/** Colours that a drawing of a style has together, as much of each. */
export const palette = (...colours: readonly Ink[]) => ({
  colours: colours.map((ink) => ({ ink, share: 1 / colours.length })),
});

export const sizePx = 64;
export const pixels = sizePx ** 2;

/** Signed distance in pixels, above 0 inside. */
type Inside = (x: number, y: number) => number;
export type Layer = readonly [inside: Inside, ink: Ink, alpha?: number];
export const disc =
  (radius: number, x0 = 32, y0 = 32): Inside =>
  (x, y) =>
    radius - Math.hypot(x - x0, y - y0);
export const ring =
  (radius: number, width: number, x0 = 32, y0 = 32): Inside =>
  (x, y) =>
    width / 2 - Math.abs(Math.hypot(x - x0, y - y0) - radius);
export const box =
  (left: number, top: number, right: number, bottom: number): Inside =>
  (x, y) =>
    Math.min(x - left, right - x, y - top, bottom - y);

/** Layers over each other, with soft edges. */
export function drawn(...layers: readonly Layer[]) {
  const planes = new Float32Array(4 * pixels);
  for (const [inside, colour, alpha = 1] of layers)
    for (let at = 0; at < pixels; at += 1) {
      const share = alpha * Math.min(1, Math.max(0, 0.5 + inside((at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5)));
      for (const [channel, value] of [...colour, 1].entries())
        planes[channel * pixels + at] = share * value + (1 - share) * planes[channel * pixels + at]!;
    }
  return { planes, sizePx };
}
