/**
 * Target expert from any declared ONNX generator: latent and class → image, without encoder (the paper uses BigGAN). Its z is
 * [latent, class code] with one dimension for each class, high for the drawn one. The flow so learns the class like the rest of
 * z, and decoding takes the highest. For the same purpose the paper dequantises a class embedding by a separate network.
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
 * Height of a class code in standard deviations of the training noise: two classes are √2 · 10/3 = 4.7 apart. One draw in 100
 * gets the wrong class, and an invertible network can still connect the classes.
 */
const heightInStds = 10 / 3;

/**
 * A target whose distribution of z is known, so that it can be sampled without data (server/training/dataset/generator-set.ts).
 */
export interface Generator extends TargetExpert {
  /** Number of classes; 0 = none. */
  readonly classCount: number;
  /** Dimensions of the latent, N(0, I). */
  readonly freeDims: number;
  /** Standard deviation of the noise that training adds to z. */
  readonly posteriorStd: number;
  /** Value of z in the dimension of its class; 0 in those of the others. */
  readonly codeHeight: number;
  /** z [latentDims] from a latent [freeDims] and a class. */
  zOf(latent: Float32Array, classIndex: number): Float32Array;
  /** The class of a z; 0 without classes. */
  classOf(z: Float32Array): number;
  /** The graph's output for one z, before its range is mapped to [0, 1]. */
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
