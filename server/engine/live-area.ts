/**
 * How much of the picture drawings of a set take: what icon grids call the live area, with padding around it. Drawings of one live area
 * look equally large beside each other, whatever set each is of. Pure.
 */
import { averageAreas } from "./pixels/areas.ts";
import { usualShare } from "./pixels/ground/ground.ts";
import type { Drawing } from "./pixels/ink-colour.ts";
import { type Box, boundsOf } from "./pixels/places.ts";
import type { Square } from "./pixels/resample-square.ts";
import type { Shadow } from "./pixels/shadows/shadow.ts";
import type { StyleInk } from "./pixels/style-ink.ts";

type Looks = Pick<StyleInk, "ground" | "plate" | "ring" | "areas" | "shadows">;

/** Fewer drawings may be small by chance, as arrows are. */
const drawingsLeast = 3;
/** Share of the drawings that take no more: small things and a few that reach further are in every set. */
const usualShareOf = 0.75;

/** Shares of the side of a picture that the longer sides of a usual drawing and of the largest take; undefined for too few drawings. */
export function sizesOf(drawings: readonly Drawing[]): Sizes | undefined {
  const longer = drawings
    .flatMap((drawing) => {
      const box = boxOfInk(drawing);
      return box ? [longerSide(box) / drawing.sizePx] : [];
    })
    .sort((one, other) => one - other);
  if (longer.length < drawingsLeast) return undefined;
  return { liveArea: longer[Math.round(usualShareOf * (longer.length - 1))]!, largest: longer.at(-1)! };
}

interface Sizes {
  readonly liveArea: number;
  readonly largest: number;
}

/**
 * The live area of a style: what lies on a ground is put there at one size, and what has a shadow leaves room for it.
 * @param bare drawings of the style, without its shadows
 */
export function sizesIn(
  { ground, plate, ring, areas, shadows }: Looks,
  bare: readonly Drawing[],
): Pick<StyleInk, "liveArea" | "largest"> {
  if (ground ?? plate ?? ring ?? areas?.ground) return { liveArea: usualShare };
  const sizes = sizesOf(bare);
  if (!sizes) return {};
  if (!leavesRoom(shadows, sizes.liveArea)) return sizes;
  return { ...sizes, liveArea: Math.min(sizes.liveArea, 1 - 2 * roomOf(shadows)) };
}

/** Share of the side by which shadows reach beyond what casts them. */
const roomOf = (shadows: readonly Shadow[] = []): number =>
  Math.max(0, ...shadows.flatMap(({ right, down, around = 0 }) => [Math.abs(right), Math.abs(down), around]));

/** Whether a style's drawings are smaller for their shadows: where usual ones reach into that room, they are as large as without. */
const leavesRoom = (shadows: readonly Shadow[] | undefined, liveArea: number): boolean =>
  shadows !== undefined && liveArea <= 1 - roomOf(shadows);

/** Live area of sets from which on their drawings are put on a ground smaller, and how much smaller at most. */
const [largeFrom, smallest] = [0.91, 0.75] as const;

/**
 * A style on whose grounds, and within whose ring, drawings of a set that fills its pictures are no larger than its own are there.
 * @param liveArea of that set; a set whose drawings lie on a ground themselves has the usual one
 */
export function notLarger(style: StyleInk, liveArea: number | undefined): StyleInk {
  const { ground, plate, ring, areas } = style;
  if (liveArea === undefined || liveArea < largeFrom) return style;
  const scale = Math.max(smallest, usualShare / liveArea);
  const scaled = <Shape extends { readonly place: Square }>(shape: Shape): Shape => {
    const { left, top, sidePx } = shape.place;
    const away = (sidePx * (1 - scale)) / 2;
    return { ...shape, place: { left: left + away, top: top + away, sidePx: scale * sidePx } };
  };
  return {
    ...style,
    ...(ground && { ground: scaled(ground) }),
    ...(plate && { plate: scaled(plate) }),
    ...(ring && !ring.isFilled && !(ground ?? plate ?? areas?.ground) && { ring: scaled(ring) }),
    ...(areas?.ground && { areas: { ...areas, ground: scaled(areas.ground) } }),
  };
}

