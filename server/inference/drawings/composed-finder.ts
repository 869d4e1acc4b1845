/**
 * Captions that no drawing of the library says, but two do, or one that is crossed out (server/engine/compose): "guitar with heart",
 * "no drones". Each seed finds both of its own. So do captions that give a part a colour of its own, whatever the library has: "bell with a
 * red dot".
 */
import type { Source } from "../../../shared/contract/generations/sources.ts";
import { type CaptionColour, isCalledAsColour } from "../../engine/colour-words.ts";
import { drawnDisc, isDisc } from "../../engine/compose/disc.ts";
import { type Fills, inOne } from "../../engine/compose/layers.ts";
import type { PartColours } from "../../engine/compose/part-colours.ts";
import type { DrawingChoice } from "../../engine/interfaces.ts";
import { channelsOfHex } from "../../engine/pixels/hex-colour.ts";
import { planesOf } from "../../engine/pixels/ink-colour.ts";
import { usualInk } from "../../engine/pixels/usual-ink.ts";
import type { Translation } from "../../engine/translation.ts";
import { apart, arranged } from "./arranged.ts";
import { type Finder, type Found, inLibrary, noNoise } from "./caption-finders.ts";
import { type CaptionParts, isCalledDot, isOwnPart, partsOf, textsOf } from "./caption-parts.ts";
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
  const coloured = await inColours([captions, translation, words, wanted]);
  if (coloured) return coloured;
  const parts = partsIn(captions, words);
  // "Heart in circle" is called "heart circle".
  const together = parts?.how === "crossedOut" ? undefined : parts?.together;
  const whole = await inLibrary(captions, translation, together ? { ...words, plain: together } : words, wanted);
  const composed =
    parts && (await composedOf(parts, await readParts(parts, captions), [captions, translation, words, wanted]));
  if (!composed) return whole;
  const { choice, chosenBy, mostUnlike } = whole;
  if (!choice || !chosenBy) return composed;
  const best = choice.says(choice.choose(noNoise).entry);
  // A name may say it whose set draws it oddly, or otherwise than the sets of the style.
  if (parts.how !== "crossedOut" && standingOf(best) < composed.standing) return composed;
  if (choice.saysAll) {
    const isSaid = (seed: number): boolean => says(choice.says(chosenBy(seed)), parts.how);
    const find = (seed: number) => (isSaid(seed) ? whole : composed).find(seed);
    return { ...(mostUnlike && { mostUnlike }), choices: [choice], find };
  }
  return says(best, parts.how) ? whole : composed;
}

/** What is composed of parts that have colours of their own, of which one is called as a colour ("apple and orange"), or is a dot. */
async function inColours([captions, translation, words, wanted]: LibraryArguments): Promise<Finder | undefined> {
  const { english } = words;
  const parts = english === undefined ? undefined : partsIn(captions, { ...words, plain: english });
  if (!parts || parts.how === "crossedOut") return undefined;
  const read = await readParts(parts, captions);
  const [one, other] = read;
  const plain = other!.plain ?? parts.second;
  const isDot = parts.how === "with" && isCalledDot(plain);
  const isCalledAs = [parts.first, parts.second].some(isCalledAsColour);
  const colours = [one!.colour, other!.colour] as const;
  const isOfOne = areSame(...colours);
  // A colour of the first of two words is that of all: "red heart with arrow".
  const isOfAll = parts.how === "with" && !parts.isHeld && !colours[1];
  if (!isDot && !isCalledAs && (isOfOne || isOfAll || (parts.how === "with" && isOwnPart(plain)))) return undefined;
  const own = isOfAll ? ([colours[0], colours[0]] as const) : colours;
  return composedOf(parts, read, [captions, translation, words, wanted], own);
}

const areSame = (one: CaptionColour | undefined, other: CaptionColour | undefined): boolean =>
  one?.name === other?.name && one?.lightness[0] === other?.lightness[0];

