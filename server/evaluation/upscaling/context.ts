/** What the sections of an upscaling report share: the upscaler, its rivals, the net, settings, and the watch. */
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import type { Pixels } from "../../engine/interfaces.ts";
import type { ProgressReporter } from "../progress-reporter.ts";
import type { Skipped } from "../report.ts";
import type { Rivals } from "./baselines.ts";
import { measure, type Nets, prepareTarget, Results } from "./measure.ts";
import { type EvaluatedUpscaler, type Method, npmSharpMethods, ownMethods } from "./methods.ts";
import type { PictureSet, TestPicture } from "./pictures.ts";
import { shrinkTruth } from "./resample.ts";

export interface UpscalingContext {
  readonly upscaler: EvaluatedUpscaler;
  readonly set: PictureSet;
  readonly nets: Nets;
  readonly rivals?: Rivals | undefined;
  readonly seed: number;
  readonly watch: ProgressReporter;
}

/** A picture that could be read. */
export interface Truth {
  readonly name: string;
  readonly group: string;
  readonly truth: Pixels;
}

/** Smaller ones leave nothing for SSIM's window inside the border of their low-resolution picture. */
const sideMinPx = 32;
/** Of each group, for sections that measure fewer pictures: those on slow networks and those of several hypotheses. */
export const fewPictures = 10;

export interface Pass {
  readonly results: Results;
  readonly methods: readonly Method[];
  /** The first few of each group that could be read. */
  readonly few: readonly Truth[];
  readonly skipped: readonly Skipped[];
}

/** Every picture by every method that is fast, at every scale. @throws AppError `dataset_invalid` when no picture could be read */
export async function measureAll(context: UpscalingContext): Promise<Pass> {
  const { upscaler, set, rivals, seed, watch } = context;
  const methods = [...ownMethods(upscaler, seed), ...(rivals ? npmSharpMethods(rivals) : [])];
  const results = new Results();
  const few: Truth[] = [];
  const skipped: Skipped[] = [];
  for (const [at, picture] of set.pictures.entries()) {
    watch.step("pictures", at, set.pictures.length);
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
      `pictures: expected at least one that can be read, got ${set.pictures.length} that can't; ${skipped[0]!.name}: ${skipped[0]!.reason}`,
    );
  return { results, methods, few, skipped };
}

/** One picture by these methods, at every scale. */
export async function measureTruth(
  { upscaler, nets, watch }: UpscalingContext,
  { name, group, truth }: Truth,
  methods: readonly Method[],
  results: Results,
): Promise<void> {
  const target = await prepareTarget(truth, nets);
  for (const scale of upscaler.scales) {
    const input = shrinkTruth(truth, scale);
    for (const [at, method] of methods.entries()) {
      watch.step(`${name} ×${scale}, way`, at, methods.length);
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
