/**
 * What the recipe resnet-to-biggan takes at its full size: BigGAN-256 and ResNet-50 of random weights, and the flow between them, each timed for a few
 * runs and multiplied by the counts of the recipe's defaults. An extrapolation: no full recipe is run.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConditioning } from "../../server/experts/registry.ts";
import { TrainingRandom } from "../../server/flow/random.ts";
import { defaultTrainOptions } from "../../server/flow/trainer.ts";
import type { TrainingSet } from "../../server/flow/training-set.ts";
import { denseTable } from "../../server/flow/vector-table.ts";
import { resnet } from "../../server/importers/layouts/resnet.ts";
import { writeNetworks } from "../../server/importers/write-networks.ts";
import { recipeDefaults } from "../../server/recipes/recipe.ts";
import { fitFlow } from "../../server/training/fit-flow.ts";
import { drawSeconds, openRandomBigGan, writeRandomBigGan } from "./biggan.ts";
import { median } from "./measure.ts";
import { randomCheckpoint } from "./random-checkpoint.ts";

export interface RecipesBench {
  readonly drawSeconds: number;
  readonly encodeSeconds: number;
  readonly stepSeconds: number;
  /** Of the whole, with the recipe's defaults. */
  readonly hours: number;
  readonly peakMb: number;
}

/** Blocks and width of each layer. */
const resnet50 = [
  [3, 64],
  [4, 128],
  [6, 256],
  [3, 512],
] as const;
const [featureDims, classes] = [2048, 1000];

function resnetShapes(): Map<string, readonly number[]> {
  const all = new Map<string, readonly number[]>();
  const convolution = (name: string, norm: string, shape: readonly number[]): void => {
    all.set(`${name}.weight`, shape);
    for (const part of ["weight", "bias", "running_mean", "running_var"]) all.set(`${norm}.${part}`, [shape[0]!]);
  };
  convolution("conv1", "bn1", [64, 3, 7, 7]);
  let input = 64;
  for (const [layer, [blocks, width]] of resnet50.entries())
    for (let at = 0; at < blocks; at += 1) {
      const block = `layer${layer + 1}.${at}`;
      convolution(`${block}.conv1`, `${block}.bn1`, [width, input, 1, 1]);
      convolution(`${block}.conv2`, `${block}.bn2`, [width, width, 3, 3]);
      convolution(`${block}.conv3`, `${block}.bn3`, [4 * width, width, 1, 1]);
      if (at === 0) convolution(`${block}.downsample.0`, `${block}.downsample.1`, [4 * width, input, 1, 1]);
      input = 4 * width;
    }
  return all.set("fc.weight", [classes, featureDims]).set("fc.bias", [classes]);
}

export async function benchRecipes(): Promise<RecipesBench> {
  const folder = await mkdtemp(join(tmpdir(), "tau-recipes-bench-"));
  try {
    await writeRandomBigGan(folder);
    const generator = await openRandomBigGan(folder);
    const draw = median((await drawSeconds(generator, 3)).slice(1));
    const encode = await encodeSeconds(folder);
    const step = await stepSeconds(generator.latentDims);
    const { samples, steps, measured } = recipeDefaults;
    // The MLP in the flow's place takes as many steps; the generator's own images, the flow's and the MLP's are measured.
    const seconds = samples * (draw + encode) + 2 * steps * step + 3 * measured * draw;
    const peakMb = process.resourceUsage().maxRSS / 1024;
    return { drawSeconds: draw, encodeSeconds: encode, stepSeconds: step, hours: seconds / 3600, peakMb };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Of an image, by ResNet-50 at 224 px. */
async function encodeSeconds(folder: string): Promise<number> {
  const checkpoint = randomCheckpoint("random ResNet-50", resnetShapes());
  const { networks, declarations } = await resnet.build(checkpoint, { name: "resnet", folder, truncation: 1 });
  await writeNetworks(folder, "resnet.bin", networks);
  const declaration = declarations["resnet"];
  if (declaration?.kind !== "onnx") throw new Error("expected the declaration of an expert of conditions");
  const expert = await openConditioning(folder, declaration, "image", {});
  const sizePx = 224;
  const times: number[] = [];
  for (let row = 0; row < 4; row += 1) {
    const planes = new TrainingRandom(1, row, "generator").fillNormal(new Float32Array(4 * sizePx ** 2)).map(Math.abs);
    const start = performance.now();
    await expert.encode([{ kind: "image", planes, sizePx, key: `bench ${row}` }]);
    times.push((performance.now() - start) / 1000);
  }
  return median(times.slice(1));
}

/** Of the optimiser, with the recipe's batch, setting up and measuring included: an upper bound. */
async function stepSeconds(dims: number): Promise<number> {
  const rows = 600;
  const random = (columns: number, seed: number): Float32Array =>
    new TrainingRandom(seed, 0, "generator").fillNormal(new Float32Array(rows * columns));
  const set: TrainingSet = {
    dims,
    latents: random(dims, 1),
    posteriorStd: 0.1,
    conditions: [
      {
        name: "image-last",
        kind: "picture",
        dims: featureDims,
        table: denseTable(random(featureDims, 2), featureDims),
        options: Array.from({ length: rows }, (_, row) => [row]),
      },
    ],
    trainRows: Int32Array.from({ length: rows - 40 }, (_, row) => row),
    heldOutRows: Int32Array.from({ length: 40 }, (_, row) => rows - 40 + row),
  };
  const seconds = async (steps: number): Promise<number> => {
    const start = performance.now();
    await fitFlow(set, {
      ...defaultTrainOptions,
      batch: recipeDefaults.batch,
      steps,
      seed: 1,
      threads: 0,
      evaluateEvery: steps,
    });
    return (performance.now() - start) / 1000;
  };
  const steps = 8;
  return (await seconds(steps)) / steps;
}
