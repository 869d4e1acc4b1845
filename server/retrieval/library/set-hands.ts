/** How much sooner a drawing is found for the sake of its set: of the requested style's own sets, of a family's, and of others. */
import type { DrawingFinder } from "../../engine/interfaces.ts";
import type { NamedEntry, SetHand } from "./library-choice.ts";
import { handMargin, unlikeLoss } from "./one-hand.ts";

type LibraryQuery = Parameters<DrawingFinder["find"]>[0];

/** Log-weight of drawings of the requested style's own sets, and how much less well than the nearest their names may fit for it, or for a family. */
const [ownSetWeight, nearWithin] = [6, 0.035] as const;
/** The same of those that show their names badly, of icons that no family has, by how far below the mean of all drawings, in standard deviations. */
const [badlyBelow, badlyWeight] = [-0.4, 2] as const;

interface Sets {
  readonly setOf: (entry: number) => string;
  /** Whether a drawing is there in the look that is wanted. */
  readonly hasLook: (entry: number) => boolean;
  /** How well a drawing shows its name, in standard deviations above the mean (name-fits.ts). */
  readonly nameFitOf: (entry: number) => number;
  /** What a set adds anyway (set-weights.ts). */
  readonly weightOf: (entry: number) => { readonly weight: number; readonly isOdd: boolean };
  readonly differ: (one: string, other: string) => number;
}

/** @param found the nearest name first, at least one */
export function handsOf(
  found: readonly NamedEntry[],
  { ownSets, hand }: Pick<LibraryQuery, "ownSets" | "hand">,
  { setOf, hasLook, nameFitOf, weightOf, differ }: Sets,
): (named: NamedEntry) => SetHand {
  const nearFrom = found[0]!.match - nearWithin;
  const isOwn = (entry: number): boolean => ownSets?.has(setOf(entry)) === true;
  // What the style's own designers drew suits a family best.
  const isOwnThere = ownSets !== undefined && found.some(({ entry, match }) => match >= nearFrom && isOwn(entry));
  const isLookThere = hand !== undefined && found.some(({ entry, match }) => match >= nearFrom && hasLook(entry));
  const ofHand = (entry: number, isNear: boolean): number => {
    if (hand === undefined || isOwnThere) return 0;
    const set = setOf(entry);
    const unlike = hand.like === undefined ? 0 : unlikeLoss * differ(hand.like, set);
    const isOfHand = isNear && hand.sets.has(set) && (hasLook(entry) || !isLookThere);
    return (isOfHand ? handMargin : 0) - unlike;
  };
  return ({ entry, match }) => {
    const { weight, isOdd } = weightOf(entry);
    const isNear = match >= nearFrom;
    const ofOwn = hand === undefined && nameFitOf(entry) < badlyBelow ? badlyWeight : ownSetWeight;
    if (isOwn(entry)) return { weight: isNear ? ofOwn : weight, standing: 2 };
    return { weight: weight + ofHand(entry, isNear), standing: isOdd ? 0 : 1 };
  };
}
