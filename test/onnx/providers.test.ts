/** Providers: what a session on another one must compute, and what is used where none works or one does. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chooseProvider } from "../../server/inference/provider.ts";
import { differenceOf, requireSame } from "../../server/onnx/compare-sessions.ts";
import { Graph } from "../../server/onnx/graph.ts";
import { toModelBytes } from "../../server/onnx/model-file.ts";
import { add, gemm, scale } from "../../server/onnx/ops.ts";
import { runtime } from "../../server/onnx/runtime.ts";
import { Session } from "../../server/onnx/session.ts";

/** x·W·s + b, as another provider might compute it with a factor that is a little off. */
async function sessionWith(factor: number): Promise<Session> {
  const graph = new Graph("affine");
  const product = gemm(graph.input("x", [2, 3]), graph.parameter("w", [3, 2]));
  graph.output("y", add(scale(product, factor), graph.parameter("b", [1, 2])));
  const weights = new Map([
    ["w", Float32Array.of(1, 2, 3, 4, 5, 6)],
    ["b", Float32Array.of(0.5, -0.5)],
  ]);
  return Session.create(toModelBytes(graph, { kind: "weights", weights }), { label: `affine by ${factor}` });
}

describe("a provider", () => {
  it("a provider that computes the same within the bound is used, and one that does not is refused by the difference", async () => {
    const reference = await sessionWith(1);
    assert.equal(await differenceOf(reference, await sessionWith(1)), 0);
    await requireSame(reference, await sessionWith(1.001));
    await assert.rejects(requireSame(reference, await sessionWith(1.2)), {
      code: "provider_unavailable",
      message:
        /^provider: expected results within 1 % of the processor's, got \d+(\.\d+)? % from cpu for affine by 1\.2$/,
    });
    await assert.rejects(requireSame(reference, await sessionWith(Number.NaN)), /got Infinity %/);
  });

  it("a provider that is preferred and absent gives way, and one that is required and absent is refused", async () => {
    const absent = ["cuda", "coreml", "dml"].filter((name) => !runtime.listProviders().includes(name));
    assert.ok(absent.length > 0, "no machine has all three");
    for (const name of absent) {
      assert.equal(await chooseProvider(`prefer-${name}`), await chooseProvider("auto"));
      await assert.rejects(chooseProvider(name), { code: "provider_unavailable" });
    }
  });

  it("a provider that works here gives what the processor gives", async (context) => {
    const works = await chooseProvider("webgpu").catch((error: Error) => error);
    if (works instanceof Error) return context.skip(works.message);
    const graph = new Graph("affine");
    graph.output("y", gemm(graph.input("x", [4, 3]), graph.parameter("w", [3, 2])));
    const weights = new Map([["w", Float32Array.of(1, 2, 3, 4, 5, 6)]]);
    const bytes = toModelBytes(graph, { kind: "weights", weights });
    const session = await Session.create(bytes, { label: "on the GPU", provider: works });
    assert.equal(session.provider, "webgpu");
    await session.dispose();
  });
});
