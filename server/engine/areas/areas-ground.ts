/**
 * A ground on which drawings of several flat colours lie, such as a disc in a colour of each icon's own, and where on it they lie. A drawing that does
 * not lie on it is put there. Pure.
 */
import { silhouetteOf } from "../pixels/ground/off-ground.ts";
import { type Drawing, type Ink, inkDistance } from "../pixels/ink-colour.ts";
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

/** Of the side of a picture, how much a drawing usually takes. */
const usualShare = 0.86;
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
  const at = (share: number, of: (box: Box) => number): number =>
    boxes.map(of).sort((one, other) => one - other)[Math.round(share * (boxes.length - 1))]!;
  const [left, right] = [at(0.25, (box) => box.left), at(0.75, (box) => box.right)];
  const [top, bottom] = [at(0.25, (box) => box.top), at(0.75, (box) => box.bottom)];
  const sidePx = Math.max(8, right - left, bottom - top) / usualShare;
  const place = { left: (left + right - sidePx) / 2, top: (top + bottom - sidePx) / 2, sidePx };
  return { mask: silhouette, place };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Of what is drawn in other colours; undefined where all of it reaches the ground's edge. */
function boxOf({ labels, areas, sizePx }: Partition, ground: number): Box | undefined {
  let [left, top, right, bottom] = [sizePx, sizePx, 0, 0];
  // A long shadow reaches the ground's edge.
  const reachesOut = areas.map(({ beside }) => [...beside.keys()].some((near) => areas[near]!.isOutside));
  for (const [at, label] of labels.entries()) {
    const { colour, isOutside } = areas[label]!;
    if (isOutside || colour === ground || reachesOut[label]) continue;
    const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  return left < right ? { left, top, right, bottom } : undefined;
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
