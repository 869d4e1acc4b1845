/**
 * The graphs that one flow yields: forward (likelihood), inverse (sampling) and the loss that training differentiates.
 * Batch sizes are fixed when a graph is built; feeds are named `latent` or `residual`, and `<condition>`, `<condition>.present`.
 */
import { Graph, type Value } from "../onnx/graph.ts";
import { add, mul, reduceSum, reshape, scale, sub } from "../onnx/ops.ts";
import type { FlowArchitecture } from "./architecture.ts";
import { Cinn, type ConditionInput, type Dropout, type Step } from "./cinn.ts";
import { guidanceTerms } from "./guidance.ts";

export const presentName = (condition: string): string => `${condition}.present`;

/** Input that says which guidance bases keep a condition, [batch, terms]. */
export const keptName = (condition: string): string => `${condition}.kept`;

const conditionInputs = (graph: Graph, architecture: FlowArchitecture, batch: number): Record<string, ConditionInput> =>
  Object.fromEntries(
    architecture.conditions.map(({ name, dims }) => [
      name,
      { values: graph.input(name, [batch, dims]), present: graph.input(presentName(name), [batch, 1]) },
    ]),
  );

/** Feeds latent [batch, dims] and conditions; gives residual [batch, dims] and logDet [batch, 1]. */
export function forwardGraph(architecture: FlowArchitecture, batch: number): Graph {
  const graph = new Graph("flow-forward");
  const latent = graph.input("latent", [batch, architecture.dims]);
  const flow = new Cinn(graph, architecture);
  const { x, logDet } = flow.forward(latent, flow.embed(conditionInputs(graph, architecture, batch)));
  graph.output("values", x);
  graph.output("logDet", logDet);
  return graph;
}

/**
 * Feeds residual [batch, dims], conditions, guidance weights [batch, terms] and for each condition `<condition>.kept`, which bases
 * keep it [batch, terms]; gives latent [batch, dims] and logDet [batch, 1]. Guidance moves the injector and `guidedCouplings` couplings;
 * all of them is what was measured to be best (scripts/bench/guidance.ts).
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
  const { x, logDet } = flow.inverse(residual, flow.embedWithBases(conditions, kept), guidance);
  graph.output("values", x);
  graph.output("logDet", logDet);
  return graph;
}

/** As `inverseGraph` with every condition given, without guidance, which costs a quarter, and without logDet: for flows that draw a sample a pixel. */
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
  /** What training descends on: the loss, and `injectorWeight` times what it would be without the couplings. */
  readonly objective: Value;
  /** Mean over the batch of each sample's nats per dimension, [batch, 1]. */
  readonly nats: Value;
  /** Inputs to be filled with dropout masks, empty without dropout. */
  readonly masks: readonly Value[];
}

/**
 * Exact maximum likelihood (the paper's eq. 5): −log N(v; 0, I) − log |det ∂v/∂z|. The posterior sample
 * z = mean + std·ε is drawn outside and arrives as `latent`.
 * @param injectorWeight weight of the same loss of the injector alone. Without it couplings take over what conditions say, and
 * v = 0 gives far less than is to be expected; with it the injector's mean comes near the regression of z on c, and v = 0 with it.
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
  const step = flow.forward(latent, flow.embed(conditionInputs(graph, architecture, batch)));
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
