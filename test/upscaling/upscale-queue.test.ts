/** Upscales inside the child: one at a time and without holding up generations, cancels, and generations that are enlarged. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pixels, UpscaleOptions, Upscaler } from "../../server/engine/interfaces.ts";
import type { Translation } from "../../server/engine/translation.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { createService, type InferenceService } from "../../server/inference/service.ts";
import type { UpscaleResult } from "../../server/upscaling/upscale-queue.ts";
import { type ResolvedRequest, ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { type ResolvedUpscale, ResolvedUpscaleSchema } from "../../shared/contract/upscaling.ts";
import { tinyTranslation } from "../fixtures/networks/one-pixel-translation.ts";
import { smallUpscaler, stripes, tilesOfSmall } from "../fixtures/networks/small-upscaler.ts";
import { nextTurn, waitUntil } from "../fixtures/wait-until.ts";

const upscaleOf = (fields: object = {}): ResolvedUpscale =>
  ResolvedUpscaleSchema.parse({ image: "a".repeat(64), scale: 2, detail: 0.5, seed: 1, ...fields });

function upscale(service: InferenceService, fields: object = {}, abort = new AbortController()) {
  const pictures: UpscaleResult[] = [];
  const tiles: number[] = [];
  const done = service.upscale({
    request: upscaleOf(fields),
    image: stripes(4, 4),
    signal: abort.signal,
    onProgress: ({ completed }) => void tiles.push(completed),
    onImage: (picture) => void pictures.push(picture),
  });
  return { pictures, tiles, done, abort };
}

const generationOf = (fields: object = {}): ResolvedRequest =>
  ResolvedRequestSchema.parse({ condition: { caption: "apple" }, count: 1, seed: 1, guidance: 0, ...fields });

function generate(service: InferenceService, fields: object = {}, abort = new AbortController()) {
  const images: ImageResult[] = [];
  const done = service.generate({
    request: generationOf(fields),
    images: new Map(),
    signal: abort.signal,
    onFindings: () => {},
    onProgress: () => {},
    onImage: (image) => void images.push(image),
  });
  return { images, done, abort };
}

/** Counts how many upscales run at once. */
function watched(upscaler: Upscaler): Upscaler & { most: number } {
  let running = 0;
  const self = {
    ...upscaler,
    most: 0,
    async upscale(...args: Parameters<Upscaler["upscale"]>) {
      running += 1;
      self.most = Math.max(self.most, running);
      return upscaler.upscale(...args).finally(() => {
        running -= 1;
      });
    },
  };
  return self;
}

