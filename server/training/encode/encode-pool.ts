/**
 * A pool that encodes an image set: this thread, and for each other core a thread with experts of its own, all with sessions of one
 * thread. Rows are shared out, and with them the JavaScript around the runs (pixels, edges, tokens). A thread takes a second of
 * processor time to start, so there are more than one only where enough rows are worth it.
 */
import { AppError } from "../../../shared/problem.ts";
import { joinRows } from "../../engine/join-rows.ts";
import { mapConcurrent } from "../../platform/map-concurrent.ts";
import { startThread } from "../../platform/spawn.ts";
import { coresOf, endedAs, membersFor, WorkerPool } from "../../platform/worker-pool.ts";
import { type ImagePixels, PixelRoom, type PixelSource } from "../dataset/image-set.ts";
import { type EncodeTask, encodeRows, partOf, type RowsWatch, rowsOf } from "./encode-rows.ts";
import { type ExpertsSource, openSetExperts, type SetExperts } from "./pack-experts.ts";

/** A task for a thread, with the pixels that it is about; captions have them too. */
export interface TeamTask {
  readonly task: EncodeTask;
  readonly images: PixelSource;
}

/** Rows from which a team is worth its start. */
const rowsMin = 256;
const membersMax = 8;
/** What a member takes at most with the default pack's experts, 600 MB measured: a team gets half of the memory that is free. */
const memberBytes = 700e6;

/** Members of a team for so many rows; 1 = this thread alone. */
const membersOf = ({ rows, threads }: PoolOptions): number =>
  rows < rowsMin ? 1 : membersFor(coresOf(threads), membersMax, memberBytes);

/** Parts that a thread has at once: one to go on with while this thread, busy with a part of its own, does not hear that the other is done. */
const partsEach = 2;

/**
 * Rows that a member gets at once. Images: for one run of most experts, and at the end for one of the image net (server/experts/image.ts). Captions: for a few
 * runs, because those of as many tokens share one.
 */
const partRowsOf = ({ kind }: EncodeTask): { readonly most: number; readonly least: number } =>
  kind === "captions" ? { most: 64, least: 16 } : { most: 16, least: 4 };

export interface PoolOptions {
  /** Cores that encode, 8 at most and as many as there is memory for; 0 = all. */
  readonly threads: number;
  /** Rows that will be encoded, in one task or several. */
  readonly rows: number;
}

export interface OpenPoolOptions extends PoolOptions {
  /** Starts the threads before this thread's experts are open; otherwise the first task does. */
  readonly startsNow?: boolean;
  /** Opens the experts of this thread. @param threads of their sessions */
  readonly openExperts?: ((threads: number) => Promise<SetExperts>) | undefined;
}

export class EncodePool {
  /** Of this thread; each of the others opens its own. */
  readonly experts: SetExperts;
  /** Members but this thread. */
  readonly #others: number;
  #threads: WorkerPool<TeamTask, Float32Array[]> | undefined;
  #isClosed = false;

  private constructor(experts: SetExperts, others: number, started?: WorkerPool<TeamTask, Float32Array[]>) {
    this.experts = experts;
    this.#others = others;
    this.#threads = started;
  }

  /** Opens the experts of this thread, their sessions with all cores where it encodes alone. @throws whatever opening one throws */
  static async open(source: ExpertsSource, options: OpenPoolOptions): Promise<EncodePool> {
    const { openExperts = (threads) => openSetExperts(source, { threads }) } = options;
    const others = membersOf(options) - 1;
    const started = options.startsNow && others > 0 ? startThreads(source, others) : undefined;
    try {
      return new EncodePool(await openExperts(others > 0 ? 1 : coresOf(options.threads)), others, started);
    } catch (error) {
      await started?.close();
      throw error;
    }
  }

  /** Around experts that are open already, with sessions of one thread where the rows are many. */
  static of(experts: SetExperts, options: PoolOptions): EncodePool {
    return new EncodePool(experts, membersOf(options) - 1);
  }

  /** Whether more threads than this one are worth their start. */
  static isWorth(options: PoolOptions): boolean {
    return membersOf(options) > 1;
  }

  /**
   * As `encodeRows`, shared out where the rows are many. After a fault or the signal, members end the parts that they have.
   * @param experts of this thread, if others than the pool's
   * @throws the fault of a member, or the reason of the signal
   */
  async encode(
    task: EncodeTask,
    images: ImagePixels,
    { signal, onRows }: RowsWatch = {},
    experts: Pick<SetExperts, "target" | "conditions"> = this.experts,
  ): Promise<Float32Array[]> {
    if (this.#isClosed) throw new AppError("internal", "encoding: expected an open pool, got a closed one");
    if (this.#others === 0) return encodeRows(task, images, experts, { signal, onRows });
    this.#threads ??= startThreads(this.experts.source, this.#others);
    const threads = this.#threads;
    const parts = partsOf(task, threads.size + 1);
    const results: Array<readonly Float32Array[]> = [];
    const room = new PixelRoom();
    let done = 0;
    await mapConcurrent(parts.entries(), 1 + threads.size * partsEach, async ([index, part], lane) => {
      signal?.throwIfAborted();
      results[index] = await (lane === 0
        ? encodeRows(part, images, experts, { room })
        : threads.run({ task: part, images: sourceOf(images) }));
      done += rowsOf(part);
      onRows?.(done);
    });
    return (results[0] ?? []).map((_, block) => joinRows(results.map((blocks) => blocks[block]!)));
  }

  /** Threads end after the parts that they have. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#threads?.close();
  }
}

function startThreads(source: ExpertsSource, count: number): WorkerPool<TeamTask, Float32Array[]> {
  const start = () => startThread("encoder.js", "training/encode/encode-thread.ts", source);
  return new WorkerPool(count, start, endedAs("training_failed", "encoding"), { tasksEach: partsEach });
}

/** Without what can't be told to a thread. */
const sourceOf = ({ folder, digest, count, sizePx }: PixelSource): PixelSource => ({ folder, digest, count, sizePx });

/** The task in parts for so many members, smaller ones towards the end, so that all end at about the same time ("guided", Polychronopoulos & Kuck 1987). */
function partsOf(task: EncodeTask, members: number): EncodeTask[] {
  const { most, least } = partRowsOf(task);
  const parts: EncodeTask[] = [];
  for (let start = 0, left = rowsOf(task); left > 0; ) {
    const fair = least * Math.ceil(left / (2 * members * least));
    const count = Math.min(left, most, fair);
    parts.push(partOf(task, start, count));
    start += count;
    left -= count;
  }
  return parts;
}
