/**
 * Threads that encode an image set, about one a core. The runtime's run holds the thread that calls it, and its own threads share out one
 * small operator at a time; experts of icons are many small operators, so whole rows are shared out instead: each thread has sessions
 * of its own, of one thread each, and the JavaScript around them (pixels, edges, tokens) is shared out too.
 */
import type { Worker } from "node:worker_threads";
import { AppError } from "../../shared/problem.ts";
import { errorOf, type Fault } from "../faults.ts";
import { startThread } from "../own-programs.ts";
import { type EncodeTask, partOf, rowsOf } from "./encode-rows.ts";
import type { PixelSource } from "./image-set.ts";
import type { ExpertsSource } from "./pack-experts.ts";

/** What a thread opens for itself. */
export interface TeamOrder {
  readonly experts: ExpertsSource;
  readonly images: PixelSource;
}

/** What a thread is told, one after the other: a task, or to end. */
export type TeamMessage = EncodeTask | "end";

/** A thread answers each task with one of these, and says nothing else. */
export type TeamAnswer = { readonly blocks: Float32Array[] } | { readonly fault: Fault };

/** Rows that a thread gets at once: one run of an expert. */
const partRows = 16;

export class EncodeTeam {
  readonly #workers: readonly Worker[];

  /** @param threads members of the team */
  constructor(order: TeamOrder, threads: number) {
    this.#workers = Array.from({ length: threads }, () => {
      const worker = startThread("encoder.js", "training/encode-thread.ts", order);
      // An error that nobody waits for must not end the process; the next task finds the thread gone.
      return worker.on("error", () => undefined);
    });
  }

  /**
   * As `encodeRows`, shared out. After a fault or the signal, members end the part that they are at.
   * @throws the fault of a member, or the reason of the signal
   */
  async encode(task: EncodeTask, signal?: AbortSignal): Promise<Float32Array[]> {
    const [rows, parts] = [rowsOf(task), new Map<number, readonly Float32Array[]>()];
    let next = 0;
    const work = async (worker: Worker): Promise<void> => {
      try {
        while (next < rows) {
          signal?.throwIfAborted();
          const start = next;
          next = Math.min(rows, start + partRows);
          parts.set(start, await ask(worker, partOf(task, start, next - start)));
        }
      } finally {
        // Nothing more for the others, where one has failed.
        next = rows;
      }
    };
    const ends = await Promise.allSettled(this.#workers.map(work));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
    return joined(parts, rows);
  }

  /** Members end after the part that they are at: a thread that is ended within the runtime takes the whole process with it. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map(ending));
  }
}

/** Tells a member to end, and waits until it has; one that is gone already has. */
function ending(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    if (worker.threadId === -1) return resolve();
    worker.once("exit", () => resolve());
    worker.postMessage("end" satisfies TeamMessage);
  });
}

/** One task of one member, which is asked nothing else meanwhile. */
function ask(worker: Worker, task: EncodeTask): Promise<Float32Array[]> {
  return new Promise((resolve, reject) => {
    if (worker.threadId === -1) throw ended();
    const settle = (act: () => void): void => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      act();
    };
    const onMessage = (answer: TeamAnswer): void =>
      settle(() => ("fault" in answer ? reject(errorOf(answer.fault)) : resolve(answer.blocks)));
    const onError = (cause: unknown): void => settle(() => reject(ended(cause)));
    const onExit = (): void => settle(() => reject(ended()));
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage(task satisfies TeamMessage);
  });
}

const ended = (cause?: unknown): AppError =>
  new AppError(
    "training_failed",
    `encoding: a thread ended before its work${cause instanceof Error ? ` (${cause.message})` : ""}`,
    { cause },
  );

/** Blocks of parts by their first row → blocks of all rows. */
function joined(parts: ReadonlyMap<number, readonly Float32Array[]>, rows: number): Float32Array[] {
  const first = parts.get(0) ?? [];
  const widths = first.map(({ length }) => length / Math.min(partRows, rows));
  const blocks = widths.map((width) => new Float32Array(rows * width));
  for (const [start, part] of parts)
    for (const [index, values] of part.entries()) blocks[index]!.set(values, start * widths[index]!);
  return blocks;
}
