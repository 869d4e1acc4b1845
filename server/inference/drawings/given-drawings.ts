/**
 * What becomes a drawing where the flow is one between styles: the clean lines of a sketch, and the areas of a layout, as large as the style's icons. They
 * are what the flow restyles.
 */
import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import { mismatch } from "../../../shared/contract/translation-rules.ts";
import type { Translation } from "../../engine/translation.ts";
import { LruCache } from "../../platform/lru-cache.ts";
import { conditionValues, imageOf, keyOfSketched } from "../conditions/condition-values.ts";
import type { ConditionImages } from "../protocol.ts";
import { cleanPlanes } from "./clean-sketch.ts";
import { keyOfLayout, layoutPlanes } from "./layout-drawing.ts";
import { wantedDrawing } from "./wanted-drawing.ts";

type Reader = Pick<Translation, "conditions" | "target">;

/** Drawings that were made last: each style and seed asks again. */
const drawn = new LruCache<Float32Array>(32);

/** Whether a translation reads these as drawings. */
const readsAsDrawing = ({ conditions }: Pick<Translation, "conditions">, field: "sketch" | "layout"): boolean =>
  conditions.some(({ name }) => name === "drawing") && !conditions.some(({ name }) => name === field);

/** What a request names conditions in: itself, and the images whose residuals it keeps. */
interface Conditioned {
  readonly condition: PartialCondition;
  readonly keepResidualOf?: { readonly condition: PartialCondition } | undefined;
  readonly blendWith?: { readonly condition: PartialCondition } | undefined;
}

/**
 * @returns the same where there is neither sketch nor layout, or the translation reads them themselves
 * @throws AppError `sketch_empty`, `layout_invalid` for one that shows nothing, `invalid_request` for one beside another, a drawing or a caption
 */
export function withGivenDrawings<Request extends Conditioned>(
  translation: Reader,
  request: Request,
  images: ConditionImages,
): { readonly request: Request; readonly images: ConditionImages } {
  const made = new Map(images);
  const read = <Place extends { readonly condition: PartialCondition }>(place: Place, where: string): Place => {
    const name = (["sketch", "layout"] as const).find(
      (field) => place.condition[field] && readsAsDrawing(translation, field),
    );
    if (!name) return place;
    const { sketch, layout } = place.condition;
    const { [name]: _, ...others } = place.condition;
    const field = `${where}condition.${name}`;
    const beside =
      name === "sketch" && layout
        ? "a layout"
        : others.drawing
          ? "a drawing"
          : others.caption === undefined
            ? undefined
            : "a caption";
    if (beside)
      throw mismatch(
        "invalid_request",
        field,
        "no other drawing or caption beside it, which say what is drawn",
        beside,
      );
    const { liveArea } = wantedDrawing(translation, conditionValues(others, images));
    const { imageSizePx: sizePx } = translation.target;
    const wanted = { sizePx, liveArea, field };
    const [key, planesOf] =
      name === "sketch"
        ? [keyOfSketched(sketch!), () => cleanPlanes(imageOf(images, keyOfSketched(sketch!)), wanted)]
        : [keyOfLayout(layout!), () => layoutPlanes(layout!, images, wanted)];
    const own = `${name} ${key} in ${liveArea} of ${sizePx}`;
    made.set(own, { planes: drawn.once(own, planesOf), sizePx });
    return { ...place, condition: { ...others, drawing: { image: own } } };
  };
  const { keepResidualOf, blendWith } = request;
  return {
    request: {
      ...read(request, ""),
      ...(keepResidualOf && { keepResidualOf: read(keepResidualOf, "keepResidualOf.") }),
      ...(blendWith && { blendWith: read(blendWith, "blendWith.") }),
    },
    images: made,
  };
}
