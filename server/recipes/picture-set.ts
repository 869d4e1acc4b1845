/** A training set from a folder of images for a target with an encoder: z = Θ(y), and Φ(y) or the label of the subfolder as condition. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import type { TargetExpert } from "../engine/interfaces.ts";
import { asText } from "../experts/values.ts";
import { TrainingRandom } from "../flow/random.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import { denseTable } from "../flow/vector-table.ts";
import { decodeFitted } from "../images/codec.ts";
import { filesBelow, hasPixels } from "../training/dataset/captions-of-folder.ts";
import { DatasetIssues } from "../training/dataset/dataset-issues.ts";
import type { SetCondition } from "../training/encode/pack-experts.ts";

export interface PictureFile {
  /** Path inside the folder. */
  readonly file: string;
  /** Name of its subfolder, empty without one; or what a list says. */
  readonly label: string;
}

/** Fewer images teach a flow nothing, and leave none to measure by. */
const imagesMin = 20;

/** Images below a folder. @throws AppError `dataset_invalid` when there are too few */
export async function picturesIn(folder: string, least = imagesMin): Promise<PictureFile[]> {
  const files = await filesBelow(folder, new DatasetIssues());
  const images = files.filter(hasPixels);
  if (images.length < least)
    throw new AppError("dataset_invalid", `${folder}: expected at least ${least} images, got ${images.length}`);
  return images.map((file) => ({ file, label: file.includes("/") ? file.slice(0, file.indexOf("/")) : "" }));
}

/**
 * The images that a list has labels for, by the file's name or its path inside the folder.
 * @throws AppError `dataset_invalid` when there are too few
 */
export function labelledBy(
  labels: ReadonlyMap<string, string>,
  pictures: readonly PictureFile[],
  folder: string,
): PictureFile[] {
  const labelled = pictures.flatMap(({ file }) => {
    const label = labels.get(file) ?? labels.get(basename(file));
    return label === undefined || label === "" ? [] : [{ file, label }];
  });
  if (labelled.length >= imagesMin) return labelled;
  throw new AppError(
    "dataset_invalid",
    `${folder}: expected at least ${imagesMin} images that the list of attributes has, got ${labelled.length} of ${pictures.length}`,
  );
}

export interface PictureSetOptions {
  readonly folder: string;
  readonly pictures: readonly PictureFile[];
  readonly target: TargetExpert;
  readonly posteriorStd: number;
  readonly condition: SetCondition;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A tenth of the images is held out. @throws AppError `cancelled`, or the fault of an image or expert */
export async function pictureSet(options: PictureSetOptions): Promise<TrainingSet> {
  const { folder, pictures, target, condition, seed, signal } = options;
  const { latentDims: dims, imageSizePx: sizePx } = target;
  const isLabel = condition.entry.kind === "label";
  const latents = new Float32Array(pictures.length * dims);
  const vectors = new Float32Array(pictures.length * condition.expert.dims);
  for (const [row, { file, label }] of pictures.entries()) {
    if (signal?.aborted)
      throw new AppError("cancelled", `${folder}: stopped after ${row} of ${pictures.length} images`);
    const planes = await decodeFitted(await readFile(join(folder, file)), sizePx);
    latents.set(await target.encode(planes, 1), row * dims);
    const value = isLabel ? asText(label) : ({ kind: "image", planes, sizePx, key: `recipe ${file}` } as const);
    vectors.set(await condition.expert.encode([value]), row * condition.expert.dims);
    options.onProgress?.(row + 1, pictures.length);
  }
  const order = Int32Array.from(new TrainingRandom(seed, 0, "evaluation").permutation(pictures.length));
  const heldOut = Math.ceil(pictures.length / 10);
  return {
    dims,
    latents,
    posteriorStd: options.posteriorStd,
    conditions: [
      {
        name: condition.name,
        kind: isLabel ? "words" : "picture",
        dims: condition.expert.dims,
        table: denseTable(vectors, condition.expert.dims),
        options: pictures.map((_, row) => [row]),
      },
    ],
    trainRows: order.slice(heldOut).sort(),
    heldOutRows: order.slice(0, heldOut).sort(),
  };
}
