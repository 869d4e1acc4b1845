/** The metrics of an evaluation against values computed by hand and properties that they are known for. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Matrix } from "ml-matrix";
import { fitCaptionJudge } from "../../server/evaluation/metrics/caption-judge.ts";
import { hueDistance, hues, meanHue, obeys } from "../../server/evaluation/metrics/colour-words.ts";
import { densityAndCoverage } from "../../server/evaluation/metrics/density-coverage.ts";
import { edgeOverlap } from "../../server/evaluation/metrics/edge-overlap.ts";
import { crossOfColumns, crossOfRows, frechetDistance } from "../../server/evaluation/metrics/frechet-distance.ts";
import { kernelDistance, kernelDistanceOfSubsets } from "../../server/evaluation/metrics/kernel-distance.ts";
import { nearestRows } from "../../server/evaluation/metrics/nearest.ts";
import { edgeEnergy, opaqueShare, psnrDb } from "../../server/evaluation/metrics/pixels.ts";
import { rankCaptions } from "../../server/evaluation/metrics/r-precision.ts";
import { fitRidge } from "../../server/evaluation/metrics/ridge.ts";
import { quantile, standardDeviation } from "../../server/evaluation/metrics/statistics.ts";
import type { Vectors } from "../../server/evaluation/metrics/vectors.ts";
import { TrainingRandom } from "../../server/flow/random.ts";

const close = (actual: number, expected: number, within: number): void =>
  assert.ok(Math.abs(actual - expected) <= within, `expected ${expected} ± ${within}, got ${actual}`);

const normal = (count: number, dims: number, seed: number, std = 1, shift = 0): Vectors => ({
  values: new TrainingRandom(seed, 0, "evaluation")
    .fillNormal(new Float32Array(count * dims), std)
    .map((value) => value + shift),
  dims,
});
const vectors = (dims: number, ...values: number[]): Vectors => ({ values: Float32Array.from(values), dims });

describe("the judge of captions", () => {
  const [count, dims] = [600, 12];
  /** Captions that share a mean and one loud direction, as short texts do, and differ in quiet ones. */
  const captions = normal(count, dims, 4, 0.1).values.map((value, at) => {
    const axis = at % dims;
    return axis === 0 ? 1 + value : axis === 1 ? 6 * value : value;
  });
  /** What is seen of them: the loud direction hardly at all. */
  const blur = normal(count, dims, 5, 0.02).values;
  const features = captions.map((value, at) => (at % dims === 1 ? 0.02 * value : value) + blur[at]!);
  const of = (values: Float32Array, from: number, to: number) => ({
    values: values.slice(from * dims, to * dims),
    dims,
  });
  const [fitted, judged] = [500, 100];
  const names = Array.from({ length: judged }, (_, at) => `caption ${at}`);
  const precisionWith = (predicted: Vectors, placed: Vectors): number =>
    rankCaptions(predicted, placed, names, { distractors: 99, seed: 1 }).precision;

  it("the judge of captions lets quiet directions speak, which plain cosines drown", () => {
    const judge = fitCaptionJudge(of(features, 0, fitted), of(captions, 0, fitted), 0.03);
    const [seen, own] = [of(features, fitted, count), of(captions, fitted, count)];
    const plain = fitRidge(of(features, 0, fitted), of(captions, 0, fitted), 0.03);
    const [better, worse] = [
      precisionWith(judge.predict(seen), judge.place(own)),
      precisionWith(plain.predict(seen), own),
    ];
    assert.ok(better > 0.9, `${better}`);
    assert.ok(worse < better - 0.2, `${worse} against ${better}`);
  });

  it("the judge of captions names nothing for features that say nothing", () => {
    const noise = normal(count, dims, 6);
    const judge = fitCaptionJudge(of(noise.values, 0, fitted), of(captions, 0, fitted), 0.03);
    assert.ok(
      precisionWith(judge.predict(of(noise.values, fitted, count)), judge.place(of(captions, fitted, count))) < 0.08,
    );
  });
});

describe("ridge regression", () => {
  it("ridge regression recovers a linear map with an offset", () => {
    const [dims, out] = [5, 3];
    const map = normal(dims, out, 2);
    const apply = (inputs: Vectors): Float32Array => {
      const count = inputs.values.length / dims;
      return Float32Array.from({ length: count * out }, (_, at) => {
        const [row, column] = [Math.floor(at / out), at % out];
        let sum = column + 1;
        for (let axis = 0; axis < dims; axis += 1)
          sum += inputs.values[row * dims + axis]! * map.values[axis * out + column]!;
        return sum;
      });
    };
    const inputs = normal(60, dims, 3);
    const ridge = fitRidge(inputs, { values: apply(inputs), dims: out }, 1e-9);
    const fresh = normal(10, dims, 4);
    const expected = apply(fresh);
    for (const [at, value] of ridge.predict(fresh).values.entries()) close(value, expected[at]!, 1e-4);
  });

  it("ridge regression shrinks towards the mean as the penalty grows", () => {
    const ridge = fitRidge(vectors(1, -1, 1), vectors(1, 3, 5), 1e6);
    close(ridge.predict(vectors(1, 1)).values[0]!, 4, 1e-3);
  });

  it("ridge regression refuses a single image and images without any difference", () => {
    assert.throws(() => fitRidge(vectors(2, 1, 2), vectors(1, 1), 0.1), { code: "dataset_invalid" });
    assert.throws(() => fitRidge(vectors(1, 2, 2, 2), vectors(1, 1, 2, 3), 0.1), { code: "dataset_invalid" });
  });
});

