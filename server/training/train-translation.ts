/**
 * Trains a user's translation: from a folder of captioned images to a new pack. The images are checked and encoded once by the
 * base pack's frozen experts. The flow starts from the base's, stops when held-out images stop improving and is published only
 * if it beats its start. Until then all data is in the work folder, so an interrupted run continues.
 */
import { join } from "node:path";
import type { FlowConditionName } from "../../shared/contract/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import { digestSet } from "../flow/checkpoint.ts";
import type { FittedFlow } from "../flow/fitted-flow.ts";
import { writeFlowFile } from "../flow/weights.ts";
import type { PackDraft } from "../manifest/pack-draft.ts";
import { type BasePack, openBasePack, withoutLabelConditions } from "../packs/base-pack.ts";
import { recordsFolder } from "../packs/made-files.ts";
import { publishOwnPack } from "../packs/own-pack.ts";
import { type Named, ownPackAt, requireName } from "../packs/pack-name.ts";
import type { PublishedPack } from "../packs/publish.ts";
import { asStorageError } from "../platform/files/atomic-file.ts";
import { type IndexContent, indexWidths, readIndexFile } from "../retrieval/index-file.ts";
import { calibrateFlowFile } from "./calibrate/calibrate.ts";
import { calibratedRowsMin } from "./calibrate/quantiles.ts";
import { type CostCard, type CostFactors, costCard, stopwatch } from "./cost-card.ts";
import type { PreparedFolder } from "./dataset/prepare-folder.ts";
import { encodeFolder } from "./encode/encode-folder.ts";
import { type CaptionedPreview, fitTranslation } from "./fit-translation.ts";
import { openCaptionJudge } from "./judge-captions.ts";
import { RunRecords } from "./run-records.ts";
import { selectInitialWeights } from "./select-initial-weights.ts";
import { worseBy } from "./style/style-judge.ts";
import { withRehearsal } from "./transfer/rehearsal.ts";
import { StyleTransferJob } from "./transfer/style-transfer-job.ts";
import { buildUserStyleIndex } from "./transfer/user-style-index.ts";
import {
  defaultTranslationSettings,
  identityOf,
  settingsFor,
  type TranslationSettings,
} from "./translation-settings.ts";
import { openWorkFolder, type WorkFolder } from "./work-folder.ts";

export interface TranslationProgress {
  readonly stage: "reading" | "encoding" | "training" | "publishing";
  /** Done within the stage. Reading: images. Encoding: captions, images, transferred drawings. Training: steps. */
  readonly done: number;
  readonly total: number;
  readonly epoch?: number;
  readonly step?: number;
  readonly trainNats?: number;
  readonly heldOutNats?: number;
  readonly bestNats?: number;
  readonly secondsLeft?: number;
  /** Images of the current flow for a few held-out captions at temperature 0. */
  readonly preview?: readonly CaptionedPreview[];
}

/** Of the work folder: the images as latents. */
export const encodedFolder = "set";

export interface TrainTranslationOptions {
  /** Folder of images with captions (captions-of-folder.ts). */
  readonly folder: string;
  /** Folder of the pack whose experts and flow are used. */
  readonly basePack: string;
  readonly baseTranslation?: string;
  /** Id of the new pack and of its translation. */
  readonly name: string;
  /** Other packs whose names are taken. */
  readonly taken?: readonly Named[];
  readonly label?: string;
  /** Folder of user packs. */
  readonly packs: string;
  /** Folder of this run: checkpoint, encoded images, log. Removed after publication unless `isWorkKept`. */
  readonly work: string;
  /** The caller removes the work folder; as long as it is there, calling the same training again finds the published pack. */
  readonly isWorkKept?: boolean;
  /** Time that another process in the folder gets to end; absent = it must have ended. */
  readonly waitMs?: number;
  readonly settings?: Partial<TranslationSettings>;
  readonly threads?: number;
  /** Start from fresh weights instead of the base's. */
  readonly isFromScratch?: boolean;
  /** Publish even if the result is no better than the start. */
  readonly isForced?: boolean;
  readonly costFactors?: CostFactors;
  readonly signal?: AbortSignal;
  /** Awaited, except while images are encoded. */
  onProgress?(progress: TranslationProgress): void | Promise<void>;
}

