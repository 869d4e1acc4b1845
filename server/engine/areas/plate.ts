/**
 * Grounds that lie behind a style's drawings of several colours (areas-ground.ts), with their colours: the flow between styles sees drawings without
 * them, and an answer is put on one as its last step. Pure; planes are premultiplied RGBA [4, pixels].
 */

import { layersInPlace, type StackedLayer, stackedLayer } from "../pixels/ground/stack.ts";
import { type Ink, inkDistance } from "../pixels/ink-colour.ts";
import { drawLayers, type LayeredImage, oddsPerPx, paintValues } from "../pixels/layered-image.ts";
import { over } from "../pixels/pixels.ts";
import { intoPlace } from "../pixels/resample-square.ts";
import type { AreasGround, Veils } from "./areas-ground.ts";
import { insideOf } from "./signed-distance.ts";

export interface Plate extends AreasGround {
  /** Its colours, each with those of a drawing that lies on it. */
  readonly looks: readonly PlateLook[];
  /** How drawings are taken off it. */
  readonly veils: Veils;
}

export interface PlateLook {
  readonly ground: Ink;
  readonly on: readonly Ink[];
}

/** Difference between looks that suit an answer as well. */
const alikeWithin = 0.03;
/** Alpha from which on a pixel shows its colour, and which of them are looked at. */
const opaqueFrom = 0.9;
const every = 5;

/** What puts drawings on a plate, all in the same colour. */
export interface OnPlate {
  planes(drawn: Float32Array): Float32Array;
  /** What is drawn where it lies on the plate, without it. */
  placed(drawn: Float32Array): Float32Array;
  /** The plate as a layer, and those that lie on it below what is drawn. @param recolour of the plate's colour */
  beneath(layers: readonly StackedLayer[], sidePx: number, recolour?: (ink: Ink) => Ink): StackedLayer[];
}

/** @param of the drawing whose colours say which of its colours the plate has */
export function onPlate(of: Float32Array, plate: Plate): OnPlate {
  const sizePx = Math.sqrt(plate.mask.length);
  const at = { place: plate.place, sizePx };
  const { ground } = lookFor(of, plate.looks);
  const layers = layersOf(plate.mask, ground);
  const plane = (sidePx: number): Float32Array => drawLayers(layers, sidePx / sizePx);
  const placed = (drawn: Float32Array): Float32Array => intoPlace(drawn, at, Math.sqrt(drawn.length / 4));
  return {
    placed,
    beneath: (others, sidePx, recolour = (ink) => ink) => [
      stackedLayer(plane(sidePx).subarray(3 * sidePx ** 2), { colour: ground }, recolour),
      ...layersInPlace(others, at, sidePx),
    ],
    planes: (drawn) => over(placed(drawn), plane(Math.sqrt(drawn.length / 4))),
  };
}

/** The colour that a plate has behind a drawing. */
export const groundOf = (drawn: Float32Array, { looks }: Pick<Plate, "looks">): Ink => lookFor(drawn, looks).ground;

/** The look whose drawing has the colours of this one; of several some one, by how much it covers. */
function lookFor(planes: Float32Array, looks: readonly PlateLook[]): PlateLook {
  const pixels = planes.length / 4;
  const costs = looks.map(() => 0);
  let [alphas, seen] = [0, 0];
  for (let at = 0; at < pixels; at += 1) alphas += planes[3 * pixels + at]!;
  for (let at = 0; at < pixels; at += every) {
    const alpha = planes[3 * pixels + at]!;
    if (alpha < opaqueFrom) continue;
    const colour: Ink = [planes[at]! / alpha, planes[pixels + at]! / alpha, planes[2 * pixels + at]! / alpha];
    seen += 1;
    for (const [place, { on }] of looks.entries())
      costs[place]! += on.reduce((least, ink) => Math.min(least, inkDistance(ink, colour)), 1);
  }
  const most = Math.min(...costs) + alikeWithin * seen;
  const alike = looks.filter((_, at) => costs[at]! <= most);
  return alike[Math.round((500 * alphas) / pixels) % alike.length]!;
}

/** A shape in one colour. @param mask its alpha, [sizePx, sizePx] */
export function layersOf(mask: Float32Array, ground: Ink): LayeredImage {
  const sizePx = Math.sqrt(mask.length);
  const inside = insideOf(mask, sizePx);
  const logits = new Float32Array(2 * mask.length);
  for (const [at, px] of inside.entries()) logits[mask.length + at] = oddsPerPx * px;
  const paints = new Float32Array(paintValues);
  paints.set([...ground, 1]);
  return { logits, paints, sizePx };
}
