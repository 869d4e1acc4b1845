/** Upscales over HTTP: from an upload to larger PNGs, with hypotheses, the variance map, idempotency, events, cancel and restart. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { sha256Of } from "../../../server/platform/sha256.ts";
import { MetaSchema } from "../../../shared/contract/meta.ts";
import { UpscaleListSchema, UpscaleSchema } from "../../../shared/contract/upscaling.ts";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { createHarness, type Harness, pack, problemOf } from "../harness.ts";
import { greyPng } from "../images.ts";
import { createGate } from "../small-inference.ts";

describe("an upscale", () => {
  let harness: Harness;
  let image: string;
  before(async () => {
    harness = await createHarness();
    image = await harness.upload(greyPng(24));
  });
  after(() => harness.close());

  it("an upscale is accepted at once and becomes one accurate picture of twice the size", async () => {
    const response = await harness.postUpscale({ image, scale: 2, seed: 5 });
    assert.equal(response.status, 202);
    const accepted = UpscaleSchema.parse(await response.json());
    assert.equal(response.headers.get("location"), `/v1/upscales/${accepted.id}`);
    assert.deepEqual(accepted.request, {
      image,
      scale: 2,
      detail: 0,
      clean: 1,
      letters: true,
      seed: 5,
      count: 1,
      variance: false,
      outlines: false,
    });
    const done = await harness.endUpscale(accepted.id);
    assert.deepEqual([done.state, done.packDigest, done.notes], ["done", pack.digest, []]);
    assert.deepEqual(done.progress, { stage: "finished", completed: 2, total: 2 });
    const [picture] = done.images;
    assert.deepEqual(
      [done.images.length, picture!.kind, picture!.seed, picture!.lrPsnrDb, picture!.widthPx, picture!.heightPx],
      [1, "hypothesis", 5, 60, 48, 48],
    );
    const answer = await harness.request(picture!.path);
    assert.equal(answer.headers.get("content-type"), "image/png");
    const bytes = new Uint8Array(await answer.arrayBuffer());
    assert.deepEqual([sha256Of(bytes), bytes.byteLength], [picture!.sha256, picture!.bytes]);
    const known = { headers: { "If-None-Match": answer.headers.get("etag")! } };
    assert.equal((await harness.request(picture!.path, known)).status, 304);
    assert.deepEqual(await readdir(join(harness.dataDir, "upscaled")), [picture!.sha256], "in a folder of their own");
    assert.deepEqual(await readdir(join(harness.dataDir, "results")), []);
  });

  it("an upscale makes hypotheses from seeds of their own and the map of where they differ, which comes last", async () => {
    const input = { image, scale: 4, detail: 1, seed: 0xffff_ffff, count: 2, variance: true } as const;
    const done = await harness.endUpscale((await harness.startUpscale(input)).id);
    assert.deepEqual(
      done.images.map(({ index, kind, seed }) => [index, kind, seed]),
      [
        [0, "hypothesis", 0xffff_ffff],
        [1, "hypothesis", 0],
        [2, "variance", undefined],
      ],
    );
    const map = done.images[2]!;
    assert.deepEqual([map.meanDeviation, map.brightestDeviation, map.widthPx], [0.5, 2, 96]);
    for (const { path } of done.images) assert.equal((await harness.request(path)).status, 200);
    const missing = await problemOf(await harness.request(`/v1/upscales/${done.id}/images/3.png`));
    assert.deepEqual([missing.code, missing.expected?.includes("2.png")], ["not_found", true]);
  });

  it("an upscale draws and reports a seed when none is given", async () => {
    const [a, b] = [await harness.startUpscale({ image, scale: 2 }), await harness.startUpscale({ image, scale: 2 })];
    assert.notEqual(a.request.seed, b.request.seed);
    await Promise.all([harness.endUpscale(a.id), harness.endUpscale(b.id)]);
  });

  it("an upscale is listed newest first, in pages", async () => {
    const list = async (query: string) =>
      UpscaleListSchema.parse(await (await harness.request(`/v1/upscales${query}`)).json());
    const all = (await list("")).upscales.map(({ id }) => id);
    assert.ok(all.length >= 4);
    assert.deepEqual(all, [...all].sort().reverse());
    const first = await list("?limit=2");
    const rest = await list(`?limit=100&before=${first.nextBefore}`);
    assert.deepEqual(
      [...first.upscales, ...rest.upscales].map(({ id }) => id),
      all,
    );
    for (const query of ["?limit=0", "?q=bird"])
      assert.equal((await problemOf(await harness.request(`/v1/upscales${query}`))).code, "invalid_request");
  });

  it("events of an upscale report its progress to the end, tile by tile", async () => {
    const gate = createGate();
    harness.inference.gate = gate.closed;
    const { id } = await harness.startUpscale({ image, scale: 2, detail: 0.5, count: 2 });
    const text = (await harness.request(`/v1/upscales/${id}/events`)).text();
    await harness.untilUpscale(id, ({ progress }) => progress.completed === 1);
    const waiting = await problemOf(await harness.request(`/v1/upscales/${id}/images/0.png`));
    assert.equal(waiting.code, "not_ready");
    gate.open();
    harness.inference.gate = undefined;
    const blocks = (await text).split("\n\n").filter((block) => block.includes("data: "));
    assert.ok(blocks.every((block) => block.includes("event: upscale\n")));
    const events = blocks.map((block) => UpscaleSchema.parse(JSON.parse(/^data: (.+)$/m.exec(block)![1]!)));
    assert.deepEqual(events.at(-1), await harness.readUpscale(id));
    assert.deepEqual(events.at(-1)!.progress, { stage: "finished", completed: 4, total: 4 });
    const counts = events.map(({ progress }) => progress.completed);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
    );
  });

  it("an upscale is one job for an Idempotency-Key, and another request with the key is refused", async () => {
    const headers = { "Idempotency-Key": "upscale-1" };
    const body = { image, scale: 2 };
    const first = await harness.postUpscale(body, headers);
    const { id } = UpscaleSchema.parse(await first.json());
    const again = await harness.postUpscale({ count: 1, scale: 2, image }, headers);
    assert.equal(again.headers.get("idempotency-replayed"), "true");
    assert.equal(((await again.json()) as { id: string }).id, id);
    assert.equal(
      (await problemOf(await harness.postUpscale({ image, scale: 4 }, headers))).code,
      "idempotency_conflict",
    );
    await harness.endUpscale(id);
  });

  it("an upscale is offered and counted in /v1/meta and /metrics", async () => {
    const meta = MetaSchema.parse(await (await harness.request("/v1/meta")).json());
    assert.deepEqual(meta.packs[0]!.upscaler, { id: "icons", label: "Sharp", scales: [2, 4] });
    assert.deepEqual(meta.limits.upscale, {
      scales: [2, 4],
      anyWidth: true,
      countMax: limits.upscaleCountMax,
      temperatureMax: limits.upscaleTemperatureMax,
      maxSidePx: limits.imageMaxSidePx,
    });
    const text = await (await harness.request("/metrics")).text();
    assert.match(text, /^tau_upscales_total\{state="done"\} \d+$/m);
    assert.match(text, /^tau_queue_upscales\{state="waiting"\} 0$/m);
    assert.match(text, /method="POST",route="\/v1\/upscales",status="202"/);
  });
});

describe("cancel and delete of upscales", () => {
  it("cancel and delete of upscales end a waiting and a running one, and leave nothing of them", async () => {
    const harness = await createHarness();
    const image = await harness.upload(greyPng(16));
    const stored = () => readdir(join(harness.dataDir, "upscaled"));
    const [first, second] = [createGate(), createGate()];
    harness.inference.gate = first.closed;
    const running = await harness.startUpscale({ image, scale: 2, detail: 1, count: 2 });
    const waiting = await harness.startUpscale({ image, scale: 4 });
    const last = await harness.startUpscale({ image, scale: 2 });
    assert.equal((await harness.readUpscale(last.id)).progress.position, 1);
    await harness.untilUpscale(running.id, ({ progress }) => progress.stage === "upscaling");
    harness.inference.gate = second.closed;
    first.open();
    const { images: made } = await harness.untilUpscale(running.id, ({ images }) => images.length === 1);
    assert.deepEqual(await stored(), [made[0]!.sha256]);
    for (const { id } of [waiting, running]) {
      const response = await harness.request(`/v1/upscales/${id}`, { method: "DELETE" });
      assert.equal(response.status, 200);
      const { state, images } = UpscaleSchema.parse(await response.json());
      assert.deepEqual([state, images], ["cancelled", []]);
    }
    second.open();
    const { state, images } = await harness.endUpscale(last.id);
    assert.equal(state, "done");
    assert.equal(harness.inference.enlarged.length, 2, "the waiting one never ran");
    assert.deepEqual(await stored(), [images[0]!.sha256]);
    assert.equal((await harness.request(`/v1/upscales/${last.id}`, { method: "DELETE" })).status, 204);
    assert.deepEqual(await stored(), []);
    await harness.close();
  });

  it("cancel and delete of upscales delete a finished one, and its files only when no other upscale shares them", async () => {
    const harness = await createHarness();
    const image = await harness.upload(greyPng(16));
    const make = async () => harness.endUpscale((await harness.startUpscale({ image, scale: 2, seed: 3 })).id);
    const [first, second] = [await make(), await make()];
    const { sha256 } = first.images[0]!;
    assert.equal(second.images[0]!.sha256, sha256);
    assert.equal((await harness.request(`/v1/upscales/${first.id}`, { method: "DELETE" })).status, 204);
    assert.equal((await harness.request(second.images[0]!.path)).status, 200);
    assert.equal((await harness.request(`/v1/upscales/${second.id}`, { method: "DELETE" })).status, 204);
    assert.equal(await harness.upscaled.read(sha256), undefined);
    assert.equal((await problemOf(await harness.request(`/v1/upscales/${second.id}`))).code, "not_found");
    await harness.close();
  });
});

it("finished upscales give way, the oldest first, when their pictures have too many bytes", async () => {
  const first = await createHarness();
  const image = await first.upload(greyPng(16));
  const make = async ({ endUpscale, startUpscale }: Harness, seed: number) =>
    endUpscale((await startUpscale({ image, scale: 2, detail: 1, seed })).id);
  const [old, kept] = [await make(first, 1), await make(first, 2)];
  assert.notEqual(old.images[0]!.sha256, kept.images[0]!.sha256);
  await first.stop();
  const second = await createHarness({ dataDir: first.dataDir, historyMaxBytes: kept.images[0]!.bytes });
  // The second begins when the first has ended with all that follows.
  for (let round = 0; round < 2; round++) await make(second, 2);
  assert.equal((await problemOf(await second.request(`/v1/upscales/${old.id}`))).code, "not_found");
  assert.equal((await second.readUpscale(kept.id)).state, "done");
  assert.deepEqual(await readdir(join(second.dataDir, "upscaled")), [kept.images[0]!.sha256]);
  await second.close();
});

describe("what an upscale outlives", () => {
  const crash = () => new AppError("inference_crashed", "expected a living child, got signal SIGKILL");

  it("an upscale outlives a crash of the child, at most twice", async () => {
    const harness = await createHarness();
    const image = await harness.upload(greyPng(16));
    const make = async () => harness.endUpscale((await harness.startUpscale({ image, scale: 2 })).id);
    harness.inference.faults.push(crash(), crash());
    assert.equal((await make()).state, "done");
    assert.equal(harness.inference.enlarged.length, 3);
    harness.inference.faults.push(crash(), crash(), crash());
    const { state, problem, progress } = await make();
    assert.deepEqual([state, problem?.code, progress.completed], ["failed", "inference_crashed", 0]);
    await harness.close();
  });

  it("an upscale outlives a restart of the server, finished or not", async () => {
    const first = await createHarness();
    const image = await first.upload(greyPng(16));
    const kept = await first.endUpscale((await first.startUpscale({ image, scale: 2 })).id);
    const gate = createGate();
    first.inference.gate = gate.closed;
    const running = await first.startUpscale({ image, scale: 2 });
    const waiting = await first.startUpscale({ image, scale: 2 });
    await first.stop();
    const second = await createHarness({ dataDir: first.dataDir });
    assert.deepEqual(await second.readUpscale(kept.id), kept);
    assert.equal((await second.request(kept.images[0]!.path)).status, 200);
    for (const { id } of [running, waiting]) assert.equal((await second.endUpscale(id)).state, "done");
    await second.close();
  });

  it("an upscale outlives the sweeping of uploads while it waits, after which its upload may go", async () => {
    const uploadsKeptMaxBytes = 2 * greyPng(16, 1).byteLength;
    const harness = await createHarness({ limits: { uploadsKeptMaxBytes, uploadsKeptLeastMs: 0 } });
    const image = await harness.upload(greyPng(16, 1));
    const gate = createGate();
    harness.inference.gate = gate.closed;
    const first = await harness.startUpscale({ image, scale: 2 });
    const other = await harness.upload(greyPng(16, 2));
    assert.equal(await harness.uploads.touch(image), true);
    const waiting = await harness.startUpscale({ image: other, scale: 2 });
    await harness.upload(greyPng(16, 3));
    assert.equal(await harness.uploads.touch(other), true);
    gate.open();
    for (const { id } of [first, waiting]) assert.equal((await harness.endUpscale(id)).state, "done");
    await harness.upload(greyPng(16, 4));
    assert.deepEqual([await harness.uploads.touch(image), await harness.uploads.touch(other)], [false, false]);
    await harness.close();
  });
});

it("a repeated request is answered by its key, though its upload is gone and nothing can be drawn now", async () => {
  const harness = await createHarness();
  const image = await harness.upload(greyPng(16, 1));
  const ask = () =>
    harness.request("/v1/upscales", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": "once" },
      body: JSON.stringify({ image, scale: 2 }),
    });
  const { id } = (await (await ask()).json()) as { id: string };
  await harness.endUpscale(id);
  harness.uploads.forget(image);
  Object.assign(harness.deps, { inference: () => ({ state: "unavailable", detail: "away" }) });
  const again = await ask();
  assert.deepEqual([again.status, again.headers.get("idempotency-replayed")], [202, "true"]);
  assert.equal(((await again.json()) as { id: string }).id, id);
  await harness.close();
});

it("an upscale that finds its upload gone fails and says so", async () => {
  const harness = await createHarness();
  const gate = createGate();
  harness.inference.gate = gate.closed;
  const image = await harness.upload(greyPng(16, 1));
  const [first, second] = [
    await harness.startUpscale({ image, scale: 2 }),
    await harness.startUpscale({ image: await harness.upload(greyPng(16, 2)), scale: 2 }),
  ];
  harness.uploads.forget(second.request.image);
  gate.open();
  assert.equal((await harness.endUpscale(first.id)).state, "done");
  const { problem } = await harness.endUpscale(second.id);
  assert.deepEqual([problem?.code, problem?.field], ["image_unknown", "image"]);
  assert.equal(harness.inference.enlarged.length, 1);
  await harness.close();
});
