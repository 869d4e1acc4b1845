/**
 * The paper's own ablation: an MLP in the place of τ, with the same c, the same experts and as many steps. Here it is the flow without its couplings,
 * which leaves the injector: an MLP that gives z's mean under c (and a spread that the answer at v = 0 does not use).
 */
import { type TrainOptions, trainFlow } from "../flow/trainer.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import { type FlowWeights, initialWeights } from "../flow/weights.ts";

/** @param flow the fitted flow: its sizes and its whitening are taken over */
export async function fitMlp(set: TrainingSet, flow: FlowWeights, options: TrainOptions): Promise<FlowWeights> {
  const architecture = { ...flow.architecture, couplings: { ...flow.architecture.couplings, count: 0 } };
  const frozen = (name: string): Float64Array => Float64Array.from(flow.tensors.get(`whitening.${name}`)!);
  const whitening = {
    mean: frozen("mean"),
    matrix: frozen("matrix"),
    inverse: frozen("inverse"),
    logDet: frozen("logDet")[0]!,
  };
  const { weights } = await trainFlow(set, initialWeights(architecture, whitening, options.seed), options);
  return weights;
}
