/** Foreign ONNX files before the runtime sees them: what they hold, what is refused, and inner values made outputs. */
import assert from "node:assert/strict";
import { mkdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
} from "onnx-buf";
import { describeModel, withOutput } from "../../server/onnx/model-graph.ts";
import { openModel } from "../../server/onnx/model-source.ts";
import { parseModel } from "../../server/onnx/protobuf.ts";
import { Session } from "../../server/onnx/session.ts";
import { edited, imageEncoder, withAnyBatch, withExternalWeights } from "../fixtures/networks/foreign-graphs.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const root = temporaryFolder("source");
const folder = join(root, "experts");
await mkdir(join(folder, "deep"), { recursive: true });

const good = imageEncoder();
const pixels = { data: new Float32Array(192).fill(0.5), dims: [1, 3, 8, 8] };

/** Writes a file and its weights where it looks for them, if that is inside the folder. */
async function writeSplit(location: string, place = location): Promise<string> {
  const { graph, weights } = withExternalWeights(good, location);
  await writeFile(join(folder, "split.onnx"), graph);
  await writeFile(join(folder, place), weights);
  return join(folder, "split.onnx");
}

describe("weights beside the file", () => {
  it("weights beside the file are read when they are listed, from any folder below, and give what the whole file gives", async () => {
    const whole = await Session.create(good, { label: "whole", threads: 1 });
    for (const location of ["weights.bin", "deep/weights.bin", "./weights.bin"]) {
      const path = await writeSplit(location);
      const { externalData } = await openModel(path, { label: "split", externalData: "any" });
      assert.deepEqual(externalData, [location.replace("./", "")], "as a pack may list it");
      const split = await Session.create(path, {
        label: "split",
        threads: 1,
        externalData: [location.replace("./", "")],
      });
      assert.deepEqual(
        (await split.run({ image: pixels }))["code"]!.data,
        (await whole.run({ image: pixels }))["code"]!.data,
      );
    }
  });

  it("weights beside the file are refused when nobody listed them, naming them", async () => {
    const path = await writeSplit("weights.bin");
    await assert.rejects(Session.create(path, { label: "split" }), {
      code: "pack_corrupt",
      message: /split: external data: expected none, as none is listed, got "weights\.bin"/,
    });
    await assert.rejects(Session.create(path, { label: "split", externalData: ["other.bin"] }), {
      message: /expected one of other\.bin, got "weights\.bin"/,
    });
  });

  it("weights beside the file are refused outside the folder before the runtime opens anything, whatever the path looks like", async () => {
    await writeFile(join(root, "secret.bin"), new Uint8Array(1e4));
    const paths = [
      "/etc/passwd",
      "../secret.bin",
      "deep/../../secret.bin",
      "..\\secret.bin",
      "C:\\secret.bin",
      "\\\\host\\share",
      "a\0b",
      "",
    ];
    for (const location of paths) {
      const { graph } = withExternalWeights(good, location);
      await writeFile(join(folder, "escape.onnx"), graph);
      await assert.rejects(
        Session.create(join(folder, "escape.onnx"), { label: "escape", externalData: "any" }),
        { code: "pack_corrupt", message: /external data: expected a path inside the folder of the file, got "/ },
        location,
      );
    }
  });

  it("weights beside the file are refused behind links to files and folders, in missing files and in the runtime's own memory", async () => {
    await symlink(join(root, "secret.bin"), join(folder, "link.bin"));
    await symlink(root, join(folder, "linked"));
    for (const location of ["link.bin", "linked/secret.bin", "missing.bin", "deep", "*/_ORT_MEM_ADDR_/*"]) {
      await writeFile(join(folder, "link.onnx"), withExternalWeights(good, location).graph);
      await assert.rejects(
        Session.create(join(folder, "link.onnx"), { label: "link", externalData: "any" }),
        {
          code: "pack_corrupt",
          message: /expected a plain file in the folder of the file, got (a link or folder|nothing) at/,
        },
        location,
      );
    }
  });

  it("weights beside the file are refused in graphs that are no file", async () => {
    await assert.rejects(
      Session.create(withExternalWeights(good, "weights.bin").graph, { label: "bytes", externalData: "any" }),
      {
        code: "pack_corrupt",
        message: /expected none in a graph without a file, got "weights\.bin"/,
      },
    );
  });

  it("weights beside the file are found wherever a tensor can hide: in attributes and in graphs inside of nodes", async () => {
    const hidden = create(TensorProtoSchema, {
      name: "hidden",
      externalData: [create(StringStringEntryProtoSchema, { key: "location", value: "/etc/passwd" })],
    });
    const inAttribute = create(AttributeProtoSchema, {
      name: "value",
      type: AttributeProto_AttributeType.TENSOR,
      t: hidden,
    });
    const inner = create(GraphProtoSchema, { name: "inner", initializer: [hidden] });
    const inGraph = create(AttributeProtoSchema, {
      name: "then_branch",
      type: AttributeProto_AttributeType.GRAPH,
      g: inner,
    });
    for (const attribute of [inAttribute, inGraph]) {
      const bytes = edited(good, ({ graph }) => {
        graph!.node.push(create(NodeProtoSchema, { opType: "Constant", output: ["unused"], attribute: [attribute] }));
      });
      await assert.rejects(Session.create(bytes, { label: "hidden" }), {
        message: /external data: .* got "\/etc\/passwd"/,
      });
    }
  });
});

describe("files that are no graph", () => {
  it("files that are no graph are refused by name: text, nothing, an empty graph, the runtime's own format, a folder, nothing at all", async () => {
    const cases: Array<[bytes: Uint8Array, message: RegExp]> = [
      [Buffer.from("not a graph at all"), /expected an ONNX model, got 18 bytes that do not parse/],
      [new Uint8Array(0), /expected an ONNX graph, got 0 bytes without any node/],
      [edited(good, ({ graph }) => void graph!.node.splice(0)), /without any node/],
      [Buffer.from("\0\0\0\0ORTM\0\0\0\0"), /got a file in onnxruntime's own format/],
    ];
    for (const [bytes, message] of cases) {
      await writeFile(join(folder, "bad.onnx"), bytes);
      await assert.rejects(openModel(join(folder, "bad.onnx"), { label: "bad" }), { code: "pack_corrupt", message });
    }
    await assert.rejects(openModel(folder, { label: "bad" }), { message: /got a folder or device/ });
    await assert.rejects(openModel(join(folder, "none.onnx"), { label: "bad" }), {
      message: /expected a file at .*none\.onnx, got none/,
    });
  });

  it("files that are no graph are refused unread when they are too large", async () => {
    const path = join(folder, "large.onnx");
    await writeFile(path, good);
    await truncate(path, 3 * 1024 ** 3);
    await assert.rejects(openModel(path, { label: "large" }), {
      code: "pack_corrupt",
      message: /large: expected at most 1073741824 bytes, got 3221225472 bytes/,
    });
    await rm(path);
  });
});

describe("a foreign graph", () => {
  it("a foreign graph is described by its inputs, outputs, opset and inner values", () => {
    const { opset, inputs, outputs, values } = describeModel(parseModel(withAnyBatch(good), "good"));
    assert.equal(opset, 25);
    assert.deepEqual(inputs, [{ name: "image", type: "float32", dims: ["batch", 3, 8, 8] }]);
    assert.deepEqual(outputs, [{ name: "code", type: "float32", dims: ["batch", 6] }]);
    assert.ok(values.includes("code") && values.length === 4, values.join(" "));
  });

  it("a foreign graph gives any inner value as its output, without the nodes behind it", async () => {
    const { values } = describeModel(parseModel(good, "good"));
    const layer = values.find((name) => name.startsWith("Gemm"))!;
    const { model } = await openModel(good, { label: "good", layer });
    assert.deepEqual(
      model.graph!.node.map(({ opType }) => opType),
      ["Reshape", "Gemm"],
    );
    const session = await Session.create(good, { label: "good", threads: 1, layer });
    assert.deepEqual(session.outputNames, [layer]);
    const hidden = (await session.run({ image: pixels }))[layer]!;
    const whole = await Session.create(good, { label: "good", threads: 1 });
    const code = (await whole.run({ image: pixels }))["code"]!;
    assert.deepEqual(hidden.dims, [1, 6]);
    for (const [at, value] of (hidden.data as Float32Array).entries())
      assert.ok(Math.abs(Math.tanh(0.1 * value) - Number(code.data[at])) < 1e-6);
  });

  it("a foreign graph keeps what a subgraph reads when an inner value becomes the output", () => {
    const inner = create(GraphProtoSchema, {
      name: "inner",
      node: [create(NodeProtoSchema, { opType: "Identity", input: ["aside"], output: ["result"] })],
    });
    const branch = create(AttributeProtoSchema, {
      name: "then_branch",
      type: AttributeProto_AttributeType.GRAPH,
      g: inner,
    });
    const bytes = edited(good, ({ graph }) => {
      graph!.node.push(
        create(NodeProtoSchema, { opType: "Identity", input: ["image"], output: ["aside"] }),
        create(NodeProtoSchema, { opType: "If", input: ["flag"], output: ["chosen"], attribute: [branch] }),
      );
    });
    const { graph } = withOutput(parseModel(bytes, "if"), "chosen", "if");
    assert.deepEqual(
      graph!.node.map(({ opType }) => opType),
      ["Identity", "If"],
    );
  });

  it("a foreign graph names values of like spelling when it has none of the name", async () => {
    await assert.rejects(openModel(good, { label: "good", layer: "codes" }), {
      code: "pack_corrupt",
      message: /good: expected a value of the graph, got "codes"; it has code, /,
    });
  });
});

describe("the runtime's faults", () => {
  it("the runtime's faults come in one line without the paths of its own source", async () => {
    const unknown = edited(good, ({ graph }) => {
      graph!.node[1]!.opType = "NoSuchOperator";
    });
    await assert.rejects(Session.create(unknown, { label: "op" }), (error: Error) => {
      assert.match(error.message, /op: onnxruntime could not load the graph \(.*NoSuchOperator/);
      assert.doesNotMatch(error.message, /\.cc:|\n/);
      return true;
    });
    const future = edited(good, (model) => {
      model.opsetImport[0]!.version = 999n;
    });
    await assert.rejects(Session.create(future, { label: "opset" }), {
      code: "pack_corrupt",
      message: /opset: onnxruntime could not load .*999/,
    });
  });
});
