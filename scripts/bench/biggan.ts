/**
 * The paper's generator at its full size: a BigGAN-256 of random weights, imported as a published one would be and drawn in a process of its own, so that
 * its memory is its own. Run as a program with a folder, it draws and prints seconds and peak memory.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openOnnxGenerator } from "../../server/experts/custom/generator.ts";
import { TrainingRandom } from "../../server/flow/random.ts";
import { biggan } from "../../server/importers/layouts/biggan.ts";
import { writeNetworks } from "../../server/importers/write-networks.ts";
import type { OnnxGeneratorEntry } from "../../server/manifest/declared-manifest.ts";
import { median } from "./measure.ts";
import { randomCheckpoint } from "./random-checkpoint.ts";

/** Widths of the blocks of the published 256 px generator, in channels, and what conditions them. */
const widths = [16, 16, 8, 8, 4, 2, 1].map((factor) => 96 * factor);
const [chunkDims, classes, embeddingDims] = [20, 1000, 128];
const images = 5;

export interface BigGanBench {
  readonly firstImageSeconds: number;
  readonly imageSeconds: number;
  readonly peakMb: number;
}

/** Shapes of the checkpoint by name, as GANalyze has them. */
function bigGanShapes(): Map<string, readonly number[]> {
  const all = new Map<string, readonly number[]>([["linear.weight", [embeddingDims, classes]]]);
  const normed = (name: string, shape: readonly number[], hasBias: boolean): void => {
    all.set(`${name}.module.weight_bar`, shape).set(`${name}.module.weight_u`, [shape[0]!]);
    if (hasBias) all.set(`${name}.module.bias`, [shape[0]!]);
  };
  const norm = (name: string, channels: number): void =>
    void all.set(`${name}.running_mean`, [channels]).set(`${name}.running_var`, [channels]);
  normed("G_linear", [16 * widths[0]!, chunkDims], true);
  for (const [at, input] of widths.slice(0, -1).entries()) {
    const output = widths[at + 1]!;
    normed(`GBlock.${at}.conv0`, [output, input, 3, 3], true);
    normed(`GBlock.${at}.conv1`, [output, output, 3, 3], true);
    normed(`GBlock.${at}.conv_sc`, [output, input, 1, 1], true);
    for (const [part, channels] of [
      ["HyperBN", input],
      ["HyperBN_1", output],
    ] as const) {
      for (const embed of ["gamma_embed", "beta_embed"])
        normed(`GBlock.${at}.${part}.${embed}`, [channels, chunkDims + embeddingDims], false);
      norm(`GBlock.${at}.${part}.bn`, channels);
    }
  }
  const [attended, last] = widths.slice(-2) as [number, number];
  for (const [name, output, input] of [
    ["theta", attended / 8, attended],
    ["phi", attended / 8, attended],
    ["g", attended / 2, attended],
    ["o_conv", attended, attended / 2],
  ] as const)
    normed(`attention.${name}`, [output, input, 1, 1], false);
  all.set("attention.gamma", [1]).set("ScaledCrossReplicaBN.weight", [last]).set("ScaledCrossReplicaBN.bias", [last]);
  norm("ScaledCrossReplicaBN", last);
  normed("colorize", [3, last, 3, 3], true);
  return all;
}

/** Writes the generator into a folder. */
export async function writeRandomBigGan(folder: string): Promise<void> {
  const checkpoint = randomCheckpoint("random BigGAN-256", bigGanShapes());
  const { networks } = await biggan.build(checkpoint, { name: "biggan", folder, truncation: 1 });
  await writeNetworks(folder, "biggan.bin", networks);
}

export async function benchBigGan(): Promise<BigGanBench> {
  const folder = await mkdtemp(join(tmpdir(), "tau-biggan-"));
  try {
    await writeRandomBigGan(folder);
    const program = fileURLToPath(import.meta.url);
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", program, folder]);
    return JSON.parse(stdout) as BigGanBench;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The generator as a pack declares it. */
const bigGanEntry: OnnxGeneratorEntry = {
  kind: "onnx-generator",
  model: "biggan.onnx",
  data: ["biggan.bin"],
  latent: { name: "z", shape: [chunkDims * widths.length] },
  class: { name: "class", count: classes, encoding: "one-hot" },
  constants: {},
  image: { name: "image", channels: "rgb", range: [-1, 1] },
  imageSizePx: 256,
  posteriorStd: 0.1,
};

export const openRandomBigGan = (folder: string) => openOnnxGenerator(folder, bigGanEntry);

/** Seconds of each image. */
export async function drawSeconds(generator: Awaited<ReturnType<typeof openRandomBigGan>>, count: number) {
  const times: number[] = [];
  for (let row = 0; row < count; row += 1) {
    const z = new TrainingRandom(1, row, "generator").fillNormal(new Float32Array(generator.freeDims));
    const start = performance.now();
    await generator.decode(generator.zOf(z, row), 1);
    times.push((performance.now() - start) / 1000);
  }
  return times;
}

async function draw(folder: string): Promise<BigGanBench> {
  const times = await drawSeconds(await openRandomBigGan(folder), images);
  return {
    firstImageSeconds: times[0]!,
    imageSeconds: median(times.slice(1)),
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await draw(process.argv[2]!)));
