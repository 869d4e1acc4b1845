/** Answers of one ink painted in a gradient (ink-gradient.ts). Pure; planes are premultiplied RGBA [4, pixels]. */
import { shadePlanes, steepestOf } from "../ground/shade.ts";
import { type StackedLayer, stackedLayer } from "../ground/stack.ts";
import { type Ink, mixInks } from "../ink-colour.ts";
import { boxOfPicture } from "../places.ts";
import { boxOf, type GradientInk, overPicture } from "./ink-gradient.ts";

/** Drawings of one ink in the same gradient at any size. */
export interface InGradient {
  planes(drawn: Float32Array): Float32Array;
  /** @param recolour of each colour */
  stack(drawn: Float32Array, recolour?: (ink: Ink) => Ink): StackedLayer[];
}

/** @param of a drawing whose box counts for all sizes of it */
export function inGradient(of: Float32Array, { ink, gradient }: GradientInk): InGradient {
  const sizePx = Math.sqrt(of.length / 4);
  const box = gradient.isOverBox ? boxOf({ planes: of, sizePx }) : boxOfPicture(sizePx);
  const shade = overPicture(ink, gradient.slopes, box, sizePx);
  return {
    planes(drawn) {
      const pixels = drawn.length / 4;
      const colours = shadePlanes(shade, Math.sqrt(pixels));
      const painted = drawn.slice();
      for (let at = 0; at < 3 * pixels; at += 1)
        painted[at] = Math.min(1, Math.max(0, colours[at]!)) * drawn[3 * pixels + (at % pixels)]!;
      return painted;
    },
    stack: (drawn, recolour = (own) => own) => [stackedLayer(drawn.subarray((3 * drawn.length) / 4), shade, recolour)],
  };
}

/** A gradient in requested colours: from the first to the second, along the same way; around one alone it stays as steep. */
export function gradientIn({ ink, gradient }: GradientInk, [first, second]: readonly Ink[]): GradientInk {
  if (!first || !second) return { ink: first ?? ink, gradient };
  const [x, y] = gradient.slopes;
  const [right, down] = steepestOf(x, y);
  // Over a square frame a gradient in this direction changes from one corner, or side, to the other one.
  const length = Math.abs(right) + Math.abs(down);
  const slope = (along: number): Ink => {
    const by = (channel: 0 | 1 | 2): number => ((second[channel] - first[channel]) * along) / length;
    return [by(0), by(1), by(2)];
  };
  return { ink: mixInks(first, second, 0.5), gradient: { ...gradient, slopes: [slope(right), slope(down)] } };
}