describe("upscales in the child", () => {
  it("upscales in the child run one after another, each with its own pictures", async () => {
    const upscaler = watched(smallUpscaler());
    const service = createService([], 8, upscaler);
    const [a, b] = [upscale(service, { count: 2 }), upscale(service, { variance: true, seed: 9 })];
    await b.done;
    assert.equal(a.pictures.length, 2, "the first is finished before the second");
    await a.done;
    assert.deepEqual(
      b.pictures.map(({ kind, seed }) => [kind, seed]),
      [
        ["hypothesis", 9],
        ["variance", undefined],
      ],
    );
    assert.equal(a.tiles.at(-1), 2 * tilesOfSmall);
    assert.equal(upscaler.most, 1);
  });

  it("upscales in the child leave the line at once when they are cancelled while they wait, and between tiles when they run", async () => {
    const upscaler = smallUpscaler();
    const service = createService([], 8, upscaler);
    const [running, waiting, last] = [upscale(service), upscale(service), upscale(service)];
    waiting.abort.abort();
    await assert.rejects(waiting.done, { code: "cancelled" });
    assert.deepEqual(running.pictures, [], "the one before still runs");
    running.abort.abort();
    await assert.rejects(running.done, { code: "cancelled" });
    await last.done;
    assert.equal(last.pictures.length, 1);
    assert.equal(upscaler.runs.length, 2);
    await assert.rejects(upscale(service, {}, aborted()).done, { code: "cancelled" });
  });

  it("upscales in the child are answered at once when they are cancelled within a tile, and the next begins when that has ended", async () => {
    let endTile = (): void => undefined;
    const tile = new Promise<void>((resolve) => {
      endTile = resolve;
    });
    let begun = 0;
    const small = smallUpscaler();
    const service = createService([], 8, {
      ...small,
      async upscale(image, options) {
        begun += 1;
        if (begun === 1) await tile;
        return small.upscale(image, options);
      },
    });
    const [running, next] = [upscale(service), upscale(service)];
    await waitUntil("one begins", () => begun > 0, nextTurn);
    running.abort.abort();
    await assert.rejects(running.done, { code: "cancelled" });
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    assert.equal(begun, 1, "the next waits for the tile");
    endTile();
    await next.done;
    assert.deepEqual([begun, running.pictures.length, next.pictures.length], [2, 0, 1]);
  });

  it("upscales in the child go on after one that fails", async () => {
    const broken: Upscaler = {
      ...smallUpscaler(),
      upscale: (image, options) =>
        options.seed === 13 ? Promise.reject(new Error("graph broke")) : smallUpscaler().upscale(image, options),
    };
    const service = createService([], 8, broken);
    const [bad, good] = [upscale(service, { seed: 13 }), upscale(service)];
    await assert.rejects(bad.done, /graph broke/);
    await good.done;
    assert.equal(good.pictures.length, 1);
  });

  it("upscales in the child let a generation that comes meanwhile be finished before the next tile", async () => {
    const clock = createClock();
    const service = createService([tinyTranslation([])], 8, workingUpscaler(50, clock), clock.now);
    const large = upscale(service, { count: 2 });
    await waitUntil("three tiles", () => large.tiles.length >= 3, nextTurn);
    const before = large.tiles.length;
    const small = generate(service, { count: 16 });
    await small.done;
    assert.equal(small.images.length, 16);
    assert.ok(large.tiles.length <= before + 1, `${large.tiles.length - before} tiles meanwhile`);
    await large.done;
  });

  it("upscales in the child take at most twice their own time, however long generations go on", async () => {
    const clock = createClock();
    const service = createService([endlessTranslation()], 8, workingUpscaler(20, clock), clock.now);
    void generate(service).done;
    const { done, pictures } = upscale(service, { count: 2 });
    await done;
    assert.equal(pictures.length, 2);
    const [workedMs, waitedMs] = [clock.workedMs, clock.ms - clock.workedMs];
    assert.ok(waitedMs > workedMs / 2, `gave way for ${waitedMs} ms of ${workedMs}`);
    assert.ok(waitedMs < 1.3 * workedMs, `waited ${waitedMs} ms, worked ${workedMs} ms`);
  });

  it("upscales in the child give way no longer for having two lanes, which pause together", async () => {
    const clock = createClock();
    const [tileMs, tilesOfLane] = [80, 6];
    const lanes: Upscaler = {
      ...smallUpscaler(),
      tilesOf: () => 2 * tilesOfLane,
      async upscale(image, options) {
        const lane = async (): Promise<void> => {
          for (let tile = 0; tile < tilesOfLane; tile += 1) {
            const until = clock.now() + tileMs;
            while (clock.now() < until) await new Promise(setImmediate);
            await options.onTile?.();
          }
        };
        await Promise.all([lane(), lane()]);
        return smallUpscaler().upscale(image, { ...options, onTile: async () => {} });
      },
    };
    const service = createService([endlessTranslation()], 8, lanes, clock.now);
    void generate(service).done;
    await upscale(service).done;
    // Lanes that counted their pauses apart would take three times as long as they work, and more.
    const workMs = tileMs * tilesOfLane;
    assert.ok(clock.ms < 2.3 * workMs, `${clock.ms} ms for ${workMs} ms of work`);
    assert.ok(clock.ms > 1.5 * workMs, `${clock.ms} ms for ${workMs} ms of work`);
  });

  it("upscales in the child are cancelled at once while they give way", async () => {
    const clock = createClock();
    const service = createService([endlessTranslation()], 8, workingUpscaler(500, clock), clock.now);
    void generate(service).done;
    const { done, tiles, abort } = upscale(service);
    await waitUntil("the first tile", () => tiles.at(-1) === 1, nextTurn);
    const before = clock.ms;
    abort.abort();
    await assert.rejects(done, { code: "cancelled" });
    assert.ok(clock.ms - before < 50, `${clock.ms - before} ms`);
  });

  it("upscales in the child do not wait for the enlarging of what was generated", async () => {
    const clock = createClock();
    const [upscaler, enlarging] = [workingUpscaler(20, clock), new AbortController()];
    const endless: Upscaler = {
      ...upscaler,
      upscale: (image, options) => {
        if (options.temperature > 0) return upscaler.upscale(image, options);
        enlarging.abort();
        return new Promise(() => {});
      },
    };
    const service = createService([tinyTranslation([])], 8, endless, clock.now);
    void generate(service, { upscale: 2 }).done;
    await waitUntil("it enlarges", () => enlarging.signal.aborted, nextTurn);
    await upscale(service, { count: 2 }).done;
    const waitedMs = clock.ms - clock.workedMs;
    assert.ok(waitedMs < clock.workedMs / 2, `waited ${waitedMs} ms, worked ${clock.workedMs} ms`);
  });

  it("upscales in the child need a pack with an upscaler, and so do generations that are enlarged", async () => {
    const none = createService([tinyTranslation([])], 8, undefined);
    await assert.rejects(upscale(none).done, {
      code: "pack_unavailable",
      message: /^scale: .*no pack with an upscaler/,
    });
    await assert.rejects(generate(none, { upscale: 4 }).done, { code: "pack_unavailable", message: /^upscale: / });
  });
});

