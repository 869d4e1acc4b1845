/**
 * Ranking: of several draws the one that its conditions explain best, by log p(z|c) − log p(z|nothing). Exact, because the flow's
 * likelihood is; subtracting log p(z|nothing) keeps plain, likely images from winning everything.
 */
import type { Likelihood } from "./interfaces.ts";

/** Index of the best of at least one candidate; the earlier one on a tie. A gain that is no number loses to any that is one. */
export const bestCandidate = (candidates: readonly Likelihood[]): number =>
  candidates.reduce(
    (best, { conditionGain }, index) => (isBetter(conditionGain, candidates[best]!.conditionGain) ? index : best),
    0,
  );

const isBetter = (gain: number, best: number): boolean => gain > best || (Number.isNaN(best) && !Number.isNaN(gain));
