/**
 * Which drawing a seed starts from where a caption says what is drawn: words find it in the pack's library, or in another translation's
 * retrieval index, whose target decodes it. Each seed finds one of its own among those that fit, and of several one that looks unlike others.
 */
import type { ResolvedRequest } from "../../../shared/contract/generations/generation-request.ts";
import type { Source } from "../../../shared/contract/generations/sources.ts";
import { AppError, type ProblemCode } from "../../../shared/problem.ts";
import type { PartColours } from "../../engine/compose/part-colours.ts";
import type { DrawingChoice, DrawingFinder } from "../../engine/interfaces.ts";
import { inOneInk } from "../../engine/pixels/one-ink.ts";
import { normals, streams } from "../../engine/random.ts";
import type { Translation } from "../../engine/translation.ts";
import { alphasInLiveArea, renderInLiveArea } from "../../images/in-live-area.ts";
import { inUsualInk } from "../../images/svg.ts";
import { sha256Of } from "../../platform/sha256.ts";
import { unsaidWords } from "../../retrieval/library/name-words.ts";
import { iconOf, sourcesOf, stylesUnder } from "../../retrieval/sources.ts";
import { areKnown, type CaptionWords, withoutSlips } from "./caption-words.ts";
import { unlikeness } from "./unlikeness.ts";
import type { WantedDrawing } from "./wanted-drawing.ts";

/** Cosine of a drawing's name to the words from which on it shows them: "home" is at 0.78 to "house", "rabbit" at 0.42 to "giraffe". */
const cosineLeast = 0.65;

/** Seeds that may be tried for each image but the first: looking at what one finds costs up to 0.06 ms. */
export const triedMost = 1024;
/** Those that are, unless they find few others. */
const triedFirst = 256;
/** Drawings that are few. */
const fewOthers = 4;
/** Drawings that are compared as they are placed, those of them that look most unlike as thumbnails; and the size at which they are, in pixels. */
const [comparedMost, smallPx] = [8, 32];
/** How much less unlike the others a drawing may be for a log-weight by which it fits the words better. */
const fitShare = 0.15;

/** A drawing with the source that it is. */
export interface Found {
  readonly planes: Float32Array;
  readonly sizePx: number;
  readonly key: string;
  readonly sources: Source[] | undefined;
  /** Where the words give its parts colours of their own; absent = the caption's colour is that of all of it. */
  readonly parts?: PartColours | undefined;
}

export interface Finder {
  /** The drawings of the library whose names fit, if any do. */
  readonly choice?: DrawingChoice | undefined;
  /** Those of each thing of which what a seed finds is composed. */
  readonly choices?: readonly DrawingChoice[];
  /** Which of them a seed finds. @throws AppError `caption_unknown` where none fit */
  readonly chosenBy?: (seed: number) => number;
  find(seed: number): Promise<Found>;
  /** Words of the caption that have no part in what these seeds find, where all of that is called no more than some of its words. */
  readonly unfoundWords?: (seeds: readonly number[]) => string[];
  /** Of seeds the first whose drawing looks most unlike those of others and fits the words; absent where nobody knows. */
  mostUnlike?(seeds: readonly number[], others: readonly number[]): Promise<number>;
}

const noiseOf = (seed: number) => (length: number) => normals(seed, streams.retrieval, length);

/** What chooses the drawing that fits best. */
export const noNoise = (length: number): Float32Array => new Float32Array(length);

interface Wanted extends Pick<ResolvedRequest, "licences">, WantedDrawing {
  /** Whether only drawings of what the words call a thing are found, none that merely fit. */
  readonly onlyCalledSo?: boolean;
  /** Whether all seeds find the drawing that fits best. */
  readonly isMostTypical?: boolean;
}

