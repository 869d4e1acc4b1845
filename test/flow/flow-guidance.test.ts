/** Guidance on one Gaussian: it becomes the renormalised product of powers of densities, found here by adding log-densities. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EncodedConditions } from "../../server/engine/conditions.ts";
import { guidanceTermsOf } from "../../server/engine/guidance.ts";
import type { GuidanceTerm } from "../../server/engine/interfaces.ts";
import type { FlowArchitecture } from "../../server/flow/architecture.ts";
import { createFlow } from "../../server/flow/flow-sessions.ts";
import { guidanceTerms } from "../../server/flow/guidance.ts";
import { TrainingRandom } from "../../server/flow/random.ts";
import { initialWeights } from "../../server/flow/weights.ts";
import { identityWhitening } from "../../server/flow/whitening.ts";
import type { FlowConditionName } from "../../shared/contract/conditions.ts";

const dims = 6;
/** No couplings and no whitening: z = μ + σ·v, so that μ and σ can be read off. */
const injectorOnly: FlowArchitecture = {
  format: 1,
  dims,
  conditions: [
    { name: "caption", dims: 4 },
    { name: "sketch", dims: 3 },
  ],
  embeddingDims: 8,
  injector: { hiddenDims: 12, blocks: 1, isDirect: true },
  couplings: { count: 0, hiddenDims: 4, depth: 0, clamp: 1.5 },
  permutationSeed: 1,
};
/** One coupling beside it: half of x is then Gaussian given the other half. */
const oneCoupling = { ...injectorOnly, couplings: { count: 1, hiddenDims: 10, depth: 1, clamp: 1.5 } };

interface Measured {
  readonly mean: Float32Array;
  readonly sigma: Float32Array;
  readonly logDet: number;
}

function weightsOf(architecture: FlowArchitecture) {
  const weights = initialWeights(architecture, identityWhitening(dims), 5);
  const random = new TrainingRandom(8, 0, "evaluation");
  for (const [name, data] of weights.tensors) if (/out\.weight|direct/.test(name)) random.fillNormal(data, 0.5);
  return weights;
}

const random = new TrainingRandom(9, 0, "evaluation");
const values = {
  caption: random.fillNormal(new Float32Array(4), 0.5),
  sketch: random.fillNormal(new Float32Array(3), 0.6),
};
const given = (...names: string[]) =>
  Object.fromEntries(
    Object.entries(values).map(([name, vector]) => [
      name,
      { values: vector, present: Float32Array.of(names.includes(name) ? 1 : 0) },
    ]),
  );
const both = ["caption", "sketch"];

/** Mean and curvature of a parabola in each dimension, from three of its points. */
function topOf(logDensity: (x: number, axis: number) => number, around: Measured): Pick<Measured, "mean" | "sigma"> {
  const [mean, sigma] = [new Float32Array(dims), new Float32Array(dims)];
  for (let axis = 0; axis < dims; axis += 1) {
    const [at, h] = [around.mean[axis]!, around.sigma[axis]!];
    const [below, middle, above] = [at - h, at, at + h].map((x) => logDensity(x, axis)) as [number, number, number];
    const curvature = (below - 2 * middle + above) / (h * h);
    mean[axis] = at - (above - below) / (2 * h) / curvature;
    sigma[axis] = Math.sqrt(-1 / curvature);
  }
  return { mean, sigma };
}

/** (1 + w) log p_all − w log p_base; where all is wider than its base there may be no maximum, and the base counts as just as wide. */
const contrast = (all: Measured, base: Measured, x: number, axis: number): number => {
  const sigma = Math.max(all.sigma[axis]!, base.sigma[axis]!);
  const square = (mean: number, width: number): number => ((x - mean) / width) ** 2;
  return -0.5 * (square(all.mean[axis]!, all.sigma[axis]!) - square(base.mean[axis]!, sigma));
};

const logDensityOf = (all: Measured, x: number, axis: number): number =>
  -0.5 * ((x - all.mean[axis]!) / all.sigma[axis]!) ** 2;

function assertSame(got: Measured, expected: Pick<Measured, "mean" | "sigma">): void {
  for (let axis = 0; axis < dims; axis += 1)
    for (const key of ["mean", "sigma"] as const) {
      const [found, wanted] = [got[key][axis]!, expected[key][axis]!];
      assert.ok(
        Math.abs(found - wanted) < 3e-4 * Math.max(1, Math.abs(wanted)),
        `${key} ${axis}: ${found}, expected ${wanted}`,
      );
    }
  const logDet = expected.sigma.reduce((sum, value) => sum + Math.log(value), 0);
  assert.ok(Math.abs(got.logDet - logDet) < 2e-3, `logDet ${got.logDet}, expected ${logDet}`);
}

