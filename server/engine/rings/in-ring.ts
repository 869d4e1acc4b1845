/** Answers put into a ring (ring.ts). Pure; planes are premultiplied RGBA [4, pixels]. */
import { groundOf, layersOf } from "../areas/plate.ts";
import { depthsIn } from "../pixels/ground/depths.ts";
import { layersInPlace, type StackedLayer, stackedLayer } from "../pixels/ground/stack.ts";
import type { Ink } from "../pixels/ink-colour.ts";
import { drawLayers } from "../pixels/layered-image.ts";
import { over } from "../pixels/pixels.ts";
import { intoPlace } from "../pixels/resample-square.ts";
import { enclosedBy } from "./enclosed.ts";
import { inksAt, medianInk } from "./paints.ts";
import type { Ring } from "./ring.ts";

/** What puts pictures of any size into a ring, all in the same colour. */
export interface InRing {
  planes(drawn: Float32Array): Float32Array;
  /** What is drawn, where it lies within. */
  placed(drawn: Float32Array): Float32Array;
  /** Layers where they lie within. */
  within(layers: readonly StackedLayer[], sidePx: number): StackedLayer[];
  /** The ring alone. */
  layer(sidePx: number): StackedLayer;
  /** What is drawn up to the ring's inner edge, to lie above `whole`. */
  inside(drawn: Float32Array): Float32Array;
  /** The ring with all that it encloses. */
  whole(sidePx: number): StackedLayer;
}

/**
 * @param of the drawing whose colours say which of its colours the ring has
 * @param recolour what is done with the colours of the drawing; a ring of its ink follows
 */
export function inRing(of: Float32Array, ring: Ring, recolour: (ink: Ink) => Ink = (ink) => ink): InRing {
  const { mask, sizePx, isFilled, isOfInk } = ring;
  const known = groundOf(of, ring);
  const ink = !isOfInk ? known : ring.looks.length === 1 ? recolour(known) : (inkOfMost(of) ?? known);
  const [layers, inner] = [layersOf(mask, ink), isFilled && layersOf(upToMiddle(ring), ink)];
  const line = (side: number): Float32Array => drawLayers(layers, side / sizePx);
  // What fills a ring goes on up to the middle of its line.
  const within = (planes: Float32Array, side: number): Float32Array => {
    if (!inner) return intoPlace(planes, ring, side);
    const cover = drawLayers(inner, side / sizePx).subarray(3 * side ** 2);
    return planes.map((value, at) => value * cover[at % cover.length]!);
  };
  const placed = (drawn: Float32Array): Float32Array => within(drawn, Math.sqrt(drawn.length / 4));
  const coverWithin = (layer: StackedLayer, side: number): StackedLayer => ({
    ...layer,
    cover: Uint8Array.from(within(Float32Array.from(layer.cover), side), (value) => Math.round(value)),
  });
  return {
    placed,
    planes: (drawn) => over(line(Math.sqrt(drawn.length / 4)), placed(drawn)),
    // A blur would reach beyond what a ring encloses.
    within: (others, side) =>
      isFilled
        ? others.filter(({ blurPx }) => blurPx === undefined).map((layer) => coverWithin(layer, side))
        : layersInPlace(others, ring, side),
    layer: (side) => layerIn(ink, line(side)),
    inside(drawn) {
      const cover = line(Math.sqrt(drawn.length / 4)).subarray((3 * drawn.length) / 4);
      return placed(drawn).map((value, at) => value * (1 - cover[at % cover.length]!));
    },
    whole: (side) => layerIn(ink, drawLayers(layersOf(wholeOf(ring), ink), side / sizePx)),
  };
}

const layerIn = (colour: Ink, planes: Float32Array): StackedLayer =>
  stackedLayer(planes.subarray((3 * planes.length) / 4), { colour }, (same) => same);

/** The colour of what is opaque. */
function inkOfMost(planes: Float32Array): Ink | undefined {
  const inks = inksAt(planes, [...planes.subarray((3 * planes.length) / 4).keys()]);
  return inks.length === 0 ? undefined : medianInk(inks);
}

/** A ring, and all that it encloses. */
const wholeOf = ({ mask, sizePx }: Ring): Float32Array =>
  Float32Array.from(enclosedBy(mask, sizePx), (enclosed, at) => (mask[at]! >= 0.5 || enclosed === 0 ? mask[at]! : 1));

/** What a ring encloses, with the inner half of its line, [sizePx, sizePx]. */
function upToMiddle({ mask, sizePx }: Ring): Float32Array {
  const depths = depthsIn(Float32Array.from(enclosedBy(mask, sizePx)));
  const lengthPx = depths.filter((depth) => depth === 1).length;
  const middle = mask.reduce((sum, alpha) => sum + alpha, 0) / lengthPx / 2;
  return depths.map((depth) => Number(depth - 0.5 > middle));
}
