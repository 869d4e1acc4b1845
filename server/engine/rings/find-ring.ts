/** The ring of a style (ring.ts), found in its drawings. Pure. */
import { inkOfFlat, opaqueFrom } from "../areas/around.ts";
import { flatColoursOf } from "../areas/flat-colours.ts";
import type { PlateLook } from "../areas/plate.ts";
import { placeOf } from "../pixels/ground/ground.ts";
import { type Drawing, type DrawnInk, type Ink, inkOf } from "../pixels/ink-colour.ts";
import { boundsOf } from "../pixels/places.ts";
import { inkOfRing, offRing, withinRing } from "./off-ring.ts";
import { areAlike, type Ring } from "./ring.ts";
import { shapeInCommon } from "./shape-in-common.ts";

/** Share of the drawings that must have the ring, and something within. */
const shareLeast = 0.8;

export interface RingFound<Shown extends Drawing> {
  readonly ring: Ring;
  /** The drawings that it goes around, without it, and the colour that it has in each. */
  readonly alone: readonly Shown[];
  readonly inks: readonly Ink[];
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
  const inks = within.map(({ ink }) => ink);
  const bare = within.map(({ drawing }) => drawing);
  const ring = { ...shape, place, looks: looksOf(inks, bare) };
  return { ring, inks, alone: within.map(({ whole }) => ({ ...whole, planes: offRing(whole, ring) })) };
}

/** A style of what lies within a ring, with the ring, which may have the ink of each drawing. */
export function aroundStyle<Style extends DrawnInk>(
  { ring, inks, alone }: RingFound<Drawing>,
  within: Style,
): Style & { readonly ring: Ring } {
  const isOfInk = inks.every((ink, at) => {
    const own = within.ink ?? inkOf([alone[at]!]).ink;
    return own !== undefined && areAlike(own, ink);
  });
  return { ...within, ring: isOfInk ? { ...ring, isOfInk } : ring };
}

/** Of drawings of the same colours one. */
function looksOf(inks: readonly Ink[], within: readonly Drawing[]): PlateLook[] {
  if (inks.every((ink) => areAlike(ink, inks[0]!))) return [{ ground: inks[0]!, on: [] }];
  const looks: PlateLook[] = [];
  for (const [at, drawing] of within.entries()) {
    const on = (flatColoursOf(drawing) ?? []).filter((colour) => colour[3] >= opaqueFrom).map(inkOfFlat);
    const isKnown = looks.some(
      (other) =>
        areAlike(other.ground, inks[at]!) &&
        other.on.length === on.length &&
        on.every((ink) => other.on.some((own) => areAlike(own, ink))),
    );
    if (!isKnown) looks.push({ ground: inks[at]!, on });
  }
  return looks;
}
