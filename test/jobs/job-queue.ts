/**
 * What every job queue must do, whoever implements it and for every kind of job: an adapter's test calls this with a sample of the
 * kind and a factory. Only the port is used.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, JobBody, JobQuery, JobQueue, ProgressReport, Snapshot } from "../../server/jobs/job-queue.ts";
import { AppError, type ProblemCode, toProblem } from "../../shared/problem.ts";
import type { JobSample } from "./job-samples.ts";

export interface QueueFixture<Body extends JobBody, Request> {
  readonly queue: JobQueue<Body, Request>;
  /** Digests whose bytes may go. */
  readonly forgotten: readonly string[];
  /** The same queue after its process ended and began again; undefined where nothing is kept. */
  reopen?(): Promise<JobQueue<Body, Request>>;
  dispose(): Promise<void>;
}
export type QueueFactory<Body extends JobBody, Request> = (options: {
  readonly queueMax: number;
  readonly historyMax: number;
  readonly historyMaxBytes?: number;
  readonly historyMaxAgeMs?: number;
  readonly now?: () => number;
}) => Promise<QueueFixture<Body, Request>>;

/** What other processes say arrives a moment later. */
async function until(isIt: () => boolean): Promise<void> {
  for (let turn = 0; turn < 3000 && !isIt(); turn++) await sleep(turn === 0 ? 0 : 10);
  assert.ok(isIt(), `expected within 30 s: ${isIt}`);
}

const fails = (code: ProblemCode) => (error: unknown) => error instanceof AppError && error.code === code;

