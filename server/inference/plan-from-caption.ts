/**
 * The plan of a caption where the flow is one between styles: words find a drawing in the pack's library, or in another translation's
 * retrieval index, whose target decodes it; in one ink it is the drawing that the flow restyles. Each seed finds a drawing of its own
 * among those that fit, and of several images each one that looks unlike the others. A colour that words name is given to what is drawn in the end, because the drawing has none.
 */
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import type { Source } from "../../shared/contract/generations/sources.ts";
import { AppError, type ProblemCode } from "../../shared/problem.ts";
import type { CaptionColour } from "../engine/colour-words.ts";
import { type EncodedConditions, encodeConditions } from "../engine/conditions.ts";
import type { DrawingFinder } from "../engine/interfaces.ts";
import { inOneInk } from "../engine/pixels/one-ink.ts";
import { imageSeed, normals, streams } from "../engine/random.ts";
import { inkOfStyle, looksOf, readInInk } from "../engine/read-in-ink.ts";
import type { Finish, Translation } from "../engine/translation.ts";
import { alphasInLiveArea, renderInLiveArea } from "../images/in-live-area.ts";
import { inUsualInk } from "../images/svg.ts";
import { sha256Of } from "../platform/sha256.ts";
import { sampleRow } from "../retrieval/retrieved-prior.ts";
import { sourcesOf, stylesUnder } from "../retrieval/sources.ts";
import { conditionValues, inOwnStyle } from "./condition-values.ts";
import { unlikeness } from "./drawings/unlikeness.ts";
import { type WantedDrawing, wantedDrawing } from "./drawings/wanted-drawing.ts";
import { askedAt, bestOfEach, looksAt, type Plan } from "./generation-plan.ts";
import type { ConditionImages } from "./protocol.ts";

/** Cosine of a drawing's name to the words from which on it shows them: "home" is at 0.78 to "house", "rabbit" at 0.42 to "giraffe". */
const cosineLeast = 0.65;

/** Seeds whose drawings are looked at for each image but the first; looking costs 0.06 ms. */
const triedSeeds = 256;
/** Drawings that are compared as they are placed, those of them that look most unlike as thumbnails; and the size at which they are, in pixels. */
const [comparedMost, smallPx] = [8, 32];
/** Drawings that are drawn side by side. */
const drawnAtOnce = 4;
/** How much less unlike the others a drawing may be for a log-weight by which it fits the words better. */
const fitShare = 0.03;

/** @throws AppError `invalid_request` for a caption beside a drawing or a kept residual, `caption_unknown` for one that finds no drawing */
export async function planFromCaption(
  translation: Translation,
  captions: NonNullable<Translation["captions"]>,
  request: ResolvedRequest,
  images: ConditionImages,
  signal?: AbortSignal,
): Promise<Plan> {
  const { condition } = request;
  if (condition.drawing || request.keepResidualOf)
    throw refusal(
      "invalid_request",
      "no caption beside a drawing or a kept residual, which say what is drawn",
      condition.caption!,
    );
  const words = await wordsOf(captions.from, request);
  const { caption: _, ...others } = condition;
  const requested = conditionValues(others, images);
  const finder = captions.library
    ? inLibrary(captions.library, translation, words, { ...request, ...wantedDrawing(translation, requested) })
    : inIndex(captions, words, request);
  const each = bestOfEach(request);
  const seeds = await seedsOf(request, each, finder, signal);
  const drawn: Start[] = [];
  for (let first = 0; first < seeds.length; first += drawnAtOnce) {
    signal?.throwIfAborted();
    const some = seeds.slice(first, first + drawnAtOnce);
    const found = await Promise.all(some.map((seed) => finder.find(seed)));
    for (const [at, { planes, sizePx, key, sources }] of found.entries()) {
      // Each candidate is encoded for some 10 ms, and there may be many.
      signal?.throwIfAborted();
      const drawing = conditionValues({ drawing: { image: key } }, new Map([[key, { planes, sizePx }]]));
      const values = inOwnStyle({ ...drawing, ...requested });
      const styleInk = inkOfStyle(translation, values);
      const asked = askedAt(request, { ...drawing, ...requested });
      const looks = looksAt(request, looksOf(translation, asked, styleInk));
      drawn.push({
        seed: some[at]!,
        conditions: await encodeConditions(translation, readInInk(translation, values, styleInk)),
        // Requested colours stay as they are.
        finish: requested.colours ? looks : { ...looks, colour: words.colour },
        sources,
      });
    }
  }
  const startOf = (image: number, candidate: number): Start => drawn[image * each.candidates + candidate]!;
  return {
    ...each,
    outOfDistribution: [],
    namedLabels: [],
    seedOf: (image, candidate) => startOf(image, candidate).seed,
    finishOf: (image, candidate) => startOf(image, candidate).finish,
    rowOf: (image, candidate) => {
      const { seed, conditions } = startOf(image, candidate);
      return sampleRow(translation, conditions, { ...request, seed });
    },
    sourcesOf: (image, candidate) => startOf(image, candidate).sources,
  };
}

/** Seeds of all images, of each as many as it has candidates. Where one is drawn of each, their drawings look unlike each other. */
async function seedsOf(
  { seed, count, bestOf }: Pick<ResolvedRequest, "seed" | "count" | "bestOf">,
  each: Pick<Plan, "seedOf">,
  { mostUnlike }: Finder,
  signal?: AbortSignal,
): Promise<number[]> {
  if (bestOf > 1 || !mostUnlike)
    return Array.from({ length: count * bestOf }, (_, at) => each.seedOf(Math.floor(at / bestOf), at % bestOf));
  // The first image's own seed stays, so that one image is the first of many.
  const chosen = [imageSeed(seed, 0)];
  for (let image = 1; image < count; image += 1) {
    signal?.throwIfAborted();
    const tried = Array.from({ length: triedSeeds }, (_, at) => imageSeed(seed, image + at * count));
    chosen.push(await mostUnlike(tried, chosen));
  }
  return chosen;
}

