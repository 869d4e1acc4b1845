/**
 * Draws which conditions a training row gets, so that one flow works with any subset: nothing, words alone, one or two pictures
 * with or without words, or all. The shares follow typical requests; three or more pictures, short of all, are never drawn.
 * Idea: dropped conditions (Ho, Salimans 2022, classifier-free guidance), here for many conditions.
 */
import type { TrainingRandom } from "./random.ts";

/** Kind of a condition: given in words, or read from a picture. */
export type ConditionKind = "words" | "picture";

export interface NamedCondition {
  readonly name: string;
  readonly kind: ConditionKind;
}

interface SubsetDraw {
  /** Relative frequency among the draws that apply to the set. */
  readonly share: number;
  /** A condition that the draw requires. */
  readonly needs?: string;
  /** Probability of each words condition. */
  readonly words: (name: string) => number;
  /** Number of picture conditions, chosen uniformly except for `drawnOften`. */
  readonly pictures: number;
}

const rates =
  (byName: Readonly<Record<string, number>>) =>
  (name: string): number =>
    byName[name] ?? 0;
const each = (rate: number) => (): number => rate;

/** Draws for a flow that reads words alone. */
const wordDraws: readonly SubsetDraw[] = [{ share: 1, words: each(0.9), pictures: 0 }];

/**
 * Draws for a flow that also reads pictures. A caption that names a concept brings its label in requests, so both often appear
 * together.
 */
const draws: readonly SubsetDraw[] = [
  { share: 0.05, words: each(0), pictures: 0 },
  { share: 0.36, words: rates({ caption: 0.85, style: 0.85, label: 0.7 }), pictures: 0 },
  { share: 0.06, needs: "label", words: rates({ label: 1, style: 0.6 }), pictures: 0 },
  { share: 0.28, words: each(0.4), pictures: 1 },
  { share: 0.15, words: each(0.5), pictures: 2 },
  { share: 0.1, words: each(1), pictures: Number.POSITIVE_INFINITY },
];

/** Relative frequency of a picture condition: sketches are the most common in requests, and the hardest to follow. */
const drawnOften: Readonly<Record<string, number>> = { sketch: 2 };

/**
 * Returns a function that draws the given conditions of one row: for each condition, in the order of `conditions`, whether it
 * is given. Each call takes the same number of random words.
 */
export function subsetSampler(conditions: readonly NamedCondition[]): (random: TrainingRandom) => readonly boolean[] {
  const pictures = conditions.flatMap(({ kind, name }, at) =>
    kind === "picture" ? new Array<number>(drawnOften[name] ?? 1).fill(at) : [],
  );
  const has = (name: string): boolean => conditions.some((condition) => condition.name === name);
  const fitting = (pictures.length === 0 ? wordDraws : draws).filter(({ needs }) => needs === undefined || has(needs));
  const total = fitting.reduce((sum, { share }) => sum + share, 0);
  const upTo = fitting.map(
    (_, index) => fitting.slice(0, index + 1).reduce((sum, { share }) => sum + share, 0) / total,
  );
  return (random) => {
    const point = random.uniform();
    // The last draw also covers rounding errors.
    const draw = fitting[upTo.findIndex((bound) => point < bound)] ?? fitting.at(-1)!;
    const order = new Set(random.permutation(pictures.length).map((index) => pictures[index]!));
    const chosen = new Set([...order].slice(0, draw.pictures));
    return conditions.map(({ name, kind }, at) => {
      const chance = random.uniform();
      return kind === "picture" ? chosen.has(at) : chance < draw.words(name);
    });
  };
}
