/** Calibrations in packs: `tau calibrate` and training put them there, publishing a flow takes them away, the child uses them. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { findOutOfDistribution, typicalityPercentile } from "../../../server/engine/calibration.ts";
import { encodeConditions } from "../../../server/engine/conditions.ts";
import { TrainingRandom } from "../../../server/flow/random.ts";
import { readFlowFile, writeFlowFile } from "../../../server/flow/weights.ts";
import { encodePng } from "../../../server/images/codec.ts";
import { createInferenceClient } from "../../../server/inference/client.ts";
import { draftOf } from "../../../server/manifest/pack-draft.ts";
import { readCalibration, writeCalibration } from "../../../server/packs/calibration-file.ts";
import { readEntry } from "../../../server/packs/catalogue.ts";
import { loadTranslations } from "../../../server/packs/load-translations.ts";
import { digestExperts, publishInPack } from "../../../server/packs/publish.ts";
import { verifyPack } from "../../../server/packs/verify.ts";
import { type CalibratedPack, calibratePack } from "../../../server/training/calibrate/calibrate-pack.ts";
import { openImageSet } from "../../../server/training/dataset/image-set.ts";
import { trainTranslation } from "../../../server/training/train-translation.ts";
import { ResolvedRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import { InversionRequestSchema } from "../../../shared/contract/generations/inversion.ts";
import { tauIn } from "../../cli/run-tau.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { tinyDraft, tinyFullDraft, tinySizePx, writeTinyPack } from "../../fixtures/tiny-pack.ts";
import { tinyItems, writeTinySet } from "../../fixtures/tiny-set.ts";

const root = temporaryFolder("calibrate");
const tau = tauIn(root);

/** 32 of the tiny set's images are held out: enough to calibrate by. */
const items = tinyItems.map((item) => (item.row >= 44 && item.row < 60 ? { ...item, split: "heldOutPair" } : item));
const set = await writeTinySet(join(root, "set"), { items });

let homes = 0;
async function makePack(draft = tinyFullDraft) {
  const home = join(root, `home-${homes++}`);
  const { pack } = await writeTinyPack(home, draft);
  return { home, pack };
}

async function calibrated(pack: string, translation?: string): Promise<CalibratedPack> {
  const images = await openImageSet(set, tinySizePx);
  try {
    return await calibratePack({ pack, translation, folder: set, images, threads: 1 });
  } finally {
    await images.close();
  }
}

/** Verifies a pack; its translations and calibration files. */
async function look(pack: string) {
  const entry = await readEntry(pack, true);
  await verifyPack(pack, entry.manifest);
  const files = await readdir(join(pack, "calibration")).catch(() => []);
  return { entry, translations: entry.manifest.translations, files: files.sort() };
}

describe("a calibration's file", () => {
  it("a calibration's file gives back what was written", async () => {
    const folder = join(root, "round-trip");
    const calibration = {
      detectors: [
        { name: "caption" as const, centres: Float32Array.of(0.6, 0.8, -1, 0), length: 1.5, threshold: 0.25 },
        { name: "sketch" as const, centres: Float32Array.of(0, 1), length: undefined, threshold: 0.5 },
      ],
      typicality: [
        { conditions: [], drawn: [-3, -2, -1], inverted: [-2, -1.5, -0.5] },
        { conditions: ["image-early" as const, "lowResolution" as const], drawn: [1, 2, 3], inverted: [4, 5, 6] },
      ],
    };
    const rates = { falseAlarmRate: 0.05, heldOut: 40, missRate: 0.1, outliers: 200, auc: 0.9 };
    const outOfDistribution = [
      { condition: "caption" as const, threshold: 0.25, ...rates },
      { condition: "sketch" as const, threshold: 0.5, ...rates },
    ];
    const entry = await writeCalibration(folder, "caption", { calibration, outOfDistribution });
    assert.match(entry.file, /^calibration\/caption-[0-9a-f]{8}\.safetensors$/);
    assert.deepEqual(entry.outOfDistribution, outOfDistribution);
    assert.deepEqual(await readCalibration(folder, entry), calibration);
    const other = await writeCalibration(folder, "caption", {
      calibration: { ...calibration, typicality: [] },
      outOfDistribution,
    });
    assert.notEqual(other.file, entry.file, "other content, other name");
  });

  it("a calibration's file is refused when it is broken or lacks what the manifest promises", async () => {
    const folder = join(root, "broken");
    const entry = await writeCalibration(folder, "caption", {
      calibration: { detectors: [], typicality: [] },
      outOfDistribution: [],
    });
    const rates = { threshold: 0.2, falseAlarmRate: 0, heldOut: 20, missRate: 0, outliers: 1, auc: 1 };
    await assert.rejects(
      readCalibration(folder, { ...entry, outOfDistribution: [{ condition: "sketch", ...rates }] }),
      {
        code: "pack_corrupt",
        message: /safetensors: expected a tensor centres\.sketch, got none/,
      },
    );
    await writeFile(join(folder, entry.file), "no tensors");
    await assert.rejects(readCalibration(folder, entry), { code: "pack_corrupt", message: /expected a calibration/ });
  });
});

