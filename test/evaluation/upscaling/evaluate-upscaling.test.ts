/** The evaluation of upscaling on tiny pictures with an upscaler of the test's own: the whole report, and pictures that can't be measured. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Pixels } from "../../../server/engine/interfaces.ts";
import { normals, streams } from "../../../server/engine/random.ts";
import { toMarkdown } from "../../../server/evaluation/markdown.ts";
import { publishReport } from "../../../server/evaluation/publish.ts";
import type { Row, TimedSection, UpscalingReport } from "../../../server/evaluation/report.ts";
import { openBaselines } from "../../../server/evaluation/upscaling/baselines.ts";
import { evaluateUpscaling } from "../../../server/evaluation/upscaling/evaluate-upscaling.ts";
import type { EvaluatedUpscaler } from "../../../server/evaluation/upscaling/methods.ts";
import { folderPictures, statedPictures } from "../../../server/evaluation/upscaling/pictures.ts";
import { bicubic, resample } from "../../../server/evaluation/upscaling/resample.ts";
import { encodePng } from "../../../server/images/codec.ts";
import { Catalogue, packsHome } from "../../../server/packs/catalogue.ts";
import { writeFiles } from "../../fixtures/image-folder.ts";
import { pictureGraph } from "../../fixtures/networks/picture-graph.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const home = temporaryFolder("upscaling");

const enlarge = (image: Pixels, scale: number): Pixels =>
  resample(image, scale * image.widthPx, scale * image.heightPx, bicubic);

/** Bicubic with noise of 20 levels at temperature 1. */
const upscaler: EvaluatedUpscaler = {
  knowsForeign: false,
  knowsLetters: false,
  scales: [2, 4],
  tilesOf: () => 1,
  async upscale(image, { scale = 2, temperature, seed }) {
    const plain = enlarge(image, scale);
    const noise = normals(seed, streams.pixels, plain.rgba.length);
    const levels = Uint8ClampedArray.from(plain.rgba, (level, at) =>
      at % 4 === 3 ? level : level + 20 * temperature * noise[at]!,
    );
    return { ...plain, rgba: new Uint8Array(levels.buffer) };
  },
  centreOf: async (image, scale) => enlarge(image, scale),
};

function png(widthPx: number, heightPx: number, phase: number): Promise<Uint8Array> {
  const rgba = new Uint8Array(4 * widthPx * heightPx).fill(255);
  for (let pixel = 0; pixel < widthPx * heightPx; pixel += 1) {
    const [x, y] = [pixel % widthPx, Math.floor(pixel / widthPx)];
    const level = 128 + 60 * Math.sin(x / 3 + phase) + 50 * Math.cos(y / 5);
    rgba.fill(level, 4 * pixel, 4 * pixel + 3);
  }
  return encodePng(rgba, widthPx, heightPx);
}

const pictures = join(home, "pictures");
await writeFiles(pictures, {
  "Set5/bird.png": await png(66, 50, 0),
  "Set5/butterfly.png": await png(48, 64, 1),
  "Set5/damaged.png": (await png(48, 64, 1)).subarray(0, 300),
  "Set5/dot.png": await png(20, 64, 2),
  "Set5/notes.txt": "no picture",
  "Urban/deep/street.png": await png(64, 64, 3),
});

const judge = (await Catalogue.open(packsHome())).entries.find(({ manifest: { id } }) => id === "icons")!;
const options = {
  pack: { id: "tiny", version: "1.0.0", digest: "ab".repeat(32) },
  label: "noisy bicubic",
  upscaler,
  metrics: {
    x2HeldOutPsnrDb: 36.64,
    x2Float32PsnrDb: 36.74,
    x4HeldOutPsnrDb: 35,
    x4Float32PsnrDb: 35.25,
  },
  baselines: join(home, "nowhere"),
  settings: { seed: 3, limit: 10 },
  threads: 1,
  onProgress: () => {},
};

const sectionOf = ({ sections }: UpscalingReport, id: string): TimedSection =>
  sections.find((section) => section.id === id)!;
const rowOf = ({ tables }: TimedSection, table: string, what: string): Row =>
  tables.find(({ title }) => title === table)!.rows.find((row) => row.what.startsWith(what))!;

