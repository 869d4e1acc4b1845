/** `tau experts check`: what it lists and suggests, and each way in which a file does not fit, with what was expected and what came. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type CheckReport, checkExpert } from "../../server/experts/declared-check.ts";
import { encodePng } from "../../server/images/codec.ts";
import type { OnnxExpertEntry } from "../../server/packs/declared-manifest.ts";
import {
  batchBoundEncoder,
  brokenEncoder,
  byteEncoder,
  colourSums,
  edited,
  generatorGraph,
  hiddenLayer,
  imageEncoder,
  imageSizePx,
  withAnyBatch,
  withExternalWeights,
} from "../fixtures/foreign-graphs.ts";
import { tinyDraft, writeTinyPack } from "../fixtures/tiny-pack.ts";

const folder = await mkdtemp(join(tmpdir(), "tau-check-"));
after(() => rm(folder, { recursive: true }));

const path = join(folder, "expert.onnx");
const declaration = {
  kind: "onnx",
  model: "expert.onnx",
  input: { kind: "image", name: "image", sizePx: imageSizePx, channels: "rgb" },
  layer: "code",
  dims: 6,
};

async function check(bytes: Uint8Array, change?: object): Promise<CheckReport> {
  await writeFile(path, bytes);
  return checkExpert(path, change ? { declared: { value: { ...declaration, ...change }, folder } } : {});
}

/** The report has exactly this finding. */
function assertFinding(report: CheckReport, level: "error" | "warning", subject: string, message: RegExp): void {
  assert.deepEqual(
    report.findings.map((finding) => [finding.level, finding.subject]),
    [[level, subject]],
    JSON.stringify(report.findings),
  );
  assert.match(report.findings[0]!.message, message);
  assert.match(report.findings[0]!.message, /expected .*got /s);
  assert.equal(report.isOk, level === "warning");
}

