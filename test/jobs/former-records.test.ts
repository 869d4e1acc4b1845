/** Records of versions up to 0.17, which were JSON files, come into the database. */
import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { openTrainings } from "../../server/app/open-stores.ts";
import { openJobDatabase } from "../../server/jobs/local/job-schema.ts";
import type { Training } from "../../shared/contract/training.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const examples = Array.from({ length: 20 }, (_, index) => ({
  image: String(index).padStart(64, "0"),
  captions: [`red bird ${index}`],
}));

/** A training's folder as 0.17 left it. */
async function writeFormer(home: string, id: string, training: object, files: Record<string, string>): Promise<void> {
  const folder = join(home, id);
  await mkdir(join(folder, "previews"), { recursive: true });
  const body = {
    id,
    request: { name: `name-${id}`, isFromScratch: false, isForced: false, settings: {}, examples: 20 },
    base: { pack: "icons", digest: "ab".repeat(32), translation: "caption" },
    createdAt: "2026-11-25T14:05:10.182Z",
    ...training,
  };
  const record = { format: 1, training: body, idempotency: { key: id, fingerprint: "f" } };
  await writeFile(join(folder, "record.json"), JSON.stringify(record));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/** A result as 0.17 wrote it, whose issues were `complaints`. */
const result = {
  isServed: true,
  isBetter: true,
  startNats: 0.7,
  finalNats: 0.6,
  images: { usable: 20, heldOut: 2, complaints: [{ kind: "empty_image", count: 1, shown: ["examples.3"] }] },
  reason: "finished",
  steps: 75,
  bestStep: 75,
  cost: {
    ...{ wallSeconds: 9, cpuSeconds: 18, processor: "x", formula: "x", wattsPerCore: 5, eurosPerKwh: 0.3 },
    ...{ co2GramsPerKwh: 300, kwh: 0.1, euros: 0.03, co2Grams: 30, paperKwh: { cinn: 14.4, bigGan: 1260 } },
  },
};

it("trainings of 0.17 are taken over: finished ones with their previews, open ones with their examples", async () => {
  const dataDir = temporaryFolder("former");
  const home = join(dataDir, "trainings");
  const sent = { "examples.json": JSON.stringify(examples) };
  const images = [{ caption: "red bird", sizePx: 16, path: "/v1/translations/a/previews/25/0.png" }];
  const finished = { stage: "finished", done: 75, total: 75 };
  const training = { stage: "training", done: 25, total: 75 };
  await writeFormer(home, "a", { state: "done", progress: finished, preview: { step: 25, images }, result }, {});
  await writeFormer(home, "b", { state: "running", progress: training }, sent);
  await writeFormer(home, "c", { state: "queued", progress: { stage: "waiting", done: 0, total: 20 } }, sent);
  await writeFormer(home, "d", { state: "queued", progress: { stage: "waiting", done: 0, total: 20 } }, {});
  await writeFormer(home, "e", { state: "unheard-of" }, {});
  const broken: object[] = [];
  const log = { warn: (fields: object) => void broken.push(fields), error: assert.ifError };
  const database = openJobDatabase(dataDir);
  const { trainings } = await openTrainings(database, dataDir, log);
  const { jobs } = await trainings.list({ limit: 10 });
  const read = jobs.map(({ id, state, progress, problem }) => [id, state, progress.completed, problem?.code]);
  assert.deepEqual(read, [
    ["d", "failed", 0, "dataset_invalid"],
    ["c", "queued", 0, undefined],
    ["b", "queued", 0, undefined],
    ["a", "done", 75, undefined],
  ]);
  assert.equal(jobs.at(-1)!.preview!.images[0]!.path, "/v1/trainings/a/previews/25/0.png");
  assert.deepEqual(jobs.at(-1)!.result!.images.issues, result.images.complaints);
  assert.equal((await trainings.replayOf({ key: "b", fingerprint: "f" }))!.id, "b");
  const job = (await trainings.take())!;
  assert.deepEqual([job.id, job.request.examples], ["b", examples]);
  assert.deepEqual(broken, [{ training: "e" }]);
  assert.deepEqual(await readdir(join(home, "b")), ["previews"]);
  assert.deepEqual((await readdir(join(home, "e"))).sort(), ["previews", "record.json"]);
  const once = await openTrainings(database, dataDir, log);
  const again = (await once.trainings.list({ limit: 10 })).jobs as Training[];
  assert.equal(again.length, 4);
  await database.close();
});
