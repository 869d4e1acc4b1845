/** The experts: the shipped text expert against independent implementations, labels, and what happens when shapes are wrong. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, mock } from "node:test";
import { Autoencoder } from "../../server/experts/autoencoder.ts";
import { requireFinite } from "../../server/experts/check.ts";
import { LabelExpert } from "../../server/experts/label.ts";
import { TextExpert } from "../../server/experts/text.ts";
import { asText } from "../../server/experts/values.ts";
import type { AutoencoderExpertEntry } from "../../server/manifest/expert-entries.ts";
import { Session } from "../../server/onnx/session.ts";
import { packsHome } from "../../server/packs/catalogue.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { writeTinyPack } from "../fixtures/tiny-pack.ts";
import { letterTokenizer, textModel } from "../fixtures/tiny-text.ts";

interface Reference {
  readonly maxTokens: number;
  readonly cases: ReadonlyArray<{ readonly caption: string; readonly ids: number[]; readonly start: number[] }>;
}

const folder = temporaryFolder("experts");
const { pack } = await writeTinyPack(folder);

/** Counts runs of all sessions from now on; the count ends with the first look at it. */
function countRuns(): () => number {
  const spy = mock.method(Session.prototype, "run");
  return () => {
    spy.mock.restore();
    return spy.mock.callCount();
  };
}

describe("the shipped text expert", async () => {
  const path = new URL("../reference/text-reference.json", import.meta.url);
  const reference = JSON.parse(await readFile(path, "utf8")) as Reference;
  const entry = {
    kind: "text",
    model: "text/model.onnx",
    tokenizer: "text/tokenizer.json",
    dims: 384,
    maxTokens: reference.maxTokens,
  } as const;
  const expert = await TextExpert.open(join(packsHome(), "icons"), entry, { threads: 1 });

  for (const { caption, ids, start } of reference.cases)
    it(`the shipped text expert reads "${caption.slice(0, 40)}" like the Rust tokenizer and Python's onnxruntime`, async () => {
      assert.deepEqual(expert.tokenize(caption), ids);
      const vector = await expert.encode([asText(caption)]);
      const worst = Math.max(...start.map((value, index) => Math.abs(value - vector[index]!)));
      // Int8 scales differ by a rounding between processors; a wrong token or pooling is off by 0.05 and more.
      assert.ok(worst < 5e-3, `largest difference ${worst}`);
    });

  it("the shipped text expert gives unit vectors that do not depend on the other captions of a call", async () => {
    const captions = ["red apple", "a very long caption about a birthday cake with candles", "cat"];
    const together = await expert.encode(captions.map(asText));
    const fresh = await TextExpert.open(join(packsHome(), "icons"), entry, { threads: 1 });
    for (const [index, caption] of captions.entries()) {
      const vector = together.subarray(index * 384, (index + 1) * 384);
      assert.deepEqual(await fresh.encode([asText(caption)]), vector.slice());
      assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
    }
  });

  it("the shipped text expert gives captions of a training set, some of which share runs, the vectors that they have alone", async () => {
    const captions = ["red apple", "blue house", "a birthday cake with candles", "cat", "dog", "green tree"].map(
      asText,
    );
    const runs = countRuns();
    const shared = await expert.encodeForTraining(captions);
    // Two alone and together to try it; then those of one word, of two and the long one.
    assert.equal(runs(), 3 + 3);
    const alone = await expert.encode(captions);
    assert.equal(shared.length, captions.length * 384);
    assert.ok(shared.every((value, at) => Math.abs(value - alone[at]!) < 1e-5));
    assert.equal((await expert.encodeForTraining([])).length, 0);
  });

  it("the shipped text expert runs each caption alone where captions of one run would change each other, or can't share one", async () => {
    const [tokenizer, size] = letterTokenizer();
    await writeFile(join(folder, "letters.json"), JSON.stringify(tokenizer));
    const files = { tokenizer: "letters.json", dims: 6, maxTokens: 16 };
    // Texts of equal tokens say nothing about sharing.
    const captions = ["AB", "ab", "cd", "xyz", "ef", "uvw"].map(asText);
    for (const [name, options] of [
      ["mixing", { mixesRuns: true }],
      ["single", { batch: 1 }],
    ] as const) {
      await writeFile(join(folder, `${name}.onnx`), textModel(size, 6, options));
      const letters = await TextExpert.open(folder, { kind: "text", model: `${name}.onnx`, ...files }, { threads: 1 });
      assert.deepEqual(await letters.encodeForTraining(captions), await letters.encode(captions), name);
    }
  });

  it("the shipped text expert puts captions of like meaning nearer than others", async () => {
    const vectors = await expert.encode(["red apple", "a crimson fruit", "space rocket"].map(asText));
    const cosine = (a: number, b: number): number =>
      vectors
        .subarray(a * 384, (a + 1) * 384)
        .reduce((sum, value, index) => sum + value * vectors[b * 384 + index]!, 0);
    assert.ok(cosine(0, 1) > cosine(0, 2) + 0.2, `${cosine(0, 1)} and ${cosine(0, 2)}`);
  });

  it("the shipped text expert is refused when the manifest promises other dimensions, or a tokenizer that is none", async () => {
    const home = join(packsHome(), "icons");
    await assert.rejects(TextExpert.open(home, { ...entry, dims: 256 }, { threads: 1 }), {
      code: "pack_corrupt",
      message:
        /text\/model\.onnx: output last_hidden_state: expected float32 \[batch, tokens, 256\], got float32 \[batch, sequence, 384\]/,
    });
    await assert.rejects(TextExpert.open(home, { ...entry, tokenizer: "manifest.json" }, { threads: 1 }), {
      code: "pack_corrupt",
      message: /expected a tokenizer\.json, got \d+ bytes of another format/,
    });
  });

  it("the shipped text expert refuses an image by the field's name", async () => {
    await assert.rejects(expert.encode([{ kind: "cells", cells: [0] }]), {
      code: "invalid_request",
      message: /condition\.caption: expected a text, got cells/,
    });
  });
});

