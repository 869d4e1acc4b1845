/**
 * Trains a flow by exact maximum likelihood, plus the injector's own likelihood on request, until the budget, the patience or
 * the user ends it. It returns the moving average with the best held-out nats. Checkpoints hold the whole state, so a resumed
 * run takes the very steps of an uninterrupted one.
 */
import { AppError } from "../../shared/problem.ts";
import { identifyRun, type RunIdentity, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { evaluationBatch, heldOutNats } from "./held-out.ts";
import { defaultOptimizer } from "./optimizer.ts";
import { createEvaluation, TrainingGraph } from "./training-graph.ts";
import { BatchSampler, checkTrainingSet, createBatchBuffers, type TrainingSet } from "./training-set.ts";
import type { FlowWeights } from "./weights.ts";

export interface TrainOptions {
  readonly batch: number;
  /** Rows of a batch that come from the set's `rehearsedRows`. */
  readonly rehearsed: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly dropout: number;
  /** Share of draws that use an image's first caption. */
  readonly firstCaptionRate: number;
  /** See `BatchOptions` in training-set.ts. */
  readonly conditionNoise: number;
  /** Weight of the likelihood under the injector alone, see `lossGraph`. */
  readonly injectorWeight: number;
  readonly weightDecay: number;
  readonly seed: number;
  readonly threads: number;
  /** Steps between evaluations on the held-out rows. */
  readonly evaluateEvery: number;
  /** Evaluations without improvement before training stops. */
  readonly patience: number;
  /** Conditions given in held-out measurements; absent = all. */
  readonly measured?: readonly string[];
  /**
   * `best`: the moving average with the lowest held-out nats, with early stopping. `last`: the final one. It fits known
   * (concept, style) pairs more closely; their shapes keep improving after held-out nats have turned.
   */
  readonly keep: "best" | "last";
  /** File of the checkpoint; absent = no checkpoint, no resuming. */
  readonly checkpoint?: string;
  readonly checkpointEverySeconds: number;
  readonly signal?: AbortSignal;
  /** Awaited after each evaluation. @param averages the moving average; live buffers, valid until it returns */
  onProgress?(progress: TrainProgress, averages: ReadonlyMap<string, Float32Array>): void | Promise<void>;
}

export interface TrainProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Nats per dimension, averaged since the last report. */
  readonly trainNats: number;
  readonly heldOutNats: number;
  readonly bestNats: number;
  readonly bestStep: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

export interface TrainResult {
  readonly weights: FlowWeights;
  readonly heldOutNats: number;
  /** Lowest held-out nats of the run, at `bestStep`; equals `heldOutNats` when the best weights are kept. */
  readonly lowestNats: number;
  readonly bestStep: number;
  readonly stepsDone: number;
  readonly reason: "finished" | "no improvement" | "cancelled";
}

export const defaultTrainOptions = {
  batch: 512,
  rehearsed: 0,
  steps: 10_000,
  learningRate: 6e-4,
  warmupSteps: 200,
  dropout: 0.1,
  firstCaptionRate: 0.3,
  conditionNoise: 0,
  injectorWeight: 0,
  weightDecay: 0.02,
  seed: 1,
  threads: 0,
  evaluateEvery: 250,
  patience: 20,
  keep: "best",
  checkpointEverySeconds: 240,
} as const satisfies TrainOptions;

export async function trainFlow(set: TrainingSet, start: FlowWeights, options: TrainOptions): Promise<TrainResult> {
  checkTrainingSet(set, options);
  const run = await Run.create(set, start, options);
  try {
    return await run.toEnd();
  } finally {
    await run.dispose();
  }
}

/** Options that determine the steps of a run; a checkpoint with other values is refused. */
const identitySettings = [
  "steps",
  "batch",
  "rehearsed",
  "seed",
  "learningRate",
  "warmupSteps",
  "dropout",
  "firstCaptionRate",
  "conditionNoise",
  "injectorWeight",
  "weightDecay",
  "evaluateEvery",
] as const satisfies ReadonlyArray<keyof TrainOptions>;

/** One training run: the loop and its state. */
class Run {
  readonly #set: TrainingSet;
  readonly #start: FlowWeights;
  readonly #options: TrainOptions;
  readonly #graph: TrainingGraph;
  readonly #evaluation: Awaited<ReturnType<typeof createEvaluation>>;
  readonly #identity: RunIdentity;
  #best = new Map<string, Float32Array>();
  #bestNats = Number.POSITIVE_INFINITY;
  #bestStep = 0;
  #step = 0;

  private constructor(
    set: TrainingSet,
    start: FlowWeights,
    options: TrainOptions,
    graph: TrainingGraph,
    evaluation: Awaited<ReturnType<typeof createEvaluation>>,
  ) {
    this.#set = set;
    this.#start = start;
    this.#options = options;
    this.#graph = graph;
    this.#evaluation = evaluation;
    this.#identity = identifyRun(start, set, Object.fromEntries(identitySettings.map((name) => [name, options[name]])));
  }

  static async create(set: TrainingSet, start: FlowWeights, options: TrainOptions): Promise<Run> {
    const optimizer = { ...defaultOptimizer, weightDecay: options.weightDecay };
    const graph = await TrainingGraph.create(start, {
      batch: options.batch,
      threads: options.threads,
      dropout: options.dropout,
      injectorWeight: options.injectorWeight,
      seed: options.seed,
      optimizer,
    });
    const evaluation = await createEvaluation(start.architecture, evaluationBatch(set), options.threads);
    const run = new Run(set, start, options, graph, evaluation);
    try {
      await run.#resume();
    } catch (error) {
      await run.dispose();
      throw error;
    }
    return run;
  }

  async toEnd(): Promise<TrainResult> {
    const options = this.#options;
    const graph = this.#graph;
    const sampler = new BatchSampler(this.#set, options);
    const batch = createBatchBuffers(this.#set, options.batch);
    let [lossSum, lossCount] = [0, 0];
    let reported = performance.now();
    let saved = performance.now();
    if (this.#best.size === 0) await this.#evaluate();
    let reason: TrainResult["reason"] = "finished";
    while (this.#step < options.steps) {
      if (options.signal?.aborted) {
        reason = "cancelled";
        break;
      }
      // Checked here and not after an evaluation, so that a stopped run stays stopped when it is resumed.
      if (options.keep === "best" && this.#step - this.#bestStep >= options.patience * options.evaluateEvery) {
        reason = "no improvement";
        break;
      }
      sampler.fill(batch, this.#step);
      const { loss } = await graph.step(batch, this.#schedule());
      if (!Number.isFinite(loss))
        throw new AppError(
          "training_failed",
          `training: expected a finite loss, got ${loss} at step ${this.#step} (try a lower learning rate than ${options.learningRate})`,
        );
      this.#step += 1;
      lossSum += loss;
      lossCount += 1;
      if (this.#step % options.evaluateEvery !== 0 && this.#step < options.steps) continue;
      const seconds = (performance.now() - reported) / 1000;
      const heldOutNats = await this.#evaluate();
      const progress: TrainProgress = {
        step: this.#step,
        steps: options.steps,
        epoch: this.#step / sampler.stepsPerEpoch,
        trainNats: lossSum / lossCount,
        heldOutNats,
        bestNats: this.#bestNats,
        bestStep: this.#bestStep,
        imagesPerSecond: (lossCount * options.batch) / seconds,
        secondsLeft: ((options.steps - this.#step) * seconds) / lossCount,
      };
      await options.onProgress?.(progress, graph.averages());
      [lossSum, lossCount] = [0, 0];
      reported = performance.now();
      if (performance.now() - saved > options.checkpointEverySeconds * 1000) {
        await this.#save();
        saved = performance.now();
      }
    }
    await this.#save();
    const isLast = options.keep === "last";
    const tensors = isLast
      ? new Map([...graph.averages()].map(([name, data]) => [name, data.slice()]))
      : new Map(this.#best);
    return {
      weights: { architecture: this.#start.architecture, tensors },
      heldOutNats: isLast ? await this.#evaluate() : this.#bestNats,
      lowestNats: this.#bestNats,
      bestStep: this.#bestStep,
      stepsDone: this.#step,
      reason,
    };
  }

  async dispose(): Promise<void> {
    await this.#graph.dispose();
    await this.#evaluation.dispose();
  }

  /** Linear warm-up, then half a cosine down to a twentieth. The average has a shorter memory while weights still move far. */
  #schedule() {
    const { steps, warmupSteps, learningRate } = this.#options;
    const warm = Math.min(1, (this.#step + 1) / warmupSteps);
    const cosine = 0.05 + 0.95 * 0.5 * (1 + Math.cos((Math.PI * this.#step) / steps));
    return {
      step: this.#step,
      learningRate: learningRate * warm * cosine,
      averageDecay: Math.min(0.998, (1 + this.#step) / (10 + this.#step)),
    };
  }

  /** Held-out nats per dimension of the moving average; keeps a copy of the best one. */
  async #evaluate(): Promise<number> {
    const averages = this.#graph.averages();
    const { measured } = this.#options;
    const nats = await heldOutNats(
      this.#set,
      (batch) => this.#evaluation.nats(averages, batch),
      measured ? { given: new Set(measured) } : {},
    );
    if (!Number.isFinite(nats))
      throw new AppError(
        "training_failed",
        `training: expected finite held-out nats, got ${nats} at step ${this.#step} (held-out latents or conditions are not finite, or the learning rate ${this.#options.learningRate} is too high)`,
      );
    if (nats < this.#bestNats) {
      this.#bestNats = nats;
      this.#bestStep = this.#step;
      for (const [name, data] of averages) {
        const copy = this.#best.get(name) ?? new Float32Array(data.length);
        copy.set(data);
        this.#best.set(name, copy);
      }
    }
    return nats;
  }

  async #save(): Promise<void> {
    const { checkpoint } = this.#options;
    if (!checkpoint) return;
    const position = { step: this.#step, bestNats: this.#bestNats, bestStep: this.#bestStep };
    await writeCheckpoint(checkpoint, this.#identity, position, this.#graph.state(), this.#best);
  }

  async #resume(): Promise<void> {
    const { checkpoint } = this.#options;
    if (!checkpoint) return;
    const sizes = new Map([...this.#graph.state()].map(([name, data]) => [name, data.length]));
    const found = await readCheckpoint(checkpoint, this.#identity, sizes);
    if (!found) return;
    this.#graph.restore(found.state);
    this.#best = found.best;
    this.#step = found.position.step;
    this.#bestNats = found.position.bestNats;
    this.#bestStep = found.position.bestStep;
  }
}
