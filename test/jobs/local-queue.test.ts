/** The in-process queue against the conformance suite, for every kind of job, with its history on disk and without. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { JobHistory } from "../../server/jobs/job-history.ts";
import { generationKind } from "../../server/jobs/job-kinds.ts";
import type { JobBody } from "../../server/jobs/job-queue.ts";
import { LocalQueue } from "../../server/jobs/local-queue.ts";
import { TrainingFolders } from "../../server/jobs/training-folders.ts";
import type { Training, TrainingRequest } from "../../shared/training.ts";
import { describeJobQueue } from "./job-queue.ts";
import { generations, type JobSample, trainings, upscales } from "./job-samples.ts";

function describeWithHistory<Body extends JobBody>(sample: JobSample<Body>): void {
  const { kind } = sample;
  describeJobQueue(`${kind.many} in memory, with history`, sample, async (options) => {
    const folder = await mkdtemp(join(tmpdir(), "tau-queue-"));
    const forgotten: string[] = [];
    const open = async (): Promise<LocalQueue<Body>> => {
      const history = await JobHistory.open(folder, kind);
      const former = await history.load((name) => {
        throw new Error(`broken record ${name}`);
      });
      const onForgotten = (sha256: string) => forgotten.push(sha256);
      return new LocalQueue({ ...options, kind, now: Date.now, records: history, former, onForgotten });
    };
    return {
      queue: await open(),
      forgotten,
      reopen: open,
      dispose: () => rm(folder, { recursive: true, force: true }),
    };
  });
  describeInMemory(sample);
}

function describeInMemory<Body extends JobBody, Request>(sample: JobSample<Body, Request>): void {
  const { kind } = sample;
  describeJobQueue(`${kind.many} in memory alone`, sample, async (options) => {
    const forgotten: string[] = [];
    const onForgotten = (sha256: string) => forgotten.push(sha256);
    const queue = new LocalQueue({ ...options, kind, now: () => 1000, onForgotten });
    return { queue, forgotten, dispose: async () => undefined };
  });
}

describeWithHistory(generations);
describeWithHistory(upscales);
describeInMemory(trainings);
describeJobQueue("trainings in folders", trainings, async (options) => {
  const folder = await mkdtemp(join(tmpdir(), "tau-queue-"));
  const open = async (): Promise<LocalQueue<Training, TrainingRequest>> => {
    const records = await TrainingFolders.open(folder);
    const former = await records.load((id) => {
      throw new Error(`broken record ${id}`);
    });
    return new LocalQueue({ ...options, kind: trainings.kind, now: Date.now, records, former });
  };
  return {
    queue: await open(),
    forgotten: [],
    reopen: open,
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
});

it("the queue keeps the images of a record that could not be removed, and removes the record before its images", async () => {
  const order: string[] = [];
  let isBroken = true;
  const queue = new LocalQueue({
    kind: generationKind,
    queueMax: 1,
    historyMax: 10,
    now: () => 1000,
    records: {
      save: async () => undefined,
      remove: async () => {
        order.push("record");
        if (isBroken) throw new Error("the disk is read-only");
      },
    },
    onRecordError: () => order.push("error"),
    onForgotten: (sha256) => order.push(sha256),
  });
  const draw = async (sha256: string): Promise<string> => {
    const { body } = await queue.add({ ...generations.facts, request: generations.requestOf("a") });
    const job = (await queue.take())!;
    job.addImage(generations.imageOf!(0, sha256));
    await job.finish({ state: "done", durationMs: 1 });
    return body.id;
  };
  await queue.remove(await draw("first"));
  assert.deepEqual(order.splice(0), ["record", "error"]);
  isBroken = false;
  await queue.remove(await draw("second"));
  assert.deepEqual(order, ["record", "second"]);
});

it("the queue reads a generation that version 0.2.0 kept, and writes it as that did, with what is new left empty", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tau-record-"));
  const text = await readFile(join(import.meta.dirname, "../fixtures/generation-0.2.0.json"), "utf8");
  const name = "0mww742w5e18eac6174186df8.json";
  await writeFile(join(folder, name), text);
  const history = await JobHistory.open(folder, generationKind);
  const [record] = await history.load((broken) => assert.fail(broken));
  await rm(join(folder, name));
  await history.save(record!);
  const { generation: stored, ...about } = JSON.parse(text);
  // 0.20.0 calls it `outOfDistribution`.
  const { outside, ...generation } = stored;
  const request = { ...generation.request, retrieval: 0 };
  const expected = { ...about, generation: { ...generation, request, outOfDistribution: outside, namedLabels: [] } };
  assert.deepEqual(JSON.parse(await readFile(join(folder, name), "utf8")), expected);
  assert.equal(record!.body.request.condition.caption, "red bird");
  await rm(folder, { recursive: true });
});
