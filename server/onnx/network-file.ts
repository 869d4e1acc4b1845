/** A network as plain data → an ONNX file whose weights are in a file beside it. network.ts builds such networks from checkpoints. */
import type { Shape } from "./graph.ts";
import { modelBytesOf, type NamedValue, type NodeAttributes, nodeOf, tensorBeside, tensorOf } from "./protobuf.ts";

export type ConstantData = Float32Array | BigInt64Array;

export interface NetworkParts {
  readonly name: string;
  readonly inputs: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
  readonly nodes: ReadonlyArray<{
    readonly op: string;
    readonly inputs: readonly string[];
    readonly output: string;
    readonly attributes: NodeAttributes;
  }>;
  readonly constants: ReadonlyArray<{ readonly name: string; readonly shape: Shape; readonly data: ConstantData }>;
  readonly weights: ReadonlyArray<{ readonly name: string; readonly shape: Shape; readonly offset: number }>;
  /** The file that holds the weights, float32, relative to the graph's folder. */
  readonly weightsFile: string;
}

export function networkBytes({ nodes, constants, weights, weightsFile, ...parts }: NetworkParts): Uint8Array {
  const within = constants.map(({ name, shape, data }) =>
    tensorOf(name, shape, data instanceof Float32Array ? "float32" : "int64", data),
  );
  const beside = weights.map(({ name, shape, offset }) => tensorBeside(name, shape, weightsFile, offset));
  return modelBytesOf({
    ...parts,
    nodes: nodes.map(({ op, inputs, output, attributes }) => nodeOf(op, inputs, output, attributes)),
    tensors: [...within, ...beside],
  });
}
