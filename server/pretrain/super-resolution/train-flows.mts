/**
 * Trains τ of the pack `super-resolution` by exact maximum likelihood with the server's own trainer, one stage after the other, and writes the
 * flows and the pack's manifest. Interrupted by Ctrl-C and run once more, it goes on from its checkpoint.
 *
 *   node --import tsx server/pretrain/super-resolution/train-flows.mts [--stages 1,2] [--steps 5000] [--patches 2000] [--trained DIR] [--pack DIR]
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { limits } from "../../../shared/limits.ts";
import type { FlowArchitecture } from "../../flow/architecture.ts";
import { defaultTrainOptions } from "../../flow/trainer.ts";
import type { TrainingSet } from "../../flow/training-set.ts";
import { initialWeights, readFlowFile, writeFlowFile } from "../../flow/weights.ts";
import { fitWhitening } from "../../flow/whitening.ts";
import { writeFileAtomically } from "../../platform/files/atomic-file.ts";
import { fitFlow } from "../../training/fit-flow.ts";
import { createPixelFlow, featuresName } from "../../upscaling/pixel-flow.ts";
import { createUpscaler } from "../../upscaling/upscale.ts";
import { drawHere } from "../../upscaling/upscale-tile.ts";
import { openConsistency, openUpscaleNetwork } from "../../upscaling/upscaler-graphs.ts";
import { collectRows, posteriorStd } from "./flow-rows.mts";
import { declareUpscaler, writeManifest } from "./write-manifest.mts";

const here = fileURLToPath(new URL(".", import.meta.url));

const { values } = parseArgs({
  options: {
    stages: { type: "string", default: "1,2" },
    steps: { type: "string", default: "5000" },
    patches: { type: "string", default: "2000" },
    batch: { type: "string", default: "4096" },
    threads: { type: "string", default: "0" },
    trained: { type: "string", default: join(here, "../.cache/super-resolution") },
    pack: { type: "string", default: join(here, "../../packs/default/super-resolution") },
  },
});
const { pack, trained: cache } = values;

/** Small nets, the second smaller: each of a million pixels is a row, and the second stage has four times as many of them. */
const sizes = [
  { embeddingDims: 32, injector: { hiddenDims: 32, blocks: 0 }, couplings: { count: 4, hiddenDims: 32, depth: 0 } },
  { embeddingDims: 32, injector: { hiddenDims: 32, blocks: 0 }, couplings: { count: 2, hiddenDims: 32, depth: 1 } },
] as const;

function architectureOf(set: TrainingSet, stage: number): FlowArchitecture {
  const { embeddingDims, injector, couplings } = sizes[stage - 1]!;
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

for (const stage of values.stages.split(",").map(Number)) {
  const entry = await declareUpscaler(pack);
  const network = await openUpscaleNetwork(pack, entry.stages[stage - 1]!);
  const before = stage === 1 ? undefined : await firstStage(entry);
  let shown = 0;
  const set = await collectRows({
    file: join(cache, "patches.u8"),
    patches: Number(values.patches),
    network,
    ...(before ? { before } : {}),
    temperatureMax: limits.upscaleTemperatureMax,
    onProgress: (done) => {
      if (performance.now() - shown < 5000) return;
      shown = performance.now();
      console.error(`stage ${stage}: rows of ${done} patches`);
    },
  });
  const steps = Number(values.steps);
  const start = initialWeights(architectureOf(set, stage), fitWhitening(set.latents, set.dims, posteriorStd), 1);
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
      checkpoint: join(cache, `flow-${stage}.checkpoint`),
      checkpointEverySeconds: 60,
      signal: abort.signal,
      onProgress: ({ step, trainNats, heldOutNats, imagesPerSecond, secondsLeft }) =>
        console.error(
          `stage ${stage}: step ${step}, train ${trainNats.toFixed(4)}, held out ${heldOutNats.toFixed(4)} nats a dimension, ${imagesPerSecond.toFixed(0)} pixels/s, ${secondsLeft.toFixed(0)} s left`,
        ),
    },
    start,
  );
  if (fitted.reason === "cancelled") {
    console.error("stopped; run again to go on");
    process.exit(130);
  }
  await writeFileAtomically(join(pack, `stage-${stage}/flow.onnx`), writeFlowFile(fitted.weights), 0o644);
  await writeFileAtomically(join(pack, `stage-${stage}/metrics.json`), `${JSON.stringify(fitted.metrics)}\n`, 0o644);
  console.log(JSON.stringify({ stage, ...fitted.metrics }));
}
// The first stage alone is no pack yet.
if (values.stages.split(",").includes("2")) await writeManifest(pack);

async function firstStage(entry: Awaited<ReturnType<typeof declareUpscaler>>) {
  const flow = await createPixelFlow(readFlowFile(await readFile(join(pack, entry.stages[0]!.flow)), "stage 1"), {
    label: "stage 1",
  });
  const consistency = await openConsistency(pack, entry, 2);
  return createUpscaler(
    drawHere({
      stages: [{ network: await openUpscaleNetwork(pack, entry.stages[0]!), flow }],
      consistency: { 2: consistency, 4: consistency },
    }),
  );
}
