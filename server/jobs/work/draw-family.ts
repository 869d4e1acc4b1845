/**
 * A family: one icon for each name, all in one style, from one residual and in one palette. The same v under many captions is what makes them alike; colours that
 * differ all the same are brought together by tracing twice, the second time in the colours that the set has most of. Answers of a flow between styles are in the
 * style's own colours and gradients already, and stay so.
 */

import {
  type ResolvedRequest,
  ResolvedRequestSchema,
} from "../../../shared/contract/generations/generation-request.ts";
import type { PackInfo } from "../../../shared/contract/meta.ts";
import { findTranslation, guidanceOn } from "../../../shared/contract/translation-rules.ts";
import type { Family, FamilyRequest, Vector, VectorFields } from "../../../shared/contract/vectors.ts";
import { limits } from "../../../shared/limits.ts";
import { AppError, saidOf, toProblem } from "../../../shared/problem.ts";
import { consistencyOf, familyPalette } from "../../../shared/vectors/consistency.ts";
import type { ConditionImages, ImageResult, InferenceClient } from "../../inference/protocol.ts";
import { mapConcurrent } from "../../platform/map-concurrent.ts";
import type { FamilyDrawings } from "./family-drawings.ts";

type Pixels = Pick<ImageResult, "rgba" | "widthPx" | "heightPx" | "enlarged">;

export interface FamilyDeps {
  readonly inference: Pick<InferenceClient, "ready" | "generate">;
  /** Keeps what is drawn to find colours alone: generations in them follow. */
  readonly drawings?: FamilyDrawings;
  readonly packs: readonly PackInfo[];
  readonly vectorise: (
    pixels: Pixels,
    options: Omit<VectorFields, "palette"> & { palette?: readonly string[]; title?: string },
  ) => Promise<Vector>;
  /** Uploads that show the style, decoded. */
  readonly imagesOf: (request: ResolvedRequest) => Promise<ConditionImages>;
  readonly encodePng: (rgba: Uint8Array, widthPx: number, heightPx: number) => Promise<Uint8Array>;
}

/**
 * Draws and traces every name. One that can't be drawn, because its words find nothing or because nothing is in its picture, is
 * set aside and listed with its problem.
 * @throws AppError of the inference child; of the first name, where none can be drawn
 */
export async function drawFamily(
  request: FamilyRequest & { readonly seed: number },
  { inference, drawings, packs, vectorise, imagesOf, encodePng }: FamilyDeps,
  signal: AbortSignal,
): Promise<Family> {
  const { pack, translation } = findTranslation(packs, request.translation);
  const isInOwnColours = translation.captionsFrom !== undefined;
  const isTracedOnce = request.palette !== undefined || isInOwnColours;
  const drawer = drawings && !isTracedOnce && request.format === "svg" ? drawings.keeping(inference) : inference;
  const drawn: (ImageResult | undefined)[] = request.names.map(() => undefined);
  const faults = new Map<number, AppError>();
  /** Keeps a fault of one name, said of its place; any other ends the family. */
  const setAside = (index: number, error: unknown, isOfName: (error: AppError) => boolean): void => {
    if (!(error instanceof AppError && isOfName(error))) throw error;
    faults.set(index, saidOf(`names.${index}`, error));
    drawn[index] = undefined;
  };
  await mapConcurrent(request.names.entries(), limits.jobsParallelMax, async ([index, caption]) => {
    const asked = familyMember(request, caption, isInOwnColours);
    const retrieval = translation.hasRetrieval ? asked.retrieval : 0;
    const member = { ...asked, retrieval, guidance: guidanceOn(translation, asked) };
    const onImage = (image: ImageResult): void => {
      drawn[index] = image;
    };
    await drawer
      .generate(member, { signal, onImage }, await imagesOf(member))
      .catch((error: unknown) => setAside(index, error, ({ detail }) => detail.field === "condition.caption"));
  });
  const trace = (palette?: readonly string[], lines = request.lines): Promise<(Vector | undefined)[]> =>
    Promise.all(
      drawn.map(async (image, index) => {
        if (image === undefined) return undefined;
        const { viewBox, ink } = request;
        const options = { title: request.names[index]!, lines, viewBox, ink, ...(palette && { palette }) };
        return vectorise(image, options).catch((error: unknown) => {
          setAside(index, error, ({ code }) => code === "image_rejected");
          return undefined;
        });
      }),
    );
  // For their colours alone outlines do.
  const first = await trace(request.palette, isTracedOnce ? request.lines : "outlines");
  const traced = first.filter((vector) => vector !== undefined);
  const palette = request.palette ?? familyPalette(traced, limits.familyColoursMax);
  const vectors = isTracedOnce || request.format === "png" ? first : await trace(palette);
  const refused = [...faults].sort(([one], [other]) => one - other);
  if (refused.length === request.names.length) throw refused[0]![1];
  const members = drawn.flatMap((image, index) => (image ? [memberOf(image, index)] : []));
  return {
    request,
    packDigest: pack.digest,
    palette,
    consistency: consistencyOf(
      vectors.flatMap((facts) => (facts ? [{ facts, sidePx: Math.max(facts.widthPx, facts.heightPx) }] : [])),
    ),
    members: await Promise.all(members),
    refused: refused.map(([index, fault]) => ({ name: request.names[index]!, problem: toProblem(fault) })),
  };

  async function memberOf(
    { rgba, seed, logLikelihood, widthPx, heightPx, sources }: ImageResult,
    index: number,
  ): Promise<Family["members"][number]> {
    return {
      name: request.names[index]!,
      ...{ seed, logLikelihood, widthPx, heightPx, ...(sources && { sources }) },
      ...(request.format === "svg"
        ? { vector: vectors[index]! }
        : { png: Buffer.from(await encodePng(rgba, widthPx, heightPx)).toString("base64") }),
    };
  }
}

/**
 * The request of one member: its seed alone makes its v, so that equal seeds are equal residuals.
 * @param isOfOneHand whether all start from drawings of the sets that suit all
 */
export const familyMember = (
  { translation, names, style, seed, temperature, format }: FamilyRequest & { readonly seed: number },
  caption: string,
  isOfOneHand = false,
): ResolvedRequest =>
  ResolvedRequestSchema.parse({
    translation,
    condition: { caption, ...(style !== undefined && { style }) },
    count: 1,
    seed,
    ...(isOfOneHand && { family: names }),
    temperature,
    format,
  });
