/** Any ONNX file as an expert by its declaration: preprocessing, layers, pooling, targets, the registry, and what is refused. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { openOnnxExpert } from "../../server/experts/declared-condition.ts";
import { openOnnxGenerator } from "../../server/experts/declared-generator.ts";
import { fromGraphPixels, toGraphPixels } from "../../server/experts/declared-pixels.ts";
import { pool, toVector } from "../../server/experts/declared-pooling.ts";
import { sampleImages } from "../../server/experts/declared-samples.ts";
import { openConditioning, openTarget } from "../../server/experts/registry.ts";
import { asText } from "../../server/experts/values.ts";
import { Graph } from "../../server/onnx/graph.ts";
import { toModelBytes } from "../../server/onnx/model-file.ts";
import { reshape, scale } from "../../server/onnx/ops.ts";
import { Session } from "../../server/onnx/session.ts";
import {
  DeclarationSchema,
  type ImageInput,
  latentDimsOf,
  OnnxAutoencoderSchema,
  type OnnxExpertEntry,
  OnnxExpertSchema,
  OnnxGeneratorSchema,
} from "../../server/packs/declared-manifest.ts";
import { PackDraftSchema } from "../../server/packs/manifest.ts";
import {
  brokenEncoder,
  codeDims,
  generatorGraph,
  hiddenLayer,
  imageEncoder,
  imageSizePx,
  withAnyBatch,
  withExternalWeights,
} from "../fixtures/foreign-graphs.ts";
import { tinyDraft, writeTinyPack } from "../fixtures/tiny-pack.ts";

const folder = await mkdtemp(join(tmpdir(), "tau-declared-"));
after(() => rm(folder, { recursive: true }));
await mkdir(join(folder, "own"));
await writeFile(join(folder, "own/encoder.onnx"), imageEncoder());
await writeFile(join(folder, "own/generator.onnx"), generatorGraph());
const { pack: tinyPack } = await writeTinyPack(folder);

const image = { kind: "image", name: "image", sizePx: imageSizePx, channels: "rgb" } as const;
const declare = (change: object = {}): OnnxExpertEntry =>
  OnnxExpertSchema.parse({
    kind: "onnx",
    model: "own/encoder.onnx",
    input: image,
    layer: "code",
    dims: codeDims,
    ...change,
  });
const samples = sampleImages();
const one = { threads: 1 };

/** A declared input with the defaults filled in. */
const inputOf = (change: object): ImageInput => declare({ input: { ...image, ...change } }).input as ImageInput;

/** Planes of one colour and alpha, premultiplied. */
const plain = (sizePx: number, [red, green, blue, alpha]: readonly number[]) => ({
  sizePx,
  planes: Float32Array.from(
    [red!, green!, blue!, alpha!].flatMap((value) => new Array<number>(sizePx ** 2).fill(value)),
  ),
});

const near = (values: Iterable<number>, expected: readonly number[], what = ""): void => {
  for (const [at, value] of [...values].entries())
    assert.ok(
      Math.abs(value - expected[at % expected.length]!) < 1e-5,
      `${what} ${at}: ${value}, expected ${expected[at % expected.length]}`,
    );
};

