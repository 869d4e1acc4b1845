/** A worker whose hold on a job is lost while it lives: the job is not to blame, so it goes on and does not fail. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BullQueue } from "../../server/jobs/bull/bull-queue.ts";
import { type Connection, connect } from "../../server/jobs/bull/connection.ts";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { generations } from "./job-samples.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "./queue-server.ts";

const problem = { type: "about:blank", title: "Cancelled", status: 409, code: "cancelled" } as never;

describe("a lost hold", { skip: withoutQueueServer, timeout: 120_000 }, () => {
  let server: QueueServer;
  before(async () => {
    server = await startQueueServer();
  });
  after(() => server.stop());

  /** A queue of one process, of which a job has begun; what BullMQ keeps is found by `keys`. */
  async function begun(
    prefix: string,
    timings: { holdMs: number; lostCheckMs: number; repairMs: number },
    act: (parts: { queue: BullQueue<Generation>; asking: Connection; id: string; keys: string }) => Promise<void>,
  ): Promise<void> {
    const connections = await connect(server.url, assert.ifError, 60_000);
    const queue = await BullQueue.open({
      ...{ connections, prefix, now: Date.now, kind: generations.kind, queueMax: 10, historyMax: 10 },
      timings: { lookMs: 20, reportMs: 20, progressMs: 20, ...timings },
      onError: assert.ifError,
    });
    try {
      const { body } = await queue.add({ request: generations.requestOf("bird"), ...generations.facts } as never);
      const { asking } = connections;
      await act({ queue, asking, id: body.id, keys: `${prefix}:*:job-${body.id}` });
    } finally {
      await queue.disconnect();
      connections.close();
    }
  }

  async function forget(asking: Connection, pattern: string): Promise<void> {
    const found = await asking.keys(pattern);
    assert.notEqual(found.length, 0, pattern);
    await asking.del(...found);
  }

  it("a lost hold that its worker finds out first puts the job back, whose failure it is not", () =>
    begun(
      "{found-out}",
      { holdMs: 600, lostCheckMs: 60_000, repairMs: 60_000 },
      async ({ queue, asking, id, keys }) => {
        const lost = (await queue.take())!;
        await forget(asking, `${keys}:lock`);
        await waitUntil("the worker finds out", () => lost.signal.aborted);
        assert.equal((await lost.finish({ state: "failed", problem, durationMs: 1 })).state, "queued");
        assert.equal((await queue.get(id))!.body.state, "queued");
      },
    ));

  it("a lost hold does not undo what is done meanwhile", () =>
    begun("{done}", { holdMs: 600, lostCheckMs: 60_000, repairMs: 60_000 }, async ({ queue, asking, keys }) => {
      const lost = (await queue.take())!;
      await forget(asking, `${keys}:lock`);
      await waitUntil("the worker finds out", () => lost.signal.aborted);
      assert.equal((await lost.finish(generations.done)).state, "done");
    }));

  it("a lost hold of a job that was cancelled leaves it cancelled", () =>
    begun(
      "{cancelled}",
      { holdMs: 60_000, lostCheckMs: 100, repairMs: 60_000 },
      async ({ queue, id, asking, keys }) => {
        const lost = (await queue.take())!;
        await queue.cancel(id);
        await waitUntil("the worker finds out", () => lost.signal.aborted);
        assert.equal((await lost.finish({ state: "failed", problem, durationMs: 1 })).state, "cancelled");
        assert.deepEqual(await asking.keys(keys), [], "BullMQ has it no more");
      },
    ));

  it("a lost hold of which BullMQ knows nothing is found by the next repair, and the job is done", () =>
    begun("{unknown}", { holdMs: 60_000, lostCheckMs: 60_000, repairMs: 100 }, async ({ queue, asking, id, keys }) => {
      await queue.take();
      await forget(asking, `${keys}*`);
      const again = (await queue.take())!;
      assert.equal(again.id, id);
      assert.equal((await again.finish(generations.done)).state, "done");
    }));
});
