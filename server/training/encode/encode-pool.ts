/**
 * A team that encodes an image set: this thread, and for each other core a thread with experts of its own, all with sessions of one thread. Rows are shared
 * out, and with them the JavaScript around the runs (pixels, edges, tokens). A thread takes a second of processor time to start, so a team
 * starts when enough rows are there to be worth it, or foreseen: while images are still being read, cores are idle now and then.
 */
import { AppError } from "../../../shared/problem.ts";
import { joinRows } from "../../engine/join-rows.ts";
import { mapConcurrent } from "../../platform/map-concurrent.ts";
import { startThread } from "../../platform/spawn.ts";
import { coresOf, endedAs, membersFor, WorkerPool } from "../../platform/worker-pool.ts";
import { type ImagePixels, PixelRoom, type PixelSource } from "../dataset/image-set.ts";
import { type EncodeTask, encodeRows, partOf, type RowsWatch, rowsOf } from "./encode-rows.ts";
import type { ExpertsSource, SetExperts } from "./pack-experts.ts";

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
const membersOf = (rows: number, cores: number): number =>
  rows < rowsMin ? 1 : membersFor(cores, membersMax, memberBytes);

/** Threads that sessions of experts may have for encoding so many rows: one where a team does it. @param threads cores that encode; 0 = all */
export const sessionThreadsFor = (rows: number, threads: number): number =>
  membersOf(rows, coresOf(threads)) > 1 ? 1 : coresOf(threads);

/** Parts that a thread has at once: one to go on with while this thread, busy with a part of its own, does not hear that the other is done. */
const partsEach = 2;

/**
 * Rows that a member gets at once. Images: for one run of most experts, and at the end for one of the image net (server/experts/image.ts). Captions: for a few
 * runs, because those of as many tokens share one.
 */
const partRowsOf = ({ kind }: EncodeTask): { readonly most: number; readonly least: number } =>
  kind === "captions" ? { most: 64, least: 16 } : { most: 16, least: 4 };

export class EncodePool {
  readonly #source: ExpertsSource;
  readonly #cores: number;
  /** The members but this thread. */
  #threads: WorkerPool<TeamTask, Float32Array[]> | undefined;
  #foreseen = 0;
  #isClosed = false;

  /**
   * @param source of experts that each thread opens for itself
   * @param cores that encode, 8 at most and as many as there is memory for when it starts; 0 = all
   */
  constructor(source: ExpertsSource, cores: number) {
    this.#source = source;
    this.#cores = coresOf(cores);
  }

  /** Starts where so many rows are worth it, once. @returns whether it is there, for whatever is left too */
  startFor(rows: number): boolean {
    if (this.#threads || this.#isClosed) return this.#threads !== undefined;
    const members = membersOf(rows, this.#cores);
    if (members > 1) this.#threads = this.#start(members - 1);
    return members > 1;
  }

  /** So many rows are to come, in one task or several: it starts with the first that is encoded, if they are worth it. */
  foresee(rows: number): void {
    this.#foreseen = rows;
  }

  /**
   * As `encodeRows`, shared out where the team has started or the rows are worth it. After a fault or the signal, members end the parts that they have.
   * @param experts of this thread
   * @throws the fault of a member, or the reason of the signal
   */
  async encode(
    task: EncodeTask,
    images: ImagePixels,
    experts: Pick<SetExperts, "target" | "conditions">,
    { signal, onRows }: RowsWatch = {},
  ): Promise<Float32Array[]> {
    if (this.#isClosed) throw new AppError("internal", "encoding: expected an open team, got a closed one");
    if (!this.startFor(Math.max(this.#foreseen, rowsOf(task))))
      return encodeRows(task, images, experts, { signal, onRows });
    const threads = this.#threads!;
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

  #start(threads: number): WorkerPool<TeamTask, Float32Array[]> {
    const start = () => startThread("encoder.js", "training/encode/encode-thread.ts", this.#source);
    return new WorkerPool(threads, start, endedAs("training_failed", "encoding"), { tasksEach: partsEach });
  }
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