describe("a generation that is enlarged", () => {
  it("a generation that is enlarged gives every image its larger size, in order, by its own seed and without temperature", async () => {
    const upscaler = smallUpscaler();
    const service = createService([tinyTranslation([])], 8, upscaler);
    const plain = generate(service, { count: 3, seed: 20, bestOf: 2 });
    const large = generate(service, { count: 3, seed: 20, bestOf: 2, upscale: 4 });
    await Promise.all([plain.done, large.done]);
    assert.equal(large.images.length, 3);
    for (const [at, { rgba, widthPx, heightPx, ...about }] of large.images.entries()) {
      const { rgba: small, widthPx: _, heightPx: __, ...same } = plain.images[at]!;
      assert.deepEqual(about, same);
      assert.deepEqual([widthPx, heightPx, rgba.length], [4, 4, 64]);
      assert.deepEqual([...rgba.subarray(60)], [...small]);
    }
    assert.deepEqual(
      upscaler.runs,
      plain.images.map(({ seed }) => ({ seed, temperature: 0 })),
    );
  });

  it("a generation that is enlarged fails as a whole when an image can't be enlarged, and draws no more", async () => {
    const seen: number[] = [];
    const broken: Upscaler = { ...smallUpscaler(), upscale: () => Promise.reject(new Error("graph broke")) };
    const service = createService([tinyTranslation(seen)], 1, broken);
    const { images, done } = generate(service, { count: 16, upscale: 2 });
    await assert.rejects(done, /graph broke/);
    assert.deepEqual(images, []);
    assert.ok(seen.length < 16, `${seen.length} runs`);
  });

  it("a generation that is enlarged is cancelled while it draws and while it enlarges", async () => {
    const service = createService([tinyTranslation([])], 8, smallUpscaler());
    const early = generate(service, { count: 4, upscale: 2 });
    early.abort.abort();
    await assert.rejects(early.done, { code: "cancelled" });
    const abort = new AbortController();
    const slow: Upscaler = {
      ...smallUpscaler(),
      upscale: (image, options) => {
        abort.abort();
        return smallUpscaler().upscale(image, options);
      },
    };
    const late = generate(createService([tinyTranslation([])], 8, slow), { count: 2, upscale: 2 }, abort);
    await assert.rejects(late.done, { code: "cancelled" });
    assert.deepEqual(late.images, []);
    const endless: Upscaler = {
      ...smallUpscaler(),
      upscale: () => {
        within.abort();
        return new Promise(() => {});
      },
    };
    const within = new AbortController();
    const stuck = generate(createService([tinyTranslation([])], 8, endless), { count: 2, upscale: 2 }, within);
    await assert.rejects(stuck.done, { code: "cancelled" }, "within a tile it is answered at once");
  });
});

interface Clock {
  ms: number;
  workedMs: number;
  now(): number;
  work(forMs: number): void;
}

/** A clock on which work takes as long as it says on any machine. Each look at it takes 1 ms, so that waiting ends. */
function createClock(): Clock {
  const clock: Clock = {
    ms: 0,
    workedMs: 0,
    now: () => {
      clock.ms += 1;
      return clock.ms;
    },
    work: (forMs) => {
      clock.ms += forMs;
      clock.workedMs += forMs;
    },
  };
  return clock;
}

/** The small upscaler, with tiles that take a time. */
function workingUpscaler(tileMs: number, clock: Clock): Upscaler {
  const small = smallUpscaler();
  return {
    ...small,
    upscale: (image: Pixels, options: UpscaleOptions) =>
      small.upscale(image, {
        ...options,
        onTile: () => {
          clock.work(tileMs);
          return options.onTile?.();
        },
      }),
  };
}

/** Generations of it never end. */
function endlessTranslation(): Translation {
  const translation = tinyTranslation([]);
  return { ...translation, target: { ...translation.target, decode: () => new Promise(() => {}) } };
}

function aborted(): AbortController {
  const abort = new AbortController();
  abort.abort();
  return abort;
}