describe("a label expert", () => {
  const entry = {
    kind: "label" as const,
    vocabulary: [
      { id: "flat", label: "Flat" },
      { id: "round", label: "Round" },
    ],
  };
  const expert = new LabelExpert(entry, "style");

  it("a label expert gives one-hot rows", async () => {
    const rows = await expert.encode(["round", "flat", "round"].map(asText));
    assert.deepEqual(rows, Float32Array.of(0, 1, 1, 0, 0, 1));
  });

  it("a label expert refuses labels outside its vocabulary, also names of object methods", async () => {
    for (const label of ["cubist", "constructor", "__proto__", "Flat", ""])
      await assert.rejects(expert.encode([asText(label)]), {
        code: "style_unknown",
        message: /condition\.style: expected one of flat, round; got/,
      });
  });

  it("a label expert names the field that it serves, and a few of many labels", async () => {
    const vocabulary = Array.from({ length: 500 }, (_, index) => ({ id: `label-${index}`, label: "x" }));
    await assert.rejects(new LabelExpert({ kind: "label", vocabulary }, "label").encode([asText("cubist")]), {
      code: "label_unknown",
      message: /condition\.label: expected one of label-0, .* label-39 and 460 more; got "cubist"/,
    });
  });
});

describe("an autoencoder expert", () => {
  const entry: AutoencoderExpertEntry = {
    kind: "autoencoder",
    encoder: "target/encoder.onnx",
    decoder: "target/decoder.onnx",
    latentShape: [2, 2, 2],
    imageSizePx: 8,
    posteriorStd: 0.3,
  };

  it("an autoencoder expert encodes the same without its decoder, and says so when it is asked to decode", async () => {
    const image = Float32Array.from({ length: 4 * entry.imageSizePx ** 2 }, (_, at) => (at % 7) / 7);
    const whole = await Autoencoder.open(pack, entry, { threads: 1 });
    const half = await Autoencoder.open(pack, entry, { threads: 1, encodesOnly: true });
    assert.deepEqual(await half.encode(image, 1), await whole.encode(image, 1));
    await assert.rejects(half.decode(new Float32Array(half.latentDims), 1), { code: "internal", message: /decoder/ });
  });

  it("an autoencoder expert goes from image to latent and back in the manifest's shapes", async () => {
    const expert = await Autoencoder.open(pack, entry, { threads: 1 });
    const latent = await expert.encode(new Float32Array(4 * 64).fill(0.5), 1);
    assert.equal(latent.length, expert.latentDims);
    const image = await expert.decode(latent, 1);
    assert.equal(image.length, 4 * 64);
    assert.ok(image.every((value) => value >= 0 && value <= 1));
  });

  it("an autoencoder expert is refused with every input and output that differs when the files do not fit the manifest", async () => {
    await assert.rejects(Autoencoder.open(pack, { ...entry, decoder: entry.encoder }, { threads: 1 }), {
      code: "pack_corrupt",
      message:
        /^decoder target\/encoder\.onnx: input latent: expected float32 \[batch, 2, 2, 2\], got only image; input: expected only latent, got image; output image: .*, got only mean$/,
    });
    await assert.rejects(Autoencoder.open(pack, { ...entry, imageSizePx: 16 }, { threads: 1 }), {
      code: "pack_corrupt",
      message: /input image: expected float32 \[batch, 4, 16, 16\], got float32 \[batch, 4, 8, 8\]/,
    });
  });

  it("an autoencoder expert refuses values that are no numbers, on the way in as on the way out", async () => {
    const expert = await Autoencoder.open(pack, entry, { threads: 1 });
    await assert.rejects(expert.decode(new Float32Array(8).fill(Number.NaN), 1), {
      code: "tensor_mismatch",
      message: /decoder target\/decoder\.onnx: expected finite values, got NaN at 0 of 256/,
    });
    assert.throws(() => requireFinite(Float32Array.of(1, Number.POSITIVE_INFINITY), "x"), {
      message: /got Infinity at 1/,
    });
  });
});
