/** A flow that starts from another's weights computes what that one did, whenever conditions that only one of them knows are absent. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { adaptFlow, assumeEntry, withDirectInjector } from "../../server/flow/adapt-flow.ts";
import { createEvaluation } from "../../server/flow/training-graph.ts";
import { labelTable } from "../../server/flow/vector-table.ts";
import type { FlowWeights } from "../../server/flow/weights.ts";
import { directReferenceWeights, referenceBatch, referenceData, referenceWeights } from "../reference/tiny-flow.ts";

const [caption, style] = referenceWeights().architecture.conditions as [
  { name: string; dims: number },
  { name: string; dims: number },
];
const sketch = { name: "sketch", dims: 7 };

/** Nats of the reference batch; `absent` names conditions that are not given. */
async function natsOf(
  flow: FlowWeights,
  { absent = [] as string[], styles = referenceData.style } = {},
): Promise<Float32Array> {
  const data: Record<string, { values: Float32Array; present: Float32Array }> = {
    caption: { values: referenceData.caption, present: referenceData.captionPresent },
    style: { values: styles, present: new Float32Array(referenceBatch).fill(1) },
    sketch: {
      values: new Float32Array(referenceBatch * sketch.dims).fill(0.3),
      present: new Float32Array(referenceBatch).fill(1),
    },
  };
  const evaluation = await createEvaluation(flow.architecture, referenceBatch, 1);
  const conditions = flow.architecture.conditions.map(({ name }) => ({
    name,
    values: data[name]!.values,
    present: absent.includes(name) ? new Float32Array(referenceBatch) : data[name]!.present,
  }));
  const nats = await evaluation.nats(flow.tensors, { latents: referenceData.latent, conditions });
  await evaluation.dispose();
  return nats.slice();
}

const difference = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));

for (const [kind, start] of [
  ["another", referenceWeights()],
  ["a direct one", directReferenceWeights()],
] as const)
  describe(`a flow that starts from ${kind}`, () => {
    it(`a flow that starts from ${kind} computes the same while the conditions that are new to it are absent, and hears them when given`, async () => {
      const wider = adaptFlow(start, [caption, style, sketch], 1);
      const before = await natsOf(start);
      assert.ok(difference(await natsOf(wider, { absent: ["sketch"] }), before) < 1e-5);
      assert.ok(difference(await natsOf(wider), before) > 1e-4);
    });

    it(`a flow that starts from ${kind} computes what the old one did without the conditions that it leaves out, given or not the rest`, async () => {
      const narrower = adaptFlow(start, [caption], 1);
      assert.ok(![...narrower.tensors.keys()].some((name) => name.includes("style")));
      for (const absent of [[], ["caption"]])
        assert.ok(
          difference(await natsOf(narrower, { absent }), await natsOf(start, { absent: ["style", ...absent] })) < 1e-5,
        );
    });

    it(`a flow that starts from ${kind} can take one entry of a left-out condition for granted`, async () => {
      const assumed = adaptFlow(assumeEntry(start, "style", labelTable(2), 1), [caption], 1);
      const styles = Float32Array.from({ length: referenceBatch * 2 }, (_, index) => index % 2);
      assert.ok(difference(await natsOf(assumed), await natsOf(start, { styles })) < 1e-5);
    });

    it(`a flow that starts from ${kind} leaves the weights that it starts from as they were`, () => {
      const copy = structuredClone(start.tensors);
      adaptFlow(start, [caption, sketch], 1);
      assert.deepEqual(start.tensors, copy);
    });

    it(`a flow that starts from ${kind} computes the same with an injector made direct`, async () => {
      const direct = withDirectInjector(start);
      assert.equal(direct.architecture.injector.isDirect, true);
      assert.ok(difference(await natsOf(direct), await natsOf(start)) < 1e-6);
    });

    it(`a flow that starts from ${kind} refuses a condition of another width, naming it`, () =>
      assert.throws(() => adaptFlow(start, [{ ...caption, dims: 4 }], 1), {
        code: "dataset_invalid",
        message: /start: caption: expected a flow for 4 values, got 3/,
      }));
  });
