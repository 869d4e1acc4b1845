/** Stacks of linear layers as numbered parts of a checkpoint, each perhaps followed by a norm, all but the last by a leaky ReLU: net2net's conditioners and embedders. */
import type { Network, Tensor } from "../../onnx/network.ts";
import { derived, type Weights } from "../weights.ts";
import { anyNorm, folded, type Linear } from "./folding.ts";
import { leakyRelu, linear } from "./layers.ts";

/** PyTorch's own for batch norm. */
const batchNormEps = 1e-5;

/** The linear maps of a stack in order, norms folded in. 1 × 1 convolutions count as linear maps. */
function linearMaps(weights: Weights): Array<Linear & { readonly inputs: number }> {
  const places = [...new Set(weights.names().map((name) => Number(name.split(".")[0])))].sort((a, b) => a - b);
  return places.flatMap((place) => {
    const part = weights.within(`${place}.`);
    const weight = part.find("weight");
    if (weight === undefined || weight.shape.length < 2) return [];
    const [outputs = 0, inputs = 0] = weight.shape;
    part.get("weight", weight.shape.length === 4 ? [outputs, inputs, 1, 1] : [outputs, inputs]);
    const flat = derived(weight.name, [outputs, inputs], [weight], (values) => values);
    const own: Linear = { weight: flat, bias: part.find("bias", [outputs]) };
    const next = weights.within(`${place + 1}.`);
    const hasNorm = next.has("running_mean") || next.has("loc");
    return [{ ...(hasNorm ? folded(own, anyNorm(next, batchNormEps)) : own), inputs }];
  });
}

/** Values that the stack takes. */
export const inputsOf = (weights: Weights): number => linearMaps(weights)[0]?.inputs ?? 0;

/** The stack applied to x [rows, inputs]. */
export function fullyConnected(network: Network, x: Tensor, weights: Weights, slope: number): Tensor {
  return linearMaps(weights).reduce(
    (value, map, at) => linear(network, at === 0 ? value : leakyRelu(network, value, slope), map),
    x,
  );
}
