/**
 * Runs a Keras layers model on onnxruntime: translates its convolutions, sums, joins and shuffles into an ONNX graph for any
 * picture size. The baseline then has the same runtime and threads as our networks; TensorFlow.js in Node has one thread of
 * WebAssembly.
 */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import * as ort from "onnxruntime-node";
import { readModel } from "./read-model.mjs";

const [opset, irVersion] = [20n, 9n];
const [input, output] = ["picture", "enlarged"];

/** @returns a function from planes [3, height, width] to enlarged planes */
export async function openOnnx(baseline, scale, threads) {
  const bytes = toOnnx(await readModel(baseline, scale), scale);
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
  return async (planes, widthPx, heightPx) => {
    const picture = new ort.Tensor("float32", planes, [1, 3, heightPx, widthPx]);
    return (await session.run({ [input]: picture }))[output].data;
  };
}

function toOnnx({ modelTopology, weightSpecs, weightData }, scale) {
  const { layers, input_layers, output_layers } = modelTopology.model_config.config;
  const weights = weightsByName(weightSpecs, weightData);
  const initializer = [
    floats("beta", [], Float32Array.of(0.2)),
    floats("scales", [4], Float32Array.of(1, 1, scale, scale)),
  ];
  const node = [];
  const nameOf = (layer) => (layer === input_layers[0][0] ? input : layer === output_layers[0][0] ? output : layer);
  for (const { class_name: kind, name, config, inbound_nodes } of layers) {
    if (kind === "InputLayer") continue;
    const from = inbound_nodes[0].map(([layer]) => nameOf(layer));
    const add = (opType, inputs, attributes = {}) =>
      node.push(
        create(NodeProtoSchema, {
          name,
          opType,
          input: inputs,
          output: [nameOf(name)],
          attribute: attributesOf(attributes),
        }),
      );
    if (kind === "Conv2D") {
      requireKnown(name, config);
      const [kernel, bias] = [weights.get(`${name}/kernel`), weights.get(`${name}/bias`)];
      initializer.push(outputsFirst(`${name}/kernel`, kernel), floats(`${name}/bias`, bias.shape, bias.data));
      // Kernels are odd and strides 1, so the padding is symmetric.
      const [up, left] = config.padding === "same" ? config.kernel_size.map((size) => (size - 1) / 2) : [0, 0];
      add("Conv", [...from, `${name}/kernel`, `${name}/bias`], { pads: [up, left, up, left] });
    } else if (kind === "Activation" && config.activation === "relu") add("Relu", from);
    else if (kind === "Add") node.push(...sumOf(name, from, nameOf(name)));
    else if (kind === "Concatenate" && config.axis === 3) add("Concat", from, { axis: 1 });
    else if (kind === "MultiplyBeta") add("Mul", [...from, "beta"]);
    else if (kind.startsWith("PixelShuffle")) add("DepthToSpace", from, { blocksize: scale, mode: "DCR" });
    else if (kind === "UpSampling2D" && config.interpolation === "nearest")
      add("Resize", [...from, "", "scales"], {
        mode: "nearest",
        coordinate_transformation_mode: "asymmetric",
        nearest_mode: "floor",
      });
    else throw new Error(`${name}: expected a layer of the ESRGANs, got ${kind} ${JSON.stringify(config)}`);
  }
  const graph = { name: "baseline", node, initializer, input: [picture(input)], output: [picture(output)] };
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion, opsetImport: [{ domain: "", version: opset }], producerName: "tau", graph }),
  );
}

function requireKnown(name, { strides, activation, dilation_rate, groups }) {
  const isPlain = [...strides, ...dilation_rate, groups].every((value) => value === 1) && activation === "linear";
  if (!isPlain) throw new Error(`${name}: expected a plain convolution, got stride ${strides}, ${activation}`);
}

function weightsByName(specs, data) {
  const weights = new Map();
  let at = 0;
  for (const { name, shape } of specs) {
    const length = shape.reduce((product, size) => product * size, 1);
    weights.set(name, { shape, data: new Float32Array(data, at, length) });
    at += 4 * length;
  }
  return weights;
}

/** [rows, columns, inputs, outputs] → [outputs, inputs, rows, columns]. */
function outputsFirst(name, { shape: [rows, columns, inputs, outputs], data }) {
  const moved = new Float32Array(data.length);
  for (let place = 0; place < rows * columns; place += 1)
    for (let from = 0; from < inputs; from += 1)
      for (let to = 0; to < outputs; to += 1)
        moved[(to * inputs + from) * rows * columns + place] = data[(place * inputs + from) * outputs + to];
  return floats(name, [outputs, inputs, rows, columns], moved);
}

/** Keras adds any number of values, ONNX's Add takes two. */
function sumOf(name, from, to) {
  return from.slice(1).map((value, at) =>
    create(NodeProtoSchema, {
      name: `${name}:${at}`,
      opType: "Add",
      input: [at === 0 ? from[0] : `${name}:${at - 1}`, value],
      output: [at === from.length - 2 ? to : `${name}:${at}`],
    }),
  );
}

const floats = (name, shape, data) =>
  create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: TensorProto_DataType.FLOAT,
    rawData: new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)),
  });

const picture = (name) =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: { case: "tensorType", value: { elemType: TensorProto_DataType.FLOAT, shape: { dim: [{}, {}, {}, {}] } } },
    },
  });

const attributesOf = (attributes) =>
  Object.entries(attributes).map(([name, value]) =>
    create(
      AttributeProtoSchema,
      typeof value === "string"
        ? { name, type: AttributeProto_AttributeType.STRING, s: new TextEncoder().encode(value) }
        : typeof value === "number"
          ? { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) }
          : { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) },
    ),
  );
