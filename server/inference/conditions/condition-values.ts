/** Converts a request's condition and its images to the raw values that experts read. */
import type { PartialCondition, Style } from "../../../shared/contract/conditions.ts";
import { AppError } from "../../../shared/problem.ts";
import type { ConditionValues } from "../../engine/conditions.ts";
import type { ConditionValue } from "../../engine/interfaces.ts";
import { madePicture, type Picture } from "../../engine/made-picture.ts";
import { planesOffPaper } from "../../engine/read-off-paper.ts";
import { LruCache } from "../../platform/lru-cache.ts";
import { sha256Of } from "../../platform/sha256.ts";
import type { ConditionImage, ConditionImages } from "../protocol.ts";
import { ofOneKind } from "./of-one-kind.ts";

/** Key of an upload as a sketch, which is decoded larger than for other conditions. */
export const keyOfSketch = (digest: string): string => `sketch:${digest}`;

/** Key of an inline drawing among `ConditionImages`; an upload's key is its digest. */
export const keyOfDrawing = (svg: string): string => `svg:${sha256Of(svg)}`;

/** Key of an inline SVG as a drawing, which has the target's size and keeps its colours. */
export const keyOfVectorDrawing = (svg: string): string => `drawing:${sha256Of(svg)}`;

/** Key of a drawing among `ConditionImages`. */
export const keyOfShown = (drawing: NonNullable<PartialCondition["drawing"]>): string =>
  "svg" in drawing ? keyOfVectorDrawing(drawing.svg) : drawing.image;

/** Key of a sketch among `ConditionImages`. */
export const keyOfSketched = (sketch: NonNullable<PartialCondition["sketch"]>): string =>
  "svg" in sketch ? keyOfDrawing(sketch.svg) : keyOfSketch(sketch.image);

const text = (value: string): ConditionValue => ({ kind: "text", text: value });

/** What became of the pictures that were looked at last: each caption's seeds ask again. */
const bare = new LruCache<{ readonly planes: Float32Array | undefined }>(64);

/** A picture without the white paper that it lies on, if any. */
function offPaper<Shown extends Picture>(image: Shown): Shown {
  const { planes } = bare.once(`${image.key} ${image.sizePx}`, () => ({ planes: planesOffPaper(image) }));
  return planes ? madePicture(image, `${image.key} off its paper`, () => planes) : image;
}

/**
 * @param keepsPaper whether pictures stay on white paper: what stays around a hole does, and an image whose residual is kept
 * @throws AppError `tensor_mismatch` naming an image of the request that is missing
 */
export function conditionValues(
  condition: PartialCondition,
  images: ConditionImages,
  keepsPaper = condition.drawing?.mask !== undefined,
): ConditionValues {
  const { caption, label, style, sketch, layout, image, lowResolution, drawing, colours } = condition;
  const picture = (key: string) => ({ kind: "image" as const, key, ...imageOf(images, key) });
  const shownBy = (key: string) => (keepsPaper ? picture(key) : offPaper(picture(key)));
  // What a set shows does not depend on its order: sums are rounded by it, and of many images some are looked at.
  const styleValue = (style: Style): ConditionValue =>
    typeof style === "string" ? text(style) : { kind: "images", images: [...style.images].sort().map(shownBy) };
  const shown = drawing && shownBy(keyOfShown(drawing));
  const ofDrawing = (value: ConditionValue): ConditionValue =>
    value.kind === "images" && shown ? { kind: "images", images: ofOneKind(shown, value.images) } : value;
  // A drawing shows its style by itself.
  const own = drawing?.style;
  const ownStyle: ConditionValue | undefined =
    own !== undefined ? ofDrawing(styleValue(own)) : shown && { kind: "images", images: [shown] };
  return {
    ...(caption !== undefined && { caption: text(caption) }),
    ...(label !== undefined && { label: label === null ? { kind: "none" } : text(label) }),
    ...(style !== undefined && { style: styleValue(style) }),
    ...(sketch && { sketch: picture(keyOfSketched(sketch)) }),
    ...(layout && { layout: "cells" in layout ? { kind: "cells", cells: layout.cells } : picture(layout.image) }),
    ...(image && { [`image-${image.depth}`]: picture(image.image) }),
    ...(lowResolution && { lowResolution: picture(lowResolution.image) }),
    ...(shown && { drawing: drawing?.mask === undefined ? shown : withHole(shown, drawing.mask, images) }),
    ...(ownStyle && { "drawing-style": ownStyle }),
    ...(colours && { colours: { kind: "colours", colours } }),
  };
}

/** A drawing for which no style is requested stays in its own: the flow between styles never saw one without. */
export const inOwnStyle = (values: ConditionValues): ConditionValues => ({
  ...(values["drawing-style"] && { style: values["drawing-style"] }),
  ...values,
});

/** The pixels that an upload marks as drawn anew, [sizePx, sizePx], 0 to 1: as light as they are opaque. */
export function holeOf(images: ConditionImages, mask: string): Float32Array {
  const { planes, sizePx } = imageOf(images, mask);
  const count = sizePx ** 2;
  return Float32Array.from(
    { length: count },
    (_, at) => (planes[at]! + planes[count + at]! + planes[2 * count + at]!) / 3,
  );
}

const withHole = <Shown extends { readonly key: string }>(shown: Shown, mask: string, images: ConditionImages) => ({
  ...shown,
  hole: holeOf(images, mask),
  key: `${shown.key} without ${mask}`,
});

/** @throws AppError `tensor_mismatch` */
export function imageOf(images: ConditionImages, key: string): ConditionImage {
  const image = images.get(key);
  if (!image)
    throw new AppError(
      "tensor_mismatch",
      `images: expected ${key.slice(0, 16)}… with the request, got ${images.size} others`,
    );
  return image;
}
