/**
 * Graph ↔ ONNX file (https://onnx.ai/onnx/repo-docs/IR.html), by the official protobuf schema. The only importer of onnx-buf.
 * Weights become initialisers (float32, or float16 with a Cast) or inputs, as the caller binds them. model-graph.ts reads and
 * edits foreign files.
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { AppError } from "../../shared/problem.ts";
import { floatsOf, toFloat16 } from "./float16.ts";
import { withFusedBiases } from "./fuse-biases.ts";
import type { Attributes, Graph, Node, Shape, Value } from "./graph.ts";

/** Opset 25 and IR 13 belong to ONNX 1.20, whose schema onnx-buf contains. */
const opsetVersion = 25n;
const irVersion = 13n;

export type Weights = ReadonlyMap<string, Float32Array>;

export type Binding =
  /** Parameters are inputs, fed at every run: for training. */
  | { readonly kind: "inputs" }
  /** Parameters are initialisers: for serving and for files. */
  | { readonly kind: "weights"; readonly weights: Weights; readonly precision?: "float32" | "float16" };

const dataTypes = { float32: TensorProto_DataType.FLOAT, int64: TensorProto_DataType.INT64 } as const;

const bytesOf = (data: ArrayBufferView): Uint8Array<ArrayBuffer> =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

const tensor = (name: string, shape: Shape, dataType: TensorProto_DataType, data: ArrayBufferView): TensorProto =>
  create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType, rawData: bytesOf(data) });

const valueInfo = (
  name: string,
  shape: ReadonlyArray<number | string>,
  elemType: TensorProto_DataType,
): ValueInfoProto =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: "tensorType",
        value: {
          elemType,
          shape: {
            dim: shape.map((size) =>
              typeof size === "string"
                ? { value: { case: "dimParam" as const, value: size } }
                : { value: { case: "dimValue" as const, value: BigInt(size) } },
            ),
          },
        },
      },
    },
  });

