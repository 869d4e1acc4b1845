/** A batch over HTTP: many generations, one request, one stream; what is wrong with one is that one's own. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createParser } from "eventsource-parser";
import { createApp } from "../../../server/http/app.ts";
import type { AppDeps } from "../../../server/http/deps.ts";
import type { BatchEvent } from "../../../shared/contract/generations/batches.ts";
import { AppError } from "../../../shared/problem.ts";
import { waitUntil } from "../../fixtures/wait-until.ts";
import { createHarness, type Harness, problemOf, token } from "../harness.ts";
import { createGate } from "../small-inference.ts";

describe("a batch", () => {
  let harness: Harness;
  before(async () => {
    harness = await createHarness();
  });
  after(() => harness.close());

  const send = (generations: readonly unknown[], headers = {}): Promise<Response> =>
    harness.request("/v1/batches", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ generations }),
    });
  async function eventsOf(response: Response): Promise<BatchEvent[]> {
    const events: BatchEvent[] = [];
    const parser = createParser({
      onEvent: ({ event, data }) => events.push({ event, ...JSON.parse(data) } as BatchEvent),
    });
    parser.feed(await response.text());
    return events;
  }
  const captions = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ condition: { caption: `bird ${i}` }, count: 1, seed: i }));

  it("a batch of more generations than are queued at once finishes them all on one stream", async () => {
    const response = await send(captions(40));
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    const events = await eventsOf(response);
    for (const kind of ["accepted", "finished"]) {
      const indexes = events.filter(({ event }) => event === kind).map(({ index }) => index);
      assert.deepEqual(
        indexes.sort((a, b) => a - b),
        Array.from({ length: 40 }, (_, i) => i),
      );
    }
    for (const event of events)
      if (event.event === "finished")
        assert.deepEqual([event.generation.state, event.generation.images.length], ["done", 1]);
  });

  it("a batch refuses a wrong generation by its own problem, and draws the others", async () => {
    const events = await eventsOf(
      await send([captions(1)[0], { condition: { caption: "🐈" } }, { condition: {} }, captions(1)[0]]),
    );
    const refused = events.flatMap((event) => (event.event === "refused" ? [[event.index, event.problem.code]] : []));
    assert.deepEqual(refused.sort(), [
      [1, "caption_unreadable"],
      [2, "invalid_request"],
    ]);
    assert.equal(events.filter(({ event }) => event === "finished").length, 2);
  });

  it("a batch that is sent again under its key is the same generations", async () => {
    const ids = async (): Promise<string[]> =>
      (await eventsOf(await send(captions(3), { "Idempotency-Key": "again" })))
        .flatMap((event) => (event.event === "finished" ? [event.generation.id] : []))
        .sort();
    assert.deepEqual(await ids(), await ids());
  });

  it("a batch of none, or of too many, is refused as a whole", async () => {
    for (const generations of [[], captions(201)])
      assert.equal((await problemOf(await send(generations))).code, "invalid_request");
  });

  it("a batch whose server stops ends its stream with what ended, and no generation that goes on is called finished", async () => {
    const own = await createHarness({ jobsParallelMax: 1 });
    const gate = createGate();
    const body = JSON.stringify({ generations: captions(40) });
    const post = () =>
      own.request("/v1/batches", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    const response = await post();
    const first = eventsOf(response);
    own.inference.gate = gate.closed;
    let running: { readonly id: string } | undefined;
    await waitUntil("a job that runs", async () => {
      running = (await own.queue.list({ limit: 100 })).jobs.find(({ state }) => state === "running");
      return running !== undefined;
    });
    // The one that runs ends in the very moment in which streams are ended.
    const ended = own.queue.cancel(running!.id);
    own.streamsEnd.abort();
    await ended;
    const events = await first;
    const states = events.flatMap((event) => (event.event === "finished" ? [event.generation.state] : []));
    assert.ok(events.length < 80);
    assert.deepEqual([...new Set(states)].sort(), ["cancelled", "done"].slice(0, new Set(states).size));
    assert.ok(states.includes("cancelled"), "the last event is sent");
    const late = await eventsOf(await post());
    assert.deepEqual(
      late.filter(({ event }) => event !== "accepted"),
      [],
      "a stream that begins after the stop ends too",
    );
    await own.close();
  });

  /** A queue whose server is away until so many requests of it have failed, and whose first failure comes after the job was kept. */
  function withAbsence(own: Harness, failures: number) {
    const away = (): AppError => new AppError("queue_unavailable", "expected a queue server that answers, got none");
    let [left, isFirst] = [failures, true];
    const queue = Object.create(own.deps.queue) as typeof own.deps.queue;
    Object.assign(queue, {
      add: async (requested: Parameters<typeof queue.add>[0]) => {
        if (left-- <= 0) return own.deps.queue.add(requested);
        if (isFirst) await own.deps.queue.add(requested);
        isFirst = false;
        throw away();
      },
      get: (id: string) => (left-- <= 0 ? own.deps.queue.get(id) : Promise.reject(away())),
      subscribe: (...of: Parameters<typeof queue.subscribe>) => own.deps.queue.subscribe(...of),
    });
    return queue;
  }
  async function sendDuringAbsence(failures: number, limits: Partial<AppDeps["limits"]>, count: number) {
    const own = await createHarness();
    const app = createApp({
      ...own.deps,
      queue: withAbsence(own, failures),
      limits: { ...own.deps.limits, ...limits },
    });
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
    const body = JSON.stringify({ generations: captions(count) });
    const events = await eventsOf(await app.request("/v1/batches", { method: "POST", headers, body }));
    const kept = (await own.queue.list({ limit: 100 })).jobs.length;
    await own.close();
    return { events, kept };
  }

  it("a batch waits for a queue server that is away for a moment, and each of its generations is made once", async () => {
    const { events, kept } = await sendDuringAbsence(30, { batchPauseMs: 5 }, 20);
    assert.deepEqual(
      events.filter(({ event }) => event === "refused"),
      [],
    );
    assert.equal(events.filter(({ event }) => event === "finished").length, 20);
    assert.equal(kept, 20);
  });

  it("a batch refuses what is left once the queue server is away for longer", async () => {
    const { events } = await sendDuringAbsence(1_000_000, { batchPauseMs: 5, batchAwaitMs: 20 }, 40);
    const codes = events.map((event) => (event.event === "refused" ? event.problem.code : event.event));
    assert.deepEqual(codes, Array(40).fill("queue_unavailable"));
  });

  it("a batch ends with a problem for each generation that the queue has lost, whether it is looked up or followed", async () => {
    for (const isFollowed of [false, true]) {
      const own = await createHarness();
      const queue = Object.create(own.deps.queue) as typeof own.deps.queue;
      Object.assign(queue, {
        add: (requested: Parameters<typeof queue.add>[0]) => own.deps.queue.add(requested),
        get: async (id: string) => (isFollowed ? own.deps.queue.get(id) : undefined),
        subscribe: (_: string, listener: Parameters<typeof queue.subscribe>[1]) => {
          if (isFollowed) setImmediate(() => listener(undefined));
          return () => undefined;
        },
      });
      own.inference.gate = createGate().closed;
      const app = createApp({ ...own.deps, queue });
      const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
      const body = JSON.stringify({ generations: captions(2) });
      const events = await eventsOf(await app.request("/v1/batches", { method: "POST", headers, body }));
      assert.deepEqual(
        events.map((event) => [event.index, event.event === "refused" ? event.problem.code : event.event]).sort(),
        [0, 1].flatMap((index) => [
          [index, "accepted"],
          [index, "not_found"],
        ]),
      );
      await own.close();
    }
  });

  it("a batch hides a fault that is the server's from a client, and logs all of it", async () => {
    const own = await createHarness();
    const queue = { ...own.deps.queue, add: () => Promise.reject(new Error("no such table: job")) };
    const app = createApp({ ...own.deps, queue: queue as unknown as typeof own.deps.queue });
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
    const body = JSON.stringify({ generations: captions(1) });
    const [event] = await eventsOf(await app.request("/v1/batches", { method: "POST", headers, body }));
    assert.ok(event!.event === "refused");
    assert.deepEqual([event!.problem.code, event!.problem.detail], ["internal", "expected a queue that works"]);
    assert.match(own.logged.map((fields) => String((fields as { err?: Error }).err)).join(), /no such table/);
    await own.close();
  });
});
