/** Training-step throughput: our trainer on onnxruntime beside PyTorch eager, same net, batch and threads, in one run. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { FlowArchitecture } from "../../server/flow/architecture.ts";
import { defaultOptimizer } from "../../server/flow/optimizer.ts";
import { TrainingRandom } from "../../server/flow/random.ts";
import { TrainingGraph } from "../../server/flow/training-graph.ts";
import { initialWeights } from "../../server/flow/weights.ts";
import { identityWhitening } from "../../server/flow/whitening.ts";
import { median } from "./measure.ts";

const python = ["server/pretrain/.cache/venv/bin/python", "python3"].find(
  (path) => path === "python3" || existsSync(path),
)!;

export interface TrainingBench {
  readonly batch: number;
  readonly weights: number;
  readonly oursMs: number;
  /** Undefined, with the reason, where PyTorch is not installed. */
  readonly torchMs: number | undefined;
  readonly torch: string;
  readonly gflopPerSecond: number;
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
  const graph = await TrainingGraph.create(weights, {
    batch,
    threads,
    dropout: 0.1,
    injectorWeight: 0,
    seed: 1,
    optimizer: defaultOptimizer,
  });
  const times: number[] = [];
  for (let step = 0; step < steps + 2; step += 1) {
    const started = performance.now();
    await graph.step(data, { step, learningRate: 1e-4, averageDecay: 0.998 });
    times.push(performance.now() - started);
  }
  await graph.dispose();
  const count = [...weights.tensors.values()].reduce((sum, tensor) => sum + tensor.length, 0);
  const matrices = [...weights.tensors]
    .filter(([name]) => name.endsWith("weight") || name.endsWith("condition"))
    .reduce((sum, [, tensor]) => sum + tensor.length, 0);
  const oursMs = median(times.slice(2));
  const rival = spawnSync(python, ["scripts/bench/torch_flow.py"], {
    input: JSON.stringify({ architecture, batch, threads, steps }),
    encoding: "utf8",
  });
  const parsed = rival.status === 0 ? (JSON.parse(rival.stdout) as { stepMs: number; torch: string }) : undefined;
  return {
    batch,
    weights: count,
    oursMs,
    torchMs: parsed?.stepMs,
    torch: parsed?.torch ?? "not installed (pip install torch to compare)",
    gflopPerSecond: (6 * matrices * batch) / oursMs / 1e6,
  };
}
