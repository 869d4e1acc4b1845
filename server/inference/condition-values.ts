/** Converts a request's condition and its images to the raw values that experts read. */
import type { PartialCondition } from "../../shared/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import type { ConditionValues } from "../engine/conditions.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import { sha256Of } from "../platform/sha256.ts";
import type { ConditionImage, ConditionImages } from "./protocol.ts";

/** Key of an upload as a sketch, which is decoded larger than for other conditions. */
export const keyOfSketch = (digest: string): string => `sketch:${digest}`;

/** Key of an inline drawing among `ConditionImages`; an upload's key is its digest. */
export const keyOfDrawing = (svg: string): string => `svg:${sha256Of(svg)}`;

const text = (value: string): ConditionValue => ({ kind: "text", text: value });

/** @throws AppError `tensor_mismatch` naming an image of the request that is missing */
export function conditionValues(condition: PartialCondition, images: ConditionImages): ConditionValues {
  const { caption, label, style, sketch, layout, image, lowResolution } = condition;
  const picture = (key: string): ConditionValue => ({ kind: "image", key, ...imageOf(images, key) });
  return {
    ...(caption !== undefined && { caption: text(caption) }),
    ...(label !== undefined && { label: label === null ? { kind: "none" } : text(label) }),
    ...(style !== undefined && { style: text(style) }),
    ...(sketch && { sketch: picture("svg" in sketch ? keyOfDrawing(sketch.svg) : keyOfSketch(sketch.image)) }),
    ...(layout && { layout: "cells" in layout ? { kind: "cells", cells: layout.cells } : picture(layout.image) }),
    ...(image && { [`image-${image.depth}`]: picture(image.image) }),
    ...(lowResolution && { lowResolution: picture(lowResolution.image) }),
  };
}

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
