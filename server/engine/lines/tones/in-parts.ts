/** An answer of ink and tints of it as layers beside each other, so that its vectors have the tints: where all has one colour, pixels that are half seen look like edges. Pure. */
import type { Looks } from "../../pixels/finish.ts";
import { type StackedLayer, stackedLayer } from "../../pixels/ground/stack.ts";
import { channelsOfHex } from "../../pixels/hex-colour.ts";
import type { Ink } from "../../pixels/ink-colour.ts";
import { coversOf, type LayeredImage, paintValues } from "../../pixels/layered-image.ts";
import { usualInk } from "../../pixels/usual-ink.ts";

/** Alpha from which on a layer is no tint. */
const opaqueFrom = 0.99;

/**
 * @param image of one ink, its layers' alphas those of its tints
 * @param looks the ink that it gets, the usual one where absent @param recolour of that ink
 * @returns the palest first; undefined where nothing has a tint, and where ink or tints become other paints
 */
export function tintsBesideInk(
  image: LayeredImage,
  factor: number,
  { ink, gradient, accents }: Pick<Looks, "ink" | "gradient" | "accents">,
  recolour: (ink: Ink) => Ink,
): StackedLayer[] | undefined {
  if (gradient || accents) return undefined;
  const alphas = Array.from(
    { length: image.paints.length / paintValues },
    (_, layer) => image.paints[layer * paintValues + 3]!,
  );
  const covers = coversOf(image, factor).map((cover, layer) => cover.map((alpha) => alpha / alphas[layer]!));
  const isSeen = (cover: Float32Array): boolean => cover.some((share) => share >= 0.5);
  const seen = [...alphas.keys()].filter((layer) => isSeen(covers[layer]!));
  if (seen.every((layer) => alphas[layer]! >= opaqueFrom)) return undefined;
  const colour = ink ?? channelsOfHex(usualInk);
  return seen
    .sort((one, other) => alphas[one]! - alphas[other]!)
    .map((layer) => {
      const opacity = alphas[layer]!;
      const layered = stackedLayer(covers[layer]!, { colour, slopes: undefined }, recolour);
      return opacity >= opaqueFrom ? layered : { ...layered, opacity };
    });
}
