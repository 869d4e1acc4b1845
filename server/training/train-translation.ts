/**
 * Training as a feature: from a folder of captioned images to a pack with a translation of its own. Images are validated and
 * encoded once by the base pack's frozen experts, the flow starts from the base's, stops when held-out images stop gaining, and
 * is published only when it beats its start. Everything lies in the work folder until then, so an interrupted run goes on.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { digestSet } from "../flow/checkpoint.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import { writeFlowFile } from "../flow/weights.ts";
import { PackDraftSchema } from "../packs/manifest.ts";
import { type BasePack, openBasePack, unlabelled } from "./base-pack.ts";
import { chooseStart, type FlowStart } from "./choose-start.ts";
import { type CostCard, type CostFactors, costCard, stopwatch } from "./cost-card.ts";
import { encodeSet } from "./encode-set.ts";
import { type FittedFlow, fitFlow } from "./fit-flow.ts";
import { openImageSet } from "./image-set.ts";
import { openSetExperts, type SetExperts } from "./pack-experts.ts";
import { type PreparedFolder, prepareFolder } from "./prepare-folder.ts";
import { createPreview, type PreviewImage } from "./preview.ts";
import { type PublishedPack, publishPack } from "./publish-pack.ts";
import { RunRecords } from "./run-records.ts";
import { defaultTranslationSettings, settingsFor, type TranslationSettings } from "./translation-settings.ts";

export interface TranslationProgress {
  readonly stage: "reading" | "encoding" | "training" | "publishing";
  /** Parts of the stage: images, or steps. */
  readonly done: number;
  readonly total: number;
  readonly epoch?: number;
  readonly step?: number;
  readonly trainNats?: number;
  readonly heldOutNats?: number;
  readonly bestNats?: number;
  readonly secondsLeft?: number;
  /** What the flow draws for a few held-out captions at temperature 0. */
  readonly preview?: ReadonlyArray<PreviewImage & { readonly caption: string }>;
}

export interface TrainTranslationOptions {
  /** Images with captions: see captions-of-folder.ts. */
  readonly folder: string;
  /** Folder of the pack whose experts and flow are used, and which of its translations (absent = the first). */
  readonly basePack: string;
  readonly baseTranslation?: string;
  /** Id of the new pack and of its translation. */
  readonly name: string;
  readonly label?: string;
  /** Where packs of users live. */
  readonly packs: string;
  /** This run's own folder: checkpoint, encoded images, log. Emptied once the pack is published. */
  readonly work: string;
  readonly settings?: Partial<TranslationSettings>;
  readonly threads?: number;
  /** Fresh weights instead of the base's. */
  readonly isFromScratch?: boolean;
  /** Publishes even what is no better than the start. */
  readonly isForced?: boolean;
  readonly costFactors?: CostFactors;
  readonly signal?: AbortSignal;
  onProgress?(progress: TranslationProgress): void | Promise<void>;
}

export interface TrainedTranslation {
  readonly name: string;
  /** Undefined when the flow was no better than its start, and so was not published. */
  readonly pack?: PublishedPack;
  readonly isBetter: boolean;
  /** Nats per dimension of the held-out images, given their captions: of the base's flow, and of the new one. */
  readonly startNats: number;
  readonly finalNats: number;
  /** The base's style that the flow started from. */
  readonly startStyle?: string;
  readonly images: PreparedFolder;
  readonly reason: FittedFlow["reason"];
  readonly steps: number;
  readonly bestStep: number;
  readonly cost: CostCard;
}

/** Conditions that are given when the flow is measured: what people ask for. */
const measured = ["caption"];

/**
 * Trains and publishes. Calling it again with the same options after an interruption, at whatever moment, goes on and ends with
 * the same pack as an unbroken run.
 * @throws AppError `dataset_invalid` when the folder is not fit for training, saying why; `cancelled`, `storage_full`,
 *   `training_failed`, `pack_corrupt`; the packs are then as they were
 */
export async function trainTranslation(options: TrainTranslationOptions): Promise<TrainedTranslation> {
  const { name, work, signal, threads = 0 } = options;
  requireName(name);
  const clock = stopwatch();
  const base = await openBasePack(options.basePack, options.baseTranslation);
  requireFree(name, base);
  try {
    await mkdir(work, { recursive: true });
    const images = await readImages(options, base);
    const settings = settingsFor(
      { ...defaultTranslationSettings, ...options.settings },
      images.usable - images.heldOut,
    );
    const draft = unlabelled(base.draft);
    const experts = await openSetExperts(base.folder, draft, base.files, { threads });
    const encoded = await encodeImages(options, base, experts);
    const { set } = encoded;
    const run = await runFolder(work, [
      base.digest,
      base.draft.translation.id,
      options.isFromScratch,
      settings,
      digestSet(set),
    ]);
    const records = await RunRecords.open(run, `${name}: nats per dimension of images, given their captions`, clock);
    const start = await chooseStart(base, set, measured, { seed: settings.seed, threads, signal });
    const fitted = await fit(options, settings, { ...encoded, experts, start, records, run });
    const startNats = start.heldOutNats;
    const isBetter = fitted.heldOutNats < startNats;
    const cost = costCard(records.spent, options.costFactors);
    const summary = {
      name,
      isBetter,
      startNats,
      finalNats: fitted.heldOutNats,
      ...(start.style !== undefined && !options.isFromScratch && { startStyle: start.style }),
      images,
      reason: fitted.reason,
      steps: fitted.stepsDone,
      bestStep: fitted.bestStep,
      cost,
    };
    if (!isBetter && !options.isForced) return summary;
    await options.onProgress?.({ stage: "publishing", done: 0, total: 1 });
    signal?.throwIfAborted();
    const pack = await publishPack(options.packs, base, {
      name,
      label: options.label ?? name,
      draft,
      flow: writeFlowFile(fitted.weights),
      metrics: { ...fitted.metrics, startNatsPerDim: startNats },
      source: `${images.usable} captioned images`,
      records: new Map([...records.files(fitted.bestStep), ["cost.json", `${JSON.stringify(cost, null, 2)}\n`]]),
    });
    await rm(work, { recursive: true, force: true });
    await options.onProgress?.({ stage: "publishing", done: 1, total: 1 });
    return { ...summary, pack };
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new AppError("cancelled", "stopped; the same training goes on where this one stopped", { cause: error });
  }
}