/** Live areas of sets of one size stray by less, since they are measured on some of their drawings; what has a shadow needs room all the same. */
const [sameFrom, sameWithShadowFrom] = [0.875, 0.97];
/** How much more than a usual one a drawing of a style may take: lines may become wider than they are. */
export const roomBeyond = 1.08;

/**
 * How much smaller a drawing gets in a style whose drawings are all smaller than usual ones of its set: by what tells both live areas apart. Where its set
 * is not known, so that it is no larger than drawings of the style are, and its shadows have room.
 * @param own live area of the drawing's set
 * @returns a factor of at most 1
 */
export function scaleInStyle(
  drawing: Drawing,
  { ground, plate, ring, areas, shadows, liveArea, largest = liveArea }: StyleInk,
  own: number | undefined,
): number {
  if (liveArea === undefined || largest === undefined || (ground ?? plate ?? ring ?? areas?.ground)) return 1;
  if (own !== undefined && largest >= own) return 1;
  const scale = own === undefined ? scaleThatFits(drawing, { liveArea, largest }, shadows) : liveArea / own;
  const isForShadows = own === undefined ? shadows !== undefined : leavesRoom(shadows, liveArea);
  return scale > (isForShadows ? sameWithShadowFrom : sameFrom) ? 1 : Math.max(smallest, scale);
}

/** So that a drawing is no larger than the style's largest, and its shadows have room, as far as those of usual drawings of the style have. */
function scaleThatFits(
  drawing: Drawing,
  { liveArea, largest }: { readonly liveArea: number; readonly largest: number },
  shadows: readonly Shadow[] = [],
): number {
  const box = boxOfInk(drawing);
  if (!box) return 1;
  const middle = drawing.sizePx / 2;
  const scales = shadows.flatMap(({ right, down, around = 0, blur = 0 }) => {
    const beyond = around + 2 * blur;
    return [
      [box.right - middle, right],
      [middle - box.left, -right],
      [box.bottom - middle, down],
      [middle - box.top, -down],
    ].map(([reach, moved]) => (middle - drawing.sizePx * (moved! + beyond)) / reach!);
  });
  const asLargeAs = (share: number): number => (share * drawing.sizePx) / longerSide(box);
  const withRoom = Math.min(1, ...scales.filter((scale) => scale > 0));
  return Math.min(1, asLargeAs(roomBeyond * largest), Math.max(asLargeAs(liveArea), withRoom));
}

/** Whole pixels on each side that a drawing leaves when it gets smaller by a scale. */
export const borderOf = ({ sizePx }: Drawing, scale: number): number => Math.round((sizePx * (1 - scale)) / 2);

/** A drawing smaller about the middle of its picture, with edges as sharp as they are. @param border in whole pixels */
export function withinBorder({ planes, sizePx }: Drawing, border: number): Float32Array {
  const side = sizePx - 2 * border;
  const small = averageAreas(planes, sizePx, side);
  const within = new Float32Array(planes.length);
  for (let row = 0; row < (planes.length / sizePx ** 2) * side; row += 1) {
    const [channel, y] = [Math.floor(row / side), row % side];
    within.set(small.subarray(row * side, (row + 1) * side), (channel * sizePx + y + border) * sizePx + border);
  }
  return within;
}

export const longerSide = ({ left, top, right, bottom }: Box): number => Math.max(right - left, bottom - top);

/** Around what is at least half opaque; undefined where nothing is. */
export const boxOfInk = ({ planes, sizePx }: Drawing): Box | undefined =>
  boundsOf(sizePx, (at) => planes[3 * sizePx ** 2 + at]! >= 0.5);