export function describeJobQueue<Body extends JobBody, Request>(
  name: string,
  sample: JobSample<Body, Request>,
  create: QueueFactory<Body, Request>,
): void {
  const { facts, stage, done, requestOf, imageOf } = sample;
  type Queue = JobQueue<Body, Request>;
  /** Adds an image where the kind makes any. */
  const addImage = (job: Job<Body, Request>, index: number, sha256: string): void => {
    if (imageOf) job.addImage(imageOf(index, sha256));
  };
  /** What is expected of images, where the kind makes any. */
  const ofImages = <T>(expected: T[]): T[] => (imageOf ? expected : []);
  const test = (
    title: string,
    run: (fixture: QueueFixture<Body, Request>) => Promise<void>,
    max: Parameters<QueueFactory<Body, Request>>[0] = { queueMax: 10, historyMax: 10 },
  ): void => {
    it(title, async () => {
      const fixture = await create(max);
      try {
        await run(fixture);
      } finally {
        await fixture.queue.close();
        await fixture.dispose();
      }
    });
  };
  const add = async (queue: Queue, caption: string, count = 1): Promise<string> =>
    (await queue.add({ ...facts, request: requestOf(caption, count) })).body.id;
  const take = async (queue: Queue): Promise<Job<Body, Request>> => (await queue.take())!;
  /** A job to its end, with an image of 10 bytes of each digest. */
  const make = async (queue: Queue, ...digests: string[]): Promise<string> => {
    const id = await add(queue, "bird", digests.length);
    const job = await take(queue);
    for (const [index, sha256] of digests.entries()) addImage(job, index, sha256);
    await job.finish(done);
    return id;
  };
  const idsOf = async (queue: Queue, query: Partial<JobQuery>): Promise<string[]> =>
    (await queue.list({ limit: 10, ...query })).jobs.map(({ id }) => id);
  const idsIn = (queue: Queue): Promise<string[]> => idsOf(queue, {});
  const findingsOf = async (queue: Queue, id: string): Promise<unknown> => {
    const body = (await queue.get(id))!.body;
    return Object.fromEntries(Object.keys(sample.found).map((field) => [field, body[field as keyof Body]]));
  };

  describe(`job queue: ${name}`, () => {
    test("hands jobs out oldest first, each once, also to workers that came before the jobs", async ({ queue }) => {
      const early = queue.take();
      const a = await add(queue, "a");
      const [b, c] = [await add(queue, "b"), await add(queue, "c")];
      const jobs = [await early, await queue.take(), await queue.take()];
      assert.deepEqual(
        jobs.map((job) => job!.id),
        [a, b, c],
      );
      assert.ok(a < b && b < c, "ids sort by age");
      assert.deepEqual(await queue.depth(), { waiting: 0, running: 3 });
      for (const job of jobs) await job!.finish(done);
      assert.deepEqual(await queue.depth(), { waiting: 0, running: 0 });
    });

    test("has owners take turns, however many jobs one of them has waiting, and bulk jobs wait for all others", async (fixture) => {
      const { queue } = fixture;
      const ask = async (owner: string | undefined, name: string, urgency?: "bulk") =>
        (await queue.add({ ...facts, request: requestOf(name), owner, urgency })).body.id;
      const bulk = await ask("a", "bulk", "bulk");
      const flood = [await ask("a", "a1"), await ask("a", "a2"), await ask("a", "a3"), await ask("a", "a4")];
      const b = await ask("b", "b1");
      const bodies = await Promise.all([...flood, b, bulk].map(async (id) => (await queue.get(id))!.body));
      assert.deepEqual(
        bodies.map(({ progress }) => progress.position),
        [0, 2, 3, 4, 1, 5],
      );
      const first = await take(queue);
      const c = await ask("c", "c1");
      const order = [first.id];
      for (let index = 0; index < 6; index++) {
        const job = await take(queue);
        order.push(job.id);
        await job.finish(done);
      }
      assert.deepEqual(order, [flood[0], b, c, flood[1], flood[2], flood[3], bulk]);
      await first.finish(done);
    });

    test("gives an owner with a larger share more turns", async ({ queue }) => {
      const ask = async (owner: string, name: string, share: number) =>
        (await queue.add({ ...facts, request: requestOf(name), owner, share })).body.id;
      const names = new Map<string, string>();
      for (let index = 0; index < 4; index++) names.set(await ask("large", `l${index}`, 2), "large");
      for (let index = 0; index < 4; index++) names.set(await ask("small", `s${index}`, 1), "small");
      const order: string[] = [];
      for (let index = 0; index < 6; index++) {
        const job = await take(queue);
        order.push(names.get(job.id)!);
        await job.finish(done);
      }
      assert.deepEqual(order, ["large", "small", "large", "large", "small", "large"]);
    });

    test("reports the position of waiting jobs, which falls as others go", async ({ queue }) => {
      const [a, b, c] = [await add(queue, "a"), await add(queue, "b"), await add(queue, "c")];
      const positions = async () =>
        Promise.all([a, b, c].map(async (id) => (await queue.get(id))!.body.progress.position));
      assert.deepEqual(await positions(), [0, 1, 2]);
      await queue.cancel(a);
      assert.deepEqual(await positions(), [undefined, 0, 1]);
      const seen: Snapshot<Body>[] = [];
      queue.subscribe(c, (snapshot) => seen.push(snapshot!));
      await (await take(queue)).finish(done);
      await until(() => seen.at(-1)?.body.progress.position === 0);
    });

    test("walks a job from queued to done with revisions that grow", async ({ queue }) => {
      const id = await add(queue, "bird", 2);
      const seen: Snapshot<Body>[] = [(await queue.get(id))!];
      const unsubscribe = queue.subscribe(id, (snapshot) => seen.push(snapshot!), seen[0]!.revision);
      const job = await take(queue);
      job.beginAttempt();
      job.report({ stage, completed: 1, total: 2 } as ProgressReport<Body>);
      addImage(job, 1, "bb");
      addImage(job, 0, "aa");
      job.report({ stage, completed: 2 } as ProgressReport<Body>);
      const ended = await job.finish(done);
      assert.equal(ended.state, "done");
      assert.deepEqual(
        (ended.images ?? []).map(({ index }) => index),
        ofImages([0, 1]),
      );
      assert.deepEqual(ended.progress, { stage: "finished", completed: 2, total: 2 });
      assert.deepEqual({ ...ended, ...facts }, ended);
      assert.ok(ended.finishedAt! >= ended.createdAt);
      assert.deepEqual((await queue.get(id))!.body, ended);
      await until(() => seen.at(-1)!.body.state === "done");
      assert.deepEqual(seen.at(-1)!.body, ended);
      assert.ok(seen.every(({ revision }, i) => i === 0 || revision > seen[i - 1]!.revision));
      assert.equal(seen[0]!.body.state, "queued", "an earlier snapshot never changes");
      unsubscribe();
    });

    test("forgets the images of an attempt when the next begins", async ({ queue }) => {
      const id = await add(queue, "bird", 2);
      const job = await take(queue);
      job.beginAttempt();
      addImage(job, 0, "aa");
      job.beginAttempt();
      const { body } = (await queue.get(id))!;
      assert.deepEqual([body.images ?? [], body.progress.completed, body.state], [[], 0, "running"]);
      await job.finish(done);
    });

    test("lets the first finisher win, and then every method is without effect", async ({ queue }) => {
      const id = await add(queue, "bird");
      const job = await take(queue);
      const cancelled = await queue.cancel(id);
      assert.equal(cancelled!.state, "cancelled");
      await until(() => job.signal.aborted);
      addImage(job, 0, "aa");
      job.report({ stage, completed: 1, total: 1 } as ProgressReport<Body>);
      job.reportFindings(sample.found);
      assert.equal((await job.finish(done)).state, "cancelled");
      assert.deepEqual((await queue.get(id))!.body, cancelled);
      assert.equal((await queue.cancel(id))!.state, "cancelled");
      assert.deepEqual(await queue.depth(), { waiting: 0, running: 0 });
    });

    test("never hands out a job that was cancelled while it waited", async ({ queue }) => {
      const [a, b] = [await add(queue, "a"), await add(queue, "b")];
      await queue.cancel(a);
      assert.equal((await take(queue)).id, b);
      assert.equal(await queue.cancel("unknown"), undefined);
    });

    test("keeps the problem of a failed job and none of its images", async ({ queue }) => {
      const id = await add(queue, "bird", 2);
      const job = await take(queue);
      addImage(job, 0, "aa");
      const problem = toProblem(new AppError("inference_crashed", "expected a child, got none"));
      await job.finish({ state: "failed", problem, durationMs: 3 });
      const { body } = (await queue.get(id))!;
      assert.deepEqual([body.state, body.problem, body.images ?? []], ["failed", problem, []]);
    });

    test("gives one job for a hundred parallel adds of one key, and refuses another request", async ({ queue }) => {
      const input = { ...facts, request: requestOf("bird"), idempotency: { key: "k", fingerprint: "f" } };
      const answers = await Promise.all(Array.from({ length: 100 }, () => queue.add(input)));
      assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
      assert.equal(answers.filter(({ isNew }) => isNew).length, 1);
      await assert.rejects(
        queue.add({ ...input, idempotency: { key: "k", fingerprint: "g" } }),
        fails("idempotency_conflict"),
      );
      const job = await take(queue);
      await job.finish(done);
      assert.equal((await queue.add(input)).body.state, "done", "a key answers also after the end");
      await queue.remove(job.id);
      assert.equal((await queue.add(input)).isNew, true, "a deleted job frees its key");
    });

    test(
      "refuses more waiting jobs than its limit, whatever runs",
      async ({ queue }) => {
        await add(queue, "a");
        const job = await take(queue);
        await add(queue, "b");
        await add(queue, "c");
        await assert.rejects(add(queue, "d"), fails("queue_full"));
        await queue.cancel((await queue.list({ limit: 1 })).jobs[0]!.id);
        await add(queue, "d");
        await job.finish(done);
      },
      { queueMax: 2, historyMax: 10 },
    );

    test("lists newest first, and pages by id", async ({ queue }) => {
      const ids = [await add(queue, "a"), await add(queue, "b"), await add(queue, "c")];
      assert.deepEqual(await idsIn(queue), [...ids].reverse());
      const page = await queue.list({ limit: 2 });
      assert.equal(page.nextBefore, ids[1]);
      const rest = await queue.list({ limit: 2, before: page.nextBefore! });
      assert.deepEqual([rest.jobs.map(({ id }) => id), rest.nextBefore], [[ids[0]], undefined]);
    });

    test("lists the jobs of one owner alone, and says whose a job is", async ({ queue }) => {
      const ask = async (owner: string, name: string) =>
        (await queue.add({ ...facts, request: requestOf(name), owner })).body.id;
      const [a, b, c] = [await ask("a", "a1"), await ask("b", "b1"), await ask("a", "a2")];
      assert.deepEqual(await idsOf(queue, { owner: "a" }), [c, a]);
      assert.deepEqual(await idsOf(queue, { owner: "a", before: c }), [a]);
      await queue.star(a, true);
      assert.deepEqual(await idsOf(queue, { owner: "a", starred: true }), [a]);
      assert.deepEqual([await idsOf(queue, { owner: "c" }), (await queue.get(b))!.body.owner], [[], "b"]);
    });

    if (sample.isSearched)
      test("searches texts by words, whatever their case and order", async ({ queue }) => {
        const ids: string[] = [];
        for (const caption of ["red bird", "blue bird", "Red Car"]) ids.push(await add(queue, caption));
        const found = (q: string) => idsOf(queue, { q });
        assert.deepEqual(await found("RED"), [ids[2], ids[0]]);
        assert.deepEqual(await found("bird red"), [ids[0]]);
        assert.deepEqual(await found("lue"), [ids[1]], "a part of a word");
        assert.deepEqual(await found("b ir"), [ids[1], ids[0]], "parts too short for an index");
        assert.deepEqual(await found('"'), []);
        assert.deepEqual(await found("red OR car"), []);
        assert.deepEqual((await queue.list({ limit: 1, q: "red" })).nextBefore, ids[2]);
        assert.deepEqual((await queue.list({ limit: 1, q: "red", before: ids[2]! })).jobs[0]!.id, ids[0]);
      });

    const { labelled } = sample;
    if (labelled)
      test("finds a job by its label and the label's title, also beside others that have neither", async ({
        queue,
      }) => {
        await add(queue, "red bird");
        const { id } = (await queue.add(labelled)).body;
        for (const q of ["fire", "ENGINE fire", "n03345487"]) assert.deepEqual(await idsOf(queue, { q }), [id], q);
        const { labelTitle: _, ...untitled } = labelled as typeof labelled & { readonly labelTitle?: string };
        const former = (await queue.add(untitled as typeof labelled)).body;
        assert.deepEqual(await idsOf(queue, { q: "n03345487" }), [former.id, id]);
        assert.deepEqual(await idsOf(queue, { q: "null" }), []);
      });

    test("removes finished jobs only, and forgets bytes that no other job names or reserves", async ({
      queue,
      forgotten,
    }) => {
      const [a, b, c] = [await add(queue, "a", 2), await add(queue, "b"), await add(queue, "c")];
      assert.equal(await queue.remove(a), false);
      const [first, second, third] = [await take(queue), await take(queue), await take(queue)];
      addImage(first, 0, "shared");
      addImage(first, 1, "own");
      addImage(second, 0, "shared");
      await first.finish(done);
      await second.finish(done);
      assert.equal(await queue.remove(a), true);
      assert.equal(await queue.get(a), undefined);
      assert.deepEqual(forgotten, ofImages(["own"]));
      if (imageOf) third.reserve("shared");
      assert.equal(await queue.remove(b), true);
      assert.deepEqual(forgotten, ofImages(["own"]), "reserved bytes stay");
      await queue.cancel(c);
      await third.finish(done);
      assert.deepEqual(forgotten, ofImages(["own", "shared"]));
      assert.equal(await queue.remove("unknown"), false);
    });

    test(
      "keeps only so many finished jobs, the newest",
      async ({ queue, forgotten }) => {
        const ids = [await make(queue, "a"), await make(queue, "b"), await make(queue, "c")];
        assert.deepEqual(await idsIn(queue), [ids[2], ids[1]]);
        assert.deepEqual(forgotten, ofImages(["a"]));
      },
      { queueMax: 10, historyMax: 2 },
    );

    test(
      "keeps the job that ended last, though it is older than one that ended before",
      async ({ queue }) => {
        const [a] = [await add(queue, "a"), await add(queue, "b")];
        const [first, second] = [await take(queue), await take(queue)];
        await second.finish(done);
        await first.finish(done);
        assert.deepEqual(await idsIn(queue), [a]);
      },
      { queueMax: 10, historyMax: 1 },
    );

    if (imageOf)
      test(
        "keeps finished jobs with only so many bytes of images, the newest, and the latest whatever it has",
        async ({ queue, forgotten }) => {
          const small = [await make(queue, "a"), await make(queue, "b"), await make(queue, "b", "c")];
          assert.deepEqual(await idsIn(queue), [...small].reverse(), "shared bytes count once");
          const next = await make(queue, "d");
          assert.deepEqual([await idsIn(queue), forgotten], [[next, small[2], small[1]], ["a"]]);
          const large = await make(queue, "e", "f", "g", "h");
          assert.deepEqual([await idsIn(queue), [...forgotten].sort()], [[large], ["a", "b", "c", "d"]]);
          const last = await make(queue, "i");
          assert.deepEqual(await idsIn(queue), [last]);
        },
        { queueMax: 10, historyMax: 10, historyMaxBytes: 30 },
      );

    test("needs the uploads that waiting and running jobs name, wherever they name them", async ({ queue }) => {
      const { request, digests } = sample.uploads;
      const needed = () => Promise.all(digests.map((digest) => queue.needsUpload(digest)));
      const all = (isNeeded: boolean) => digests.map(() => isNeeded);
      assert.deepEqual(await needed(), all(false));
      await queue.add({ ...facts, request });
      assert.deepEqual(await needed(), all(true));
      const job = await take(queue);
      assert.deepEqual(await needed(), all(true));
      await job.finish(done);
      assert.deepEqual(await needed(), all(false));
    });

    test("records what was found besides images, anew in each attempt", async ({ queue }) => {
      const id = await add(queue, "a");
      const nothing = await findingsOf(queue, id);
      const job = await take(queue);
      job.reportFindings(sample.found);
      assert.deepEqual(await findingsOf(queue, id), sample.found);
      job.beginAttempt();
      assert.deepEqual(await findingsOf(queue, id), sample.isFoundOnce ? sample.found : nothing);
      job.reportFindings(sample.found);
      await job.finish(done);
      assert.deepEqual(await findingsOf(queue, id), sample.found);
    });

    test("refuses work once closed, ends waiting workers, and lets running jobs finish", async ({ queue }) => {
      const running = await add(queue, "a");
      const job = await take(queue);
      const waiting = await add(queue, "b");
      await queue.close();
      await assert.rejects(add(queue, "c"), fails("shutting_down"));
      assert.equal(await queue.take(), undefined);
      if (queue.durability === "memory") {
        const { body } = (await queue.get(waiting))!;
        assert.deepEqual([body.state, body.problem?.code], ["failed", "shutting_down"]);
      }
      await job.finish(done);
      assert.equal((await queue.get(running))!.body.state, "done");
    });

    test("has its finished jobs, their keys and their revisions again after a restart", async (fixture) => {
      if (!fixture.reopen) return;
      const { queue } = fixture;
      const input = { ...facts, request: requestOf("bird"), idempotency: { key: "k", fingerprint: "f" } };
      const { body } = await queue.add(input);
      const job = await take(queue);
      addImage(job, 0, "aa");
      await job.finish(done);
      const before = await queue.get(body.id);
      await queue.close();
      const again = await fixture.reopen();
      assert.deepEqual(await again.get(body.id), before);
      assert.equal((await again.add(input)).isNew, false);
      assert.ok((await add(again, "next")) > body.id);
      await again.close();
    });

    test("ends no job that commits by a cancel, which waits for what becomes of it", async ({ queue }) => {
      const id = await add(queue, "a");
      const job = await take(queue);
      assert.equal(await job.beginCommit(), true);
      let answer: Body | undefined;
      const cancelling = queue.cancel(id).then((body) => {
        answer = body;
      });
      await new Promise(setImmediate);
      assert.deepEqual([answer, job.signal.aborted], [undefined, false]);
      await job.finish(done);
      await cancelling;
      assert.equal(answer!.state, "done");
    });

    test("lets a cancel end a job whose commit was rolled back", async ({ queue }) => {
      const id = await add(queue, "a");
      const job = await take(queue);
      assert.equal(await job.beginCommit(), true);
      const cancelling = queue.cancel(id);
      job.rollBackCommit();
      assert.equal((await cancelling)!.state, "cancelled");
      await until(() => job.signal.aborted);
      assert.equal(await job.beginCommit(), false);
      await job.finish(done);
    });

    test("hands a job out again that was put back, with its request and before younger ones", async ({ queue }) => {
      const [a, b] = [await add(queue, "a", 2), await add(queue, "b")];
      const first = await take(queue);
      first.report({ stage, completed: 1, total: 2 } as ProgressReport<Body>);
      await first.putBack();
      const { body, revision } = (await queue.get(a))!;
      assert.deepEqual([body.state, body.progress.stage, body.progress.position], ["queued", "waiting", 0]);
      const [again, next] = [await take(queue), await take(queue)];
      assert.deepEqual([again.id, next.id], [a, b]);
      assert.deepEqual(again.request, requestOf("a", 2));
      assert.ok((await queue.get(a))!.revision > revision);
      assert.deepEqual(await queue.depth(), { waiting: 0, running: 2 });
      await again.finish(done);
      await next.finish(done);
    });

    if (sample.kind.claim)
      test("gives one open job at a time what only one may have", async ({ queue }) => {
        const id = await add(queue, "mine");
        await assert.rejects(add(queue, "mine"), fails("name_taken"));
        await queue.cancel(id);
        await add(queue, "mine");
      });

    test("has its open jobs again after a restart, waiting in their order, but not those that ended", async (fixture) => {
      const { queue } = fixture;
      if (queue.durability === "memory" || !fixture.reopen) return;
      const input = { ...facts, request: requestOf("a", 2), idempotency: { key: "k", fingerprint: "f" } };
      const a = (await queue.add(input)).body.id;
      const [b, c, d] = [await add(queue, "b"), await add(queue, "c"), await add(queue, "d")];
      const [first] = [await take(queue), await take(queue)];
      first.reportFindings(sample.found);
      addImage(first, 0, "aa");
      first.report({ stage, completed: 1, total: 2 } as ProgressReport<Body>);
      await queue.cancel(c);
      const before = (await queue.get(a))!;
      await queue.close();
      const again = await fixture.reopen();
      const states = (await again.list({ limit: 10 })).jobs.map(({ id, state }) => [id, state]);
      assert.deepEqual(states, [
        [d, "queued"],
        [c, "cancelled"],
        [b, "queued"],
        [a, "queued"],
      ]);
      const { body, revision } = (await again.get(a))!;
      assert.ok(revision > before.revision, "revisions grow over a restart");
      assert.deepEqual([body.images ?? [], body.progress.position], [[], 0]);
      assert.equal((await again.add(input)).isNew, false);
      for (const digest of sample.kind.uploadsIn(input.request)) assert.ok(await again.needsUpload(digest));
      const jobs = [await again.take(), await again.take(), await again.take()];
      assert.deepEqual(
        jobs.map((job) => job!.id),
        [a, b, d],
      );
      assert.deepEqual(jobs[0]!.request, input.request);
      for (const job of jobs) await job!.finish(done);
      await again.close();
    });

    test(
      "keeps starred jobs whatever their number, and drops them like others once their star is gone",
      async ({ queue, forgotten }) => {
        const first = await make(queue, "a");
        assert.equal((await queue.star(first, true))!.isStarred, true);
        const second = await make(queue, "b");
        const third = await make(queue, "c");
        assert.deepEqual([await idsIn(queue), forgotten], [[third, first], ofImages(["b"])]);
        assert.equal(await queue.get(second), undefined);
        assert.deepEqual(await idsOf(queue, { starred: true }), [first]);
        assert.equal((await queue.star(first, false))!.isStarred, false);
        assert.deepEqual(await idsOf(queue, { starred: true }), []);
        const fourth = await make(queue, "d");
        assert.deepEqual(await idsIn(queue), [fourth]);
        assert.equal(await queue.star("unknown", true), undefined);
      },
      { queueMax: 10, historyMax: 1 },
    );

    test("keeps the star that a job got while it waited or ran", async ({ queue }) => {
      const [a, b] = [await add(queue, "a"), await add(queue, "b")];
      await queue.star(a, true);
      const [first, second] = [await take(queue), await take(queue)];
      await queue.star(b, true);
      await first.finish(done);
      await second.finish(done);
      assert.deepEqual(await idsOf(queue, { starred: true }), [b, a]);
    });

    let clockMs = 1000;
    test(
      "drops finished jobs that are too old, but for starred ones",
      async ({ queue }) => {
        const [old, starred] = [await make(queue, "a"), await make(queue, "b")];
        await queue.star(starred, true);
        clockMs += 5000;
        const young = await make(queue, "c");
        assert.deepEqual(await idsIn(queue), [young, starred, old]);
        clockMs += 6000;
        const latest = await make(queue, "d");
        assert.deepEqual(await idsIn(queue), [latest, young, starred]);
      },
      { queueMax: 10, historyMax: 10, historyMaxAgeMs: 10_000, now: () => clockMs },
    );

    test("sends whoever follows a job that has ended its end, once", async ({ queue }) => {
      const id = await make(queue, "a");
      const seen: Snapshot<Body>[] = [];
      const stop = queue.subscribe(id, (snapshot) => seen.push(snapshot!));
      await until(() => seen.length > 0);
      stop();
      assert.deepEqual(
        seen.map(({ body }) => body.state),
        ["done"],
      );
    });

    test("tells whoever follows a job that is gone, once", async ({ queue }) => {
      const id = await make(queue, "a");
      await queue.remove(id);
      const seen: Array<Snapshot<Body> | undefined> = [];
      queue.subscribe(id, (snapshot) => seen.push(snapshot));
      await until(() => seen.length > 0);
      assert.deepEqual(seen, [undefined]);
    });
  });
}
