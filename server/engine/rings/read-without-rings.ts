/**
 * Conditions without the rings that go around drawings (ring.ts), where the requested style has one: the flow between styles reads styles and drawings
 * without them, a drawing by what its own style's icons show, or by the requested style's.
 */
import type { ConditionValues } from "../conditions.ts";
import type { ConditionValue } from "../interfaces.ts";
import { madePicture, type Picture } from "../made-picture.ts";
import { outOfPlace } from "../pixels/resample-square.ts";
import type { StyleInk } from "../pixels/style-ink.ts";
import { inkOfRing, offRing } from "./off-ring.ts";
import type { Ring } from "./ring.ts";

/** A style whose drawings lie within a ring. */
interface RingedStyle {
  /** Of its images, or its name. */
  readonly key: string;
  readonly ring: Ring;
  /** Of the images that do. */
  readonly places: readonly number[];
}

type Look = (
  style: ConditionValue | undefined,
) => (Pick<RingedStyle, "key" | "places"> & { readonly styleInk: StyleInk }) | undefined;

/** The values without rings; the same where the requested style has none. */
export function conditionsWithoutRings(values: ConditionValues, look: Look): ConditionValues {
  const { style, drawing, "drawing-style": own } = values;
  const requested = ringedStyle(look(style));
  if (!requested) return values;
  const rings = [ringedStyle(look(own)) ?? [], requested].flat();
  const bare = (image: Picture): Picture => {
    const of = rings.find(({ ring }) => inkOfRing(image, ring));
    return of ? outOf(image, of) : image;
  };
  return {
    ...values,
    ...(style?.kind === "images" && { style: { ...style, images: unringedImages(style.images, requested) } }),
    ...(drawing && { drawing: drawing.kind === "image" ? bare(drawing) : drawing }),
    ...(own?.kind === "images" && { "drawing-style": { ...own, images: own.images.map(bare) } }),
  };
}

/** Those of a style's images that lie within its ring, without it. */
export const unringedImages = (images: readonly Picture[], { places, ...style }: RingedStyle): readonly Picture[] =>
  places.map((at) => outOf(images[at]!, style));

/** An image without its ring, and its hole as it lies then; its planes are made when they are first read. */
function outOf(image: Picture, { key, ring }: Omit<RingedStyle, "places">): Picture {
  const { sizePx } = image;
  const hole = image.hole && !ring.isFilled ? outOfPlace(image.hole, ring, sizePx) : image.hole;
  return madePicture(image, `${image.key} out of the ring of ${key}`, (on) => offRing(on, ring), hole);
}

function ringedStyle(read: ReturnType<Look>): RingedStyle | undefined {
  const ring = read?.styleInk.ring;
  return ring && { key: read.key, ring, places: read.places };
}
