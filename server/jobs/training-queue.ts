/**
 * The queue of trainings: one runs at a time, the others wait. Durable: a training is on disk before it is accepted, its
 * end before it is announced, and what was open when the process ended waits again after the next start.
 */
import { AppError, toProblem } from "../../shared/problem.ts";
import {
  nameTaken,
  type Training,
  type TrainingList,
  type TrainingQuery,
  type TrainingRequest,
  type TrainingResult,
} from "../../shared/training.ts";
import { createIdMaker } from "./job-id.ts";
import { type Idempotency, isFinal, requireSameRequest, type Snapshot, shuttingDown } from "./job-queue.ts";
import { type EntryDeps, Publication, TrainingEntry } from "./training-entry.ts";
import type { TrainingFolders, TrainingRecord } from "./training-folders.ts";

export interface TrainingInput {
  readonly request: TrainingRequest;
  readonly base: Training["base"];
  readonly idempotency?: Idempotency;
}

export type TrainingOutcome =
  | { readonly state: "done"; readonly result: TrainingResult }
  | { readonly state: "failed"; readonly error: AppError };

/** A training in the hands of the runner. After it ended (also by cancel), reports are without effect. */
export interface TrainingJob {
  readonly training: Training;
  /** Aborts when the training is cancelled. */
  readonly signal: AbortSignal;
  report(patch: Partial<Pick<Training, "progress" | "preview" | "base">>): void;
  /** False when it was cancelled; after true no cancel ends it, unless it has to wait. */
  beginPublishing(): boolean;
  /** Says that it waits for room on the disk. A publication that had begun is none any more: a cancel ends the training. */
  waitForRoom(): void;
  finish(outcome: TrainingOutcome): Promise<Training>;
  /** Gives the training back, ended or not, when nothing works in its folder any more. */
  leave(): Promise<void>;
}

export interface TrainingQueueOptions extends Omit<EntryDeps, "positionOf"> {
  readonly folders: TrainingFolders;
  readonly waitingMax: number;
  /** Finished trainings that are kept; the oldest go first. */
  readonly keptMax: number;
}

const retryAfterSeconds = 60;

export class TrainingQueue {
  readonly #options: TrainingQueueOptions;
  readonly #createId: () => string;
  /** In order of age, oldest first. */
  readonly #entries = new Map<string, TrainingEntry>();
  #taker: ((job: TrainingJob | undefined) => void) | undefined;
  #isClosed = false;

  private constructor(options: TrainingQueueOptions, newest: string | undefined) {
    this.#options = options;
    this.#createId = createIdMaker(options.now, newest);
  }

  /** Takes up what an earlier run left; `onBroken` gets the id of each record that can't be read. */
  static async open(options: TrainingQueueOptions, onBroken: (id: string) => void): Promise<TrainingQueue> {
    const records = await options.folders.load(onBroken);
    const queue = new TrainingQueue(options, records.at(-1)?.training.id);
    for (const record of records) await queue.#takeUp(record);
    return queue;
  }