describe("guidance of the injector", async () => {
  const flow = await createFlow(weightsOf(injectorOnly), { label: "guided", threads: 1 });

  async function gaussianOf(names: readonly string[], terms: readonly GuidanceTerm[] = []): Promise<Measured> {
    const at = (v: number) => flow.inverse(new Float32Array(dims).fill(v), given(...names), 1, [terms]);
    const [zero, one] = [await at(0), await at(1)];
    const sigma = one.values.map((value, axis) => value - zero.values[axis]!);
    return { mean: zero.values, sigma, logDet: zero.logDet[0]! };
  }

  const all = await gaussianOf(both);
  const bases = {
    nothing: await gaussianOf([]),
    caption: await gaussianOf(["caption"]),
    sketch: await gaussianOf(["sketch"]),
  };

  it("guidance of the injector meets dimensions that the conditions narrow and ones that they widen", () => {
    const narrowed = all.sigma.filter((sigma, axis) => sigma < bases.nothing.sigma[axis]!).length;
    assert.ok(narrowed > 0 && narrowed < dims);
  });

  for (const weight of [0.5, 1, 4])
    it(`guidance of the injector with one term of weight ${weight} has the density p_all^(1+w) / p_nothing^w where it exists, and never a wider one`, async () => {
      const guided = await gaussianOf(both, [{ weight, without: both }]);
      const expected = topOf(
        (x, axis) => logDensityOf(all, x, axis) + weight * contrast(all, bases.nothing, x, axis),
        all,
      );
      assertSame(guided, expected);
      for (const [axis, sigma] of guided.sigma.entries()) assert.ok(sigma <= all.sigma[axis]! * (1 + 1e-4));
    });

  it("guidance of the injector with several terms has the product of all their contrasts", async () => {
    const terms = [
      { weight: 0.7, without: both, base: bases.nothing },
      { weight: 1.5, without: ["sketch"], base: bases.caption },
      { weight: 0.4, without: ["caption"], base: bases.sketch },
    ];
    for (const used of [terms.slice(1), terms]) {
      const guided = await gaussianOf(both, used);
      const expected = topOf(
        (x, axis) =>
          used.reduce(
            (sum, { weight, base }) => sum + weight * contrast(all, base, x, axis),
            logDensityOf(all, x, axis),
          ),
        all,
      );
      assertSame(guided, expected);
    }
  });

  it("guidance of the injector refuses more terms than it has room for", async () => {
    const terms = new Array<GuidanceTerm>(guidanceTerms + 1).fill({ weight: 1, without: ["sketch"] });
    await assert.rejects(async () => gaussianOf(both, terms), { code: "invalid_request", message: /at most 3.*got 4/ });
  });
});

describe("guidance of the couplings", async () => {
  const weights = weightsOf(oneCoupling);
  const flow = await createFlow(weights, { label: "guided", threads: 1, guidedCouplings: 1 });
  const plain = await createFlow(weights, { label: "plain", threads: 1, guidedCouplings: 0 });
  const residual = new TrainingRandom(4, 0, "evaluation").fillNormal(new Float32Array(dims));

  it("guidance of the couplings with all weights 0 is the exact inverse of forward", async () => {
    const terms = [
      { weight: 0, without: both },
      { weight: 0, without: ["sketch"] },
    ];
    const z = await flow.inverse(residual, given(...both), 1, [terms]);
    const back = await flow.forward(z.values, given(...both), 1);
    for (const [axis, value] of back.values.entries()) assert.ok(Math.abs(value - residual[axis]!) < 1e-5);
    assert.ok(Math.abs(z.logDet[0]! + back.logDet[0]!) < 1e-5);
  });

  it("guidance of the couplings moves what the injector's guidance alone leaves, and leaves a row without conditions alone", async () => {
    const terms = [{ weight: 2, without: both }];
    const [withCoupling, without] = [
      await flow.inverse(residual, given(...both), 1, [terms]),
      await plain.inverse(residual, given(...both), 1, [terms]),
    ];
    const difference = (a: Float32Array, b: Float32Array): number =>
      a.reduce((most, value, axis) => Math.max(most, Math.abs(value - b[axis]!)), 0);
    assert.ok(difference(withCoupling.values, without.values) > 1e-3);
    const [guided, unguided] = [
      await flow.inverse(residual, given(), 1, [terms]),
      await flow.inverse(residual, given(), 1),
    ];
    assert.ok(difference(guided.values, unguided.values) < 1e-5);
  });
});

describe("a request's guidance", () => {
  const vector = new Float32Array(1);
  const given = (...names: readonly FlowConditionName[]): EncodedConditions =>
    Object.fromEntries(names.map((name) => [name, { vector, presence: 1 }]));

  it("a request's guidance sets all conditions against none, and one field against the others", () => {
    const weights = { guidance: 1, guidanceOf: { sketch: 2, layout: 3 } };
    assert.deepEqual(guidanceTermsOf(weights, given("caption", "sketch")), [
      { weight: 1, without: ["caption", "sketch"] },
      { weight: 2, without: ["sketch"] },
    ]);
  });

  it("a request's guidance adds the weights of contrasts that are the same, and is silent where there is nothing to contrast", () => {
    assert.deepEqual(guidanceTermsOf({ guidance: 1, guidanceOf: { image: 0.5 } }, given("image-last")), [
      { weight: 1.5, without: ["image-last"] },
    ]);
    assert.deepEqual(guidanceTermsOf({ guidance: 3 }, {}), []);
    assert.deepEqual(guidanceTermsOf({ guidance: 0, guidanceOf: { caption: 0 } }, given("caption")), []);
  });

  it("a request's guidance takes a label that the caption named for a part of the caption", () => {
    const named = { ...given("caption", "style"), label: { vector, presence: 1, named: "apple" } };
    assert.deepEqual(guidanceTermsOf({ guidance: 0, guidanceOf: { caption: 2, label: 1 } }, named), [
      { weight: 2, without: ["caption", "label"] },
    ]);
  });
});
