/**
 * A flow ready to run: one session a direction, at one fixed batch size. The fixed size is part of the promise that the same
 * request gives the same bytes: matrix kernels may round differently for other batch shapes, so shorter batches are padded.
 */

import { toModelBytes } from "../onnx/model-file.ts";
import { type Provider, Session, type Tensor } from "../onnx/session.ts";
import { forwardGraph, inverseGraph, presentName } from "./flow-graphs.ts";
import type { FlowWeights } from "./weights.ts";

/** Rows of one run. */
export const flowBatch = 8;

export interface FlowSessionOptions {
  readonly provider?: Provider;
  readonly threads?: number;
  readonly label: string;
}

interface Conditions {
  readonly [name: string]: { readonly values: Float32Array; readonly present: Float32Array };
}

/** The engine's `Flow` over onnxruntime: any batch size, run in chunks of `flowBatch` padded rows. */
export async function createFlow(weights: FlowWeights, options: FlowSessionOptions) {
  const { architecture, tensors } = weights;
  const { dims, conditions } = architecture;
  const binding = { kind: "weights", weights: tensors } as const;
  const open = (graph: ReturnType<typeof forwardGraph>, direction: string): Promise<Session> =>
    Session.create(toModelBytes(graph, binding), { ...options, label: `${options.label} ${direction}` });
  const forwardSession = await open(forwardGraph(architecture, flowBatch), "forward");
  const inverseSession = await open(inverseGraph(architecture, flowBatch), "inverse");

  async function runAll(
    session: Session,
    input: string,
    values: Float32Array,
    given: Conditions,
    batch: number,
    guidance?: Float32Array,
  ) {
    const result = { values: new Float32Array(batch * dims), logDet: new Float32Array(batch) };
    for (let start = 0; start < batch; start += flowBatch) {
      const rows = Math.min(flowBatch, batch - start);
      const feeds: Record<string, Tensor> = { [input]: padded(values, start, rows, dims) };
      if (guidance) feeds["guidance"] = padded(guidance, start, rows, 1);
      for (const { name, dims: width } of conditions) {
        const condition = given[name];
        feeds[name] = condition
          ? padded(condition.values, start, rows, width)
          : { data: new Float32Array(flowBatch * width), dims: [flowBatch, width] };
        feeds[presentName(name)] = condition
          ? padded(condition.present, start, rows, 1)
          : { data: new Float32Array(flowBatch), dims: [flowBatch, 1] };
      }
      const outputs = await session.run(feeds);
      result.values.set((outputs["values"]!.data as Float32Array).subarray(0, rows * dims), start * dims);
      result.logDet.set((outputs["logDet"]!.data as Float32Array).subarray(0, rows), start);
    }
    return result;
  }

  return {
    dims,
    conditions,
    forward: (latent: Float32Array, given: Conditions, batch: number) =>
      runAll(forwardSession, "latent", latent, given, batch),
    inverse: (residual: Float32Array, given: Conditions, batch: number, guidance: Float32Array) =>
      runAll(inverseSession, "residual", residual, given, batch, guidance),
    async dispose(): Promise<void> {
      await forwardSession.dispose();
      await inverseSession.dispose();
    },
  };
}

/** Rows `start` … of a [batch, width] buffer as [flowBatch, width], zeros behind the last. */
function padded(values: Float32Array, start: number, rows: number, width: number): Tensor {
  const data = new Float32Array(flowBatch * width);
  data.set(values.subarray(start * width, (start + rows) * width));
  return { data, dims: [flowBatch, width] };
}
