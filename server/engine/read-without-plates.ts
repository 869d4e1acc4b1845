/**
 * Conditions without the grounds that lie behind drawings of several colours (areas/plate.ts), where the requested style has such: the flow between
 * styles reads styles and drawings without them, a drawing by what its own style's icons show, or by the requested style's.
 */
import { offAreasGround } from "./areas/areas-ground.ts";
import type { Plate } from "./areas/plate.ts";
import type { ConditionValues } from "./conditions.ts";
import type { ConditionValue } from "./interfaces.ts";
import { resampleSquare } from "./pixels/resample-square.ts";
import type { StyleInk } from "./pixels/style-ink.ts";

type Picture = Extract<ConditionValue, { kind: "image" }>;

/** A style whose drawings lie on plates. */
interface PlatedStyle {
  /** Of its images. */
  readonly key: string;
  readonly plate: Plate;
}

type Look = (style: ConditionValue | undefined) => { readonly key: string; readonly styleInk: StyleInk } | undefined;

/** Drawings without their plate, by the planes that they have on it: looking at a style takes them off as well. */
const known = new WeakMap<Plate, WeakMap<Float32Array, Float32Array | undefined>>();

/** An image without its plate, and its hole as it lies then; undefined where it does not lie on it. @param style of whose images the plate follows */
export function offPlate<Shown extends Picture>(image: Shown, { key, plate }: PlatedStyle): Shown | undefined {
  const ofPlate = known.get(plate) ?? new WeakMap<Float32Array, Float32Array | undefined>();
  known.set(plate, ofPlate);
  if (!ofPlate.has(image.planes)) ofPlate.set(image.planes, offAreasGround(image, plate, plate.veils));
  const planes = ofPlate.get(image.planes);
  if (!planes) return undefined;
  const hole = image.hole && resampleSquare(image.hole, plate.place, image.sizePx);
  return { ...image, planes, ...(hole && { hole }), key: `${image.key} off its ground in ${key}` };
}

/** The values without plates; the same where the requested style has none. */
export function conditionsWithoutPlates(values: ConditionValues, look: Look): ConditionValues {
  const { style, drawing, "drawing-style": own } = values;
  const requested = platedStyle(look(style));
  if (!requested) return values;
  const plates = [platedStyle(look(own)) ?? [], requested].flat();
  const bare = (image: Picture): Picture => {
    for (const plated of plates) {
      const off = offPlate(image, plated);
      if (off) return off;
    }
    return image;
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
export const bareImages = (images: readonly Picture[], style: PlatedStyle): readonly Picture[] =>
  images.flatMap((image) => offPlate(image, style) ?? []);

function platedStyle(read: ReturnType<Look>): PlatedStyle | undefined {
  const plate = read?.styleInk.plate;
  return plate && { key: read.key, plate };
}
