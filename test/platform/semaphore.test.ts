/** The semaphore bounds what runs and waits, and lets the waiting tasks of different owners take turns. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createSemaphore, type Semaphore } from "../../server/platform/semaphore.ts";
import { AppError } from "../../shared/problem.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Tasks that run until they are ended. */
function createTasks(semaphore: Semaphore) {
  const begun: string[] = [];
  const ends: Array<() => void> = [];
  const refused: string[] = [];
  return {
    begun,
    refused,
    start: (name: string, owner?: string): void =>
      void semaphore(async () => {
        begun.push(name);
        await new Promise<void>((resolve) => ends.push(resolve));
      }, owner).catch((error: unknown) => {
        assert.ok(error instanceof AppError && error.code === "queue_full");
        refused.push(name);
      }),
    running: () => ends.length,
    /** Ends the running task that began first; what waits begins. */
    endOne: async (): Promise<void> => {
      ends.shift()!();
      await turn();
    },
  };
}

describe("a semaphore", () => {
  it("begins the waiting tasks of different owners in turns, those of one owner in their order", async () => {
    const tasks = createTasks(createSemaphore(1));
    for (const name of ["a1", "a2", "a3", "b1", "b2", "c1"]) tasks.start(name, name[0]);
    for (let index = 0; index < 6; index++) {
      await turn();
      await tasks.endOne();
    }
    assert.deepEqual(tasks.begun, ["a1", "a2", "b1", "c1", "a3", "b2"]);
  });

  it("refuses the newest of who has most when all places are taken, and else the task that comes", async () => {
    const tasks = createTasks(createSemaphore(1, 3));
    for (const name of ["a0", "a1", "a2", "a3", "a4"]) tasks.start(name, "a");
    await turn();
    assert.deepEqual(tasks.refused, ["a4"]);
    tasks.start("b1", "b");
    await turn();
    assert.deepEqual(tasks.refused, ["a4", "a3"]);
    // Two of a, one of b: b would then have as many as a.
    tasks.start("b2", "b");
    await turn();
    assert.deepEqual(tasks.refused, ["a4", "a3", "b2"]);
  });

  it("goes on after a task that fails", async () => {
    const semaphore = createSemaphore(1);
    const failed = semaphore(() => Promise.reject(new Error("broken")));
    const next = semaphore(async () => "next");
    await assert.rejects(failed, /broken/);
    assert.equal(await next, "next");
  });

  it("never runs more than it may, begins what is not refused once, and keeps all places taken while tasks wait", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 4 }),
        fc.array(fc.oneof(fc.constantFrom("a", "b", "c"), fc.constant("end")), { maxLength: 40 }),
        async (max, waitingMax, steps) => {
          const tasks = createTasks(createSemaphore(max, waitingMax));
          let requested = 0;
          let ended = 0;
          const end = async (): Promise<void> => {
            if (tasks.running() === 0) return;
            await tasks.endOne();
            ended++;
          };
          for (const step of steps) {
            if (step === "end") await end();
            else tasks.start(`${step}${requested++}`, step);
            await turn();
            const waiting = requested - tasks.refused.length - tasks.begun.length;
            assert.equal(tasks.running(), Math.min(max, requested - tasks.refused.length - ended));
            assert.ok(waiting >= 0 && waiting <= waitingMax);
          }
          while (tasks.running() > 0) await end();
          assert.equal(new Set(tasks.begun).size, tasks.begun.length);
          assert.equal(tasks.begun.length + tasks.refused.length, requested);
        },
      ),
      { seed: 27, numRuns: 60 },
    ));
});
