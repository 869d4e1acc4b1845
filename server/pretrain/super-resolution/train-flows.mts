/**
 * Trains τ of the pack `super-resolution` by exact maximum likelihood with the server's own trainer, one factor after the other, and writes the
 * flows and the pack's manifest. Interrupted by Ctrl-C and run once more, it goes on from its checkpoint.
 *
 *   node --import tsx server/pretrain/super-resolution/train-flows.mts [--factors 2,4] [--steps 5000] [--patches 2000] [--trained DIR] [--pack DIR]
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import type { FlowArchitecture } from "../../flow/architecture.ts";
import { defaultTrainOptions } from "../../flow/trainer.ts";
import type { TrainingSet } from "../../flow/training-set.ts";
import { initialWeights, writeFlowFile } from "../../flow/weights.ts";
import { fitWhitening } from "../../flow/whitening.ts";
import { writeFileAtomically } from "../../platform/files/atomic-file.ts";
import { fitFlow } from "../../training/fit-flow.ts";
import { featuresName } from "../../upscaling/details/pixel-flow.ts";
import { upscaleNetwork } from "../../upscaling/upscaler-graphs.ts";
import { collectRows, posteriorStd } from "./flow-rows.mts";
import { declareUpscaler, writeManifest } from "./write-manifest.mts";

const here = fileURLToPath(new URL(".", import.meta.url));

const { values } = parseArgs({
  options: {
    factors: { type: "string", default: "2,4" },
    steps: { type: "string", default: "3000" },
    patches: { type: "string", default: "2000" },
    batch: { type: "string", default: "4096" },
    threads: { type: "string", default: "0" },
    trained: { type: "string", default: join(here, "../.cache/super-resolution") },
    pack: { type: "string", default: join(here, "../../packs/default/super-resolution") },
  },
});
const { pack, trained: cache } = values;

/** Small nets, because each pixel of the input is a row. */
const sizes = {
  2: { embeddingDims: 32, injector: { hiddenDims: 32, blocks: 0 }, couplings: { count: 4, hiddenDims: 32, depth: 0 } },
  4: { embeddingDims: 32, injector: { hiddenDims: 32, blocks: 0 }, couplings: { count: 4, hiddenDims: 64, depth: 0 } },
} as const;

function architectureOf(set: TrainingSet, factor: NetworkScale): FlowArchitecture {
  const { embeddingDims, injector, couplings } = sizes[factor];
  return {
    format: 1,
    dims: set.dims,
    conditions: [{ name: featuresName, dims: set.conditions[0]!.dims }],
    embeddingDims,
    injector,
    couplings: { ...couplings, clamp: 1.5 },
    permutationSeed: 1,
  };
}

const abort = new AbortController();
process.once("SIGINT", () => abort.abort());

for (const factor of values.factors.split(",").map((value) => Number(value) as NetworkScale)) {
  const entry = await declareUpscaler(pack);
  const network = await upscaleNetwork(pack, entry.factors[factor], factor, { threads: Number(values.threads) });
  let shown = 0;
  const set = await collectRows({
    file: join(cache, "patches.u8"),
    patches: Number(values.patches),
    factor,
    network,
    onProgress: (done) => {
      if (performance.now() - shown < 5000) return;
      shown = performance.now();
      console.error(`×${factor}: rows of ${done} patches`);
    },
  });
  const steps = Number(values.steps);
  const start = initialWeights(architectureOf(set, factor), fitWhitening(set.latents, set.dims, posteriorStd), 1);
  const fitted = await fitFlow(
    set,
    {
      ...defaultTrainOptions,
      batch: Number(values.batch),
      steps,
      learningRate: 2e-3,
      dropout: 0,
      weightDecay: 0.001,
      threads: Number(values.threads),
      keep: "best",
      checkpoint: join(cache, `flow-${factor}.checkpoint`),
      checkpointEverySeconds: 60,
      signal: abort.signal,
      onProgress: ({ step, trainNats, heldOutNats, imagesPerSecond, secondsLeft }) =>
        console.error(
          `×${factor}: step ${step}, train ${trainNats.toFixed(4)}, held out ${heldOutNats.toFixed(4)} nats a dimension, ${imagesPerSecond.toFixed(0)} pixels/s, ${secondsLeft.toFixed(0)} s left`,
        ),
    },
    start,
  );
  if (fitted.reason === "cancelled") {
    console.error("stopped; run again to go on");
    process.exit(130);
  }
  await writeFileAtomically(join(pack, `x${factor}/flow.onnx`), writeFlowFile(fitted.weights), 0o644);
  await writeFileAtomically(join(pack, `x${factor}/metrics.json`), `${JSON.stringify(fitted.metrics)}\n`, 0o644);
  console.log(JSON.stringify({ factor, ...fitted.metrics }));
}
// One factor alone is no pack yet.
if (values.factors.split(",").includes("4")) await writeManifest(pack);
