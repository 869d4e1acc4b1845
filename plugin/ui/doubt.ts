/** What is doubtful about answers, and likelihoods in plain words. */
import type { ResultSet } from "./state/results.ts";

export type Typicality = "usual" | "unusual" | "veryUnusual";

/**
 * How typical an image is of what the pack learned.
 * @param percentile share of held-out images, 0 to 100, that are less likely under their own conditions
 */
export function typicalityOf(percentile: number | undefined): Typicality | undefined {
  if (percentile === undefined) return undefined;
  return percentile >= 10 ? "usual" : percentile >= 1 ? "unusual" : "veryUnusual";
}

/** Whether the server itself says that a set may show something else. */
export const isDoubtful = ({
  doubts,
  unfoundWords = [],
}: Pick<ResultSet, "doubts"> & { readonly unfoundWords?: readonly string[] | undefined }): boolean =>
  doubts.length + unfoundWords.length > 0;
