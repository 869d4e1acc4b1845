/**
 * Inception score (Salimans et al. 2016): exp of the mean divergence KL(p(y|x) ‖ p(y)) over samples x, as mean and deviation of ten
 * splits. A score of a net other than Inception is a score of that net alone and compares with no published one.
 */
import { softmax } from "../../retrieval/choice.ts";
import { mean, standardDeviation } from "./statistics.ts";
import { countOf, rowOf, type Vectors } from "./vectors.ts";

const splitsMax = 10;

/** @param logits of a classifier, [samples, classes] */
export function inceptionScore(logits: Vectors): { readonly mean: number; readonly deviation: number } {
  const rows = Array.from({ length: countOf(logits) }, (_, row) => softmax([...rowOf(logits, row)]));
  const splits = Math.max(1, Math.min(splitsMax, Math.floor(rows.length / 2)));
  const scores = Array.from({ length: splits }, (_, split) =>
    scoreOf(rows.slice(Math.floor((split * rows.length) / splits), Math.floor(((split + 1) * rows.length) / splits))),
  );
  return { mean: mean(scores), deviation: scores.length > 1 ? standardDeviation(scores) : 0 };
}

function scoreOf(rows: readonly number[][]): number {
  const classes = rows[0]!.length;
  const marginal = Float64Array.from({ length: classes }, (_, at) => mean(rows.map((row) => row[at]!)));
  const divergences = rows.map((row) =>
    row.reduce((sum, share, at) => (share > 0 ? sum + share * Math.log(share / marginal[at]!) : sum), 0),
  );
  return Math.exp(mean(divergences));
}
