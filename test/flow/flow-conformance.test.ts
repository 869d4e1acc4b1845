/**
 * What every flow must obey, checked on a tiny one: shapes kept, inverse(forward(z)) = z, log-determinants cancel, the
 * log-determinant equals that of a numerically computed Jacobian, guidance 0 is the plain inverse, files give back the flow.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { determinant, Matrix } from "ml-matrix";
import type { FlowArchitecture } from "../../server/flow/architecture.ts";
import { Cinn } from "../../server/flow/cinn.ts";
import { createFlow } from "../../server/flow/flow-sessions.ts";
import { TrainingRandom } from "../../server/flow/random.ts";
import { initialWeights, readFlowFile, writeFlowFile } from "../../server/flow/weights.ts";
import { fitWhitening } from "../../server/flow/whitening.ts";
import { Graph } from "../../server/onnx/graph.ts";
import { toModelBytes } from "../../server/onnx/model-file.ts";
import { Session } from "../../server/onnx/session.ts";

const tinyArchitecture: FlowArchitecture = {
  format: 1,
  dims: 6,
  conditions: [
    { name: "caption", dims: 5 },
    { name: "style", dims: 3 },
  ],
  embeddingDims: 8,
  injector: { hiddenDims: 16, blocks: 1 },
  couplings: { count: 3, hiddenDims: 12, depth: 1, clamp: 1.5 },
  permutationSeed: 7,
};

/** A tiny flow whose weights are large enough that every layer matters. */
function tinyWeights(isDirect: boolean, changes: Partial<FlowArchitecture> = {}) {
  const random = new TrainingRandom(3, 0, "evaluation");
  const means = random.fillNormal(new Float32Array(200 * 6));
  for (let row = 0; row < 200; row += 1) means[row * 6 + 1]! += 0.8 * means[row * 6]!;
  const { injector, ...others } = { ...tinyArchitecture, ...changes };
  const architecture = { ...others, injector: { ...injector, isDirect } };
  const weights = initialWeights(architecture, fitWhitening(means, 6, 0.3), 11);
  for (const [name, data] of weights.tensors)
    if (/out\.weight|bias|direct/.test(name)) random.fillNormal(data as Float32Array, 0.12);
  return weights;
}

const batch = 11;
/** The same guidance of every row, by everything against nothing. */
const weight = (guidance: number, rows: number) =>
  new Array(rows).fill([{ weight: guidance, without: ["caption", "style"] }]);
const random = new TrainingRandom(5, 0, "evaluation");
const latent = random.fillNormal(new Float32Array(batch * 6));
const conditions = {
  caption: {
    values: random.fillNormal(new Float32Array(batch * 5), 0.4),
    present: Float32Array.from({ length: batch }, (_, row) => (row % 3 === 0 ? 0 : 1)),
  },
  style: {
    values: random.fillNormal(new Float32Array(batch * 3), 0.5),
    present: Float32Array.from({ length: batch }, (_, row) => row % 2),
  },
};

const maxDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);

