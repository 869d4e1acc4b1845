/** An answer as the hand of the requested style draws it: crisp layers are bent, unless the drawing strays as far by itself. Pure. */
import type { ShownDrawing } from "../interfaces.ts";
import type { LayeredImage } from "../pixels/layered-image.ts";
import { bent } from "./bent.ts";
import { type Hand, ownHandOf } from "./hand-of-style.ts";

export interface ByHand {
  /** How the requested style strays, where it is drawn by hand. */
  readonly hand?: Hand | undefined;
  /** Each seed is another hand. */
  readonly seed?: number | undefined;
}

/**
 * @param drawing that the answer is made from; where a part of it is drawn anew, the rest must stay where it is
 * @param options.width of the style's lines, of the side
 */
export function byHand(
  image: LayeredImage,
  drawing: Pick<ShownDrawing, "planes" | "known"> | undefined,
  { hand, seed = 0, width }: ByHand & { readonly hand: Hand; readonly width?: number | undefined },
): LayeredImage {
  if (drawing?.known.some((share) => share < 1)) return image;
  const { sizePx } = image;
  const own = drawing && ownHandOf({ alphas: drawing.planes.subarray(3 * sizePx ** 2), sizePx });
  const left = own ? Math.sqrt(Math.max(0, 1 - (own.stray / hand.stray) ** 2)) : 1;
  if (left === 0) return image;
  return bent(image, { ...hand, stray: left * hand.stray, uneven: left * hand.uneven }, seed, width);
}
