/**
 * A checkpoint as an importer sees it: its tensors under the names of the original code, each with the shape that the network needs. A
 * prefix does not matter, such as `module.` of DataParallel or `state_dict.` of Lightning. Remembers what was used, so that what an
 * importer left out can be listed.
 */
import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { checkpointFault } from "../checkpoints/checkpoint.ts";
import type { Weight } from "../onnx/network.ts";

export class Weights {
  readonly #checkpoint: Checkpoint;
  readonly #prefix: string;
  readonly #used: Set<string>;

  private constructor(checkpoint: Checkpoint, prefix: string, used: Set<string>) {
    this.#checkpoint = checkpoint;
    this.#prefix = prefix;
    this.#used = used;
  }

  /**
   * The network in the file that has a tensor named `marker`.
   * @throws AppError `pack_corrupt` when it has none, or several
   */
  static holding(checkpoint: Checkpoint, marker: string, kind: string): Weights {
    const prefixes = Weights.#prefixesOf(checkpoint, marker);
    if (prefixes.length === 1) return new Weights(checkpoint, prefixes[0]!, new Set());
    const some = [...checkpoint.tensors.keys()].slice(0, 5).join(", ");
    throw checkpointFault(
      checkpoint.path,
      `a checkpoint of kind ${kind}, with one tensor …${marker}`,
      prefixes.length === 0 ? `none among ${checkpoint.tensors.size} (${some} …)` : `${prefixes.length} of them`,
    );
  }

  static isIn(checkpoint: Checkpoint, marker: string): boolean {
    return Weights.#prefixesOf(checkpoint, marker).length > 0;
  }

  static #prefixesOf(checkpoint: Checkpoint, marker: string): string[] {
    const matching = [...checkpoint.tensors.keys()].filter((name) => name === marker || name.endsWith(`.${marker}`));
    return matching.map((name) => name.slice(0, -marker.length));
  }

  /** The part of the network behind `prefix`, which ends in a dot. */
  within(prefix: string): Weights {
    return new Weights(this.#checkpoint, this.#prefix + prefix, this.#used);
  }

  has(name: string): boolean {
    return this.#checkpoint.tensors.has(this.#prefix + name);
  }

  /** Whether any tensor lies behind `prefix`. */
  hasPart(prefix: string): boolean {
    return this.names().some((name) => name.startsWith(prefix));
  }

  /** Names of this part. */
  names(): string[] {
    return [...this.#checkpoint.tensors.keys()]
      .filter((name) => name.startsWith(this.#prefix))
      .map((name) => name.slice(this.#prefix.length));
  }

  /** How many parts `stem.0.`, `stem.1.` … there are. */
  count(stem: string): number {
    let count = 0;
    while (this.hasPart(`${stem}.${count}.`)) count += 1;
    return count;
  }

  /**
   * @param shape the shape that it must have; a `null` allows any size
   * @throws AppError `pack_corrupt` when there is no such tensor, or it has another shape
   */
  get(name: string, shape?: ReadonlyArray<number | null>): Weight {
    const full = this.#prefix + name;
    const tensor = this.#checkpoint.tensors.get(full);
    const expected = `a tensor ${full}${shape ? ` [${shape.map((size) => size ?? "?").join(", ")}]` : ""}`;
    if (!tensor) throw checkpointFault(this.#checkpoint.path, expected, "none");
    const fits =
      !shape ||
      (shape.length === tensor.shape.length &&
        shape.every((size, axis) => (size ?? tensor.shape[axis]) === tensor.shape[axis]));
    if (!fits) throw checkpointFault(this.#checkpoint.path, expected, `[${tensor.shape.join(", ")}]`);
    this.#used.add(full);
    return { name: full, shape: tensor.shape, load: () => tensor.read() };
  }

  /** The same, or undefined where the checkpoint has none: biases, mostly. */
  find(name: string, shape?: ReadonlyArray<number | null>): Weight | undefined {
    return this.has(name) ? this.get(name, shape) : undefined;
  }

  shapeOf(name: string): readonly number[] {
    return this.get(name).shape;
  }

  /** Tensors of this part that no importer requested; counters of batches are nobody's. */
  unused(): string[] {
    return this.names().filter(
      (name) => !this.#used.has(this.#prefix + name) && !/(num_batches_tracked|initialized|position_ids)$/.test(name),
    );
  }
}

/** A weight that is computed from others when it is written. */
export const derived = (
  name: string,
  shape: readonly number[],
  sources: readonly Weight[],
  compute: (...values: Float32Array[]) => Float32Array,
): Weight => ({
  name,
  shape,
  async load() {
    const values: Float32Array[] = [];
    for (const source of sources) values.push(await source.load());
    return compute(...values);
  },
});
