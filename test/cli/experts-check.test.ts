/** `tau experts check`: what it lists and suggests of a file that can be used, and what its user should know. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { create } from "@bufbuild/protobuf";
import { NodeProtoSchema } from "onnx-buf";
import { type CheckReport, checkExpert } from "../../server/experts/custom/check.ts";
import { encodePng } from "../../server/images/codec.ts";
import type { OnnxExpertEntry } from "../../server/manifest/declared-manifest.ts";
import { assertFinding, checkBytes, declaration } from "../fixtures/check-report.ts";
import {
  batchBoundEncoder,
  brokenEncoder,
  colourSums,
  edited,
  generatorGraph,
  hiddenLayer,
  imageEncoder,
  withAnyBatch,
  withExternalWeights,
} from "../fixtures/networks/foreign-graphs.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyDraft, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { tauIn } from "./run-tau.ts";

const folder = temporaryFolder("check");

const path = join(folder, "expert.onnx");
const check = (bytes: Uint8Array, change?: object): Promise<CheckReport> => checkBytes(path, bytes, change);

describe("checking a good file", () => {
  it("checking a good file lists what it takes and gives, suggests a declaration that then checks without findings, and times it", async () => {
    const report = await check(imageEncoder());
    assert.deepEqual(report.findings, []);
    assert.ok(report.isOk && report.isSuggested && report.samples === 6 && report.millisecondsPerSample! > 0);
    assert.deepEqual(report.graph!.inputs, [{ name: "image", type: "float32", dims: [1, 3, 8, 8] }]);
    assert.deepEqual(report.graph!.outputs, [{ name: "code", type: "float32", dims: [1, 6] }]);
    assert.ok(report.graph!.values.includes(hiddenLayer));
    const suggested = report.declaration as OnnxExpertEntry;
    assert.deepEqual([suggested.kind, suggested.layer, suggested.dims, suggested.pooling], ["onnx", "code", 6, "none"]);
    const again = await check(imageEncoder(), JSON.parse(JSON.stringify(suggested)) as object);
    assert.deepEqual([again.isSuggested, again.findings, again.declaration], [false, [], suggested]);
  });

  it("checking a good file suggests text experts with their tokenizer, and generators with class and range", async () => {
    const { pack } = await writeTinyPack(folder);
    const missing = await checkExpert(join(pack, tinyDraft.experts["text"]!.kind === "text" ? "text/model.onnx" : ""));
    assert.deepEqual(missing.findings, []);
    const text = missing.declaration as OnnxExpertEntry;
    assert.deepEqual([text.input.kind, text.pooling, text.dims], ["text", "mean", 6]);
    const { declaration: generator, findings } = await check(generatorGraph());
    assert.deepEqual(findings, []);
    assert.equal(generator!.kind, "onnx-generator");
    if (generator!.kind !== "onnx-generator") return;
    assert.deepEqual(generator!.latent, { name: "z", shape: [4] });
    assert.deepEqual(generator!.class, { name: "class", count: 2, encoding: "one-hot" });
    assert.deepEqual(generator!.image, { name: "image", channels: "rgb", range: [-1, 1] });
  });

  it("checking a good file takes a single number beside a generator's latent for a setting that stays as it is", async () => {
    const { declaration: generator, findings } = await check(generatorGraph({ classes: 1 }));
    assert.deepEqual(findings, []);
    assert.ok(generator?.kind === "onnx-generator" && generator.class === undefined);
    assert.deepEqual(generator.constants, { class: 1 });
  });

  it("checking a good file takes a vector of any length", async () => {
    // [1, 3, 300, 300] read whole: more values than a call takes arguments.
    const whole = edited(imageEncoder(), ({ graph: parts }) => {
      parts!.node = [create(NodeProtoSchema, { opType: "Flatten", input: ["image"], output: ["code"] })];
      parts!.initializer = [];
      for (const { type } of parts!.input)
        if (type?.value.case === "tensorType")
          for (const axis of [2, 3]) type.value.value.shape!.dim[axis]!.value = { case: "dimValue", value: 300n };
      const [code] = parts!.output;
      if (code!.type?.value.case === "tensorType")
        code!.type.value.value.shape!.dim[1]!.value = { case: "dimValue", value: 270_000n };
    });
    const report = await check(whole);
    assert.deepEqual(report.findings, []);
    assert.equal((report.declaration as OnnxExpertEntry).dims, 270_000);
  });

  it("checking a good file takes images of any size at the size that most networks were trained at, and finds the length by running it", async () => {
    const report = await check(colourSums());
    assert.deepEqual([report.findings, report.graph!.inputs[0]!.dims], [[], [1, 3, "height", "width"]]);
    const { input, dims } = report.declaration as OnnxExpertEntry;
    assert.deepEqual([input.kind === "image" && input.sizePx, dims], [224, 3]);
  });

  it("checking a good file takes a free batch and weights in the same folder", async () => {
    assert.deepEqual((await check(withAnyBatch(imageEncoder()))).findings, []);
    const { graph, weights } = withExternalWeights(imageEncoder(), "weights.bin");
    await writeFile(join(folder, "weights.bin"), weights);
    const report = await check(graph);
    assert.deepEqual([report.findings, report.externalData], [[], ["weights.bin"]]);
    assert.deepEqual(report.declaration!.data, ["weights.bin"]);
  });
});

describe("what a user should know of a file that can be used", () => {
  it("what a user should know of a file that can be used is a neighbour in a batch that changes its answers", async () => {
    const report = await check(batchBoundEncoder(), {});
    assertFinding(
      report,
      "warning",
      "batch",
      /the same output alone and in a batch of two, got a difference of .*; Tau runs one at a time/,
    );
  });

  it("what a user should know of a file that can be used is a vector that is far from unit length", async () => {
    const report = await check(imageEncoder(), { layer: hiddenLayer, normalise: "none" });
    assertFinding(
      report,
      "warning",
      "length",
      /expected vectors of about unit length, got \d.* on average; declare "normalise": "unit"/,
    );
  });
});

describe("tau experts", () => {
  const tau = (...args: string[]) => tauIn(folder)("experts", ...args);

  it("tau experts checks with the user's own images and ends with 0 for a file that can be used", async () => {
    await writeFile(path, imageEncoder());
    await mkdir(join(folder, "images"), { recursive: true });
    for (const [name, colour] of Object.entries({ red: [255, 0, 0, 255], blue: [0, 0, 255, 255], none: [0, 0, 0, 0] }))
      await writeFile(
        join(folder, `images/${name}.png`),
        await encodePng(Uint8Array.from(new Array(16).fill(colour).flat()), 4, 4),
      );
    await writeFile(join(folder, "declaration.json"), JSON.stringify(declaration));
    const { code, out } = await tau(
      "check",
      path,
      "--samples",
      "images",
      "--declaration",
      "declaration.json",
      "--layers",
    );
    assert.equal(code, 0, out);
    assert.match(
      out,
      /expert\.onnx {2}0\.\d\d MB, opset 25\n {2}input {3}image float32 \[1, 3, 8, 8\]\n {2}output {2}code float32 \[1, 6\]/,
    );
    assert.match(out, new RegExp(`layer {3}${hiddenLayer}\\n`));
    assert.match(out, /3 samples, \d+\.\d ms each\nThis file can be used so\.\n$/);
  });

  it("tau experts ends with 1 and the same findings as JSON for a file that can't, and with 2 for wrong usage", async () => {
    await writeFile(path, brokenEncoder("constant"));
    const { code, out } = await tau("check", path, "--json");
    const report = JSON.parse(out) as CheckReport;
    assert.deepEqual([code, report.isOk, report.findings[0]!.subject], [1, false, "output"]);
    const wrong = await tau("check");
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.err,
      /expected check FILE, import FILE, fetch OWNER\/NAME PATH or fit --pack DIR, got check with 0 files/,
    );
  });
});
