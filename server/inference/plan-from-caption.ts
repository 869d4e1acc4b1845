/**
 * The plan of a caption where the flow is one between styles: words find a drawing in the pack's library, or in another translation's
 * retrieval index, whose target decodes it; in one ink it is the drawing that the flow restyles. Each seed finds a drawing of its own
 * among those that fit, and of several images each one that looks unlike the others. A colour that words name is given to what is drawn in the end, because the drawing has none.
 */
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import type { Source } from "../../shared/contract/generations/sources.ts";
import type { CaptionColour } from "../engine/colour-words.ts";
import { type EncodedConditions, encodeConditions } from "../engine/conditions.ts";
import type { StyleInk } from "../engine/pixels/style-ink.ts";
import { imageSeed } from "../engine/random.ts";
import { inkOfStyle, looksOf, readInInk } from "../engine/read-in-ink.ts";
import type { Finish, Translation } from "../engine/translation.ts";
import { usualColourOf } from "../engine/usual-colours.ts";
import { sampleRow } from "../retrieval/retrieved-prior.ts";
import { conditionValues, inOwnStyle } from "./conditions/condition-values.ts";
import { type Finder, inIndex, refusal, triedMost } from "./drawings/caption-finders.ts";
import { type CaptionWords, wordsOf } from "./drawings/caption-words.ts";
import { inLibraryOrComposed } from "./drawings/composed-finder.ts";
import { handOfFamily, type LibraryCaptions } from "./drawings/family-hand.ts";
import { namedDrawing } from "./drawings/named-drawing.ts";
import { type WantedDrawing, wantedDrawing } from "./drawings/wanted-drawing.ts";
import { askedAt, bestOfEach, looksAt, type Plan } from "./generation-plan.ts";
import type { ConditionImages } from "./protocol.ts";

/** Drawings that are drawn side by side. */
const drawnAtOnce = 4;

/** @throws AppError `invalid_request` for a caption beside a kept residual, `caption_unknown` for one that finds no drawing */
export async function planFromCaption(
  translation: Translation,
  captions: NonNullable<Translation["captions"]>,
  request: ResolvedRequest,
  images: ConditionImages,
  signal?: AbortSignal,
): Promise<Plan> {
  const { condition } = request;
  if (request.keepResidualOf)
    throw refusal("invalid_request", "no caption beside a kept residual, which says what is drawn", condition.caption!);
  const words = await wordsOf(captions, request);
  const { caption: _, ...others } = condition;
  const requested = conditionValues(others, images);
  const { library } = captions;
  const wanted = { ...request, ...wantedDrawing(translation, requested) };
  const finder = library
    ? await finderIn({ ...captions, library }, translation, words, wanted)
    : inIndex(captions, words, request);
  /** Only of captions of one thing: others are not in the table. */
  const usual = ({ areas }: StyleInk): CaptionColour | undefined =>
    areas && usualColourOf(words.plain ?? words.text, areas.palettes);
  const each = bestOfEach(request);
  const seeds = await seedsOf(request, each, finder, signal);
  const drawn: Start[] = [];
  for (let first = 0; first < seeds.length; first += drawnAtOnce) {
    signal?.throwIfAborted();
    const some = seeds.slice(first, first + drawnAtOnce);
    const found = await Promise.all(some.map((seed) => finder.find(seed)));
    for (const [at, { planes, sizePx, key, sources, parts }] of found.entries()) {
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
        finish: requested.colours
          ? looks
          : { ...looks, ...(parts ? { parts } : { colour: words.colour ?? usual(styleInk) }) },
        sources,
      });
    }
  }
  const startOf = (image: number, candidate: number): Start => drawn[image * each.candidates + candidate]!;
  return {
    ...each,
    outOfDistribution: [],
    namedLabels: [],
    unfoundWords: finder.unfoundWords?.(seeds) ?? [],
    seedOf: (image, candidate) => startOf(image, candidate).seed,
    finishOf: (image, candidate) => startOf(image, candidate).finish,
    rowOf: (image, candidate) => {
      const { seed, conditions } = startOf(image, candidate);
      return sampleRow(translation, conditions, { ...request, seed });
    },
    sourcesOf: (image, candidate) => startOf(image, candidate).sources,
  };
}

/** The drawing that is named, or those of the caption, for a family of the sets that suit all its captions. */
async function finderIn(
  captions: LibraryCaptions,
  translation: Translation,
  words: CaptionWords,
  wanted: ResolvedRequest & WantedDrawing,
): Promise<Finder> {
  const { startFrom, family } = wanted;
  if (startFrom !== undefined) return namedDrawing(captions.library, translation, startFrom, wanted);
  const hand = family && (await handOfFamily(captions, translation, family, wanted));
  return inLibraryOrComposed(captions, translation, words, { ...wanted, hand });
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
    const tried = Array.from({ length: triedMost }, (_, at) => imageSeed(seed, image + at * count));
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
