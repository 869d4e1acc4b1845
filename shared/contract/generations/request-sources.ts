/**
 * Everything that a request names from elsewhere: its conditions, wherever they stand, the uploads and the inline drawings
 * in them. Each comes with its dotted path, so that a complaint can name it.
 */

import { AppError } from "../../problem.ts";
import type { PartialCondition, Style } from "../conditions.ts";
import type { DrawingsRequest } from "./drawings.ts";
import type { GenerationRequest } from "./generation-request.ts";
import type { InversionRequest } from "./inversion.ts";

type EditFields = Pick<GenerationRequest, "condition" | "keepResidualOf" | "blendWith">;
/** A generation, an inversion, which names its image itself, or what asks for the drawings of a caption. */
export type Sourced = EditFields | InversionRequest | DrawingsRequest;

interface Place {
  /** Dotted path, empty for the request itself. */
  readonly where: string;
  readonly image?: string;
  readonly condition: PartialCondition;
}

const placesOf = (request: Sourced): Place[] => {
  const { keepResidualOf, blendWith } = request as Partial<EditFields>;
  return [
    { where: "", ...request },
    ...(keepResidualOf ? [{ where: "keepResidualOf.", ...keepResidualOf }] : []),
    ...(blendWith ? [{ where: "blendWith.", ...blendWith }] : []),
  ];
};

/** All conditions of a request with their paths. */
export const conditionsIn = (request: Sourced): Array<{ field: string; condition: PartialCondition }> =>
  placesOf(request).map(({ where, condition }) => ({ field: `${where}condition`, condition }));

/** All uploads that a request names, with the paths of the fields that do. */
export const uploadsIn = (request: Sourced): Array<{ field: string; digest: string }> =>
  placesOf(request).flatMap(({ where, image, condition }) => [
    ...(image === undefined ? [] : [{ field: `${where}image`, digest: image }]),
    ...(["sketch", "layout", "image", "lowResolution", "drawing"] as const).flatMap((name) => {
      const part = condition[name];
      return part && "image" in part ? [{ field: `${where}condition.${name}.image`, digest: part.image }] : [];
    }),
    ...(condition.drawing?.mask === undefined
      ? []
      : [{ field: `${where}condition.drawing.mask`, digest: condition.drawing.mask }]),
    ...imagesOfStyle(condition.style, `${where}condition.style`),
    ...imagesOfStyle(condition.drawing?.style, `${where}condition.drawing.style`),
  ]);

const imagesOfStyle = (style: Style | undefined, field: string): Array<{ field: string; digest: string }> =>
  typeof style === "object" ? style.images.map((digest, at) => ({ field: `${field}.images.${at}`, digest })) : [];

/** All drawings sent inline, with their paths. */
export const drawingsIn = (request: Sourced): Array<{ field: string; svg: string }> =>
  conditionsIn(request).flatMap(({ field, condition }) =>
    (["sketch", "drawing"] as const).flatMap((name) => {
      const part = condition[name];
      return part && "svg" in part ? [{ field: `${field}.${name}.svg`, svg: part.svg }] : [];
    }),
  );

/** The complaint about a digest under which nothing is stored. */
export const unknownUpload = (field: string, digest: string): AppError => {
  const expected = "the digest of an image that was uploaded and is still kept";
  const received = `${digest.slice(0, 12)}…`;
  return new AppError("image_unknown", `${field}: expected ${expected}, got ${received}`, {
    field,
    expected,
    received,
  });
};
