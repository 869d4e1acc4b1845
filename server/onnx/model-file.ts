/**
 * Graph ↔ ONNX file. Weights become initialisers (float32, or float16 with a Cast) or inputs, as the caller binds them. protobuf.ts has the
 * parts of a file.
 */
import { AppError } from "../../shared/problem.ts";
import { floatsOf, toFloat16 } from "./float16.ts";
import { withFusedBiases } from "./fuse-biases.ts";
import type { Graph, Node, Value } from "./graph.ts";
import { elementTypes, modelBytesOf, type NodeProto, nodeOf, parseModel, tensorOf } from "./protobuf.ts";

export type Weights = ReadonlyMap<string, Float32Array>;

export type Binding =
  /** Parameters are inputs, fed at every run: for training. */
  | { readonly kind: "inputs" }
  /** Parameters are initialisers: for serving and for files. */
  | { readonly kind: "weights"; readonly weights: Weights; readonly precision?: "float32" | "float16" };

/**
 * Serialises a graph as an ONNX model.
 * @param metadata written as metadata_props
 * @throws AppError `tensor_mismatch` when a weight is missing or has the wrong length
 */
export function toModelBytes(
  graph: Graph,
  binding: Binding,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const tensors = graph.constants.map(({ value, data }) => tensorOf(value.name, value.shape, value.type, data));
  const casts: NodeProto[] = [];
  const inputs: Value[] = [...graph.inputs];
  if (binding.kind === "inputs") inputs.push(...graph.parameters.map(({ value }) => value));
  else
    for (const { value: parameter, isFrozen } of graph.parameters) {
      const weight = weightOf(binding.weights, parameter);
      if (isFrozen || binding.precision !== "float16")
        tensors.push(tensorOf(parameter.name, parameter.shape, "float32", weight));
      else {
        const stored = `${parameter.name}${halfSuffix}`;
        tensors.push(tensorOf(stored, parameter.shape, "float16", toFloat16(weight)));
        casts.push(nodeOf("Cast", [stored], parameter.name, { to: elementTypes.float32 }, stored));
      }
    }
  const { nameOf, copies } = nameOutputs(graph);
  // For the wide layers of training graphs, the runtime is faster with separate biases.
  const steps = binding.kind === "weights" ? withFusedBiases(graph) : graph.nodes;
  const nodes = neededOf(graph, steps).map(({ op, inputs: operands, output, attributes }) =>
    nodeOf(op, operands.map(nameOf), nameOf(output), attributes, output.name),
  );
  return modelBytesOf({
    name: graph.name,
    nodes: [...casts, ...nodes, ...copies],
    tensors,
    inputs,
    outputs: graph.outputs.map(({ name, value }) => ({ name, shape: value.shape, type: value.type })),
    metadata,
  });
}

/**
 * Lets a node write an output directly under the output's name. An Identity node would copy it, and a training step outputs a
 * gradient for every weight. Only values that have a name already (an input, a weight, another output) are copied.
 */
function nameOutputs(graph: Graph): { nameOf(value: Value): string; copies: NodeProto[] } {
  const made = new Set(graph.nodes.map(({ output }) => output));
  const names = new Map<Value, string>();
  const copies: NodeProto[] = [];
  const nameOf = (value: Value): string => names.get(value) ?? value.name;
  for (const { name, value } of graph.outputs)
    if (made.has(value) && !names.has(value)) names.set(value, name);
    else copies.push(nodeOf("Identity", [nameOf(value)], name, {}, `output:${name}`));
  return { nameOf, copies };
}

/** The nodes that outputs depend on, in their order; the runtime would run the others, too. */
function neededOf({ outputs }: Graph, nodes: readonly Node[]): Node[] {
  const needed = new Set(outputs.map(({ value }) => value));
  return nodes
    .toReversed()
    .filter(({ inputs, output }) => {
      if (needed.has(output)) for (const value of inputs) needed.add(value);
      return needed.has(output);
    })
    .toReversed();
}

/** Suffix of float16 initialisers; the Cast behind one has the parameter's name. */
const halfSuffix = ":half";

function weightOf(weights: Weights, parameter: Value): Float32Array {
  const weight = weights.get(parameter.name);
  const expected = parameter.shape.reduce((product, size) => product * size, 1);
  if (weight?.length !== expected)
    throw new AppError(
      "tensor_mismatch",
      `weight ${parameter.name}: expected ${expected} values for [${parameter.shape}], got ${weight?.length ?? "nothing"} (${parameter.graph.name})`,
    );
  return weight;
}

export interface ModelFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** Initialisers as float32 by parameter name, converted from float16; integers are left out. */
  readonly weights: Map<string, Float32Array>;
}

/**
 * Reads the metadata and the floating-point initialisers of an ONNX file.
 * @throws AppError `pack_corrupt` when the bytes are no ONNX model
 */
export function readModelFile(bytes: Uint8Array, label: string): ModelFile {
  const model = parseModel(bytes, label);
  const weights = new Map<string, Float32Array>();
  for (const { name, dataType, rawData } of model.graph?.initializer ?? []) {
    // A copy (Buffer.slice would be a view), because protobuf returns any byte offset and typed arrays need aligned ones.
    const raw = new Uint8Array(rawData).buffer;
    const valueBytes = dataType === elementTypes.float32 ? 4 : dataType === elementTypes.float16 ? 2 : 1;
    if (raw.byteLength % valueBytes !== 0)
      throw new AppError(
        "pack_corrupt",
        `${label}: ${name}: expected values of ${valueBytes} bytes, got ${raw.byteLength} bytes`,
      );
    if (dataType === elementTypes.float32) weights.set(name, new Float32Array(raw));
    else if (dataType === elementTypes.float16)
      weights.set(name.replace(halfSuffix, ""), floatsOf(new Uint16Array(raw)));
  }
  return { metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])), weights };
}
