/**
 * Captions that no drawing of the library says, but two do, or one that is crossed out (server/engine/compose): "guitar with heart",
 * "no drones". Each seed finds both of its own.
 */
import type { Source } from "../../../shared/contract/generations/sources.ts";
import { type Fills, inOne } from "../../engine/compose/layers.ts";
import type { DrawingChoice } from "../../engine/interfaces.ts";
import { channelsOfHex } from "../../engine/pixels/hex-colour.ts";
import { planesOf } from "../../engine/pixels/ink-colour.ts";
import { usualInk } from "../../engine/pixels/usual-ink.ts";
import { arranged } from "./arranged.ts";
import { type Finder, type Found, inLibrary, noNoise } from "./caption-finders.ts";
import { type CaptionParts, partsOf } from "./caption-parts.ts";
import { type CaptionWords, readWords, spelledWithoutSlips } from "./caption-words.ts";

type LibraryArguments = Parameters<typeof inLibrary>;

/** How well a name fits from which on it says in other words what a caption of two things says, and that something is off. */
const [sureFrom, offSureFrom] = [0.85, 0.72] as const;

/**
 * The library's drawings of a caption. A seed whose drawing does not say all of it starts from what is composed of the drawings of the
 * caption's parts, where each has one.
 * @throws AppError as `inLibrary`
 */
export async function inLibraryOrComposed(
  ...[captions, translation, words, wanted]: LibraryArguments
): Promise<Finder> {
  const parts = partsIn(captions, words);
  // "Heart in circle" is called "heart circle".
  const together = parts?.how === "crossedOut" ? undefined : parts?.together;
  const whole = await inLibrary(captions, translation, together ? { ...words, plain: together } : words, wanted);
  const composed = parts && (await composedOf(parts, [captions, translation, words, wanted]));
  if (!composed) return whole;
  const { choice, chosenBy, mostUnlike } = whole;
  if (!choice || !chosenBy) return composed;
  if (choice.saysAll) {
    const isSaid = (seed: number): boolean => says(choice.says(chosenBy(seed)), parts.how);
    return { ...(mostUnlike && { mostUnlike }), find: (seed) => (isSaid(seed) ? whole : composed).find(seed) };
  }
  const best = choice.choose(noNoise).entry;
  return says(choice.says(best), parts.how) ? whole : composed;
}

/** Also where a word between is misspelled. */
function partsIn(captions: LibraryArguments[0], words: CaptionWords): CaptionParts | undefined {
  const parts = partsOf(words.plain ?? words.text);
  if (parts) return parts;
  const mended = spelledWithoutSlips(captions, words);
  return mended === undefined ? undefined : partsOf(mended);
}

function says(name: ReturnType<DrawingChoice["says"]>, how: CaptionParts["how"]): boolean {
  const { match, saysAll, isPart, isContrary } = name;
  return saysAll || (!isPart && !isContrary && match >= (how === "crossedOut" ? offSureFrom : sureFrom));
}

/** @returns undefined where nothing in the library is called as a part is */
async function composedOf(
  parts: CaptionParts,
  [captions, translation, words, wanted]: LibraryArguments,
): Promise<Finder | undefined> {
  const finders: Finder[] = [];
  for (const text of parts.how === "crossedOut" ? [parts.first] : [parts.first, parts.second]) {
    const own = { ...(await readWords(captions, text)), text: words.text };
    const finder = await inLibrary(captions, translation, own, { ...wanted, onlyCalledSo: true });
    if (!finder.choice) return undefined;
    finders.push(finder);
  }
  return composedFrom(finders, parts.how, wanted.fills);
}

function composedFrom(finders: readonly Finder[], how: CaptionParts["how"], fills: Fills): Finder {
  const { mostUnlike } = finders[0]!;
  return {
    ...(mostUnlike && { mostUnlike }),
    async find(seed) {
      const found = await Promise.all(finders.map((finder) => finder.find(seed)));
      const { sizePx } = found[0]!;
      const alphas = found.map(({ planes }) => planes.slice(3 * sizePx ** 2));
      return {
        // Drawings of the library are in one ink.
        planes: planesOf(inOne(arranged[how](alphas, fills)), channelsOfHex(usualInk)),
        sizePx,
        key: `${how}, fills ${fills}: ${found.map(({ key }) => key).join(", ")}`,
        sources: sharedSources(found),
      };
    },
  };
}

function sharedSources(found: readonly Found[]): Source[] | undefined {
  const sources = found.flatMap((one) => one.sources ?? []);
  return sources.length === 0 ? undefined : sources.map((source) => ({ ...source, share: 1 / sources.length }));
}