describe("evaluation of upscaling", async () => {
  const set = await folderPictures(pictures, 10);
  const lpips = join(home, "lpips.onnx");
  await writeFile(lpips, pictureGraph());
  const report = await evaluateUpscaling({ ...options, set, judge, lpips });

  it("evaluation of upscaling measures every method on every picture that can be read, in groups by folder", () => {
    assert.deepEqual(
      report.sections.map(({ id }) => id),
      ["targets", "quality", "diversity", "inputs", "memory"],
    );
    const { tables } = sectionOf(report, "quality");
    assert.deepEqual(
      tables.map(({ title, rows }) => [title, rows.length, rows[0]!.n]),
      [
        ["×2, Set5", 6, 2],
        ["×2, Urban", 6, 1],
        ["×4, Set5", 6, 2],
        ["×4, Urban", 6, 1],
      ],
    );
    for (const { rows } of tables)
      for (const { values } of rows) for (const value of Object.values(values)) assert.ok(Number.isFinite(value));
  });

  it("evaluation of upscaling gives an upscaler that is bicubic what bicubic gets, and noise what noise costs", () => {
    const quality = sectionOf(report, "quality");
    const { secondsPerMegapixel: _, ...floor } = rowOf(quality, "×2, Set5", "bicubic").values;
    for (const what of ["tau, temperature 0 (Φ's prediction)", "τ at v = 0"]) {
      const { secondsPerMegapixel, ...own } = rowOf(quality, "×2, Set5", what).values;
      assert.deepEqual(own, floor);
      assert.ok(secondsPerMegapixel! > 0);
    }
    const noisy = rowOf(quality, "×2, Set5", "tau, temperature 0.9").values;
    // 18 levels of noise: 20 log (255 / 18) is 23.0 dB.
    assert.ok(Math.abs(noisy["psnr"]! - 23) < 0.5, `${noisy["psnr"]}`);
    for (const net of ["distance", "lpips"]) assert.ok(noisy[net]! > floor[net]!, net);
    assert.ok(noisy["lrPsnr"]! < 40);
  });

  it("evaluation of upscaling measures how much hypotheses differ", () => {
    const {
      deviation,
      distance,
      lpips: colours,
    } = rowOf(sectionOf(report, "diversity"), "×4, Urban", "temperature 0.45").values;
    assert.ok(Math.abs(deviation! - 9) < 1, `${deviation}`);
    assert.ok(distance! > 0);
    // Of three colours, each 2 · 9² levels² apart on average, seen once and doubled.
    assert.ok(Math.abs(colours! - (3 * 2 * 81 * (1 + 4)) / 255 ** 2) < 0.01, `${colours}`);
  });

  it("evaluation of upscaling sets goals beside what was reached, and gains only for the groups of the stated list", () => {
    const { rows } = sectionOf(report, "targets").tables[0]!;
    assert.ok(rows.every(({ what }) => !/T = 0 above bicubic/.test(what)));
    // Goals of other sections, of what this run measured.
    assert.ok(rows.some(({ what }) => /JPEG of quality 70: PSNR above bicubic/.test(what)));
    assert.ok(rows.every(({ what }) => !/photos|graphics/.test(what)));
    const verdict = (what: RegExp) => rows.find((row) => what.test(row.what))!.values;
    assert.deepEqual(verdict(/×2: PSNR at T = 0 by the weights served/), { value: 0.1, goal: 0.1, isMet: 1 });
    assert.deepEqual(verdict(/×4: PSNR at T = 0 by the weights served/), { value: 0.25, goal: 0.1, isMet: 0 });
    assert.equal(verdict(/×2, Set5: lowest mean LR-PSNR/)["isMet"], 0);
    for (const net of ["LPIPS 0\\.1 \\(AlexNet\\)", "EfficientNet-Lite0"])
      assert.equal(
        verdict(new RegExp(`×4, Set5: distance below bicubic's by ${net} at the best temperature \\(0\\)`))["value"],
        0,
      );
  });

  it("evaluation of upscaling lists what it left out and what it skipped, and writes all of it with its charts", async () => {
    assert.deepEqual(
      report.skipped.map(({ name }) => name),
      ["Set5/damaged.png", "Set5/dot.png"],
    );
    assert.match(report.skipped[0]!.reason, /expected a complete, undamaged file, got/);
    assert.match(report.skipped[1]!.reason, /expected sides of at least 32 px, got 20 px/);
    assert.match(report.leftOut[0]!.reason, /expected the runner of the baselines at .*nowhere/);
    const out = join(home, "report");
    await publishReport(report, out);
    const charts = ["distance", "lpips", "psnr"].flatMap((measure) => [`${measure}-x2.svg`, `${measure}-x4.svg`]);
    assert.deepEqual((await readdir(out)).sort(), [...charts, "report.json", "report.md"]);
    const markdown = await readFile(join(out, "report.md"), "utf8");
    assert.equal(markdown, toMarkdown(report));
    assert.match(markdown, /^# Evaluation of tiny@1\.0\.0, noisy bicubic\n/);
    assert.match(markdown, /Feature nets: LPIPS 0\.1 \(AlexNet\), EfficientNet-Lite0\./);
    assert.match(markdown, /3 measured.*Seed 3, at most 10 pictures of a group/);
    assert.match(markdown, /\| ×2, Set5: lowest mean LR-PSNR .* \| 45\.00 \| no \|/);
    assert.match(markdown, /## Skipped pictures\n\n- Set5\/damaged\.png: /);
    for (const chart of charts) assert.ok(markdown.includes(`(${chart})`));
  });

  it("evaluation of upscaling goes without a net that judges, and says so", async () => {
    const small = await folderPictures(join(pictures, "Urban"), 1);
    assert.deepEqual(small.groups, ["deep"]);
    const { sections, leftOut, featureNet } = await evaluateUpscaling({ ...options, set: small });
    assert.equal(featureNet, undefined);
    assert.deepEqual(
      leftOut.map(({ id }) => id),
      ["lpips", "distance", "baselines"],
    );
    assert.match(leftOut[0]!.reason, /fetch_lpips\.py/);
    const { values } = rowOf(sections.find(({ id }) => id === "quality")!, "×2, deep", "bicubic");
    for (const net of ["distance", "lpips"]) assert.equal(values[net], undefined);
  });

  it("evaluation of upscaling stops when asked to", async () => {
    const abort = new AbortController();
    const onProgress = (text: string): void => {
      if (text.startsWith("Set5/butterfly.png")) abort.abort();
    };
    await assert.rejects(evaluateUpscaling({ ...options, set, onProgress, signal: abort.signal }), {
      code: "cancelled",
    });
  });
});

describe("pictures to measure on", () => {
  it("pictures to measure on are refused in one line where there are none, or none that can be read", async () => {
    const empty = join(home, "empty");
    await mkdir(empty);
    await assert.rejects(folderPictures(empty, 5), /--pictures: expected pictures below .*empty, got none/);
    await assert.rejects(folderPictures(join(home, "absent"), 5), /got ENOENT/);
    await writeFile(join(empty, "torn.jpg"), "not a JPEG");
    const set = await folderPictures(empty, 5);
    await assert.rejects(evaluateUpscaling({ ...options, set }), {
      code: "dataset_invalid",
      message: /expected at least one readable picture, got 1 unreadable ones; torn\.jpg: /,
    });
  });

  it("missing pictures of the stated list are named with the command that fetches them", async () => {
    const stated = join(home, "pretrain");
    await writeFiles(stated, {
      "super-resolution/test-pictures.json": JSON.stringify({
        photos: ["a/one.png", "a/two.png"],
        graphics: ["b/three.png"],
      }),
      ".cache/super-resolution/pictures/a/one.png": await png(40, 40, 0),
    });
    await assert.rejects(statedPictures(5, stated), {
      code: "dataset_invalid",
      message:
        /expected 3 pictures below .*, got 1 \(a\/two\.png is missing\); fetch them with `node .*fetch-pictures\.mjs --only test`/,
    });
    await writeFiles(stated, { ".cache/super-resolution/pictures/b/three.png": await png(40, 40, 1) });
    const { pictures: named, groups } = await statedPictures(1, stated);
    assert.deepEqual(
      [groups, named.map(({ name }) => name)],
      [
        ["photos", "graphics"],
        ["a/one.png", "b/three.png"],
      ],
    );
    const truth = await named[0]!.read();
    assert.deepEqual([truth.widthPx, truth.heightPx], [512, 512]);
    await assert.rejects(statedPictures(1, join(home, "absent")), /name a folder with --pictures/);
  });
});

describe("baselines of upscaling", () => {
  const input: Pixels = {
    rgba: new Uint8Array(4 * 12 * 8).fill(90).map((level, at) => (at % 4 === 3 ? 255 : level)),
    widthPx: 12,
    heightPx: 8,
  };

  it("baselines of upscaling give pixels and seconds from a process of their own, sharp without anything installed", async () => {
    const baselines = openBaselines(undefined, 1);
    assert.ok(typeof baselines !== "string");
    try {
      const { picture, seconds, peakBytes } = await baselines.draw("cubic", "sharp", input, 4);
      assert.deepEqual([picture.widthPx, picture.heightPx], [48, 32]);
      assert.ok(picture.rgba.every((level, at) => level === (at % 4 === 3 ? 255 : 90)));
      assert.ok(seconds > 0 && peakBytes > 1e6);
      await assert.rejects(baselines.draw("no-such-network", "onnx", input, 2), {
        code: "inference_crashed",
        message: /no-such-network ×2 on onnx/,
      });
    } finally {
      baselines.close();
    }
  });

  it("a baseline of upscaling that can't run says what is missing", async () => {
    assert.match(String(openBaselines(join(home, "nowhere"))), /expected the runner of the baselines/);
    const bare = await writeFiles(join(home, "baselines"), {
      "run.mjs": "process.on('message', () => process.exit(3));",
    });
    const baselines = openBaselines(bare);
    assert.ok(typeof baselines !== "string");
    assert.deepEqual(baselines.networks, []);
    assert.match(baselines.missing!, /npm ci/);
    await assert.rejects(baselines.draw("cubic", "sharp", input, 2), /expected a picture, got the end of its process/);
  });
});
