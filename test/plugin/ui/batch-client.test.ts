/** A run by the batch, and what becomes of it when the stream breaks: every job is done once, whatever happens. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiClient } from "../../../plugin/ui/client/api-client.ts";
import { runJobs } from "../../../plugin/ui/run/run.ts";
import type { RunOptions } from "../../../plugin/ui/run/run-options.ts";
import type { BatchEvent } from "../../../shared/contract/generations/batches.ts";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import type { GenerationInput } from "../../../shared/contract/generations/generation-request.ts";

const generation = (id: string): Generation =>
  ({
    id,
    state: "done",
    request: { condition: {}, count: 1 },
    progress: { stage: "finished", completed: 1, total: 1 },
    images: [],
    outOfDistribution: [],
    namedLabels: [],
  }) as unknown as Generation;

/** A server that answers `answered` jobs by the batch and then lets the stream break. */
async function runWith(answered: number, refused: readonly number[] = []) {
  const started: string[] = [];
  const batches: number[] = [];
  const client = {
    batch: async (inputs: readonly GenerationInput[], key: string, onEvent: (event: BatchEvent) => void) => {
      batches.push(inputs.length);
      for (const [index] of inputs.slice(0, answered).entries()) {
        if (refused.includes(index)) {
          onEvent({ event: "refused", index, problem: { code: "label_unknown", detail: "" } as never });
          continue;
        }
        onEvent({ event: "accepted", index, generation: generation(`${key}-${index}`) });
        onEvent({ event: "finished", index, generation: generation(`${key}-${index}`) });
      }
      if (answered < inputs.length) throw new Error("the stream broke");
    },
    start: async (_input: GenerationInput, key: string) => {
      started.push(key);
      return generation(key);
    },
    follow: async (first: Generation) => first,
    cancel: async () => undefined,
  } as unknown as ApiClient;
  const titles: string[] = [];
  const left: string[] = [];
  const options: RunOptions = {
    client,
    jobs: ["a", "b", "c", "d", "e"].map((title, index) => ({
      kind: "draw",
      index: index + 10,
      title,
      imageCount: 1,
      input: { condition: { label: title } },
      nodeIds: [],
    })),
    packId: "icons",
    batchMax: 3,
    signal: new AbortController().signal,
    idempotencyKey: "run",
    onStep: () => undefined,
    onResult: ({ title }) => titles.push(title),
    onRefused: ({ job }) => left.push(job.title),
  };
  await runJobs(options);
  return { titles: titles.sort(), left, started: started.sort(), batches };
}

test("jobs go out in batches of what the server takes, and none is requested alone", async () => {
  const { titles, started, batches } = await runWith(3);
  assert.deepEqual([titles, started, batches], [["a", "b", "c", "d", "e"], [], [3, 2]]);
});

test("when the stream breaks the rest is requested one by one, under the keys of the batch", async () => {
  const { titles, started } = await runWith(1);
  assert.deepEqual(titles, ["a", "b", "c", "d", "e"]);
  assert.deepEqual(started, ["run-10-1", "run-10-2", "run-13-1"]);
});

test("a job that the batch refuses is set aside and not requested again", async () => {
  const { titles, left, started } = await runWith(3, [1]);
  assert.deepEqual([titles, left, started], [["a", "c", "d"], ["b", "e"], []]);
});