for (const isDirect of [false, true])
  describe(`flow conformance, injector ${isDirect ? "direct" : "behind the joint embedding"}`, async () => {
    const weights = tinyWeights(isDirect);
    const flow = await createFlow(weights, { label: "tiny", threads: 1 });
    const forward = await flow.forward(latent, conditions, batch);
    const back = await flow.inverse(forward.values, conditions, batch, weight(0, batch));

    it(`flow conformance, injector ${isDirect ? "direct" : "behind the joint embedding"} keeps the shape in both directions`, () => {
      assert.equal(forward.values.length, batch * 6);
      assert.equal(forward.logDet.length, batch);
      assert.equal(back.values.length, batch * 6);
    });

    it(`flow conformance, injector ${isDirect ? "direct" : "behind the joint embedding"} gives back z from v within 1e-4`, () =>
      assert.ok(maxDifference(latent, back.values) < 1e-4, `${maxDifference(latent, back.values)}`));

    it(`flow conformance, injector ${isDirect ? "direct" : "behind the joint embedding"} has log-determinants that cancel`, () => {
      for (const [row, logDet] of forward.logDet.entries()) assert.ok(Math.abs(logDet + back.logDet[row]!) < 1e-4);
    });

    it(`flow conformance, injector ${isDirect ? "direct" : "behind the joint embedding"} has the log-determinant of its numerical Jacobian`, async () => {
      const h = 4e-3;
      for (const row of [0, 1, 4]) {
        const pick = (width: number, values: Float32Array) => {
          const repeated = new Float32Array(12 * width);
          for (let copy = 0; copy < 12; copy += 1)
            repeated.set(values.subarray(row * width, (row + 1) * width), copy * width);
          return repeated;
        };
        const points = pick(6, latent);
        for (let axis = 0; axis < 6; axis += 1) {
          points[2 * axis * 6 + axis]! += h;
          points[(2 * axis + 1) * 6 + axis]! -= h;
        }
        const given = {
          caption: { values: pick(5, conditions.caption.values), present: pick(1, conditions.caption.present) },
          style: { values: pick(3, conditions.style.values), present: pick(1, conditions.style.present) },
        };
        const { values } = await flow.forward(points, given, 12);
        const jacobian = Matrix.zeros(6, 6);
        for (let axis = 0; axis < 6; axis += 1)
          for (let out = 0; out < 6; out += 1)
            jacobian.set(out, axis, (values[2 * axis * 6 + out]! - values[(2 * axis + 1) * 6 + out]!) / (2 * h));
        const numeric = Math.log(Math.abs(determinant(jacobian)));
        assert.ok(
          Math.abs(numeric - forward.logDet[row]!) < 5e-3,
          `row ${row}: numerical ${numeric}, exact ${forward.logDet[row]}`,
        );
      }
    });

    it(`flow conformance, injector ${isDirect ? "direct" : "behind the joint embedding"} ignores the values of an absent condition, and only those`, async () => {
      const other = {
        ...conditions,
        caption: { values: conditions.caption.values.map((value) => value + 1), present: conditions.caption.present },
      };
      const changed = await flow.forward(latent, other, batch);
      for (let row = 0; row < batch; row += 1) {
        const difference = maxDifference(
          changed.values.subarray(row * 6, row * 6 + 6),
          forward.values.subarray(row * 6, row * 6 + 6),
        );
        if (conditions.caption.present[row] === 0) assert.equal(difference, 0);
        else assert.ok(difference > 1e-3);
      }
    });

    it(`flow conformance, injector ${isDirect ? "direct" : "behind the joint embedding"} gives a row the same bytes whatever stands beside it`, async () => {
      for (const row of [0, 3, 10]) {
        const alone = await flow.inverse(
          forward.values.slice(row * 6, row * 6 + 6),
          {
            caption: {
              values: conditions.caption.values.slice(row * 5, row * 5 + 5),
              present: conditions.caption.present.slice(row, row + 1),
            },
            style: {
              values: conditions.style.values.slice(row * 3, row * 3 + 3),
              present: conditions.style.present.slice(row, row + 1),
            },
          },
          1,
          weight(0, 1),
        );
        assert.deepEqual(alone.values, back.values.slice(row * 6, row * 6 + 6));
      }
    });

    it(`flow conformance, injector ${isDirect ? "direct" : "behind the joint embedding"} narrows and moves the injector's Gaussian as guidance grows`, async () => {
      const mean = await flow.inverse(new Float32Array(batch * 6), conditions, batch, weight(0, batch));
      const guided = await flow.inverse(new Float32Array(batch * 6), conditions, batch, weight(2, batch));
      assert.ok(maxDifference(mean.values, guided.values) > 1e-2);
      const given = conditions.caption.present.findIndex(
        (value, row) => value === 1 && conditions.style.present[row] === 1,
      );
      assert.ok(guided.logDet[given]! <= mean.logDet[given]! + 1e-5);
    });

    it(`flow conformance, injector ${isDirect ? "direct" : "behind the joint embedding"} leaves a request without any condition untouched by guidance`, async () => {
      const absent = Object.fromEntries(
        Object.entries(conditions).map(([name, { values }]) => [name, { values, present: new Float32Array(batch) }]),
      );
      const plain = await flow.inverse(forward.values, absent, batch, weight(0, batch));
      const guided = await flow.inverse(forward.values, absent, batch, weight(3, batch));
      assert.ok(maxDifference(plain.values, guided.values) < 1e-4);
    });

    it(`flow conformance, injector ${isDirect ? "direct" : "behind the joint embedding"} comes back from its file: exactly in float32, invertible in float16`, async () => {
      const exact = readFlowFile(writeFlowFile(weights, "float32"), "tiny");
      assert.deepEqual(exact.architecture, weights.architecture);
      for (const [name, data] of weights.tensors) assert.deepEqual(exact.tensors.get(name), data, name);
      const half = await createFlow(readFlowFile(writeFlowFile(weights, "float16"), "tiny"), {
        label: "tiny half",
        threads: 1,
      });
      const v = await half.forward(latent, conditions, batch);
      const z = await half.inverse(v.values, conditions, batch, weight(0, batch));
      assert.ok(maxDifference(latent, z.values) < 1e-4);
      assert.ok(maxDifference(v.values, forward.values) < 2e-2);
    });

    it(`flow conformance, injector ${isDirect ? "direct" : "behind the joint embedding"} refuses a file that lost its architecture or a weight`, () => {
      assert.throws(() => readFlowFile(new Uint8Array([1, 2, 3]), "broken"), { code: "pack_corrupt" });
      const missing = { ...weights, tensors: new Map(weights.tensors) };
      missing.tensors.delete("injector.in.weight");
      assert.throws(() => writeFlowFile(missing), { code: "tensor_mismatch", message: /injector\.in\.weight/ });
    });
  });

