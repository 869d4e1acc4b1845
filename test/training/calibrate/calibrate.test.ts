/** Calibration against answers that are known: an identity flow, whose likelihoods have a closed form, and conditions in clear groups. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Calibration, findOutOfDistribution, typicalityPercentile } from "../../../server/engine/calibration.ts";
import type { ConditioningExpert, Flow } from "../../../server/engine/interfaces.ts";
import { TrainingRandom } from "../../../server/flow/random.ts";
import type { ConditionTable, TrainingSet } from "../../../server/flow/training-set.ts";
import { denseTable, labelTable } from "../../../server/flow/vector-table.ts";
import { calibrate } from "../../../server/training/calibrate/calibrate.ts";
import { oodCaptions } from "../../../server/training/calibrate/ood-captions.ts";
import { areaUnderCurve, quantilesOf, upperBound } from "../../../server/training/calibrate/quantiles.ts";

const [dims, captionDims, heldOut, train] = [3, 8, 81, 400];
const rows = heldOut + train;
const posteriorStd = 0.5;

/** z = v, and v + 1 with a caption: log p(z|c) = log N(z − 1; 0, I). */
const flow: Flow = {
  dims,
  conditions: [
    { name: "caption", dims: captionDims },
    { name: "style", dims: 2 },
  ],
  forward: async (latent, { caption }, batch) => ({
    values: latent.map((z, at) => z - caption!.present[Math.floor(at / dims)]!),
    logDet: new Float32Array(batch),
  }),
  inverse: () => assert.fail("calibration needs no samples"),
};
const logNormalOf = (z: number): number => -0.5 * dims * z * z - 0.5 * dims * Math.log(2 * Math.PI);

/** Captions lie close to one of four axes; the last axis is empty. */
function captionVectors(): Float32Array {
  const random = new TrainingRandom(7, 0, "evaluation");
  const values = random.fillNormal(new Float32Array(rows * captionDims), 0.05);
  for (let row = 0; row < rows; row += 1) {
    values[row * captionDims + (row % 4)]! += 1;
    values[row * captionDims + 7] = 0;
  }
  return values;
}

const each = (of: (row: number) => number[]): number[][] => Array.from({ length: rows }, (_, row) => of(row));

/** Held-out latent k has all values k / 20, so its likelihood is known and falls with k. */
function makeSet(conditions: Partial<Record<"caption" | "style", Partial<ConditionTable>>> = {}): TrainingSet {
  const latents = new Float32Array(rows * dims);
  for (let row = 0; row < heldOut; row += 1) latents.fill(row / 20, row * dims, (row + 1) * dims);
  return {
    dims,
    latents,
    posteriorStd,
    heldOutRows: Int32Array.from({ length: heldOut }, (_, row) => row),
    trainRows: Int32Array.from({ length: train }, (_, row) => heldOut + row),
    conditions: [
      {
        name: "caption",
        kind: "words",
        dims: captionDims,
        table: denseTable(captionVectors(), captionDims),
        options: each((row) => [row]),
        ...conditions.caption,
      },
      {
        name: "style",
        kind: "words",
        dims: 2,
        table: labelTable(2),
        options: each((row) => [row % 2]),
        ...conditions.style,
      },
    ],
  };
}

function translationWith(encode: ConditioningExpert["encode"]) {
  const style: ConditioningExpert = { dims: 2, encode: () => assert.fail("labels are no test") };
  return {
    id: "toy",
    flow,
    target: { latentDims: dims, imageSizePx: 8, encode: () => assert.fail(), decode: () => assert.fail() },
    conditions: [
      { name: "caption" as const, expert: { dims: captionDims, encode } },
      { name: "style" as const, expert: style },
    ],
  };
}
/** Every outside caption on the empty axis, which no learned caption has. */
const far = translationWith(async () => Float32Array.from({ length: captionDims }, (_, axis) => (axis === 7 ? 1 : 0)));
const given = (vector: Float32Array) => ({ caption: { vector, presence: 1 } });
const near = (got: number | undefined, expected: number, tolerance = 1e-4): void =>
  assert.ok(got !== undefined && Math.abs(got - expected) < tolerance, `${got}, expected ${expected}`);