/** What a candidate starts from. */
interface Start {
  readonly seed: number;
  readonly conditions: EncodedConditions;
  readonly finish: Finish;
  readonly sources: Source[] | undefined;
}

/** A drawing with the source that it is. */
interface Found {
  readonly planes: Float32Array;
  readonly sizePx: number;
  readonly key: string;
  readonly sources: Source[] | undefined;
}

interface Finder {
  find(seed: number): Promise<Found>;
  /** Of seeds the first whose drawing looks most unlike those of others and fits the words; absent where nobody knows. */
  mostUnlike?(seeds: readonly number[], others: readonly number[]): Promise<number>;
}

interface Words {
  readonly text: string;
  readonly vector: Float32Array | undefined;
  readonly label: string | undefined;
  readonly colour: CaptionColour | undefined;
}

async function wordsOf(from: Translation, { condition: { caption: text = "" } }: ResolvedRequest): Promise<Words> {
  const { caption, label } = await encodeConditions(from, { caption: { kind: "text", text } });
  return { text, vector: caption?.plain ?? caption?.vector, label: label?.id, colour: caption?.colour };
}

const noiseOf = (seed: number) => (length: number) => normals(seed, streams.retrieval, length);

/** In the pack's library, under the requested licences. */
function inLibrary(
  library: DrawingFinder,
  { drawings, target: { imageSizePx: sizePx } }: Translation,
  { text, vector }: Words,
  { licences, look, liveArea: wanted }: Pick<ResolvedRequest, "licences"> & WantedDrawing,
): Finder {
  const choice = vector && library.find({ words: vector, among: stylesUnder(licences, drawings), look, cosineLeast });
  const chosen = new Map<number, number>();
  const chosenBy = (seed: number): number => {
    const known = chosen.get(seed);
    if (known !== undefined) return known;
    const found = choice?.choose(noiseOf(seed));
    if (!found)
      throw refusal(
        "caption_unknown",
        `words that name a drawing${licences ? ` under ${licences.join(", ")}` : ""}`,
        text,
      );
    chosen.set(seed, found.entry);
    return found.entry;
  };
  const small = new Map<number, Promise<Float32Array>>();
  /** Alpha of a drawing as it is placed, small. */
  const smallOf = (entry: number): Promise<Float32Array> => {
    const known = small.get(entry);
    if (known) return known;
    const { svg, liveArea: own } = choice!.open(entry);
    const alphas = alphasInLiveArea(inUsualInk(svg), smallPx, { own, wanted });
    small.set(entry, alphas);
    return alphas;
  };
  return {
    async mostUnlike(seeds, others) {
      const shown = others.map(chosenBy);
      const entries = [...new Set(seeds.map(chosenBy))];
      const alike = new Map(
        entries.map((entry) => [entry, Math.max(-1, ...shown.map((other) => choice!.likeness(entry, other)))]),
      );
      const compared = entries.sort((one, other) => alike.get(one)! - alike.get(other)!).slice(0, comparedMost);
      // One that cannot be drawn is not chosen.
      const [drawn, pictures] = await Promise.all([
        Promise.all(shown.map(smallOf)),
        Promise.all(compared.map((entry) => smallOf(entry).catch(() => undefined))),
      ]);
      let [best, most] = [compared[0]!, Number.NEGATIVE_INFINITY];
      for (const [at, entry] of compared.entries()) {
        const picture = pictures[at];
        if (!picture) continue;
        const rating = unlikeness(picture, drawn) + fitShare * choice!.fit(entry);
        if (rating > most) [best, most] = [entry, rating];
      }
      return seeds.find((seed) => chosenBy(seed) === best)!;
    },
    async find(seed) {
      const { svg, name, set, liveArea: own } = choice!.open(chosenBy(seed));
      return {
        planes: await renderInLiveArea(inUsualInk(svg), sizePx, { own, wanted }),
        sizePx,
        key: `library:${sha256Of(svg)} from ${own} in ${wanted}`,
        sources: sourcesOf([{ label: name.replaceAll(" ", "-"), style: set, share: 1 }], drawings),
      };
    },
  };
}

/** In another translation's index, in the styles that suit: in one ink, shaded pictures fall apart. */
function inIndex(
  { from, styles }: NonNullable<Translation["captions"]>,
  { text, vector, label }: Words,
  { licences }: ResolvedRequest,
): Finder {
  const free = stylesUnder(licences, from.drawings);
  const among = new Set([...styles].filter((style) => free?.has(style) ?? true));
  const find = async (seed: number): Promise<Found> => {
    const found = from.retriever?.find({ caption: vector, label, noise: noiseOf(seed), among });
    if (!found || found.cosine < cosineLeast)
      throw refusal(
        "caption_unknown",
        `words that name a drawing of ${[...among].join(", ") || "those licences"}`,
        text,
      );
    const { latent, drawing } = found;
    return {
      planes: inOneInk(await from.target.decode(latent, 1)),
      sizePx: from.target.imageSizePx,
      key: `found:${sha256Of(new Uint8Array(latent.buffer, latent.byteOffset, latent.byteLength))}`,
      sources: sourcesOf([drawing], from.drawings),
    };
  };
  return { find };
}

const refusal = (code: ProblemCode, expected: string, received: string): AppError => {
  const field = "condition.caption";
  return new AppError(code, `${field}: expected ${expected}, got "${received}"`, {
    field,
    expected,
    received,
  });
};
