/**
 * A pool that encodes an image set: this thread and one thread for each other core, each with its own experts whose sessions
 * have one thread. The rows are divided, and with them the JavaScript around the runs (pixels, edges, tokens). Starting a
 * thread takes a second of CPU time, so the pool has more than one only for enough rows.
 */
import { AppError } from "../../../shared/problem.ts";
import { joinRows } from "../../engine/join-rows.ts";
import { mapConcurrent } from "../../platform/map-concurrent.ts";
import { startThread } from "../../platform/processes/spawn.ts";
import { coresOf, endedAs, WorkerPool, workersFor } from "../../platform/processes/worker-pool.ts";
import { type ImagePixels, PixelBuffer, type PixelSource } from "../dataset/image-set.ts";
import { type EncodeTask, encodeRows, partOf, type RunOptions, rowsOf } from "./encode-rows.ts";
import { type ExpertsSource, openSetExperts, type SetExperts } from "./pack-experts.ts";

/** A task for a thread, with the images that it encodes (unused by captions). */
export interface PoolTask {
  readonly task: EncodeTask;
  readonly images: PixelSource;
}

/** Rows from which starting the pool pays off. */
const rowsMin = 256;
const workersMax = 8;
/**
 * Upper bound of a worker's memory with the default pack's experts; 600 MB were measured. All workers together get half of the
 * free memory.
 */
const workerBytes = 700e6;

/** Workers for a number of rows; 1 = this thread alone. */
const workersOf = ({ rows, threads }: PoolOptions): number =>
  rows < rowsMin ? 1 : workersFor(coresOf(threads), workersMax, workerBytes);

/** Parts queued at a worker: with two it has work while this thread is busy with its own part and can't send more. */
const partsEach = 2;

/**
 * Rows of a part. Images: one run of most experts, and towards the end one run of the image net (server/experts/image.ts).
 * Captions: a few runs, because captions with the same number of tokens share one.
 */
const partRowsOf = ({ kind }: EncodeTask): { readonly most: number; readonly least: number } =>
  kind === "captions" ? { most: 64, least: 16 } : { most: 16, least: 4 };

export interface PoolOptions {
  /** Cores for encoding, at most 8 and as many as free memory allows; 0 = all. */
  readonly threads: number;
  /** Rows to encode, in one or more tasks. */
  readonly rows: number;
}

export interface OpenPoolOptions extends PoolOptions {
  /** Start the threads before this thread's experts are open; otherwise the first task starts them. */
  readonly startsNow?: boolean;
  /** Opens the experts of this thread. @param threads threads of their sessions */
  readonly openExperts?: ((threads: number) => Promise<SetExperts>) | undefined;
}

export class EncodePool {
  /** The experts of this thread; every other thread opens its own. */
  readonly experts: SetExperts;
  /** Number of other threads. */
  readonly #others: number;
  #threads: WorkerPool<PoolTask, Float32Array[]> | undefined;
  #isClosed = false;

  private constructor(experts: SetExperts, others: number, started?: WorkerPool<PoolTask, Float32Array[]>) {
    this.experts = experts;
    this.#others = others;
    this.#threads = started;
  }

  /**
   * Opens the experts of this thread; their sessions use all cores if it encodes alone. @throws whatever opening an expert
   * throws
   */
  static async open(source: ExpertsSource, options: OpenPoolOptions): Promise<EncodePool> {
    const { openExperts = (threads) => openSetExperts(source, { threads }) } = options;
    const others = workersOf(options) - 1;
    const started = options.startsNow && others > 0 ? startThreads(source, others) : undefined;
    try {
      return new EncodePool(await openExperts(others > 0 ? 1 : coresOf(options.threads)), others, started);
    } catch (error) {
      await started?.close();
      throw error;
    }
  }

  /** A pool with experts that are already open; their sessions must have one thread if the pool has more threads. */
  static of(experts: SetExperts, options: PoolOptions): EncodePool {
    return new EncodePool(experts, workersOf(options) - 1);
  }

  /** Whether starting more threads pays off. */
  static paysOff(options: PoolOptions): boolean {
    return workersOf(options) > 1;
  }

  /**
   * Like `encodeRows`, divided among the threads. After an error or an abort, workers finish the parts that they have.
   * @param experts experts of this thread, if not the pool's
   * @throws the error of a worker, or the signal's reason
   */
  async encode(
    task: EncodeTask,
    images: ImagePixels,
    { signal, onRows }: RunOptions = {},
    experts: Pick<SetExperts, "target" | "conditions"> = this.experts,
  ): Promise<Float32Array[]> {
    if (this.#isClosed) throw new AppError("internal", "encoding: expected an open pool, got a closed one");
    if (this.#others === 0) return encodeRows(task, images, experts, { signal, onRows });
    this.#threads ??= startThreads(this.experts.source, this.#others);
    const threads = this.#threads;
    const parts = partsOf(task, threads.size + 1);
    const results: Array<readonly Float32Array[]> = [];
    const buffer = new PixelBuffer();
    let done = 0;
    await mapConcurrent(parts.entries(), 1 + threads.size * partsEach, async ([index, part], worker) => {
      signal?.throwIfAborted();
      results[index] = await (worker === 0
        ? encodeRows(part, images, experts, { buffer })
        : threads.run({ task: part, images: sourceOf(images) }));
      done += rowsOf(part);
      onRows?.(done);
    });
    return (results[0] ?? []).map((_, block) => joinRows(results.map((blocks) => blocks[block]!)));
  }

  /** The threads end after the parts that they have. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#threads?.close();
  }
}

function startThreads(source: ExpertsSource, count: number): WorkerPool<PoolTask, Float32Array[]> {
  const start = () => startThread("encoder.js", "training/encode/encode-thread.ts", source);
  return new WorkerPool(count, start, endedAs("training_failed", "encoding"), { tasksEach: partsEach });
}

/** Only the fields that can be sent to a thread. */
const sourceOf = ({ folder, digest, count, sizePx }: PixelSource): PixelSource => ({ folder, digest, count, sizePx });

/**
 * Divides the task into parts that get smaller towards the end, so that all workers finish at about the same time ("guided"
 * self-scheduling, Polychronopoulos & Kuck 1987).
 */
function partsOf(task: EncodeTask, workers: number): EncodeTask[] {
  const { most, least } = partRowsOf(task);
  const parts: EncodeTask[] = [];
  for (let start = 0, left = rowsOf(task); left > 0; ) {
    const fair = least * Math.ceil(left / (2 * workers * least));
    const count = Math.min(left, most, fair);
    parts.push(partOf(task, start, count));
    start += count;
    left -= count;
  }
  return parts;
}
