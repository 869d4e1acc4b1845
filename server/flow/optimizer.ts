/**
 * The optimiser: global-norm clipping, AdamW (Loshchilov & Hutter 2019) and an exponential moving average of the weights. Its
 * state is outside the step graph, which returns gradients only, because every output of a graph is copied out of the runtime.
 * server/wasm/adam.ts computes the step.
 */
import { AppError } from "../../shared/problem.ts";
import { sizeOf, type Value } from "../onnx/graph.ts";
import { add, sqrt, sumSquares } from "../onnx/ops.ts";
import { AdamMemory, type AdamState } from "../wasm/adam.ts";

/** Names of the four tensors of a trained weight. */
export const stateNames = (weight: string) =>
  ({ weight, firstMoment: `${weight}#m`, secondMoment: `${weight}#v`, average: `${weight}#ema` }) as const;

export interface OptimizerOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
}

export const defaultOptimizer: OptimizerOptions = {
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1,
};

export interface StepInput {
  /** Number of earlier steps. */
  readonly step: number;
  readonly learningRate: number;
  /** Decay of the moving average in this step. */
  readonly averageDecay: number;
}

/** ‖all gradients‖₂, shape []. */
export const gradientNorm = (gradients: readonly Value[]): Value => sqrt(gradients.map(sumSquares).reduce(add));

interface Trained {
  readonly name: string;
  readonly shape: readonly number[];
}

export class AdamW {
  readonly #weights: readonly Trained[];
  readonly #options: OptimizerOptions;
  readonly #memory: AdamMemory;

  /**
   * @param start start of each weight and of its average; moments start at zero
   * @throws AppError `training_failed` when the state does not fit into memory, `tensor_mismatch` when a start has another
   *   length than its weight
   */
  constructor(weights: readonly Trained[], start: ReadonlyMap<string, Float32Array>, options: OptimizerOptions) {
    this.#weights = weights;
    this.#options = options;
    const lengths = weights.map(({ shape }) => sizeOf(shape));
    try {
      this.#memory = new AdamMemory(lengths);
    } catch (cause) {
      const count = lengths.reduce((sum, length) => sum + length, 0);
      const expected = "memory for 16 bytes a weight, at most 4 GiB";
      throw new AppError("training_failed", `training: expected ${expected}, got too little for ${count} weights`, {
        cause,
      });
    }
    for (const [{ name }, { weight, average }] of this.#entries()) {
      const values = start.get(name);
      if (values?.length !== weight.length)
        throw new AppError(
          "tensor_mismatch",
          `${name}: expected ${weight.length} values to start from, got ${values?.length ?? "none"}`,
        );
      weight.set(values);
      average.set(weight);
    }
  }

  /** Weights or their moving averages by name; live buffers. */
  values(of: "weight" | "average"): Map<string, Float32Array> {
    return new Map(this.#entries().map(([{ name }, state]) => [name, state[of]]));
  }

  /** The whole state by name (`stateNames`); live buffers. */
  state(): Map<string, Float32Array> {
    return new Map(
      this.#entries().flatMap(([{ name }, state]) => {
        const names = stateNames(name);
        return (["weight", "firstMoment", "secondMoment", "average"] as const).map(
          (part) => [names[part], state[part]] as const,
        );
      }),
    );
  }

  /**
   * Takes one step, in place.
   * @param gradients in the order of the weights
   * @param norm norm of all gradients together
   */
  step(gradients: readonly Float32Array[], norm: number, { step, learningRate, averageDecay }: StepInput): void {
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.#options;
    const clip = Math.min(1, clipNorm / (norm + 1e-12));
    // Bias corrections of step size and epsilon.
    const [correction1, rootCorrection2] = [1 - beta1 ** (step + 1), Math.sqrt(1 - beta2 ** (step + 1))];
    for (const [index, { shape }] of this.#weights.entries()) {
      // Weight decay applies to matrices only; biases and absent vectors are rows.
      const decay = shape[0]! > 1 ? learningRate * weightDecay : 0;
      this.#memory.step(index, gradients[index]!, {
        beta1,
        gradientFactor: clip * (1 - beta1),
        beta2,
        squareFactor: clip * clip * (1 - beta2),
        epsilon: rootCorrection2 * epsilon,
        stepSize: (learningRate * rootCorrection2) / correction1,
        decayFactor: 1 - decay,
        averageRate: 1 - averageDecay,
      });
    }
  }

  #entries(): Array<readonly [Trained, AdamState]> {
    return this.#weights.map((weight, index) => [weight, this.#memory.tensors[index]!] as const);
  }
}