describe("R-precision", () => {
  const captions = normal(40, 16, 1);
  const names = Array.from({ length: 40 }, (_, at) => `caption ${at}`);
  const options = { distractors: 9, seed: 1 };

  it("R-precision is 1 for predictions that are the captions, and about chance for unrelated ones", () => {
    assert.equal(rankCaptions(captions, captions, names, options).precision, 1);
    const many = normal(2000, 8, 5);
    const labels = Array.from({ length: 2000 }, (_, at) => String(at));
    const guess = rankCaptions(normal(2000, 8, 6), many, labels, options);
    close(guess.chance, 0.1, 1e-9);
    close(guess.precision, 0.1, 0.025);
  });

  it("R-precision gives nothing for the same prediction everywhere among equal captions", () => {
    const same = { values: new Float32Array(40 * 16).fill(1), dims: 16 };
    assert.equal(rankCaptions(same, same, names, options).precision, 0);
  });

  it("R-precision lets no caption compete with its own words", () => {
    const twins = vectors(2, 1, 0, 1, 0, 0, 1, 0, 1);
    const ranking = rankCaptions(twins, twins, ["cat", "cat", "dog", "dog"], { distractors: 99, seed: 1 });
    assert.deepEqual(ranking, { precision: 1, isFirst: [true, true, true, true], chance: 0.5 });
  });
});

describe("kernel distance", () => {
  it("kernel distance is the unbiased estimate, computed by hand on two points a side", () => {
    // k(x, y) = (xy + 1)³ in one dimension: within a 1, within b 27, between 1, 1, 8, 8 → 1 + 27 − 2 · 4.5.
    close(kernelDistance(vectors(1, 0, 1), vectors(1, 1, 2)), 1 + 27 - 2 * ((1 + 1 + 8 + 27) / 4), 1e-9);
  });

  it("kernel distance is about 0 for two samples of one distribution and grows with a shift", () => {
    const [a, b] = [normal(400, 8, 1), normal(400, 8, 2)];
    close(kernelDistance(a, b), 0, 0.02);
    assert.ok(kernelDistance(a, normal(400, 8, 2, 1, 1)) > 1);
    const { mean, std } = kernelDistanceOfSubsets(a, b, { subsets: 10, size: 100, seed: 1 });
    close(mean, 0, 4 * std);
    assert.ok(std > 0);
  });
});

describe("Fréchet distance", () => {
  it("Fréchet distance is 0 for equal features and the squared shift for shifted ones", () => {
    const a = normal(300, 4, 1);
    close(frechetDistance(a, a), 0, 1e-6);
    close(frechetDistance(a, { values: a.values.map((value) => value + 2), dims: 4 }), 16, 1e-3);
  });

  it("Fréchet distance is the squared difference of standard deviations for scaled features", () => {
    const a = vectors(1, -1, 1);
    // Variances 2 and 18 (n − 1): (√18 − √2)² = 8.
    close(frechetDistance(a, vectors(1, -3, 3)), 8, 1e-6);
  });

  it("Fréchet distance is the same by rows and by columns, whichever are fewer", () => {
    for (const [rows, others, dims] of [
      [7, 12, 5],
      [5, 4, 9],
      [6, 6, 6],
    ] as const) {
      const matrix = (count: number, seed: number) =>
        Matrix.from1DArray(count, dims, [...normal(count, dims, seed).values]);
      const [a, b] = [matrix(rows, 1), matrix(others, 2)];
      close(crossOfRows(a, b), crossOfColumns(a, b), 1e-5);
    }
    // Two rows have one direction: shift 0, variances 2 and 18 along axes at right angles, which share nothing.
    close(frechetDistance(vectors(3, -1, 0, 0, 1, 0, 0), vectors(3, 0, -3, 0, 0, 3, 0)), 20, 1e-9);
  });
});

describe("density and coverage", () => {
  it("density and coverage are 1 for the same set, counted by hand", () => {
    const real = normal(50, 3, 1);
    const { density, coverage } = densityAndCoverage(real, real, 5);
    assert.equal(coverage, 1);
    // Each of 50 balls holds its 5 neighbours and its own centre.
    close(density, 6 / 5, 1e-9);
  });

  it("density and coverage are 0 for samples far away, and coverage falls when samples sit in one place", () => {
    const real = normal(50, 3, 1);
    assert.deepEqual(densityAndCoverage(real, normal(50, 3, 2, 1, 100), 5), { density: 0, coverage: 0 });
    const point = { values: Float32Array.from({ length: 150 }, (_, at) => real.values[at % 3]!), dims: 3 };
    assert.ok(densityAndCoverage(real, point, 5).coverage < 0.5);
  });
});

