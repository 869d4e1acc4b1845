/** The queue of one process against the conformance suite, for every kind of job, in memory alone and on SQLite. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import type { JobBody } from "../../server/jobs/job-queue.ts";
import { openJobDatabase } from "../../server/jobs/local/job-schema.ts";
import { LocalQueue } from "../../server/jobs/local/local-queue.ts";
import { Pace } from "../../server/jobs/local/pace.ts";
import { SqliteStore } from "../../server/jobs/local/sqlite-store.ts";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { describeJobQueue } from "./job-queue.ts";
import { generations, type JobSample, trainings, upscales } from "./job-samples.ts";
import { MemoryStore } from "./memory-store.ts";

/** A clock that only goes on: the computer's own may be set back while tests run, and then a job would end before it began. */
const steadyNow = (): number => Math.floor(performance.timeOrigin + performance.now());

function describeLocalQueue<Body extends JobBody, Request>(sample: JobSample<Body, Request>): void {
  const { kind } = sample;
  // Goal C2.
  describeJobQueue(`${kind.many} on SQLite`, sample, async (options) => {
    const folder = await mkdtemp(join(tmpdir(), "tau-queue-"));
    const forgotten: string[] = [];
    const onForgotten = (sha256: string) => forgotten.push(sha256);
    let database = openJobDatabase(folder);
    const open = () =>
      new LocalQueue({
        ...{ now: steadyNow, ...options, kind, onForgotten },
        store: new SqliteStore(database, kind),
        onStoreError: assert.ifError,
      });
    return {
      queue: open(),
      forgotten,
      reopen: async () => {
        await database.close();
        database = openJobDatabase(folder);
        return open();
      },
      dispose: async () => {
        await database.close();
        // SQLite removes files of its own beside, once its connections are collected.
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  });
  describeJobQueue(`${kind.many} in memory`, sample, async (options) => {
    const forgotten: string[] = [];
    const onForgotten = (sha256: string) => forgotten.push(sha256);
    const store = new MemoryStore<Body, Request>(kind);
    const queue = new LocalQueue({ ...{ now: () => 1000, ...options, kind }, store, onForgotten });
    return { queue, forgotten, dispose: async () => undefined };
  });
}

describeLocalQueue(generations);
describeLocalQueue(upscales);
describeLocalQueue(trainings);

/** A store whose writes fail while the disk is broken. */
function breakableStore() {
  const store = new MemoryStore(generations.kind);
  const broken = { isBroken: false };
  const guard = (): void => {
    if (broken.isBroken) throw new Error("the disk is read-only");
  };
  const { save, finish, remove } = store;
  store.save = (job) => {
    guard();
    save.call(store, job);
  };
  store.finish = (...args) => {
    guard();
    return finish.apply(store, args);
  };
  store.remove = (id) => {
    guard();
    return remove.call(store, id);
  };
  return { store, broken };
}

const requested = { ...generations.facts, request: generations.requestOf("a") };

it("keeps the images of a job that could not be removed", async () => {
  const forgotten: string[] = [];
  const { store, broken } = breakableStore();
  const queue = new LocalQueue({
    ...{ kind: generations.kind, store, queueMax: 1, historyMax: 10, now: () => 1000 },
    onForgotten: (sha256) => forgotten.push(sha256),
  });
  const { id } = (await queue.add(requested)).body;
  const job = (await queue.take())!;
  job.addImage(generations.imageOf!(0, "first"));
  await job.finish(generations.done);
  broken.isBroken = true;
  await assert.rejects(queue.remove(id), /read-only/);
  assert.deepEqual([forgotten, (await queue.get(id))!.body.state], [[], "done"]);
  broken.isBroken = false;
  assert.equal(await queue.remove(id), true);
  assert.deepEqual(forgotten, ["first"]);
});

it("accepts no job that could not be kept, and reports an end that could not be kept all the same", async () => {
  const errors: unknown[] = [];
  const { store, broken } = breakableStore();
  const queue = new LocalQueue({
    ...{ kind: generations.kind, store, queueMax: 1, historyMax: 10, now: () => 1000 },
    onStoreError: (error) => errors.push(error),
  });
  broken.isBroken = true;
  await assert.rejects(queue.add(requested), /read-only/);
  assert.deepEqual(await queue.depth(), { waiting: 0, running: 0 });
  broken.isBroken = false;
  const { id } = (await queue.add(requested)).body;
  const job = (await queue.take())!;
  broken.isBroken = true;
  assert.equal((await job.finish(generations.done)).state, "done");
  assert.equal((await queue.get(id))!.body.state, "done");
  assert.ok(errors.length > 0);
});

it("a job that a worker waits for begins with one write, which counts the start, and findings need none", async () => {
  const store = new MemoryStore(generations.kind);
  const { save } = store;
  const saved: [string, number][] = [];
  store.save = (job) => {
    saved.push([job.body.state, job.startCount]);
    save.call(store, job);
  };
  const queue = new LocalQueue({ kind: generations.kind, store, queueMax: 9, historyMax: 9, now: () => 1000 });
  const taken = queue.take();
  const { body } = await queue.add(requested);
  const job = (await taken)!;
  job.reportFindings({ outOfDistribution: [], namedLabels: ["red"] });
  assert.deepEqual([body.state, saved], ["queued", [["running", 1]]]);
  assert.deepEqual((job.body as Generation).namedLabels, ["red"]);
  await job.putBack();
  assert.deepEqual(saved.at(-1), ["queued", 0]);
});

it("a job that a worker waits for is in the worker's hands before it is written, and accepted after", async () => {
  const { store, broken } = breakableStore();
  const queue = new LocalQueue({ kind: generations.kind, store, queueMax: 9, historyMax: 9, now: () => 1000 });
  const idempotency = { key: "k", fingerprint: "f" };
  const heard: string[] = [];
  const { save } = store;
  store.save = (job) => {
    heard.push("written");
    save.call(store, job);
  };
  const add = () => queue.add({ ...requested, idempotency }).then(({ isNew }) => heard.push(isNew ? "new" : "known"));
  const taken = queue.take().then((job) => {
    heard.push("taken");
    return job!;
  });
  await Promise.all([add(), add()]);
  assert.deepEqual(heard, ["taken", "written", "new", "known"]);
  await (await taken).finish(generations.done);

  broken.isBroken = true;
  const next = queue.take();
  const another = { ...requested, idempotency: { key: "other", fingerprint: "f" } };
  const answers = await Promise.allSettled([queue.add(another), queue.add(another)]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  const job = (await next)!;
  assert.equal(job.signal.aborted, true);
  // So metrics count it among those that failed.
  const { state, problem } = await job.finish(generations.done);
  assert.deepEqual([state, problem?.code], ["failed", "internal"]);
  assert.deepEqual([await queue.get(job.id), await queue.depth()], [undefined, { waiting: 0, running: 0 }]);
});

it("jobs that are requested at once stand in the store in their order, so that pages of a search leave out none", async () => {
  const database = openJobDatabase(temporaryFolder("queue"));
  const store = new SqliteStore(database, generations.kind);
  const queue = new LocalQueue({ kind: generations.kind, store, queueMax: 9, historyMax: 9, now: () => 1000 });
  const taken = queue.take();
  const added = await Promise.all([queue.add(requested), queue.add(requested)]);
  const ids = added.map(({ body }) => body.id);
  assert.deepEqual(
    store.open().map(({ body }) => body.id),
    ids,
  );
  assert.equal((await taken)!.id, ids[0]);
  const q = added[0]!.body.request.condition.caption!;
  const { jobs, nextBefore } = await queue.list({ q, limit: 1 });
  const rest = await queue.list({ q, limit: 1, before: nextBefore! });
  assert.deepEqual(
    [...jobs, ...rest.jobs].map(({ id }) => id),
    ids.toReversed(),
  );
  database.close();
});

/** A queue with a job that ended while the disk was broken, in the hands of its worker until `finish` or not at all. */
async function endUnsaved() {
  const { store, broken } = breakableStore();
  const forgotten: string[] = [];
  const queue = new LocalQueue({
    ...{ kind: generations.kind, store, queueMax: 9, historyMax: 10, now: () => 1000 },
    onForgotten: (sha256) => forgotten.push(sha256),
  });
  const { id } = (await queue.add(requested)).body;
  const job = (await queue.take())!;
  job.addImage(generations.imageOf!(0, "first"));
  broken.isBroken = true;
  const end = () => job.finish(generations.done);
  return { store, broken, forgotten, queue, id, job, end };
}

it("an end that the disk had no room for is kept with the next end that is", async () => {
  const { store, broken, queue, id, end } = await endUnsaved();
  await end();
  assert.equal(store.get(id)!.body.state, "running");
  broken.isBroken = false;
  await queue.add(requested);
  await (await queue.take())!.finish(generations.done);
  assert.equal(store.get(id)!.body.state, "done");
});

it("an end that the disk had no room for is kept when the queue closes", async () => {
  const { store, broken, queue, id, end } = await endUnsaved();
  await end();
  broken.isBroken = false;
  await queue.close();
  assert.equal(store.get(id)!.body.state, "done");
});

it("a star on a job whose end is not kept is kept with it", async () => {
  const { store, broken, queue, id, end } = await endUnsaved();
  await end();
  const starred = (await queue.star(id, true))!;
  assert.deepEqual([starred.state, starred.isStarred], ["done", true]);
  broken.isBroken = false;
  assert.deepEqual((await queue.star(id, true))!.state, "done");
  assert.equal((await queue.get(id))!.body.images!.length, 1);
  await queue.close();
  const { body } = store.get(id)!;
  assert.deepEqual([body.state, body.isStarred], ["done", true]);
});

it("a star on a job that was cancelled while its worker has it is kept", async () => {
  const { store, broken, queue, id, end } = await endUnsaved();
  broken.isBroken = false;
  await queue.cancel(id);
  assert.equal((await queue.star(id, true))!.isStarred, true);
  assert.equal((await queue.get(id))!.body.isStarred, true);
  await end();
  assert.deepEqual([store.get(id)!.body.state, store.get(id)!.body.isStarred], ["cancelled", true]);
});

it("a job that was deleted while its end was not kept never comes back, and its image goes", async () => {
  const { store, broken, forgotten, queue, id, end } = await endUnsaved();
  await end();
  broken.isBroken = false;
  assert.equal(await queue.remove(id), true);
  assert.deepEqual([await queue.get(id), forgotten], [undefined, ["first"]]);
  await queue.close();
  assert.equal(store.get(id), undefined);
});

it("a job that was cancelled and deleted while its worker had it never comes back", async () => {
  const { store, broken, queue, id, end } = await endUnsaved();
  await queue.cancel(id);
  broken.isBroken = false;
  assert.equal(await queue.remove(id), true);
  await end();
  await queue.close();
  assert.deepEqual([store.get(id), await queue.get(id)], [undefined, undefined]);
});

it("who follows a job that ended while its worker still has it gets its end", async () => {
  const { broken, queue, id, end } = await endUnsaved();
  broken.isBroken = false;
  await queue.cancel(id);
  const ended = new Promise<string>((resolve) => {
    queue.subscribe(id, (now) => resolve(now!.body.state));
  });
  assert.equal(await Promise.race([ended, new Promise(setImmediate)]), "cancelled");
  await end();
});

it("ends a job with which three processes died, and starts no other of them again in vain", async () => {
  const folder = temporaryFolder("queue");
  /** A process that takes `count` jobs and dies. */
  const live = async (count: number) => {
    const database = openJobDatabase(folder);
    const store = new SqliteStore(database, generations.kind);
    const queue = new LocalQueue({ kind: generations.kind, store, queueMax: 9, historyMax: 10, now: steadyNow });
    if ((await queue.list({ limit: 1 })).jobs.length === 0) for (const _ of [1, 2]) await queue.add(requested);
    for (let taken = 0; taken < count; taken++) await queue.take();
    await new Promise(setImmediate);
    const { jobs } = await queue.list({ limit: 10 });
    await database.close();
    return jobs.reverse();
  };
  for (const _ of [1, 2, 3]) assert.equal((await live(1))[0]!.state, "running");
  const [poison, other] = await live(0);
  assert.deepEqual([poison!.state, poison!.problem?.code], ["failed", "inference_crashed"]);
  assert.equal(other!.state, "queued");
});

it("counts no start of a job that was put back", async () => {
  const store = new MemoryStore(generations.kind);
  const queue = new LocalQueue({ kind: generations.kind, store, queueMax: 9, historyMax: 10, now: steadyNow });
  const { id } = (await queue.add(requested)).body;
  for (let turn = 0; turn < 5; turn++) await (await queue.take())!.putBack();
  assert.equal(store.get(id)!.startCount, 0);
});

it("slow jobs take only some of the workers, and quick ones overtake those that wait", async () => {
  const store = new MemoryStore<Generation>(generations.kind);
  const bounds = { queueMax: 9, historyMax: 10, slowParallelMax: 2 };
  const queue = new LocalQueue({ ...bounds, kind: generations.kind, store, now: steadyNow });
  const add = async (upscale?: 2) => {
    const request = { ...generations.requestOf("a"), ...(upscale && { upscale }) };
    return (await queue.add({ ...generations.facts, request })).body.id;
  };
  const slow = [await add(2), await add(2), await add(2)];
  const quick = await add();
  const jobs = [await queue.take(), await queue.take(), await queue.take()];
  const idle = queue.take();
  assert.deepEqual(
    jobs.map((job) => job!.id),
    [slow[0], slow[1], quick],
  );
  assert.deepEqual(await queue.depth(), { waiting: 1, running: 3 });
  await jobs[0]!.finish(generations.done);
  assert.equal((await idle)!.id, slow[2]);
});

it("a refusal says when the waiting jobs will have begun, by how long jobs take", () => {
  let nowMs = 0;
  const pace = new Pace(() => nowMs);
  assert.equal(pace.secondsFor(200, 8), undefined, "nothing is known yet");
  for (let index = 0; index < 3; index++) {
    pace.begin(`${index}`);
    nowMs += 2000;
    pace.end(`${index}`);
  }
  assert.deepEqual([pace.secondsFor(200, 8), pace.secondsFor(10, 1), pace.secondsFor(1, 8)], [50, 20, 1]);
  pace.begin("long");
  nowMs += 10_000_000;
  pace.end("long");
  assert.equal(pace.secondsFor(200, 1), 600);
});