describe("tau calibrate", () => {
  it("tau calibrate puts the numbers into the pack, prints their table, and gives the same pack each time", async () => {
    const { pack } = await makePack();
    const { code, out, err } = await tau("calibrate", pack, "--set", set, "--threads", "1");
    assert.deepEqual([code, err], [0, ""]);
    const { translations, files, entry } = await look(pack);
    const { calibration } = translations[0]!;
    assert.deepEqual(files, [calibration!.file.slice("calibration/".length)]);
    // Every condition but closed vocabularies, in the translation's order, and each rate as the table says it.
    const expected = ["caption", "sketch", "image-early", "image-middle", "image-last", "lowResolution"];
    assert.deepEqual(
      calibration!.outOfDistribution.map(({ condition }) => condition),
      expected,
    );
    for (const { condition, threshold, falseAlarmRate, missRate } of calibration!.outOfDistribution) {
      const rates = [falseAlarmRate, missRate].map((rate) => `${(100 * rate).toFixed(1)} %`);
      assert.match(
        out,
        new RegExp(`\\| ${condition} \\| ${threshold.toFixed(3)} \\| ${rates[0]} \\| 32 \\| ${rates[1]} \\|`),
      );
    }
    const again = await calibrated(pack);
    assert.deepEqual([again.digest, again.heldOutImages], [entry.digest, 32]);
    assert.deepEqual(again.calibration, calibration);
    const [translation] = await loadTranslations(entry, { threads: 1 });
    assert.equal(typicalityPercentile(translation!.calibration, {}, 1e9, "drawn"), 100);
  });

  it("tau calibrate refuses a set with too few held-out images, and wrong usage, and leaves the pack as it was", async () => {
    const { pack } = await makePack(tinyDraft);
    const before = await readFile(join(pack, "manifest.json"));
    const few = await writeTinySet(join(root, "few"));
    const { code, out, err } = await tau("calibrate", pack, "--set", few, "--threads", "1");
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /dataset_invalid: calibration of caption: expected at least 20 held-out images, got 16/);
    const wrong = await tau("calibrate", pack);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /^tau calibrate: expected PACK and --set DIR, got no --set\n\nUsage: /);
    assert.deepEqual(await readFile(join(pack, "manifest.json")), before);
    assert.deepEqual((await look(pack)).files, []);
  });
});

describe("publishing a flow", () => {
  it("publishing a flow drops the calibration of the flow that it replaces, and keeps that of another translation", async () => {
    const [first] = tinyDraft.translations;
    const { pack } = await makePack({ ...tinyDraft, translations: [first!, { ...first!, id: "second" }] });
    await calibrated(pack, "caption");
    const second = await calibrated(pack, "second");
    await writeFile(join(pack, "calibration/caption-00000000.safetensors.writing"), "half a file");
    const draft = await draftOf(pack, "caption");
    const { architecture, tensors } = readFlowFile(await readFile(join(pack, draft.translation.flow)), "tiny");
    const halved = new Map(
      [...tensors].map(([name, data]) => [name, name.startsWith("w") ? data : data.map((x) => x / 2)]),
    );
    await publishInPack(pack, draft, await digestExperts(pack, draft), {
      flow: writeFlowFile({ architecture, tensors: halved }),
      metrics: { heldOutNatsPerDim: 1 },
    });
    const { translations, files } = await look(pack);
    assert.deepEqual(
      translations.map(({ id, calibration }) => [id, calibration?.file]),
      [
        ["caption", undefined],
        ["second", second.calibration.file],
      ],
    );
    assert.deepEqual(files, [second.calibration.file.slice("calibration/".length)]);
    // Trained next, the other keeps the first's new flow.
    const other = await draftOf(pack, "second");
    await publishInPack(pack, other, await digestExperts(pack, other), {
      flow: writeFlowFile({ architecture, tensors: halved }),
      metrics: { heldOutNatsPerDim: 2 },
    });
    const after = await look(pack);
    assert.equal(after.translations[0]!.flow, translations[0]!.flow);
    assert.deepEqual(
      after.translations.map(({ metrics }) => metrics["heldOutNatsPerDim"]),
      [1, 2],
    );
    assert.deepEqual(after.files, []);
  });
});

