/** A queue server whose memory is full: what comes is refused, and what runs ends all the same. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { BullQueue } from "../../server/jobs/bull/bull-queue.ts";
import { connect } from "../../server/jobs/bull/connection.ts";
import { AppError } from "../../shared/problem.ts";
import { generations } from "./job-samples.ts";
import { startQueueServer, withoutQueueServer } from "./queue-server.ts";

const timings = { holdMs: 60_000, lostCheckMs: 100, lookMs: 100, reportMs: 20, progressMs: 20, repairMs: 60_000 };

it("a queue server without room refuses jobs as storage_full, and a job that runs reports on and ends", {
  skip: withoutQueueServer,
}, async () => {
  const server = await startQueueServer();
  const connections = await connect(server.url, assert.ifError, 60_000);
  const queue = await BullQueue.open({
    ...{ kind: generations.kind, connections, prefix: "{full}", now: Date.now, timings },
    ...{ queueMax: 10, historyMax: 10, onError: () => undefined },
  });
  const asking = { request: generations.requestOf("bird"), ...generations.facts } as never;
  try {
    const { body } = await queue.add(asking);
    const job = (await queue.take())!;
    assert.equal(job.id, body.id);
    await connections.asking.config("SET", "maxmemory", "1");
    await assert.rejects(queue.add(asking), (error) => error instanceof AppError && error.code === "storage_full");
    job.report({ stage: generations.stage, completed: 0 });
    await queue.flush();
    assert.equal(job.signal.aborted, false);
    assert.equal((await job.finish(generations.done)).state, "done");
    assert.equal((await queue.get(body.id))!.body.state, "done");
    await connections.asking.config("SET", "maxmemory", "0");
    assert.equal((await queue.add(asking)).isNew, true);
  } finally {
    await queue.disconnect();
    connections.close();
    await server.stop();
  }
});
