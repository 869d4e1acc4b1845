/**
 * Conditions without the grounds that lie behind drawings of several colours (areas/plate.ts), where the requested style has such: the flow between
 * styles reads styles and drawings without them, a drawing by what its own style's icons show, or by the requested style's.
 */
import { liesOnAreasGround, offAreasGround } from "./areas/areas-ground.ts";
import type { Plate } from "./areas/plate.ts";
import type { ConditionValues } from "./conditions.ts";
import type { ConditionValue } from "./interfaces.ts";
import { madePicture, type Picture } from "./made-picture.ts";
import { resampleSquare } from "./pixels/resample-square.ts";
import type { StyleInk } from "./pixels/style-ink.ts";

/** A style whose drawings lie on plates. */
interface PlatedStyle {
  /** Of its images. */
  readonly key: string;
  readonly plate: Plate;
  /** Of the images that do. */
  readonly places: readonly number[];
}

type Look = (
  style: ConditionValue | undefined,
) => (Pick<PlatedStyle, "key" | "places"> & { readonly styleInk: StyleInk }) | undefined;

/** An image without its plate, and its hole as it lies then; its planes are made when they are first read. */
function offPlate<Shown extends Picture>(image: Shown, { key, plate }: Omit<PlatedStyle, "places">): Shown {
  const hole = image.hole && resampleSquare(image.hole, plate.place, image.sizePx);
  const planesOf = (on: Picture): Float32Array => offAreasGround(on, plate, plate.veils) ?? on.planes;
  return madePicture(image, `${image.key} off its ground in ${key}`, planesOf, hole);
}

/** The values without plates; the same where the requested style has none. */
export function conditionsWithoutPlates(values: ConditionValues, look: Look): ConditionValues {
  const { style, drawing, "drawing-style": own } = values;
  const requested = platedStyle(look(style));
  if (!requested) return values;
  const plates = [platedStyle(look(own)) ?? [], requested].flat();
  const bare = (image: Picture): Picture => {
    const of = plates.find(({ plate }) => liesOnAreasGround(image, plate));
    return of ? offPlate(image, of) : image;
  };
  const imagesIn = (value: ConditionValue): ConditionValue =>
    value.kind === "images" ? { ...value, images: value.images.map(bare) } : value;
  return {
    ...values,
    ...(style?.kind === "images" && { style: { ...style, images: bareImages(style.images, requested) } }),
    ...(drawing && { drawing: drawing.kind === "image" ? bare(drawing) : drawing }),
    ...(own && { "drawing-style": imagesIn(own) }),
  };
}

/** Those of a style's images that lie on its plate, without it. */
export const bareImages = (images: readonly Picture[], { places, ...style }: PlatedStyle): readonly Picture[] =>
  places.map((at) => offPlate(images[at]!, style));

function platedStyle(read: ReturnType<Look>): PlatedStyle | undefined {
  const plate = read?.styleInk.plate;
  return plate && { key: read.key, places: read.places, plate };
}
