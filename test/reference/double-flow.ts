/**
 * log p(z|c) of a flow in plain double precision, row by row: the formulas of flow_reference.py again, which share no code with
 * server/flow. For checking likelihoods, and differences of them, under any subset of the conditions.
 */
import type { FlowWeights } from "../../server/flow/weights.ts";
import { referencePermutations } from "./tiny-flow.ts";

type Vector = readonly number[];

const silu = (x: Vector): Vector => x.map((value) => value / (1 + Math.exp(-value)));
const add = (a: Vector, b: Vector): Vector => a.map((value, at) => value + b[at]!);
const sum = (x: Vector): number => x.reduce((total, value) => total + value, 0);
const clamp = (x: Vector, limit: number): Vector => x.map((value) => limit * Math.tanh(value / limit));
const halves = (x: Vector): [Vector, Vector] => [x.slice(0, x.length / 2), x.slice(x.length / 2)];

/**
 * @param given the conditions that are there; what is missing is absent
 * @param permutations of the couplings; those of the reference flow unless said
 */
export function referenceLogLikelihood(
  { tensors, architecture }: FlowWeights,
  latent: Vector,
  given: Readonly<Partial<Record<string, Vector>>>,
  permutations: ReadonlyArray<readonly number[]> = referencePermutations(),
): number {
  const times = (x: Vector, name: string): Vector => {
    const matrix = tensors.get(name)!;
    const width = matrix.length / x.length;
    const result = new Array<number>(width).fill(0);
    for (const [at, value] of x.entries())
      for (let out = 0; out < width; out += 1) result[out]! += value * matrix[at * width + out]!;
    return result;
  };
  const linear = (name: string, x: Vector): Vector =>
    add(times(x, `${name}.weight`), [...tensors.get(`${name}.bias`)!]);

  let embedding: Vector = new Array<number>(architecture.embeddingDims).fill(0);
  for (const { name, dims } of architecture.conditions) {
    const values = given[name]?.map((value) => value * Math.sqrt(dims));
    embedding = add(embedding, values ? linear(`embed.${name}`, values) : [...tensors.get(`embed.${name}.absent`)!]);
  }
  embedding = add(embedding, linear("embed.down", silu(linear("embed.up", embedding))));

  let hidden = linear("injector.in", embedding);
  for (let block = 0; block < architecture.injector.blocks; block += 1)
    hidden = add(hidden, linear(`injector.${block}.down`, silu(linear(`injector.${block}.up`, silu(hidden)))));
  const [netMean, rawSigma] = halves(linear("injector.out", silu(hidden)));
  let mean: Vector = netMean;
  if (architecture.injector.isDirect)
    for (const { name, dims } of architecture.conditions) {
      const values = given[name]?.map((value) => value * Math.sqrt(dims));
      if (values) mean = add(mean, times(values, `embed.${name}.direct`));
    }
  const logSigma = clamp(rawSigma, 4);
  const centred = latent.map((value, at) => value - tensors.get("whitening.mean")![at]!);
  let x: Vector = times(centred, "whitening.matrix").map((value, at) => (value - mean[at]!) / Math.exp(logSigma[at]!));
  let logDet = tensors.get("whitening.logDet")![0]! - sum(logSigma);
  for (const [index, permutation] of permutations.entries()) {
    const [kept, changed] = halves(permutation.map((at) => x[at]!));
    let inner = add(linear(`coupling.${index}.in`, kept), times(embedding, `coupling.${index}.condition`));
    for (let layer = 0; layer < architecture.couplings.depth; layer += 1)
      inner = linear(`coupling.${index}.${layer}`, silu(inner));
    const [shift, rawScale] = halves(linear(`coupling.${index}.out`, silu(inner)));
    const logScale = clamp(rawScale, architecture.couplings.clamp);
    x = [...kept, ...changed.map((value, at) => value * Math.exp(logScale[at]!) + shift[at]!)];
    logDet += sum(logScale);
  }
  return sum(x.map((value) => -0.5 * value * value - 0.5 * Math.log(2 * Math.PI))) + logDet;
}