/** In the pack's library, under the requested licences; of a word that nobody knows by what it may be a slip of, where that fits better. */
export async function inLibrary(
  captions: NonNullable<Translation["captions"]> & { readonly library: DrawingFinder },
  translation: Translation,
  words: CaptionWords,
  { licences, look, ownSets, hand, liveArea: wanted, onlyCalledSo, isMostTypical }: Wanted,
): Promise<Finder> {
  const among = stylesUnder(licences, translation.drawings);
  const find = ({ vector, plain: text }: CaptionWords): DrawingChoice | undefined =>
    vector && captions.library.find({ words: vector, text, among, look, ownSets, hand, cosineLeast, onlyCalledSo });
  const mended = await withoutSlips(captions, words);
  const [asWritten, asMended] = [find(words), mended && find(mended)];
  const isMended = (asMended?.match ?? 0) > (asWritten?.match ?? 0);
  const choice = isMended ? asMended : asWritten;
  const chosen = new Map<number, number>();
  const chosenBy = (seed: number): number => {
    const known = chosen.get(seed);
    if (known !== undefined) return known;
    const found = choice?.choose(isMostTypical ? noNoise : noiseOf(seed));
    if (!found)
      throw refusal(
        "caption_unknown",
        `words that name a drawing${licences ? ` under ${licences.join(", ")}` : ""}`,
        words.text,
        areKnown(captions, words) && words.vector ? captions.library.namesNear({ words: words.vector, among }) : [],
      );
    chosen.set(seed, found.entry);
    return found.entry;
  };
  const small = new Map<number, Promise<Float32Array>>();
  /** Alpha of a drawing as it is placed, small. */
  const smallOf = (entry: number): Promise<Float32Array> => {
    const known = small.get(entry);
    if (known) return known;
    const { svg, set, liveArea: own } = choice!.open(entry);
    const alphas = alphasInLiveArea(inUsualInk(svg), smallPx, { own, wanted, isEvened: isEvened(set, ownSets) });
    small.set(entry, alphas);
    return alphas;
  };
  return {
    choice,
    chosenBy,
    unfoundWords(seeds) {
      const entries = [...new Set(seeds.map(chosenBy))];
      // Names in other words may say all of them.
      if (!entries.every((entry) => choice!.says(entry).isPart)) return [];
      const { plain, text } = isMended ? mended! : words;
      return unsaidWords(
        plain ?? text,
        entries.map((entry) => choice!.open(entry).name),
      );
    },
    async mostUnlike(seeds, others) {
      const shown = others.map(chosenBy);
      const choicesOf = (some: readonly number[]) => [...new Set(some.map(chosenBy))];
      const isFresh = (entry: number): boolean => !shown.includes(entry);
      const few = choicesOf(seeds.slice(0, triedFirst));
      const found = few.filter(isFresh).length < fewOthers ? choicesOf(seeds) : few;
      const entries = found.some(isFresh) ? found.filter(isFresh) : found;
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
      const entry = chosenBy(seed);
      return foundDrawing(choice!.open(entry), translation, { ownSets, liveArea: wanted });
    },
  };
}

/** Drawings of other sets become as large as the style's own, which stay as they were drawn. */
const isEvened = (set: string, ownSets: WantedDrawing["ownSets"]): boolean => !ownSets?.has(set);

/** A drawing of the library as it is placed in the requested style. */
export async function foundDrawing(
  { svg, name, set, liveArea: own }: ReturnType<DrawingChoice["open"]>,
  { drawings, target: { imageSizePx: sizePx } }: Translation,
  { ownSets, liveArea: wanted }: Pick<WantedDrawing, "ownSets" | "liveArea">,
): Promise<Found> {
  const isEven = isEvened(set, ownSets);
  return {
    planes: await renderInLiveArea(inUsualInk(svg), sizePx, { own, wanted, isEvened: isEven }),
    sizePx,
    key: `library:${sha256Of(svg)} from ${own} in ${wanted}${isEven ? ", even" : ""}`,
    sources: sourcesOf([{ label: iconOf(name), style: set, share: 1 }], drawings),
  };
}

/** In another translation's index, in the styles that suit: in one ink, shaded pictures fall apart. */
export function inIndex(
  { from, styles }: NonNullable<Translation["captions"]>,
  { text, vector, label }: CaptionWords,
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

/** That a caption cannot be read here. @param nearest what may be asked for instead */
export const refusal = (
  code: ProblemCode,
  expected: string,
  received: string,
  nearest: readonly string[] = [],
): AppError => {
  const field = "condition.caption";
  const instead = nearest.length > 0 ? `; nearest: ${nearest.join(", ")}` : "";
  return new AppError(code, `${field}: expected ${expected}, got "${received}"${instead}`, {
    field,
    expected,
    received,
  });
};
