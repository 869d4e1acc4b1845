/** The inference client with a real child on a tiny pack: what it makes, and what happens when the child fails. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createInferenceClient, type InferenceClientOptions } from "../../server/inference/client.ts";
import type { ImageResult, InferenceClient } from "../../server/inference/protocol.ts";
import { type ResolvedRequest, ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { ResolvedUpscaleSchema } from "../../shared/contract/upscaling.ts";
import { stripes } from "../fixtures/networks/small-upscaler.ts";
import { tinySizePx, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import "../fixtures/processes/programs.ts";

const folder = await mkdtemp(join(tmpdir(), "tau-inference-"));
const { pack, digest } = await writeTinyPack(folder);
const open = new Set<InferenceClient>();
after(async () => {
  for (const client of open) await client.close();
  await rm(folder, { recursive: true });
});

function makeClient(options: Partial<InferenceClientOptions> = {}): InferenceClient {
  const client = createInferenceClient({
    packsDir: folder,
    provider: "cpu",
    threads: 1,
    respawnDelayMs: 20,
    ...options,
  });
  open.add(client);
  return client;
}

const request = (fields: object = {}): ResolvedRequest =>
  ResolvedRequestSchema.parse({ condition: { caption: "red apple" }, count: 1, seed: 1, ...fields });

async function generate(
  client: InferenceClient,
  wanted: ResolvedRequest,
  signal?: AbortSignal,
): Promise<ImageResult[]> {
  const images: ImageResult[] = [];
  await client.generate(wanted, { ...(signal ? { signal } : {}), onImage: (image) => void images.push(image) });
  return images;
}

const upscale = (client: InferenceClient, signal?: AbortSignal): Promise<void> => {
  const wanted = ResolvedUpscaleSchema.parse({ image: "a".repeat(64), scale: 2, seed: 1 });
  return client.upscale(wanted, stripes(4, 4), { ...(signal ? { signal } : {}), onImage: () => undefined });
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("the inference child", () => {
  const client = makeClient();
  before(async () => {
    await client.start();
  });

  it("the inference child reports the provider and the packs that it really loaded", () => {
    const { provider, packs, pid, rssBytes } = client.ready!;
    assert.deepEqual({ provider, packs }, { provider: "cpu", packs: [{ id: "tiny", digest }] });
    assert.ok(pid > 0 && pid !== process.pid);
    assert.ok(rssBytes! < 900e6, `expected at most 900 MB, got ${rssBytes! / 1e6}`);
  });

  it("the inference child makes images in index order, with size, seed and likelihood", async () => {
    const stages = new Set<string>();
    const images: ImageResult[] = [];
    const tookMs: number[] = [];
    await client.generate(request({ count: 5, seed: 0xffff_fffe }), {
      onDone: (ms) => void tookMs.push(ms),
      onProgress: ({ stage, total }) => void stages.add(`${stage} of ${total}`),
      onImage: (image) => void images.push(image),
    });
    assert.deepEqual(
      images.map(({ index }) => index),
      [0, 1, 2, 3, 4],
    );
    assert.deepEqual(
      images.map(({ seed }) => seed),
      [0xffff_fffe, 0xffff_ffff, 0, 1, 2],
    );
    for (const { rgba, widthPx, heightPx, logLikelihood, natsPerDimension } of images) {
      assert.deepEqual([widthPx, heightPx, rgba.length], [tinySizePx, tinySizePx, tinySizePx ** 2 * 4]);
      assert.ok(rgba instanceof Uint8Array && Number.isFinite(logLikelihood));
      assert.equal(natsPerDimension, -logLikelihood / 8);
    }
    assert.deepEqual([...stages], ["encoding of 5", "translating of 5", "decoding of 5"]);
    assert.ok(tookMs.length === 1 && tookMs[0]! > 0);
    await waitUntil("a count of what was drawn", () => client.counts!.rows >= 5 && client.counts!.runs > 0);
  });

  it("the inference child gives an image the same bytes alone, in batches of 3, 8 and 16, and beside other requests", async () => {
    const alone = (await generate(client, request({ seed: 42 })))[0]!;
    for (const count of [3, 8, 16]) {
      const seed = 42 - (count - 1);
      const last = (await generate(client, request({ count, seed }))).at(-1)!;
      assert.deepEqual({ ...last, index: 0 }, alone, `count ${count}`);
    }
    const [mixed] = await Promise.all([
      generate(client, request({ count: 3, seed: 40 })),
      generate(client, request({ count: 7, condition: { style: "round" }, guidance: 3, temperature: 1.2 })),
      generate(client, request({ count: 16, condition: { caption: "blue", style: "flat" } })),
    ]);
    assert.deepEqual({ ...mixed[2]!, index: 0 }, alone);
  });

  it("the inference child lets every condition, seed, temperature and guidance change the image", async () => {
    const base = (await generate(client, request()))[0]!;
    const variants = [
      { seed: 2 },
      { temperature: 0 },
      { guidance: 0 },
      { condition: { caption: "red pear" } },
      { condition: { caption: "red apple", style: "flat" } },
      { condition: { style: "flat" } },
    ];
    for (const fields of variants) {
      const [image] = await generate(client, request(fields));
      assert.notDeepEqual(image!.rgba, base.rgba, JSON.stringify(fields));
    }
  });

  it("the inference child refuses unknown styles and translations by name, as the engine says it", async () => {
    await assert.rejects(generate(client, request({ condition: { style: "cubist" } })), {
      name: "AppError",
      code: "style_unknown",
      message: /expected one of flat, round, sharp; got "cubist"/,
    });
    await assert.rejects(generate(client, request({ translation: "sketch" })), {
      code: "translation_unknown",
      detail: { field: "translation", expected: "caption", received: "sketch" },
    });
  });

  it("the inference child refuses an upscale where no pack has an upscaler, and one that is cancelled already", async () => {
    await assert.rejects(upscale(client), { code: "pack_unavailable", detail: { field: "scale" } });
    await assert.rejects(upscale(client, AbortSignal.abort()), { code: "cancelled" });
  });

  it("the inference child cancels between runs and hands on no image afterwards", async () => {
    const abort = new AbortController();
    let images = 0;
    const running = client.generate(request({ count: 16 }), {
      signal: abort.signal,
      onImage: () => {
        images += 1;
        if (images === 2) abort.abort();
      },
    });
    await assert.rejects(running, { code: "cancelled" });
    await sleep(100);
    assert.equal(images, 2);
    await assert.rejects(generate(client, request(), AbortSignal.abort()), { code: "cancelled" });
    assert.equal((await generate(client, request())).length, 1);
  });

  it("the inference child passes on the fault of a handler that can't store an image, and stops making more", async () => {
    let images = 0;
    const running = client.generate(request({ count: 16 }), {
      onImage: async () => {
        images += 1;
        throw new Error("disk full");
      },
    });
    await assert.rejects(running, /disk full/);
    await sleep(100);
    assert.equal(images, 1);
    assert.ok(client.ready, "the child goes on");
  });
});

describe("the inference client", () => {
  it("the inference client is unavailable before it has started", async () => {
    await assert.rejects(generate(makeClient(), request()), { code: "inference_unavailable" });
  });

  it("the inference client fails what was running when the child is killed, then respawns and serves the same bytes", async () => {
    const ends: string[] = [];
    const client = makeClient({ log: (message, { how }) => ends.push(`${message}: ${String(how)}`) });
    const { pid } = await client.start();
    const [before] = await generate(client, request());
    // Stopped first: a child that runs could end the work before it is killed.
    process.kill(pid, "SIGSTOP");
    const running = generate(client, request({ count: 16 }));
    process.kill(pid, "SIGKILL");
    await assert.rejects(running, { code: "inference_crashed", message: /SIGKILL/ });
    await assert.rejects(generate(client, request()), { code: "inference_unavailable" });
    await waitUntil("a new child", () => client.ready !== undefined);
    assert.notEqual(client.ready!.pid, pid);
    assert.deepEqual(await generate(client, request()), [before]);
    assert.deepEqual(ends, ["inference child ended: SIGKILL"]);
    assert.equal(client.counts!.starts, 2);
    await client.close();
  });

  it("the inference client ends a child that hangs past the deadline", async () => {
    const client = makeClient({ deadlineMs: 2000, cancelGraceMs: 100 });
    const { pid } = await client.start();
    process.kill(pid, "SIGSTOP");
    const first = assert.rejects(generate(client, request()), { code: "deadline_exceeded", message: /2000 ms/ });
    await sleep(1000);
    // The one behind it has time left, but loses its child.
    await assert.rejects(generate(client, request()), { code: "inference_crashed" });
    await first;
    assert.equal(client.ready, undefined);
    await waitUntil("a new child", () => client.ready !== undefined);
    assert.equal(isAlive(pid), false);
    assert.equal((await generate(client, request())).length, 1);
    await client.close();
  });

  it("the inference client replaces a child that is silent long before a deadline, so that what it ran can be tried again", async () => {
    const client = makeClient({ silenceMs: 4000 });
    const { pid } = await client.start();
    await sleep(4500);
    assert.equal(client.ready?.pid, pid, "an idle child says that it lives");
    process.kill(pid, "SIGSTOP");
    const running = [generate(client, request()), upscale(client)];
    for (const lost of running) await assert.rejects(lost, { code: "inference_crashed" });
    await waitUntil("a new child", () => client.ready !== undefined);
    assert.equal(isAlive(pid), false);
    assert.equal((await generate(client, request())).length, 1);
    await client.close();
  });

  it("the inference client gives upscales, and generations that also enlarge, a deadline of their own", async () => {
    const client = makeClient({ upscaleDeadlineMs: 300 });
    const { pid } = await client.start();
    process.kill(pid, "SIGSTOP");
    const late = { code: "deadline_exceeded", message: /300 ms/ };
    await assert.rejects(upscale(client), late);
    await assert.rejects(generate(client, request({ upscale: 2 })), late);
    await client.close();
  });

  it("the inference client gives each of three requests as much of the child's time as one alone, and drops them without a loss to another", async () => {
    const client = makeClient({ deadlineMs: 300, upscaleDeadlineMs: 60_000 });
    const { pid } = await client.start();
    process.kill(pid, "SIGSTOP");
    const began = performance.now();
    const requests = [1, 2, 3].map((seed) => generate(client, request({ seed })));
    const beside = upscale(client);
    for (const late of requests) await assert.rejects(late, { code: "deadline_exceeded" });
    const tookMs = performance.now() - began;
    assert.ok(tookMs >= 3 * 300, `expected three times 300 ms at least, got ${tookMs}`);
    process.kill(pid, "SIGCONT");
    // The tiny pack has no upscaler: the child's own answer, not its loss.
    await assert.rejects(beside, { code: "pack_unavailable" });
    assert.equal(client.ready?.pid, pid);
    await client.close();
  });

  it("the inference client answers a cancel at once even when the child hangs, and then replaces the child", async () => {
    const client = makeClient({ cancelGraceMs: 200 });
    const { pid } = await client.start();
    process.kill(pid, "SIGSTOP");
    const abort = new AbortController();
    const running = generate(client, request(), abort.signal);
    abort.abort();
    await assert.rejects(running, { code: "cancelled" });
    assert.equal(client.ready?.pid, pid, "it is answered before the child is ended");
    await waitUntil("a new child", () => client.ready !== undefined && client.ready.pid !== pid);
    await client.close();
  });

  it("the inference client refuses to start with a damaged pack, a missing pack or a provider that does not work", async () => {
    const flow = join(pack, "flow/caption.onnx");
    const bytes = await readFile(flow);
    await writeFile(flow, bytes.with(100, bytes[100]! ^ 1));
    await assert.rejects(makeClient().start(), {
      code: "pack_corrupt",
      message: /pack tiny@0\.0\.1, flow\/caption\.onnx/,
    });
    await writeFile(flow, bytes);
    await assert.rejects(makeClient({ packsDir: join(folder, "nowhere") }).start(), { code: "pack_unavailable" });
    await assert.rejects(makeClient({ provider: "abacus" }).start(), {
      code: "provider_unavailable",
      message: /expected auto or one that works on this machine, got abacus/,
    });
  });

  it("the inference client says why it can't come back, and comes back once the cause is gone", async () => {
    const client = makeClient();
    const { pid } = await client.start();
    const manifest = join(pack, "manifest.json");
    const bytes = await readFile(manifest);
    await writeFile(manifest, "{");
    process.kill(pid, "SIGKILL");
    const isExplained = async (): Promise<boolean> =>
      await generate(client, request()).then(
        () => false,
        (error: Error) => /expected JSON/.test(error.message),
      );
    let explained = false;
    for (let tries = 0; tries < 200 && !explained; tries += 1) {
      await sleep(50);
      explained = await isExplained();
    }
    assert.ok(explained);
    assert.match(client.fault!.message, /expected JSON/);
    await writeFile(manifest, bytes);
    await waitUntil("a new child", () => client.ready !== undefined);
    assert.equal(client.fault, undefined);
    await client.close();
  });

  it("the inference client leaves no child behind when it is closed, and cancels what was running", async () => {
    const client = makeClient();
    const { pid } = await client.start();
    const running = generate(client, request({ count: 16 }));
    const rejected = assert.rejects(running, { code: "cancelled" });
    await client.close();
    await rejected;
    assert.equal(isAlive(pid), false);
    await assert.rejects(client.start(), { code: "cancelled" });
    const early = makeClient();
    const starting = assert.rejects(early.start(), { code: "cancelled" });
    await early.close();
    await starting;
  });
});
