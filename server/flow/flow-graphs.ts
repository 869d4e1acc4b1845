/**
 * The graphs of a flow: forward (likelihood), inverse (sampling) and the loss for training. Batch sizes are fixed when a graph
 * is built. Inputs are `latent` or `residual`, `<condition>` and `<condition>.present`.
 */
import { Graph, type Value } from "../onnx/graph.ts";
import { add, mul, reduceSum, reshape, scale, sub } from "../onnx/ops.ts";
import type { FlowArchitecture } from "./architecture.ts";
import { Cinn, type Step } from "./cinn.ts";
import { guidanceTerms } from "./guidance.ts";
import type { ConditionInput } from "./parts/embedding.ts";
import type { Dropout } from "./parts/layers.ts";

export const presentName = (condition: string): string => `${condition}.present`;

/** Name of the input that says which guidance bases keep a condition, [batch, terms]. */
export const keptName = (condition: string): string => `${condition}.kept`;

const conditionInputs = (graph: Graph, architecture: FlowArchitecture, batch: number): Record<string, ConditionInput> =>
  Object.fromEntries(
    architecture.conditions.map(({ name, dims }) => [
      name,
      { values: graph.input(name, [batch, dims]), present: graph.input(presentName(name), [batch, 1]) },
    ]),
  );

/** Inputs: latent [batch, dims] and conditions. Outputs: residual [batch, dims] and logDet [batch, 1]. */
export function forwardGraph(architecture: FlowArchitecture, batch: number): Graph {
  const graph = new Graph("flow-forward");
  const latent = graph.input("latent", [batch, architecture.dims]);
  const flow = new Cinn(graph, architecture);
  const { x, logDet } = flow.forward(latent, flow.embedding.embed(conditionInputs(graph, architecture, batch)));
  graph.output("values", x);
  graph.output("logDet", logDet);
  return graph;
}

/**
 * Inputs: residual [batch, dims], conditions, guidance weights [batch, terms], and `<condition>.kept` [batch, terms] for each
 * condition: which bases keep it. Outputs: latent [batch, dims] and logDet [batch, 1]. Guidance changes the injector and
 * `guidedCouplings` couplings; guiding all of them measured best (scripts/bench/drawing/guidance.ts).
 */
export function inverseGraph(
  architecture: FlowArchitecture,
  batch: number,
  guidedCouplings: number = architecture.couplings.count,
): Graph {
  const graph = new Graph("flow-inverse");
  const residual = graph.input("residual", [batch, architecture.dims]);
  const flow = new Cinn(graph, architecture);
  const conditions = conditionInputs(graph, architecture, batch);
  const kept = Object.fromEntries(
    architecture.conditions.map(({ name }) => [name, graph.input(keptName(name), [batch, guidanceTerms])]),
  );
  const weights = graph.input("guidance", [batch, guidanceTerms]);
  const guidance = { weights, couplings: guidedCouplings };
  const { x, logDet } = flow.inverse(residual, flow.embedding.embedWithBases(conditions, kept), guidance);
  graph.output("values", x);
  graph.output("logDet", logDet);
  return graph;
}

/**
 * Like `inverseGraph` with all conditions given, without guidance and logDet: a quarter of the cost, for flows with a sample
 * for each pixel.
 */
export function plainInverseGraph(architecture: FlowArchitecture, batch: number): Graph {
  const graph = new Graph("flow-plain-inverse");
  const residual = graph.input("residual", [batch, architecture.dims]);
  const flow = new Cinn(graph, architecture);
  const given = Object.fromEntries(
    architecture.conditions.map(({ name, dims }) => [name, graph.input(name, [batch, dims])]),
  );
  graph.output("values", flow.inverseInPlace(residual, given));
  return graph;
}

export interface LossGraph {
  readonly graph: Graph;
  /** Mean −log p(z|c) per dimension in nats, a scalar: the exact negative log-likelihood of a batch. */
  readonly loss: Value;
  /** The training objective: the loss plus `injectorWeight` times the loss without couplings. */
  readonly objective: Value;
  /** Nats per dimension of each row, [batch, 1]. */
  readonly nats: Value;
  /** Inputs for dropout masks; empty without dropout. */
  readonly masks: readonly Value[];
}

/**
 * Exact maximum likelihood (equation 5 of the paper): −log N(v; 0, I) − log |det ∂v/∂z|. The posterior sample z = mean + std·ε
 * is drawn outside and passed as `latent`.
 * @param injectorWeight weight of the injector's own loss. Without it, couplings take over the conditions' information and v =
 *   0 predicts far less than possible; with it the injector's mean, and v = 0, approach the regression of z on c.
 */
export function lossGraph(
  architecture: FlowArchitecture,
  batch: number,
  hasDropout: boolean,
  injectorWeight = 0,
): LossGraph {
  const graph = new Graph("flow-loss");
  const latent = graph.input("latent", [batch, architecture.dims]);
  const masks: Value[] = [];
  const dropout: Dropout = (x, name) => {
    if (!hasDropout) return x;
    const mask = graph.input(`dropout.${name}`, x.shape);
    masks.push(mask);
    return mul(x, mask);
  };
  const flow = new Cinn(graph, architecture, dropout);
  const step = flow.forward(latent, flow.embedding.embed(conditionInputs(graph, architecture, batch)));
  const natsOf = (reached: Step): Value =>
    scale(negativeLogLikelihood(reached, architecture.dims), 1 / architecture.dims);
  const meanOf = (values: Value): Value => scale(reshape(reduceSum(values, [0, 1]), []), 1 / batch);
  const nats = natsOf(step);
  const loss = meanOf(nats);
  const objective = injectorWeight > 0 ? add(loss, scale(meanOf(natsOf(step.injected)), injectorWeight)) : loss;
  return { graph, loss, objective, nats, masks };
}

/** −log p(z|c) of every row in nats, [batch, 1]. */
function negativeLogLikelihood({ x, logDet }: Step, dims: number): Value {
  const quadratic = scale(reduceSum(mul(x, x), [1]), 0.5);
  return sub(add(quadratic, x.graph.constant(0.5 * dims * Math.log(2 * Math.PI))), logDet);
}
