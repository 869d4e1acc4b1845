/** The batcher over tiny experts: requests share batches, images keep their order and bytes, cancels take effect between runs. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Translation } from "../../server/engine/translation.ts";
import { Batcher } from "../../server/inference/batcher.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import type { ResolvedRequest } from "../../shared/contract.ts";

const dims = 4;

/** z = (v + caption length)·2, decoded to one grey pixel: simple, exact and invertible. */
function tinyTranslation(seen: number[], { fails = false } = {}): Translation {
  return {
    id: "caption",
    flow: {
      dims,
      conditions: [{ name: "caption", dims: 1 }],
      inverse: async (residual, { caption }, batch) => {
        seen.push(batch);
        return {
          values: residual.map((value, index) => (value + caption!.values[Math.floor(index / dims)]!) * 2),
          logDet: new Float32Array(batch).fill(dims * Math.log(2)),
        };
      },
      forward: async (latent, { caption }, batch) => ({
        values: latent.map((value, index) => value / 2 - caption!.values[Math.floor(index / dims)]!),
        logDet: new Float32Array(batch).fill(-dims * Math.log(2)),
      }),
    },
    target: {
      latentDims: dims,
      imageSizePx: 1,
      encode: async () => new Float32Array(dims),
      decode: async (latents) => {
        if (fails) throw new Error("decoder broke");
        const grey = 1 / (1 + Math.exp(-latents[0]!));
        return Float32Array.of(grey, grey, grey, 1);
      },
    },
    conditions: [
      { name: "caption", expert: { dims: 1, encode: async ([caption]) => Float32Array.of(caption!.length / 10) } },
    ],
  };
}

const request = (caption: string, count: number, seed = 1): ResolvedRequest => ({
  translation: "caption",
  condition: { caption },
  count,
  seed,
  temperature: 1,
  guidance: 0,
});

function collect(batcher: Batcher, wanted: ResolvedRequest, abort = new AbortController()) {
  const images: ImageResult[] = [];
  const stages: string[] = [];
  const done = batcher.generate({
    request: wanted,
    signal: abort.signal,
    onProgress: ({ stage, completed }) => stages.push(`${stage} ${completed}`),
    onImage: (image) => void images.push(image),
  });
  return { images, stages, done, abort };
}

describe("the batcher", () => {
  it("joins waiting requests into one batch and keeps each request's order", async () => {
    const seen: number[] = [];
    const batcher = new Batcher([tinyTranslation(seen)], 8);
    const [a, b] = [collect(batcher, request("apple", 3)), collect(batcher, request("car", 4, 9))];
    await Promise.all([a.done, b.done]);
    assert.deepEqual(seen, [7]);
    assert.deepEqual(
      a.images.map(({ index, seed }) => [index, seed]),
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    );
    assert.deepEqual(
      b.images.map(({ seed }) => seed),
      [9, 10, 11, 12],
    );
    assert.deepEqual(a.stages.at(-1), "decoding 3");
  });

  it("gives an image the same bytes and likelihood alone, in a batch and beside strangers", async () => {
    const batcher = new Batcher([tinyTranslation([])], 8);
    const many = collect(batcher, request("apple", 16, 100));
    const other = collect(batcher, request("a very different thing", 5));
    await Promise.all([many.done, other.done]);
    const alone = collect(batcher, request("apple", 1, 107));
    await alone.done;
    assert.deepEqual(alone.images[0]!.rgba, many.images[7]!.rgba);
    assert.equal(alone.images[0]!.logLikelihood, many.images[7]!.logLikelihood);
  });

  it("serves a small request before a large one that came first is finished", async () => {
    const batcher = new Batcher([tinyTranslation([])], 8);
    const order: string[] = [];
    const large = collect(batcher, request("large", 16)).done.then(() => order.push("large"));
    const small = collect(batcher, request("small", 1)).done.then(() => order.push("small"));
    await Promise.all([large, small]);
    assert.deepEqual(order, ["small", "large"]);
  });

  it("stops a cancelled request between runs and leaves the others alone", async () => {
    const batcher = new Batcher([tinyTranslation([])], 8);
    const cancelled = collect(batcher, request("apple", 16));
    const other = collect(batcher, request("car", 16));
    setImmediate(() => setImmediate(() => setImmediate(() => cancelled.abort.abort())));
    await assert.rejects(cancelled.done, { code: "cancelled" });
    await other.done;
    assert.ok(cancelled.images.length < 16);
    assert.equal(other.images.length, 16);
  });

  it("fails only the request whose expert failed, and goes on serving", async () => {
    const batcher = new Batcher([tinyTranslation([]), { ...tinyTranslation([], { fails: true }), id: "broken" }], 8);
    const [bad, good] = [
      collect(batcher, { ...request("apple", 2), translation: "broken" }),
      collect(batcher, request("apple", 2)),
    ];
    await assert.rejects(bad.done, /decoder broke/);
    await good.done;
    await assert.rejects(collect(batcher, { ...request("a", 1), translation: "nope" }).done, {
      code: "translation_unknown",
      message: /expected one of caption, broken; got "nope"/,
    });
  });
});