const attributesOf = (attributes: Attributes | NetworkAttributes) =>
  Object.entries(attributes)
    .filter(([name]) => !name.startsWith("_"))
    .map(([name, value]) => {
      const { INT, INTS, FLOAT, STRING } = AttributeProto_AttributeType;
      if (typeof value === "number") return create(AttributeProtoSchema, { name, type: INT, i: BigInt(value) });
      if (typeof value === "string")
        return create(AttributeProtoSchema, { name, type: STRING, s: new TextEncoder().encode(value) });
      if ("float" in value) return create(AttributeProtoSchema, { name, type: FLOAT, f: value.float });
      return create(AttributeProtoSchema, { name, type: INTS, ints: value.map(BigInt) });
    });

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
  const initializer = graph.constants.map(({ value, data }) =>
    tensor(value.name, value.shape, dataTypes[value.type], data),
  );
  const casts: NodeProto[] = [];
  const inputs: Value[] = [...graph.inputs];
  if (binding.kind === "inputs") inputs.push(...graph.parameters.map(({ value }) => value));
  else
    for (const { value: parameter, isFrozen } of graph.parameters) {
      const weight = weightOf(binding.weights, parameter);
      if (isFrozen || binding.precision !== "float16")
        initializer.push(tensor(parameter.name, parameter.shape, TensorProto_DataType.FLOAT, weight));
      else {
        const stored = `${parameter.name}${halfSuffix}`;
        initializer.push(tensor(stored, parameter.shape, TensorProto_DataType.FLOAT16, toFloat16(weight)));
        casts.push(
          create(NodeProtoSchema, {
            name: stored,
            opType: "Cast",
            input: [stored],
            output: [parameter.name],
            attribute: attributesOf({ to: TensorProto_DataType.FLOAT }),
          }),
        );
      }
    }
  const { nameOf, copies } = nameOutputs(graph);
  // For the wide layers of training graphs, the runtime is faster with separate biases.
  const steps = binding.kind === "weights" ? withFusedBiases(graph) : graph.nodes;
  const nodes = neededOf(graph, steps).map(({ op, inputs: operands, output, attributes }) =>
    create(NodeProtoSchema, {
      name: output.name,
      opType: op,
      input: operands.map(nameOf),
      output: [nameOf(output)],
      attribute: attributesOf(attributes),
    }),
  );
  const model = create(ModelProtoSchema, {
    irVersion,
    opsetImport: [{ domain: "", version: opsetVersion }],
    producerName: "tau",
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.name,
      node: [...casts, ...nodes, ...copies],
      initializer,
      input: inputs.map((value) => valueInfo(value.name, value.shape, dataTypes[value.type])),
      output: graph.outputs.map(({ name, value }) => valueInfo(name, value.shape, dataTypes[value.type])),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** Attributes of a network's node: whole numbers and lists of them as they are, `{ float }` for real numbers, words. */
export type NetworkAttributes = Readonly<
  Record<string, number | string | readonly number[] | { readonly float: number }>
>;

interface NetworkValue {
  readonly name: string;
  /** Numbers, or names of free axes. */
  readonly dims: ReadonlyArray<number | string>;
  readonly type: keyof typeof dataTypes;
}

/** A network as plain data, see network.ts: its weights lie in a file beside it. */
export interface NetworkParts {
  readonly name: string;
  readonly inputs: readonly NetworkValue[];
  readonly outputs: readonly NetworkValue[];
  readonly nodes: ReadonlyArray<{
    readonly op: string;
    readonly inputs: readonly string[];
    readonly output: string;
    readonly attributes: NetworkAttributes;
  }>;
  readonly constants: ReadonlyArray<{ readonly name: string; readonly shape: Shape; readonly data: ConstantData }>;
  readonly weights: ReadonlyArray<{ readonly name: string; readonly shape: Shape; readonly offset: number }>;
  /** The file that weights lie in, float32, relative to the graph's folder. */
  readonly weightsFile: string;
}

export type ConstantData = Float32Array | BigInt64Array;

/** Serialises a network as an ONNX model whose weights lie in `weightsFile`. */
export function networkBytes({
  name,
  inputs,
  outputs,
  nodes,
  constants,
  weights,
  weightsFile,
}: NetworkParts): Uint8Array {
  const beside = weights.map(({ name: weight, shape, offset }) =>
    create(TensorProtoSchema, {
      name: weight,
      dims: shape.map(BigInt),
      dataType: TensorProto_DataType.FLOAT,
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: Object.entries({
        location: weightsFile,
        offset: String(offset),
        length: String(4 * shape.reduce((product, size) => product * size, 1)),
      }).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
    }),
  );
  const within = constants.map(({ name: constant, shape, data }) =>
    tensor(constant, shape, dataTypes[data instanceof Float32Array ? "float32" : "int64"], data),
  );
  const model = create(ModelProtoSchema, {
    irVersion,
    opsetImport: [{ domain: "", version: opsetVersion }],
    producerName: "tau",
    graph: {
      name,
      node: nodes.map(({ op, inputs: operands, output, attributes }) =>
        create(NodeProtoSchema, {
          name: output,
          opType: op,
          input: [...operands],
          output: [output],
          attribute: attributesOf(attributes),
        }),
      ),
      initializer: [...within, ...beside],
      input: inputs.map((value) => valueInfo(value.name, value.dims, dataTypes[value.type])),
      output: outputs.map((value) => valueInfo(value.name, value.dims, dataTypes[value.type])),
    },
  });
  return toBinary(ModelProtoSchema, model);
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
    else
      copies.push(
        create(NodeProtoSchema, { name: `output:${name}`, opType: "Identity", input: [nameOf(value)], output: [name] }),
      );
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

export type { ModelProto, ValueInfoProto } from "onnx-buf";

/** Parses a whole ONNX file. @throws AppError `pack_corrupt` when the bytes are no ONNX model */
export function parseModel(bytes: Uint8Array, label: string): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new AppError(
      "pack_corrupt",
      `${label}: expected an ONNX model, got ${bytes.length} bytes that do not parse`,
      { cause },
    );
  }
}

export const serialiseModel = (model: ModelProto): Uint8Array => toBinary(ModelProtoSchema, model);

/** An output by name; the runtime infers its type and shape. */
export const untypedValue = (name: string): ValueInfoProto => create(ValueInfoProtoSchema, { name });

/** The runtime's lower-case name of an element type (`float32`, `int64`, `uint8`). */
export const elementTypeName = (elemType: number): string => {
  const name = TensorProto_DataType[elemType]?.toLowerCase() ?? `type ${elemType}`;
  return name === "float" ? "float32" : name === "double" ? "float64" : name;
};

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
    const valueBytes = dataType === TensorProto_DataType.FLOAT ? 4 : dataType === TensorProto_DataType.FLOAT16 ? 2 : 1;
    if (raw.byteLength % valueBytes !== 0)
      throw new AppError(
        "pack_corrupt",
        `${label}: ${name}: expected values of ${valueBytes} bytes, got ${raw.byteLength} bytes`,
      );
    if (dataType === TensorProto_DataType.FLOAT) weights.set(name, new Float32Array(raw));
    else if (dataType === TensorProto_DataType.FLOAT16)
      weights.set(name.replace(halfSuffix, ""), floatsOf(new Uint16Array(raw)));
  }
  return { metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])), weights };
}
