/**
 * Which conditions a training draw gives, so that one flow serves any subset: nothing, words alone, one or two pictures with
 * or without words, everything. The shares follow what people ask for; three pictures and more, short of all, are never drawn.
 * Source of the idea: dropped conditions (Ho, Salimans 2022, classifier-free guidance), here for many conditions at once.
 */
import type { TrainingRandom } from "./random.ts";

/** What a condition is made of: said in words, or read from a picture. */
export type ConditionKind = "words" | "picture";

export interface NamedCondition {
  readonly name: string;
  readonly kind: ConditionKind;
}

interface SubsetDraw {
  /** Relative frequency among the draws that fit the set. */
  readonly share: number;
  /** A condition without which the draw makes no sense. */
  readonly needs?: string;
  /** Probability that each words condition is given. */
  readonly words: (name: string) => number;
  /** How many picture conditions are given, chosen evenly but for those of `drawnOften`. */
  readonly pictures: number;
}

const rates =
  (byName: Readonly<Record<string, number>>) =>
  (name: string): number =>
    byName[name] ?? 0;
const each = (rate: number) => (): number => rate;

/** Draws of a flow that reads words alone. */
const wordDraws: readonly SubsetDraw[] = [{ share: 1, words: each(0.9), pictures: 0 }];

/** Draws of a flow that reads pictures too. A caption that names a concept brings its label along when it is asked for, so they often go together. */
const draws: readonly SubsetDraw[] = [
  { share: 0.05, words: each(0), pictures: 0 },
  { share: 0.36, words: rates({ caption: 0.85, style: 0.85, label: 0.7 }), pictures: 0 },
  { share: 0.06, needs: "label", words: rates({ label: 1, style: 0.6 }), pictures: 0 },
  { share: 0.28, words: each(0.4), pictures: 1 },
  { share: 0.15, words: each(0.5), pictures: 2 },
  { share: 0.1, words: each(1), pictures: Number.POSITIVE_INFINITY },
];

/** How many times as often as others a picture condition is chosen: lines are what people give, and the hardest to follow. */
const drawnOften: Readonly<Record<string, number>> = { sketch: 2 };

/**
 * A function that draws the given conditions of one row: for each condition, in the order of `conditions`, whether it is
 * given. It takes a fixed number of random words a call, whatever it draws.
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
    // The last one also takes what rounding leaves over.
    const draw = fitting[upTo.findIndex((bound) => point < bound)] ?? fitting.at(-1)!;
    const order = new Set(random.permutation(pictures.length).map((index) => pictures[index]!));
    const chosen = new Set([...order].slice(0, draw.pictures));
    return conditions.map(({ name, kind }, at) => {
      const chance = random.uniform();
      return kind === "picture" ? chosen.has(at) : chance < draw.words(name);
    });
  };
}
