/** `tau experts check`: each way in which a file does not fit, with what was expected and what came. */
import assert from "node:assert/strict";
import { symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type CheckReport, checkExpert } from "../../server/experts/custom/check.ts";
import { assertFinding, checkBytes, declaration } from "../fixtures/check-report.ts";
import {
  brokenEncoder,
  byteEncoder,
  doubleEncoder,
  edited,
  generatorGraph,
  imageEncoder,
  imageSizePx,
  withExternalWeights,
  withFreeAxes,
  withoutNumbers,
} from "../fixtures/networks/foreign-graphs.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const folder = temporaryFolder("check");

const path = join(folder, "expert.onnx");

const check = (bytes: Uint8Array, change?: object): Promise<CheckReport> => checkBytes(path, bytes, change);

describe("a file that can't be an expert", () => {
  it("a file that can't be an expert is refused before the runtime opens it: no ONNX, none, too large, weights outside its folder", async () => {
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

  it("a file that can't be an expert is explained by the runtime, in short, when an operator or the opset is unknown to it", async () => {
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

  it("a file that can't be an expert is refused for shapes: a fixed batch of several, another size, channels last, a rectangle", async () => {
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

  it("a file that can't be an expert is refused for another element type than declared", async () => {
    const finding = /input image: expected float32 \[batch, 3, 8, 8\], got uint8 \[1, 3, 8, 8\]/;
    assertFinding(await check(byteEncoder(), {}), "error", "graph", finding);
    assertFinding(await check(byteEncoder()), "error", "graph", finding);
  });

  it("a file that can't be an expert is refused for names that it does not have, naming those that it has", async () => {
    const input = { ...declaration.input, name: "pixels" };
    assertFinding(await check(imageEncoder(), { input }), "error", "graph", /input pixels: expected .* got only image/);
    assertFinding(await check(imageEncoder(), { layer: "codes" }), "error", "graph", /got "codes"; it has code/);
  });

  it("a file that can't be an expert is refused for a vector of another length than declared", async () => {
    assertFinding(await check(imageEncoder(), { dims: 7 }), "error", "graph", /expected 7 dims, got 6 from \[1, 6\]/);
  });

  it("a file that can't be an expert is refused for answers that are no numbers, and for the same answer to everything", async () => {
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

  it("a file that can't be an expert is refused for a declaration that does not parse or is of another file, naming the fields", async () => {
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

  it("a file that can't be an expert is refused when no declaration can be made of it: a name that no pack may hold, too many classes", async () => {
    for (const name of ["my model (1).onnx", ".hidden.onnx"]) {
      await writeFile(join(folder, name), imageEncoder());
      assertFinding(
        await checkExpert(join(folder, name)),
        "error",
        "declaration",
        /model: expected a relative path inside the pack, got "/,
      );
    }
    await writeFile(path, generatorGraph({ classes: 1500 }));
    assertFinding(await checkExpert(path), "error", "declaration", /class\.count: .*1000, got 1500/);
    const { graph, weights } = withExternalWeights(imageEncoder(), "own weights.bin");
    await writeFile(join(folder, "own weights.bin"), weights);
    await writeFile(path, graph);
    assertFinding(
      await checkExpert(path),
      "error",
      "declaration",
      /data\.0: expected a relative path inside the pack, got "own weights\.bin"/,
    );
  });

  it("a file that can't be an expert is refused when a generator leaves its declared range far behind, or ignores its class", async () => {
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

  it("a file that can't be an expert is refused when it breaks off in the middle, or names no operator set", async () => {
    const whole = imageEncoder();
    const half = whole.subarray(0, Math.floor(whole.length / 2));
    assertFinding(await check(half), "error", "file", /expected an ONNX model, got \d+ bytes that do not parse/);
    const bare = edited(whole, ({ opsetImport }) => void opsetImport.splice(0));
    assertFinding(await check(bare), "error", "file", /expected the operator set that its nodes are of, got none/);
  });

  it("a file that can't be an expert is refused when its weights lie behind a link out of its folder", async () => {
    const outside = temporaryFolder("outside");
    const { graph, weights } = withExternalWeights(imageEncoder(), "link.bin");
    await writeFile(join(outside, "weights.bin"), weights);
    await symlink(join(outside, "weights.bin"), join(folder, "link.bin"));
    const message = /expected a plain file in the folder of the file, got a link or folder at "link\.bin"/;
    assertFinding(await check(graph), "error", "file", message);
  });

  it("a file that can't be an expert is refused for free axes that nothing can be guessed from, and for sizes that do not fit when it runs", async () => {
    const free = withFreeAxes(imageEncoder(), [0, 1, 2, 3]);
    const undecided =
      /expected an image \[batch, 1, 3 or 4, size, size\].*got image float32 \[free0, free1, free2, free3\]/;
    assertFinding(await check(free), "error", "declaration", undecided);
    const { findings, isOk } = await check(free, { input: { ...declaration.input, sizePx: 16 } });
    assert.deepEqual([isOk, findings.map(({ subject }) => subject)], [false, ["graph"]]);
    assert.match(
      findings[0]!.message,
      /onnx expert expert\.onnx: onnxruntime could not run the graph \(.*Input shape:\{1,3,16,16\}, requested shape:\{1,192\}/,
    );
    assert.deepEqual((await check(free, {})).findings, []);
  });

  it("a file that can't be an expert is refused for answers of another element type", async () => {
    const report = await check(doubleEncoder(), {});
    assertFinding(report, "error", "graph", /expected float32 with a batch of 1, got Float64Array \[1, 6\]/);
  });

  it("a file that can't be an expert is refused as a generator of images of another size, and of images that are no numbers", async () => {
    const generator = {
      kind: "onnx-generator",
      model: "expert.onnx",
      latent: { name: "z", shape: [4] },
      class: { name: "class", count: 2, encoding: "one-hot" },
      image: { name: "image", channels: "rgb", range: [-1, 1] },
      imageSizePx: 2 * imageSizePx,
    };
    const checkGenerator = async (bytes: Uint8Array, change: object = {}): Promise<CheckReport> => {
      await writeFile(path, bytes);
      return checkExpert(path, { declared: { value: { ...generator, ...change }, folder } });
    };
    const fault = /output image: expected float32 \[batch, 3, 16, 16\], got float32 \[1, 3, 8, 8\]/;
    assertFinding(await checkGenerator(generatorGraph()), "error", "graph", fault);
    // The runtime follows the sizes through the graph where the file leaves them open.
    assertFinding(await checkGenerator(withFreeAxes(generatorGraph(), [2, 3], "output")), "error", "graph", fault);
    const numbers = /generator expert\.onnx: expected finite values, got NaN at 0 of 192/;
    assertFinding(await checkGenerator(withoutNumbers(generatorGraph()), { imageSizePx }), "error", "graph", numbers);
  });
});
