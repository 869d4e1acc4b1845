/**
 * A family: one icon for each name, all in one style, from one residual and in one palette. The same v under many captions is what makes them alike; colours that
 * differ all the same are brought together by tracing twice, the second time in the colours that the set has most of.
 */

import {
  type ResolvedRequest,
  ResolvedRequestSchema,
} from "../../../shared/contract/generations/generation-request.ts";
import type { PackInfo } from "../../../shared/contract/meta.ts";
import { findTranslation, guidanceOn } from "../../../shared/contract/translation-rules.ts";
import type { Family, FamilyRequest, Vector, VectorLines } from "../../../shared/contract/vectors.ts";
import { limits } from "../../../shared/limits.ts";
import { AppError, saidOf } from "../../../shared/problem.ts";
import { consistencyOf, familyPalette } from "../../../shared/vectors/consistency.ts";
import type { ConditionImages, ImageResult, InferenceClient } from "../../inference/protocol.ts";
import { mapConcurrent } from "../../platform/map-concurrent.ts";

type Pixels = Pick<ImageResult, "rgba" | "widthPx" | "heightPx" | "enlarged">;

export interface FamilyDeps {
  readonly inference: Pick<InferenceClient, "generate">;
  readonly packs: readonly PackInfo[];
  readonly vectorise: (
    pixels: Pixels,
    options: { palette?: readonly string[]; title?: string; lines?: VectorLines | undefined },
  ) => Promise<Vector>;
  /** Uploads that show the style, decoded. */
  readonly imagesOf: (request: ResolvedRequest) => Promise<ConditionImages>;
  readonly encodePng: (rgba: Uint8Array, widthPx: number, heightPx: number) => Promise<Uint8Array>;
}

/** A fault of a member's caption, said of the name that it is. */
function ofName(index: number, error: unknown): unknown {
  if (!(error instanceof AppError && error.detail.field === "condition.caption")) return error;
  return saidOf(`names.${index}`, error);
}

/** @throws AppError of the inference child, image_rejected for a member with nothing in it */
export async function drawFamily(
  request: FamilyRequest & { readonly seed: number },
  { inference, packs, vectorise, imagesOf, encodePng }: FamilyDeps,
  signal: AbortSignal,
): Promise<Family> {
  const { pack, translation } = findTranslation(packs, request.translation);
  const drawn: ImageResult[] = [];
  await mapConcurrent(request.names.entries(), limits.jobsParallelMax, async ([index, caption]) => {
    const member = familyMember(request, caption);
    const onImage = (image: ImageResult): void => {
      drawn[index] = image;
    };
    await inference
      .generate({ ...member, guidance: guidanceOn(translation, member) }, { signal, onImage }, await imagesOf(member))
      .catch((error: unknown) => {
        throw ofName(index, error);
      });
  });
  const trace = (palette?: readonly string[], lines = request.lines): Promise<Vector[]> =>
    Promise.all(
      drawn.map((image, index) =>
        vectorise(image, { title: request.names[index]!, lines, ...(palette && { palette }) }),
      ),
    );
  // For their colours alone outlines do.
  const first = await trace(request.palette, request.palette ? request.lines : "outlines");
  const palette = request.palette ?? familyPalette(first, limits.familyColoursMax);
  const vectors = request.palette === undefined && request.format === "svg" ? await trace(palette) : first;
  const members = drawn.map(async ({ rgba, seed, logLikelihood, widthPx, heightPx, sources }, index) => ({
    name: request.names[index]!,
    ...{ seed, logLikelihood, widthPx, heightPx, ...(sources && { sources }) },
    ...(request.format === "svg"
      ? { vector: vectors[index]! }
      : { png: Buffer.from(await encodePng(rgba, widthPx, heightPx)).toString("base64") }),
  }));
  return {
    request,
    packDigest: pack.digest,
    palette,
    consistency: consistencyOf(vectors.map((facts) => ({ facts, sidePx: Math.max(facts.widthPx, facts.heightPx) }))),
    members: await Promise.all(members),
  };
}

/** The request of one member: its seed alone makes its v, so that equal seeds are equal residuals. */
export const familyMember = (
  { translation, style, seed, temperature, format }: FamilyRequest & { readonly seed: number },
  caption: string,
): ResolvedRequest =>
  ResolvedRequestSchema.parse({
    translation,
    condition: { caption, ...(style !== undefined && { style }) },
    count: 1,
    seed,
    temperature,
    format,
  });