describe("the inverse in place", () => {
  const shapes: ReadonlyArray<Partial<FlowArchitecture> & { readonly isDirect: boolean }> = [
    { isDirect: false },
    { isDirect: true },
    // As the flows of pixels have it.
    {
      isDirect: false,
      injector: { hiddenDims: 16, blocks: 0 },
      couplings: { count: 2, hiddenDims: 12, depth: 0, clamp: 1.5 },
    },
  ];
  for (const [at, { isDirect, ...changes }] of shapes.entries())
    it(`the inverse in place gives the same z where every condition is given, shape ${at}`, async () => {
      const weights = tinyWeights(isDirect, changes);
      const graph = new Graph("in place");
      const residual = graph.input("residual", [batch, 6]);
      const given = Object.fromEntries(
        weights.architecture.conditions.map(({ name, dims }) => [name, graph.input(name, [batch, dims])]),
      );
      graph.output("values", new Cinn(graph, weights.architecture).inverseInPlace(residual, given));
      const bytes = toModelBytes(graph, { kind: "weights", weights: weights.tensors });
      const session = await Session.create(bytes, { label: "in place", threads: 1 });
      const v = { data: latent, dims: [batch, 6] };
      const caption = { data: conditions.caption.values, dims: [batch, 5] };
      const style = { data: conditions.style.values, dims: [batch, 3] };
      const { values } = await session.run({ residual: v, caption, style });
      const flow = await createFlow(weights, { label: "tiny", threads: 1 });
      const present = new Float32Array(batch).fill(1);
      const all = { caption: { ...conditions.caption, present }, style: { ...conditions.style, present } };
      const wanted = await flow.inverse(latent, all, batch, weight(0, batch));
      const apart = maxDifference(wanted.values, values!.data as Float32Array);
      assert.ok(apart < 1e-5, `${apart}`);
      await Promise.all([session.dispose(), flow.dispose()]);
    });
});
