/**
 * The training step: one ONNX graph (loss, gradients and their norm), which reads the weights from the optimiser's memory,
 * followed by the optimiser's step.
 */
import { differentiate } from "../onnx/differentiate.ts";
import { sizeOf } from "../onnx/graph.ts";
import { toModelBytes } from "../onnx/model-file.ts";
import { Session, type Tensor } from "../onnx/session.ts";
import type { FlowArchitecture } from "./architecture.ts";
import { lossGraph, presentName } from "./flow-graphs.ts";
import { AdamW, gradientNorm, type OptimizerOptions, type StepInput } from "./optimizer.ts";
import { TrainingRandom } from "./random.ts";
import type { Batch } from "./training-set.ts";
import type { FlowWeights } from "./weights.ts";

export interface StepResult {
  /** Nats per dimension of the batch before the update. */
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

/** Name of the output with a weight's gradient. */
const gradientName = (weight: string): string => `${weight}#gradient`;

export class TrainingGraph {
  readonly #session: Session;
  readonly #options: TrainingGraphOptions;
  readonly #dims: number;
  readonly #optimizer: AdamW;
  /** Buffers of the trained weights in the optimiser's order; live. */
  readonly #trained: Buffers;
  readonly #frozen: Buffers;
  readonly #masks: Buffers;

  private constructor(
    session: Session,
    options: TrainingGraphOptions,
    dims: number,
    optimizer: AdamW,
    buffers: { trained: Buffers; frozen: Buffers; masks: Buffers },
  ) {
    this.#session = session;
    this.#options = options;
    this.#dims = dims;
    this.#optimizer = optimizer;
    this.#trained = buffers.trained;
    this.#frozen = buffers.frozen;
    this.#masks = buffers.masks;
  }

  /**
   * Builds the step graph. The state starts from `weights` with zero moments.
   * @throws AppError `training_failed` when the state does not fit into memory
   */
  static async create(weights: FlowWeights, options: TrainingGraphOptions): Promise<TrainingGraph> {
    const { architecture, tensors } = weights;
    const { graph, loss, objective, masks } = lossGraph(
      architecture,
      options.batch,
      options.dropout > 0,
      options.injectorWeight,
    );
    const trained = graph.parameters.filter(({ isFrozen }) => !isFrozen).map(({ value }) => value);
    const gradients = differentiate(objective, trained);
    for (const [index, { name }] of trained.entries()) graph.output(gradientName(name), gradients[index]!);
    graph.output("loss", loss);
    graph.output("gradientNorm", gradientNorm(gradients));
    const optimizer = new AdamW(trained, tensors, options.optimizer);
    const session = await Session.create(toModelBytes(graph, { kind: "inputs" }), {
      label: "training step",
      threads: options.threads,
      ...(options.profileTo === undefined ? {} : { profileTo: options.profileTo }),
    });
    const values = optimizer.values("weight");
    return new TrainingGraph(session, options, architecture.dims, optimizer, {
      trained: new Map(trained.map(({ name, shape }) => [name, { data: values.get(name)!, dims: shape }])),
      frozen: new Map(
        graph.parameters
          .filter(({ isFrozen }) => isFrozen)
          .map(({ value }) => [value.name, { data: tensors.get(value.name)!, dims: value.shape }]),
      ),
      masks: new Map(masks.map(({ name, shape }) => [name, { data: new Float32Array(sizeOf(shape)), dims: shape }])),
    });
  }

  /** Updates the weights by one batch. */
  async step(batch: Batch, input: StepInput): Promise<StepResult> {
    const random = new TrainingRandom(this.#options.seed, input.step, "dropout");
    for (const { data } of this.#masks.values()) random.fillDropout(data as Float32Array, this.#options.dropout);
    const results = await this.#session.run({
      ...Object.fromEntries(this.#frozen),
      ...Object.fromEntries(this.#masks),
      ...Object.fromEntries(this.#trained),
      ...batchFeeds(batch, this.#dims, this.#options.batch),
    });
    const numberOf = (name: string): number => results[name]!.data[0] as number;
    const gradients = [...this.#trained.keys()].map((name) => results[gradientName(name)]!.data as Float32Array);
    this.#optimizer.step(gradients, numberOf("gradientNorm"), input);
    return { loss: numberOf("loss"), gradientNorm: numberOf("gradientNorm") };
  }

  /** Moving averages of the trained weights and the frozen weights; live buffers, valid until the next step. */
  averages(): Map<string, Float32Array> {
    const frozen = [...this.#frozen].map(([name, { data }]) => [name, data as Float32Array] as const);
    return new Map([...frozen, ...this.#optimizer.values("average")]);
  }

  /** The whole state by name for checkpoints; live buffers. */
  state(): ReadonlyMap<string, Float32Array> {
    return this.#optimizer.state();
  }

  /** Restores a state from `state`. */
  restore(state: ReadonlyMap<string, Float32Array>): void {
    for (const [name, data] of this.#optimizer.state()) data.set(state.get(name)!);
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }
}

/** Feeds for the data inputs of a loss graph. */
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
