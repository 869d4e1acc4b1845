/**
 * Runs trainings, one after another, each in a child of its own. A child that is lost costs the steps since its checkpoint; a
 * training whose children are lost again and again without getting further fails. A full disk ends nothing: the training waits and is
 * tried again from its checkpoint.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Training, TrainingRequest } from "../../../shared/contract/training.ts";
import { AppError } from "../../../shared/problem.ts";
import type { TrainingNews, TrainingOrder } from "../../training/messages.ts";
import type { TrainedTranslation } from "../../training/train-translation.ts";
import { isFinal, type Job, type JobOutcome, type JobQueue } from "../job-queue.ts";
import { asAppError } from "../work/attempt-loop.ts";
import { type StyleBases, type StyleOrder, styleOrderOf } from "./style-order.ts";
import { type AnswerDeps, problemOf, resultOf } from "./training-answer.ts";
import type { PlaceUpload } from "./training-folders.ts";
import { runTrainer, type TrainerTimings } from "./training-process.ts";

type TrainingJob = Job<Training, TrainingRequest>;

export interface TrainingRunnerDeps extends StyleBases, AnswerDeps {
  readonly queue: Pick<JobQueue<Training, TrainingRequest>, "take">;
  readonly place: PlaceUpload;
  /** Keeps a sample of an evaluation where the HTTP process finds it. @throws AppError storage_full */
  readonly savePreview: (id: string, step: number, index: number, png: Uint8Array) => Promise<void>;
  /** Where another process finds what this one has worked out so far; absent = no other takes a training over. */
  readonly checkpoints?:
    | {
        /** @returns whether there is something to go on from */
        restore(id: string, folder: string): Promise<boolean>;
        save(id: string, folder: string): Promise<boolean>;
      }
    | undefined;
  readonly onFinished?: (state: Training["state"]) => void;
  /** Threads of the child; 0 = all cores. */
  readonly threads: number;
  readonly timings: TrainerTimings & {
    readonly attemptsMax: number;
    /** Pause before a training that found the disk full is tried again. */
    readonly storageRetryMs: number;
    /** Absent = as `tau train` has it. */
    readonly checkpointEverySeconds?: number | undefined;
  };
  /** Never gets captions or names. */
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

export interface TrainingRunner {
  /** Has the running training write its checkpoint and end, after `graceMs` without one. Close the queue first. */
  stop(graceMs: number): Promise<void>;
}

/** Why a running training is to stop, and when it is to end at once. */
interface Stops {
  readonly stopping: AbortSignal;
  readonly endSignal: AbortSignal;
}

export function startTrainingRunner(deps: TrainingRunnerDeps): TrainingRunner {
  const [stopping, end] = [new AbortController(), new AbortController()];
  const stops = { stopping: stopping.signal, endSignal: end.signal };
  const loop = (async () => {
    for (let job = await deps.queue.take(); job !== undefined; job = await deps.queue.take())
      await runTraining(job, deps, stops);
  })();
  return {
    stop: async (graceMs) => {
      stopping.abort();
      const timer = setTimeout(() => end.abort(), graceMs);
      await loop.finally(() => clearTimeout(timer));
    },
  };
}

/** Runs a training to its end, or until the server stops; never throws. */
async function runTraining(job: TrainingJob, deps: TrainingRunnerDeps, { stopping, ...stops }: Stops): Promise<void> {
  const { id, signal } = job;
  try {
    const trained = await trainWithRoom(job, deps, { stopping, ...stops });
    const findings = { result: await resultOf(trained, job.body, deps) };
    await recordEnd(job, { state: "done", findings }, deps);
  } catch (cause) {
    // It goes on after the next start.
    if (stopping.aborted && !signal.aborted) {
      await saveCheckpoint(id, deps);
      return job
        .putBack()
        .catch((err: unknown) => deps.log.error({ training: id, err }, "a training could not be put back"));
    }
    const error = asAppError(cause);
    if (error.code === "internal" && !signal.aborted)
      deps.log.error({ training: id, err: cause }, "a training failed in an unexpected way");
    await recordEnd(job, { state: "failed", problem: problemOf(error, job.body, deps) }, deps);
  }
}

/** Never rejects: a training whose end can't be recorded is another process's again. */
async function recordEnd(
  job: TrainingJob,
  outcome: JobOutcome<Training>,
  { onFinished, log }: TrainingRunnerDeps,
): Promise<void> {
  try {
    const body = await job.finish(outcome);
    if (isFinal(body)) onFinished?.(body.state);
  } catch (err) {
    log.error({ training: job.id, err }, "a training's end could not be recorded");
  }
}

/** As `train`, again after each full disk. @throws AppError as `train`, but `storage_full` */
async function trainWithRoom(job: TrainingJob, deps: TrainingRunnerDeps, stops: Stops): Promise<TrainedTranslation> {
  const { timings, log } = deps;
  const signal = AbortSignal.any([job.signal, stops.stopping]);
  let isTakenUp = false;
  for (;;)
    try {
      if (!isTakenUp) await takeUp(job, deps);
      isTakenUp = true;
      return await train(job, deps, stops);
    } catch (error) {
      if (asAppError(error).code !== "storage_full") throw error;
      waitForRoom(job);
      log.warn({ training: job.id, retryMs: timings.storageRetryMs }, "a training waits for room on the disk");
      await sleep(timings.storageRetryMs, undefined, { signal });
    }
}

