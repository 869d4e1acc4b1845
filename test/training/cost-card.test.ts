/** What a run leaves for people: the cost card and its arithmetic, the loss curve, and records that survive an interruption. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { addTimes, costCard, defaultCostFactors, describeCost, stopwatch } from "../../server/training/cost-card.ts";
import { lossCurve } from "../../server/training/loss-curve.ts";
import { RunRecords } from "../../server/training/run-records.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const folder = temporaryFolder("cost");

describe("the cost card", () => {
  it("the cost card is power times CPU time, and what that costs by stated factors", () => {
    const card = costCard(
      { wallSeconds: 400, cpuSeconds: 720 },
      { wattsPerCore: 20, eurosPerKwh: 0.25, co2GramsPerKwh: 300 },
    );
    // 20 W for 0.2 h.
    assert.ok(Math.abs(card.kwh - 0.004) < 1e-12);
    assert.ok(Math.abs(card.euros - 0.001) < 1e-12 && Math.abs(card.co2Grams - 1.2) < 1e-9);
    assert.equal(card.formula, "kWh = 20 W a busy core × 720 s of CPU time / 3.6e6");
    assert.deepEqual(card.paperKwh, { cinn: 14.4, bigGan: 1260 });
    const lines = describeCost(card);
    assert.match(lines[0]!, /^time {4}400 s, 720 s of CPU time \(.+\)$/);
    assert.deepEqual(lines.slice(1), [
      "energy  0.004 kWh (kWh = 20 W a busy core × 720 s of CPU time / 3.6e6)",
      "cost    0.001 €, 1.2 g CO₂ at 0.25 €/kWh and 300 g/kWh",
      "for comparison, the paper's figures at the same factors:",
      "  a cINN: 14.4 kWh, 3.6 €, 4.32 kg CO₂, 3,600 times as much",
      "  BigGAN: 1260 kWh, 315 €, 378 kg CO₂, 315,000 times as much",
    ]);
  });

  it("the cost card gives the paper's own euros and CO₂ for the paper's kWh, and does not divide by nothing", () => {
    const { eurosPerKwh, co2GramsPerKwh } = defaultCostFactors;
    assert.equal((14.4 * eurosPerKwh).toFixed(2), "3.11");
    assert.equal((0.0144 * co2GramsPerKwh).toFixed(2), "4.26");
    assert.equal((1260 * eurosPerKwh).toFixed(2), "272.16");
    const free = describeCost(costCard({ wallSeconds: 1, cpuSeconds: 0 }));
    assert.ok(free.every((line) => !/Infinity|∞|NaN|times/.test(line)));
  });

  it("the cost card counts the processor's time of this process", () => {
    const clock = stopwatch();
    const end = performance.now() + 30;
    let work = 0;
    while (performance.now() < end || clock().cpuSeconds < 0.005) work += Math.sqrt(work + 1);
    const spent = clock();
    assert.ok(spent.wallSeconds >= 0.03 && spent.cpuSeconds >= 0.005);
    assert.deepEqual(addTimes({ wallSeconds: 1, cpuSeconds: 2 }, { wallSeconds: 10, cpuSeconds: 20 }), {
      wallSeconds: 11,
      cpuSeconds: 22,
    });
  });
});

describe("the loss curve", () => {
  const points = [
    { step: 25, trainNats: 1.4, heldOutNats: 1.3 },
    { step: 50, trainNats: 1.2, heldOutNats: 1.1 },
    { step: 75, trainNats: 1.0, heldOutNats: 1.25 },
  ];

  it("the loss curve draws both lines, the start and the kept step where they belong", () => {
    const svg = lossCurve(points, 50, { title: 'a "b" <c> & d', startNats: 1.5 });
    assert.ok(svg.includes("a &#34;b&#34; &#60;c&#62; &#38; d"));
    const paths = [...svg.matchAll(/<path d="([^"]*)"([^>]*)>/g)].map(([, d, style]) => ({ d: d!, style: style! }));
    const heldOut = paths.find(({ style }) => style.includes('stroke="#0d6efd"') && style.includes("stroke-width"))!;
    const places = [...heldOut.d.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    assert.equal(places.length, 3);
    // Lower nats lie lower; the kept step's line goes through the lowest.
    assert.ok(places[1]![1] > places[2]![1] && places[2]![1] > places[0]![1] - 100);
    const kept = paths.find(({ d, style }) => style.includes("dasharray") && d.includes("V"))!;
    assert.equal(Number(/^M([\d.]+)/.exec(kept.d)![1]), places[1]![0]);
    const start = paths.find(({ d, style }) => style.includes("dasharray") && d.includes("H"))!;
    const startY = Number(/^M[\d.]+ ([\d.]+)/.exec(start.d)![1]);
    assert.ok(
      places.every(([, y]) => y > startY),
      "all held-out nats are below the start's",
    );
  });

  it("the loss curve is an SVG that can be drawn, also of a run that has hardly begun or went wrong", async () => {
    for (const some of [points, points.slice(0, 1), [], [{ step: 25, trainNats: Number.NaN, heldOutNats: 1 }]]) {
      const svg = lossCurve(some, 0, { title: "run", startNats: 1.5 });
      assert.doesNotMatch(svg, /NaN|Infinity/);
      assert.equal((await sharp(Buffer.from(svg)).metadata()).format, "svg");
    }
  });
});

describe("the records of a run", () => {
  it("the records of a run are there after each evaluation, and go on after an interruption with the time that was spent", async () => {
    const about = { title: "run", startNats: 2 };
    const first = await RunRecords.open(folder, about, () => ({ wallSeconds: 10, cpuSeconds: 15 }));
    await first.add({ step: 10, trainNats: 1.5, heldOutNats: 1.6 }, 10);
    await first.add({ step: 20, trainNats: 1.4, heldOutNats: 1.5 }, 20);
    assert.deepEqual((await readdir(folder)).sort(), ["log.jsonl", "loss.svg", "time.json"]);
    // Taken up at the checkpoint of step 10.
    const second = await RunRecords.open(folder, about, () => ({ wallSeconds: 5, cpuSeconds: 6 }));
    assert.deepEqual(second.spent, { wallSeconds: 15, cpuSeconds: 21 });
    await second.add({ step: 20, trainNats: 1.41, heldOutNats: 1.5 }, 20);
    const log = second.files(20).get("log.jsonl")!;
    assert.deepEqual(
      log
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
      [
        { step: 10, trainNats: 1.5, heldOutNats: 1.6 },
        { step: 20, trainNats: 1.41, heldOutNats: 1.5 },
      ],
    );
    assert.equal(await readFile(join(folder, "log.jsonl"), "utf8"), log);
  });

  it("the records of a run begin anew when they are broken", async () => {
    await writeFile(join(folder, "log.jsonl"), "{");
    await writeFile(join(folder, "time.json"), "");
    const records = await RunRecords.open(folder, { title: "run", startNats: 2 }, () => ({
      wallSeconds: 1,
      cpuSeconds: 1,
    }));
    assert.deepEqual(records.spent, { wallSeconds: 1, cpuSeconds: 1 });
    assert.match(records.files(0).get("loss.svg")!, /<\/svg>/);
  });
});
