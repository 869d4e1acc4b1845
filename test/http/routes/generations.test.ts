/** The main job over HTTP: from a caption to PNGs, with seeds, idempotency, search, cancel, delete and restart. */
import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sha256Of } from "../../../server/platform/sha256.ts";
import { GenerationListSchema } from "../../../shared/contract/generations/generation.ts";
import { AppError } from "../../../shared/problem.ts";
import { waitUntil } from "../../fixtures/wait-until.ts";
import { createHarness, type Harness, pack, problemOf } from "../harness.ts";
import { createGate, SmallInference } from "../small-inference.ts";

describe("a generation", () => {
  let harness: Harness;
  before(async () => {
    harness = await createHarness();
  });
  after(() => harness.close());

  it("a generation is accepted at once and becomes images that carry their own seeds", async () => {
    const response = await harness.post({ condition: { caption: "  red   bird " }, count: 3, seed: 0xffff_ffff });
    assert.equal(response.status, 202);
    const accepted = (await response.json()) as { id: string };
    assert.equal(response.headers.get("location"), `/v1/generations/${accepted.id}`);
    const done = await harness.end(accepted.id);
    assert.equal(done.state, "done");
    assert.equal(done.request.condition.caption, "red bird");
    assert.equal(done.packDigest, pack.digest);
    assert.deepEqual(done.progress, { stage: "finished", completed: 3, total: 3 });
    assert.deepEqual(
      done.images.map(({ index, seed }) => [index, seed]),
      [
        [0, 0xffff_ffff],
        [1, 0],
        [2, 1],
      ],
    );
    assert.ok(done.finishedAt && done.durationMs !== undefined);
  });

  it("a generation has images that are PNGs with alpha, cacheable for ever and revalidated by ETag", async () => {
    const { id } = await harness.start({ condition: { caption: "green leaf" }, count: 1, seed: 5 });
    const [image] = (await harness.end(id)).images;
    const response = await harness.request(image!.path);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "image/png");
    assert.match(response.headers.get("cache-control") ?? "", /immutable/);
    const bytes = new Uint8Array(await response.arrayBuffer());
    assert.equal(bytes.byteLength, image!.bytes);
    assert.equal(sha256Of(bytes), image!.sha256);
    assert.equal(bytes[25], 6, "colour type RGBA");
    const etag = response.headers.get("etag")!;
    const again = await harness.request(image!.path, { headers: { "If-None-Match": etag } });
    assert.equal(again.status, 304);
    assert.equal((await again.arrayBuffer()).byteLength, 0);
    const head = await harness.request(image!.path, { method: "HEAD" });
    assert.equal(head.status, 200);
  });

  it("a generation draws and reports a seed when none is given, and the same seed gives the same bytes", async () => {
    const first = await harness.start({ condition: { caption: "blue boat" }, count: 2 });
    const second = await harness.start({
      condition: { caption: "blue boat" },
      count: 1,
      seed: (first.request.seed + 1) % 2 ** 32,
    });
    const [a, b] = await Promise.all([harness.end(first.id), harness.end(second.id)]);
    assert.equal(b.images[0]!.sha256, a.images[1]!.sha256);
    const third = await harness.start({ condition: { caption: "blue boat" } });
    assert.notEqual(third.request.seed, first.request.seed);
  });

  it("a generation answers 404 for images that it does not have", async () => {
    const { id } = await harness.start({ condition: { style: "flat" }, count: 1 });
    await harness.end(id);
    for (const name of ["1.png", "0.jpg", "00.png", "-1.png", "x"]) {
      const problem = await problemOf(await harness.request(`/v1/generations/${id}/images/${name}`));
      assert.equal(problem.code, "not_found");
      assert.ok(problem.expected && problem.received);
    }
  });

  it("a generation answers not_ready for an image that is not drawn yet", async () => {
    const gate = createGate();
    harness.inference.gate = gate.closed;
    const { id } = await harness.start({ condition: { caption: "slow" }, count: 1 });
    const response = await harness.request(`/v1/generations/${id}/images/0.png`);
    assert.equal(response.headers.get("retry-after"), "1");
    assert.equal((await problemOf(response)).code, "not_ready");
    gate.open();
    harness.inference.gate = undefined;
    assert.equal((await harness.end(id)).state, "done");
  });
});

