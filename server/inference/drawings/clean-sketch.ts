/**
 * A sketch where the flow is one between styles: its strokes as the clean lines that were meant (server/tidy), as large as the style's
 * icons, are the drawing that the flow restyles.
 */
import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import { mismatch } from "../../../shared/contract/translation-rules.ts";
import { channelsOfHex } from "../../engine/pixels/hex-colour.ts";
import { resampleSquare } from "../../engine/pixels/resample-square.ts";
import { usualInk } from "../../engine/pixels/usual-ink.ts";
import type { Translation } from "../../engine/translation.ts";
import { LruCache } from "../../platform/lru-cache.ts";
import { drawnClean } from "../../tidy/draw.ts";
import { tidied } from "../../tidy/tidy.ts";
import { conditionValues, imageOf, keyOfSketched } from "../condition-values.ts";
import type { ConditionImages } from "../protocol.ts";
import { wantedDrawing } from "./wanted-drawing.ts";

type Reader = Pick<Translation, "conditions" | "target">;

/** Clean sketches that were drawn last: each style and seed asks again. */
const drawn = new LruCache<Float32Array>(32);

/** Whether a translation reads sketches as drawings. */
const readsAsDrawing = ({ conditions }: Pick<Translation, "conditions">): boolean =>
  conditions.some(({ name }) => name === "drawing") && !conditions.some(({ name }) => name === "sketch");

/** What a request names conditions in: itself, and the images whose residuals it keeps. */
interface Conditioned {
  readonly condition: PartialCondition;
  readonly keepResidualOf?: { readonly condition: PartialCondition } | undefined;
  readonly blendWith?: { readonly condition: PartialCondition } | undefined;
}

/**
 * @returns the same where there is no sketch, or the translation reads sketches themselves
 * @throws AppError `sketch_empty` for one without a stroke, `invalid_request` for one beside a drawing or a caption
 */
export function withCleanSketches<Request extends Conditioned>(
  translation: Reader,
  request: Request,
  images: ConditionImages,
): { readonly request: Request; readonly images: ConditionImages } {
  if (!readsAsDrawing(translation)) return { request, images };
  const made = new Map(images);
  const clean = <Place extends { readonly condition: PartialCondition }>(place: Place, where: string): Place => {
    const { sketch, ...others } = place.condition;
    if (!sketch) return place;
    const field = `${where}condition.sketch`;
    if (others.drawing || others.caption !== undefined) {
      const received = others.drawing ? "a drawing" : "a caption";
      throw mismatch("invalid_request", field, "no drawing or caption beside it, which say what is drawn", received);
    }
    const { liveArea } = wantedDrawing(translation, conditionValues(others, images));
    const { imageSizePx: sizePx } = translation.target;
    const key = keyOfSketched(sketch);
    const own = `clean ${key} in ${liveArea} of ${sizePx}`;
    const planes = drawn.once(own, () => cleanPlanes(imageOf(images, key), sizePx, { liveArea, field }));
    made.set(own, { planes, sizePx });
    return { ...place, condition: { ...others, drawing: { image: own } } };
  };
  const { keepResidualOf, blendWith } = request;
  return {
    request: {
      ...clean(request, ""),
      ...(keepResidualOf && { keepResidualOf: clean(keepResidualOf, "keepResidualOf.") }),
      ...(blendWith && { blendWith: clean(blendWith, "blendWith.") }),
    },
    images: made,
  };
}

function cleanPlanes(
  { planes, sizePx: drawnPx }: { readonly planes: Float32Array; readonly sizePx: number },
  sizePx: number,
  { liveArea, field }: { readonly liveArea: number | undefined; readonly field: string },
): Float32Array {
  const clean = tidied(planes, drawnPx);
  if (!clean) throw mismatch("sketch_empty", field, "a drawing with at least one stroke", "an empty one");
  // What is no drawing of strokes stays as it is.
  if (clean === "filled") return shrunk(planes, drawnPx, sizePx);
  return drawnClean(clean, sizePx, channelsOfHex(usualInk), liveArea);
}

function shrunk(planes: Float32Array, fromPx: number, toPx: number): Float32Array {
  const small = new Float32Array(4 * toPx ** 2);
  for (let plane = 0; plane < 4; plane += 1) {
    const own = planes.subarray(plane * fromPx ** 2, (plane + 1) * fromPx ** 2);
    small.set(resampleSquare(own, { left: 0, top: 0, sidePx: fromPx }, toPx), plane * toPx ** 2);
  }
  return small;
}
