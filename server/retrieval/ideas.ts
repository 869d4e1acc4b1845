/**
 * Which drawings are ideas for a caption. The mean of its label's drawings in the nearest styles is one picture. Ideas are single
 * drawings: of the label in other styles of the same family, and of things with nearly the same name.
 */
import type { ScoredEntry } from "./similarity.ts";

/** Log-weight lost per unit of cosine between the caption and a label's name, to the nearest name. */
const nameWeight = 18;
/**
 * Log-weight per unit of the styles' affinity, and the affinity from which on more is no better: emoji sets are 3 to 6 to
 * one another, interface icons below 2 to them. One set that resembles the wanted style most must not win every time.
 */
const affinityWeight = 2.5;
const affinityMost = 5;
/**
 * Cosine below the nearest name from which on a name is that of another thing: "home" has 0.78 to "house", "dog" 0.48 to "bear". How
 * well its style fits can't make up for that.
 */
const otherThing = 0.4;
/** Log-weight below the best from which on a drawing is no idea, at diversity 1. */
const fitLeast = 11;
/**
 * Below this many ideas, drawings of the thing itself in styles of the family that fit less are ideas too: cosine below the nearest name
 * up to which it is the thing, affinity from which on a style is of the family, and how much less it may fit.
 */
const few = { count: 4, within: 0.02, affinityLeast: 2.5, times: 2 };
/** Drawings that are compared; more only take longer. */
const ideasMax = 48;

/** A drawing with the cosine of its label's name to what is requested: 1 for the label itself. */
export interface Idea extends ScoredEntry {
  readonly cosine: number;
}

/** Standard deviation of a seed's noise on the log-weights, at diversity 1: of 64 seeds some find the last that is an idea. */
export const ideaSpread = 8;

/**
 * The ideas with their log-weights relative to the best, which is 0.
 * @param diversity 0 to 1: how far down the list counts
 */
export function weighIdeas(found: readonly Omit<Idea, "logWeight">[], diversity: number): ScoredEntry[] {
  const nearest = found.reduce((most, { cosine }) => Math.max(most, cosine), Number.NEGATIVE_INFINITY);
  const isOther = (cosine: number): boolean => nearest - cosine > otherThing;
  const nearAffinity = found.reduce(
    (most, { affinity, cosine }) => (isOther(cosine) ? most : Math.max(most, affinity)),
    Number.NEGATIVE_INFINITY,
  );
  const weighed = found.map(({ at, affinity, cosine }) => {
    const affinityCap = Math.min(affinityMost, isOther(cosine) ? nearAffinity : affinityMost);
    const logWeight = affinityWeight * Math.min(affinityCap, affinity) - nameWeight * (nearest - cosine);
    return { at, affinity, logWeight, isSame: nearest - cosine <= few.within && affinity >= few.affinityLeast };
  });
  const best = weighed.reduce((most, { logWeight }) => Math.max(most, logWeight), Number.NEGATIVE_INFINITY);
  const least = best - fitLeast * diversity;
  const fitting = weighed.filter(({ logWeight }) => logWeight >= least);
  const ideas =
    fitting.length >= few.count
      ? fitting
      : weighed.filter(({ logWeight, isSame }) => logWeight >= (isSame ? best - few.times * (best - least) : least));
  return ideas
    .map(({ at, affinity, logWeight }) => ({ at, affinity, logWeight: logWeight - best }))
    .sort((a, b) => b.logWeight - a.logWeight || a.at - b.at)
    .slice(0, ideasMax);
}

/** Log-weight per unit of cosine where one drawing is looked for: a name that fits better by 0.03 nearly always wins. */
export const oneNameWeight = 100;

/** Place of the drawing whose name fits best after noise of unit spread; undefined among none. */
export function likeliest(found: readonly Pick<Idea, "cosine">[], noise: Float32Array): number | undefined {
  let [best, most]: [number | undefined, number] = [undefined, Number.NEGATIVE_INFINITY];
  for (const [at, { cosine }] of found.entries()) {
    const weight = oneNameWeight * cosine + noise[at]!;
    if (weight > most) [best, most] = [at, weight];
  }
  return best;
}
