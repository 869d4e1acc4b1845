/**
 * Threads that encode an image set, each with experts of its own whose sessions have one thread: rows are shared out, and with them the
 * JavaScript around the runs (pixels, edges, tokens). They take a second of processor time each to start, so a team starts when enough rows
 * are there to be worth it, or foreseen: while images are still being read, cores are idle now and then.
 */
import { AppError } from "../../shared/problem.ts";
import { inLanes } from "../engine/lanes.ts";
import { joinRows } from "../experts/frozen-graph.ts";
import { startThread } from "../own-programs.ts";
import { coresOf, endedAs, membersFor, ThreadTeam } from "../thread-team.ts";
import { type EncodeTask, partOf, type RowsWatch, rowsOf } from "./encode-rows.ts";
import type { PixelSource } from "./image-set.ts";
import type { ExpertsSource } from "./pack-experts.ts";

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

/**
 * Rows that a thread gets at once. Images: for one run of most experts, and at the end for one of the image net (server/experts/image.ts). Captions: for a few
 * runs, because those of as many tokens share one.
 */
const partRowsOf = ({ kind }: EncodeTask): { readonly most: number; readonly least: number } =>
  kind === "captions" ? { most: 64, least: 16 } : { most: 16, least: 4 };

export class EncodeTeam {
  readonly #experts: ExpertsSource;
  readonly #cores: number;
  #threads: ThreadTeam<TeamTask, Float32Array[]> | undefined;
  #isClosed = false;

  /**
   * @param experts that each thread opens for itself
   * @param threads cores that encode, 8 at most and as many as there is memory for when it starts; 0 = all
   */
  constructor(experts: ExpertsSource, threads: number) {
    this.#experts = experts;
    this.#cores = coresOf(threads);
  }

  /** Starts where so many rows are worth it, once. @returns whether it is there, for whatever is left too */
  startFor(rows: number): boolean {
    if (this.#threads || this.#isClosed || rows < rowsMin) return this.#threads !== undefined;
    const members = membersFor(this.#cores, membersMax, memberBytes);
    if (members > 1) this.#threads = this.#start(members);
    return members > 1;
  }

  /**
   * As `encodeRows`, shared out, whether it has started or not. After a fault or the signal, members end the part that they are at.
   * @throws the fault of a member, or the reason of the signal
   */
  async encode(task: EncodeTask, images: PixelSource, { signal, onRows }: RowsWatch = {}): Promise<Float32Array[]> {
    if (this.#isClosed && !this.#threads)
      throw new AppError("internal", "encoding: expected an open team, got a closed one");
    this.#threads ??= this.#start(membersFor(this.#cores, membersMax, memberBytes));
    const threads = this.#threads;
    const results: Array<readonly Float32Array[]> = [];
    const parts = partsOf(task, threads.size);
    let done = 0;
    await inLanes(parts.entries(), threads.size, async ([index, part]) => {
      signal?.throwIfAborted();
      results[index] = await threads.ask({ task: part, images: sourceOf(images) });
      done += rowsOf(part);
      onRows?.(done);
    });
    return (results[0] ?? []).map((_, block) => joinRows(results.map((blocks) => blocks[block]!)));
  }

  /** Members end after the part that they are at. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#threads?.close();
  }

  #start(members: number): ThreadTeam<TeamTask, Float32Array[]> {
    const start = () => startThread("encoder.js", "training/encode-thread.ts", this.#experts);
    return new ThreadTeam(members, start, endedAs("training_failed", "encoding"));
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
