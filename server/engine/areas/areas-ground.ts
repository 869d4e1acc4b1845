/**
 * A ground on which drawings of several flat colours lie, such as a disc in a colour of each icon's own, and where on it they lie. A drawing that does
 * not lie on it is put there. Pure.
 */
import { placeOf } from "../pixels/ground/ground.ts";
import { silhouetteOf } from "../pixels/ground/off-ground.ts";
import { type Drawing, type Ink, inkDistance } from "../pixels/ink-colour.ts";
import { type Box, boundsOf } from "../pixels/places.ts";
import { resampleSquare, type Square } from "../pixels/resample-square.ts";
import { type Around, inkOfFlat, opaqueFrom } from "./around.ts";
import { flatColoursOf } from "./flat-colours.ts";
import type { Partition } from "./partition.ts";

export interface AreasGround {
  /** Its alpha, [sizePx, sizePx]. */
  readonly mask: Float32Array;
  /** Where a whole drawing lies on it, in pixels. */
  readonly place: Square;
}

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
function boxOf({ labels, areas, sizePx }: Partition, ground: number): Box | undefined {
  // A long shadow reaches it.
  const isLeft = areas.map(
    ({ colour, isOutside, beside }) =>
      isOutside || colour === ground || [...beside.keys()].some((near) => areas[near]!.isOutside),
  );
  return boundsOf(sizePx, (at) => !isLeft[labels[at]!]);
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
