/**
 * Training-step throughput: our trainer on onnxruntime beside PyTorch eager, with the same network, batch and threads, in one
 * run.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FlowArchitecture } from "../../../server/flow/architecture.ts";
import { defaultOptimizer } from "../../../server/flow/optimizer.ts";
import { TrainingRandom } from "../../../server/flow/random.ts";
import { TrainingGraph } from "../../../server/flow/training-graph.ts";
import { initialWeights } from "../../../server/flow/weights.ts";
import { identityWhitening } from "../../../server/flow/whitening.ts";
import { median } from "../measure.ts";
import { readProfile, type StepProfile } from "./profile.ts";

const python = ["server/pretrain/.cache/venv/bin/python", "python3"].find(
  (path) => path === "python3" || existsSync(path),
)!;

export interface TrainingBench {
  readonly batch: number;
  readonly weights: number;
  readonly oursMs: number;
  /** Profile of a step; profiling costs a little time. */
  readonly profile: StepProfile & { readonly step: number };
  /** Undefined, with the reason, if PyTorch is not installed. */
  readonly torchMs: number | undefined;
  /** The part of matrix products, by PyTorch's profiler. */
  readonly torchProductsMs: number | undefined;
  readonly torch: string;
  readonly gflopPerSecond: number;
}

/** The output of torch_flow.py. */
interface TorchResult {
  readonly stepMs: number;
  readonly productsMs: number;
  readonly torch: string;
}

export async function benchTraining(
  architecture: FlowArchitecture,
  { batch = 512, threads = 2, steps = 12 } = {},
): Promise<TrainingBench> {
  const weights = initialWeights(architecture, identityWhitening(architecture.dims), 1);
  const random = new TrainingRandom(1, 0, "evaluation");
  const data = {
    latents: random.fillNormal(new Float32Array(batch * architecture.dims)),
    conditions: architecture.conditions.map(({ name, dims }) => ({
      name,
      values: random.fillNormal(new Float32Array(batch * dims), 1 / Math.sqrt(dims)),
      present: new Float32Array(batch).fill(1),
    })),
  };
  const stepTimes = async (count: number, profileTo?: string): Promise<number[]> => {
    const graph = await TrainingGraph.create(weights, {
      batch,
      threads,
      dropout: 0.1,
      injectorWeight: 0,
      seed: 1,
      optimizer: defaultOptimizer,
      ...(profileTo === undefined ? {} : { profileTo }),
    });
    const times: number[] = [];
    for (let step = 0; step < count; step += 1) {
      const started = performance.now();
      await graph.step(data, { step, learningRate: 1e-4, averageDecay: 0.998 });
      times.push(performance.now() - started);
    }
    await graph.dispose();
    // In the first two the runtime plans its memory.
    return times.slice(2);
  };
  const oursMs = median(await stepTimes(steps + 2));
  const folder = await mkdtemp(join(tmpdir(), "tau-bench-profile-"));
  const profiledMs = median(await stepTimes(8, join(folder, "step")));
  const profile = await readProfile(folder, batch);
  await rm(folder, { recursive: true });
  const count = [...weights.tensors.values()].reduce((sum, tensor) => sum + tensor.length, 0);
  const matrices = [...weights.tensors]
    .filter(([name]) => name.endsWith("weight") || name.endsWith("condition"))
    .reduce((sum, [, tensor]) => sum + tensor.length, 0);
  const baseline = spawnSync(python, ["scripts/bench/training/torch_flow.py"], {
    input: JSON.stringify({ architecture, batch, threads, steps }),
    encoding: "utf8",
  });
  const parsed = baseline.status === 0 ? (JSON.parse(baseline.stdout) as TorchResult) : undefined;
  return {
    batch,
    weights: count,
    oursMs,
    profile: { ...profile, step: profiledMs },
    torchMs: parsed?.stepMs,
    torchProductsMs: parsed?.productsMs,
    torch: parsed?.torch ?? "not installed (pip install torch to compare)",
    gflopPerSecond: (6 * matrices * batch) / oursMs / 1e6,
  };
}
