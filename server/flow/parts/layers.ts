/**
 * The trained layers of a flow inside one graph. Parameters are declared in the graph when they are first used, so their order there is the
 * order of use. Knows nothing of steps and conditions (cinn.ts, embedding.ts).
 */
import type { Graph, Value } from "../../onnx/graph.ts";
import { add, gemm, scale, tanh } from "../../onnx/ops.ts";

/** Multiplies by a dropout mask in training; the identity otherwise. */
export type Dropout = (x: Value, name: string) => Value;

const noDropout: Dropout = (x) => x;

/** How a graph rearranges a layer's trained parameters before use. */
export interface Arrangement {
  /** Rows of the trained weight; absent = columns of its input. */
  readonly inputs?: number;
  readonly weight?: (trained: Value) => Value;
  readonly bias?: (trained: Value) => Value;
}

const asItIs = (trained: Value): Value => trained;

export class Layers {
  readonly #graph: Graph;
  readonly dropout: Dropout;

  constructor(graph: Graph, dropout: Dropout = noDropout) {
    this.#graph = graph;
    this.dropout = dropout;
  }

  /** x·W + b, [rows, width]. @param gain initial standard deviation of an output for inputs of unit variance */
  linear(name: string, x: Value, width: number, gain: number, arrangement: Arrangement = {}): Value {
    const { inputs = x.shape[1]!, weight = asItIs, bias = asItIs } = arrangement;
    const product = gemm(x, weight(this.weight(`${name}.weight`, inputs, width, gain)));
    return add(product, bias(this.#graph.parameter(`${name}.bias`, [1, width])));
  }

  weight(name: string, rows: number, columns: number, gain: number): Value {
    return this.#graph.parameter(name, [rows, columns], { initialStd: gain / Math.sqrt(rows) });
  }

  /** A learned vector, [1, width]. */
  vector(name: string, width: number, initialStd: number): Value {
    return this.#graph.parameter(name, [1, width], { initialStd });
  }

  /** A parameter that training leaves as it is. */
  frozen(name: string, shape: readonly number[]): Value {
    return this.#graph.parameter(name, shape, { isFrozen: true });
  }
}

/** Soft limit of values by tanh: `shares` · limit, within ±limit. */
export const bounded = (shares: Value, limit: number): Value => scale(tanh(shares), limit);