/** Also where a word between is misspelled. */
function partsIn(captions: LibraryArguments[0], words: CaptionWords): CaptionParts | undefined {
  const parts = partsOf(words.plain ?? words.text);
  if (parts) return parts;
  const mended = spelledWithoutSlips(captions, words);
  return mended === undefined ? undefined : partsOf(mended);
}

const standingOf = ({ standing = 1 }: Pick<ReturnType<DrawingChoice["says"]>, "standing">): number => standing;

function says(name: ReturnType<DrawingChoice["says"]>, how: CaptionParts["how"]): boolean {
  const { match, saysAll, isPart, isContrary } = name;
  return saysAll || (!isPart && !isContrary && match >= (how === "crossedOut" ? offSureFrom : sureFrom));
}

/** @returns undefined where nothing in the library is called as a part is @param colours of both parts, where these stay apart */
async function composedOf(
  { how }: CaptionParts,
  read: readonly CaptionWords[],
  [captions, translation, words, wanted]: LibraryArguments,
  colours?: PartColours["colours"],
): Promise<ComposedFinder | undefined> {
  const finders: Finder[] = [];
  for (const part of read) {
    const isDot = finders.length > 0 && isCalledDot(part.plain ?? part.text);
    const finder = isDot
      ? dotOf(translation.target)
      : await inLibrary(captions, translation, { ...part, text: words.text }, { ...wanted, onlyCalledSo: true });
    if (!isDot && !finder.choice) return undefined;
    finders.push(finder);
  }
  return composedFrom(finders, how, { fills: wanted.fills, colours });
}

/** The words of each part. */
const readParts = (parts: CaptionParts, captions: LibraryArguments[0]): Promise<CaptionWords[]> =>
  Promise.all(textsOf(parts).map((text) => readWords(captions, text)));

/** A dot is no drawing of the library. */
function dotOf({ imageSizePx: sizePx }: Pick<Translation["target"], "imageSizePx">): Finder {
  const planes = planesOf(drawnDisc(sizePx), channelsOfHex(usualInk));
  return { find: async () => ({ planes, sizePx, key: "dot", sources: undefined }) };
}

interface How {
  readonly fills: Fills;
  /** Of what is behind and of what is in front, where they are told apart by them. */
  readonly colours: PartColours["colours"] | undefined;
}

interface ComposedFinder extends Finder {
  /** Of the drawings that fit its parts best, how well the set suits that suits least (DrawingChoice). */
  readonly standing: number;
}

function composedFrom(finders: readonly Finder[], how: CaptionParts["how"], { fills, colours }: How): ComposedFinder {
  const { mostUnlike } = finders[0]!;
  return {
    ...(mostUnlike && { mostUnlike }),
    choices: finders.flatMap(({ choice }) => choice ?? []),
    standing: Math.min(
      ...finders.flatMap(({ choice }) => (choice ? standingOf(choice.says(choice.choose(noNoise).entry)) : [])),
    ),
    async find(seed) {
      const found = await Promise.all(finders.map((finder) => finder.find(seed)));
      const { sizePx } = found[0]!;
      const alphas = found.map(({ planes }) => planes.slice(3 * sizePx ** 2));
      const composed = colours ? apart[how](alphas, fills) : arranged[how](alphas, fills);
      return {
        // Drawings of the library are in one ink.
        planes: planesOf(inOne(composed), channelsOfHex(usualInk)),
        sizePx,
        key: `${how}, fills ${fills}${colours ? ", apart" : ""}: ${found.map(({ key }) => key).join(", ")}`,
        sources: sharedSources(found),
        ...(colours && {
          parts: { ...composed, colours, isFrontSolid: isDisc(alphas[1]!) },
        }),
      };
    },
  };
}

function sharedSources(found: readonly Found[]): Source[] | undefined {
  const sources = found.flatMap((one) => one.sources ?? []);
  return sources.length === 0 ? undefined : sources.map((source) => ({ ...source, share: 1 / sources.length }));
}
