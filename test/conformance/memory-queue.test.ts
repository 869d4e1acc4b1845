/** The in-process queue against the conformance suite, with its history on disk. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { GenerationHistory } from "../../server/jobs/generation-history.ts";
import { MemoryQueue } from "../../server/jobs/memory-queue.ts";
import { ResolvedRequestSchema } from "../../shared/contract.ts";
import { describeJobQueue } from "./job-queue.ts";

describeJobQueue("memory, with history", async (options) => {
  const folder = await mkdtemp(join(tmpdir(), "tau-queue-"));
  const forgotten: string[] = [];
  const open = async (): Promise<MemoryQueue> => {
    const history = await GenerationHistory.open(folder);
    const records = await history.load((name) => {
      throw new Error(`broken record ${name}`);
    });
    return new MemoryQueue({
      ...options,
      now: Date.now,
      history,
      records,
      onForgotten: (sha256) => forgotten.push(sha256),
    });
  };
  return {
    queue: await open(),
    forgotten,
    reopen: open,
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
});

it("keeps the images of a record that could not be removed, and removes the record before its images", async () => {
  const order: string[] = [];
  let isBroken = true;
  const queue = new MemoryQueue({
    queueMax: 1,
    historyMax: 10,
    now: () => 1000,
    history: {
      save: async () => undefined,
      remove: async () => {
        order.push("record");
        if (isBroken) throw new Error("the disk is read-only");
      },
    },
    onHistoryError: () => order.push("error"),
    onForgotten: (sha256) => order.push(sha256),
  });
  const draw = async (sha256: string): Promise<string> => {
    const request = ResolvedRequestSchema.parse({ condition: { caption: "a" }, count: 1, seed: 1 });
    const { generation } = await queue.add({ request, packDigest: "p" });
    const job = (await queue.take())!;
    const about = { index: 0, seed: 1, logLikelihood: 0, natsPerDimension: 0, widthPx: 8, heightPx: 8 };
    job.addImage({ ...about, sha256, bytes: 1, path: "/0.png" });
    await job.finish({ state: "done", durationMs: 1 });
    return generation.id;
  };
  await queue.remove(await draw("first"));
  assert.deepEqual(order.splice(0), ["record", "error"]);
  isBroken = false;
  await queue.remove(await draw("second"));
  assert.deepEqual(order, ["record", "second"]);
});

describeJobQueue("memory alone", async (options) => {
  const forgotten: string[] = [];
  const queue = new MemoryQueue({ ...options, now: () => 1000, onForgotten: (sha256) => forgotten.push(sha256) });
  return { queue, forgotten, dispose: async () => undefined };
});