async function readImages(options: TrainTranslationOptions, base: BasePack): Promise<PreparedFolder> {
  const { folder, work, signal, onProgress } = options;
  return prepareFolder({
    folder,
    set: join(work, "set"),
    sizePx: base.draft.target.imageSizePx,
    signal,
    onProgress: (done, total) => void onProgress?.({ stage: "reading", done, total }),
  });
}

/** The training set, and the plainest caption of each of its rows. */
async function encodeImages(
  { work, signal, onProgress }: TrainTranslationOptions,
  base: BasePack,
  experts: SetExperts,
): Promise<{ set: TrainingSet; captions: readonly string[] }> {
  const folder = join(work, "set");
  const images = await openImageSet(folder, base.draft.target.imageSizePx);
  try {
    const set = await encodeSet({
      folder,
      images,
      experts,
      drawnRepeats: 1,
      signal,
      onProgress: ({ done, total }) => void onProgress?.({ stage: "encoding", done, total }),
    });
    return { set, captions: images.items.map((item) => item.captions[0]!) };
  } finally {
    await images.close();
  }
}

interface Run {
  readonly set: TrainingSet;
  readonly captions: readonly string[];
  readonly experts: SetExperts;
  readonly start: FlowStart;
  readonly records: RunRecords;
  /** Folder of the checkpoint. */
  readonly run: string;
}

/** @throws AppError `cancelled` when the signal stopped it; the checkpoint is then written */
async function fit(
  { threads = 0, isFromScratch, signal, onProgress }: TrainTranslationOptions,
  settings: TranslationSettings,
  { set, captions, experts, start, records, run }: Run,
): Promise<FittedFlow> {
  const preview = await createPreview(start.weights.architecture, set, experts.target, measured, threads);
  try {
    const fitted = await fitFlow(
      set,
      {
        ...settings,
        threads,
        measured,
        checkpoint: join(run, "checkpoint.safetensors"),
        ...(signal && { signal }),
        async onProgress(progress, averages) {
          const { step, steps, epoch, trainNats, heldOutNats, bestNats, bestStep, secondsLeft } = progress;
          await records.add({ step, trainNats, heldOutNats }, bestStep);
          if (!onProgress) return;
          const images = await preview.draw(averages);
          await onProgress({
            stage: "training",
            done: step,
            total: steps,
            ...{ epoch, step, trainNats, heldOutNats, bestNats, secondsLeft },
            preview: images.map((image, index) => ({ ...image, caption: captions[preview.rows[index]!]! })),
          });
        },
      },
      isFromScratch ? undefined : start.weights,
    );
    if (fitted.reason === "cancelled") throw new AppError("cancelled", `stopped at step ${fitted.stepsDone}`);
    return fitted;
  } finally {
    await preview.dispose();
  }
}

/** The folder of the checkpoint of exactly this run; those of other images or settings are removed. */
async function runFolder(work: string, identity: readonly unknown[]): Promise<string> {
  const name = `run-${createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 12)}`;
  for (const other of await readdir(work))
    if (other.startsWith("run-") && other !== name) await rm(join(work, other), { recursive: true, force: true });
  await mkdir(join(work, name), { recursive: true });
  return join(work, name);
}

/** @throws AppError `config_invalid` unless the name can be a pack's id */
function requireName(name: string): void {
  if (PackDraftSchema.shape.id.safeParse(name).success) return;
  const expected = "a lower-case letter, then up to 39 lower-case letters, digits and hyphens";
  throw new AppError("config_invalid", `name: expected ${expected}, got "${name}"`, {
    field: "name",
    expected,
    received: name,
  });
}

/** @throws AppError `config_invalid` when the base has the name already */
function requireFree(name: string, { manifest }: BasePack): void {
  if (manifest.id !== name && manifest.translations.every(({ id }) => id !== name)) return;
  throw new AppError("config_invalid", `name: expected one that pack ${manifest.id} does not use, got "${name}"`, {
    field: "name",
    received: name,
  });
}
