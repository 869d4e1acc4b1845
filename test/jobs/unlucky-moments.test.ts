/** What happens at a bad moment: a line that is first used while the server hangs, a cancel during a publication, a caller that leaves. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { BullLine } from "../../server/jobs/bull/bull-line.ts";
import { BullQueue } from "../../server/jobs/bull/bull-queue.ts";
import { type Call, call } from "../../server/jobs/bull/calls.ts";
import { type Connections, connect } from "../../server/jobs/bull/connection.ts";
import { Previews } from "../../server/jobs/bull/previews.ts";
import type { JobKind } from "../../server/jobs/job-kinds.ts";
import type { JobBody, JobQueue } from "../../server/jobs/job-queue.ts";
import { nextTurn, waitUntil } from "../fixtures/wait-until.ts";
import { generations, trainings } from "./job-samples.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "./queue-server.ts";

const timings = { holdMs: 60_000, lostCheckMs: 60_000, lookMs: 20, reportMs: 20, progressMs: 250, repairMs: 60_000 };

describe("a bad moment", { skip: withoutQueueServer, timeout: 120_000 }, () => {
  let server: QueueServer;
  before(async () => {
    server = await startQueueServer();
  });
  after(() => server.stop());

  /** A queue of one process, for as long as `act` takes. */
  async function withQueue<Body extends JobBody, Request>(
    prefix: string,
    kind: JobKind<Body, Request>,
    act: (queue: BullQueue<Body, Request>, connections: Connections) => Promise<void>,
    onError: (error: unknown) => void = () => undefined,
  ): Promise<void> {
    const connections = await connect(server.url, () => undefined);
    const about = { connections, prefix, now: Date.now, kind, timings };
    const queue = await BullQueue.open({ ...about, queueMax: 10, historyMax: 10, onError });
    try {
      await act(queue, connections);
    } finally {
      await queue.disconnect();
      connections.close();
    }
  }

  it("a bad moment for the first use of a line is over when the server answers again", async () => {
    const connections = await connect(server.url, () => undefined, 300);
    server.child.kill("SIGSTOP");
    const line = new BullLine({
      ...{ name: "line", prefix: "{first}", connections, timings },
      ...{ onLost: () => undefined, onError: () => undefined },
    });
    try {
      await assert.rejects(line.add("1", 1));
      server.child.kill("SIGCONT");
      await waitUntil("it answers", () => connections.asking.ping().then(Boolean, () => false));
      await line.add("2", 1);
      const waiting = await connections.asking.zrange("{first}:line:prioritized", 0, -1);
      assert.ok(waiting.includes("job-2"), waiting.join());
    } finally {
      server.child.kill("SIGCONT");
      await line.close();
      connections.close();
    }
  });

  it("a bad moment to close, while the server hangs: nothing is taken, and a job that comes after all goes back", () =>
    withQueue("{closed}", generations.kind, async (closing, { asking }) => {
      const { body } = await closing.add({ request: generations.requestOf("bird"), ...generations.facts } as never);
      server.child.kill("SIGSTOP");
      try {
        const taking = closing.take();
        await closing.close();
        assert.equal(await taking, undefined);
      } finally {
        server.child.kill("SIGCONT");
      }
      await waitUntil("it answers", () => asking.ping().then(Boolean, () => false));
      // Its line would keep a job that is held for a minute.
      await withQueue("{closed}", generations.kind, async (other) => {
        const job = (await other.take())!;
        assert.equal(job.id, body.id);
        assert.equal((await job.finish(generations.done)).state, "done");
      });
    }));

  it("a bad moment to close, while the server hangs until the end: what was asked for in vain is no fault", async () => {
    const faults: unknown[] = [];
    let ended: Promise<unknown> | undefined;
    try {
      await withQueue(
        "{hangs}",
        generations.kind,
        async (queue, { working }) => {
          server.child.kill("SIGSTOP");
          ended = once(working, "end");
          const taking = queue.take();
          await queue.close();
          assert.equal(await taking, undefined);
        },
        (fault) => faults.push(fault),
      );
      await ended;
      await nextTurn();
      assert.deepEqual(faults, []);
    } finally {
      server.child.kill("SIGCONT");
    }
  });

  it("a bad moment to cancel, while a training publishes, keeps what it published", () =>
    withQueue("{publish}", trainings.kind, async (queue) => {
      const { body } = await queue.add({ request: trainings.requestOf("mine"), ...trainings.facts } as never);
      const job = (await queue.take())!;
      job.report({ stage: trainings.stage, completed: 1, total: 2 } as never);
      await queue.flush();
      assert.equal(await job.beginCommit(), true);
      const cancelled = queue.cancel(body.id);
      const published = { version: "1.0.0", digest: "e".repeat(64), isServed: false };
      job.reportFindings({ published });
      job.rollBackCommit();
      assert.equal((await cancelled)!.state, "cancelled");
      assert.deepEqual((await cancelled)!.published, published);
    }));

  it("a bad moment for a power cut, after which a record is older, hides no end from followers", () =>
    withQueue("{older}", generations.kind, async (queue, connections) => {
      const { body } = await queue.add({ request: generations.requestOf("bird"), ...generations.facts } as never);
      const seen: Array<string | undefined> = [];
      queue.subscribe(body.id, (now) => seen.push(now?.body.state));
      const job = (await queue.take())!;
      await waitUntil("the follower sees it run", () => seen.at(-1) === "running");
      await connections.asking.hincrby(`{older}:generations:job:${body.id}`, "revision", -2);
      await job.finish(generations.done);
      await waitUntil("the follower hears of the end", () => seen.at(-1) === "done");
    }));

  it("a bad moment to leave a call, while it is added or while the server is slow, ends neither process nor slot", async () => {
    const removed: string[] = [];
    const leaving = new AbortController();
    const queue = {
      add: async () => {
        leaving.abort(new Error("the client left"));
        return { body: { id: "one" }, isNew: true };
      },
      subscribe: () => () => undefined,
      cancel: async (id: string) => void removed.push(id),
      // A rejection that nobody handles would end the process.
      remove: () => Promise.reject(new Error("Command timed out")),
    } as unknown as JobQueue<Call>;
    const requested = { request: { name: "invert", with: {} } as const, packDigest: "a".repeat(64) };
    await assert.rejects(call(queue, requested, leaving.signal), /the client left/);
    assert.deepEqual(removed, ["one"]);
  });

  it("previews of a training that is gone go, and those of others stay", async () => {
    const connections = await connect(server.url, () => undefined);
    const put = async (png: Uint8Array): Promise<string> => String(png);
    const previews = new Previews(connections, "{previews}", { put } as never);
    await previews.save("gone", 1, 0, new Uint8Array([1]));
    await previews.save("kept", 1, 0, new Uint8Array([2]));
    assert.deepEqual([...(await previews.sweep(async (id) => id === "kept"))], ["2"]);
    assert.deepEqual(await connections.asking.keys("{previews}:*"), ["{previews}:previews:kept"]);
    connections.close();
  });
});
