/** Painted areas as a picture of layers: one for each flat colour, and one for each box that a gradient lies over. Pure. */
import { overPicture } from "../pixels/gradients/ink-gradient.ts";
import { type StackedLayer, stackedLayer } from "../pixels/ground/stack.ts";
import type { Ink } from "../pixels/ink-colour.ts";
import { coversOf, type LayeredImage, oddsPerPx, paintValues } from "../pixels/layered-image.ts";
import { boundsOf } from "../pixels/places.ts";
import { type Paint, shadeOfLayer } from "./paint.ts";
import type { Partition } from "./partition.ts";
import { insideOf } from "./signed-distance.ts";

/** Areas with a gradient over a box of their own; smaller ones of the same paint have one together. */
const ownBoxesMost = 16;

/**
 * @param paints of areas, whose edges they keep; the others are empty
 * @param hasLines whether lines that the drawing has between areas are still there
 */
export function inLayers(
  { labels, others, shares, areas, sizePx }: Partition,
  paints: ReadonlyMap<number, Paint>,
  hasLines = true,
): LayeredImage {
  const pixels = sizePx ** 2;
  const isAlone = ([, { slopes, isShared }]: readonly [number, Paint]): boolean => slopes !== undefined && !isShared;
  const isHidden = (label: number, paint: Paint): boolean => {
    const near = [...areas[label]!.beside.keys()].flatMap((other) => paints.get(other) ?? []);
    return (
      areas[label]!.colour === 0 &&
      paint.slopes !== undefined &&
      near.length > 0 &&
      near.every((other) => other === paint)
    );
  };
  const alone = [...paints].filter(isAlone).sort(([one], [other]) => areas[other]!.size - areas[one]!.size);
  // An area that has a layer by itself is that layer's key, else its paint is.
  const keys = new Map<number, number | Paint>(paints);
  for (const [label] of alone.slice(0, ownBoxesMost)) keys.set(label, label);
  // What a drawing leaves empty stays so where it would be as all around it.
  for (const [label, paint] of paints) if (hasLines && isHidden(label, paint)) keys.delete(label);
  const used = [...new Set(keys.values())];
  const layers = new Map<number, number>();
  const layerOf = (label: number): number => {
    const key = keys.get(label);
    return key === undefined ? 0 : 1 + used.indexOf(key);
  };
  for (const label of labels) if (!layers.has(label)) layers.set(label, layerOf(label));
  const covers = Array.from({ length: used.length + 1 }, () => new Float32Array(pixels));
  for (let at = 0; at < pixels; at += 1) {
    covers[layers.get(labels[at]!)!]![at]! += shares[at]!;
    covers[layers.get(labels[others[at]!]!)!]![at]! += 1 - shares[at]!;
  }
  const logits = new Float32Array((used.length + 1) * pixels);
  for (const [layer, cover] of covers.entries()) {
    const inside = insideOf(cover, sizePx);
    for (let at = 0; at < pixels; at += 1) logits[layer * pixels + at] = (oddsPerPx / 2) * inside[at]!;
  }
  const values = new Float32Array(used.length * paintValues);
  for (const [layer, key] of used.entries()) {
    const paint = typeof key === "number" ? paints.get(key)! : key;
    values.set(valuesOf(paint, covers[layer + 1]!, sizePx), layer * paintValues);
  }
  return { logits, paints: values, sizePx };
}

function valuesOf({ ink, slopes }: Paint, cover: Float32Array, sizePx: number): readonly number[] {
  const box = slopes && boundsOf(sizePx, (at) => cover[at]! >= 0.5);
  if (!slopes || !box) return [...ink, 1];
  const shade = overPicture(ink, slopes, box, sizePx);
  return [...shade.colour, 1, ...shade.slopes[0], ...shade.slopes[1]];
}

/**
 * Layers beside each other with their gradients, the largest first; undefined where none has any: flat colours are found in pixels.
 * @param recolour of each colour
 */
export function besideEachOther(
  image: LayeredImage,
  factor: number,
  recolour: (ink: Ink) => Ink,
): StackedLayer[] | undefined {
  const shades = Array.from({ length: image.paints.length / paintValues }, (_, layer) => shadeOfLayer(image, layer));
  if (!shades.some(({ slopes }) => slopes)) return undefined;
  return coversOf(image, factor)
    .map((cover, layer) => ({ cover, layer, area: cover.reduce((sum, alpha) => sum + alpha, 0) }))
    .sort((one, other) => other.area - one.area)
    .map(({ cover, layer }) => stackedLayer(cover, shades[layer]!, recolour));
}
