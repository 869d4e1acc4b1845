/**
 * Which entries of an index a query chose, and how their log-weights become shares. retrieval-index.ts chooses.
 */
import type { RetrievalQuery } from "../engine/interfaces.ts";
import { type ScoredEntry, SimilarityScorer } from "./similarity.ts";

export type QueryConditions = Omit<RetrievalQuery, "noise" | "diversity">;

/** The entries of a mixture, and how they were found: by a label (`isNamed`), by other words, or by looks alone. */
export interface Choice {
  readonly chosen: readonly ScoredEntry[];
  readonly isNamed: boolean;
  readonly isByLooks: boolean;
  readonly scorer: SimilarityScorer;
}

export const nothing: Choice = { chosen: [], isNamed: false, isByLooks: false, scorer: SimilarityScorer.toNothing };

/** Whether two queries are equal, vectors compared by identity. */
export function isSame(one: QueryConditions, other: QueryConditions): boolean {
  const [ones, others] = [one.pictures ?? {}, other.pictures ?? {}].map((pictures) => Object.entries(pictures).flat());
  return (
    one.label === other.label &&
    one.style === other.style &&
    one.caption === other.caption &&
    one.among === other.among &&
    ones!.length === others!.length &&
    ones!.every((part, at) => part === others![at])
  );
}

/** The largest log-weight; −∞ of none. */
export const heaviest = (weighed: readonly ScoredEntry[]): number =>
  weighed.reduce((most, { logWeight }) => Math.max(most, logWeight), Number.NEGATIVE_INFINITY);

/** Shares where the heaviest has all. */
export function oneHotMax(logWeights: readonly number[]): number[] {
  const heaviest = logWeights.indexOf(Math.max(...logWeights));
  return logWeights.map((_, index) => (index === heaviest ? 1 : 0));
}

/** Shares that sum to 1. */
export function softmax(values: readonly number[]): number[] {
  const most = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
