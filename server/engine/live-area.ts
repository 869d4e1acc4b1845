/**
 * How much of the picture drawings of a set take: what icon grids call the live area, with padding around it. Drawings of one live area
 * look equally large beside each other, whatever set each is of. Pure.
 */
import { usualShare } from "./pixels/ground/ground.ts";
import type { Drawing } from "./pixels/ink-colour.ts";
import { type Box, boundsOf } from "./pixels/places.ts";
import type { Square } from "./pixels/resample-square.ts";
import type { StyleInk } from "./pixels/style-ink.ts";

type Looks = Pick<StyleInk, "ground" | "plate" | "ring" | "areas" | "shadows">;

/** Fewer drawings may be small by chance, as arrows are. */
const drawingsLeast = 3;
/** Share of the drawings that take no more: small things and a few that reach further are in every set. */
const usualShareOf = 0.75;

/** Share of the side of a picture that the longer side of a usual drawing takes; undefined for too few drawings. */
export function liveAreaOf(drawings: readonly Drawing[]): number | undefined {
  const longer = drawings.flatMap((drawing) => {
    const box = boxOfInk(drawing);
    return box ? [longerSide(box) / drawing.sizePx] : [];
  });
  if (longer.length < drawingsLeast) return undefined;
  return longer.sort((one, other) => one - other)[Math.round(usualShareOf * (longer.length - 1))];
}

/**
 * The live area of a style: what lies on a ground is put there at one size, and what has a shadow leaves room for it.
 * @param bare drawings of the style, without its shadows
 */
export function liveAreaIn(
  { ground, plate, ring, areas, shadows }: Looks,
  bare: readonly Drawing[],
): number | undefined {
  if (ground ?? plate ?? ring ?? areas?.ground) return usualShare;
  const area = liveAreaOf(bare);
  const reaches = (shadows ?? []).flatMap(({ right, down, around = 0 }) => [Math.abs(right), Math.abs(down), around]);
  const room = Math.max(0, ...reaches);
  return area && Math.min(area, 1 - 2 * room);
}

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

export const longerSide = ({ left, top, right, bottom }: Box): number => Math.max(right - left, bottom - top);

/** Around what is at least half opaque; undefined where nothing is. */
export const boxOfInk = ({ planes, sizePx }: Drawing): Box | undefined =>
  boundsOf(sizePx, (at) => planes[3 * sizePx ** 2 + at]! >= 0.5);
