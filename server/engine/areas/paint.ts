/** What an area is painted in: a colour, or a linear gradient over a box. */
import type { Slopes } from "../pixels/gradients/ink-gradient.ts";
import type { Shade } from "../pixels/ground/shade.ts";
import type { Ink } from "../pixels/ink-colour.ts";
import { type LayeredImage, paintValues } from "../pixels/layered-image.ts";

export interface Paint {
  /** Of a gradient, in the middle of the box. */
  readonly ink: Ink;
  /** How a gradient changes over the box around what has it. */
  readonly slopes?: Slopes | undefined;
  /** Whether one box is around all areas that have it, else each has its own. */
  readonly isShared?: boolean | undefined;
}

/** What a layer is painted in, over the whole picture. @param layer from 0 on, without the one of nothing */
export function shadeOfLayer({ paints }: LayeredImage, layer: number): Shade {
  const values = paints.subarray(layer * paintValues, (layer + 1) * paintValues);
  const triple = (from: number): Ink => [values[from]!, values[from + 1]!, values[from + 2]!];
  const slopes = [triple(4), triple(7)] as const;
  return { colour: triple(0), slopes: slopes.flat().some((value) => value !== 0) ? slopes : undefined };
}
