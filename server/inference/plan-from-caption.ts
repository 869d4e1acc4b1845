/**
 * The plan of a caption where the flow is one between styles: words find a drawing in another translation's retrieval index, its target
 * decodes it, and in one ink it is the drawing that the flow restyles. Each seed finds a drawing of its own among those that fit.
 */
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import type { Source } from "../../shared/contract/generations/sources.ts";
import { AppError, type ProblemCode } from "../../shared/problem.ts";
import { type EncodedConditions, encodeConditions } from "../engine/conditions.ts";
import type { FoundDrawing } from "../engine/interfaces.ts";
import { inOneInk } from "../engine/pixels/one-ink.ts";
import { imageSeed, normals, streams } from "../engine/random.ts";
import { bestCandidate } from "../engine/rank.ts";
import type { DrawnLatent, Translation } from "../engine/translation.ts";
import { sha256Of } from "../platform/sha256.ts";
import { sampleRow } from "../retrieval/retrieved-prior.ts";
import { sourcesOf, stylesUnder } from "../retrieval/sources.ts";
import { conditionValues, isOneInk } from "./condition-values.ts";
import type { Plan } from "./generation-plan.ts";
import type { ConditionImages } from "./protocol.ts";

/** Cosine of a drawing's name to the words from which on it shows them: "home" is at 0.78 to "house", "rabbit" at 0.42 to "giraffe". */
const cosineLeast = 0.65;

/** @throws AppError `invalid_request` for a caption beside a drawing or a kept residual, `caption_unknown` for one that finds no drawing */
export async function planFromCaption(
  translation: Translation,
  captions: NonNullable<Translation["captions"]>,
  request: ResolvedRequest,
  images: ConditionImages,
): Promise<Plan> {
  const { condition, count, bestOf, seed } = request;
  if (condition.drawing || request.keepResidualOf)
    throw refusal(
      "invalid_request",
      "no caption beside a drawing or a kept residual, which say what is drawn",
      condition.caption!,
    );
  const find = await finder(captions, request);
  const starts: Start[] = [];
  for (let image = 0; image < count; image += 1)
    starts.push(await startFrom(find(imageSeed(seed, image * bestOf)), translation, captions.from, request, images));
  const seedOf = (image: number, candidate: number): number => imageSeed(seed, image * bestOf + candidate);
  return {
    groups: count,
    candidates: bestOf,
    choose: (drawn: readonly DrawnLatent[]) => [bestCandidate(drawn)],
    outOfDistribution: [],
    namedLabels: [],
    isOneInk: isOneInk(translation, conditionValues(styleOnly(request), images)),
    seedOf,
    rowOf: (image, candidate) =>
      sampleRow(translation, starts[image]!.conditions, { ...request, seed: seedOf(image, candidate) }),
    sourcesOf: (image) => starts[image]!.sources,
  };
}

const styleOnly = ({ condition: { style } }: ResolvedRequest) => (style === undefined ? {} : { style });

interface Start {
  readonly conditions: EncodedConditions;
  readonly sources: Source[] | undefined;
}

/** Finds a seed's drawing, in the styles that suit: in one ink, shaded pictures fall apart. */
async function finder(
  { from, styles }: NonNullable<Translation["captions"]>,
  { condition: { caption = "" }, licences }: ResolvedRequest,
): Promise<(seed: number) => FoundDrawing> {
  const { caption: words, label } = await encodeConditions(from, { caption: { kind: "text", text: caption } });
  const free = stylesUnder(licences, from.drawings);
  const suiting = new Set([...styles].filter((style) => free?.has(style) ?? true));
  return (seed) => {
    const noise = (length: number) => normals(seed, streams.retrieval, length);
    const asked = { caption: words?.plain ?? words?.vector, label: label?.id, noise };
    const found = from.retriever?.find({ ...asked, among: suiting });
    if (found && found.cosine >= cosineLeast) return found;
    throw refusal(
      "caption_unknown",
      `words that name a drawing of ${[...suiting].join(", ") || "those licences"}`,
      caption,
    );
  };
}

async function startFrom(
  { latent, drawing }: FoundDrawing,
  translation: Translation,
  from: Translation,
  { condition: { caption: _, ...asked } }: ResolvedRequest,
  images: ConditionImages,
): Promise<Start> {
  const planes = inOneInk(await from.target.decode(latent, 1));
  const key = `found:${sha256Of(new Uint8Array(latent.buffer, latent.byteOffset, latent.byteLength))}`;
  const shown = new Map([...images, [key, { planes, sizePx: from.target.imageSizePx }] as const]);
  const values = conditionValues({ ...asked, drawing: { image: key } }, shown);
  return {
    conditions: await encodeConditions(translation, values),
    sources: sourcesOf([drawing], from.drawings),
  };
}

const refusal = (code: ProblemCode, expected: string, received: string): AppError => {
  const field = "condition.caption";
  return new AppError(code, `${field}: expected ${expected}, got "${received}"`, {
    field,
    expected,
    received,
  });
};
