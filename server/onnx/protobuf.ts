/**
 * The parts of an ONNX file (https://onnx.ai/onnx/repo-docs/IR.html) as the official protobuf schema has them: nodes, tensors, values, the
 * model around. The only importer of onnx-buf. model-file.ts and network-file.ts say what is written; model-graph.ts reads foreign files.
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
import type { Shape } from "./graph.ts";

export type { ModelProto, NodeProto, TensorProto, ValueInfoProto } from "onnx-buf";

/** Opset 25 and IR 13 belong to ONNX 1.20, whose schema onnx-buf contains. */
const opsetVersion = 25n;
const irVersion = 13n;

export const elementTypes = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  int64: TensorProto_DataType.INT64,
} as const;
export type ElementType = keyof typeof elementTypes;

/** Attributes of a node: whole numbers and lists of them as they are, `{ float }` for real numbers, words. */
export type NodeAttributes = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>;

/** A value of a graph by name; an axis is a number, or the name of a free one. */
export interface NamedValue {
  readonly name: string;
  readonly shape: ReadonlyArray<number | string>;
  readonly type: ElementType;
}

const bytesOf = (data: ArrayBufferView): Uint8Array<ArrayBuffer> =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

/** A tensor with its values inside the file. */
export const tensorOf = (name: string, shape: Shape, type: ElementType, data: ArrayBufferView): TensorProto =>
  create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: elementTypes[type],
    rawData: bytesOf(data),
  });

/** A float32 tensor whose values are in another file, from a byte on. */
export const tensorBeside = (name: string, shape: Shape, location: string, offset: number): TensorProto =>
  create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: TensorProto_DataType.FLOAT,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries({
      location,
      offset: String(offset),
      length: String(4 * shape.reduce((product, size) => product * size, 1)),
    }).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  });

/** An input or output with its type and shape. */
export const valueInfo = ({ name, shape, type }: NamedValue): ValueInfoProto =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: "tensorType",
        value: {
          elemType: elementTypes[type],
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

/** An output by name; the runtime infers its type and shape. */
export const untypedValue = (name: string): ValueInfoProto => create(ValueInfoProtoSchema, { name });

/** Attributes whose names begin with `_` are notes of the graph's own and are left out. */
const attributesOf = (attributes: NodeAttributes) =>
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

/** A node of one output, which is its name too. */
export const nodeOf = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: NodeAttributes = {},
  name = output,
): NodeProto =>
  create(NodeProtoSchema, {
    name,
    opType: op,
    input: [...inputs],
    output: [output],
    attribute: attributesOf(attributes),
  });

/** A whole file. @param metadata written as metadata_props */
export function modelBytesOf(parts: {
  readonly name: string;
  readonly nodes: NodeProto[];
  readonly tensors: TensorProto[];
  readonly inputs: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
  readonly metadata?: Readonly<Record<string, string>>;
}): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion,
    opsetImport: [{ domain: "", version: opsetVersion }],
    producerName: "tau",
    metadataProps: Object.entries(parts.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: parts.name,
      node: parts.nodes,
      initializer: parts.tensors,
      input: parts.inputs.map(valueInfo),
      output: parts.outputs.map(valueInfo),
    },
  });
  return serialiseModel(model);
}

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

/** The runtime's lower-case name of an element type (`float32`, `int64`, `uint8`). */
export const elementTypeName = (elemType: number): string => {
  const name = TensorProto_DataType[elemType]?.toLowerCase() ?? `type ${elemType}`;
  return name === "float" ? "float32" : name === "double" ? "float64" : name;
};