describe("checking a good file", () => {
  it("lists what it takes and gives, suggests a declaration that then checks without findings, and times it", async () => {
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

  it("suggests text experts with their tokenizer, and generators with class and range", async () => {
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

  it("takes images of any size at the size that most networks were trained at, and finds the length by running it", async () => {
    const report = await check(colourSums());
    assert.deepEqual([report.findings, report.graph!.inputs[0]!.dims], [[], [1, 3, "height", "width"]]);
    const { input, dims } = report.declaration as OnnxExpertEntry;
    assert.deepEqual([input.kind === "image" && input.sizePx, dims], [224, 3]);
  });

  it("takes a free batch and weights in the same folder", async () => {
    assert.deepEqual((await check(withAnyBatch(imageEncoder()))).findings, []);
    const { graph, weights } = withExternalWeights(imageEncoder(), "weights.bin");
    await writeFile(join(folder, "weights.bin"), weights);
    const report = await check(graph);
    assert.deepEqual([report.findings, report.externalData], [[], ["weights.bin"]]);
    assert.deepEqual(report.declaration!.data, ["weights.bin"]);
  });
});

describe("a file that can't be an expert", () => {
  it("is refused before the runtime opens it: no ONNX, none, too large, weights outside its folder", async () => {
    assertFinding(
      await check(Buffer.from("GIF89a, not a graph")),
      "error",
      "file",
      /expected an ONNX model, got 19 bytes that do not parse/,
    );
    assertFinding(
      await checkExpert(join(folder, "none.onnx")),
      "error",
      "file",
      /expected a file at .*none\.onnx, got none/,
    );
    await writeFile(path, imageEncoder());
    await truncate(path, 2 * 1024 ** 3);
    assertFinding(await checkExpert(path), "error", "file", /expected at most 1073741824 bytes, got 2147483648 bytes/);
    for (const location of ["/etc/passwd", "../weights.bin"]) {
      const report = await check(withExternalWeights(imageEncoder(), location).graph);
      assertFinding(report, "error", "file", /external data: expected a path inside the folder of the file, got "/);
      assert.equal(report.findings[0]!.received, `"${location}"`);
    }
  });

  it("is explained by the runtime, in short, when an operator or the opset is unknown to it", async () => {
    const unknown = edited(imageEncoder(), ({ graph }) => {
      graph!.node[1]!.opType = "Gemmm";
    });
    const [operator] = (await check(unknown)).findings;
    assert.deepEqual([operator!.level, operator!.subject], ["error", "graph"]);
    assert.match(operator!.message, /onnxruntime could not load the graph \(.*Gemmm/);
    const future = edited(imageEncoder(), (model) => {
      model.opsetImport[0]!.version = 999n;
    });
    const [opset] = (await check(future)).findings;
    assert.match(opset!.message, /could not load the graph \(.*999/);
    assert.ok(opset!.message.length < 400);
  });

  it("is refused for shapes: a fixed batch of several, another size, channels last, a rectangle", async () => {
    assertFinding(
      await check(imageEncoder({ batch: 4 }), {}),
      "error",
      "graph",
      /expected float32 \[batch, 3, 8, 8\], got float32 \[4, 3, 8, 8\]/,
    );
    const large = { input: { ...declaration.input, sizePx: 16 } };
    assertFinding(
      await check(imageEncoder(), large),
      "error",
      "graph",
      /expected float32 \[batch, 3, 16, 16\], got float32 \[1, 3, 8, 8\]/,
    );
    const reshaped = (dims: readonly bigint[]): Uint8Array =>
      edited(imageEncoder(), ({ graph }) => {
        const { value } = graph!.input[0]!.type!;
        if (value.case === "tensorType")
          for (const [axis, size] of dims.entries())
            value.value.shape!.dim[axis]!.value = { case: "dimValue", value: size };
      });
    assertFinding(
      await check(reshaped([1n, 8n, 8n, 3n])),
      "error",
      "declaration",
      /channels come last here: export the graph with channels first/,
    );
    assertFinding(
      await check(reshaped([1n, 3n, 4n, 16n])),
      "error",
      "declaration",
      /expected an image .*got image float32 \[1, 3, 4, 16\]/,
    );
  });

  it("is refused for another element type than declared", async () => {
    const finding = /input image: expected float32 \[batch, 3, 8, 8\], got uint8 \[1, 3, 8, 8\]/;
    assertFinding(await check(byteEncoder(), {}), "error", "graph", finding);
    assertFinding(await check(byteEncoder()), "error", "graph", finding);
  });

  it("is refused for names that it does not have, naming those that it has", async () => {
    const input = { ...declaration.input, name: "pixels" };
    assertFinding(await check(imageEncoder(), { input }), "error", "graph", /input pixels: expected .* got only image/);
    assertFinding(await check(imageEncoder(), { layer: "codes" }), "error", "graph", /got "codes"; it has code/);
  });

  it("is refused for a vector of another length than declared", async () => {
    assertFinding(await check(imageEncoder(), { dims: 7 }), "error", "graph", /expected 7 dims, got 6 from \[1, 6\]/);
  });

  it("is refused for answers that are no numbers, and for the same answer to everything", async () => {
    assertFinding(
      await check(brokenEncoder("nan"), {}),
      "error",
      "graph",
      /expected finite values, got (NaN|-Infinity) at 0 of 6/,
    );
    assertFinding(
      await check(brokenEncoder("constant"), {}),
      "error",
      "output",
      /different outputs for 6 different inputs, got the same output for all/,
    );
  });

  it("is refused for a declaration that does not parse or is of another file, naming the fields", async () => {
    const broken = await check(imageEncoder(), { dims: 0, layer: 5 });
    assert.deepEqual(
      broken.findings.map(({ subject }) => subject),
      ["declaration"],
    );
    assert.match(broken.findings[0]!.message, /layer: .*; dims: /);
    assertFinding(
      await check(imageEncoder(), { model: "other.onnx" }),
      "error",
      "declaration",
      /expected expert\.onnx among the files of the declaration, got other\.onnx/,
    );
  });

  it("is refused when a generator leaves its declared range far behind, or ignores its class", async () => {
    const generator = {
      kind: "onnx-generator",
      model: "expert.onnx",
      latent: { name: "z", shape: [4] },
      class: { name: "class", count: 2, encoding: "one-hot" },
      image: { name: "image", channels: "rgb", range: [-1, 1] },
      imageSizePx,
    };
    const checkGenerator = async (bytes: Uint8Array): Promise<CheckReport> => {
      await writeFile(path, bytes);
      return checkExpert(path, { declared: { value: generator, folder } });
    };
    assertFinding(
      await checkGenerator(generatorGraph({ span: 100 })),
      "error",
      "range",
      /expected pixels from -1 to 1, got -100 to 100, 100 % outside/,
    );
    const deaf = edited(generatorGraph(), ({ graph }) => {
      const weights = graph!.initializer.find(({ dims }) => dims[0] === 2n)!;
      weights.rawData = new Uint8Array(weights.rawData.length);
    });
    assertFinding(await checkGenerator(deaf), "error", "class", /got the same image for classes 0 and 1/);
  });
});

describe("what a user should know of a file that can be used", () => {
  it("is a neighbour in a batch that changes its answers", async () => {
    const report = await check(batchBoundEncoder(), {});
    assertFinding(
      report,
      "warning",
      "batch",
      /the same answer alone and beside another, got a difference of .*; Tau runs one at a time/,
    );
  });

  it("is a vector that is far from unit length", async () => {
    const report = await check(imageEncoder(), { layer: hiddenLayer, normalise: "none" });
    assertFinding(
      report,
      "warning",
      "length",
      /expected vectors of about unit length, got \d.* on average; say "normalise": "unit"/,
    );
  });
});

describe("tau experts", () => {
  const cli = fileURLToPath(new URL("../../server/cli.ts", import.meta.url));
  const tau = (...args: string[]): Promise<{ code: number | null; out: string; err: string }> => {
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), cli, "experts", ...args], {
      cwd: folder,
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (text) => (out += text));
    child.stderr.on("data", (text) => (err += text));
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  };

  it("checks with the user's own images and ends with 0 for a file that can be used", async () => {
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

  it("ends with 1 and the same findings as JSON for a file that can't, and with 2 for wrong usage", async () => {
    await writeFile(path, brokenEncoder("constant"));
    const { code, out } = await tau("check", path, "--json");
    const report = JSON.parse(out) as CheckReport;
    assert.deepEqual([code, report.isOk, report.findings[0]!.subject], [1, false, "output"]);
    const wrong = await tau("check");
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /expected check FILE or fit --pack DIR, got check with 0 files/);
  });
});
