/**
 * A flow that is ready to run: one session for each direction at a fixed batch size. Kernels may round differently for other
 * batch shapes, so shorter batches are padded; the same request then always gives the same bytes.
 */

import { AppError } from "../../shared/problem.ts";
import type { Graph } from "../onnx/graph.ts";
import { toModelBytes } from "../onnx/model-file.ts";
import type { Provider } from "../onnx/runtime.ts";
import { type Feeds, Session, type Tensor } from "../onnx/session.ts";
import { forwardGraph, inverseGraph, keptName, presentName } from "./flow-graphs.ts";
import { guidanceTerms } from "./guidance.ts";
import type { FlowWeights } from "./weights.ts";

/** Rows of one run. */
export const flowBatch = 8;

export interface FlowSessionOptions {
  readonly provider?: Provider;
  readonly threads?: number;
  readonly label: string;
  /** Guided couplings besides the injector; absent = all. */
  readonly guidedCouplings?: number | undefined;
}

interface Conditions {
  readonly [name: string]: { readonly values: Float32Array; readonly present: Float32Array };
}

/** The guidance terms of one row. */
type RowGuidance = ReadonlyArray<{ readonly weight: number; readonly without: readonly string[] }>;

/** The engine's `Flow` on onnxruntime: any batch size, in chunks of `flowBatch` padded rows. */
export async function createFlow(weights: FlowWeights, options: FlowSessionOptions) {
  const { dims, conditions } = weights.architecture;
  const { forwardSession, inverseSession } = await openSessions(weights, options);

  const conditionFeeds = (given: Conditions, start: number, rows: number): Feeds =>
    Object.fromEntries(
      conditions.flatMap(({ name, dims: width }) => {
        const { values = new Float32Array(), present = new Float32Array() } = given[name] ?? {};
        return [
          [name, padded(values, start, rows, width)],
          [presentName(name), padded(present, start, rows, 1)],
        ];
      }),
    );

  const guidanceFeeds = (guidance: readonly RowGuidance[]): Feeds => ({
    guidance: termTensor((row, term) => guidance[row]?.[term]?.weight ?? 0),
    ...Object.fromEntries(
      conditions.map(({ name }) => [
        keptName(name),
        termTensor((row, term) => (guidance[row]?.[term]?.without.includes(name) ? 0 : 1)),
      ]),
    ),
  });

  async function runAll(batch: number, session: Session, feedsOf: (start: number, rows: number) => Feeds) {
    const result = { values: new Float32Array(batch * dims), logDet: new Float32Array(batch) };
    for (let start = 0; start < batch; start += flowBatch) {
      const rows = Math.min(flowBatch, batch - start);
      const outputs = await session.run(feedsOf(start, rows));
      result.values.set((outputs["values"]!.data as Float32Array).subarray(0, rows * dims), start * dims);
      result.logDet.set((outputs["logDet"]!.data as Float32Array).subarray(0, rows), start);
    }
    return result;
  }

  return {
    dims,
    conditions,
    /** z → v: see `Flow` in server/engine/interfaces.ts. */
    forward: (latent: Float32Array, given: Conditions, batch: number) =>
      runAll(batch, forwardSession, (start, rows) => ({
        latent: padded(latent, start, rows, dims),
        ...conditionFeeds(given, start, rows),
      })),
    /** v → z: see `Flow`. @throws AppError `invalid_request` for a row with more guidance terms than the graph has */
    inverse(residual: Float32Array, given: Conditions, batch: number, guidance: readonly RowGuidance[] = []) {
      requireRoom(guidance);
      return runAll(batch, inverseSession, (start, rows) => ({
        residual: padded(residual, start, rows, dims),
        ...conditionFeeds(given, start, rows),
        ...guidanceFeeds(guidance.slice(start, start + rows)),
      }));
    },
    async dispose(): Promise<void> {
      await forwardSession.dispose();
      await inverseSession.dispose();
    },
  };
}

/** Not within `createFlow`, whose functions would keep the weights, 100 MB, beside the sessions' own. */
async function openSessions({ architecture, tensors }: FlowWeights, options: FlowSessionOptions) {
  const binding = { kind: "weights", weights: tensors } as const;
  const open = (graph: Graph, direction: string): Promise<Session> =>
    Session.create(toModelBytes(graph, binding), { ...options, label: `${options.label} ${direction}` });
  return {
    forwardSession: await open(forwardGraph(architecture, flowBatch), "forward"),
    inverseSession: await open(inverseGraph(architecture, flowBatch, options.guidedCouplings), "inverse"),
  };
}

/** Rows from `start` of a [batch, width] buffer as [flowBatch, width], padded with zeros. */
function padded(values: Float32Array, start: number, rows: number, width: number): Tensor {
  const data = new Float32Array(flowBatch * width);
  data.set(values.subarray(start * width, (start + rows) * width));
  return { data, dims: [flowBatch, width] };
}

/** [flowBatch, terms] by row and term. */
const termTensor = (pick: (row: number, term: number) => number): Tensor => ({
  data: Float32Array.from({ length: flowBatch * guidanceTerms }, (_, at) =>
    pick(Math.floor(at / guidanceTerms), at % guidanceTerms),
  ),
  dims: [flowBatch, guidanceTerms],
});

function requireRoom(guidance: readonly RowGuidance[]): void {
  const most = Math.max(0, ...guidance.map((terms) => terms.length));
  if (most > guidanceTerms)
    throw new AppError(
      "invalid_request",
      `guidanceOf: expected at most ${guidanceTerms} weights above 0 (guidance counts as one), got ${most}`,
      {
        field: "guidanceOf",
        expected: `at most ${guidanceTerms} weights above 0, guidance counted`,
        received: String(most),
      },
    );
}