export interface TrainedTranslation {
  readonly name: string;
  /** Undefined when the flow was no better than its start, by nats and by the judge, and was not published. */
  readonly pack?: PublishedPack;
  readonly isBetter: boolean;
  /** What kept it from being better: `judge` where only the style judge loses. */
  readonly worseBy?: "nats" | "judge" | undefined;
  /** Folder of the run's log and loss curve. */
  readonly records: string;
  /** Nats per dimension of the held-out images given their captions: of the base's flow, and of the new flow as it ships. */
  readonly startNats: number;
  readonly finalNats: number;
  /** Share of drawn held-out captions that the judge gives to the folder's style; absent where none judges (judge-captions.ts). */
  readonly startJudge?: number;
  readonly finalJudge?: number;
  /** Base style that the flow started from. */
  readonly startStyle?: string;
  readonly images: PreparedFolder;
  readonly reason: FittedFlow["reason"];
  readonly steps: number;
  readonly bestStep: number;
  readonly cost: CostCard;
}

/** Conditions given in measurements: captions, and the label that a caption names. */
const measuredIn = ({ translation }: PackDraft): FlowConditionName[] =>
  translation.conditions.flatMap(({ name, readFrom }) => (name === "caption" || readFrom === "caption" ? [name] : []));

/**
 * Trains and publishes. Calling it again with the same options after an interruption continues, and gives the same flow as an
 * uninterrupted run.
 * @throws AppError `config_invalid` when the name is taken or is being trained, `dataset_invalid` with the reasons when the
 *   folder can't be trained on, `cancelled`, `storage_full`, `training_failed`, `pack_corrupt`; the packs are unchanged then
 */
export async function trainTranslation(options: TrainTranslationOptions): Promise<TrainedTranslation> {
  const { name, packs, signal, taken = [] } = options;
  requireName(name, taken);
  const base = await openBasePack(options.basePack, options.baseTranslation);
  requireName(name, [base.manifest]);
  await ownPackAt(join(packs, name), name);
  const work = await openWorkFolder(options.work, options.waitMs);
  try {
    return await trainIn(work, base, options);
  } catch (error) {
    const known = asStorageError(error);
    if (!signal?.aborted || (known instanceof AppError && known.code !== "cancelled")) throw known;
    throw new AppError("cancelled", "stopped; starting the same training again continues from here", { cause: error });
  } finally {
    work.release();
  }
}

/** The data that all stages of a training share. */
interface Run {
  readonly base: BasePack;
  readonly options: TrainTranslationOptions;
  /** The base's translation with the conditions that a folder can train. */
  readonly draft: PackDraft;
  /** The base's retrieval index. */
  readonly index: IndexContent | undefined;
  readonly threads: number;
}
type Encoded = Awaited<ReturnType<typeof encode>>;
type Trained = Awaited<ReturnType<typeof train>>;

async function trainIn(
  work: WorkFolder,
  base: BasePack,
  options: TrainTranslationOptions,
): Promise<TrainedTranslation> {
  const clock = stopwatch();
  const draft = withoutLabelConditions(base.draft);
  // Read before training, because the base may be replaced in the meantime.
  const run: Run = { base, options, draft, index: await indexOfBase(base), threads: options.threads ?? 0 };
  const encoded = await encode(run);
  const trained = await train(run, encoded, work, clock);
  const summary = summaryOf(run, encoded, trained);
  if (!summary.isBetter && !options.isForced) return summary;
  await options.onProgress?.({ stage: "publishing", done: 0, total: 1 });
  options.signal?.throwIfAborted();
  const pack = await publish(run, encoded, trained, summary.cost);
  if (!options.isWorkKept) await work.remove();
  await options.onProgress?.({ stage: "publishing", done: 1, total: 1 });
  return { ...summary, pack, records: join(pack.folder, recordsFolder(pack.version)) };
}

/** Reads the folder and encodes its images, and the base's drawings transferred to their style. */
function encode({ base, options, draft, index, threads }: Run) {
  return encodeFolder({
    folder: options.folder,
    set: join(options.work, encodedFolder),
    sizePx: draft.target.imageSizePx,
    source: { pack: base.folder, draft, files: base.files },
    threads,
    signal: options.signal,
    // Fresh weights learn from the folder alone.
    findDrawings: options.isFromScratch ? undefined : (found) => StyleTransferJob.for(base, index, found),
    onProgress: options.onProgress && ((progress) => options.onProgress?.(progress)),
  });
}

