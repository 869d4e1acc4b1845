/** The ring of a style (ring.ts), found in its drawings. Pure. */
import { inkOfFlat, opaqueFrom } from "../areas/around.ts";
import { flatColoursOf } from "../areas/flat-colours.ts";
import type { PlateLook } from "../areas/plate.ts";
import { placeOf } from "../pixels/ground/ground.ts";
import type { Drawing, DrawnInk, Ink } from "../pixels/ink-colour.ts";
import { boundsOf } from "../pixels/places.ts";
import { inkOfRing, offRing, withinRing } from "./off-ring.ts";
import { areAlike, type Ring } from "./ring.ts";
import { shapeInCommon } from "./shape-in-common.ts";

/** Share of the drawings that must have the ring, and something within. */
const shareLeast = 0.8;

export interface RingFound<Shown extends Drawing> {
  readonly ring: Ring;
  /** The drawings that it goes around, without it. */
  readonly alone: readonly Shown[];
}

/**
 * @param drawings premultiplied RGBA [4, sizePx, sizePx]
 * @returns undefined where too few of them show the same ring
 */
export function ringOf<Shown extends Drawing>(drawings: readonly Shown[]): RingFound<Shown> | undefined {
  const shape = shapeInCommon(drawings, shareLeast);
  if (!shape) return undefined;
  const { sizePx, isFilled } = shape;
  const within = drawings.flatMap((drawing) => {
    const ink = inkOfRing(drawing, shape);
    return ink ? [{ ink, whole: drawing, drawing: { planes: withinRing(drawing, shape), sizePx } }] : [];
  });
  const boxes = within.flatMap(({ drawing: { planes } }) => {
    const box = boundsOf(sizePx, (at) => planes[3 * sizePx ** 2 + at]! >= 0.5);
    return box ? [box] : [];
  });
  if (boxes.length < shareLeast * drawings.length) return undefined;
  const place = isFilled ? { left: 0, top: 0, sidePx: sizePx } : placeOf(boxes);
  const ring = { ...shape, place, looks: looksOf(within) };
  return { ring, alone: within.map(({ whole }) => ({ ...whole, planes: offRing(whole, ring) })) };
}

/** A style of what lies within a ring, with the ring. */
export function aroundStyle<Style extends DrawnInk>(ring: Ring, within: Style): Style & { readonly ring: Ring } {
  const { ink } = within;
  const isOfInk = ink !== undefined && ring.looks.every(({ ground }) => areAlike(ground, ink));
  return { ...within, ring: isOfInk ? { ...ring, isOfInk } : ring };
}

function looksOf(within: ReadonlyArray<{ readonly drawing: Drawing; readonly ink: Ink }>): PlateLook[] {
  const first = within[0]!.ink;
  if (within.every(({ ink }) => areAlike(ink, first))) return [{ ground: first, on: [] }];
  return within.map(({ drawing, ink }) => ({
    ground: ink,
    on: (flatColoursOf(drawing) ?? []).filter((colour) => colour[3] >= opaqueFrom).map(inkOfFlat),
  }));
}
