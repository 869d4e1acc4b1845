/** A team of threads: shares tasks out, hands faults on with their codes, replaces who is gone, ends after its work; and lanes. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { mapConcurrent } from "../../server/platform/map-concurrent.ts";
import { startThread } from "../../server/platform/processes/spawn.ts";
import { type Watch, WorkerPool } from "../../server/platform/processes/worker-pool.ts";
import { AppError } from "../../shared/problem.ts";
import type { Echo, EchoTask } from "../fixtures/processes/echo-thread.ts";

const ended = (cause: unknown): AppError => new AppError("internal", `a thread is gone (${String(cause)})`);
const makeTeam = (size: number, options?: { tasksEach: number; watch?: Watch }) =>
  new WorkerPool<EchoTask, Echo>(
    size,
    () => startThread("../test/fixtures/processes/echo-thread.js", "../test/fixtures/processes/echo-thread.ts", {}),
    ended,
    options,
  );
const echo = (value: number, afterMs = 0): EchoTask => ({ kind: "echo", values: Float32Array.of(value), afterMs });

describe("a team of threads", () => {
  const team = makeTeam(2);
  after(() => team.close());

  it("a team of threads does more tasks than it has members, each by one that is free", async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5].map((value) => team.run(echo(value, 5))));
    assert.deepEqual(
      answers.map(({ values }) => values[0]),
      [1, 2, 3, 4, 5],
    );
    assert.equal(new Set(answers.map(({ threadId }) => threadId)).size, 2);
  });

  it("a team of threads starts at once, or a member when a task needs it, and all when each is to open something", async () => {
    let started = 0;
    const start = () => {
      started += 1;
      return startThread("../test/fixtures/processes/echo-thread.js", "../test/fixtures/processes/echo-thread.ts", {});
    };
    const late = new WorkerPool<EchoTask, Echo>(3, start, ended, { startsLate: true });
    assert.equal(started, 0);
    for (const value of [1, 2]) await late.run(echo(value));
    assert.equal(started, 1);
    await late.openAll(echo(3));
    assert.equal(started, 3);
    await late.close();
    await new WorkerPool<EchoTask, Echo>(3, start, ended, { startsLate: true }).close();
    assert.equal(started, 3);
    await new WorkerPool<EchoTask, Echo>(3, start, ended).close();
    assert.equal(started, 6);
  });

  it("a team of threads takes buffers over without a copy where a task requests it", async () => {
    const task = echo(7) as Extract<EchoTask, { kind: "echo" }>;
    const { values } = await team.run(task, [task.values.buffer as ArrayBuffer]);
    assert.deepEqual([values[0], task.values.length], [7, 0]);
  });

  it("a team of threads hands a member's fault on with its code and field, and goes on", async () => {
    await assert.rejects(team.run({ kind: "fail" }), { code: "tensor_mismatch", detail: { field: "values" } });
    assert.equal((await team.run(echo(1))).values[0], 1);
  });

  it("a team of threads fails tasks whose member is gone, and has another in its place", async () => {
    const before = await Promise.all([team.run(echo(1, 20)), team.run(echo(2, 20))]);
    await assert.rejects(team.run({ kind: "exit" }), { code: "internal", message: /a thread is gone/ });
    const again = await Promise.all([team.run(echo(3, 20)), team.run(echo(4, 20))]);
    const [known, now] = [before, again].map((answers) => new Set(answers.map(({ threadId }) => threadId)));
    assert.equal(now!.size, 2);
    assert.equal([...now!].filter((id) => known!.has(id)).length, 1);
  });

  it("a team of threads ends a member that hangs, but none that answers, and has another in its place", async () => {
    const ends: number[] = [];
    const never = Number.POSITIVE_INFINITY;
    const watch = {
      beats: never,
      everyMs: 10,
      end: (member: Worker) => {
        ends.push(member.threadId);
        // A new member may take long to start.
        watch.beats = never;
        void member.terminate();
      },
    };
    const watched = makeTeam(1, { tasksEach: 2, watch });
    const before = await watched.run(echo(1));
    watch.beats = 20;
    const gone = { code: "internal", message: /a thread is gone/ };
    await Promise.all([
      assert.rejects(watched.run({ kind: "hang" }), gone),
      assert.rejects(watched.run(echo(2)), gone),
    ]);
    assert.deepEqual(ends, [before.threadId]);
    assert.equal((await watched.run(echo(3))).values[0], 3);
    await watched.close();
  });

  it("a team of threads gives a member that threw no other task, and says what it threw", async () => {
    const one = makeTeam(1);
    const [thrown, next] = [one.run({ kind: "throw" }), one.run(echo(8))];
    await assert.rejects(thrown, { code: "internal", message: /out of the blue/ });
    assert.equal((await next).values[0], 8);
    await one.close();
  });

  it("a team of threads gives a member as many tasks as it may have, to all in turn, and matches answers to tasks", async () => {
    const pair = makeTeam(2, { tasksEach: 2 });
    const answers = await Promise.all([1, 2, 3, 4, 5].map((value) => pair.run(echo(value, 2))));
    assert.deepEqual(
      answers.map(({ values }) => values[0]),
      [1, 2, 3, 4, 5],
    );
    const threads = answers.map(({ threadId }) => threadId);
    assert.notEqual(threads[0], threads[1]);
    // The third waited behind the first, the fourth behind the second, whichever was done sooner.
    assert.deepEqual(threads.slice(2, 4), threads.slice(0, 2));
    // Two more, given when nothing else is done, go to one member each.
    const [one, other] = await Promise.all([pair.run(echo(6, 2)), pair.run(echo(7, 2))]);
    assert.notEqual(one.threadId, other.threadId);
    await pair.close();
  });

  it("a team of threads reports a member's end for all tasks that it has", async () => {
    const one = makeTeam(1, { tasksEach: 2 });
    const before = await one.run(echo(1));
    const gone = { code: "internal", message: /a thread is gone/ };
    await Promise.all([assert.rejects(one.run({ kind: "exit" }), gone), assert.rejects(one.run(echo(2)), gone)]);
    const after = await Promise.all([one.run(echo(3)), one.run(echo(4))]);
    assert.deepEqual(
      after.map(({ values }) => values[0]),
      [3, 4],
    );
    assert.notEqual(after[0]!.threadId, before.threadId);
    await one.close();
  });

  it("a team of threads refuses what can't be sent, and goes on", async () => {
    const task = { ...echo(1), afterMs: (() => 1) as unknown as number } as EchoTask;
    await assert.rejects(team.run(task), { name: "DataCloneError" });
    assert.equal((await team.run(echo(9))).values[0], 9);
  });

  it("a team of threads that is terminated doesn't wait for what it is at", async () => {
    const stopped = makeTeam(1);
    await stopped.run(echo(1));
    const running = assert.rejects(stopped.run(echo(5, 600_000)), { code: "internal" });
    await stopped.terminate();
    await running;
    await assert.rejects(stopped.run(echo(6)), { code: "internal" });
  });

  it("a team of threads ends after what it is at, and takes nothing more", async () => {
    const closing = makeTeam(1);
    const running = closing.run(echo(5, 30));
    await closing.close();
    assert.equal((await running).values[0], 5);
    await assert.rejects(closing.run(echo(6)), { code: "internal" });
  });
});

describe("lanes", () => {
  it("lanes take items in order, so many at once and no more", async () => {
    const [begun, most] = [[] as number[], { now: 0, ever: 0 }];
    await mapConcurrent([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      begun.push(item);
      most.now += 1;
      most.ever = Math.max(most.ever, most.now);
      await new Promise((resolve) => setTimeout(resolve, 2));
      most.now -= 1;
    });
    assert.deepEqual(begun, [1, 2, 3, 4, 5, 6, 7]);
    assert.equal(most.ever, 3);
  });

  it("lanes take no more after a fault, and have all ended when it is thrown", async () => {
    const [begun, done] = [[] as number[], [] as number[]];
    const work = mapConcurrent([1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      await new Promise((resolve) => setTimeout(resolve, item === 1 ? 2 : 15));
      if (item === 1) throw new Error("broken");
      done.push(item);
    });
    await assert.rejects(work, { message: "broken" });
    assert.deepEqual([begun, done], [[1, 2], [2]]);
  });
});
