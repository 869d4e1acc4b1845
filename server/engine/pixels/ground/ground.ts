/**
 * The ground that icons of a style share, such as a disc or a tile, with a drawing of one ink on it. The flow between styles knows drawings
 * on nothing: so the drawing is taken off its ground (off-ground.ts), and an answer is put on it (on-ground.ts). A ground is of one colour or a linear
 * gradient, with a rim or a soft shadow or without; what differs from icon to icon are its colours alone. Pure.
 */

import { bitsOfHex, labOf } from "../../../../shared/colour/oklab.ts";
import { hexOfChannels } from "../hex-colour.ts";
import { type Drawing, type Ink, inkDistance } from "../ink-colour.ts";
import { type Box, boundsOf } from "../places.ts";
import type { Square } from "../resample-square.ts";
import { type OnGround, readOn, silhouetteOf } from "./off-ground.ts";
import { type Ground, type GroundLook, medianAlpha, shapeOf } from "./parts.ts";
import { type Shade, shadeDistance } from "./shade.ts";

/** Fewer drawings may be alike by chance. */
const drawingsLeast = 6;
/** Share of the drawings that must lie on the ground. */
const shareLeast = 0.8;
/** Share of the picture that a ground covers. */
const areaLeast = 0.2;
/** Difference of a channel of equal colours. */
const sameWithin = 0.1;
/** Of the side of a picture, how much a drawing usually takes that is put on a ground. */
export const usualShare = 0.86;
/** Looks that are kept, and the share of the icons that each must have. */
const [looksMost, lookLeast] = [8, 0.03];
/** Chroma of what has a hue, and turns of the hue. */
const [colouredFrom, turn] = [0.04, 2 * Math.PI];

/** @param silhouette that they have in common, if any; as `commonShape` finds it by default */
export function groundOf(drawings: readonly Drawing[], silhouette = commonShape(drawings)): Ground | undefined {
  const sizePx = drawings[0]?.sizePx ?? 0;
  if (drawings.length < drawingsLeast || drawings.some((drawing) => drawing.sizePx !== sizePx)) return undefined;
  if (!silhouette) return undefined;
  const shape = shapeOf(drawings, silhouette);
  const read = drawings.flatMap((drawing) => readOn(drawing, shape) ?? []);
  if (read.length < shareLeast * drawings.length) return undefined;
  const boxes = read.flatMap(({ cover }) => boundsOf(sizePx, (at) => cover[at]! >= 0.5) ?? []);
  if (boxes.length === 0) return undefined;
  return { ...shape, place: placeOf(boxes), looks: looksOf(read, sizePx) };
}

/** The silhouette that most drawings have in common, [pixels]; undefined where they have none, or a small one. */
export function commonShape(drawings: readonly Drawing[]): Float32Array | undefined {
  if (!shapes.has(drawings)) shapes.set(drawings, shapeInCommon(drawings));
  return shapes.get(drawings);
}

/** What looking for hard shadows and for grounds both ask. */
const shapes = new WeakMap<readonly Drawing[], Float32Array | undefined>();

function shapeInCommon(drawings: readonly Drawing[]): Float32Array | undefined {
  if (drawings.length === 0) return undefined;
  const mask = medianAlpha(drawings);
  if (mask.filter((alpha) => alpha > 0.9).length < areaLeast * mask.length) return undefined;
  const alike = drawings.filter((drawing) => silhouetteOf(drawing, mask));
  return alike.length < shareLeast * drawings.length ? undefined : mask;
}

/** The square around the boxes of drawings; a quarter of them reach further on each side. */
export function placeOf(boxes: readonly Box[]): Square {
  const at = (share: number, of: (box: Box) => number): number =>
    boxes.map(of).sort((one, other) => one - other)[Math.round(share * (boxes.length - 1))]!;
  const [left, right] = [at(0.25, (box) => box.left), at(0.75, (box) => box.right)];
  const [top, bottom] = [at(0.25, (box) => box.top), at(0.75, (box) => box.bottom)];
  const sidePx = Math.max(8, right - left, bottom - top) / usualShare;
  return { left: (left + right - sidePx) / 2, top: (top + bottom - sidePx) / 2, sidePx };
}

/** The looks that are frequent; where each icon has colours of its own, as many as there is room for, of evenly spread hues. */
function looksOf(read: readonly OnGround[], sizePx: number): GroundLook[] {
  const found: Array<{ look: GroundLook; count: number }> = [];
  for (const { look } of read) {
    const known = found.find((other) => isSameLook(other.look, look, sizePx));
    if (!known) found.push({ look, count: 1 });
    else {
      known.count += 1;
      // Of small drawings an ink that changes looks even.
      if (look.inkSlopes && !known.look.inkSlopes) known.look = look;
    }
  }
  const frequent = found.filter(({ count }) => count >= lookLeast * read.length);
  const icons = frequent.reduce((sum, { count }) => sum + count, 0);
  if (frequent.length > looksMost || icons < read.length / 2) {
    const byHue = found.map(({ look }) => look).sort((one, other) => hueOf(one.ground) - hueOf(other.ground));
    const kept = Math.min(looksMost, byHue.length);
    return Array.from({ length: kept }, (_, at) => byHue[Math.floor(((at + 0.5) * byHue.length) / kept)]!);
  }
  return frequent.sort((one, other) => other.count - one.count).map(({ look }) => look);
}

export function isSameLook(one: GroundLook, other: GroundLook, sizePx: number): boolean {
  const isSame = (a: Ink | undefined, b: Ink | undefined): boolean => !a || !b || inkDistance(a, b) <= sameWithin;
  return (
    isSame(one.ink, other.ink) &&
    isSame(one.rim, other.rim) &&
    isSame(one.shadow, other.shadow) &&
    shadeDistance(shadeOfLook(one), shadeOfLook(other), sizePx) <= sameWithin
  );
}

export const shadeOfLook = ({ ground, slopes }: GroundLook): Shade => ({ colour: ground, slopes });

/** Radians from 0 on; of greys below 0, by lightness. */
function hueOf(colour: Ink): number {
  const clamped = colour.map((value) => Math.min(1, Math.max(0, value)));
  const [lightness, a, b] = labOf(bitsOfHex(hexOfChannels([clamped[0]!, clamped[1]!, clamped[2]!])));
  return Math.hypot(a, b) < colouredFrom ? lightness - 1 : (Math.atan2(b, a) + turn) % turn;
}
