/** What a request for training may be and what comes of it before anything is trained: no runner takes these from the queue. */
import assert from "node:assert/strict";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openTrainings } from "../../../server/app/open-stores.ts";
import { resolveTraining } from "../../../server/http/resolve-training.ts";
import { type HoldingDeps, type RouteDeps, whileHeld } from "../../../server/http/route.ts";
import { openJobDatabase } from "../../../server/jobs/local/job-schema.ts";
import {
  type Training,
  TrainingListSchema,
  TrainingRequestSchema,
  TrainingSchema,
} from "../../../shared/contract/training.ts";
import { limits } from "../../../shared/limits.ts";
import { tinyExamples } from "../../fixtures/tiny-examples.ts";
import { createHarness, type Harness, pack, problemOf } from "../harness.ts";

const pictures = await tinyExamples(20);
let harness: Harness;
let examples: Array<{ image: string; captions: string[] }>;

const uploadAll = (to: Harness) =>
  Promise.all(pictures.map(async ({ png, captions }) => ({ image: await to.upload(png), captions })));
const post = (to: Harness, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  to.request("/v1/trainings", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const accepted = async (response: Promise<Response>): Promise<Training> => {
  const answer = await response;
  assert.equal(answer.status, 202, await answer.clone().text());
  return TrainingSchema.parse(await answer.json());
};
const quiet = { warn: () => undefined, error: () => undefined };

before(async () => {
  harness = await createHarness();
  examples = await uploadAll(harness);
});
after(() => harness.close());

describe("a request for training", () => {
  it("a request for training waits in line with its place, keeps what was asked, and is listed newest first in pages", async () => {
    const own = await createHarness();
    const sent = await uploadAll(own);
    const requested = { label: "My own", isForced: true, settings: { steps: 50, seed: 3 } };
    const made: Training[] = [];
    for (const name of ["one", "two", "three"])
      made.push(await accepted(post(own, { ...requested, name, examples: sent })));
    assert.deepEqual(made[0]!.request, { ...requested, name: "one", isFromScratch: false, examples: 20 });
    assert.deepEqual(made[0]!.base, { pack: pack.id, digest: pack.digest, translation: "caption" });
    assert.deepEqual(
      made.map(({ state, progress }) => [state, progress.stage, progress.position]),
      [
        ["queued", "waiting", 0],
        ["queued", "waiting", 1],
        ["queued", "waiting", 2],
      ],
    );
    const page = async (query: string) =>
      TrainingListSchema.parse(await (await own.request(`/v1/trainings?${query}`)).json());
    const first = await page("limit=2");
    assert.deepEqual(
      first.trainings.map(({ request }) => request.name),
      ["three", "two"],
    );
    const second = await page(`limit=2&before=${first.nextBefore}`);
    assert.deepEqual([second.trainings.map(({ request }) => request.name), second.nextBefore], [["one"], undefined]);
    await own.close();
  });

  it("a request for training is refused by code and field", async () => {
    const missing = "ab".repeat(32);
    const [first] = examples;
    const cases: Array<[body: object, code: string, field: string]> = [
      [{ name: "mine", examples: examples.slice(0, 3) }, "dataset_invalid", "examples"],
      [{ name: "mine", examples: [...examples, first] }, "dataset_invalid", "examples.20.image"],
      [{ name: "mine", examples: [...examples, { ...first, image: missing }] }, "image_unknown", "examples.20.image"],
      [{ name: "mine", examples: [...examples, { ...first, image: "x" }] }, "invalid_request", "examples.20.image"],
      [{ name: "mine", examples: [{ ...first, captions: [] }] }, "invalid_request", "examples.0.captions"],
      [{ name: "mine", examples: [{ ...first, captions: ["  "] }] }, "caption_empty", "examples.0.captions.0"],
      [{ name: "mine", examples: [{ ...first, captions: ["!!"] }] }, "caption_unreadable", "examples.0.captions.0"],
      [{ name: "mine", examples: [{ ...first, style: "" }] }, "invalid_request", "examples.0.style"],
      [{ name: "Mine", examples }, "invalid_request", "name"],
      [{ name: "../mine", examples }, "invalid_request", "name"],
      [{ name: "m".repeat(41), examples }, "invalid_request", "name"],
      [{ examples }, "invalid_request", "name"],
      [{ name: pack.id, examples }, "name_taken", "name"],
      [{ name: "words", examples }, "name_taken", "name"],
      [{ name: "mine", base: "none", examples }, "translation_unknown", "base"],
      [{ name: "mine", examples, settings: { steps: 0 } }, "invalid_request", "settings.steps"],
      [
        { name: "mine", examples, settings: { steps: limits.trainingStepsMax + 1 } },
        "invalid_request",
        "settings.steps",
      ],
      [{ name: "mine", examples, settings: { learningRate: 0 } }, "invalid_request", "settings.learningRate"],
      [{ name: "mine", examples, settings: { batch: 1.5 } }, "invalid_request", "settings.batch"],
      [{ name: "mine", examples, settings: { watts: 1 } }, "invalid_request", "settings.watts"],
      [{ name: "mine", examples, isForced: "yes" }, "invalid_request", "isForced"],
      [{ name: "mine", examples, prompt: "x" }, "invalid_request", "prompt"],
    ];
    for (const [body, code, field] of cases) {
      const problem = await problemOf(await post(harness, body));
      assert.deepEqual([problem.code, problem.field], [code, field], problem.detail);
      assert.ok(problem.expected && problem.received, problem.detail);
    }
    const heavy = await post(harness, { name: "mine", examples, label: "x".repeat(limits.trainingJsonMaxBytes) });
    assert.equal((await problemOf(heavy)).code, "payload_too_large");
    const none = await createHarness({
      packs: [{ ...pack, translations: [{ ...pack.translations[0]!, conditions: ["sketch"] }] }],
    });
    const problem = await problemOf(await post(none, { name: "mine", examples }));
    assert.deepEqual([problem.code, problem.field], ["invalid_request", "base"]);
    await none.close();
    assert.deepEqual(await readdir(join(harness.dataDir, "trainings")), []);
  });

  it("a request for training may be larger than other requests: as many examples as the limit allows", async () => {
    const words = "a word ".repeat(12);
    const many = Array.from({ length: limits.examplesMax }, (_, index) => ({
      image: index.toString(16).padStart(64, "0"),
      captions: [`${words}${index}`],
      style: "flat",
    }));
    const problem = await problemOf(await post(harness, { name: "mine", examples: many }));
    assert.deepEqual([problem.code, problem.field], ["image_unknown", "examples.0.image"]);
    const more = await problemOf(await post(harness, { name: "mine", examples: [...many, many[0]] }));
    assert.deepEqual([more.code, more.field], ["invalid_request", "examples"]);
  });

  it("a request for training is one training for one key, even when its name is taken by it and its images are gone", async () => {
    const own = await createHarness();
    const body = { name: "mine", examples: await uploadAll(own) };
    const headers = { "Idempotency-Key": "once" };
    const [one, two] = await Promise.all([accepted(post(own, body, headers)), accepted(post(own, body, headers))]);
    assert.equal(one.id, two.id);
    for (const { image } of body.examples) own.uploads.forget(image);
    const again = await post(own, body, headers);
    assert.equal(again.headers.get("idempotency-replayed"), "true");
    assert.equal(((await again.json()) as Training).id, one.id);
    const other = await problemOf(await post(own, { ...body, isForced: true }, headers));
    assert.equal(other.code, "idempotency_conflict");
    await own.close();
  });

  it("a request for training is refused while a training of that name is open, and when too many wait", async () => {
    const own = await createHarness();
    const sent = await uploadAll(own);
    const answers = await Promise.all([1, 2].map(() => post(own, { name: "mine", examples: sent })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 422]);
    assert.equal((await problemOf(answers.find(({ status }) => status === 422)!)).code, "name_taken");
    for (let index = 1; index < limits.trainingsWaitingMax; index += 1)
      await accepted(post(own, { name: `mine-${index}`, examples: sent }));
    const full = await problemOf(await post(own, { name: "one-more", examples: sent }));
    assert.equal(full.code, "queue_full");
    assert.ok(full.retryAfterSeconds! > 0);
    await own.close();
  });

  it("a request for training never replaces a pack that another token trained, unless an admin asks", async () => {
    const mine = { ...pack, id: "mine", translations: [] };
    const catalogue = { packs: () => [pack, mine], isShipped: (id: string) => id === pack.id };
    const done = { request: { name: "mine" }, result: { pack: { id: "mine" } } };
    const pages = [
      { jobs: [{ ...done, owner: "bob", result: undefined }], nextBefore: "older" },
      { jobs: [{ ...done, owner: "ann" }] },
    ];
    // Trainings have no words to search for.
    const trainings = {
      list: async ({ q, before }: { q?: string; before?: string }) =>
        q === undefined ? pages[before === undefined ? 0 : 1] : { jobs: [] },
    };
    const asHeld = <T>(work: (deps: HoldingDeps) => Promise<T>) =>
      whileHeld({ ...harness.deps, catalogue, trainings } as unknown as RouteDeps, { aborted: false }, work);
    const ask = (name: string, role: "user" | "admin" = "user") =>
      asHeld((deps) =>
        resolveTraining(TrainingRequestSchema.parse({ name: "mine", examples }), deps, { name, role, share: 1 }),
      );
    await assert.rejects(ask("bob"), { code: "name_taken", message: /a pack that another token trained/ });
    for (const [name, role] of [
      ["ann", "user"],
      ["chief", "admin"],
    ] as const)
      assert.equal((await ask(name, role)).pack, pack.id);
    pages[1]!.jobs = [];
    assert.equal((await ask("bob")).pack, pack.id, "of which no record is left");
  });

  it("a request for training keeps its uploads from being swept, until it is cancelled", async () => {
    const [next, last] = (await tinyExamples(22)).slice(20).map(({ png }) => png);
    const needed = [...pictures.map(({ png }) => png), next!].reduce((sum, png) => sum + png.byteLength, 0);
    // Twice as much as is kept, which is all that is needed: they have to come all at once, past the route.
    const uploadsKeptMaxBytes = Math.ceil(needed / 2);
    const own = await createHarness({ limits: { uploadsKeptMaxBytes, uploadsKeptLeastMs: 0 } });
    const sent = await Promise.all(
      pictures.map(async ({ png, captions }) => ({ image: await own.uploads.put(png), captions })),
    );
    const { id } = await accepted(post(own, { name: "mine", examples: sent }));
    const more = await own.upload(next!);
    for (const { image } of sent) assert.ok(await own.uploads.read(image));
    const cancelled = await own.request(`/v1/trainings/${id}`, { method: "DELETE" });
    assert.deepEqual([cancelled.status, ((await cancelled.json()) as Training).state], [200, "cancelled"]);
    await own.upload(last!);
    const left = await Promise.all([...sent.map((one) => one.image), more].map((image) => own.uploads.read(image)));
    const leftBytes = left.reduce((sum, png) => sum + (png?.byteLength ?? 0), 0);
    assert.ok(leftBytes <= uploadsKeptMaxBytes, `${leftBytes} bytes`);
    await own.close();
  });
});

describe("a waiting training", () => {
  it("a waiting training is followed to its end when it is cancelled, then forgotten", async () => {
    const { id } = await accepted(post(harness, { name: "mine", examples }));
    const followed = harness.request(`/v1/trainings/${id}/events`).then((response) => response.text());
    const head = await harness.request(`/v1/trainings/${id}/events`, { method: "HEAD" });
    assert.equal(head.headers.get("content-type"), "text/event-stream");
    await harness.request(`/v1/trainings/${id}`, { method: "DELETE" });
    const last = (await followed).trimEnd().split("data: ").at(-1)!;
    const { state, progress, finishedAt } = TrainingSchema.parse(JSON.parse(last));
    assert.deepEqual([state, progress.stage], ["cancelled", "finished"]);
    assert.ok(finishedAt);
    for (const file of ["25/0.png", "25/0", "x/0.png", "25/..%2f..%2frecord.json"]) {
      const preview = await harness.request(`/v1/trainings/${id}/previews/${file}`);
      assert.equal((await problemOf(preview)).code, "not_found", file);
    }
    assert.equal((await harness.request(`/v1/trainings/${id}`, { method: "DELETE" })).status, 204);
    for (const [method, path] of [
      ["GET", ""],
      ["GET", "/events"],
      ["GET", "/previews/25/0.png"],
      ["DELETE", ""],
    ] as const) {
      const gone = await harness.request(`/v1/trainings/${id}${path}`, { method });
      assert.equal((await problemOf(gone)).code, "not_found", `${method} ${path}`);
    }
    assert.deepEqual(await readdir(join(harness.dataDir, "trainings")), []);
  });

  it("a waiting training waits again after a restart, in its place; what a crash left of others goes", async () => {
    const own = await createHarness();
    const sent = await uploadAll(own);
    const made: Training[] = [];
    for (const name of ["one", "two", "three"]) made.push(await accepted(post(own, { name, examples: sent })));
    const [one, two, three] = made.map(({ id }) => id);
    await own.request(`/v1/trainings/${three}`, { method: "DELETE" });
    await own.stop();
    const folder = join(own.dataDir, "trainings");
    await mkdir(join(folder, "half-removed", "previews"), { recursive: true });
    // A crash between the record of the end and the removal of what is no longer needed.
    await mkdir(join(folder, three!, "work", "run"), { recursive: true });
    await mkdir(join(folder, one!, "work", "run"), { recursive: true });
    const database = openJobDatabase(own.dataDir);
    const { trainings } = await openTrainings(database, own.dataDir, quiet);
    const states = (await trainings.list({ limit: 10 })).jobs.map(({ id, state, progress }) => [
      id,
      state,
      progress.position,
    ]);
    assert.deepEqual(states, [
      [three, "cancelled", undefined],
      [two, "queued", 1],
      [one, "queued", 0],
    ]);
    assert.deepEqual((await readdir(folder)).sort(), [one, three].sort());
    assert.deepEqual([await readdir(join(folder, one!)), await readdir(join(folder, three!))], [["work"], []]);
    assert.ok(await trainings.needsUpload(sent[0]!.image));
    const snapshot = (await trainings.get(two!))!;
    assert.ok(snapshot.revision >= Date.parse(snapshot.body.createdAt), "revisions grow over a restart");
    await database.close();
    await rm(own.dataDir, { recursive: true });
  });
});
