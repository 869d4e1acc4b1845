/**
 * The time of a training step by the runtime's profiler: matrix products, other operators on activations, and operators on
 * weights.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** An event of Chrome's trace format; `ts` and `dur` are microseconds. */
const EventSchema = z.object({
  name: z.string(),
  ts: z.number(),
  dur: z.number(),
  args: z
    .object({
      op_name: z.string().optional(),
      output_type_shape: z.array(z.record(z.string(), z.array(z.number()))).optional(),
    })
    .optional(),
});

/** Milliseconds a run. */
export interface StepProfile {
  readonly products: number;
  readonly onActivations: number;
  readonly onWeights: number;
  /** The whole run, including the time between operators. */
  readonly run: number;
}

/**
 * Means of all runs except the first two.
 * @param folder contains the profiler's one file
 * @param batch rows of a batch; tensors with as many rows are activations
 */
export async function readProfile(folder: string, batch: number): Promise<StepProfile> {
  const [file] = await readdir(folder);
  const events = z.array(EventSchema).parse(JSON.parse(await readFile(join(folder, file!), "utf8")));
  const runs = events.filter(({ name }) => name === "model_run").slice(2);
  const from = runs[0]!.ts;
  const sums = { products: 0, onActivations: 0, onWeights: 0 };
  for (const { name, ts, dur, args } of events) {
    if (ts < from || !name.endsWith("_kernel_time")) continue;
    const isProduct = args?.op_name === "Gemm" || args?.op_name === "MatMul";
    const [shape] = Object.values(args?.output_type_shape?.[0] ?? {});
    sums[isProduct ? "products" : shape?.[0] === batch ? "onActivations" : "onWeights"] += dur;
  }
  const each = (microseconds: number): number => microseconds / 1000 / runs.length;
  return {
    products: each(sums.products),
    onActivations: each(sums.onActivations),
    onWeights: each(sums.onWeights),
    run: each(runs.reduce((sum, { dur }) => sum + dur, 0)),
  };
}
