/** A whole flow's likelihood and gradients against values that an independent PyTorch implementation stored (test/reference/). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { lossGraph, presentName } from "../../server/flow/flow-graphs.ts";
import { createFlow } from "../../server/flow/flow-sessions.ts";
import { differentiate } from "../../server/onnx/differentiate.ts";
import { toModelBytes } from "../../server/onnx/model-file.ts";
import { Session, type Tensor } from "../../server/onnx/session.ts";
import {
  directReferenceWeights,
  referenceArchitecture,
  referenceBatch,
  referenceData,
  referenceWeights,
} from "../reference/tiny-flow.ts";

interface Reference {
  readonly residual: number[];
  readonly logDet: number[];
  readonly loss: number;
  readonly gradients: Record<string, number[]>;
}

const reference = JSON.parse(
  readFileSync(new URL("../reference/flow-reference.json", import.meta.url), "utf8"),
) as Reference;

function assertClose(got: ArrayLike<number>, expected: readonly number[], tolerance: number, what: string): void {
  assert.equal(got.length, expected.length, what);
  for (const [index, value] of expected.entries())
    assert.ok(
      Math.abs(got[index]! - value) <= tolerance * Math.max(1, Math.abs(value)),
      `${what}[${index}]: expected ${value}, got ${got[index]}`,
    );
}

const feeds: Record<string, Tensor> = {
  latent: { data: referenceData.latent, dims: [referenceBatch, 4] },
  caption: { data: referenceData.caption, dims: [referenceBatch, 3] },
  [presentName("caption")]: { data: referenceData.captionPresent, dims: [referenceBatch, 1] },
  style: { data: referenceData.style, dims: [referenceBatch, 2] },
  [presentName("style")]: { data: referenceData.stylePresent, dims: [referenceBatch, 1] },
};

describe("a whole flow against PyTorch", () => {
  const weights = referenceWeights();

  it("a whole flow against PyTorch has PyTorch's residual and log-determinant", async () => {
    const flow = await createFlow(weights, { label: "reference", threads: 1 });
    const conditions = {
      caption: { values: referenceData.caption, present: referenceData.captionPresent },
      style: { values: referenceData.style, present: referenceData.stylePresent },
    };
    const result = await flow.forward(referenceData.latent, conditions, referenceBatch);
    assertClose(result.values, reference.residual, 1e-5, "residual");
    assertClose(result.logDet, reference.logDet, 1e-5, "logDet");
  });

  it("a whole flow against PyTorch has PyTorch's loss and every gradient", async () => {
    const { graph, loss } = lossGraph(referenceArchitecture, referenceBatch, false);
    const trained = graph.parameters.filter(({ isFrozen }) => !isFrozen).map(({ value }) => value);
    for (const [index, gradient] of differentiate(loss, trained).entries())
      graph.output(`d:${trained[index]!.name}`, gradient);
    graph.output("loss", loss);
    const session = await Session.create(toModelBytes(graph, { kind: "weights", weights: weights.tensors }), {
      label: "gradients",
      threads: 1,
    });
    const results = await session.run(feeds);
    assertClose(results["loss"]!.data as Float32Array, [reference.loss], 1e-5, "loss");
    assert.deepEqual(Object.keys(reference.gradients).sort(), trained.map(({ name }) => name).sort());
    for (const [name, gradient] of Object.entries(reference.gradients))
      assertClose(results[`d:${name}`]!.data as Float32Array, gradient, 2e-5, name);
  });
});

describe("what training descends on", () => {
  const { architecture, tensors } = directReferenceWeights();

  async function evaluate(couplings: number, injectorWeight: number) {
    const shape = { ...architecture, couplings: { ...architecture.couplings, count: couplings } };
    const { graph, loss, objective } = lossGraph(shape, referenceBatch, false, injectorWeight);
    graph.output("loss", loss);
    if (objective !== loss) graph.output("objective", objective);
    const bytes = toModelBytes(graph, { kind: "weights", weights: tensors });
    const session = await Session.create(bytes, { label: "objective", threads: 1 });
    const results = await session.run(feeds);
    const [own] = results["loss"]!.data as Float32Array;
    return { loss: own!, objective: (results["objective"]?.data[0] as number | undefined) ?? own! };
  }

  it("what training descends on is the loss, and the weighted loss of the injector alone beside it where that is requested", async () => {
    const [plain, weighted, alone] = [await evaluate(2, 0), await evaluate(2, 0.7), await evaluate(0, 0)];
    assert.equal(plain.objective, plain.loss);
    assert.ok(Math.abs(weighted.loss - plain.loss) < 1e-6, "what is reported stays the exact likelihood");
    assert.ok(Math.abs(alone.loss - plain.loss) > 1e-3, "couplings matter here");
    assert.ok(Math.abs(weighted.objective - (plain.loss + 0.7 * alone.loss)) < 1e-5, JSON.stringify([weighted, alone]));
  });
});
