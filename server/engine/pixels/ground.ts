/**
 * The ground that icons of a style share, such as a disc or a tile of one colour, with a drawing of one ink on it. The flow between styles
 * knows drawings on nothing: so the drawing is taken off its ground, and an answer is put on it. A ground with a gradient, an outline or another shape from
 * icon to icon is none. Pure; planes are premultiplied RGBA [4, pixels].
 */
import { channelsOfHex } from "./hex-colour.ts";
import { type Drawing, type Ink, inInk, inkDistance } from "./ink-colour.ts";
import { drawLayers, paintValues } from "./layered-image.ts";
import { resampleSquare, type Square } from "./resample-square.ts";
import { usualInk } from "./usual-ink.ts";

export interface Ground {
  readonly sizePx: number;
  /** Its alpha [sizePx, sizePx]. */
  readonly mask: Float32Array;
  /** Where a whole drawing lies on it, in pixels. */
  readonly place: Square;
  /** Colours of ground and ink, the most frequent first. */
  readonly looks: readonly GroundLook[];
}

export interface GroundLook {
  readonly ground: Ink;
  readonly ink: Ink;
}

/** Fewer drawings may be alike by chance. */
const drawingsLeast = 6;
/** Share of the drawings that must lie on the ground. */
const shareLeast = 0.8;
/** Intersection over union of a drawing with the ground, and the share of the picture that a ground covers. */
const [alikeLeast, areaLeast] = [0.93, 0.2];
/** Pixels inside the ground's edge between which it is looked for, and the share of those that must have its colour. */
const [rimFrom, rimTo, plainLeast] = [2, 7, 0.9];
/** Difference of a channel of equal colours, and between ground and ink. */
const [sameWithin, inkLeast] = [0.1, 0.2];
/** Share of a drawing's pixels that must lie between ground and ink. */
const betweenLeast = 0.95;
/** Of the side of a picture, how much a drawing usually takes. */
const usualShare = 0.86;
/** Looks that are kept, and the share of the icons that each must have. */
const [looksMost, lookLeast] = [8, 0.03];

export function groundOf(drawings: readonly Drawing[]): Ground | undefined {
  const sizePx = drawings[0]?.sizePx ?? 0;
  if (drawings.length < drawingsLeast || drawings.some((drawing) => drawing.sizePx !== sizePx)) return undefined;
  const mask = commonShape(drawings);
  if (!mask) return undefined;
  const depth = depthOf(mask, sizePx);
  const read = drawings.flatMap(({ planes }) => readOn(planes, mask, depth) ?? []);
  if (read.length < shareLeast * drawings.length) return undefined;
  const looks = looksOf(read);
  return looks.length === 0 ? undefined : { sizePx, mask, place: placeOf(read, sizePx), looks };
}

/** The silhouette that most drawings have in common, [pixels]; undefined where they have none, or a small one. */
export function commonShape(drawings: readonly Drawing[]): Float32Array | undefined {
  const pixels = (drawings[0]?.sizePx ?? 0) ** 2;
  const mask = medianAlpha(drawings, pixels);
  if (mask.filter((alpha) => alpha > 0.9).length < areaLeast * pixels) return undefined;
  const alike = drawings.filter(({ planes }) => isAlike(planes.subarray(3 * pixels), mask));
  return alike.length < shareLeast * drawings.length ? undefined : mask;
}

/** A drawing without its ground, in the usual ink and as large as drawings usually are; undefined where it does not lie on it. */
export function offGround({ planes, sizePx }: Drawing, { mask, place }: Ground): Float32Array | undefined {
  const read = readOn(planes, mask, depthOf(mask, sizePx));
  if (!read) return undefined;
  const alone = new Float32Array(planes.length);
  alone.set(resampleSquare(read.cover, place, sizePx), 3 * sizePx ** 2);
  return inInk(alone, channelsOfHex(usualInk));
}

