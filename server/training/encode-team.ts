/**
 * Threads that encode an image set, each with experts of its own whose sessions have one thread: rows are shared out, and with them the
 * JavaScript around the runs (pixels, edges, tokens). They take a second of processor time each to start, so a team starts when enough rows
 * are there to be worth it, or foreseen: while images are still being read, cores are idle now and then.
 */
import { inLanes } from "../engine/lanes.ts";
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

/** Rows that a thread gets at once: images for one run of most experts, captions for a few, because those of as many tokens share one. */
const partRowsOf = ({ kind }: EncodeTask): number => (kind === "captions" ? 64 : 16);

export class EncodeTeam {
  readonly #experts: ExpertsSource;
  readonly #cores: number;
  #threads: ThreadTeam<TeamTask, Float32Array[]> | undefined;

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
    if (this.#threads || rows < rowsMin) return this.#threads !== undefined;
    const members = membersFor(this.#cores, membersMax, memberBytes);
    if (members > 1) this.#threads = this.#start(members);
    return members > 1;
  }

  /**
   * As `encodeRows`, shared out, whether it has started or not. After a fault or the signal, members end the part that they are at.
   * @throws the fault of a member, or the reason of the signal
   */
  async encode(task: EncodeTask, images: PixelSource, { signal, onRows }: RowsWatch = {}): Promise<Float32Array[]> {
    this.#threads ??= this.#start(membersFor(this.#cores, membersMax, memberBytes));
    const threads = this.#threads;
    const [rows, partRows] = [rowsOf(task), partRowsOf(task)];
    const parts = new Map<number, readonly Float32Array[]>();
    const starts = Array.from({ length: Math.ceil(rows / partRows) }, (_, part) => part * partRows);
    let done = 0;
    await inLanes(starts, threads.size, async (start) => {
      signal?.throwIfAborted();
      const count = Math.min(partRows, rows - start);
      parts.set(start, await threads.ask({ task: partOf(task, start, count), images: sourceOf(images) }));
      done += count;
      onRows?.(done);
    });
    return joined(parts, rows, partRows);
  }

  /** Members end after the part that they are at. */
  async close(): Promise<void> {
    await this.#threads?.close();
  }

  #start(members: number): ThreadTeam<TeamTask, Float32Array[]> {
    const start = () => startThread("encoder.js", "training/encode-thread.ts", this.#experts);
    return new ThreadTeam(members, start, endedAs("training_failed", "encoding"));
  }
}

/** Without what can't be told to a thread. */
const sourceOf = ({ folder, digest, count, sizePx }: PixelSource): PixelSource => ({ folder, digest, count, sizePx });

/** Blocks of parts by their first row → blocks of all rows. */
function joined(parts: ReadonlyMap<number, readonly Float32Array[]>, rows: number, partRows: number): Float32Array[] {
  const first = parts.get(0) ?? [];
  const widths = first.map(({ length }) => length / Math.min(partRows, rows));
  const blocks = widths.map((width) => new Float32Array(rows * width));
  for (const [start, part] of parts)
    for (const [index, values] of part.entries()) blocks[index]!.set(values, start * widths[index]!);
  return blocks;
}