/** Makes examples, and work that another process has done; what can't be made again begins anew. @throws AppError storage_full */
async function takeUp(
  { id, request }: TrainingJob,
  { checkpoints, folders, place, log }: TrainingRunnerDeps,
): Promise<void> {
  // First: encoded images that are older than the examples count as those of others.
  await folders.placeExamples(id, request.examples, place);
  try {
    if (await checkpoints?.restore(id, folders.pathOf(id, "work")))
      log.info({ training: id }, "a training goes on from its checkpoint");
  } catch (err) {
    if (asAppError(err).code === "storage_full") throw err;
    log.error({ training: id, err }, "a checkpoint could not be read; the training begins anew");
  }
}

/** Never rejects: without it another process goes on from the one before. */
async function saveCheckpoint(id: string, { checkpoints, folders, log }: TrainingRunnerDeps): Promise<void> {
  await checkpoints
    ?.save(id, folders.pathOf(id, "work"))
    .catch((err: unknown) => log.error({ training: id, err }, "a checkpoint could not be stored"));
}

/** Says so. A publication that had begun is none any more: a cancel ends the training. */
function waitForRoom(job: TrainingJob): void {
  const { secondsLeft: _, ...progress } = job.body.progress;
  job.report({ ...progress, waitingFor: "room on the disk" });
  job.rollBackCommit();
}

/** @throws AppError the training's own fault, `storage_full`, `training_failed` when its children are lost, or the signal's reason */
async function train(
  job: TrainingJob,
  deps: TrainingRunnerDeps,
  { stopping, endSignal }: Stops,
): Promise<TrainedTranslation> {
  const { folders, timings, log } = deps;
  const { id } = job;
  const signal = AbortSignal.any([job.signal, stopping]);
  const style = styleOrderOf(job.request, job.body.base, deps);
  const order = await orderOf(job, style, deps);
  let writing = Promise.resolve();
  let furthest = 0;
  for (let lost = 0; ; ) {
    signal.throwIfAborted();
    const before = furthest;
    const end = await runTrainer(order, timings, {
      signal,
      endSignal,
      onStart: (pid) => log.info({ training: id, pid }, "a training child started"),
      onBegin: (isStyle) => {
        if (isStyle && style && !style.isRequested) job.reportFindings({ base: style.base });
      },
      onNews: (news) => {
        furthest = Math.max(furthest, news.step ?? 0);
        // Nothing that is left to do can't be undone: from here on a cancel keeps what is published.
        if (news.published) {
          const { version, digest } = news.published;
          // Before a waiting cancel may end the job.
          job.reportFindings({ published: { version, digest, isServed: false } });
          job.rollBackCommit();
        }
        writing = writing
          .then(() => report(job, news, deps))
          .catch((err: unknown) => log.error({ training: id, err }, "a preview could not be stored"))
          .then(() => (news.step === undefined ? undefined : saveCheckpoint(id, deps)));
      },
      mayPublish: async () => !signal.aborted && (await job.beginCommit()),
    });
    await writing;
    if (end.how === "done") {
      const { trained } = end;
      if (!trained.pack) await folders.keepRecords(id, trained.records);
      return trained;
    }
    if (end.how === "failed") throw end.error;
    signal.throwIfAborted();
    lost = furthest > before ? 1 : lost + 1;
    log.warn({ training: id, lost, why: end.why }, "a training child was lost");
    if (lost >= timings.attemptsMax)
      throw new AppError("training_failed", `training: expected a child that ends, got ${lost} lost (${end.why})`);
  }
}

/** What the child needs; the base is taken as it is now, which an update of the server may have changed. */
async function orderOf(
  job: TrainingJob,
  style: StyleOrder | undefined,
  deps: TrainingRunnerDeps,
): Promise<TrainingOrder> {
  const { id, request } = job;
  const { base } = job.body;
  const { folder, digest } = deps.packOf(base.pack);
  if (digest !== base.digest) job.reportFindings({ base: { ...base, digest } });
  const { checkpointEverySeconds } = deps.timings;
  return {
    folder: await deps.folders.placeExamples(id, request.examples, deps.place),
    basePack: folder,
    baseTranslation: base.translation,
    name: request.name,
    label: request.label ?? request.name,
    packs: deps.packs,
    work: deps.folders.pathOf(id, "work"),
    // It goes once the end is recorded: until then a restart must find what was published.
    isWorkKept: true,
    // The child of a server that was killed ends by itself, but not at once.
    waitMs: deps.timings.stopGraceMs,
    settings: defined({ ...request.settings, checkpointEverySeconds }),
    threads: deps.threads,
    isFromScratch: request.isFromScratch,
    isForced: request.isForced,
    ...(style && { style: { basePack: style.folder, isRequested: style.isRequested } }),
  };
}

/** Stores the previews, then reports them. */
async function report(
  job: TrainingJob,
  news: TrainingNews,
  { savePreview, serve }: Pick<TrainingRunnerDeps, "savePreview" | "serve">,
): Promise<void> {
  if (news.published) {
    const served = await serve(job.request.name);
    // Its version may have become the one above another worker's.
    if (served) job.reportFindings({ published: { version: served.version, digest: served.digest, isServed: true } });
  }
  const { stage, done, total, step, preview, epoch, trainNats, heldOutNats, bestNats, secondsLeft } = news;
  const { id } = job;
  const numbers = defined({ epoch, trainNats, heldOutNats, bestNats, secondsLeft });
  const progress = { stage, completed: done, total, ...numbers };
  if (!preview || step === undefined) return job.report(progress);
  await Promise.all(preview.map(({ png }, index) => savePreview(id, step, index, png)));
  const images = preview.map(({ caption, sizePx }, index) => ({
    caption,
    sizePx,
    path: `/v1/trainings/${id}/previews/${step}/${index}.png`,
  }));
  job.reportFindings({ preview: { step, images } });
  job.report(progress);
}

/** The entries that have a value. */
const defined = <T extends object>(entries: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
