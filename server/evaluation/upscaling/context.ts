/**
 * The shared context of an upscaling report: upscaler, baselines, feature nets, settings and progress; and the pass that
 * measures all pictures.
 */
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import type { Pixels } from "../../engine/interfaces.ts";
import type { ProgressReporter } from "../progress-reporter.ts";
import type { Skipped } from "../report.ts";
import type { Baselines } from "./baselines.ts";
import { measure, type Nets, prepareTarget, Results } from "./measure.ts";
import { type EvaluatedUpscaler, kernelMethods, type Method, npmSharpMethods, ownMethods } from "./methods.ts";
import type { PictureSet, TestPicture } from "./pictures.ts";
import { shrinkTruth } from "./resample.ts";

export interface UpscalingContext {
  readonly upscaler: EvaluatedUpscaler;
  readonly set: PictureSet;
  readonly nets: Nets;
  readonly baselines?: Baselines | undefined;
  readonly seed: number;
  readonly progress: ProgressReporter;
}

/** A ground truth picture. */
export interface Truth {
  readonly name: string;
  readonly group: string;
  readonly truth: Pixels;
}

/** In a smaller picture, SSIM's window does not fit inside the border. */
const sideMinPx = 32;
/** Pictures of each group for the sections of slow networks and of several hypotheses. */
export const fewPictures = 10;

export interface Pass {
  readonly results: Results;
  readonly methods: readonly Method[];
  /** The first readable pictures of each group. */
  readonly few: readonly Truth[];
  readonly skipped: readonly Skipped[];
}

/**
 * Measures every picture with every fast method at every scale. @throws AppError `dataset_invalid` when no picture could be
 * read
 */
export async function measureAll(context: UpscalingContext): Promise<Pass> {
  const { upscaler, set, baselines, seed, progress } = context;
  const methods = [...kernelMethods, ...ownMethods(upscaler, seed), ...(baselines ? npmSharpMethods(baselines) : [])];
  const results = new Results();
  const few: Truth[] = [];
  const skipped: Skipped[] = [];
  for (const [at, picture] of set.pictures.entries()) {
    progress.step("pictures", at, set.pictures.length);
    const read = await readTruth(picture);
    if ("reason" in read) {
      skipped.push(read);
      continue;
    }
    if (few.filter(({ group }) => group === read.group).length < fewPictures) few.push(read);
    await measureTruth(context, read, methods, results);
  }
  if (few.length === 0)
    throw new AppError(
      "dataset_invalid",
      `pictures: expected at least one readable picture, got ${set.pictures.length} unreadable ones; ${skipped[0]!.name}: ${skipped[0]!.reason}`,
    );
  return { results, methods, few, skipped };
}

/** The first pictures of each group, with nothing measured. @throws AppError `dataset_invalid` when none could be read */
export async function readFew({ set }: UpscalingContext): Promise<Pass> {
  const [few, skipped]: [Truth[], Skipped[]] = [[], []];
  for (const picture of set.pictures) {
    if (few.filter(({ group }) => group === picture.group).length === fewPictures) continue;
    const read = await readTruth(picture);
    if ("reason" in read) skipped.push(read);
    else few.push(read);
  }
  if (few.length === 0)
    throw new AppError("dataset_invalid", "pictures: expected at least one readable picture, got none");
  return { results: new Results(), methods: [], few, skipped };
}

/** Measures one picture with these methods at every scale. */
export async function measureTruth(
  { upscaler, nets, progress }: UpscalingContext,
  { name, group, truth }: Truth,
  methods: readonly Method[],
  results: Results,
): Promise<void> {
  const target = await prepareTarget(truth, nets);
  for (const scale of upscaler.scales) {
    const input = shrinkTruth(truth, scale);
    for (const [at, method] of methods.entries()) {
      if (method.scales && !method.scales.includes(scale)) continue;
      progress.step(`${name} ×${scale}, method`, at, methods.length);
      results.add(group, scale, method.id, await measure(method, input, target, scale));
    }
  }
}

async function readTruth({ name, group, read }: TestPicture): Promise<Truth | Skipped> {
  try {
    const truth = await read();
    const [least, most] = [Math.min(truth.widthPx, truth.heightPx), Math.max(truth.widthPx, truth.heightPx)];
    if (least < sideMinPx) return { name, reason: `expected sides of at least ${sideMinPx} px, got ${least} px` };
    if (most > limits.imageMaxSidePx)
      return { name, reason: `expected sides of at most ${limits.imageMaxSidePx} px, got ${most} px` };
    return { name, group, truth };
  } catch (error) {
    if (error instanceof AppError && error.code === "image_rejected") return { name, reason: error.message };
    throw error;
  }
}
