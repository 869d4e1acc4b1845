/**
 * A ground on which drawings of several flat colours lie, such as a disc in a colour of each icon's own, and where on it they lie. A drawing that does
 * not lie on it is put there. Pure.
 */
import { placeOf } from "../pixels/ground/ground.ts";
import { silhouetteOf } from "../pixels/ground/off-ground.ts";
import { type Drawing, type Ink, inkDistance } from "../pixels/ink-colour.ts";
import { type Box, boundsOf } from "../pixels/places.ts";
import { resampleSquare, type Square } from "../pixels/resample-square.ts";
import { type Around, aroundOf, inkOfFlat, opaqueFrom } from "./around.ts";
import { type Flat, flatColoursOf, nothing } from "./flat-colours.ts";
import { type Partition, partitionOf } from "./partition.ts";

export interface AreasGround {
  /** Its alpha, [sizePx, sizePx]. */
  readonly mask: Float32Array;
  /** Where a whole drawing lies on it, in pixels. */
  readonly place: Square;
}

/** Share of a ground's border that must have its colour: a long shadow may reach it. */
const groundLeast = 0.5;
/** Difference of a ground's channels that makes it a colour, alpha of a veil over it, and difference of a channel of what it shows then. */
const [hueLeast, veilMost, veilWithin] = [0.08, 0.75, 0.03] as const;
/** Colours of which the one least like a drawing's is its ground, while it is cut into areas. */
const candidates: readonly Ink[] = [
  [0, 1, 0],
  [1, 0, 1],
  [0, 0.4, 1],
  [1, 0.6, 0],
];

/** Undefined where too few of the drawings show an even ground, and what lies on it. @param silhouette alpha that they have in common */
export function areasGroundOf(
  silhouette: Float32Array,
  drawings: ReadonlyArray<{ readonly partition: Partition; readonly around?: Around | undefined }>,
): AreasGround | undefined {
  const boxes = drawings.flatMap(({ partition, around }) => (around && boxOf(partition, around.colour)) || []);
  if (boxes.length < drawings.length / 2) return undefined;
  return { mask: silhouette, place: placeOf(boxes) };
}

/** Of what is drawn in other colours; undefined where all of it reaches the ground's edge. */
function boxOf(partition: Partition, ground: number): Box | undefined {
  const isLeft = leftWith(partition, ground);
  return boundsOf(partition.sizePx, (at) => !isLeft[partition.labels[at]!]);
}

/** Which areas are no part of what lies on a ground: it, what is outside, and what reaches its edge, as a long shadow does. */
const leftWith = ({ areas }: Partition, ground: number): boolean[] =>
  areas.map(
    ({ colour, isOutside, beside }) =>
      isOutside || colour === ground || [...beside.keys()].some((near) => areas[near]!.isOutside),
  );

/** What becomes of shades and tints of a ground's colour off it: they keep their colours, are black or white that it shows through, or go. */
export type Veils = "opaque" | "through" | "gone";

/**
 * A drawing of several flat colours without the ground, as large as drawings usually are; its long shadow goes too. Undefined where it does not lie
 * on it.
 */
export function offAreasGround(drawing: Drawing, { mask, place }: AreasGround, veils: Veils): Float32Array | undefined {
  const { sizePx } = drawing;
  const read = readOn(drawing, mask);
  if (!read) return undefined;
  const { labels, others, shares, areas, colours } = read.partition;
  const ground = colours[read.colour]!;
  const paints = areas.map(({ colour }, label) =>
    read.isLeft[label] ? nothing : offGround(colours[colour]!, ground, veils),
  );
  const pixels = sizePx ** 2;
  const alone = new Float32Array(4 * pixels);
  for (let at = 0; at < pixels; at += 1) {
    const [own, other, share] = [paints[labels[at]!]!, paints[labels[others[at]!]!]!, shares[at]!];
    for (let channel = 0; channel < 4; channel += 1)
      alone[channel * pixels + at] = share * own[channel]! + (1 - share) * other[channel]!;
  }
  const placed = new Float32Array(4 * pixels);
  for (let from = 0; from < placed.length; from += pixels)
    placed.set(resampleSquare(alone.subarray(from, from + pixels), place, sizePx), from);
  return placed;
}