/** Selects the initial weights and trains from them, or resumes the run's checkpoint. */
async function train(
  { base, options, draft, index, threads }: Run,
  { images, experts, set, captions, drawings }: Encoded,
  work: WorkFolder,
  clock: ReturnType<typeof stopwatch>,
) {
  const { name, signal, isFromScratch = false, onProgress } = options;
  const settings = settingsFor(
    { ...defaultTranslationSettings, ...options.settings },
    { trainImages: images.usable - images.heldOut, drawings: drawings?.transferred.entries.length ?? 0 },
  );
  const rows = drawings ? withRehearsal(set, drawings.set) : set;
  const measured = measuredIn(draft);
  const start = await selectInitialWeights(base, set, measured, { seed: settings.seed, threads, signal });
  const folder = await work.runFolder([
    base.digest,
    base.draft.translation.id,
    isFromScratch,
    identityOf(settings),
    digestSet(rows),
  ]);
  const records = await RunRecords.open(folder, { title: name, startNats: start.heldOutNats }, clock);
  const fitted = await fitTranslation(
    { set: rows, captions, experts, start, records, folder, measured },
    {
      settings,
      threads,
      isFromScratch,
      signal,
      onEvaluation:
        onProgress &&
        (({ step, steps, epoch, trainNats, heldOutNats, bestNats, secondsLeft }, preview) =>
          onProgress({
            stage: "training",
            done: step,
            total: steps,
            ...{ epoch, step, trainNats, heldOutNats, bestNats, secondsLeft, preview },
          })),
    },
  );
  const judge = await openCaptionJudge({ set, experts, index, measured, threads, signal });
  const judged = judge && { start: await judge(start.weights), final: await judge(fitted.weights) };
  return { start, folder, records, fitted, judged };
}

function summaryOf(
  { options }: Run,
  { images }: Encoded,
  { start, folder, records, fitted, judged }: Trained,
): Omit<TrainedTranslation, "pack"> {
  const before = { nats: start.heldOutNats, judge: judged?.start };
  const after = { nats: fitted.shippedNats, judge: judged?.final };
  const fault = fitted.bestStep === 0 ? "nats" : worseBy(before, after);
  return {
    name: options.name,
    isBetter: fault === undefined,
    ...(fault && { worseBy: fault }),
    records: folder,
    ...{ startNats: before.nats, finalNats: after.nats },
    ...(judged && { startJudge: judged.start.share, finalJudge: judged.final.share }),
    ...(start.style !== undefined && !options.isFromScratch && { startStyle: start.style }),
    images,
    reason: fitted.reason,
    steps: fitted.stepsDone,
    bestStep: fitted.bestStep,
    cost: costCard(records.spent, options.costFactors),
  };
}

/** Calibrates the flow and publishes it as a new pack. */
async function publish(
  { base, options, draft, index, threads }: Run,
  { images, experts, set, drawings }: Encoded,
  { start, folder, records, fitted, judged }: Trained,
  cost: CostCard,
): Promise<PublishedPack> {
  const { name, label = name, packs } = options;
  const flow = writeFlowFile(fitted.weights);
  const transferred = drawings?.transferred.entries.length;
  // A small folder has too few held-out images to set thresholds.
  const calibration =
    set.heldOutRows.length < calibratedRowsMin
      ? undefined
      : await calibrateFlowFile(flow, { ...experts, id: name }, set, threads);
  return publishOwnPack(
    packs,
    base,
    {
      name,
      label,
      draft,
      flow,
      calibration,
      index: index && buildUserStyleIndex(index, set, drawings),
      metrics: {
        ...fitted.metrics,
        ...(transferred !== undefined && { rehearsedDrawings: transferred }),
        captionNatsPerDim: fitted.shippedNats,
        startCaptionNatsPerDim: start.heldOutNats,
        ...(judged && { judge: judged.final.share, startJudge: judged.start.share }),
      },
      source: `${images.usable} captioned images${transferred === undefined ? "" : ` and ${transferred} drawings of the base`}`,
      records: new Map([...records.files(fitted.bestStep), ["cost.json", `${JSON.stringify(cost, null, 2)}\n`]]),
    },
    join(folder, "replaces"),
  );
}

async function indexOfBase({ folder, draft, flow }: BasePack): Promise<IndexContent | undefined> {
  const file = draft.translation.retrieval;
  if (file === undefined) return undefined;
  return readIndexFile(join(folder, file), indexWidths(flow.architecture));
}
