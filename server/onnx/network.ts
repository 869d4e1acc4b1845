/**
 * A network of someone else, put together node by node, to be written as ONNX with its weights in a file beside it. Unlike graph.ts it
 * knows no shapes and no gradients: the runtime checks shapes when it loads the file. Weights are promises to read, so that memory never
 * holds a whole network.
 */
import { AppError } from "../../shared/problem.ts";
import { type ConstantData, type NetworkParts, networkBytes } from "./network-file.ts";
import type { NodeAttributes } from "./protobuf.ts";

/** The name of a tensor in a network. */
export type Tensor = string;

export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  /** All values, row-major. */
  load(): Promise<Float32Array>;
}

export class Network {
  readonly name: string;
  readonly weights: Weight[] = [];
  readonly #inputs: Array<NetworkParts["inputs"][number]> = [];
  readonly #outputs: Array<NetworkParts["outputs"][number]> = [];
  readonly #nodes: Array<NetworkParts["nodes"][number]> = [];
  readonly #constants: Array<NetworkParts["constants"][number]> = [];
  readonly #names = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  /** A tensor fed at every run; a word in `dims` is a free axis. */
  input(name: string, dims: ReadonlyArray<number | string>, type: "float32" | "int64" = "float32"): Tensor {
    this.#inputs.push({ name: this.#claim(name), shape: dims, type });
    return name;
  }

  /** A weight in the file beside the graph. Networks that are written together share weights of equal names. */
  weight(weight: Weight): Tensor {
    const known = this.weights.find(({ name }) => name === weight.name);
    if (!known) this.weights.push({ ...weight, name: this.#claim(weight.name) });
    return weight.name;
  }

  /** A small tensor in the graph itself: shapes, axes, indices. */
  constant(data: ConstantData | number, shape: readonly number[] = []): Tensor {
    const name = this.#fresh("constant");
    this.#constants.push({ name, shape, data: typeof data === "number" ? Float32Array.of(data) : data });
    return name;
  }

  /** A constant list of whole numbers. */
  integers(...values: readonly number[]): Tensor {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** One operator of the ONNX standard with one output, which gets `name` where a caller wants to find it again. */
  node(op: string, inputs: readonly Tensor[], attributes: NodeAttributes = {}, name?: string): Tensor {
    const output = name === undefined ? this.#fresh(op) : this.#claim(name);
    this.#nodes.push({ op, inputs, output, attributes });
    return output;
  }

  /** Gives a tensor out under a name of its own. */
  output(name: string, value: Tensor, dims: ReadonlyArray<number | string>): void {
    this.node("Identity", [value], {}, name);
    this.#outputs.push({ name, shape: dims, type: "float32" });
  }

  toBytes(weightsFile: string, offsets: ReadonlyMap<string, number>): Uint8Array {
    return networkBytes({
      name: this.name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      nodes: this.#nodes,
      constants: this.#constants,
      weights: this.weights.map(({ name, shape }) => ({ name, shape, offset: offsets.get(name)! })),
      weightsFile,
    });
  }

  #fresh(stem: string): string {
    return this.#claim(`${stem}_${this.#names.size}`);
  }

  #claim(name: string): string {
    if (this.#names.has(name))
      throw new AppError("tensor_mismatch", `network: expected a new name, got "${name}" twice (${this.name})`);
    this.#names.add(name);
    return name;
  }
}