/** What puts drawings of one ink on the ground, all in the same of its colours, which depend on how much the first one covers. */
export function onGround(
  of: Float32Array,
  { sizePx, mask, place, looks }: Ground,
): (planes: Float32Array) => Float32Array {
  const alphas = of.subarray((3 * of.length) / 4);
  const look = looks[Math.round((500 * alphas.reduce((sum, alpha) => sum + alpha, 0)) / alphas.length) % looks.length]!;
  const logits = new Float32Array(2 * mask.length);
  for (const [at, alpha] of mask.entries()) {
    const share = Math.min(1 - 1e-5, Math.max(1e-5, alpha));
    logits.set([Math.log(1 - share)], at);
    logits.set([Math.log(share)], mask.length + at);
  }
  const paints = new Float32Array(paintValues);
  paints.set([...look.ground, 1]);
  return (planes) => {
    const pixels = planes.length / 4;
    const side = Math.sqrt(pixels);
    const onIt = drawLayers({ logits, paints, sizePx }, side / sizePx);
    const all = side / place.sidePx;
    const within = { left: -place.left * all, top: -place.top * all, sidePx: sizePx * all };
    const cover = resampleSquare(planes.subarray(3 * pixels), within, side);
    for (const [at, share] of cover.entries())
      for (const [channel, value] of look.ink.entries()) {
        const place = channel * pixels + at;
        onIt[place] = (1 - share) * onIt[place]! + share * value * onIt[3 * pixels + at]!;
      }
    return onIt;
  };
}

/** A ground in given colours: the one nearest to its ink is the ink, each other one a ground; of one alone the ground. */
export function inColours(ground: Ground, colours: readonly Ink[]): Ground {
  const own = ground.looks[0]!;
  const inks = colours.map((colour) => inkDistance(colour, own.ink));
  const at = colours.length === 1 ? -1 : inks.indexOf(Math.min(...inks));
  const ink = colours[at];
  const looks = colours
    .filter((_, index) => index !== at)
    .map((colour) => ({ ground: colour, ink: ink ?? legible(ground, colour) }));
  return { ...ground, looks };
}

/** The ink of the style that is furthest from a colour. */
const legible = ({ looks }: Ground, colour: Ink): Ink =>
  looks.reduce((best, { ink }) => (inkDistance(ink, colour) > inkDistance(best, colour) ? ink : best), looks[0]!.ink);

interface OnGround extends GroundLook {
  /** Alpha of what lies on the ground. */
  readonly cover: Float32Array;
}

/** Undefined where a drawing does not lie on the ground, or is of several colours. */
function readOn(planes: Float32Array, mask: Float32Array, depth: Uint8Array): OnGround | undefined {
  const pixels = mask.length;
  const [greens, blues, alphas] = [planes.subarray(pixels), planes.subarray(2 * pixels), planes.subarray(3 * pixels)];
  if (!isAlike(alphas, mask)) return undefined;
  const rim = [...depth.keys()].filter((at) => depth[at]! >= rimFrom && depth[at]! <= rimTo);
  const middle = (plane: Float32Array): number =>
    Float32Array.from(rim, (at) => plane[at]!).sort()[rim.length >> 1] ?? 0;
  const ground: Ink = [middle(planes), middle(greens), middle(blues)];
  const differences = new Float32Array(pixels);
  let most = 0;
  for (let at = 0; at < pixels; at += 1) {
    if (depth[at]! < rimFrom) continue;
    const [red, green] = [Math.abs(planes[at]! - ground[0]), Math.abs(greens[at]! - ground[1])];
    differences[at] = Math.max(red, green, Math.abs(blues[at]! - ground[2]));
    most = Math.max(most, differences[at]!);
  }
  const plain = rim.filter((at) => differences[at]! <= sameWithin);
  if (plain.length < plainLeast * rim.length || most < inkLeast) return undefined;
  const sums: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let at = 0; at < pixels; at += 1) {
    if (differences[at]! < 0.8 * most) continue;
    count += 1;
    sums[0] += planes[at]!;
    sums[1] += greens[at]!;
    sums[2] += blues[at]!;
  }
  const ink: Ink = [sums[0] / count, sums[1] / count, sums[2] / count];
  const [x, y, z] = [ink[0] - ground[0], ink[1] - ground[1], ink[2] - ground[2]];
  const cover = new Float32Array(pixels);
  let [drawn, between] = [0, 0];
  for (let at = 0; at < pixels; at += 1) {
    if (depth[at]! < rimFrom) continue;
    const [red, green, blue] = [planes[at]! - ground[0], greens[at]! - ground[1], blues[at]! - ground[2]];
    const share = Math.min(1, Math.max(0, (red * x + green * y + blue * z) / (x * x + y * y + z * z)));
    cover[at] = share;
    if (differences[at]! <= sameWithin) continue;
    drawn += 1;
    const off = Math.max(Math.abs(red - share * x), Math.abs(green - share * y), Math.abs(blue - share * z));
    if (off <= sameWithin) between += 1;
  }
  return between < betweenLeast * drawn ? undefined : { ground, ink, cover };
}

