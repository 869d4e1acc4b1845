/** Any ONNX file as an expert by its declaration: layers, targets, the registry, and what is refused when it is opened or run. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openOnnxExpert } from "../../../server/experts/custom/condition.ts";
import { openOnnxGenerator } from "../../../server/experts/custom/generator.ts";
import { fromGraphPixels, toGraphPixels } from "../../../server/experts/custom/pixels.ts";
import { sampleImages } from "../../../server/experts/custom/samples.ts";
import { openConditioning, openTarget } from "../../../server/experts/registry.ts";
import { asText } from "../../../server/experts/values.ts";
import {
  type ImageInput,
  latentDimsOf,
  OnnxAutoencoderSchema,
  OnnxExpertSchema,
  OnnxGeneratorSchema,
} from "../../../server/manifest/declared-manifest.ts";
import { Graph } from "../../../server/onnx/graph.ts";
import { toModelBytes } from "../../../server/onnx/model-file.ts";
import { reshape, scale } from "../../../server/onnx/ops.ts";
import { Session } from "../../../server/onnx/session.ts";
import { near } from "../../fixtures/near.ts";
import { declare, image } from "../../fixtures/networks/declared-expert.ts";
import {
  brokenEncoder,
  codeDims,
  generatorGraph,
  hiddenLayer,
  imageEncoder,
  imageSizePx,
  withAnyBatch,
  withExternalWeights,
  withoutNumbers,
} from "../../fixtures/networks/foreign-graphs.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { tinyDraft, writeTinyPack } from "../../fixtures/tiny-pack.ts";

const folder = temporaryFolder("declared");
await mkdir(join(folder, "own"));
await writeFile(join(folder, "own/encoder.onnx"), imageEncoder());
await writeFile(join(folder, "own/generator.onnx"), generatorGraph());
const { pack: tinyPack } = await writeTinyPack(folder);

const samples = sampleImages();
const one = { threads: 1 };

describe("a declared conditioning expert", () => {
  it("a declared conditioning expert gives what the graph gives for the preprocessed image", async () => {
    const expert = await openOnnxExpert(folder, declare({ normalise: "none" }), "image", one);
    const session = await Session.create(imageEncoder(), { label: "direct", threads: 1 });
    const sample = samples[1]!;
    const pixels = toGraphPixels(sample, declare().input as ImageInput);
    const expected = (await session.run({ image: { data: pixels, dims: [1, 3, 8, 8] } }))["code"]!;
    assert.deepEqual(await expert.encode([sample]), expected.data);
    assert.equal(expert.dims, codeDims);
  });

  it("a declared conditioning expert gives each image the same vector alone and among others, with fixed and with free batches", async () => {
    await writeFile(join(folder, "own/free.onnx"), withAnyBatch(imageEncoder()));
    for (const model of ["own/encoder.onnx", "own/free.onnx"]) {
      const expert = await openOnnxExpert(folder, declare({ model }), "image", one);
      const together = await expert.encode(samples);
      for (const [row, sample] of samples.entries())
        assert.deepEqual(await expert.encode([sample]), together.slice(row * codeDims, (row + 1) * codeDims));
    }
  });

  it("a declared conditioning expert reads an inner layer that is no output of the file", async () => {
    const inner = await openOnnxExpert(folder, declare({ layer: hiddenLayer, normalise: "none" }), "image", one);
    const outer = await openOnnxExpert(folder, declare({ normalise: "none" }), "image", one);
    const hidden = await inner.encode(samples.slice(0, 1));
    near(
      (await outer.encode(samples.slice(0, 1))).map(Math.atanh),
      [...hidden].map((value) => 0.1 * value),
    );
  });

  it("a declared conditioning expert needs no input that its layer does not need: one half of a graph with two", async () => {
    const graph = new Graph("halves");
    const flat = (name: string, width: number) => reshape(graph.input(name, [1, width, 8, 8]), [1, 64 * width]);
    graph.output("code", scale(flat("image", 3), 2));
    graph.output("words", scale(flat("other", 1), 2));
    await writeFile(join(folder, "own/halves.onnx"), toModelBytes(graph, { kind: "weights", weights: new Map() }));
    const half = declare({ model: "own/halves.onnx", dims: 192 });
    const expert = await openOnnxExpert(folder, half, "image", one);
    assert.equal((await expert.encode(samples.slice(0, 1))).length, 192);
    await assert.rejects(openOnnxExpert(folder, { ...half, layer: "words", dims: 64 }, "image", one), {
      code: "pack_corrupt",
      message: /input: expected only image, got other/,
    });
  });

  it("a declared conditioning expert reads text through a tokenizer file like the text expert does", async () => {
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

  it("a declared conditioning expert reads weights beside the graph when the declaration lists them", async () => {
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

  it("a declared conditioning expert is refused when it is opened, with expected and received inputs and layers", async () => {
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

  it("a declared conditioning expert names the field and what came when it is given words or cells, and itself when it gives no numbers", async () => {
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

  it("a declared target that is a generator draws the class that stands highest in z", async () => {
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

  it("a declared target names itself when it gives no numbers, as a generator and as an autoencoder", async () => {
    await writeFile(join(folder, "own/dumb.onnx"), withoutNumbers(generatorGraph()));
    const dumb = await openOnnxGenerator(folder, { ...generator, model: "own/dumb.onnx" }, one);
    await assert.rejects(dumb.decode(dumb.zOf(new Float32Array(4), 0), 1), {
      code: "tensor_mismatch",
      message: /generator own\/dumb\.onnx: expected finite values, got NaN at 0 of 192/,
    });
    await writeFile(join(folder, "own/dumb-encoder.onnx"), withoutNumbers(imageEncoder()));
    const entry = OnnxAutoencoderSchema.parse({
      kind: "onnx-autoencoder",
      encoder: "own/dumb-encoder.onnx",
      decoder: "own/dumb.onnx",
      input: image,
      latent: { encoderOutput: "code", decoderInput: "z", shape: [codeDims] },
      image: { name: "image", channels: "rgb" },
      imageSizePx,
      posteriorStd: 0.3,
    });
    const decoder = withoutNumbers(generatorGraph({ latentDims: codeDims, classes: 0 }));
    await writeFile(join(folder, "own/dumb.onnx"), decoder);
    const target = await openTarget(folder, entry, one);
    await assert.rejects(target.encode(new Float32Array(4 * imageSizePx ** 2), 1), {
      message: /encoder own\/dumb-encoder\.onnx: expected finite values, got NaN/,
    });
    await assert.rejects(target.decode(new Float32Array(codeDims), 1), {
      message: /decoder own\/dumb\.onnx: expected finite values, got NaN/,
    });
  });

  it("a declared target that is a generator of an odd latent gets one place more, which changes nothing", async () => {
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

  it("a declared target that is an autoencoder encodes and decodes in the declared ranges", async () => {
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
