/**
 * Adapts a trained flow to other conditions: common conditions keep their weights, new ones get fresh projections, and
 * conditions that are left out are folded into the rest as constants. While the new conditions are absent, the new flow
 * computes what the old one did.
 */
import { AppError } from "../../shared/problem.ts";
import type { FlowArchitecture } from "./architecture.ts";
import { TrainingRandom } from "./random.ts";
import { copyEntry, type VectorTable } from "./vector-table.ts";
import type { FlowWeights } from "./weights.ts";

type Conditions = FlowArchitecture["conditions"];

/** Scale of fresh projections relative to a fresh flow: small, so that new conditions do not disturb what was learned. */
const freshScale = 0.1;

/** Names of the tensors of one condition (cinn.ts). */
const tensorsOf = (condition: string) => ({
  weight: `embed.${condition}.weight`,
  bias: `embed.${condition}.bias`,
  absent: `embed.${condition}.absent`,
  direct: `embed.${condition}.direct`,
});

/** Bias of the injector's means and log-scales, in this order. */
const injectorBias = "injector.out.bias";

/**
 * A flow of `conditions` that starts from `start` and shares its unchanged tensors.
 * @param seed seed of the fresh projections
 * @throws AppError `dataset_invalid` when a common condition has another width
 */
export function adaptFlow(start: FlowWeights, conditions: Conditions, seed: number): FlowWeights {
  const known = new Map(start.architecture.conditions.map(({ name, dims }) => [name, dims]));
  const tensors = new Map(start.tensors);
  for (const [index, { name, dims }] of conditions.entries()) {
    const knownDims = known.get(name);
    if (knownDims === undefined) addProjection(tensors, name, dims, start.architecture, seed, index);
    else if (knownDims !== dims)
      throw new AppError("dataset_invalid", `start: ${name}: expected a flow for ${dims} values, got ${knownDims}`, {
        field: "--start",
        expected: String(dims),
        received: String(knownDims),
      });
    known.delete(name);
  }
  for (const name of known.keys()) {
    const names = tensorsOf(name);
    addConstant(tensors, conditions[0]!.name, tensors.get(names.absent)!);
    for (const tensor of Object.values(names)) tensors.delete(tensor);
  }
  return { architecture: { ...start.architecture, conditions }, tensors };
}

/** The flow with a direct injector, which also reads every condition linearly; it computes the same until it is trained. */
export function withDirectInjector(flow: FlowWeights): FlowWeights {
  const { architecture } = flow;
  if (architecture.injector.isDirect) return flow;
  const tensors = new Map(flow.tensors);
  for (const { name, dims } of architecture.conditions)
    tensors.set(tensorsOf(name).direct, new Float32Array(dims * architecture.dims));
  return {
    architecture: { ...architecture, format: 2, injector: { ...architecture.injector, isDirect: true } },
    tensors,
  };
}

/**
 * The flow in which "absent" of one condition means an entry of its table. adaptFlow then drops the condition, and the new flow
 * computes what the old one did for that entry. A flow that kept the condition would count a given one twice.
 */
export function assumeEntry(flow: FlowWeights, condition: string, table: VectorTable, entry: number): FlowWeights {
  const { weight, bias, absent, direct } = tensorsOf(condition);
  const vector = new Float32Array(table.dims);
  copyEntry(table, entry, vector, 0);
  const { embeddingDims, dims, injector } = flow.architecture;
  /** The tensor `to` plus √dims · vector · weights, the flow's projection of a given condition to `width` values. */
  const withGiven = (to: string, weights: string, width: number): Float32Array => {
    const matrix = flow.tensors.get(weights)!;
    const sum = flow.tensors.get(to)!.slice();
    for (const [row, value] of vector.entries())
      if (value !== 0)
        for (let axis = 0; axis < width; axis += 1)
          sum[axis]! += Math.sqrt(vector.length) * value * matrix[row * width + axis]!;
    return sum;
  };
  const tensors = new Map(flow.tensors).set(absent, withGiven(bias, weight, embeddingDims));
  if (injector.isDirect) tensors.set(injectorBias, withGiven(injectorBias, direct, dims));
  return { ...flow, tensors };
}

function addProjection(
  tensors: Map<string, Float32Array>,
  condition: string,
  dims: number,
  { embeddingDims, injector, dims: latentDims }: FlowArchitecture,
  seed: number,
  index: number,
): void {
  const { weight, bias, absent, direct } = tensorsOf(condition);
  const random = new TrainingRandom(seed, index, "weights");
  tensors.set(weight, random.fillNormal(new Float32Array(dims * embeddingDims), freshScale / Math.sqrt(dims)));
  tensors.set(bias, new Float32Array(embeddingDims));
  tensors.set(absent, new Float32Array(embeddingDims));
  if (injector.isDirect) tensors.set(direct, new Float32Array(dims * latentDims));
}

/** Adds a constant to the joint embedding, whether `condition` is given or not. */
function addConstant(tensors: Map<string, Float32Array>, condition: string, constant: Float32Array): void {
  const { bias, absent } = tensorsOf(condition);
  for (const name of [bias, absent])
    tensors.set(
      name,
      tensors.get(name)!.map((value, axis) => value + constant[axis]!),
    );
}
