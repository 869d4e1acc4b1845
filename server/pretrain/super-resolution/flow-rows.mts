/**
 * What a factor's flow is trained on: at pixels drawn from the training patches, borders included, as pictures have them too, the features
 * that Φ finds there and what its answer lacks.
 * Every draw depends on the patch alone, so a resumed training sees the same rows.
 */
import { type FileHandle, open } from "node:fs/promises";
import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import { TrainingRandom } from "../../flow/random.ts";
import type { TrainingSet } from "../../flow/training-set.ts";
import { denseTable } from "../../flow/vector-table.ts";
import { shrinkBicubic } from "../../upscaling/bicubic.ts";
import { residualDimsOf } from "../../upscaling/details/pixel-noise.ts";
import type { UpscaleNetwork } from "../../upscaling/upscale-tile.ts";

/** Side of a stored patch, px; cut_patches.py writes [patch, 3, side, side]. */
const sidePx = 192;
/** Each 50th patch is held out, as train_upscaler.py does. */
const heldOutEvery = 50;
const rowsAPatch = 200;
/** A quarter of the inputs are noisy, as pictures are. */
const noisyShare = 0.25;
const noiseMaxLevels = 7;

/**
 * Half an 8-bit level: rounding makes detail no more certain than that, and without noise flat pictures would have infinite
 * likelihood.
 */
export const posteriorStd = 0.5 / 255;

export interface RowsOptions {
  readonly file: string;
  readonly patches: number;
  readonly factor: NetworkScale;
  readonly network: UpscaleNetwork;
  onProgress(done: number): void;
}

/** Rows of `patches` training patches and of every second held-out one. */
export async function collectRows(options: RowsOptions): Promise<TrainingSet> {
  const { file, patches, factor, network, onProgress } = options;
  const dims = residualDimsOf(factor);
  const handle = await open(file);
  try {
    const total = (await handle.stat()).size / (3 * sidePx ** 2);
    const all = Array.from({ length: total }, (_, patch) => patch);
    const training = all.filter((patch) => patch % heldOutEvery !== 0);
    const step = Math.max(1, Math.floor(training.length / patches));
    const chosen = [
      ...training.filter((_, at) => at % step === 0).slice(0, patches),
      ...all.filter((patch) => patch % (2 * heldOutEvery) === 0),
    ];
    const count = chosen.length * rowsAPatch;
    const [latents, features] = [new Float32Array(count * dims), new Float32Array(count * network.featureDims)];
    for (const [at, patch] of chosen.entries()) {
      await readRows(handle, patch, options, {
        latents: latents.subarray(at * rowsAPatch * dims, (at + 1) * rowsAPatch * dims),
        features: features.subarray(at * rowsAPatch * network.featureDims, (at + 1) * rowsAPatch * network.featureDims),
      });
      onProgress(at + 1);
    }
    const rows = Int32Array.from({ length: count }, (_, row) => row);
    const isHeldOut = (row: number): boolean => chosen[Math.floor(row / rowsAPatch)]! % heldOutEvery === 0;
    const table = denseTable(features, network.featureDims);
    return {
      dims,
      latents,
      posteriorStd,
      conditions: [
        {
          name: "features",
          kind: "words",
          dims: network.featureDims,
          table,
          options: Array.from(rows, (row) => [row]),
        },
      ],
      trainRows: rows.filter((row) => !isHeldOut(row)),
      heldOutRows: shuffled(rows.filter(isHeldOut)),
    };
  } finally {
    await handle.close();
  }
}

/** In a fixed random order, because evaluation reads the first of them. */
const shuffled = (rows: Int32Array): Int32Array =>
  Int32Array.from(new TrainingRandom(1, 0, "order").permutation(rows.length), (at) => rows[at]!);

async function readRows(
  handle: FileHandle,
  patch: number,
  { factor, network }: RowsOptions,
  to: { latents: Float32Array; features: Float32Array },
): Promise<void> {
  const random = new TrainingRandom(1, patch, "rows");
  const high = await readPatch(handle, patch);
  const levels = random.uniform() < noisyShare ? random.uniform() * noiseMaxLevels : 0;
  const [side, dims] = [sidePx / factor, residualDimsOf(factor)];
  const low = shrink(high, factor, levels, random);
  const { features, means } = await network.read(low, side, side);
  for (let row = 0; row < rowsAPatch; row += 1) {
    const [x, y] = [random.below(side), random.below(side)];
    const pixel = y * side + x;
    to.features.set(
      features.subarray(pixel * network.featureDims, (pixel + 1) * network.featureDims),
      row * network.featureDims,
    );
    for (let at = 0; at < dims; at += 1) {
      const [channel, dy, dx] = [Math.floor(at / factor ** 2), Math.floor(at / factor) % factor, at % factor];
      const truth = high[(channel * sidePx + factor * y + dy) * sidePx + factor * x + dx]!;
      to.latents[row * dims + at] = truth - means[pixel * dims + at]!;
    }
  }
}

async function readPatch(handle: FileHandle, patch: number): Promise<Float32Array> {
  const bytes = new Uint8Array(3 * sidePx ** 2);
  await handle.read(bytes, 0, bytes.length, patch * bytes.length);
  return Float32Array.from(bytes, (value) => value / 255);
}

/** The patch shrunk by `factor`, with noise of some 8-bit levels, rounded to 8 bits. */
function shrink(high: Float32Array, factor: NetworkScale, levels: number, random: TrainingRandom): Float32Array {
  const [pixels, small] = [sidePx ** 2, (sidePx / factor) ** 2];
  const low = new Float32Array(3 * small);
  for (let channel = 0; channel < 3; channel += 1)
    low.set(
      shrinkBicubic(high.subarray(channel * pixels, (channel + 1) * pixels), sidePx, sidePx, factor),
      channel * small,
    );
  const noise = new Float32Array(low.length);
  if (levels > 0) random.fillNormal(noise, levels / 255);
  return low.map((value, at) => Math.round(255 * Math.min(1, Math.max(0, value + noise[at]!))) / 255);
}
