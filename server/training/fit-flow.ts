/**
 * Trains the flow of a translation and measures it: held-out nats, compared with a diagonal Gaussian (how much the flow
 * learned) and with shuffled conditions (how much it uses them).
 */
import { AppError } from "../../shared/problem.ts";
import { adaptFlow } from "../flow/adapt-flow.ts";
import type { FlowArchitecture } from "../flow/architecture.ts";
import type { FittedFlow } from "../flow/fitted-flow.ts";
import { evaluationBatch, heldOutNats, measuredRows } from "../flow/held-out.ts";
import { type TrainOptions, trainFlow } from "../flow/trainer.ts";
import { createEvaluation } from "../flow/training-graph.ts";
import type { HeldOutOptions, TrainingSet } from "../flow/training-set.ts";
import { type FlowWeights, initialWeights, readFlowFile, writeFlowFile } from "../flow/weights.ts";
import { fitWhitening } from "../flow/whitening.ts";

/** A size for some 20,000 icons: 22 million weights at 512 dimensions. Small latents get narrower networks. */
function freshArchitecture(set: TrainingSet): FlowArchitecture {
  const width = (most: number): number => Math.min(most, 16 * set.dims);
  return {
    format: 2,
    dims: set.dims,
    conditions: conditionsOf(set),
    embeddingDims: width(384),
    injector: { hiddenDims: width(1280), blocks: 3, isDirect: true },
    couplings: { count: 6, hiddenDims: width(640), depth: 1, clamp: 1.5 },
    permutationSeed: 1,
  };
}

/**
 * @param start weights to continue from; their flow may have other conditions. Absent = fresh weights
 * @throws AppError `dataset_invalid` when the start has other latents, or another width of a condition, than the set
 */
export async function fitFlow(set: TrainingSet, options: TrainOptions, start?: FlowWeights): Promise<FittedFlow> {
  const result = await trainFlow(
    set,
    start ? startingFrom(start, set, options.seed) : freshWeights(set, options.seed),
    options,
  );
  // Measured as it ships, in float16.
  const { tensors } = readFlowFile(writeFlowFile(result.weights), "trained flow");
  const evaluation = await createEvaluation(result.weights.architecture, evaluationBatch(set), options.threads);
  try {
    const measure = (which: HeldOutOptions): Promise<number> =>
      heldOutNats(set, (batch) => evaluation.nats(tensors, batch), which);
    return {
      ...result,
      shippedNats: await measure(options.measured ? { given: new Set(options.measured) } : {}),
      metrics: {
        heldOutNatsPerDim: await measure({}),
        float32NatsPerDim: result.heldOutNats,
        lowestNatsPerDim: result.lowestNats,
        shuffledNatsPerDim: await measure({ shift: Math.floor(evaluationBatch(set) / 2) }),
        diagonalGaussianNatsPerDim: diagonalGaussianNats(set),
        trainImages: new Set(set.trainRows).size,
        heldOutImages: measuredRows(set).length,
        bestStep: result.bestStep,
        steps: result.stepsDone,
      },
    };
  } finally {
    await evaluation.dispose();
  }
}

/**
 * Fresh weights for a set.
 * @param whitening of the latents; absent = fitted to them
 */
export function freshWeights(
  set: TrainingSet,
  seed: number,
  whitening = fitWhitening(gatherRows(set.latents, set.trainRows, set.dims), set.dims, set.posteriorStd),
): FlowWeights {
  return initialWeights(freshArchitecture(set), whitening, seed);
}

function startingFrom(start: FlowWeights, set: TrainingSet, seed: number): FlowWeights {
  const { dims } = start.architecture;
  if (dims !== set.dims)
    throw new AppError("dataset_invalid", `start: expected a flow for z ${set.dims}, got one for z ${dims}`, {
      field: "--start",
      expected: `z ${set.dims}`,
      received: `z ${dims}`,
    });
  return adaptFlow(start, conditionsOf(set), seed);
}

const conditionsOf = (set: TrainingSet): FlowArchitecture["conditions"] =>
  set.conditions.map(({ name, dims }) => ({ name, dims }));

/** Nats per dimension of held-out latents under N(mean, variance), fitted to each dimension of the training latents. */
export function diagonalGaussianNats(set: TrainingSet): number {
  const train = gatherRows(set.latents, set.trainRows, set.dims);
  const heldOut = gatherRows(set.latents, measuredRows(set), set.dims);
  let sum = 0;
  for (let axis = 0; axis < set.dims; axis += 1) {
    const { mean, variance } = momentsOf(train, axis, set.dims);
    const total = variance + set.posteriorStd ** 2;
    const other = momentsOf(heldOut, axis, set.dims);
    const spread = other.variance + (other.mean - mean) ** 2 + set.posteriorStd ** 2;
    sum += 0.5 * (Math.log(2 * Math.PI * total) + spread / total);
  }
  return sum / set.dims;
}

function momentsOf(values: Float32Array, axis: number, dims: number): { mean: number; variance: number } {
  let [sum, squares] = [0, 0];
  for (let at = axis; at < values.length; at += dims) {
    sum += values[at]!;
    squares += values[at]! ** 2;
  }
  const rows = values.length / dims;
  return { mean: sum / rows, variance: squares / rows - (sum / rows) ** 2 };
}

function gatherRows(values: Float32Array, rows: Int32Array, dims: number): Float32Array {
  const gathered = new Float32Array(rows.length * dims);
  for (const [index, row] of rows.entries()) gathered.set(values.subarray(row * dims, (row + 1) * dims), index * dims);
  return gathered;
}