describe("declared preprocessing", () => {
  it("lays premultiplied colour over the declared background", () => {
    const half = plain(2, [0.5, 0, 0, 0.5]);
    const over = (channels: string, background: string): Float32Array =>
      toGraphPixels(half, inputOf({ sizePx: 2, channels, background }));
    near(over("rgb", "#ffffff"), [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    near(over("rgb", "#000000"), [0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0]);
    near(over("grey", "#ffffff"), [0.299 + 0.5 * (0.587 + 0.114)]);
    near(over("rgba", "#ffffff"), [...half.planes]);
  });

  it("brings colours to the declared range, mean and deviation, channel by channel", () => {
    const input = inputOf({ sizePx: 1, range: [0, 255], mean: [1, 2, 3], std: [2, 4, 8] });
    near(toGraphPixels(plain(1, [1, 0.5, 0, 1]), input), [254 / 2, 125.5 / 4, -3 / 8]);
  });

  it("averages areas when it shrinks and interpolates when it enlarges", () => {
    const ramp = { sizePx: 4, planes: Float32Array.from({ length: 64 }, (_, at) => (at < 48 ? (at % 4) / 4 : 1)) };
    near(toGraphPixels(ramp, inputOf({ sizePx: 2, channels: "grey" })), [0.125, 0.625]);
    const edge = { sizePx: 2, planes: Float32Array.from({ length: 16 }, (_, at) => (at < 12 ? at % 2 : 1)) };
    near(toGraphPixels(edge, inputOf({ sizePx: 4, channels: "grey" })), [0, 0.25, 0.75, 1]);
  });

  it("keeps the border when it contains, and fills the square with what is drawn when it covers", () => {
    const planes = new Float32Array(4 * 64);
    // A bar of 4 × 2 places: red on the left half, blue on the right.
    for (let y = 3; y < 5; y += 1)
      for (let x = 2; x < 6; x += 1) {
        planes[(x < 4 ? 0 : 128) + y * 8 + x] = 1;
        planes[192 + y * 8 + x] = 1;
      }
    const bar = { sizePx: 8, planes };
    const covered = toGraphPixels(bar, inputOf({ sizePx: 2, channels: "rgba", fit: "cover" }));
    near(covered, [1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1]);
    const contained = toGraphPixels(bar, inputOf({ sizePx: 2, channels: "rgba" }));
    near(
      contained.subarray(12),
      [4 / 32 + 0, 4 / 32, 4 / 32, 4 / 32].map((share) => share),
    );
    const nothing = plain(8, [0, 0, 0, 0]);
    near(toGraphPixels(nothing, inputOf({ sizePx: 2, fit: "cover" })), [1]);
  });

  it("brings a generator's pixels back to premultiplied planes, opaque where it knows no alpha", () => {
    near(fromGraphPixels(Float32Array.of(-1, 0, 3), { name: "y", channels: "rgb", range: [-1, 1] }), [0, 0.5, 1, 1]);
    near(fromGraphPixels(Float32Array.of(51), { name: "y", channels: "grey", range: [0, 255] }), [0.2, 0.2, 0.2, 1]);
    near(
      fromGraphPixels(Float32Array.of(0.1, 0.2, 0.3, 0.4), { name: "y", channels: "rgba", range: [0, 1] }),
      [0.1, 0.2, 0.3, 0.4],
    );
  });
});

describe("declared pooling", () => {
  const tokens = { data: Float32Array.of(1, 2, 3, 5, 6, 7), dims: [1, 2, 3] };
  const places = { data: Float32Array.from({ length: 32 }, (_, at) => at), dims: [1, 2, 4, 4] };

  it("takes all values, means over tokens or places, or means over a grid", () => {
    near(pool(tokens, "none", "x"), [...tokens.data]);
    near(pool(tokens, "mean", "x"), [3, 4, 5]);
    near(pool(places, "mean", "x"), [7.5, 23.5]);
    near(pool(places, { grid: 2 }, "x"), [2.5, 4.5, 10.5, 12.5, 18.5, 20.5, 26.5, 28.5]);
  });

  it("makes vectors of unit length unless told not to", () => {
    near([Math.hypot(...toVector(tokens, declare({ pooling: "mean", dims: 3 }), "x"))], [1]);
    near(toVector(tokens, declare({ pooling: "mean", dims: 3, normalise: "none" }), "x"), [3, 4, 5]);
  });

  it("refuses other lengths, shapes that can't be pooled, batches and values that are no numbers, each by name", () => {
    const cases: Array<[tensor: Parameters<typeof pool>[0], change: object, message: RegExp]> = [
      [tokens, { dims: 6, pooling: "mean" }, /x: expected 6 dims, got 3 from \[1, 2, 3\] by pooling mean/],
      [
        { ...tokens, dims: [1, 6] },
        { dims: 6, pooling: "mean" },
        /expected \[1, tokens, n\] or \[1, n, height, width\] for pooling mean, got \[1, 6\]/,
      ],
      [places, { dims: 50, pooling: { grid: 5 } }, /at least 5 × 5 places for pooling grid 5, got \[1, 2, 4, 4\]/],
      [{ ...tokens, dims: [2, 3] }, {}, /expected float32 with a batch of 1, got Float32Array \[2, 3\]/],
      [{ data: new BigInt64Array(6), dims: [1, 6] }, {}, /expected float32 with a batch of 1, got BigInt64Array/],
      [
        { data: Float32Array.of(0, 0, 0, Number.NaN, 0, 0), dims: [1, 6] },
        {},
        /expected finite values, got NaN at 3 of 6/,
      ],
    ];
    for (const [tensor, change, message] of cases)
      assert.throws(() => toVector(tensor, declare(change), "x"), { code: "tensor_mismatch", message });
  });
});

describe("a declared conditioning expert", () => {
  it("gives what the graph gives for the preprocessed image", async () => {
    const expert = await openOnnxExpert(folder, declare({ normalise: "none" }), "image", one);
    const session = await Session.create(imageEncoder(), { label: "direct", threads: 1 });
    const sample = samples[1]!;
    const pixels = toGraphPixels(sample, inputOf({}));
    const expected = (await session.run({ image: { data: pixels, dims: [1, 3, 8, 8] } }))["code"]!;
    assert.deepEqual(await expert.encode([sample]), expected.data);
    assert.equal(expert.dims, codeDims);
  });

  it("gives each image the same vector alone and among others, with fixed and with free batches", async () => {
    await writeFile(join(folder, "own/free.onnx"), withAnyBatch(imageEncoder()));
    for (const model of ["own/encoder.onnx", "own/free.onnx"]) {
      const expert = await openOnnxExpert(folder, declare({ model }), "image", one);
      const together = await expert.encode(samples);
      for (const [row, sample] of samples.entries())
        assert.deepEqual(await expert.encode([sample]), together.slice(row * codeDims, (row + 1) * codeDims));
    }
  });

  it("reads an inner layer that is no output of the file", async () => {
    const inner = await openOnnxExpert(folder, declare({ layer: hiddenLayer, normalise: "none" }), "image", one);
    const outer = await openOnnxExpert(folder, declare({ normalise: "none" }), "image", one);
    const hidden = await inner.encode(samples.slice(0, 1));
    near(
      (await outer.encode(samples.slice(0, 1))).map(Math.atanh),
      [...hidden].map((value) => 0.1 * value),
    );
  });

  it("reads text through a tokenizer file like the text expert does", async () => {
    const own = OnnxExpertSchema.parse({
      kind: "onnx",
      model: "text/model.onnx",
      input: {
        kind: "text",
        tokenizer: "text/tokenizer.json",
        mask: "attention_mask",
        types: "token_type_ids",
        maxTokens: 12,
      },
      layer: "last_hidden_state",
      pooling: "mean",
      dims: 6,
    });
    const text = tinyDraft.experts["text"]! as Parameters<typeof openConditioning>[1];
    const [declared, known] = [
      await openConditioning(tinyPack, own, "caption", one),
      await openConditioning(tinyPack, text, "caption", one),
    ];
    const captions = ["red cat", "a very long caption that is cut"].map(asText);
    near(await declared.encode(captions), [...(await known.encode(captions))]);
  });

  it("reads weights beside the graph when the declaration lists them", async () => {
    const { graph, weights } = withExternalWeights(imageEncoder(), "weights.bin");
    await writeFile(join(folder, "own/split.onnx"), graph);
    await writeFile(join(folder, "own/weights.bin"), weights);
    const split = await openOnnxExpert(
      folder,
      declare({ model: "own/split.onnx", data: ["own/weights.bin"] }),
      "image",
      one,
    );
    const whole = await openOnnxExpert(folder, declare(), "image", one);
    assert.deepEqual(await split.encode(samples), await whole.encode(samples));
    await assert.rejects(openOnnxExpert(folder, declare({ model: "own/split.onnx" }), "image", one), {
      code: "pack_corrupt",
      message: /onnx expert own\/split\.onnx: external data: expected none, as none is listed, got "weights\.bin"/,
    });
  });

  it("is refused when it is opened, with expected and received inputs and layers", async () => {
    const cases: Array<[change: object, message: RegExp]> = [
      [{ input: { ...image, name: "pixels" } }, /input pixels: expected float32 \[batch, 3, 8, 8\], got only image/],
      [
        { input: { ...image, sizePx: 16 } },
        /input image: expected float32 \[batch, 3, 16, 16\], got float32 \[1, 3, 8, 8\]/,
      ],
      [{ input: { ...image, channels: "rgba" } }, /expected float32 \[batch, 4, 8, 8\], got float32 \[1, 3, 8, 8\]/],
      [{ layer: "features" }, /expected a value of the graph, got "features"; it has/],
    ];
    for (const [change, message] of cases)
      await assert.rejects(openOnnxExpert(folder, declare(change), "image", one), { code: "pack_corrupt", message });
  });

  it("names the field and what came when it is given words or cells, and itself when it gives no numbers", async () => {
    const expert = await openOnnxExpert(folder, declare(), "layout", one);
    await assert.rejects(expert.encode([{ kind: "cells", cells: [0] }]), {
      code: "invalid_request",
      message: /condition\.layout: expected an image, got cells/,
    });
    await writeFile(join(folder, "own/nan.onnx"), brokenEncoder("nan"));
    const broken = await openOnnxExpert(folder, declare({ model: "own/nan.onnx" }), "image", one);
    await assert.rejects(broken.encode(samples), {
      code: "tensor_mismatch",
      message: /onnx expert own\/nan\.onnx: expected finite values, got (NaN|-Infinity) at 0 of 6/,
    });
  });
});

describe("a declared target", () => {
  const generator = OnnxGeneratorSchema.parse({
    kind: "onnx-generator",
    model: "own/generator.onnx",
    latent: { name: "z", shape: [4] },
    class: { name: "class", count: 2, encoding: "one-hot" },
    image: { name: "image", channels: "rgb", range: [-1, 1] },
    imageSizePx,
  });

  it("that is a generator draws the class that stands highest in z", async () => {
    const target = await openOnnxGenerator(folder, generator, one);
    assert.deepEqual([target.latentDims, target.classCount, target.freeDims], [6, 2, 4]);
    const free = Float32Array.of(0.1, -0.2, 0.3, 0.4);
    const [first, second] = [target.zOf(free, 0), target.zOf(free, 1)];
    assert.deepEqual([target.classOf(first), target.classOf(second)], [0, 1]);
    const images = await target.decode(Float32Array.from([...first, ...second]), 2);
    assert.equal(images.length, 2 * 4 * imageSizePx ** 2);
    assert.ok(images.every((value) => value >= 0 && value <= 1));
    assert.notDeepEqual(images.slice(0, images.length / 2), images.slice(images.length / 2));
    assert.deepEqual(await target.decode(second, 1), images.slice(images.length / 2));
    await assert.rejects(target.encode(images, 2), {
      code: "invalid_request",
      message: /got a generator without encoder/,
    });
  });

  it("that is a generator of an odd latent gets one place more, which changes nothing", async () => {
    await writeFile(join(folder, "own/odd.onnx"), generatorGraph({ latentDims: 3, classes: 0 }));
    const { class: _, ...classless } = generator;
    const target = await openOnnxGenerator(
      folder,
      { ...classless, model: "own/odd.onnx", latent: { name: "z", shape: [3] } },
      one,
    );
    assert.deepEqual([target.latentDims, target.classCount], [4, 0]);
    assert.deepEqual(
      await target.decode(Float32Array.of(1, 2, 3, 0), 1),
      await target.decode(Float32Array.of(1, 2, 3, 9), 1),
    );
  });

  it("that is an autoencoder encodes and decodes in the declared ranges", async () => {
    const half = (from: readonly number[], to: readonly number[], factor: number): Uint8Array => {
      const graph = new Graph("half");
      graph.output("y", reshape(scale(graph.input("x", from), factor), to));
      return toModelBytes(graph, { kind: "weights", weights: new Map() });
    };
    await writeFile(join(folder, "own/in.onnx"), half([1, 3, 8, 8], [1, 192], 0.5));
    await writeFile(join(folder, "own/out.onnx"), half([1, 192], [1, 3, 8, 8], 2));
    const entry = OnnxAutoencoderSchema.parse({
      kind: "onnx-autoencoder",
      encoder: "own/in.onnx",
      decoder: "own/out.onnx",
      input: { ...image, name: "x", range: [-1, 1] },
      latent: { encoderOutput: "y", decoderInput: "x", shape: [192] },
      image: { name: "y", channels: "rgb", range: [-1, 1] },
      imageSizePx,
      posteriorStd: 0.3,
    });
    const target = await openTarget(folder, entry, one);
    const planes = fromGraphPixels(
      Float32Array.from({ length: 192 }, (_, at) => at / 192),
      { name: "y", channels: "rgb", range: [0, 1] },
    );
    const latent = await target.encode(planes, 1);
    assert.equal(latent.length, latentDimsOf(entry));
    near(await target.decode(latent, 1), [...planes]);
  });
});

describe("a manifest with declared experts", () => {
  const draft = (experts: object, conditions: readonly object[]) => ({
    ...tinyDraft,
    experts: { ...tinyDraft.experts, ...experts },
    translations: [{ ...tinyDraft.translations[0]!, conditions }],
  });

  it("takes each of their kinds", () => {
    const parsed = PackDraftSchema.safeParse(draft({ own: declare() }, [{ name: "sketch", expert: "own" }]));
    assert.ok(parsed.success, JSON.stringify(parsed.error?.issues));
  });

  it("refuses declarations that contradict themselves, field by field", () => {
    const cases: Array<[change: object, path: string, message: RegExp]> = [
      [{ input: { ...image, mean: [0.5] } }, "input.mean", /expected 3 numbers for rgb, got 1/],
      [{ input: { ...image, range: [1, 0] } }, "input.range", /low end before the high end/],
      [{ input: { ...image, layout: "NHWC" } }, "input.layout", /NCHW/],
      [{ input: { ...image, background: "white" } }, "input.background", /expected a colour like #ffffff/],
      [{ model: "../encoder.onnx" }, "model", /expected a relative path inside the pack/],
      [{ data: ["/etc/passwd"] }, "data.0", /expected a relative path inside the pack/],
      [
        { input: { kind: "text", tokenizer: "t.json" }, pooling: { grid: 2 } },
        "pooling",
        /expected none or mean for a text, got a grid/,
      ],
      [{ wrong: 1 }, "", /wrong/],
    ];
    for (const [change, path, message] of cases) {
      const parsed = DeclarationSchema.safeParse({
        kind: "onnx",
        model: "a.onnx",
        input: image,
        layer: "code",
        dims: 6,
        ...change,
      });
      const issue = parsed.error?.issues[0];
      assert.equal(issue?.path.join("."), path);
      assert.match(issue.message, message);
    }
  });
});
