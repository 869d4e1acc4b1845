/**
 * Training as a feature: from a folder of captioned images to a pack with a translation of its own. Images are validated and
 * encoded once by the base pack's frozen experts, the flow starts from the base's, stops when held-out images stop gaining, and
 * is published only when it beats its start. Everything lies in the work folder until then, so an interrupted run goes on.
 */
import { join } from "node:path";
import type { FlowConditionName } from "../../shared/conditions.ts";
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
import { asStorageError } from "../platform/atomic-file.ts";
import { type IndexContent, indexWidths, readIndexFile } from "../retrieval/index-file.ts";
import { calibrateFlowFile } from "./calibrate/calibrate.ts";
import { calibratedRowsMin } from "./calibrate/quantiles.ts";
import { type CostCard, type CostFactors, costCard, stopwatch } from "./cost-card.ts";
import type { PreparedFolder } from "./dataset/prepare-folder.ts";
import { encodeFolder } from "./encode/encode-folder.ts";
import { type CaptionedPreview, fitTranslation } from "./fit-translation.ts";
import { RunRecords } from "./run-records.ts";
import { selectInitialWeights } from "./select-initial-weights.ts";
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
  /** Parts of the stage: images read; captions and images encoded, drawings laid and encoded; steps trained. */
  readonly done: number;
  readonly total: number;
  readonly epoch?: number;
  readonly step?: number;
  readonly trainNats?: number;
  readonly heldOutNats?: number;
  readonly bestNats?: number;
  readonly secondsLeft?: number;
  /** What the flow draws for a few held-out captions at temperature 0. */
  readonly preview?: readonly CaptionedPreview[];
}

export interface TrainTranslationOptions {
  /** Images with captions: see captions-of-folder.ts. */
  readonly folder: string;
  /** Folder of the pack whose experts and flow are used, and which of its translations (absent = the first). */
  readonly basePack: string;
  readonly baseTranslation?: string;
  /** Id of the new pack and of its translation. */
  readonly name: string;
  /** Packs beside the base whose names are not free. */
  readonly taken?: readonly Named[];
  readonly label?: string;
  /** Where packs of users live. */
  readonly packs: string;
  /** This run's own folder: checkpoint, encoded images, log. Removed once the pack is published … */
  readonly work: string;
  /** … unless the caller does it: while it is there, the same training called again finds the pack that it published. */
  readonly isWorkKept?: boolean;
  /** How long another process that works in the folder has to end; absent = it must have ended. */
  readonly waitMs?: number;
  readonly settings?: Partial<TranslationSettings>;
  readonly threads?: number;
  /** Fresh weights instead of the base's. */
  readonly isFromScratch?: boolean;
  /** Publishes even what is no better than the start. */
  readonly isForced?: boolean;
  readonly costFactors?: CostFactors;
  readonly signal?: AbortSignal;
  /** Waited for, but while images are encoded. */
  onProgress?(progress: TranslationProgress): void | Promise<void>;
}

export interface TrainedTranslation {
  readonly name: string;
  /** Undefined when the flow was no better than its start, and so was not published. */
  readonly pack?: PublishedPack;
  readonly isBetter: boolean;
  /** Where the run's log and loss curve are. */
  readonly records: string;
  /** Nats per dimension of the held-out images, given their captions: of the base's flow, and of the new one as it ships. */
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

/** Conditions that are given when the flow is measured: what people ask for, with the label that their caption names. */
const measuredIn = ({ translation }: PackDraft): FlowConditionName[] =>
  translation.conditions.flatMap(({ name, readFrom }) => (name === "caption" || readFrom === "caption" ? [name] : []));

/**
 * Trains and publishes. Calling it again with the same options after an interruption, at whatever moment, goes on and ends with
 * the same flow as an unbroken run.
 * @throws AppError `config_invalid` when the name is not free or is being trained, `dataset_invalid` when the folder is not fit for
 *   training, saying why; `cancelled`, `storage_full`, `training_failed`, `pack_corrupt`; the packs are then as they were
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
    throw new AppError("cancelled", "stopped; the same training goes on where this one stopped", { cause: error });
  } finally {
    work.release();
  }
}

/** What the stages of a training share. */
interface Run {
  readonly base: BasePack;
  readonly options: TrainTranslationOptions;
  /** The base's translation with the conditions that a user's folder can teach. */
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
  // Read before the training, which takes its time: the base may be replaced meanwhile.
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
    set: join(options.work, "set"),
    sizePx: draft.target.imageSizePx,
    source: { pack: base.folder, draft, files: base.files },
    threads,
    signal: options.signal,
    // A flow of fresh weights knows the folder alone.
    findDrawings: options.isFromScratch ? undefined : (found) => StyleTransferJob.for(base, index, found),
    onProgress: options.onProgress && ((progress) => options.onProgress?.(progress)),
  });
}

/** Chooses the initial weights and trains from them, or goes on from the run's checkpoint. */
async function train(
  { base, options, draft, threads }: Run,
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
  return { start, folder, records, fitted };
}

function summaryOf(
  { options }: Run,
  { images }: Encoded,
  { start, folder, records, fitted }: Trained,
): Omit<TrainedTranslation, "pack"> {
  return {
    name: options.name,
    isBetter: fitted.bestStep > 0 && fitted.shippedNats < start.heldOutNats,
    records: folder,
    startNats: start.heldOutNats,
    finalNats: fitted.shippedNats,
    ...(start.style !== undefined && !options.isFromScratch && { startStyle: start.style }),
    images,
    reason: fitted.reason,
    steps: fitted.stepsDone,
    bestStep: fitted.bestStep,
    cost: costCard(records.spent, options.costFactors),
  };
}

/** Calibrates the flow and publishes it as a pack of its own. */
async function publish(
  { base, options, draft, index, threads }: Run,
  { images, experts, set, drawings }: Encoded,
  { start, folder, records, fitted }: Trained,
  cost: CostCard,
): Promise<PublishedPack> {
  const { name, label = name, packs } = options;
  const flow = writeFlowFile(fitted.weights);
  const transferred = drawings?.transferred.entries.length;
  // The images of a small folder are too few to set thresholds by.
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
