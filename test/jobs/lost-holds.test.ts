/** Holds on jobs that are lost, answers that never come and writes that are refused, while the worker lives: no job is to blame for them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BullQueue } from "../../server/jobs/bull/bull-queue.ts";
import { type Connections, connect } from "../../server/jobs/bull/connection.ts";
import type { BullTimings } from "../../server/jobs/bull/options.ts";
import type { Job } from "../../server/jobs/job-queue.ts";
import { AppError, toProblem } from "../../shared/problem.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { generations } from "./job-samples.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "./queue-server.ts";

const problem = toProblem(new AppError("cancelled", "the generation was cancelled, or is another worker's"));
const failed = { state: "failed", problem, durationMs: 1 } as const;
const never = 60_000;

describe("a lost hold", { skip: withoutQueueServer, timeout: 120_000 }, () => {
  let server: QueueServer;
  before(async () => {
    server = await startQueueServer();
  });
  const ends = new Set<() => Promise<void>>();
  after(async () => {
    for (const end of ends) await end();
    await server.stop();
  });

  /** A process; one of the same prefix is another of the same queue. */
  async function open(
    prefix: string,
    timings: Partial<BullTimings> = {},
    changed: Partial<typeof generations.kind> = {},
  ) {
    const connections = await connect(server.url, () => undefined, 60_000);
    const queue = await BullQueue.open({
      ...{
        connections,
        prefix,
        now: Date.now,
        kind: { ...generations.kind, ...changed },
        queueMax: 10,
        historyMax: 10,
      },
      ...{ slowParallelMax: 1, onError: () => undefined },
      timings: {
        ...{ holdMs: never, lostCheckMs: never, repairMs: never, lookMs: 20, reportMs: 20, progressMs: 20 },
        ...timings,
      },
    });
    const end = async () => {
      ends.delete(end);
      await queue.disconnect();
      connections.close();
    };
    ends.add(end);
    const add = async (text: string, urgency: "interactive" | "bulk" = "interactive") =>
      (await queue.add({ request: generations.requestOf(text), urgency, ...generations.facts } as never)).body.id;
    return { queue, connections, end, add };
  }
  /** Deletes what BullMQ keeps of a job. */
  async function forget({ asking }: Connections, pattern: string): Promise<void> {
    const found = await asking.keys(pattern);
    assert.notEqual(found.length, 0, pattern);
    await asking.del(...found);
  }
  const loseHold = async (connections: Connections, prefix: string, lost: Pick<Job<never>, "id" | "signal">) => {
    await forget(connections, `${prefix}:*:job-${lost.id}:lock`);
    await waitUntil("the worker finds out", () => lost.signal.aborted);
  };

  it("a lost hold that its worker finds out first puts the job back, whose failure it is not", async () => {
    const { queue, connections, add } = await open("{found-out}", { holdMs: 600 });
    const id = await add("bird");
    const lost = (await queue.take())!;
    await loseHold(connections, "{found-out}", lost);
    assert.equal((await lost.finish(failed)).state, "queued");
    assert.equal((await queue.get(id))!.body.state, "queued");
  });

  it("a lost hold does not undo what is done meanwhile", async () => {
    const { queue, connections, add } = await open("{done}", { holdMs: 600 });
    await add("bird");
    const lost = (await queue.take())!;
    await loseHold(connections, "{done}", lost);
    assert.equal((await lost.finish(generations.done)).state, "done");
  });

  it("a lost hold of a job that was cancelled leaves it cancelled", async () => {
    const { queue, connections, add } = await open("{cancelled}");
    const id = await add("bird");
    const lost = (await queue.take())!;
    await queue.cancel(id);
    await waitUntil("the worker finds out", () => lost.signal.aborted);
    assert.equal((await lost.finish(failed)).state, "cancelled");
    assert.deepEqual(await connections.asking.keys(`{cancelled}:*:job-${id}`), [], "BullMQ has it no more");
  });

  it("a lost hold gives no job a place before those that are more urgent", async () => {
    const { queue, connections, add } = await open("{places}", { holdMs: 600, lostCheckMs: 100 });
    const bulk = await add("bird", "bulk");
    const lost = (await queue.take())!;
    const urgent = await add("cat");
    await loseHold(connections, "{places}", lost);
    await lost.finish(failed);
    const [line] = await connections.asking.keys("{places}:*:prioritized");
    await waitUntil("both stand in line", async () => (await connections.asking.zcard(line!)) === 2);
    assert.equal((await queue.take())!.id, urgent);
    assert.equal((await queue.take())!.id, bulk);
  });

  it("a lost hold of which BullMQ knows nothing is found by the next repair, and the job is done", async () => {
    const { queue, connections, add } = await open("{unknown}", { repairMs: 100 });
    const id = await add("bird");
    await queue.take();
    await forget(connections, `{unknown}:*:job-${id}*`);
    const again = (await queue.take())!;
    assert.equal(again.id, id);
    assert.equal((await again.finish(generations.done)).state, "done");
  });

  it("a lost hold of a worker that no other one can follow is found by a process that only asks", async () => {
    const worker = await open("{followed}");
    const id = await worker.add("bird");
    await worker.queue.take();
    await worker.end();
    const { queue, connections } = await open("{followed}", { repairMs: 100 });
    await forget(connections, `{followed}:*:job-${id}:lock`);
    await waitUntil("it waits again", async () => (await queue.get(id))!.body.state === "queued");
    await waitUntil("it ends", async () => (await queue.endUnserved(() => false, 0)) === 1);
    assert.equal((await queue.get(id))!.body.problem!.code, "pack_unavailable");
  });

  it("a lost answer makes no command count twice", async () => {
    const { queue, connections, add } = await open("{twice}", {}, { startsMax: 2 });
    const id = await add("bird");
    // Each script is known to the server by then.
    await (await queue.take())!.putBack();
    const { working } = connections;
    const once = working.evalsha.bind(working) as (...args: unknown[]) => Promise<unknown>;
    // As ioredis sends again what had no answer when the connection was lost.
    working.evalsha = (async (...args: unknown[]) => {
      await once(...args);
      return once(...args);
    }) as never;
    const taken = (await queue.take())!;
    assert.equal(taken.id, id);
    await taken.putBack();
    const again = (await queue.take())!;
    assert.equal(again.id, id);
    assert.equal((await again.finish(generations.done)).state, "done");
  });

  it("a lost write ends nothing, and a job whose end is refused is another's and takes no place of its worker", async () => {
    const { queue, connections, add } = await open("{refused}", { lostCheckMs: 100 }, { isSlow: () => true });
    const id = await add("bird");
    const refused = (await queue.take())!;
    const { asking } = connections;
    await asking.config("SET", "min-replicas-to-write", "1");
    refused.report({ stage: generations.stage, completed: 1, total: 2 });
    await queue.flush();
    assert.equal(refused.signal.aborted, false, "a write that is refused is no loss of the hold");
    await assert.rejects(refused.finish(generations.done), /NOREPLICAS/);
    await asking.config("SET", "min-replicas-to-write", "0");
    await forget(connections, `{refused}:*:job-${id}:lock`);
    const again = (await queue.take())!;
    assert.equal(again.id, id);
    assert.equal((await again.finish(generations.done)).state, "done");
  });
});