describe("nearest rows", () => {
  it("nearest rows come nearest first, with their distances", () => {
    const [found] = nearestRows(vectors(2, 0, 0), vectors(2, 3, 4, 1, 0, 0, 2, 9, 9), 3);
    assert.deepEqual(found, [
      { row: 1, distance: 1 },
      { row: 2, distance: 2 },
      { row: 0, distance: 5 },
    ]);
  });

  it("nearest rows are as many as there are", () => {
    assert.equal(nearestRows(vectors(1, 0), vectors(1, 5), 3)[0]!.length, 1);
  });
});

/** Planes of one colour, opaque. */
const plain = (red: number, green: number, blue: number, sizePx = 4, alpha = 1): Float32Array =>
  Float32Array.from(
    { length: 4 * sizePx ** 2 },
    (_, at) => [red * alpha, green * alpha, blue * alpha, alpha][Math.floor(at / sizePx ** 2)]!,
  );

describe("pixel measures", () => {
  it("pixel measures give PSNR in dB", () => {
    close(psnrDb(plain(1, 1, 1), plain(0.9, 0.9, 0.9, 4)), -10 * Math.log10((3 * 0.01) / 4), 1e-4);
    assert.equal(psnrDb(plain(1, 0, 0), plain(1, 0, 0)), Number.POSITIVE_INFINITY);
  });

  it("pixel measures count opaque pixels and the energy of edges", () => {
    assert.equal(opaqueShare(plain(1, 0, 0)), 1);
    assert.equal(opaqueShare(plain(1, 0, 0, 4, 0.4)), 0);
    assert.equal(edgeEnergy(plain(1, 0, 0), 4), 0);
    const planes = new Float32Array(4 * 4);
    planes[0] = 1;
    // Four steps a plane of 2 × 2; the one lit pixel touches two of the sixteen.
    close(edgeEnergy(planes, 2), 2 / 16, 1e-9);
  });
});

describe("edge overlap", () => {
  const line = (column: number): Float32Array =>
    Float32Array.from({ length: 64 }, (_, at) => (at % 8 === column ? 1 : 0));

  it("edge overlap is 1 for the same drawing and for a line moved within the tolerance", () => {
    assert.equal(edgeOverlap(line(2), line(2), 8, 2), 1);
    assert.equal(edgeOverlap(line(2), line(4), 8, 2), 1);
    assert.equal(edgeOverlap(line(2), line(5), 8, 2), 0);
  });

  it("edge overlap counts missing and added lines: two of three matched on one side", () => {
    const both = line(0).map((value, at) => Math.max(value, line(7)[at]!));
    // 8 of 16 and 8 of 8 matched: shared 8, union 24 − 8.
    assert.equal(edgeOverlap(both, line(0), 8, 1), 0.5);
  });

  it("edge overlap is 1 for two blank drawings and 0 for one blank", () => {
    assert.equal(edgeOverlap(new Float32Array(64), new Float32Array(64), 8, 2), 1);
    assert.equal(edgeOverlap(new Float32Array(64), line(3), 8, 2), 0);
  });
});

describe("colour words", () => {
  it("colour words take the hue of plain colours", () => {
    for (const [word, [red, green, blue]] of Object.entries({
      red: [1, 0, 0],
      yellow: [1, 0.87, 0],
      green: [0.1, 0.8, 0.2],
      blue: [0.1, 0.45, 0.9],
      purple: [0.6, 0.1, 0.9],
    } as const))
      close(hueDistance(meanHue(plain(red, green, blue))!, hues[word as keyof typeof hues]), 0, 8);
  });

  it("colour words average hues on the circle: two reds on both sides of 0° are red", () => {
    const half = plain(1, 0, 0.2);
    half.set(plain(1, 0.2, 0).subarray(0, 8), 0);
    for (const plane of [1, 2]) for (let at = 0; at < 8; at += 1) half[plane * 16 + at] = plane === 1 ? 0.2 : 0;
    close(hueDistance(meanHue(half)!, 0), 0, 1);
  });

  it("colour words have no say in greys, in transparent images and in a speck of colour", () => {
    assert.equal(meanHue(plain(0.5, 0.5, 0.5)), undefined);
    assert.equal(meanHue(plain(1, 0, 0, 4, 0.2)), undefined);
    const speck = plain(1, 1, 1, 16);
    speck[256] = 0;
    assert.equal(meanHue(speck), undefined);
    assert.equal(obeys(plain(0.5, 0.5, 0.5), "red", "blue"), false);
  });

  it("colour words are obeyed by the nearer hue, and undo premultiplication", () => {
    assert.equal(obeys(plain(1, 0, 0, 4, 0.6), "red", "blue"), true);
    assert.equal(obeys(plain(1, 0, 0), "blue", "red"), false);
    assert.equal(hueDistance(350, 10), 20);
  });
});

describe("statistics", () => {
  it("statistics interpolate quantiles and divide by n − 1", () => {
    assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
    assert.equal(quantile([7], 0.9), 7);
    close(standardDeviation([1, 3]), Math.SQRT2, 1e-12);
    assert.equal(standardDeviation([5]), 0);
  });
});
