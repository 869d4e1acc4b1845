/**
 * A folder of captioned images becomes a translation: better than its start or not published, the same flow after any
 * interruption, the next version the next time. On the tiny pack, with real processes that are really killed.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readFlowFile } from "../../server/flow/weights.ts";
import { Catalogue } from "../../server/packs/catalogue.ts";
import { indexWidths, readIndexFile } from "../../server/retrieval/index-file.ts";
import { type TranslationProgress, trainTranslation } from "../../server/training/train-translation.ts";
import { diskFull, watchDisk } from "../fixtures/disk-calls.ts";
import { writeBoxes, writeFiles } from "../fixtures/image-folder.ts";
import type { Moment } from "../fixtures/processes/killed-training.ts";
import { testProgram } from "../fixtures/processes/test-program.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyDraft, tinyLabels, tinyStyles, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";

const root = temporaryFolder("train");

const shipped = join(root, "ship");
const { pack: basePack } = await writeTinyPack(shipped, withRetrieval(tinyDraft));
const folder = await writeBoxes(join(root, "boxes"), 40);

const settings = {
  steps: 60,
  batch: 16,
  learningRate: 0.02,
  warmupSteps: 5,
  evaluateEvery: 10,
  patience: 100,
  checkpointEverySeconds: 0,
};
let homes = 0;
/** Options of a training with folders of its own. */
function newTraining(own: Partial<typeof settings> & { seed?: number } = {}) {
  const home = join(root, `home-${homes++}`);
  const [packs, work] = [join(home, "packs"), join(home, "work")];
  return { folder, basePack, name: "boxes", packs, work, threads: 1, settings: { ...settings, ...own } };
}

/** The served version and its flow's bytes; undefined when there is none. Fails when anything half-done is served. */
async function served(packs: string) {
  const catalogue = await Catalogue.open(shipped, packs);
  assert.deepEqual(catalogue.faults, []);
  await catalogue.verify();
  const entry = catalogue.entries.find(({ isShipped }) => !isShipped);
  if (!entry) return undefined;
  const { version, translations } = entry.manifest;
  return { version, flow: await readFile(join(entry.folder, translations[0]!.flow)), translation: translations[0]! };
}

/** A training that nothing interrupts, for all that must end as it does. */
const unbroken = newTraining();
await trainTranslation(unbroken);
const unbrokenFlow = (await served(unbroken.packs))!.flow;