describe("the list of generations", () => {
  it("the list of generations finds what was drawn from a label, by the label and by its title", async () => {
    const harness = await createHarness();
    const { id } = await harness.end((await harness.start({ condition: { label: "bird" }, count: 1 })).id);
    await harness.end((await harness.start({ condition: { caption: "car", label: null }, count: 1 })).id);
    const list = async (q: string) =>
      GenerationListSchema.parse(await (await harness.request(`/v1/generations?q=${q}`)).json()).generations;
    assert.deepEqual(
      (await list("BIRD")).map((generation) => [generation.id, generation.labelTitle]),
      [[id, "Bird"]],
    );
    assert.deepEqual(
      (await list("car")).map(({ labelTitle }) => labelTitle),
      [undefined],
    );
  });

  it("the list of generations is newest first, in pages, and is searched by the words of captions", async () => {
    const harness = await createHarness();
    const captions = ["Red bird", "green bird", "red car", "Straße", "red red bird house"];
    for (const caption of captions) await harness.end((await harness.start({ condition: { caption }, count: 1 })).id);
    const list = async (query: string) =>
      GenerationListSchema.parse(await (await harness.request(`/v1/generations${query}`)).json());
    const captionsOf = async (query: string) =>
      (await list(query)).generations.map(({ request }) => request.condition.caption);
    assert.deepEqual(await captionsOf(""), [...captions].reverse());
    assert.deepEqual(await captionsOf("?q=BIRD%20red"), ["red red bird house", "Red bird"]);
    assert.deepEqual(await captionsOf("?q=stra%C3%9Fe"), ["Straße"]);
    assert.deepEqual(await captionsOf("?q=nothing"), []);
    const first = await list("?limit=2");
    const second = await list(`?limit=2&before=${first.nextBefore}`);
    const third = await list(`?limit=2&before=${second.nextBefore}`);
    const pages = [first, second, third].flatMap(({ generations }) =>
      generations.map(({ request }) => request.condition.caption),
    );
    assert.deepEqual(pages, [...captions].reverse());
    assert.equal(third.nextBefore, undefined);
    for (const query of ["?limit=0", "?limit=101", "?limit=x", "?wrong=1", "?before="]) {
      const problem = await problemOf(await harness.request(`/v1/generations${query}`));
      assert.equal(problem.code, "invalid_request");
      assert.ok(problem.expected && problem.received && problem.field, query);
    }
    await harness.close();
  });
});

describe("an Idempotency-Key", () => {
  // Goal C5.
  it("an Idempotency-Key makes a hundred parallel requests one job, and refuses another body", async () => {
    const harness = await createHarness();
    const body = { condition: { caption: "one bird" }, count: 1 };
    const headers = { "Idempotency-Key": "key-1" };
    const answers = await Promise.all(Array.from({ length: 100 }, () => harness.post(body, headers)));
    const ids = new Set(await Promise.all(answers.map(async (answer) => ((await answer.json()) as { id: string }).id)));
    assert.equal(ids.size, 1);
    assert.equal(answers.filter((answer) => answer.headers.get("idempotency-replayed") === "true").length, 99);
    const [id] = [...ids];
    await harness.end(id!);
    assert.equal(harness.inference.begun.length, 1);
    const same = await harness.post({ count: 1, condition: { caption: " one  bird " }, temperature: 0.2 }, headers);
    assert.equal(((await same.json()) as { id: string }).id, id, "the same meaning is the same request");
    const problem = await problemOf(await harness.post({ ...body, count: 2 }, headers));
    assert.equal(problem.code, "idempotency_conflict");
    assert.ok(problem.expected && problem.received);
    const bad = await problemOf(await harness.post(body, { "Idempotency-Key": "x".repeat(201) }));
    assert.equal(bad.code, "invalid_request");
    assert.equal(bad.field, "Idempotency-Key");
    await harness.close();
  });
});

describe("DELETE", () => {
  it("DELETE leaves no file behind when it is cancelled while a slow disk writes", async () => {
    const { closed, open } = createGate();
    let isWriting = false;
    let write: (bytes: Uint8Array) => Promise<string> = async () => "";
    const slow = {
      put: async (bytes: Uint8Array): Promise<string> => {
        isWriting = true;
        await closed;
        return write(bytes);
      },
    };
    const harness = await createHarness({ results: slow });
    write = (bytes) => harness.results.put(bytes);
    const { id } = await harness.start({ condition: { caption: "slow" }, count: 1 });
    await waitUntil("a file that is written", () => isWriting);
    await harness.request(`/v1/generations/${id}`, { method: "DELETE" });
    assert.equal((await harness.read(id)).state, "cancelled");
    await sleep(20);
    assert.equal((await harness.queue.depth()).running, 1, "the job is not given up while its file is written");
    open();
    await waitUntil("no job that runs", async () => (await harness.queue.depth()).running === 0);
    assert.deepEqual(await readdir(join(harness.dataDir, "results")), []);
    await harness.close();
  });

  // Goal C2.
  it("DELETE cancels a waiting and a running generation and leaves nothing of them", async () => {
    const gate = createGate();
    const harness = await createHarness({ jobsParallelMax: 1 });
    harness.inference.gate = gate.closed;
    const running = await harness.start({ condition: { caption: "first" }, count: 2 });
    const waiting = await harness.start({ condition: { caption: "second" }, count: 2 });
    const last = await harness.start({ condition: { caption: "third" }, count: 1 });
    assert.equal((await harness.read(waiting.id)).progress.position, 0);
    assert.equal((await harness.read(last.id)).progress.position, 1);
    for (const { id } of [waiting, running]) {
      const response = await harness.request(`/v1/generations/${id}`, { method: "DELETE" });
      assert.equal(response.status, 200);
      const generation = (await response.json()) as { state: string; images: unknown[] };
      assert.equal(generation.state, "cancelled");
      assert.deepEqual(generation.images, []);
    }
    gate.open();
    assert.equal((await harness.end(last.id)).state, "done");
    assert.equal(harness.inference.begun.length, 2, "the waiting one never ran");
    await harness.close();
  });

  it("DELETE deletes a finished generation, and its bytes only when no other shares them", async () => {
    const harness = await createHarness();
    const input = { condition: { caption: "twin" }, count: 1, seed: 9 };
    const [a, b] = [await harness.start(input), await harness.start(input)];
    const [first, second] = [await harness.end(a.id), await harness.end(b.id)];
    const sha256 = first.images[0]!.sha256;
    assert.equal((await harness.request(`/v1/generations/${a.id}`, { method: "DELETE" })).status, 204);
    assert.equal((await problemOf(await harness.request(`/v1/generations/${a.id}`))).code, "not_found");
    assert.equal((await harness.request(second.images[0]!.path)).status, 200);
    assert.equal((await harness.request(`/v1/generations/${b.id}`, { method: "DELETE" })).status, 204);
    assert.equal(await harness.results.read(sha256), undefined);
    assert.equal((await harness.request(`/v1/generations/${b.id}`, { method: "DELETE" })).status, 404);
    await harness.close();
  });
});

