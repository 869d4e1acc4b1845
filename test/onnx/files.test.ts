/** Halves, tensor files and model files: what is written comes back, what is broken is named. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { ModelProtoSchema, TensorProto_DataType, TensorProtoSchema } from "onnx-buf";
import { initialWeights, readFlowFile, writeFlowFile } from "../../server/flow/weights.ts";
import { identityWhitening } from "../../server/flow/whitening.ts";
import { fromHalf, toHalf } from "../../server/onnx/float16.ts";
import { withFusedBiases } from "../../server/onnx/fuse-biases.ts";
import { Graph } from "../../server/onnx/graph.ts";
import { readModelFile, toModelBytes } from "../../server/onnx/model-file.ts";
import { add, gemm } from "../../server/onnx/ops.ts";
import { parseModel } from "../../server/onnx/protobuf.ts";
import { Session } from "../../server/onnx/session.ts";
import { readTensorFile, writeTensorFile } from "../../server/platform/files/tensor-file.ts";
import { serialize } from "../../server/platform/processes/serialized-error.ts";
import { AppError } from "../../shared/problem.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { referenceArchitecture } from "../reference/tiny-flow.ts";

const folder = temporaryFolder("files");

describe("half precision", () => {
  it("half precision has the standard's bit patterns", () => {
    const patterns: Array<[number, number]> = [
      [0, 0],
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
      [Infinity, 0x7c00],
      [1e6, 0x7c00],
      [1 / 3, 0x3555],
    ];
    for (const [value, bits] of patterns) assert.equal(toHalf(value), bits, `${value}`);
    assert.ok(Number.isNaN(fromHalf(toHalf(Number.NaN))));
  });

  it("half precision gives back every half, and rounds any other number to a nearest one", () => {
    for (let bits = 0; bits < 0x7c00; bits += 1) assert.equal(toHalf(fromHalf(bits)), bits);
    fc.assert(
      fc.property(fc.float({ min: -60000, max: 60000, noNaN: true }), (value) => {
        const half = toHalf(value);
        const error = Math.abs(fromHalf(half) - value);
        for (const neighbour of [half - 1, half + 1])
          if ((neighbour & 0x7fff) < 0x7c00 && neighbour >= 0)
            assert.ok(error <= Math.abs(fromHalf(neighbour) - value));
      }),
      { seed: 4, numRuns: 2000 },
    );
  });
});

describe("tensor files", () => {
  it("tensor files keep names, values and metadata", async () => {
    const path = join(folder, "a.safetensors");
    const tensors = new Map([
      ["weights", Float32Array.of(1, -2, 3.5)],
      ["ünïcode", new Float32Array(0)],
      ["one", Float32Array.of(7)],
    ]);
    const bytes = new Map([["small", Int8Array.of(-128, 0, 127)]]);
    await writeTensorFile(path, tensors, { note: "größe" }, bytes);
    const read = await readTensorFile(path);
    assert.deepEqual(read.tensors, tensors);
    assert.deepEqual(read.bytes, bytes);
    assert.deepEqual(read.metadata, { note: "größe" });
  });

  it("tensor files are refused when cut short or not of this kind", async () => {
    const path = join(folder, "b.safetensors");
    await writeTensorFile(path, new Map([["weights", new Float32Array(100)]]));
    await writeFile(path, (await readFile(path)).subarray(0, 300));
    await assert.rejects(readTensorFile(path), {
      code: "dataset_invalid",
      message: /expected \d+ bytes for weights, got 300/,
    });
    await writeFile(path, "not a tensor file at all, just text");
    await assert.rejects(readTensorFile(path), { code: "dataset_invalid" });
  });
});

describe("damaged files", () => {
  it("damaged files of tensors, cut anywhere, are refused by name and never read as something else", async () => {
    const path = join(folder, "cut.safetensors");
    await writeTensorFile(path, new Map([["weights", Float32Array.of(1, 2, 3)]]), { note: "x" });
    const bytes = await readFile(path);
    for (let length = 0; length < bytes.length; length += 1) {
      await writeFile(path, bytes.subarray(0, length));
      await assert.rejects(
        readTensorFile(path),
        { code: "dataset_invalid", message: /cut\.safetensors: / },
        `${length}`,
      );
    }
  });

  it("damaged files of flows, with any byte changed or cut anywhere, are read or refused as a corrupt pack, nothing else", () => {
    const architecture = referenceArchitecture;
    const bytes = writeFlowFile(initialWeights(architecture, identityWhitening(architecture.dims), 1));
    const readOrRefuse = (damaged: Uint8Array): void => {
      try {
        readFlowFile(damaged, "flow");
      } catch (error) {
        assert.ok(error instanceof AppError && error.code === "pack_corrupt", String(error));
      }
    };
    const position = fc.nat(bytes.length - 1);
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 255 }), (at, change) =>
        readOrRefuse(bytes.with(at, bytes[at]! ^ change)),
      ),
      { seed: 12, numRuns: 1500 },
    );
    fc.assert(
      fc.property(position, (length) => readOrRefuse(bytes.subarray(0, length))),
      { seed: 13, numRuns: 200 },
    );
  });

  it("damaged files of graphs, whose initialiser has half a value too many, are refused by name", () => {
    const ragged = create(ModelProtoSchema, {
      graph: {
        name: "ragged",
        initializer: [
          create(TensorProtoSchema, {
            name: "w",
            dims: [1n],
            dataType: TensorProto_DataType.FLOAT,
            rawData: new Uint8Array(6),
          }),
        ],
      },
    });
    assert.throws(() => readModelFile(toBinary(ModelProtoSchema, ragged), "ragged"), {
      code: "pack_corrupt",
      message: /ragged: w: expected values of 4 bytes, got 6 bytes/,
    });
  });
});

describe("model files and sessions", () => {
  const graph = new Graph("affine");
  const x = graph.input("x", [2, 3]);
  graph.output("y", add(gemm(x, graph.parameter("w", [3, 2])), graph.parameter("b", [1, 2])));
  const weights = new Map([
    ["w", Float32Array.of(1, 2, 3, 4, 5, 6)],
    ["b", Float32Array.of(0.5, -0.5)],
  ]);
  const feed = { data: Float32Array.of(1, 0, 0, 0, 1, 1), dims: [2, 3] };

  it("model files and sessions compute the same with weights as initialisers, as halves and as inputs", async () => {
    for (const precision of ["float32", "float16"] as const) {
      const session = await Session.create(toModelBytes(graph, { kind: "weights", weights, precision }), {
        label: "affine",
        threads: 1,
      });
      assert.deepEqual([...(await session.run({ x: feed }))["y"]!.data], [1.5, 1.5, 8.5, 9.5]);
    }
    const session = await Session.create(toModelBytes(graph, { kind: "inputs" }), { label: "affine", threads: 1 });
    const given = { w: { data: weights.get("w")!, dims: [3, 2] }, b: { data: weights.get("b")!, dims: [1, 2] } };
    assert.deepEqual([...(await session.run({ x: feed, ...given }))["y"]!.data], [1.5, 1.5, 8.5, 9.5]);
  });

  it("model files and sessions give back weights and metadata, from a Buffer at any offset too", () => {
    const bytes = toModelBytes(graph, { kind: "weights", weights, precision: "float16" }, { made: "here" });
    const shifted = Buffer.concat([Buffer.from([0]), bytes]).subarray(1);
    for (const source of [bytes, shifted]) {
      const file = readModelFile(source, "affine");
      assert.deepEqual(file.metadata, { made: "here" });
      assert.deepEqual(file.weights.get("w"), weights.get("w"));
    }
  });

  it("model files and sessions name every tensor that does not fit, with expected and received shape", async () => {
    const session = await Session.create(toModelBytes(graph, { kind: "weights", weights }), {
      label: "affine@1",
      threads: 1,
    });
    await assert.rejects(session.run({}), {
      code: "tensor_mismatch",
      message: /x: expected float32 \[2, 3\], got nothing \(affine@1\)/,
    });
    await assert.rejects(session.run({ x: { data: new Float32Array(4), dims: [2, 2] } }), {
      message: /x: expected float32 \[2, 3\], got float32 \[2, 2\]/,
    });
    await assert.rejects(session.run({ x: { data: new Float32Array(5), dims: [2, 3] } }), { message: /with 5 values/ });
    await assert.rejects(session.run({ x: feed, toString: feed }), { message: /toString: not an input/ });
    await assert.rejects(Session.create(new Uint8Array([8, 1, 2]), { label: "broken" }), {
      code: "pack_corrupt",
      message: /broken: expected an ONNX model, got 3 bytes that do not parse/,
    });
  });

  it("model files and sessions hold the nodes that an output needs, and no others", () => {
    const wasteful = new Graph("wasteful");
    const input = wasteful.input("x", [2, 2]);
    const kept = add(input, input);
    add(gemm(kept, input), kept);
    wasteful.output("y", add(kept, input));
    const model = parseModel(toModelBytes(wasteful, { kind: "inputs" }), "wasteful");
    assert.deepEqual(
      model.graph!.node.map(({ opType, output }) => [opType, output[0]]),
      [
        ["Add", kept.name],
        ["Add", "y"],
      ],
    );
  });

  it("model files and sessions refuse weights that are missing or have the wrong length", () => {
    assert.throws(() => toModelBytes(graph, { kind: "weights", weights: new Map([["w", new Float32Array(6)]]) }), {
      code: "tensor_mismatch",
      message: /weight b: expected 2 values for \[1,2\], got nothing/,
    });
  });
});

describe("biases", () => {
  const graph = new Graph("two layers");
  const x = graph.input("x", [2, 3]);
  const [first, second] = ["first", "second"].map((name, at) => graph.parameter(name, [3 - at, 2]));
  const bias = graph.parameter("bias", [1, 2]);
  const once = add(bias, gemm(x, first!));
  const twice = gemm(once, second!);
  const [alone, summed, ofRows] = [add(twice, bias), add(twice, twice), add(gemm(once, second!), once)];
  const marked = gemm(once, second!);
  const markedToo = add(marked, bias);
  for (const [name, value] of Object.entries({ alone, summed, ofRows, marked, markedToo })) graph.output(name, value);

  it("biases go into the product that is wanted with nothing else, and into no other", () => {
    const nodes = withFusedBiases(graph).map(({ op, inputs, output }) => [op, inputs.length, output]);
    assert.deepEqual(nodes, [
      ["Gemm", 3, once],
      ["Gemm", 2, twice],
      ["Add", 2, alone],
      ["Add", 2, summed],
      ["Gemm", 2, ofRows.graph.nodes.find(({ output }) => output === ofRows)!.inputs[0]],
      ["Add", 2, ofRows],
      ["Gemm", 2, marked],
      ["Add", 2, markedToo],
    ]);
  });

  it("biases give what adding gives", async () => {
    const weights = new Map([
      ["first", Float32Array.of(1, 2, 3, 4, 5, 6)],
      ["second", Float32Array.of(1, -1, 0.5, 2)],
      ["bias", Float32Array.of(10, 20)],
    ]);
    const bytes = toModelBytes(graph, { kind: "weights", weights, precision: "float16" });
    const session = await Session.create(bytes, { label: "biases" });
    const got = await session.run({ x: { data: Float32Array.of(1, 0, 0, 0, 1, 0), dims: [2, 3] } });
    // once = [[11, 22], [13, 24]]; twice = [[22, 33], [25, 35]]
    assert.deepEqual(Array.from(got.alone!.data, Number), [32, 53, 35, 55]);
    assert.deepEqual(Array.from(got.summed!.data, Number), [44, 66, 50, 70]);
    assert.deepEqual(Array.from(got.ofRows!.data, Number), [33, 55, 38, 59]);
    assert.deepEqual(Array.from(got.marked!.data, Number), [22, 33, 25, 35]);
    assert.deepEqual(Array.from(got.markedToo!.data, Number), [32, 53, 35, 55]);
    await session.dispose();
  });
});

describe("a lack of memory", () => {
  it("a lack of memory in a run is reported as such, and not as a fault of the tensors", async () => {
    const graph = new Graph("outer-product");
    const rows = 1 << 21;
    graph.output("y", gemm(graph.input("a", [rows, 1]), graph.input("b", [1, rows])));
    const session = await Session.create(toModelBytes(graph, { kind: "inputs" }), { label: "outer product" });
    const data = new Float32Array(rows);
    const run = session.run({ a: { data, dims: [rows, 1] }, b: { data, dims: [1, rows] } });
    await assert.rejects(run, {
      code: "out_of_memory",
      message: /^outer product: onnxruntime could not run the graph/,
    });
    await session.dispose();
    assert.equal(serialize(new RangeError("Array buffer allocation failed")).code, "out_of_memory");
  });
});