/** Whether `offAreasGround` would take a drawing off the ground. */
export const liesOnAreasGround = (drawing: Drawing, { mask }: AreasGround): boolean =>
  readOn(drawing, mask) !== undefined;

const readOn = (drawing: Drawing, mask: Float32Array): Grounded | undefined =>
  silhouetteOf(drawing, mask) ? groundedOf(drawing) : undefined;

interface Grounded {
  readonly partition: Partition;
  /** The ground's, in the drawing's flat colours. */
  readonly colour: number;
  /** Which areas are no part of what lies on it. */
  readonly isLeft: readonly boolean[];
}

/** By the drawings' planes: each is read in several ways. */
const known = new WeakMap<Float32Array, Grounded | undefined>();

function groundedOf(drawing: Drawing): Grounded | undefined {
  if (!known.has(drawing.planes)) known.set(drawing.planes, readGrounded(drawing));
  return known.get(drawing.planes);
}

function readGrounded(drawing: Drawing): Grounded | undefined {
  const partition = partitionOf(drawing);
  const around = partition && aroundOf(partition, groundLeast);
  if (!partition || !around || around.isAlone) return undefined;
  return { partition, colour: around.colour, isLeft: leftWith(partition, around.colour) };
}

/** A flat colour as it is off a ground. */
function offGround(colour: Flat, ground: Flat, veils: Veils): Flat {
  const own = inkOfFlat(ground);
  if (veils === "opaque" || colour[3] < opaqueFrom || Math.max(...own) - Math.min(...own) < hueLeast) return colour;
  for (const veil of [0, 1]) {
    const [from, to] = [own.map((value) => veil - value), own.map((value, channel) => colour[channel]! - value)];
    const length = from.reduce((sum, value) => sum + value ** 2, 0);
    const alpha = from.reduce((sum, value, channel) => sum + value * to[channel]!, 0) / length;
    const apart = Math.max(...from.map((value, channel) => Math.abs(alpha * value - to[channel]!)));
    if (alpha <= 0 || alpha > veilMost || apart > veilWithin) continue;
    return veils === "gone" ? nothing : [veil * alpha, veil * alpha, veil * alpha, alpha];
  }
  return colour;
}

/** A drawing on the ground, in some colour that it does not have; the same where it lies there already. */
export function onAreasGround(drawing: Drawing, { mask, place }: AreasGround): Float32Array {
  const { planes, sizePx } = drawing;
  if (silhouetteOf(drawing, mask)) return planes;
  const own = (flatColoursOf(drawing) ?? []).filter((colour) => colour[3] >= opaqueFrom).map(inkOfFlat);
  const apart = candidates.map((ink) => Math.min(1, ...own.map((other) => inkDistance(ink, other))));
  const ground = candidates[apart.indexOf(Math.max(...apart))]!;
  const pixels = sizePx ** 2;
  const scale = sizePx / place.sidePx;
  const square = { left: -place.left * scale, top: -place.top * scale, sidePx: sizePx * scale };
  const placed = [0, 1, 2, 3].map((channel) =>
    resampleSquare(planes.subarray(channel * pixels, (channel + 1) * pixels), square, sizePx),
  );
  const all = new Float32Array(planes.length);
  for (let at = 0; at < pixels; at += 1) {
    const [alpha, cover] = [mask[at]!, placed[3]![at]!];
    for (const [channel, value] of ground.entries())
      all[channel * pixels + at] = alpha * (placed[channel]![at]! + (1 - cover) * value);
    all[3 * pixels + at] = alpha;
  }
  return all;
}
