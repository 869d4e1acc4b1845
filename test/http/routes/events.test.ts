/** Server-sent events: whole snapshots with growing ids, resumption, heartbeat, the end, and slow readers. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createApp } from "../../../server/http/app.ts";
import { type Generation, GenerationSchema } from "../../../shared/contract/generations/generation.ts";
import { createHarness, type Harness, token } from "../harness.ts";
import { createGate } from "../small-inference.ts";

interface Event {
  readonly id: number;
  readonly generation: Generation;
}

/** Events of a finished text. */
function eventsOf(text: string): Event[] {
  return text
    .split("\n\n")
    .filter((block) => block.includes("data: "))
    .map((block) => ({
      id: Number(/^id: (\d+)$/m.exec(block)![1]),
      generation: GenerationSchema.parse(JSON.parse(/^data: (.+)$/m.exec(block)![1]!)),
    }));
}

const follow = (harness: Harness, id: string, headers: Record<string, string> = {}): Promise<Response> =>
  harness.request(`/v1/generations/${id}/events`, { headers });

/** Reads until the text holds what is wanted. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, wanted: RegExp): Promise<string> {
  let text = "";
  while (!wanted.test(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`expected ${wanted}, got the end after ${text}`);
    text += new TextDecoder().decode(value);
  }
  return text;
}

describe("the event stream", () => {
  it("the event stream sends the steps to the end with growing ids, then closes", async () => {
    const gate = createGate();
    const harness = await createHarness({ jobsParallelMax: 1 });
    harness.inference.gate = gate.closed;
    const first = await harness.start({ condition: { caption: "first" }, count: 1 });
    const { id } = await harness.start({ condition: { caption: "bird" }, count: 3 });
    const response = await follow(harness, id);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.equal(response.headers.get("cache-control"), "no-store");
    const text = response.text();
    gate.open();
    const events = eventsOf(await text);
    assert.equal(events[0]!.generation.state, "queued");
    assert.equal(events[0]!.generation.progress.position, 0);
    assert.equal(events.at(-1)!.generation.state, "done");
    assert.equal(events.at(-1)!.generation.images.length, 3);
    assert.ok(events.every((event, i) => i === 0 || event.id > events[i - 1]!.id));
    assert.deepEqual(events.at(-1)!.generation, await harness.read(id));
    await harness.end(first.id);
    await harness.close();
  });

  it("the event stream joins steps that follow each other fast, and sends the end at once", async () => {
    const harness = await createHarness({ limits: { eventPauseMs: 60_000 } });
    const gate = createGate();
    harness.inference.gate = gate.closed;
    const { id } = await harness.start({ condition: { caption: "bird" }, count: 16 });
    const reader = (await follow(harness, id)).body!.getReader();
    const seen = await readUntil(reader, /data: .*\n\n/);
    gate.open();
    const rest = await readUntil(reader, /"state":"done".*\n\n/);
    assert.deepEqual([eventsOf(seen).length, eventsOf(rest).length], [1, 1]);
    await harness.close();
  });

  // Goal C4.
  it("the event stream resumes: a known snapshot is not sent again, a missed one is", async () => {
    const gate = createGate();
    const harness = await createHarness();
    harness.inference.gate = gate.closed;
    const { id } = await harness.start({ condition: { caption: "bird" }, count: 1 });
    const running = await harness.until(id, ({ progress }) => progress.stage === "translating");
    const reader = (await follow(harness, id)).body!.getReader();
    const [seen] = eventsOf(await readUntil(reader, /data: .*\n\n/));
    assert.deepEqual(seen!.generation, running);
    await reader.cancel();
    const resumed = (await follow(harness, id, { "Last-Event-ID": String(seen!.id) })).text();
    gate.open();
    const events = eventsOf(await resumed);
    assert.ok(events[0]!.id > seen!.id);
    assert.equal(events.at(-1)!.generation.state, "done");
    const late = eventsOf(await (await follow(harness, id, { "Last-Event-ID": String(seen!.id) })).text());
    assert.deepEqual(
      late.map(({ generation }) => generation.state),
      ["done"],
    );
    const again = eventsOf(await (await follow(harness, id, { "Last-Event-ID": String(late[0]!.id) })).text());
    assert.equal(again.length, 1, "a final state is sent again rather than never");
    const odd = eventsOf(await (await follow(harness, id, { "Last-Event-ID": "x" })).text());
    assert.equal(odd.length, 1);
    await harness.close();
  });

  it("the event stream keeps ids growing over a restart", async () => {
    const first = await createHarness();
    const { id } = await first.start({ condition: { caption: "bird" }, count: 1 });
    await first.end(id);
    const before = eventsOf(await (await follow(first, id)).text());
    await first.stop();
    const second = await createHarness({ dataDir: first.dataDir });
    const after = eventsOf(await (await follow(second, id, { "Last-Event-ID": String(before[0]!.id) })).text());
    assert.deepEqual(after, before);
    await second.close();
  });

  it("the event stream beats while nothing happens, and ends when streams are ended", async () => {
    const harness = await createHarness({ limits: { eventHeartbeatMs: 10 } });
    harness.inference.gate = createGate().closed;
    const { id } = await harness.start({ condition: { caption: "bird" }, count: 1 });
    const reader = (await follow(harness, id)).body!.getReader();
    await readUntil(reader, /: heartbeat\n\n: heartbeat\n\n/);
    harness.streamsEnd.abort();
    for (let turn = await reader.read(); !turn.done; turn = await reader.read());
    await harness.close();
  });

  it("the event stream ends with cancelled when the generation is cancelled", async () => {
    const harness = await createHarness();
    harness.inference.gate = createGate().closed;
    const { id } = await harness.start({ condition: { caption: "bird" }, count: 1 });
    const text = (await follow(harness, id)).text();
    await harness.request(`/v1/generations/${id}`, { method: "DELETE" });
    assert.equal(eventsOf(await text).at(-1)!.generation.state, "cancelled");
    await harness.close();
  });

  it("the event stream ends when the queue has lost the generation", async () => {
    const harness = await createHarness();
    harness.inference.gate = createGate().closed;
    const { id } = await harness.start({ condition: { caption: "bird" }, count: 1 });
    const queue = Object.create(harness.deps.queue) as typeof harness.deps.queue;
    queue.get = (job) => harness.deps.queue.get(job);
    queue.subscribe = (_, listener) => {
      setImmediate(() => listener(undefined));
      return () => undefined;
    };
    const headers = { Authorization: `Bearer ${token}` };
    const app = createApp({ ...harness.deps, queue });
    const text = await (await app.request(`/v1/generations/${id}/events`, { headers })).text();
    assert.equal(eventsOf(text).length, 1);
    await harness.close();
  });

  it("the event stream gives a reader that slept the newest snapshot only, and forgets a reader that left", async () => {
    const harness = await createHarness();
    const gate = createGate();
    harness.inference.gate = gate.closed;
    const { id } = await harness.start({ condition: { caption: "bird" }, count: 16 });
    const sleeper = await follow(harness, id);
    const leaver = (await follow(harness, id)).body!.getReader();
    await readUntil(leaver, /open/);
    await leaver.cancel();
    gate.open();
    await harness.end(id);
    assert.equal(eventsOf(await sleeper.text()).length, 1);
    await harness.close();
  });
});
