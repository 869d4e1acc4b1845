/** Layers that follow the silhouette of an answer (shadow.ts), drawn behind it. Pure; planes are premultiplied RGBA [4, pixels]. */
import { type StackedLayer, stackedLayer } from "../ground/stack.ts";
import { type Ink, inkDistance } from "../ink-colour.ts";
import { coverOfLayer } from "./cover.ts";
import { isSoft, type Shadow } from "./shadow.ts";

/** Difference of a channel of equal colours. */
const sameWithin = 0.1;

/** A drawing with shadows behind it. @param shadows the innermost first */
export function withShadows(drawn: Float32Array, shadows: readonly Shadow[]): Float32Array {
  const planes = drawn.slice();
  const pixels = planes.length / 4;
  const alphas = planes.subarray(3 * pixels);
  for (const layer of shadows) {
    const cover = coverOfLayer(alphas, layer);
    const { ink, alpha } = layer.paint;
    for (let at = 0; at < pixels; at += 1) {
      const share = (1 - alphas[at]!) * cover[at]! * alpha;
      if (share === 0) continue;
      for (const [channel, value] of ink.entries()) planes[channel * pixels + at]! += share * value;
      alphas[at]! += share;
    }
  }
  return planes;
}

/** The shadows alone, the outermost first, also where the drawing covers them. @param recolour of each colour */
export function stackOfShadows(
  drawn: Float32Array,
  shadows: readonly Shadow[],
  recolour: (ink: Ink) => Ink = (ink) => ink,
): StackedLayer[] {
  let silhouette = drawn;
  const layers: StackedLayer[] = [];
  for (const layer of shadows) {
    const { blur, ...shape } = layer;
    const cover = coverOfLayer(silhouette.subarray((3 * silhouette.length) / 4), shape);
    const { ink, alpha } = layer.paint;
    layers.unshift({
      ...stackedLayer(cover, { colour: ink }, recolour),
      ...(alpha < 1 && { opacity: alpha }),
      ...(blur !== undefined && { blurPx: blur * Math.sqrt(cover.length) }),
    });
    silhouette = withShadows(silhouette, [layer]);
  }
  return layers;
}

/**
 * Layers in requested colours: those that have the style's ink follow it, and each other one takes a colour of its own, as far as there are any. Soft
 * ones stay as they are.
 * @param colours that the drawing itself does not take
 */
export function shadowsIn(
  shadows: readonly Shadow[],
  own: Ink | undefined,
  ink: Ink,
  colours: readonly Ink[],
): readonly Shadow[] {
  const left = [...colours];
  return shadows.map((layer) => {
    if (isSoft(layer)) return layer;
    const isOfInk = own !== undefined && inkDistance(layer.paint.ink, own) <= sameWithin;
    return { ...layer, paint: { ...layer.paint, ink: isOfInk ? ink : (left.shift() ?? layer.paint.ink) } };
  });
}

/** Layers in the nearest of requested colours; of a single one, which the drawing has, they stay as they are, and soft ones do always. */
export const nearestIn = (shadows: readonly Shadow[], colours: readonly Ink[]): readonly Shadow[] =>
  colours.length < 2
    ? shadows
    : shadows.map((layer) => {
        if (isSoft(layer)) return layer;
        const far = colours.map((colour) => inkDistance(colour, layer.paint.ink));
        return { ...layer, paint: { ...layer.paint, ink: colours[far.indexOf(Math.min(...far))]! } };
      });
