/**
 * Guidance of one affine step: amplifies the effect of conditions. Every term i contrasts the step's Gaussian given all
 * conditions with the one given fewer (its base), by precisions: P = P_all + Σ wᵢ·(P_all − min(P_all, Pᵢ)), and the same sum
 * over P·μ, so that no term ever widens a dimension. With one base "nothing" this is the rule of STARFlow (arXiv 2506.06276)
 * for p_c^(1+w) / p_absent^w.
 */
import { limits } from "../../shared/limits.ts";
import type { Value } from "../onnx/graph.ts";
import { add, concat, div, exp, log, min, mul, scale, slice, sub } from "../onnx/ops.ts";

/** N(shift, e^(2·logScale)) of every row and dimension. */
export interface Gaussian {
  readonly shift: Value;
  readonly logScale: Value;
}

/** Most terms of one row in a graph; unused ones have weight 0. */
export const guidanceTerms = limits.guidanceTermsMax;

/** Stacks the rows of the given conditions and of each term's base: [(1 + terms) · batch, width]. */
export const stack = (rows: Value): Value => concat(new Array<Value>(1 + guidanceTerms).fill(rows), 0);

/** Block `index` of stacked rows: 0 = given, i = base of term i. */
export function blockOf(stacked: Value, index: number): Value {
  const batch = stacked.shape[0]! / (1 + guidanceTerms);
  return slice(stacked, 0, index * batch, (index + 1) * batch);
}

/**
 * The guided Gaussian, [batch, width]. With weights 0 it is the block of the given conditions, unchanged.
 * @param weights wᵢ of every row, [batch, terms]
 */
export function guide(stacked: Gaussian, weights: Value): Gaussian {
  const given: Gaussian = { shift: blockOf(stacked.shift, 0), logScale: blockOf(stacked.logScale, 0) };
  const one = weights.graph.constant(1);
  let precision = one;
  let pull: Value | undefined;
  for (let term = 0; term < guidanceTerms; term += 1) {
    const weight = slice(weights, 1, term, term + 1);
    const [shift, logScale] = [blockOf(stacked.shift, term + 1), blockOf(stacked.logScale, term + 1)];
    // s = min(1, Pᵢ/P_all). Below is the sum above divided by P_all.
    const ratio = min(one, exp(scale(sub(given.logScale, logScale), 2)));
    precision = add(precision, mul(weight, sub(one, ratio)));
    const away = mul(mul(weight, ratio), sub(given.shift, shift));
    pull = pull ? add(pull, away) : away;
  }
  return {
    shift: add(given.shift, div(pull!, precision)),
    logScale: sub(given.logScale, scale(log(precision), 0.5)),
  };
}
