/**
 * The state of AdamW (Loshchilov & Hutter 2019) with a moving average of the weights, and its step, in WebAssembly: four values
 * for each weight, in one memory, read and written once a step in place. Pure.
 */
import { instantiate, pageBytes } from "./instance.ts";

/** The state of one weight tensor: live views of the memory. */
export interface AdamState {
  readonly weight: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly average: Float32Array;
}

/** The factors of a step. For each element with gradient g: m ← beta1·m + gradientFactor·g, v ← beta2·v + squareFactor·g². */
export interface AdamFactors {
  readonly beta1: number;
  readonly gradientFactor: number;
  readonly beta2: number;
  readonly squareFactor: number;
  /** w ← decayFactor·w − stepSize·m / (√v + epsilon) */
  readonly epsilon: number;
  readonly stepSize: number;
  readonly decayFactor: number;
  /** average ← average + averageRate·(w − average) */
  readonly averageRate: number;
}

const valueBytes = 4;
/**
 * Values of one vector. Each tensor begins at a multiple; a step processes whole vectors, and the values after the end of a
 * tensor stay zero.
 */
const lanes = 4;

export class AdamMemory {
  /** In the order of `lengths`. */
  readonly tensors: readonly AdamState[];
  readonly #instance = instantiate();
  /** Distance in bytes from a tensor's weights to its first moments, and so on. */
  readonly #apart: number;
  readonly #starts: readonly number[];
  readonly #room: Float32Array;

  /**
   * A state of zeros.
   * @param lengths lengths of the weight tensors
   * @throws RangeError when four values for each weight exceed WebAssembly's 4 GiB, or the available memory
   */
  constructor(lengths: readonly number[]) {
    const { memory } = this.#instance;
    const first = this.#instance.freeFrom();
    const starts: number[] = [];
    let end = first;
    for (const length of lengths) {
      starts.push(end);
      end += Math.ceil(length / lanes) * lanes * valueBytes;
    }
    this.#apart = end - first;
    this.#starts = starts;
    memory.grow(Math.max(0, Math.ceil((first + 4 * this.#apart - memory.buffer.byteLength) / pageBytes)));
    const viewOf = (at: number, length: number): Float32Array => new Float32Array(memory.buffer, at, length);
    this.tensors = lengths.map((length, index) => {
      const [weight, firstMoment, secondMoment, average] = [0, 1, 2, 3].map((part) =>
        viewOf(starts[index]! + part * this.#apart, length),
      ) as [Float32Array, Float32Array, Float32Array, Float32Array];
      return { weight, firstMoment, secondMoment, average };
    });
    this.#room = viewOf(this.#instance.gradientsAt(), this.#instance.gradientsBytes() / valueBytes);
  }

  /** One step of a tensor, in place. @param gradient as long as the weights @throws RangeError when it is not */
  step(index: number, gradient: Float32Array, factors: AdamFactors): void {
    const { length } = this.tensors[index]!.weight;
    if (gradient.length !== length)
      throw new RangeError(`gradient ${index}: expected ${length} values, got ${gradient.length}`);
    const room = this.#room;
    for (let at = 0; at < gradient.length; at += room.length) {
      const some = gradient.subarray(at, at + room.length);
      room.set(some);
      const count = Math.ceil(some.length / lanes) * lanes;
      room.fill(0, some.length, count);
      this.#instance.takeAdamStep(
        this.#starts[index]! + at * valueBytes,
        this.#apart,
        count,
        factors.beta1,
        factors.gradientFactor,
        factors.beta2,
        factors.squareFactor,
        factors.epsilon,
        factors.stepSize,
        factors.decayFactor,
        factors.averageRate,
      );
    }
  }
}