function isAlike(alphas: Float32Array, mask: Float32Array): boolean {
  let [both, either] = [0, 0];
  for (let at = 0; at < mask.length; at += 1) {
    both += Math.min(mask[at]!, alphas[at]!);
    either += Math.max(mask[at]!, alphas[at]!);
  }
  return both >= alikeLeast * either;
}

function medianAlpha(drawings: readonly Drawing[], pixels: number): Float32Array {
  const alphas = new Float32Array(drawings.length);
  return Float32Array.from({ length: pixels }, (_, at) => {
    for (const [index, { planes }] of drawings.entries()) alphas[index] = planes[3 * pixels + at]!;
    return alphas.sort()[alphas.length >> 1]!;
  });
}

/** How many pixels lie between each pixel and the nearest outside the ground, 0 outside of it; counted up to the rim and one more. */
function depthOf(mask: Float32Array, sizePx: number): Uint8Array {
  const depth = Uint8Array.from(mask, (alpha) => (alpha > 0.9 ? 1 : 0));
  for (let level = 1; level <= rimTo; level += 1)
    for (const at of depth.keys()) {
      if (depth[at] !== level) continue;
      const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
      const isEdge = x === 0 || y === 0 || x === sizePx - 1 || y === sizePx - 1;
      if (isEdge || depth[at - 1]! < level || depth[at + 1]! < level) continue;
      if (depth[at - sizePx]! >= level && depth[at + sizePx]! >= level) depth[at] = level + 1;
    }
  return depth;
}

/** The square around the box of the drawings; a quarter of them reach further on each side. */
function placeOf(read: readonly OnGround[], sizePx: number): Square {
  const boxes = read.map(({ cover }) => {
    let [left, top, right, bottom] = [sizePx, sizePx, 0, 0];
    for (const [at, share] of cover.entries()) {
      if (share < 0.5) continue;
      const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    }
    return { left, top, right, bottom };
  });
  const at = (share: number, of: (box: (typeof boxes)[number]) => number): number =>
    boxes.map(of).sort((one, other) => one - other)[Math.round(share * (boxes.length - 1))]!;
  const [left, right] = [at(0.25, (box) => box.left), at(0.75, (box) => box.right)];
  const [top, bottom] = [at(0.25, (box) => box.top), at(0.75, (box) => box.bottom)];
  const sidePx = Math.max(8, right - left, bottom - top) / usualShare;
  return { left: (left + right - sidePx) / 2, top: (top + bottom - sidePx) / 2, sidePx };
}

function looksOf(read: readonly OnGround[]): GroundLook[] {
  const found: Array<{ ground: Ink; ink: Ink; count: number }> = [];
  const isSame = (one: Ink, other: Ink): boolean => inkDistance(one, other) <= sameWithin;
  for (const { ground, ink } of read) {
    const known = found.find((look) => isSame(look.ground, ground) && isSame(look.ink, ink));
    if (known) known.count += 1;
    else found.push({ ground, ink, count: 1 });
  }
  return found
    .filter(({ count }) => count >= lookLeast * read.length)
    .sort((one, other) => other.count - one.count)
    .slice(0, looksMost)
    .map(({ ground, ink }) => ({ ground, ink }));
}
