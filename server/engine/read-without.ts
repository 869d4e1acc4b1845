/**
 * Conditions without what surrounds drawings: plates behind them (areas/plate.ts), rings around them (rings/ring.ts). Where the requested style has such,
 * the flow between styles reads styles and drawings without it, a drawing by what its own style's icons show, or by the requested style's.
 */
import { liesOnAreasGround, offAreasGround } from "./areas/areas-ground.ts";
import type { Plate } from "./areas/plate.ts";
import type { ConditionValues } from "./conditions.ts";
import type { ConditionValue } from "./interfaces.ts";
import { madePicture, type Picture } from "./made-picture.ts";
import { outOfPlace, resampleSquare } from "./pixels/resample-square.ts";
import type { StyleInk } from "./pixels/style-ink.ts";
import { inkOfRing, offRing } from "./rings/off-ring.ts";
import type { Ring } from "./rings/ring.ts";

/** One kind of surrounding. */
interface Surrounding<What> {
  of(style: StyleInk): What | undefined;
  surrounds(image: Picture, what: What): boolean;
  /** The image without it, and its hole as it lies then. @param key of the style that has it */
  off(image: Picture, what: What, key: string): Picture;
}

/** A style that was looked at. */
export interface ReadStyle {
  /** Of its images, from which all else follows, or its name. */
  readonly key: string;
  readonly styleInk: StyleInk;
  /** Of the images that are of the style. */
  readonly places: readonly number[];
}

/** Planes of what is taken off are made when they are first read. */
export const plates: Surrounding<Plate> = {
  of: ({ plate }) => plate,
  surrounds: liesOnAreasGround,
  off(image, plate, key) {
    const hole = image.hole && resampleSquare(image.hole, plate.place, image.sizePx);
    const name = `${image.key} off its ground in ${key}`;
    return madePicture(image, name, (on) => offAreasGround(on, plate, plate.veils) ?? on.planes, hole);
  },
};

export const rings: Surrounding<Ring> = {
  of: ({ ring }) => ring,
  surrounds: (image, ring) => inkOfRing(image, ring) !== undefined,
  off(image, ring, key) {
    const hole = image.hole && !ring.isFilled ? outOfPlace(image.hole, ring, image.sizePx) : image.hole;
    return madePicture(image, `${image.key} out of the ring of ${key}`, (on) => offRing(on, ring), hole);
  },
};

/** The values without it; the same where the requested style has none. */
export function conditionsWithout<What>(
  values: ConditionValues,
  look: (style: ConditionValue | undefined) => ReadStyle | undefined,
  surrounding: Surrounding<What>,
): ConditionValues {
  const { style, drawing, "drawing-style": own } = values;
  const [requested, drawn] = [look(style), look(own)];
  if (!requested || surrounding.of(requested.styleInk) === undefined) return values;
  const known = [drawn, requested].flatMap((read) => {
    const what = read && surrounding.of(read.styleInk);
    return what ? [{ key: read.key, what }] : [];
  });
  const bare = (image: Picture): Picture => {
    const found = known.find(({ what }) => surrounding.surrounds(image, what));
    return found ? surrounding.off(image, found.what, found.key) : image;
  };
  return {
    ...values,
    ...(style?.kind === "images" && {
      style: { ...style, images: imagesWithout(style.images, requested, surrounding) },
    }),
    ...(drawing && { drawing: drawing.kind === "image" ? bare(drawing) : drawing }),
    ...(own && { "drawing-style": own.kind === "images" ? { ...own, images: own.images.map(bare) } : own }),
  };
}

/** Those of a style's images that have it, without it; all as they are where the style has none. */
export function imagesWithout<What>(
  images: readonly Picture[],
  { key, styleInk, places }: ReadStyle,
  surrounding: Surrounding<What>,
): readonly Picture[] {
  const what = surrounding.of(styleInk);
  return what ? places.map((at) => surrounding.off(images[at]!, what, key)) : images;
}
