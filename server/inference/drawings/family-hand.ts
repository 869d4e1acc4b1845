/**
 * The sets that a family's icons start from (server/retrieval/library/one-hand.ts). They follow from the family's captions and the style
 * alone, so that an icon that is drawn anew with another seed, or one that comes later, starts from the sets of the others.
 */
import type { ResolvedRequest } from "../../../shared/contract/generations/generation-request.ts";
import { AppError } from "../../../shared/problem.ts";
import type { DrawingFinder, Hand } from "../../engine/interfaces.ts";
import type { Translation } from "../../engine/translation.ts";
import { PromiseCache } from "../../platform/lru-cache.ts";
import { type SetLosses, setsOfOneHand } from "../../retrieval/library/one-hand.ts";
import { wordsOf } from "./caption-words.ts";
import { inLibraryOrComposed } from "./composed-finder.ts";
import type { WantedDrawing } from "./wanted-drawing.ts";

export type LibraryCaptions = NonNullable<Translation["captions"]> & { readonly library: DrawingFinder };

/** Families whose sets are kept, since each of their icons asks for them. */
const keptMost = 32;
const kept = new WeakMap<DrawingFinder, PromiseCache<Hand>>();

export function handOfFamily(
  captions: LibraryCaptions,
  translation: Translation,
  family: readonly string[],
  wanted: WantedDrawing & Pick<ResolvedRequest, "licences">,
): Promise<Hand> {
  const { licences, look, ownSets } = wanted;
  // In whatever order, and however often, a caption is named.
  const captionsOfAll = [...new Set(family)].sort();
  const key = JSON.stringify([translation.id, captionsOfAll, licences, look, [...(ownSets ?? [])]]);
  const known = kept.get(captions.library) ?? new PromiseCache(keptMost);
  kept.set(captions.library, known);
  return known.once(key, async () => {
    const things: SetLosses[] = [];
    for (const caption of captionsOfAll)
      things.push(...(await lossesOf(captions, translation, caption, wanted).catch(ofNone)));
    const own = [...(ownSets ?? [])].find((set) => things.some((losses) => losses.has(set)));
    const differ = (one: string, other: string): number => captions.library.setsDiffer(one, other);
    const sets = setsOfOneHand(things, { like: own, differ });
    return { sets: new Set(sets), like: own ?? sets[0] };
  });
}

/** A caption that cannot be read is refused when its own icon is asked for. */
function ofNone(error: unknown): SetLosses[] {
  if (error instanceof AppError && error.code.startsWith("caption_")) return [];
  throw error;
}

/** Of each thing that a caption's icon is drawn from. */
async function lossesOf(
  captions: LibraryCaptions,
  translation: Translation,
  caption: string,
  wanted: WantedDrawing & Pick<ResolvedRequest, "licences">,
): Promise<SetLosses[]> {
  const words = await wordsOf(captions, { condition: { caption } });
  const { choice, choices = choice ? [choice] : [] } = await inLibraryOrComposed(captions, translation, words, wanted);
  return choices.map((one) => one.lossesBySet());
}
