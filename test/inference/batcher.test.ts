/** The batcher over tiny experts: requests share batches, images keep their order and bytes, cancels take effect between runs. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { normals, streams } from "../../server/engine/random.ts";
import { decodeHere, type ImageDecoder } from "../../server/inference/decoding/image-decoder.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { createService, type InferenceService } from "../../server/inference/service.ts";
import { type ResolvedRequest, ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { dims, tinyTranslation } from "../fixtures/networks/one-pixel-translation.ts";

const request = (caption: string, count: number, seed = 1, fields: object = {}): ResolvedRequest =>
  ResolvedRequestSchema.parse({ condition: { caption }, count, seed, temperature: 1, guidance: 0, ...fields });

function collect(service: InferenceService, wanted: ResolvedRequest, abort = new AbortController()) {
  const images: ImageResult[] = [];
  const stages: string[] = [];
  const done = service.generate({
    request: wanted,
    images: new Map(),
    signal: abort.signal,
    onFindings: () => {},
    onProgress: ({ stage, completed }) => stages.push(`${stage} ${completed}`),
    onImage: (image) => void images.push(image),
  });
  return { images, stages, done, abort };
}

describe("the batcher of the inference service", () => {
  it("the batcher of the inference service joins waiting requests into one batch and keeps each request's order", async () => {
    const seen: number[] = [];
    const service = createService([tinyTranslation(seen)], 8);
    const [a, b] = [collect(service, request("apple", 3)), collect(service, request("car", 4, 9))];
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

  // Goal Q1.
  it("the batcher of the inference service gives an image the same bytes and likelihood alone, in a batch and beside other images", async () => {
    const service = createService([tinyTranslation([])], 8);
    const many = collect(service, request("apple", 16, 100));
    const other = collect(service, request("a very different thing", 5));
    await Promise.all([many.done, other.done]);
    const alone = collect(service, request("apple", 1, 107));
    await alone.done;
    assert.deepEqual(alone.images[0]!.rgba, many.images[7]!.rgba);
    assert.equal(alone.images[0]!.logLikelihood, many.images[7]!.logLikelihood);
  });

  it("the batcher of the inference service keeps the best of K by what the caption explains, which its reported seed alone makes again", async () => {
    const service = createService([tinyTranslation([])], 8);
    const best = collect(service, request("apple", 3, 20, { bestOf: 5 }));
    const every = collect(service, request("apple", 15, 20));
    await Promise.all([best.done, every.done]);
    for (const [index, image] of best.images.entries()) {
      const candidates = every.images.slice(5 * index, 5 * index + 5);
      const most = Math.max(...candidates.map(({ conditionGain }) => conditionGain));
      const winner = candidates.find(({ conditionGain }) => conditionGain === most)!;
      assert.deepEqual(image, { ...winner, index });
      // Recomputed in double precision from z = 2·(v + 0.5): log N(v) − log N(v + 0.5).
      const gain = normals(image.seed, streams.residual, dims).reduce(
        (sum, v) => sum + ((v + 0.5) ** 2 - v ** 2) / 2,
        0,
      );
      assert.ok(Math.abs(image.conditionGain - gain) < 1e-3);
    }
  });

  it("the batcher of the inference service compares what is drawn with drawn latents, and what keeps an image's residual with inverted ones", async () => {
    // Quantiles so far apart that a likelihood lies above all of the one and below all of the other.
    const typicality = [{ conditions: [], drawn: [-1e6, -1e5], inverted: [1e5, 1e6] }];
    const service = createService([{ ...tinyTranslation([]), calibration: { typicality, detectors: [] } }], 8);
    const source = "a".repeat(64);
    const keepResidualOf = { image: source, condition: {} };
    for (const [fields, expected] of [
      [{}, 100],
      [{ keepResidualOf }, 0],
      [{ keepResidualOf, angleDegrees: 30 }, 0],
    ] as const) {
      const images: ImageResult[] = [];
      await service.generate({
        request: request("apple", 1, 3, fields),
        images: new Map([[source, { planes: new Float32Array(4), sizePx: 1 }]]),
        signal: new AbortController().signal,
        onFindings: () => {},
        onProgress: () => {},
        onImage: (image) => void images.push(image),
      });
      assert.equal(images[0]!.typicalityPercentile, expected);
    }
  });

  it("the batcher of the inference service decodes images of one request while the next are drawn, where rows are run apart", async () => {
    const run = async (areRowsApart: boolean) => {
      const seen: number[] = [];
      const drawnBefore: number[] = [];
      const one = tinyTranslation(seen);
      const decoder: ImageDecoder = {
        concurrencyOf: () => 4,
        decode: (...given) => {
          drawnBefore.push(seen.length);
          return decodeHere.decode(...given);
        },
      };
      const service = createService(
        [{ ...one, flow: { ...one.flow, areRowsApart } }],
        8,
        undefined,
        undefined,
        decoder,
      );
      const { images, done } = collect(service, request("apple", 4));
      await done;
      return { seen, drawnBefore, images, drawn: service.takeDrawn() };
    };
    const [apart, joint] = [await run(true), await run(false)];
    assert.deepEqual([apart.seen, joint.seen], [[1, 1, 1, 1], [4]]);
    assert.deepEqual(
      [apart.drawnBefore, joint.drawnBefore],
      [
        [1, 2, 3, 4],
        [1, 1, 1, 1],
      ],
    );
    assert.deepEqual(apart.images, joint.images);
    assert.deepEqual(
      [apart.drawn, joint.drawn],
      [
        { runs: 1, rows: 4 },
        { runs: 1, rows: 4 },
      ],
    );
  });

  it("the batcher of the inference service draws no more rows of a request that ends between two of them, and goes on serving", async () => {
    const seen: number[] = [];
    const one = tinyTranslation(seen);
    const abort = new AbortController();
    let fails = false;
    const inverse: typeof one.flow.inverse = (...given) => {
      if (fails && seen.length === 1) throw new Error("flow broke");
      return one.flow.inverse(...given);
    };
    const decoder: ImageDecoder = {
      concurrencyOf: () => 4,
      decode: (...given) => {
        if (!fails) abort.abort();
        return decodeHere.decode(...given);
      },
    };
    const flow = { ...one.flow, inverse, areRowsApart: true };
    const service = createService([{ ...one, flow }], 8, undefined, undefined, decoder);
    await assert.rejects(collect(service, request("apple", 4), abort).done, { code: "cancelled" });
    assert.deepEqual([seen.splice(0), service.takeDrawn()], [[1], { runs: 1, rows: 1 }]);
    fails = true;
    await assert.rejects(collect(service, request("apple", 4)).done, /flow broke/);
    assert.deepEqual([seen.splice(0), service.takeDrawn()], [[1], { runs: 1, rows: 1 }]);
    fails = false;
    const last = collect(service, request("apple", 2));
    await last.done;
    assert.equal(last.images.length, 2);
  });

  it("the batcher of the inference service serves a small request before a large one that came first is finished", async () => {
    const service = createService([tinyTranslation([])], 8);
    const order: string[] = [];
    const large = collect(service, request("large", 16)).done.then(() => order.push("large"));
    const small = collect(service, request("small", 1)).done.then(() => order.push("small"));
    await Promise.all([large, small]);
    assert.deepEqual(order, ["small", "large"]);
  });

  it("the batcher of the inference service stops a cancelled request between runs and leaves the others alone", async () => {
    const service = createService([tinyTranslation([])], 8);
    const cancelled = collect(service, request("apple", 16));
    const other = collect(service, request("car", 16));
    setImmediate(() => setImmediate(() => setImmediate(() => cancelled.abort.abort())));
    await assert.rejects(cancelled.done, { code: "cancelled" });
    await other.done;
    assert.ok(cancelled.images.length < 16);
    assert.equal(other.images.length, 16);
  });

  it("the batcher of the inference service fails only the request whose expert failed, and goes on serving", async () => {
    const service = createService([tinyTranslation([]), { ...tinyTranslation([], { fails: true }), id: "broken" }], 8);
    const [bad, good] = [
      collect(service, { ...request("apple", 2), translation: "broken" }),
      collect(service, request("apple", 2)),
    ];
    await assert.rejects(bad.done, /decoder broke/);
    await good.done;
    await assert.rejects(collect(service, { ...request("a", 1), translation: "nope" }).done, {
      code: "translation_unknown",
      message: /expected one of caption, broken; got "nope"/,
    });
  });
});