  /** The training of a key that came before. @throws AppError idempotency_conflict */
  replayOf(idempotency: Idempotency | undefined): Training | undefined {
    const isFormer = (entry: TrainingEntry): boolean => entry.idempotency?.key === idempotency?.key;
    const former = idempotency && [...this.#entries.values()].find(isFormer);
    if (!former) return undefined;
    requireSameRequest(former.idempotency, idempotency);
    return former.snapshot().body;
  }

  /** @throws AppError idempotency_conflict, name_taken, queue_full, shutting_down, storage_full */
  async add({ request, base, idempotency }: TrainingInput): Promise<{ training: Training; isNew: boolean }> {
    const former = this.replayOf(idempotency);
    if (former) return { training: former, isNew: false };
    const isNamed = ({ training }: TrainingEntry): boolean => training.request.name === request.name;
    if (this.#open().some(isNamed)) throw nameTaken(request.name, "a training that is not finished");
    if (this.#isClosed) throw shuttingDown(retryAfterSeconds);
    const { waitingMax, now, folders } = this.#options;
    const waiting = this.#open().filter(({ isHeld }) => !isHeld).length;
    if (waiting >= waitingMax)
      throw new AppError("queue_full", `expected fewer than ${waitingMax} waiting trainings, got ${waiting}`, {
        retryAfterSeconds,
      });
    const { examples, ...asked } = request;
    const training: Training = {
      id: this.#createId(),
      state: "queued",
      request: { ...asked, examples: examples.length },
      base,
      createdAt: new Date(now()).toISOString(),
      progress: { stage: "waiting", done: 0, total: examples.length },
    };
    const entry = this.#entryOf({ training, ...(idempotency && { idempotency }) }, examples);
    // Known before it is on disk, so that its uploads are needed and its name and key are taken from now on.
    entry.isStored = false;
    this.#entries.set(training.id, entry);
    try {
      await folders.create(entry.record(), examples);
      entry.isStored = true;
    } catch (error) {
      this.#entries.delete(training.id);
      throw error;
    }
    const answer = entry.snapshot().body;
    this.#serve();
    return { training: answer, isNew: true };
  }

  get(id: string): Snapshot<Training> | undefined {
    return this.#entries.get(id)?.snapshot();
  }

  /** Newest first. */
  list({ limit, before }: TrainingQuery): TrainingList {
    const older = [...this.#entries.values()].reverse().filter(({ id }) => before === undefined || id < before);
    const trainings = older.slice(0, limit).map((entry) => entry.snapshot().body);
    return { trainings, ...(older.length > limit && { nextBefore: trainings.at(-1)!.id }) };
  }

  /** Ends a waiting or running training as `cancelled`; one that is being published ends as it would. Undefined = no such one. */
  async cancel(id: string): Promise<Training | undefined> {
    const entry = this.#entries.get(id);
    if (!entry || isFinal(entry.training)) return entry?.training;
    if (entry.publication) return (await entry.publication.left) ? entry.training : this.cancel(id);
    const ended = this.#end(entry, { state: "cancelled" });
    entry.abort.abort(new AppError("cancelled", "the training was cancelled"));
    return ended;
  }

  /** Deletes a finished training with its previews, not the pack that it published. False = no such finished training. */
  async remove(id: string): Promise<boolean> {
    const entry = this.#entries.get(id);
    if (!entry || !isFinal(entry.training)) return false;
    this.#entries.delete(id);
    await entry.remove();
    return true;
  }

  subscribe(id: string, listener: (snapshot: Snapshot<Training>) => void): () => void {
    const entry = this.#entries.get(id);
    entry?.listeners.add(listener);
    return () => void entry?.listeners.delete(listener);
  }

  /** Whether a waiting or running training names this upload. */
  needsUpload(digest: string): boolean {
    return this.#open().some(({ uploads }) => uploads.has(digest));
  }

  /** Waits for the next training, oldest first; undefined once the queue is closed. There is one taker. */
  take(): Promise<TrainingJob | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#taker = resolve;
      this.#serve();
    });
  }

  /** Takes nothing more; what is open goes on after the next start. */
  close(): void {
    this.#isClosed = true;
    this.#taker?.(undefined);
    this.#taker = undefined;
  }

  async #takeUp(record: TrainingRecord): Promise<void> {
    const { training } = record;
    const isOpen = !isFinal(training);
    const examples = isOpen ? await this.#options.folders.examplesOf(training.id).catch(() => undefined) : [];
    const progress = { stage: "waiting", done: 0, total: training.request.examples } as const;
    const waiting = isOpen ? { ...record, training: { ...training, state: "queued" as const, progress } } : record;
    const entry = this.#entryOf(waiting, examples ?? []);
    this.#entries.set(entry.id, entry);
    if (!isOpen) await entry.free();
    else if (!examples) {
      const message = "examples: expected those that were sent, got none that can be read on the disk";
      await this.#end(entry, { state: "failed", problem: toProblem(new AppError("dataset_invalid", message)) });
    }
  }

  #entryOf(record: TrainingRecord, examples: ConstructorParameters<typeof TrainingEntry>[1]): TrainingEntry {
    const positionOf = (entry: TrainingEntry): number | undefined => {
      const position = this.#waiting().indexOf(entry);
      return position < 0 ? undefined : position;
    };
    return new TrainingEntry(record, examples, { ...this.#options, positionOf });
  }

  #open(): TrainingEntry[] {
    return [...this.#entries.values()].filter(({ training }) => !isFinal(training));
  }

  #waiting(): TrainingEntry[] {
    return this.#open().filter(({ isWaiting }) => isWaiting);
  }

  /** Hands the oldest waiting training to the waiting runner. */
  #serve(): void {
    const [entry] = this.#waiting();
    if (!entry || !this.#taker) return;
    const taker = this.#taker;
    this.#taker = undefined;
    taker(this.#jobOf(entry));
    for (const other of this.#waiting()) other.announce();
  }

  #jobOf(entry: TrainingEntry): TrainingJob {
    entry.isHeld = true;
    entry.change({ state: "running" });
    return {
      training: entry.training,
      signal: entry.abort.signal,
      report: (patch) => entry.change(patch),
      beginPublishing: () => {
        if (!entry.isEnding) entry.publication ??= new Publication();
        return entry.publication !== undefined;
      },
      waitForRoom: () => {
        const { secondsLeft: _, ...progress } = entry.training.progress;
        entry.change({ progress: { ...progress, waitingFor: "room on the disk" } });
        entry.publication?.leave(false);
        entry.publication = undefined;
      },
      finish: (outcome) =>
        this.#end(entry, outcome.state === "done" ? outcome : { state: "failed", problem: toProblem(outcome.error) }),
      leave: async () => {
        entry.isHeld = false;
        if (!this.#entries.has(entry.id)) await entry.remove();
        else if (isFinal(entry.training)) await entry.free();
        entry.publication?.leave(true);
      },
    };
  }

  async #end(entry: TrainingEntry, patch: Parameters<TrainingEntry["end"]>[0]): Promise<Training> {
    const ended = await entry.end(patch);
    for (const other of this.#waiting()) other.announce();
    const finished = [...this.#entries.values()].filter(({ training }) => isFinal(training));
    for (const { id } of finished.slice(0, Math.max(0, finished.length - this.#options.keptMax)))
      if (id !== ended.id) await this.remove(id);
    return ended;
  }
}