describe("training a translation", () => {
  it("training a translation publishes it with a calibration when enough images are held out, else without", async () => {
    const { pack } = await makePack();
    for (const [name, count] of [
      ["many", 230],
      ["few", 60],
    ] as const) {
      const folder = join(root, `images of ${name}`);
      await mkdir(folder, { recursive: true });
      for (let index = 0; index < count; index += 1) {
        const random = new TrainingRandom(5, index, "evaluation");
        const pixels = Uint8Array.from({ length: 4 * tinySizePx ** 2 }, (_, at) =>
          at % 4 === 3 ? 255 : random.below(256),
        );
        const word = [...String(index)].map((digit) => "abcdefghij"[Number(digit)]).join("");
        await writeFile(join(folder, `thing ${word}.png`), await encodePng(pixels, tinySizePx, tinySizePx));
      }
      const trained = await trainTranslation({
        folder,
        basePack: pack,
        name,
        packs: join(root, "own"),
        work: join(root, `work-${name}`),
        settings: { steps: 2, evaluateEvery: 1, batch: 8 },
        threads: 1,
        isForced: true,
      });
      const { translations, files } = await look(trained.pack!.folder);
      const isCalibrated = trained.images.heldOut >= 20;
      assert.equal(isCalibrated, name === "many");
      assert.equal(translations[0]!.calibration !== undefined, isCalibrated);
      assert.equal(files.length, isCalibrated ? 1 : 0);
    }
  });
});

describe("the inference child with a calibrated pack", () => {
  it("the inference child with a calibrated pack says what lies outside before it translates, and how typical each image is", async () => {
    const { home, pack } = await makePack();
    await calibrated(pack);
    const [translation] = await loadTranslations((await look(pack)).entry, { threads: 1 });
    const isOutside = async (text: string): Promise<boolean> => {
      const encoded = await encodeConditions(translation!, { caption: { kind: "text", text } });
      return findOutOfDistribution(translation!.calibration, encoded).length > 0;
    };
    let far = "";
    for (const letter of "abcdefghijklmnopqrstuvwxyz0123456789")
      if (far === "" && (await isOutside(letter.repeat(6)))) far = letter.repeat(6);
    assert.notEqual(far, "", "the tiny expert knows a letter far from the captions of the set");
    assert.equal(await isOutside("a red square"), false);
    const client = createInferenceClient({ packsDir: home, provider: "cpu", threads: 1 });
    after(() => client.close());
    await client.start();
    const events = async (caption: string): Promise<string[]> => {
      const seen: string[] = [];
      const request = ResolvedRequestSchema.parse({ condition: { caption }, count: 2, seed: 1 });
      await client.generate(request, {
        onFindings: ({ outOfDistribution }) =>
          void seen.push(...outOfDistribution.map(({ field, score, threshold }) => `${field} ${score > threshold}`)),
        onProgress: ({ stage }) => void seen.push(stage),
        onImage: ({ typicalityPercentile: percentile }) => {
          assert.ok(percentile !== undefined && percentile >= 0 && percentile <= 100, `${percentile}`);
          seen.push("image");
        },
      });
      return seen.filter((event, index) => event !== seen[index - 1]);
    };
    const seen = await events(far);
    assert.deepEqual(seen.slice(0, 3), ["encoding", "caption true", "translating"]);
    assert.ok(seen.includes("image"), seen.join());
    assert.equal((await events("a red square")).includes("caption true"), false);
    const image = "0".repeat(64);
    const planes = new Float32Array(4 * tinySizePx ** 2).fill(0.5);
    const inverted = await client.invert(
      InversionRequestSchema.parse({ image, condition: { caption: far } }),
      new Map([[image, { planes, sizePx: tinySizePx, key: "grey" }]]),
    );
    assert.equal(inverted.outOfDistribution[0]!.field, "caption");
    assert.ok(inverted.typicalityPercentile! >= 0, `${inverted.typicalityPercentile}`);
  });
});
