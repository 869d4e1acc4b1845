/** Guidance against what it claims: the injector's Gaussian becomes p_c^(1+w) / p_absent^w, found here by adding log-densities. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FlowArchitecture } from "../../server/flow/architecture.ts";
import { createFlow } from "../../server/flow/flow-sessions.ts";
import { TrainingRandom } from "../../server/flow/random.ts";
import { initialWeights } from "../../server/flow/weights.ts";
import { identityWhitening } from "../../server/flow/whitening.ts";

const dims = 6;
/** No couplings and no whitening: z = μ + σ·v, so that μ and σ can be read off. */
const architecture: FlowArchitecture = {
  format: 1,
  dims,
  conditions: [{ name: "caption", dims: 4 }],
  embeddingDims: 8,
  injector: { hiddenDims: 12, blocks: 1 },
  couplings: { count: 0, hiddenDims: 4, depth: 0, clamp: 1.5 },
  permutationSeed: 1,
};

describe("guidance", async () => {
  const weights = initialWeights(architecture, identityWhitening(dims), 5);
  const random = new TrainingRandom(8, 0, "evaluation");
  random.fillNormal(weights.tensors.get("injector.out.weight")!, 0.5);
  const flow = await createFlow(weights, { label: "guided", threads: 1 });
  const caption = random.fillNormal(new Float32Array(4), 0.5);

  async function gaussianOf(present: number, guidance: number) {
    const given = { caption: { values: caption, present: Float32Array.of(present) } };
    const at = (v: number) => flow.inverse(new Float32Array(dims).fill(v), given, 1, Float32Array.of(guidance));
    const [zero, one] = [await at(0), await at(1)];
    const sigma = one.values.map((value, axis) => value - zero.values[axis]!);
    return { mean: zero.values, sigma, logDet: zero.logDet[0]! };
  }

  const [given, absent] = [await gaussianOf(1, 0), await gaussianOf(0, 0)];

  for (const w of [0, 0.5, 1, 4])
    it(`with weight ${w} has the renormalised density where it exists, and never a wider one`, async () => {
      const guided = await gaussianOf(1, w);
      let compared = 0;
      for (let axis = 0; axis < dims; axis += 1) {
        const [mc, sc, ma, sa] = [given.mean[axis]!, given.sigma[axis]!, absent.mean[axis]!, absent.sigma[axis]!];
        assert.ok(guided.sigma[axis]! <= sc * (1 + 1e-4));
        // Where the condition widens a dimension the quotient may have no maximum; there the rule takes σ∅ = σc.
        const other = Math.max(sa, sc);
        const logDensity = (x: number): number => -0.5 * ((1 + w) * ((x - mc) / sc) ** 2 - w * ((x - ma) / other) ** 2);
        if (other === sa) compared += 1;
        // The log-density is a parabola: three points give its top and its curvature.
        const h = sc;
        const [below, middle, above] = [logDensity(mc - h), logDensity(mc), logDensity(mc + h)];
        const curvature = (below - 2 * middle + above) / (h * h);
        const top = mc - (above - below) / (2 * h) / curvature;
        const sigma = Math.sqrt(-1 / curvature);
        assert.ok(
          Math.abs(guided.mean[axis]! - top) < 2e-4 * Math.max(1, Math.abs(top)),
          `μ ${guided.mean[axis]}, ${top}`,
        );
        assert.ok(
          Math.abs(guided.sigma[axis]! - sigma) < 2e-4 * Math.max(1, sigma),
          `σ ${guided.sigma[axis]}, ${sigma}`,
        );
      }
      assert.ok(compared > 0 && compared < dims, "both cases occur");
      const logDet = guided.sigma.reduce((sum, value) => sum + Math.log(value), 0);
      assert.ok(Math.abs(guided.logDet - logDet) < 1e-3, `logDet ${guided.logDet}, ${logDet}`);
    });
});
