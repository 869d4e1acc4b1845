/**
 * One training as the queue holds it: its snapshots, who follows them, and its record on disk. Knows nothing of the line that it
 * stands in.
 */
import type { Training, TrainingExample } from "../../shared/training.ts";
import { type Idempotency, isFinal, type Snapshot } from "./job-queue.ts";
import type { TrainingFolders, TrainingRecord } from "./training-folders.ts";

export interface EntryDeps {
  readonly folders: TrainingFolders;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A record could not be written, or an ended training's files not be removed. */
  readonly onStorageError: (error: unknown) => void;
  /** Trainings ahead of this one; undefined when it does not wait. */
  readonly positionOf: (entry: TrainingEntry) => number | undefined;
}

/** A publication that has begun: who wants to cancel waits for what becomes of it. */
export class Publication {
  /** True when the runner gave the training back, false when the publication has to begin anew. */
  readonly left: Promise<boolean>;
  leave: (isLeft: boolean) => void = () => undefined;

  constructor() {
    this.left = new Promise((resolve) => {
      this.leave = resolve;
    });
  }
}

export class TrainingEntry {
  training: Training;
  readonly idempotency: Idempotency | undefined;
  /** Digests that the training needs while it is open. */
  readonly uploads: ReadonlySet<string>;
  readonly abort = new AbortController();
  readonly listeners = new Set<(snapshot: Snapshot<Training>) => void>();
  /** Its files are on disk. */
  isStored = true;
  /** The runner has it. */
  isHeld = false;
  /** From the moment when no cancel ends it any more. */
  publication: Publication | undefined;
  readonly #deps: EntryDeps;
  #revision: number;
  /** Writes of the record, one after another. */
  #saving: Promise<void> = Promise.resolve();
  #ending: Promise<Training> | undefined;
  /** The last write of the record failed. */
  #isUnsaved = false;

  constructor({ training, idempotency }: TrainingRecord, examples: readonly TrainingExample[], deps: EntryDeps) {
    this.training = training;
    this.idempotency = idempotency;
    this.uploads = new Set(examples.map(({ image }) => image));
    this.#deps = deps;
    // The clock is ahead of every revision of an earlier run, which grew by less than one a millisecond.
    this.#revision = deps.now();
    if (isFinal(training)) this.#ending = Promise.resolve(training);
  }

  get id(): string {
    return this.training.id;
  }

  /** From the moment when its end is decided, which is before that is recorded and announced. */
  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  get isWaiting(): boolean {
    return this.isStored && !this.isHeld && !this.isEnding;
  }

  snapshot(): Snapshot<Training> {
    const { training } = this;
    const position = training.state === "queued" ? this.#deps.positionOf(this) : undefined;
    const progress = position === undefined ? training.progress : { ...training.progress, position };
    return { revision: this.#revision, body: { ...training, progress } };
  }

  announce(): void {
    this.#revision++;
    if (this.listeners.size === 0) return;
    const snapshot = this.snapshot();
    for (const listener of [...this.listeners]) listener(snapshot);
  }

  /** Without effect once the end is decided. */
  change(patch: Partial<Training>): void {
    if (this.isEnding) return;
    this.training = { ...this.training, ...patch };
    this.announce();
    // Its state and what was drawn must be found again after a restart; single steps need not.
    if (patch.state || patch.preview || patch.base) void this.#save(this.training);
  }

  /** Records an end, then announces it, so that who has seen it will find it again after a crash. The first end counts. */
  end(patch: Pick<Training, "state"> & Partial<Training>): Promise<Training> {
    this.#ending ??= (async () => {
      const { secondsLeft: _, ...progress } = this.training.progress;
      const finishedAt = new Date(this.#deps.now()).toISOString();
      const ended: Training = {
        ...this.training,
        ...patch,
        finishedAt,
        progress: { ...progress, stage: "finished" },
      };
      await this.#save(ended);
      this.training = ended;
      this.announce();
      if (!this.isHeld) await this.free();
      return ended;
    })();
    return this.#ending;
  }

  /** Removes what only an open training needs; a record that the disk had no room for has it then. */
  async free(): Promise<void> {
    await this.#deps.folders.free(this.id).catch(this.#deps.onStorageError);
    if (this.#isUnsaved) await this.#save(this.training);
  }

  async remove(): Promise<void> {
    await this.#saving;
    await this.#deps.folders.remove(this.id).catch(this.#deps.onStorageError);
  }

  record(training = this.training): TrainingRecord {
    return { training, ...(this.idempotency && { idempotency: this.idempotency }) };
  }

  #save(training: Training): Promise<void> {
    const { folders, onStorageError } = this.#deps;
    this.#saving = this.#saving.then(() =>
      folders.save(this.record(training)).then(
        () => {
          this.#isUnsaved = false;
        },
        (error: unknown) => {
          this.#isUnsaved = true;
          onStorageError(error);
        },
      ),
    );
    return this.#saving;
  }
}
