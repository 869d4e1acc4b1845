/** A batch over HTTP: many generations, one request, one stream; what is wrong with one is that one's own. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createParser } from "eventsource-parser";
import type { BatchEvent } from "../../shared/batches.ts";
import { createHarness, type Harness, problemOf } from "./harness.ts";

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
});
