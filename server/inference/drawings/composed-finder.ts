/**
 * Captions that no drawing of the library says, but two do, or one that is crossed out (server/engine/compose): "guitar with heart",
 * "no drones". Each seed finds both of its own.
 */
import type { Source } from "../../../shared/contract/generations/sources.ts";
import { bothBeside, withBeside } from "../../engine/compose/arrange.ts";
import { crossedOut } from "../../engine/compose/cross-out.ts";
import type { Fills } from "../../engine/compose/layers.ts";
import type { DrawingChoice } from "../../engine/interfaces.ts";
import { channelsOfHex } from "../../engine/pixels/hex-colour.ts";
import { inInk } from "../../engine/pixels/ink-colour.ts";
import { usualInk } from "../../engine/pixels/usual-ink.ts";
import { type Finder, type Found, inLibrary } from "./caption-finders.ts";
import { type CaptionParts, partsOf } from "./caption-parts.ts";
import { readWords } from "./caption-words.ts";

type LibraryArguments = Parameters<typeof inLibrary>;

/** How well a name fits from which on it says in other words what a caption of two things says, and that something is off. */
const [sureFrom, offSureFrom] = [0.85, 0.65] as const;

/**
 * The library's drawings of a caption. A seed whose drawing does not say all of it starts from what is composed of the drawings of the
 * caption's parts, where each has one.
 * @throws AppError as `inLibrary`
 */
export async function inLibraryOrComposed(
  ...[captions, translation, words, wanted]: LibraryArguments
): Promise<Finder> {
  const whole = await inLibrary(captions, translation, words, wanted);
  const parts = partsOf(words.plain ?? words.text);
  const composed = parts && (await composedOf(parts, [captions, translation, words, wanted]));
  if (!composed) return whole;
  const { choice, chosenBy, mostUnlike } = whole;
  const isSaid = (entry: number): boolean => says(choice!.says(entry), parts.how);
  const best = choice?.choose((length) => new Float32Array(length)).entry;
  if (!chosenBy || best === undefined || !(choice!.saysAll || isSaid(best))) return composed;
  return { ...(mostUnlike && { mostUnlike }), find: (seed) => (isSaid(chosenBy(seed)) ? whole : composed).find(seed) };
}

function says(name: ReturnType<DrawingChoice["says"]>, how: CaptionParts["how"]): boolean {
  const { match, saysAll, isPart, isContrary } = name;
  return saysAll || (!isPart && !isContrary && match >= (how === "crossedOut" ? offSureFrom : sureFrom));
}

/** @returns undefined where a part finds no drawing whose name says all of it */
async function composedOf(
  parts: CaptionParts,
  [captions, translation, words, wanted]: LibraryArguments,
): Promise<Finder | undefined> {
  const finders: Finder[] = [];
  for (const text of parts.how === "crossedOut" ? [parts.first] : [parts.first, parts.second]) {
    const own = { ...(await readWords(captions, text)), text: words.text };
    const finder = await inLibrary(captions, translation, own, wanted);
    if (!finder.choice?.saysAll) return undefined;
    finders.push(finder);
  }
  return composedFrom(finders, parts.how, wanted.fills);
}

const arranged = {
  with: ([one, other], fills) => withBeside(one!, other!, fills),
  both: ([one, other], fills) => bothBeside(one!, other!, fills),
  crossedOut: ([one], fills) => crossedOut(one!, fills),
} satisfies Record<CaptionParts["how"], (alphas: readonly Float32Array[], fills: Fills) => Float32Array>;

function composedFrom(finders: readonly Finder[], how: CaptionParts["how"], fills: Fills): Finder {
  const { mostUnlike } = finders[0]!;
  return {
    ...(mostUnlike && { mostUnlike }),
    async find(seed) {
      const found = await Promise.all(finders.map((finder) => finder.find(seed)));
      const { sizePx } = found[0]!;
      const alphas = arranged[how](
        found.map(({ planes }) => planes.slice(3 * sizePx ** 2)),
        fills,
      );
      return {
        planes: inUsualInkPlanes(alphas),
        sizePx,
        key: `${how}, fills ${fills}: ${found.map(({ key }) => key).join(", ")}`,
        sources: sharedSources(found),
      };
    },
  };
}

/** Drawings of the library are in one ink. */
function inUsualInkPlanes(alphas: Float32Array): Float32Array {
  const planes = new Float32Array(4 * alphas.length);
  planes.set(alphas, 3 * alphas.length);
  return inInk(planes, channelsOfHex(usualInk));
}

function sharedSources(found: readonly Found[]): Source[] | undefined {
  const sources = found.flatMap((one) => one.sources ?? []);
  return sources.length === 0 ? undefined : sources.map((source) => ({ ...source, share: 1 / sources.length }));
}