describe("typicality", async () => {
  const { calibration } = await calibrate(far, makeSet());

  it("typicality of an inverted image is the share of held-out images that are less likely", () => {
    // Image k is more likely than the heldOut − 1 − k that follow it; quantiles lie on every second image.
    for (const k of [0, 2, 20, 40, 78, 80])
      near(typicalityPercentile(calibration, {}, logNormalOf(k / 20), "inverted"), 100 * (1 - k / (heldOut - 1)));
    assert.equal(typicalityPercentile(calibration, {}, 1e6, "inverted"), 100);
    assert.equal(typicalityPercentile(calibration, {}, -1e6, "inverted"), 0);
    assert.equal(typicalityPercentile(undefined, {}, 0, "inverted"), undefined);
  });

  it("typicality compares with likelihoods under the conditions that are given", () => {
    const caption = given(new Float32Array(captionDims));
    // With a caption image 20 is the most likely one, and image 80, with all values 4, the least.
    near(typicalityPercentile(calibration, caption, logNormalOf(0), "inverted"), 100);
    near(typicalityPercentile(calibration, caption, logNormalOf(3) + 1e-3, "inverted"), 0, 0.1);
    near(typicalityPercentile(calibration, {}, logNormalOf(3), "inverted"), 25);
  });

  it("typicality of a drawn image compares with latents that have the posterior's noise, which are less likely", () => {
    const meanOf = (kind: "drawn" | "inverted"): number => {
      const { [kind]: quantiles } = calibration.typicality.find(({ conditions }) => conditions.length === 0)!;
      return quantiles.reduce((sum, value) => sum + value, 0) / quantiles.length;
    };
    // E log N(z + noise) = log N(z) − dims · std² / 2, here within the error of 81 draws.
    near(meanOf("inverted") - meanOf("drawn"), 0.5 * dims * posteriorStd ** 2, 0.4);
  });

  it("typicality is measured for each, each pair, and once for the words that go together", async () => {
    const set = makeSet();
    const [, style] = set.conditions;
    const labelled = {
      ...far,
      flow: { ...flow, conditions: [...flow.conditions, { name: "label", dims: 2 }] },
      conditions: [...far.conditions, { ...far.conditions[1]!, name: "label" as const }],
    };
    const all = { ...set, conditions: [...set.conditions, { ...style!, name: "label" }] };
    const measured = (await calibrate(labelled, all)).calibration.typicality.map(({ conditions }) => conditions.join());
    assert.deepEqual(measured, [
      "",
      "caption",
      "style",
      "label",
      "caption,style",
      "caption,label",
      "style,label",
      "caption,style,label",
    ]);
  });

  it("typicality never falls when the likelihood rises, whichever conditions are given", () =>
    fc.assert(
      fc.property(
        fc.double({ min: -60, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.constantFrom({}, given(new Float32Array(captionDims))),
        fc.constantFrom("drawn" as const, "inverted" as const),
        (low, step, conditions, kind) => {
          const [a, b] = [low, low + step].map((value) => typicalityPercentile(calibration, conditions, value, kind)!);
          assert.ok(a! <= b! && a! >= 0 && b! <= 100, `${a} at ${low}, ${b} at ${low + step}`);
        },
      ),
      { seed: 20261125, numRuns: 300 },
    ));

  it("typicality is measured for nothing, each condition alone and both, and looked up by the largest part that was measured", () => {
    assert.deepEqual(
      calibration.typicality.map(({ conditions }) => conditions),
      [[], ["caption"], ["style"], ["caption", "style"]],
    );
    const steps = (from: number): number[] => Array.from({ length: 3 }, (_, step) => from + step);
    const entry = (from: number, ...conditions: Array<"caption" | "style">) => ({
      conditions,
      drawn: steps(from),
      inverted: steps(from),
    });
    const known: Calibration = { detectors: [], typicality: [entry(0), entry(10, "caption")] };
    const vector = new Float32Array(2);
    assert.equal(typicalityPercentile(known, { ...given(vector) }, 11, "drawn"), 50);
    assert.equal(typicalityPercentile(known, { ...given(vector), style: { vector, presence: 1 } }, 11, "drawn"), 50);
    assert.equal(typicalityPercentile(known, { style: { vector, presence: 1 } }, 1.5, "drawn"), 75);
  });

  it("typicality leaves out combinations that too few held-out images have", async () => {
    const few = makeSet({ style: { options: each((row) => (row < 19 ? [0] : [])) } });
    const { calibration: partial } = await calibrate(far, few);
    assert.deepEqual(
      partial.typicality.map(({ conditions }) => conditions),
      [[], ["caption"]],
    );
  });
});

describe("the test for outside conditions", () => {
  it("the test for outside conditions alarms for one held-out condition in twenty, and distinguishes what is in other directions", async () => {
    const { calibration, outOfDistribution } = await calibrate(far, makeSet());
    assert.deepEqual(
      outOfDistribution.map(({ condition }) => condition),
      ["caption"],
      "labels are a closed vocabulary",
    );
    const [{ threshold, falseAlarmRate, missRate, auc, heldOut: tried, outliers: beyond }] = outOfDistribution as [
      (typeof outOfDistribution)[0],
    ];
    const written = Object.values(oodCaptions).reduce((sum, texts) => sum + texts.length, 0);
    assert.deepEqual([missRate, auc, tried, beyond], [0, 1, heldOut, written]);
    assert.ok(falseAlarmRate > 0 && falseAlarmRate < 0.12, `${falseAlarmRate}`);
    const captions = captionVectors();
    const alarms = Array.from({ length: heldOut }, (_, row) =>
      findOutOfDistribution(calibration, given(captions.slice(row * captionDims, (row + 1) * captionDims))),
    ).filter((found) => found.length > 0);
    assert.equal(alarms.length, Math.floor(0.05 * heldOut));
    const along = (length: number) =>
      given(Float32Array.from({ length: captionDims }, (_, axis) => (axis === 7 ? length : 0)));
    const empty = along(1);
    const [alarm] = findOutOfDistribution(calibration, empty);
    assert.deepEqual([alarm!.field, alarm!.threshold], ["caption", threshold]);
    near(alarm!.score, 1, 0.05);
    const [longer] = findOutOfDistribution(calibration, along(3));
    near(longer!.score, alarm!.score + 2 * Math.log(3), 0.05);
    assert.deepEqual(findOutOfDistribution(calibration, {}), []);
    assert.deepEqual(findOutOfDistribution(undefined, empty), []);
  });

  it("the test for outside conditions admits what it can't distinguish", async () => {
    const captions = captionVectors();
    let next = 0;
    const alike = translationWith(async () => {
      next = (next + 1) % heldOut;
      return captions.slice(next * captionDims, (next + 1) * captionDims);
    });
    const [rates] = (await calibrate(alike, makeSet())).outOfDistribution;
    assert.ok(rates!.missRate > 0.9, `${rates!.missRate}`);
    near(rates!.auc, 0.5, 0.05);
  });

  it("the test for outside conditions stays a number where most learned vectors are zeros, of which no length is unusual", async () => {
    const values = captionVectors().fill(0, 0, captionDims * (rows - 20));
    const { calibration, outOfDistribution } = await calibrate(
      far,
      makeSet({ caption: { table: denseTable(values, captionDims) } }),
    );
    assert.equal(calibration.detectors[0]!.length, undefined);
    for (const value of Object.values(outOfDistribution[0]!).filter((one) => typeof one === "number"))
      assert.ok(Number.isFinite(value), JSON.stringify(outOfDistribution[0]));
  });

  it("the test for outside conditions is left out for a condition that too few held-out images have", async () => {
    const few = makeSet({
      caption: { options: each((row) => (row < 19 || row >= heldOut ? [row] : [])) },
    });
    assert.deepEqual((await calibrate(far, few)).outOfDistribution, []);
  });

  it("the test for outside conditions needs twenty held-out images", async () => {
    const set = makeSet();
    await assert.rejects(calibrate(far, { ...set, heldOutRows: set.heldOutRows.slice(0, 19) }), {
      code: "dataset_invalid",
      message: "calibration of toy: expected at least 20 held-out images, got 19",
    });
  });
});

describe("order statistics", () => {
  it("order statistics are right on numbers that can be counted", () => {
    const values = Array.from({ length: 41 }, (_, index) => (7 * index) % 41);
    assert.deepEqual(quantilesOf(values, 4), [0, 10, 20, 30, 40]);
    assert.equal(upperBound(values, 0.05), 38);
    assert.equal(upperBound([3], 0.05), 3);
    assert.equal(areaUnderCurve([1, 2, 3], [2, 4]), 4.5 / 6);
  });
});
