/**
 * A small typed graph of a computation before it is written as ONNX. Shapes are static, so operators check their operands when
 * the graph is built, and differentiation needs no shape arithmetic at run time. Operators are in ops.ts, gradients in
 * differentiate.ts, the ONNX file in model-file.ts.
 */
import { AppError } from "../../shared/problem.ts";

export type Shape = readonly number[];
export type ElementType = "float32" | "int64";

/** One tensor of a graph: an input, a parameter, a constant or the output of a node. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly shape: Shape;
  readonly type: ElementType;
}

export type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** One operator of the ONNX standard; `op` is its exact name. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly output: Value;
  /** Integers and integer lists; the operators here need no other kind. */
  readonly attributes: Attributes;
}

export interface Constant {
  readonly value: Value;
  readonly data: Float32Array | BigInt64Array;
}

/** A weight: an initialiser for serving, an input for training. */
export interface Parameter {
  readonly value: Value;
  /** Standard deviation of its normal initialisation; 0 = starts at zero. */
  readonly initialStd: number;
  /** Not trained, and kept in float32 in files (whitening, whose inverse must be exact). */
  readonly isFrozen: boolean;
}

export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export class Graph {
  readonly name: string;
  readonly inputs: Value[] = [];
  readonly parameters: Parameter[] = [];
  readonly constants: Constant[] = [];
  readonly nodes: Node[] = [];
  readonly outputs: Array<{ readonly name: string; readonly value: Value }> = [];
  readonly #names = new Set<string>();
  #counter = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** A tensor fed at every run. */
  input(name: string, shape: Shape, type: ElementType = "float32"): Value {
    const value = this.#value(name, shape, type);
    this.inputs.push(value);
    return value;
  }

  /** Declares a weight, or returns the existing one of that name: forward and inverse of a layer share weights. */
  parameter(name: string, shape: Shape, { initialStd = 0, isFrozen = false } = {}): Value {
    const known = this.parameters.find((parameter) => parameter.value.name === name)?.value;
    if (known) {
      if (known.shape.join() !== shape.join())
        throw new AppError(
          "tensor_mismatch",
          `parameter ${name}: expected [${known.shape}] as declared first, got [${shape}] (${this.name})`,
        );
      return known;
    }
    const value = this.#value(name, shape, "float32");
    this.parameters.push({ value, initialStd, isFrozen });
    return value;
  }

  /** A constant tensor. The graph keeps `data`; callers must not write to it afterwards. */
  constant(data: Float32Array | BigInt64Array | number, shape: Shape = []): Value {
    const stored = typeof data === "number" ? Float32Array.of(data) : data;
    if (stored.length !== sizeOf(shape))
      throw new AppError(
        "tensor_mismatch",
        `constant: expected ${sizeOf(shape)} values for [${shape}], got ${stored.length} (${this.name})`,
      );
    const value = this.#value(this.#fresh("constant"), shape, stored instanceof Float32Array ? "float32" : "int64");
    this.constants.push({ value, data: stored });
    return value;
  }

  /** Appends a node; called by ops.ts, which has checked the operands. */
  node(op: string, inputs: readonly Value[], shape: Shape, attributes: Attributes = {}): Value {
    for (const input of inputs)
      if (input.graph !== this)
        throw new AppError(
          "tensor_mismatch",
          `${op}: operand ${input.name} belongs to graph ${input.graph.name}, not to ${this.name}`,
        );
    const output = this.#value(this.#fresh(op), shape, "float32");
    this.nodes.push({ op, inputs, output, attributes });
    return output;
  }

  /** Declares a value as an output of the graph. */
  output(name: string, value: Value): void {
    this.outputs.push({ name, value });
  }

  #fresh(stem: string): string {
    this.#counter += 1;
    return `${stem}_${this.#counter}`;
  }

  #value(name: string, shape: Shape, type: ElementType): Value {
    if (this.#names.has(name))
      throw new AppError("tensor_mismatch", `value: expected a new name, got "${name}" twice (${this.name})`);
    this.#names.add(name);
    return { graph: this, name, shape, type };
  }
}
