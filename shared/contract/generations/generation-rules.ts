/**
 * Which fields of a generation request go together. Each complaint names its field, what was expected and what came; the
 * ranges of single fields are in contract.ts, what a translation can read in translation-rules.ts.
 */
import type { z } from "zod";
import { limits } from "../../limits.ts";
import {
  type ConditionField,
  conditionFields,
  isRetrievalQuery,
  namesCondition,
  type PartialCondition,
} from "../conditions.ts";
import { complaintsOfSvgFields, type VectorFields } from "../vectors.ts";

interface Weights {
  readonly guidance?: number | undefined;
  readonly guidanceOf?: Partial<Record<ConditionField, number>> | undefined;
  readonly keepResidualOf?: unknown;
  readonly retrieval?: number | undefined;
}

/** The fields that the rules look at; `GenerationRequest` is one of these. */
interface CheckedRequest extends Weights, VectorFields {
  readonly condition: PartialCondition;
  readonly count: number;
  readonly bestOf: number;
  readonly temperature?: number | undefined;
  readonly diversity?: number | undefined;
  readonly keepResidualOf?: { readonly condition: PartialCondition } | undefined;
  readonly angleDegrees: number;
  readonly blendWith?: { readonly condition: PartialCondition } | undefined;
  readonly attribute?: object | undefined;
  readonly format?: string | undefined;
  readonly startFrom?: string | undefined;
  readonly family?: readonly string[] | undefined;
}

/** The guidance that a request means: off where a residual is kept, unless it says otherwise. */
export const guidanceOfAll = ({ guidance, keepResidualOf }: Weights): number =>
  guidance ?? (keepResidualOf === undefined ? limits.guidanceDefault : 0);

/** The share of retrieval that a request means: words, sketches and layouts start from them, unless something else says what to start from. */
export function retrievalOfAll({
  retrieval,
  keepResidualOf,
  condition,
}: Weights & { readonly condition: PartialCondition }): number {
  const startsElsewhere =
    keepResidualOf !== undefined ||
    conditionFields.some((field) => namesCondition(condition, field) && !isRetrievalQuery(field));
  return retrieval ?? (startsElsewhere ? 0 : limits.retrievalDefault);
}

/** The temperature that a request means: seeds of a drawing in another style differ in noise, so one answer is the most likely. */
export const temperatureOfAll = ({
  temperature,
  condition,
  count,
  bestOf,
}: Pick<CheckedRequest, "temperature" | "condition" | "count" | "bestOf">): number =>
  temperature ?? (condition.drawing && count === 1 && bestOf === 1 ? 0 : limits.temperatureDefault);

/** Weights above 0, each of which the flow contrasts for itself. */
export const guidanceTermCount = (request: Weights): number =>
  [guidanceOfAll(request), ...Object.values(request.guidanceOf ?? {})].filter((weight) => weight > 0).length;

/** Checks a request whose fields are each right by themselves. */
export function checkGeneration(request: CheckedRequest, context: z.RefinementCtx): void {
  const { condition, count, guidanceOf = {}, bestOf, keepResidualOf, angleDegrees, blendWith, attribute } = request;
  const complain = (path: readonly string[], expected: string, got: string | number): void =>
    context.addIssue({ code: "custom", path: [...path], message: `expected ${expected}, got ${got}` });
  const sources = [keepResidualOf, blendWith].flatMap((source) => (source ? [source.condition] : []));
  const isNamed = (field: ConditionField): boolean => namesCondition(condition, field);

  if (!keepResidualOf) {
    // An image that gives v is enough to vary; drawn v without a condition would be images of nothing.
    if (!conditionFields.some(isNamed))
      complain(["condition"], `at least one of ${conditionFields.join(", ")}`, "none");
    if (angleDegrees > 0) complain(["angleDegrees"], "0 without keepResidualOf", angleDegrees);
    if (blendWith) complain(["blendWith"], "keepResidualOf, the image to blend from, beside it", "none");
  }
  if (keepResidualOf && !blendWith && angleDegrees === 0) {
    if (count !== 1) complain(["count"], "1, because a kept residual gives one image", count);
  }
  if (keepResidualOf && blendWith) {
    if (angleDegrees > 0) complain(["angleDegrees"], "0 with blendWith", angleDegrees);
    if (count < 2) complain(["count"], "at least 2 frames with blendWith", count);
  }
  if (keepResidualOf && request.retrieval) complain(["retrieval"], "0 with keepResidualOf", request.retrieval);
  if (keepResidualOf && request.diversity) complain(["diversity"], "0 with keepResidualOf", request.diversity);
  if (request.startFrom !== undefined && condition.caption === undefined)
    complain(["startFrom"], "condition.caption beside it", "none");
  if (request.startFrom !== undefined && (condition.drawing || keepResidualOf))
    complain(["startFrom"], "no drawing or kept residual beside it, which say what to start from", request.startFrom);
  const besideFamily = condition.drawing ? "a drawing" : keepResidualOf ? "a kept residual" : "no caption";
  if (request.family !== undefined && (condition.caption === undefined || condition.drawing || keepResidualOf))
    complain(["family"], "condition.caption beside it, and no drawing or kept residual", besideFamily);
  if (request.diversity && bestOf > 1)
    complain(["bestOf"], "1 with diversity, which draws candidates of its own", bestOf);
  if (keepResidualOf && angleDegrees === 0 && bestOf > 1)
    complain(["bestOf"], "1, because nothing is drawn when the residual is kept", bestOf);
  // An edit keeps the conditions of its source where the request names no others.
  const hasCaption =
    isNamed("caption") || (sources.length > 0 && sources.every(({ caption }) => caption !== undefined));
  if (attribute && !hasCaption) complain(["attribute"], "condition.caption beside it", "none");
  for (const field of conditionFields) {
    const isLeftOut = condition[field] === null;
    const isGiven = isNamed(field) || (!isLeftOut && sources.some((source) => namesCondition(source, field)));
    if (guidanceOf[field] !== undefined && !isGiven)
      complain(["guidanceOf", field], `condition.${field} beside it`, "none");
  }
  for (const [field, expected, got] of complaintsOfSvgFields(request)) complain([field], expected, got);
  const terms = guidanceTermCount(request);
  if (terms > limits.guidanceTermsMax)
    complain(["guidanceOf"], `at most ${limits.guidanceTermsMax} weights above 0, guidance counted`, terms);
}