describe("training a translation", () => {
  it("training a translation publishes a flow that is better than its start, and reports what it did on the way", async () => {
    const news: TranslationProgress[] = [];
    const options = newTraining();
    const result = await trainTranslation({
      ...options,
      label: "Boxes",
      onProgress: (progress) => void news.push(progress),
    });
    assert.deepEqual([result.isBetter, result.reason, result.steps, result.images.usable], [true, "finished", 60, 40]);
    assert.ok(result.finalNats < result.startNats - 0.05, `${result.startNats} to ${result.finalNats}`);
    assert.ok(result.startStyle === undefined || tinyStyles.includes(result.startStyle));
    const { version, translation } = (await served(options.packs))!;
    assert.deepEqual([version, translation.id, translation.label], ["0.1.0", "boxes", "Boxes"]);
    const { metrics } = translation;
    assert.deepEqual(
      [
        metrics["startCaptionNatsPerDim"],
        metrics["captionNatsPerDim"],
        metrics["trainImages"],
        metrics["heldOutImages"],
      ],
      [result.startNats, result.finalNats, 32, 8],
    );
    // Words that it never learned start from what the base's styles draw, two drawings a label, which were rehearsed beside the images.
    assert.match(translation.retrieval!, /^retrieval\/boxes-/);
    assert.equal(metrics["rehearsedDrawings"], 2 * tinyLabels.length);
    const flow = readFlowFile((await served(options.packs))!.flow, "flow").architecture;
    const { entries, ownAffinities } = await readIndexFile(
      join(options.packs, "boxes", translation.retrieval!),
      indexWidths(flow),
    );
    assert.equal(ownAffinities?.length, tinyStyles.length);
    assert.deepEqual(
      entries.map(({ label }) => label),
      [...tinyLabels.keys()].flatMap((label) => [label, label]),
    );
    assert.equal(existsSync(options.work), false);
    // Records: a line an evaluation, the curve, the cost card.
    assert.equal(result.records, join(options.packs, "boxes", "training", "0.1.0"));
    const record = (file: string): Promise<string> => readFile(join(result.records, file), "utf8");
    const log = (await record("log.jsonl"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { step: number });
    assert.deepEqual(
      log.map(({ step }) => step),
      [10, 20, 30, 40, 50, 60],
    );
    assert.match(await record("loss.svg"), /^<svg .*boxes/s);
    assert.deepEqual(JSON.parse(await record("cost.json")), result.cost);
    // Progress.
    const stages = [...new Set(news.map(({ stage }) => stage))];
    assert.deepEqual(stages, ["reading", "encoding", "training", "publishing"]);
    const encoding = news.filter(({ stage }) => stage === "encoding");
    assert.ok(encoding.length > 1 && encoding.every(({ done }, at) => done >= (encoding[at - 1]?.done ?? 0)));
    assert.equal(encoding.at(-1)!.done, encoding.at(-1)!.total);
    const training = news.filter(({ stage }) => stage === "training");
    assert.deepEqual(
      training.map(({ done, total }) => [done, total]),
      [10, 20, 30, 40, 50, 60].map((step) => [step, 60]),
    );
    const { bestNats, preview } = training.at(-1)!;
    assert.ok(Math.abs(bestNats! - result.finalNats) < 1e-3, "what ships in halves is as good");
    assert.equal(preview!.length, 4);
    assert.ok(
      preview!.every(
        ({ caption, planes, sizePx }) =>
          /^(red|green|blue|grey) [a-j]$/.test(caption) && planes.length === 4 * sizePx ** 2,
      ),
    );
  });

  it("training a translation publishes nothing when it is no better than its start, unless it is forced to, and keeps what it has for another try", async () => {
    const options = newTraining({ learningRate: 0 });
    const result = await trainTranslation(options);
    assert.deepEqual([result.isBetter, result.pack, result.bestStep], [false, undefined, 0]);
    assert.equal(await served(options.packs), undefined);
    assert.ok((await readFile(join(result.records, "loss.svg"), "utf8")).includes("</svg>"));
    const forced = await trainTranslation({ ...options, isForced: true });
    assert.deepEqual([forced.isBetter, forced.pack?.version], [false, "0.1.0"]);
  });

  it("training a translation stops early when held-out images stop gaining", async () => {
    const options = newTraining({ learningRate: 0, patience: 2 });
    const { reason, steps } = await trainTranslation(options);
    assert.deepEqual([reason, steps], ["no improvement", 20]);
    // More patience goes on from there.
    const more = await trainTranslation({ ...options, settings: { ...options.settings, patience: 3 } });
    assert.deepEqual([more.reason, more.steps], ["no improvement", 30]);
  });

  it("training a translation trains fresh weights too, and measures them against the base's", async () => {
    const result = await trainTranslation({
      ...newTraining({ steps: 10 }),
      isFromScratch: true,
      isForced: true,
      onProgress: () => {},
    });
    assert.equal(result.startStyle, undefined);
    assert.equal(result.pack?.version, "0.1.0");
  });

  it("training a translation goes on from a translation of one's own, and from the same pack's drawings", async () => {
    const first = newTraining({ steps: 10 });
    await trainTranslation({ ...first, isForced: true });
    const second = { ...first, basePack: join(first.packs, "boxes"), name: "more", work: join(root, "more-work") };
    await trainTranslation({ ...second, isForced: true });
    const catalogue = await Catalogue.open(shipped, first.packs);
    await catalogue.verify();
    const [boxes, more] = ["boxes", "more"].map((id) => catalogue.packs().find((pack) => pack.id === id)!);
    assert.deepEqual([boxes!.translations[0]!.hasRetrieval, more!.translations[0]!.hasRetrieval], [true, true]);
  });

  it("training a translation refuses a name that is taken or can't be one before it reads anything", async () => {
    const options = newTraining();
    const cases: Array<[change: object, message: RegExp]> = [
      [{ name: "Big Icons" }, /^name: expected a lower-case letter, .*, got "Big Icons"$/],
      [{ name: "tiny" }, /^name: expected one that pack tiny does not use, got "tiny"$/],
      [{ name: "caption" }, /^name: expected one that pack tiny does not use, got "caption"$/],
      [
        { taken: [{ id: "other", translations: [{ id: "boxes" }] }] },
        /^name: expected one that pack other does not use/,
      ],
    ];
    for (const [change, message] of cases)
      await assert.rejects(trainTranslation({ ...options, ...change }), { code: "config_invalid", message });
    await mkdir(join(options.packs, "boxes"), { recursive: true });
    await assert.rejects(trainTranslation(options), { code: "config_invalid", message: /a folder without a manifest/ });
    assert.equal(existsSync(options.work), false);
  });

  it("training a translation runs once for a name at a time, and takes over from a process that is gone", async () => {
    const options = newTraining();
    await mkdir(options.work, { recursive: true });
    await writeFile(join(options.work, "lock"), String(process.ppid));
    await assert.rejects(trainTranslation(options), {
      code: "config_invalid",
      message: new RegExp(`expected no other process that trains here, got process ${process.ppid}; wait for it`),
    });
    await writeFile(join(options.work, "lock"), "4194304");
    assert.equal((await trainTranslation({ ...options, settings: { ...settings, steps: 10 } })).steps, 10);
  });

  it("training a translation refuses a folder of three images with the reason", async () => {
    const three = await writeFiles(join(root, "three"), {
      "a.png": await readFile(join(folder, "red-a.png")),
      "b.png": await readFile(join(folder, "red-b.png")),
      "c.png": "no image",
    });
    const options = newTraining();
    await assert.rejects(trainTranslation({ ...options, folder: three }), {
      code: "dataset_invalid",
      message: /expected at least 20 usable images, got 2\n1 files that could not be read as an image:\n {2}c\.png: /,
    });
    assert.deepEqual(await readdir(options.packs).catch(() => []), []);
  });

  it("training a translation leaves the packs as they were when it is cancelled, and goes on to the same flow", async () => {
    const options = newTraining();
    const abort = new AbortController();
    const cancelled = trainTranslation({
      ...options,
      signal: abort.signal,
      onProgress: ({ stage, done }) => {
        if (stage === "training" && done === 20) abort.abort();
      },
    });
    await assert.rejects(cancelled, {
      code: "cancelled",
      message: /starting the same training again continues from here/,
    });
    assert.equal(await served(options.packs), undefined);
    const steps: number[] = [];
    await trainTranslation({
      ...options,
      onProgress: ({ stage, done }) => void (stage === "training" && steps.push(done)),
    });
    assert.deepEqual(steps, [30, 40, 50, 60], "went on at the checkpoint");
    assert.deepEqual((await served(options.packs))!.flow, unbrokenFlow);
  });
});

describe("a disk that is full", () => {
  it("a disk that is full while it trains is said so at whatever is written, and nothing is lost: with room again it goes on to the same flow", async () => {
    const options = newTraining();
    for (const place of [
      /work\/set$/,
      /images\.rgba\.writing$/,
      /index\.jsonl/,
      /set\/\.encoded\//,
      /drawings$/,
      /drawings\/images\.rgba\.writing$/,
      /drawings\/index\.jsonl/,
      /drawings\/transferred\.json/,
      /drawings\/\.encoded\//,
      /run-[0-9a-f]+$/,
      /log\.jsonl/,
      /checkpoint\.safetensors/,
      /replaces/,
    ]) {
      let calls = 0;
      const end = watchDisk(({ name, path, phase }) => {
        if (name === "rm" || name === "rename" || phase !== "before" || !place.test(path)) return;
        calls += 1;
        throw diskFull();
      });
      await assert.rejects(trainTranslation(options), { code: "storage_full" }, String(place)).finally(end);
      assert.ok(calls > 0, String(place));
      assert.equal(await served(options.packs), undefined);
    }
    await trainTranslation(options);
    assert.deepEqual((await served(options.packs))!.flow, unbrokenFlow);
  });
});

describe("kill -9", () => {
  /** Trains in a process of its own until the moment; the signal that ended it. */
  const trainUntil = (options: object, moment: Moment): Promise<{ signal: string | null; err: string }> =>
    new Promise((resolve) => {
      const args = [...testProgram("fixtures/processes/killed-training"), JSON.stringify({ options, moment })];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
      let err = "";
      child.stderr.on("data", (text) => (err += text));
      child.on("close", (_, signal) => resolve({ signal, err }));
    });
  const killAt = async (options: object, moment: Moment): Promise<void> => {
    const { signal, err } = await trainUntil(options, moment);
    assert.equal(signal, "SIGKILL", `${JSON.stringify(moment)}: came to its end ${err}`);
  };

  it("kill -9 at any moment publishes nothing half, and the same training goes on to the very same flow", async () => {
    const options = newTraining();
    const moments: Moment[] = [
      { call: { name: "write", path: "images\\.rgba", phase: "half" }, time: 20 },
      { call: { name: "write", path: "set/\\.encoded/.*images-0\\.safetensors", phase: "half" } },
      { call: { name: "write", path: "drawings/images\\.rgba", phase: "half" } },
      { call: { name: "write", path: "drawings/transferred\\.json", phase: "half" } },
      { call: { name: "write", path: "drawings/\\.encoded/.*images-0\\.safetensors", phase: "half" } },
      { stage: "training", done: 20 },
      { call: { name: "write", path: "checkpoint\\.safetensors", phase: "half" }, time: 9 },
      { call: { name: "write", path: "flow/boxes-", phase: "half" } },
      { call: { name: "write", path: "retrieval/boxes", phase: "half" } },
      { call: { name: "rename", path: "packs/boxes$", phase: "before" } },
    ];
    for (const moment of moments) {
      await killAt(options, moment);
      assert.equal(await served(options.packs), undefined, JSON.stringify(moment));
    }
    // Switched, but not reported yet.
    await killAt(options, { call: { name: "rename", path: "packs/boxes$", phase: "after" } });
    assert.deepEqual((await served(options.packs))!.flow, unbrokenFlow);
    const { pack } = await trainTranslation(options);
    assert.equal(pack?.version, "0.1.0", "not published twice");
    assert.deepEqual((await served(options.packs))!.flow, unbrokenFlow);
    assert.deepEqual([await readdir(options.packs), existsSync(options.work)], [["boxes"], false]);
  });

  it("kill -9 while the next version takes over leaves the old one or the new one", async () => {
    const first = newTraining({ steps: 20 });
    await trainTranslation(first);
    const old = (await served(first.packs))!;
    const next = { ...first, settings: { ...first.settings, seed: 2 } };
    for (const moment of [
      { call: { name: "write", path: "retrieval/boxes", phase: "half" } },
      { call: { name: "write", path: "training/0\\.2\\.0/", phase: "half" } },
      { call: { name: "rename", path: "boxes/manifest\\.json$", phase: "before" } },
    ] as const) {
      await killAt(next, moment);
      const now = (await served(first.packs))!;
      assert.deepEqual([now.version, now.flow], ["0.1.0", old.flow], JSON.stringify(moment));
    }
    await killAt(next, { call: { name: "rename", path: "boxes/manifest\\.json$", phase: "after" } });
    const fresh = (await served(first.packs))!;
    assert.equal(fresh.version, "0.2.0");
    assert.notDeepEqual(fresh.flow, old.flow);
    const { pack } = await trainTranslation(next);
    assert.equal(pack?.version, "0.2.0");
    assert.deepEqual(await readdir(join(first.packs, "boxes", "flow")), [fresh.translation.flow.slice("flow/".length)]);
    assert.deepEqual(await readdir(join(first.packs, "boxes", "training")), ["0.2.0"]);
    assert.deepEqual(await readdir(join(first.packs, "boxes", "retrieval")), [
      fresh.translation.retrieval!.slice("retrieval/".length),
    ]);
  });
});
