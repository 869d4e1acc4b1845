/**
 * Any ONNX generator as target expert, by its declaration: latent and class → image, without an encoder (BigGAN is the paper's).
 * Its z is [latent, class code]: one place a class, high at the class that is drawn, so that a flow learns the class as it learns
 * the rest; decoding takes the highest. The paper dequantises a class embedding by a network of its own for the same end.
 */
import { AppError } from "../../../shared/problem.ts";
import type { TargetExpert } from "../../engine/interfaces.ts";
import { channelCount, latentDimsOf, type OnnxGeneratorEntry } from "../../manifest/declared-manifest.ts";
import { sizeOf } from "../../onnx/graph.ts";
import type { Tensor } from "../../onnx/session.ts";
import type { ExpertOptions } from "../expert.ts";
import { mapRows, openGraph, withBatch } from "./graph.ts";
import { fromGraphPixels } from "./pixels.ts";

/**
 * Height of a class code in standard deviations of what training adds: two classes are √2 · 10/3 = 4.7 apart, so that 1 draw in
 * 100 falls to the wrong one, and an invertible network can still join them.
 */
const heightInStds = 10 / 3;

/** A target that knows what its z is made of, so that it can be sampled without data (server/training/dataset/generator-set.ts). */
export interface Generator extends TargetExpert {
  /** Classes that it draws; 0 = it knows none. */
  readonly classCount: number;
  /** Values of the latent itself, N(0, I). */
  readonly freeDims: number;
  /** Standard deviation of what training adds to z. */
  readonly posteriorStd: number;
  /** Value of z at the place of its class; 0 at those of the others. */
  readonly codeHeight: number;
  /** z [latentDims] of a latent [freeDims] and a class. */
  zOf(latent: Float32Array, classIndex: number): Float32Array;
  /** The class that a z stands for; 0 without classes. */
  classOf(z: Float32Array): number;
  /** What the graph gives for one z, before its range is brought to [0, 1]. */
  pixelsOf(z: Float32Array): Promise<Float32Array>;
}

export const isGenerator = (target: TargetExpert): target is Generator => "zOf" in target;

/** @throws AppError `pack_corrupt` naming what the graph has and what was declared */
export async function openOnnxGenerator(
  packFolder: string,
  entry: OnnxGeneratorEntry,
  options: ExpertOptions = {},
): Promise<Generator> {
  const { latent, image, imageSizePx, constants, posteriorStd, class: classes } = entry;
  const label = `generator ${entry.model}`;
  const imageShape = [channelCount[image.channels], imageSizePx, imageSizePx];
  const graph = await openGraph(
    packFolder,
    {
      path: entry.model,
      label,
      data: entry.data,
      layer: image.name,
      inputs: [withBatch(latent.name, latent.shape), ...(classes ? [classInput(classes)] : [])],
      constants,
      shape: imageShape,
    },
    options,
  );
  const [latentDims, freeDims, classCount] = [latentDimsOf(entry), sizeOf(latent.shape), classes?.count ?? 0];
  const classOf = (z: Float32Array): number => {
    const code = z.subarray(freeDims, freeDims + classCount);
    return classCount === 0 ? 0 : code.indexOf(Math.max(...code));
  };
  const codeHeight = heightInStds * posteriorStd;
  const pixelsOf = (z: Float32Array): Promise<Float32Array> => {
    const feeds = {
      [latent.name]: { data: z.slice(0, freeDims), dims: [1, ...latent.shape] },
      ...(classes ? { [classes.name]: classFeed(classes, classOf(z)) } : {}),
    };
    return graph.read(feeds, imageShape);
  };
  return {
    latentDims,
    imageSizePx,
    classCount,
    freeDims,
    posteriorStd,
    codeHeight,
    classOf,
    zOf(drawn, classIndex) {
      const z = new Float32Array(latentDims);
      z.set(drawn);
      if (classCount > 0) z[freeDims + classIndex] = codeHeight;
      return z;
    },
    async encode() {
      throw new AppError(
        "invalid_request",
        `${label}: expected a target that reads images, got a generator without encoder`,
      );
    },
    pixelsOf,
    decode: (latents, batch) => mapRows(latents, batch, async (z) => fromGraphPixels(await pixelsOf(z), image)),
  };
}

type Classes = NonNullable<OnnxGeneratorEntry["class"]>;

const classInput = ({ name, count, encoding }: Classes) =>
  encoding === "index" ? withBatch(name, [], "int64") : withBatch(name, [count]);

function classFeed({ count, encoding }: Classes, index: number): Tensor {
  if (encoding === "index") return { data: BigInt64Array.of(BigInt(index)), dims: [1] };
  return { data: new Float32Array(count).fill(1, index, index + 1), dims: [1, count] };
}
