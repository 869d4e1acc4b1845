/** The experts: the shipped text expert against independent implementations, labels, and what happens when shapes are wrong. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Autoencoder } from "../../server/experts/autoencoder.ts";
import { requireFinite } from "../../server/experts/check.ts";
import { LabelExpert } from "../../server/experts/label.ts";
import { TextExpert } from "../../server/experts/text.ts";
import { packsHome } from "../../server/packs/catalogue.ts";
import type { AutoencoderExpertEntry } from "../../server/packs/manifest.ts";
import { writeTinyPack } from "../fixtures/tiny-pack.ts";

interface Reference {
  readonly maxTokens: number;
  readonly cases: ReadonlyArray<{ readonly caption: string; readonly ids: number[]; readonly start: number[] }>;
}

const folder = await mkdtemp(join(tmpdir(), "tau-experts-"));
after(() => rm(folder, { recursive: true }));
const { pack } = await writeTinyPack(folder);

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
    it(`reads "${caption.slice(0, 40)}" like the Rust tokenizer and Python's onnxruntime`, async () => {
      assert.deepEqual(expert.tokenize(caption), ids);
      const vector = await expert.encode([caption]);
      const worst = Math.max(...start.map((value, index) => Math.abs(value - vector[index]!)));
      // Int8 scales differ by a rounding between processors; a wrong token or pooling is off by 0.05 and more.
      assert.ok(worst < 5e-3, `largest difference ${worst}`);
    });

  it("gives unit vectors that do not depend on the other captions of a call", async () => {
    const captions = ["red apple", "a very long caption about a birthday cake with candles", "cat"];
    const together = await expert.encode(captions);
    const fresh = await TextExpert.open(join(packsHome(), "icons"), entry, { threads: 1 });
    for (const [index, caption] of captions.entries()) {
      const vector = together.subarray(index * 384, (index + 1) * 384);
      assert.deepEqual(await fresh.encode([caption]), vector.slice());
      assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
    }
  });

  it("puts captions of like meaning nearer than others", async () => {
    const vectors = await expert.encode(["red apple", "a crimson fruit", "space rocket"]);
    const cosine = (a: number, b: number): number =>
      vectors
        .subarray(a * 384, (a + 1) * 384)
        .reduce((sum, value, index) => sum + value * vectors[b * 384 + index]!, 0);
    assert.ok(cosine(0, 1) > cosine(0, 2) + 0.2, `${cosine(0, 1)} and ${cosine(0, 2)}`);
  });

  it("keeps nothing that a caller can change", async () => {
    const first = await expert.encode(["cat"]);
    const copy = first.slice();
    first.fill(0);
    assert.deepEqual(await expert.encode(["cat"]), copy);
  });

  it("names expected and received shape when the manifest promises other dimensions", async () => {
    const wrong = await TextExpert.open(join(packsHome(), "icons"), { ...entry, dims: 256 }, { threads: 1 });
    await assert.rejects(wrong.encode(["cat"]), {
      code: "tensor_mismatch",
      message: /text\/model\.onnx: expected \[1, 3, 256\], got \[1, 3, 384\]/,
    });
  });
});

describe("a label expert", () => {
  const expert = new LabelExpert({
    kind: "label",
    vocabulary: [
      { id: "flat", label: "Flat" },
      { id: "round", label: "Round" },
    ],
  });

  it("gives one-hot rows", async () => {
    assert.deepEqual(await expert.encode(["round", "flat", "round"]), Float32Array.of(0, 1, 1, 0, 0, 1));
  });

  it("refuses labels outside its vocabulary, also names of object methods", async () => {
    for (const label of ["cubist", "constructor", "__proto__", "Flat", ""])
      await assert.rejects(expert.encode([label]), {
        code: "style_unknown",
        message: /expected one of flat, round; got/,
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

  it("goes from image to latent and back in the manifest's shapes", async () => {
    const expert = await Autoencoder.open(pack, entry, { threads: 1 });
    const latent = await expert.encode(new Float32Array(4 * 64).fill(0.5), 1);
    assert.equal(latent.length, expert.latentDims);
    const image = await expert.decode(latent, 1);
    assert.equal(image.length, 4 * 64);
    assert.ok(image.every((value) => value >= 0 && value <= 1));
  });

  it("names graph, expected and received shape when the files do not fit the manifest", async () => {
    const swapped = { ...entry, decoder: entry.encoder };
    const expert = await Autoencoder.open(pack, swapped, { threads: 1 });
    await assert.rejects(expert.decode(new Float32Array(8), 1), {
      code: "tensor_mismatch",
      message: /x: expected float32 \[batch, 4, 8, 8\], got float32 \[1, 2, 2, 2\] \(decoder target\/encoder\.onnx\)/,
    });
  });

  it("refuses values that are no numbers, on the way in as on the way out", async () => {
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
