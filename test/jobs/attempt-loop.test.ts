/** Workers whose inference child is lost: jobs beside the one that loses it come to their end, and none runs while there is no child. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { generationKind } from "../../server/jobs/job-kinds.ts";
import { isFinal } from "../../server/jobs/job-queue.ts";
import { LocalQueue } from "../../server/jobs/local/local-queue.ts";
import { type Attempt, startWorker } from "../../server/jobs/work/attempt-loop.ts";
import { createSemaphore } from "../../server/platform/semaphore.ts";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { AppError } from "../../shared/problem.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { createGate } from "../http/small-inference.ts";
import { generations } from "./job-samples.ts";
import { MemoryStore } from "./memory-store.ts";

/** A child in miniature: it runs jobs side by side, and one that loses it takes all the others along. */
class FragileChild {
  ready: object | undefined = {};
  comesBack = true;
  readonly #running = new Set<(error: AppError) => void>();

  run(isPoison: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#running.add(reject);
      setTimeout(() => {
        if (isPoison) this.#lose();
        this.#running.delete(reject);
        resolve();
      }, 10);
    });
  }

  #lose(): void {
    this.ready = undefined;
    for (const reject of this.#running) reject(new AppError("inference_crashed", "the child ended"));
    this.#running.clear();
    setTimeout(() => {
      if (this.comesBack) this.ready = {};
    }, 30);
  }
}

type Work = (attempt: Attempt<Generation>) => Promise<void>;

const drawWith =
  (child: FragileChild): Work =>
  ({ job, infer }) =>
    infer(() => child.run(job.request.condition.caption === "poison"));

function start(child: { readonly ready: object | undefined }, work: Work, attemptDeadlineMs = 200) {
  const store = new MemoryStore<Generation>(generationKind);
  const queue = new LocalQueue({ kind: generationKind, store, queueMax: 99, historyMax: 99, now: Date.now });
  const worker = startWorker<Generation>(
    {
      queue,
      inference: child,
      results: { put: async () => "" },
      encodePng: async () => new Uint8Array(),
      imagePath: () => "",
      limits: { attemptsMax: 3, attemptDeadlineMs, jobsParallelMax: 8 },
      suspects: createSemaphore(1),
      log: { warn: () => undefined, error: assert.ifError },
    },
    work,
  );
  const add = async (caption: string) =>
    (await queue.add({ ...generations.facts, request: generations.requestOf(caption) })).body.id;
  const end = async (id: string): Promise<Generation> => {
    await waitUntil(`the end of ${id}`, async () => isFinal((await queue.get(id))!.body));
    return (await queue.get(id))!.body;
  };
  const stop = async () => {
    await queue.close();
    await worker.stop(1000);
  };
  return { queue, add, end, stop };
}

it("a job that loses the child again and again fails alone: the seven beside it, and those behind, end done", async () => {
  const child = new FragileChild();
  // No attempt is to fail for want of a processor.
  const { add, end, stop } = start(child, drawWith(child), 60_000);
  const ids = [];
  for (const caption of ["a", "b", "c", "poison", "d", "e", "f", "g", "h", "i", "j"]) ids.push(await add(caption));
  const states = [];
  for (const id of ids) states.push((await end(id)).state);
  assert.deepEqual(
    states,
    ids.map((_, index) => (index === 3 ? "failed" : "done")),
  );
  await stop();
});

it("without a child jobs wait in the line, longer than any deadline, and lose no attempt", async () => {
  const child = new FragileChild();
  child.ready = undefined;
  const { queue, add, end, stop } = start(child, drawWith(child));
  const id = await add("a");
  await sleep(400);
  assert.equal((await queue.get(id))!.body.state, "queued");
  child.ready = {};
  assert.equal((await end(id)).state, "done");
  await stop();
});

it("a job that lost the child waits for the next one without a deadline", async () => {
  const child = new FragileChild();
  child.comesBack = false;
  const { add, end, stop } = start(child, drawWith(child));
  const poison = await add("poison");
  const other = await add("a");
  await waitUntil("the child is lost", () => child.ready === undefined);
  // Longer than two deadlines.
  await sleep(500);
  child.comesBack = true;
  child.ready = {};
  assert.deepEqual([(await end(other)).state, (await end(poison)).problem?.code], ["done", "inference_crashed"]);
  await stop();
});

it("a job that waits inside the child for longer than an attempt's deadline is done", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const deadlineMs = 1000;
  const turn = createGate();
  const begun = createGate();
  const { add, end, stop } = start(
    { ready: {} },
    ({ infer }) => {
      const drawn = infer(() => turn.closed);
      begun.open();
      return drawn;
    },
    deadlineMs,
  );
  const id = await add("a");
  await begun.closed;
  t.mock.timers.tick(3 * deadlineMs);
  turn.open();
  t.mock.timers.reset();
  assert.equal((await end(id)).state, "done");
  await stop();
});

for (const [when, before] of [
  ["before", async () => undefined],
  ["after", async ({ infer }) => infer(async () => undefined)],
] satisfies [string, Work][])
  it(`work that never ends ${when} the child has drawn fails at an attempt's deadline, and the next job runs`, async () => {
    const { add, end, stop } = start({ ready: {} }, async (attempt) => {
      await before(attempt);
      if (attempt.job.request.condition.caption === "late") await new Promise(() => undefined);
    });
    const ids = [await add("late"), await add("next")];
    assert.equal((await end(ids[0]!)).problem?.code, "deadline_exceeded");
    assert.equal((await end(ids[1]!)).state, "done");
    await stop();
  });
