/**
 * The training step as a runnable thing: one ONNX graph (loss, gradients, clipping, AdamW, moving average) and the
 * buffers of its state. State is kept twice and the two copies trade places each step, so no step allocates weights.
 */

import { differentiate } from "../onnx/differentiate.ts";
import { toModelBytes } from "../onnx/model-file.ts";
import { Session, type Tensor } from "../onnx/session.ts";
import type { FlowArchitecture } from "./architecture.ts";
import { lossGraph, presentName } from "./flow-graphs.ts";
import { appendAdamW, nextSuffix, type OptimizerOptions, stateNames } from "./optimizer.ts";
import { TrainingRandom } from "./random.ts";
import type { Batch } from "./training-set.ts";
import type { FlowWeights } from "./weights.ts";

export interface StepInput {
  readonly step: number;
  readonly learningRate: number;
  readonly averageDecay: number;
}

export interface StepResult {
  /** Nats per dimension of the batch, before the update. */
  readonly loss: number;
  readonly gradientNorm: number;
}

type Buffers = Map<string, Tensor>;

export interface TrainingGraphOptions {
  readonly batch: number;
  readonly threads: number;
  readonly dropout: number;
  /** See `lossGraph`. */
  readonly injectorWeight: number;
  readonly seed: number;
  readonly optimizer: OptimizerOptions;
  /** See `SessionOptions`. */
  readonly profileTo?: string;
}

const scalar = (value: number): Tensor => ({ data: Float32Array.of(value), dims: [1] });

export class TrainingGraph {
  readonly #session: Session;
  readonly #options: TrainingGraphOptions;
  readonly #dims: number;
  readonly #frozen: Buffers;
  readonly #masks: Buffers;
  #state: Buffers;
  #next: Buffers;

  private constructor(
    session: Session,
    options: TrainingGraphOptions,
    dims: number,
    buffers: { frozen: Buffers; masks: Buffers; state: Buffers; next: Buffers },
  ) {
    this.#session = session;
    this.#options = options;
    this.#dims = dims;
    this.#frozen = buffers.frozen;
    this.#masks = buffers.masks;
    this.#state = buffers.state;
    this.#next = buffers.next;
  }

  /** Builds the step graph; the state starts from `weights` with zero moments. */
  static async create(weights: FlowWeights, options: TrainingGraphOptions): Promise<TrainingGraph> {
    const { architecture, tensors } = weights;
    const { graph, loss, objective, masks } = lossGraph(
      architecture,
      options.batch,
      options.dropout > 0,
      options.injectorWeight,
    );
    const trained = graph.parameters.filter(({ isFrozen }) => !isFrozen).map(({ value }) => value);
    const norm = appendAdamW(graph, trained, differentiate(objective, trained), options.optimizer);
    graph.output("loss", loss);
    graph.output("gradientNorm", norm);
    const session = await Session.create(toModelBytes(graph, { kind: "inputs" }), {
      label: "training step",
      threads: options.threads,
      ...(options.profileTo === undefined ? {} : { profileTo: options.profileTo }),
    });
    const state: Buffers = new Map();
    for (const { name, shape } of trained) {
      const names = stateNames(name);
      const data = tensors.get(name)!;
      state.set(names.weight, { data: data.slice(), dims: shape });
      state.set(names.average, { data: data.slice(), dims: shape });
      state.set(names.firstMoment, { data: new Float32Array(data.length), dims: shape });
      state.set(names.secondMoment, { data: new Float32Array(data.length), dims: shape });
    }
    const next: Buffers = new Map(
      [...state].map(([name, { data, dims }]) => [name, { data: new Float32Array(data.length), dims }]),
    );
    const frozen: Buffers = new Map(
      graph.parameters
        .filter(({ isFrozen }) => isFrozen)
        .map(({ value }) => [value.name, { data: tensors.get(value.name)!, dims: value.shape }]),
    );
    const maskBuffers: Buffers = new Map(
      masks.map(({ name, shape }) => [name, { data: new Float32Array(shape.reduce((a, b) => a * b, 1)), dims: shape }]),
    );
    return new TrainingGraph(session, options, architecture.dims, { frozen, masks: maskBuffers, state, next });
  }

  /** One update on one batch. */
  async step(batch: Batch, { step, learningRate, averageDecay }: StepInput): Promise<StepResult> {
    const { beta1, beta2 } = this.#options.optimizer;
    const random = new TrainingRandom(this.#options.seed, step, "dropout");
    for (const { data } of this.#masks.values()) random.fillDropout(data as Float32Array, this.#options.dropout);
    const feeds = {
      ...Object.fromEntries(this.#frozen),
      ...Object.fromEntries(this.#masks),
      ...Object.fromEntries(this.#state),
      ...batchFeeds(batch, this.#dims, this.#options.batch),
      learningRate: scalar(learningRate),
      correction1: scalar(1 - beta1 ** (step + 1)),
      correction2: scalar(1 - beta2 ** (step + 1)),
      averageDecay: scalar(averageDecay),
    };
    const outputs = Object.fromEntries([...this.#next].map(([name, tensor]) => [`${name}${nextSuffix}`, tensor]));
    const results = await this.#session.run(feeds, outputs);
    [this.#state, this.#next] = [this.#next, this.#state];
    return { loss: results["loss"]!.data[0] as number, gradientNorm: results["gradientNorm"]!.data[0] as number };
  }

  /** Moving averages of the trained weights with the frozen ones: live buffers, valid until the next step but one. */
  averages(): Map<string, Float32Array> {
    const averages = new Map([...this.#frozen].map(([name, { data }]) => [name, data as Float32Array]));
    for (const name of this.#trainedNames())
      averages.set(name, this.#state.get(stateNames(name).average)!.data as Float32Array);
    return averages;
  }

  /** The whole state by name, live buffers: for checkpoints. */
  state(): ReadonlyMap<string, Float32Array> {
    return new Map([...this.#state].map(([name, { data }]) => [name, data as Float32Array]));
  }

  /** Puts back a state taken by `state`. */
  restore(state: ReadonlyMap<string, Float32Array>): void {
    for (const [name, { data }] of this.#state) (data as Float32Array).set(state.get(name)!);
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }

  #trainedNames(): string[] {
    return [...this.#state.keys()].filter((name) => !name.includes("#"));
  }
}

/** Feeds of the data inputs of a loss graph. */
export function batchFeeds(batch: Batch, dims: number, rows: number): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = { latent: { data: batch.latents, dims: [rows, dims] } };
  for (const { name, values, present } of batch.conditions) {
    feeds[name] = { data: values, dims: [rows, values.length / rows] };
    feeds[presentName(name)] = { data: present, dims: [rows, 1] };
  }
  return feeds;
}

/** The loss graph without dropout, with weights as inputs: evaluates any weights of one architecture. */
export async function createEvaluation(architecture: FlowArchitecture, batch: number, threads: number) {
  const { graph, nats } = lossGraph(architecture, batch, false);
  graph.output("nats", nats);
  const session = await Session.create(toModelBytes(graph, { kind: "inputs" }), { label: "evaluation", threads });
  return {
    /** Nats per dimension of each row of the batch. */
    async nats(weights: ReadonlyMap<string, Float32Array>, data: Batch): Promise<Float32Array> {
      const parameters = graph.parameters.map(({ value }) => [
        value.name,
        { data: weights.get(value.name)!, dims: value.shape },
      ]);
      const results = await session.run({
        ...Object.fromEntries(parameters),
        ...batchFeeds(data, architecture.dims, batch),
      });
      return results["nats"]!.data as Float32Array;
    },
    dispose: () => session.dispose(),
  };
}
