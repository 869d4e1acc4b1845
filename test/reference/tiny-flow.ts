/**
 * A tiny flow with weights and data given by a formula that any language can repeat: the k-th parameter in order of
 * declaration has element i equal to 0.4·sin(0.7·i + k). Shared by the gradient tests and by flow_reference.py.
 */
import { withDirectInjector } from "../../server/flow/adapt-flow.ts";
import type { FlowArchitecture } from "../../server/flow/architecture.ts";
import { lossGraph } from "../../server/flow/flow-graphs.ts";
import { TrainingRandom } from "../../server/flow/random.ts";
import type { FlowWeights } from "../../server/flow/weights.ts";
import { sizeOf } from "../../server/onnx/graph.ts";

export const referenceArchitecture: FlowArchitecture = {
  format: 1,
  dims: 4,
  conditions: [
    { name: "caption", dims: 3 },
    { name: "style", dims: 2 },
  ],
  embeddingDims: 5,
  injector: { hiddenDims: 6, blocks: 1 },
  couplings: { count: 2, hiddenDims: 6, depth: 1, clamp: 1.5 },
  permutationSeed: 3,
};

export const referenceBatch = 3;

const wave = (length: number, phase: number, amplitude: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => amplitude * Math.sin(0.7 * index + phase));

/** Shapes by name in order of declaration; the frozen whitening among them. */
export const referenceParameters = (): Array<{ name: string; shape: readonly number[]; isFrozen: boolean }> =>
  lossGraph(referenceArchitecture, referenceBatch, false).graph.parameters.map(({ value, isFrozen }) => ({
    name: value.name,
    shape: value.shape,
    isFrozen,
  }));

export function referenceWeights(): FlowWeights {
  const tensors = new Map<string, Float32Array>();
  for (const [index, { name, shape }] of referenceParameters().entries())
    tensors.set(name, wave(sizeOf(shape), index, 0.4));
  // A whitening whose inverse is exact: a diagonal one.
  const diagonal = (value: number): Float32Array =>
    Float32Array.from({ length: 16 }, (_, index) => (index % 5 === 0 ? value : 0));
  tensors.set("whitening.matrix", diagonal(2));
  tensors.set("whitening.inverse", diagonal(0.5));
  tensors.set("whitening.logDet", Float32Array.of(4 * Math.log(2)));
  return { architecture: referenceArchitecture, tensors };
}

/** The same flow with an injector that reads its conditions directly too, which the stored reference does not know. */
export function directReferenceWeights(): FlowWeights {
  const { architecture, tensors } = withDirectInjector(referenceWeights());
  const filled = [...tensors].map(([name, data], index): [string, Float32Array] => [
    name,
    name.endsWith(".direct") ? wave(data.length, index, 0.4) : data,
  ]);
  return { architecture, tensors: new Map(filled) };
}

export const referenceData = {
  latent: wave(referenceBatch * 4, 0.3, 1),
  caption: wave(referenceBatch * 3, 0.9, 1),
  captionPresent: Float32Array.of(1, 0, 1),
  style: wave(referenceBatch * 2, 1.5, 1),
  stylePresent: Float32Array.of(1, 1, 0),
};

/** The fixed permutations that the architecture's seed stands for. */
export function referencePermutations(): number[][] {
  const random = new TrainingRandom(referenceArchitecture.permutationSeed, 0, "permutation");
  return Array.from({ length: referenceArchitecture.couplings.count }, () =>
    random.permutation(referenceArchitecture.dims),
  );
}
