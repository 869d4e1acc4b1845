/**
 * Threads that encode an image set, each with experts of its own whose sessions have one thread: rows are shared out, and with them the
 * JavaScript around the runs (pixels, edges, tokens).
 */
import { inLanes } from "../engine/lanes.ts";
import { startThread } from "../own-programs.ts";
import { endedAs, ThreadTeam } from "../thread-team.ts";
import { type EncodeTask, partOf, type RowsWatch, rowsOf } from "./encode-rows.ts";
import type { PixelSource } from "./image-set.ts";
import type { ExpertsSource } from "./pack-experts.ts";

/** What a thread opens for itself. */
export interface TeamOrder {
  readonly experts: ExpertsSource;
  readonly images: PixelSource;
}

/** Rows that a thread gets at once: images for one run of most experts, captions for a few, because those of as many tokens share one. */
const partRowsOf = ({ kind }: EncodeTask): number => (kind === "captions" ? 64 : 16);

export class EncodeTeam {
  readonly #team: ThreadTeam<EncodeTask, Float32Array[]>;

  /** @param threads members of the team */
  constructor(order: TeamOrder, threads: number) {
    this.#team = new ThreadTeam(
      threads,
      () => startThread("encoder.js", "training/encode-thread.ts", order),
      endedAs("training_failed", "encoding"),
    );
  }

  /**
   * As `encodeRows`, shared out. After a fault or the signal, members end the part that they are at.
   * @throws the fault of a member, or the reason of the signal
   */
  async encode(task: EncodeTask, { signal, onRows }: RowsWatch = {}): Promise<Float32Array[]> {
    const [rows, partRows] = [rowsOf(task), partRowsOf(task)];
    const parts = new Map<number, readonly Float32Array[]>();
    const starts = Array.from({ length: Math.ceil(rows / partRows) }, (_, part) => part * partRows);
    let done = 0;
    await inLanes(starts, this.#team.size, async (start) => {
      signal?.throwIfAborted();
      const count = Math.min(partRows, rows - start);
      parts.set(start, await this.#team.ask(partOf(task, start, count)));
      done += count;
      onRows?.(done);
    });
    return joined(parts, rows, partRows);
  }

  /** Members end after the part that they are at. */
  close(): Promise<void> {
    return this.#team.close();
  }
}

/** Blocks of parts by their first row → blocks of all rows. */
function joined(parts: ReadonlyMap<number, readonly Float32Array[]>, rows: number, partRows: number): Float32Array[] {
  const first = parts.get(0) ?? [];
  const widths = first.map(({ length }) => length / Math.min(partRows, rows));
  const blocks = widths.map((width) => new Float32Array(rows * width));
  for (const [start, part] of parts)
    for (const [index, values] of part.entries()) blocks[index]!.set(values, start * widths[index]!);
  return blocks;
}
