/** The in-process queue against the conformance suite, with its history on disk. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GenerationHistory } from "../../server/jobs/generation-history.ts";
import { MemoryQueue } from "../../server/jobs/memory-queue.ts";
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

describeJobQueue("memory alone", async (options) => {
  const forgotten: string[] = [];
  const queue = new MemoryQueue({ ...options, now: () => 1000, onForgotten: (sha256) => forgotten.push(sha256) });
  return { queue, forgotten, dispose: async () => undefined };
});
