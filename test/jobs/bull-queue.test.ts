/** The queue of many processes against the conformance suite: one side asks, another works, each with connections of its own. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { BullQueue } from "../../server/jobs/bull/bull-queue.ts";
import { connect } from "../../server/jobs/bull/connection.ts";
import type { BullTimings } from "../../server/jobs/bull/options.ts";
import type { JobBody, JobQueue } from "../../server/jobs/job-queue.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { describeJobQueue, type QueueFactory } from "./job-queue.ts";
import { generations, type JobSample, trainings, upscales } from "./job-samples.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "./queue-server.ts";

/** No command is given up because other programs have the processors. */
const commandMs = 60_000;
/** Holds outlast every test, however slow the machine: where one is to end, its lock is deleted. */
const timings: BullTimings = {
  holdMs: 60_000,
  lostCheckMs: 100,
  lookMs: 100,
  reportMs: 20,
  progressMs: 20,
  repairMs: 60_000,
};

let server: QueueServer;
let count = 0;

function describeBullQueue<Body extends JobBody, Request>(sample: JobSample<Body, Request>): void {
  const create: QueueFactory<Body, Request> = async (bounds) => {
    const prefix = `{tau-${count++}}`;
    const forgotten: string[] = [];
    const ends: Array<() => Promise<void>> = [];
    /** One process. */
    const open = async () => {
      const connections = await connect(server.url, assert.ifError, commandMs);
      const queue = await BullQueue.open({
        ...{ now: Date.now, ...bounds, kind: sample.kind, connections, prefix, timings },
        onForgotten: (sha256) => forgotten.push(sha256),
        onError: assert.ifError,
      });
      return {
        queue,
        end: async () => {
          await queue.disconnect();
          connections.close();
        },
      };
    };
    const openBoth = async (): Promise<JobQueue<Body, Request>> => {
      const [asking, working] = [await open(), await open()];
      ends.push(asking.end, working.end);
      await working.queue.watch();
      return joined(asking.queue, working.queue);
    };
    const endAll = async () => {
      for (const end of ends.splice(0)) await end();
    };
    return {
      queue: await openBoth(),
      forgotten,
      // What the worker had waits again once that is found out.
      reopen: async () => {
        await endAll();
        await endHolds(prefix);
        const queue = await openBoth();
        const hasRunning = async () => (await queue.list({ limit: 100 })).jobs.some(({ state }) => state === "running");
        await waitUntil("that all wait again", async () => !(await hasRunning()));
        return queue;
      },
      dispose: endAll,
    };
  };
  // Goal C2.
  describeJobQueue(`${sample.kind.many} on BullMQ`, sample, create);
}

/** As if the time of every hold was over. */
async function endHolds(prefix: string): Promise<void> {
  const { asking, close } = await connect(server.url, assert.ifError, commandMs);
  for (const lock of await asking.keys(`${prefix}:*:lock`)) await asking.del(lock);
  close();
}

/** What the worker reported is read, whatever is read. */
function joined<Body extends JobBody, Request>(
  asking: BullQueue<Body, Request>,
  working: BullQueue<Body, Request>,
): JobQueue<Body, Request> {
  const flushed =
    <Args extends unknown[], T>(method: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await working.flush();
      return method.apply(asking, args);
    };
  return {
    durability: asking.durability,
    add: flushed(asking.add),
    replayOf: flushed(asking.replayOf),
    get: flushed(asking.get),
    list: flushed(asking.list),
    cancel: flushed(asking.cancel),
    star: flushed(asking.star),
    remove: flushed(asking.remove),
    needsUpload: flushed(asking.needsUpload),
    depth: flushed(asking.depth),
    subscribe: (...args) => asking.subscribe(...args),
    take: () => working.take(),
    close: async () => {
      await Promise.all([asking.close(), working.close()]);
    },
  };
}

describe("on a queue server", { skip: withoutQueueServer }, () => {
  before(async () => {
    server = await startQueueServer();
  });
  after(() => server.stop());
  describeBullQueue(generations);
  describeBullQueue(upscales);
  describeBullQueue(trainings);
});