describe("history", () => {
  it("history survives a restart with its images, ids go on growing, and a broken record keeps nothing from starting", async () => {
    const first = await createHarness();
    const kept = await first.end((await first.start({ condition: { caption: "kept" }, count: 1 })).id);
    await first.stop();
    const { mkdir, writeFile } = await import("node:fs/promises");
    // Of a version up to 0.17.
    await mkdir(join(first.dataDir, "generations"));
    await writeFile(join(first.dataDir, "generations", "0broken.json"), "{");
    const second = await createHarness({ dataDir: first.dataDir });
    assert.deepEqual(await second.read(kept.id), kept);
    assert.equal((await second.request(kept.images[0]!.path)).status, 200);
    assert.deepEqual(second.broken, ["0broken.json"]);
    const next = await second.start({ condition: { caption: "next" }, count: 1 });
    assert.ok(next.id > kept.id);
    await second.end(next.id);
    await second.close();
  });

  it("history keeps at most historyMax finished generations and forgets the bytes of the oldest", async () => {
    const harness = await createHarness({ historyMax: 2 });
    const done = [];
    for (let seed = 0; seed < 4; seed++)
      done.push(await harness.end((await harness.start({ condition: { caption: "n" }, count: 1, seed })).id));
    assert.equal((await harness.request(`/v1/generations/${done[0]!.id}`)).status, 404);
    // The record of a dropped generation goes from the disk before its images do.
    const { sha256 } = done[1]!.images[0]!;
    await waitUntil("an image that is forgotten", async () => !(await harness.results.read(sha256)));
    assert.equal((await harness.request(done[3]!.images[0]!.path)).status, 200);
    await harness.close();
  });
});

describe("a job whose inference fails", () => {
  const crash = () => new AppError("inference_crashed", "expected a living child, got signal SIGKILL");

  it("a job whose inference fails is tried again after a crash, at most three times", async () => {
    const harness = await createHarness();
    harness.inference.faults.push(crash(), crash());
    const good = await harness.end((await harness.start({ condition: { caption: "again" }, count: 1 })).id);
    assert.equal(good.state, "done");
    assert.equal(harness.inference.begun.length, 3);
    harness.inference.faults.push(crash(), crash(), crash());
    const bad = await harness.end((await harness.start({ condition: { caption: "again" }, count: 1 })).id);
    assert.equal(bad.state, "failed");
    assert.equal(bad.problem?.code, "inference_crashed");
    await harness.close();
  });

  it("a job whose inference fails waits for a child that is still starting", async () => {
    const harness = await createHarness({ inference: new SmallInference(false) });
    const { id } = await harness.start({ condition: { caption: "early" }, count: 1 });
    assert.equal((await harness.request("/readyz")).status, 503);
    harness.inference.becomeReady();
    assert.equal((await harness.end(id)).state, "done");
    await harness.close();
  });

  it("a job whose inference fails fails with storage_full when the disk is full, and with a bare internal for the unexpected", async () => {
    const full = await createHarness({
      results: { put: () => Promise.reject(new AppError("storage_full", "expected room, got a full disk")) },
    });
    const failed = await full.end((await full.start({ condition: { caption: "full" }, count: 2 })).id);
    assert.equal(failed.problem?.code, "storage_full");
    assert.deepEqual(failed.images, []);
    full.inference.faults.push(new TypeError("secret detail"));
    const odd = await full.end((await full.start({ condition: { caption: "odd" }, count: 1 })).id);
    assert.equal(odd.problem?.code, "internal");
    assert.doesNotMatch(JSON.stringify(odd), /secret/);
    await full.close();
    await rm(full.dataDir, { recursive: true, force: true });
  });
});
