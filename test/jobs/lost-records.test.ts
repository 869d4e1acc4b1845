/** A queue server that comes back without its data: who follows a job, or waits for a call, hears of it. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { BullQueue } from "../../server/jobs/bull/bull-queue.ts";
import { call, callKind } from "../../server/jobs/bull/calls.ts";
import { connect } from "../../server/jobs/bull/connection.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { generations } from "./job-samples.ts";
import { startQueueServer, withoutQueueServer } from "./queue-server.ts";

const timings = { holdMs: 60_000, lostCheckMs: 100, lookMs: 100, reportMs: 20, progressMs: 20, repairMs: 60_000 };

it("a queue server that lost its data tells followers of jobs that these are gone, and calls fail", {
  skip: withoutQueueServer,
  timeout: 60_000,
}, async () => {
  const server = await startQueueServer();
  const connections = await connect(server.url, () => undefined, 60_000);
  const about = {
    ...{ connections, prefix: "{lost}", now: Date.now, timings },
    ...{ queueMax: 10, historyMax: 10, onError: () => undefined },
  };
  const queue = await BullQueue.open({ ...about, kind: generations.kind });
  const calls = await BullQueue.open({ ...about, kind: callKind });
  try {
    const { body } = await queue.add({ request: generations.requestOf("bird"), ...generations.facts } as never);
    const seen: Array<string | undefined> = [];
    queue.subscribe(body.id, (now) => seen.push(now?.body.state));
    const request = { name: "invert", with: {} } as const;
    const asked = call(calls, { request, packDigest: "a".repeat(64) }, new AbortController().signal);
    const hasFailed = assert.rejects(asked, { code: "queue_unavailable" });
    await waitUntil("both wait", async () => seen.length > 0 && (await calls.depth()).waiting > 0);
    await server.restart();
    await hasFailed;
    await waitUntil("the follower hears of the loss", () => seen.length === 2);
    assert.deepEqual(seen, ["queued", undefined]);
  } finally {
    await queue.disconnect();
    await calls.disconnect();
    connections.close();
    await server.stop();
  }
});
