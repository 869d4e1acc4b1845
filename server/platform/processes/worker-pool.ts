/**
 * A pool of threads, about one a core, that run one task after another. A run of the runtime blocks its thread, and the
 * runtime's own threads can only divide one small operator at a time; whole tasks are divided better, and the JavaScript around
 * the runs with them. `serveTasks` is the thread's side.
 */
import { availableParallelism } from "node:os";
import { type MessagePort, parentPort, type TransferListItem, type Worker } from "node:worker_threads";
import { AppError, type ProblemCode } from "../../../shared/problem.ts";
import { deserialize, type SerializedError, serialize } from "./serialized-error.ts";

/** Messages to a thread: a task with its number, or `end`. It answers each task with its number. */
type Message<Task> = { readonly task: Task; readonly number: number } | "end";
type Answer<Result> = { readonly number: number } & ({ readonly result: Result } | { readonly fault: SerializedError });

/** What becomes of a thread that hangs: one that has tasks and answers none of them. */
export interface Watch {
  /**
   * So many beats without an answer are a hang. Beats are counted, and no time: a process that was stopped, or had no processor, has no
   * thread that hangs.
   */
  readonly beats: number;
  /** Milliseconds between two beats. */
  readonly everyMs: number;
  /** Ends the thread, or its process where the thread may be inside the runtime. */
  readonly end: (worker: Worker) => void;
}

export class WorkerPool<Task, Result> {
  readonly size: number;
  readonly #start: (index: number) => Worker;
  readonly #endedAs: (cause: unknown) => AppError;
  /** Each is started at once, or by its first task. */
  readonly #workers: Array<Worker | undefined>;
  readonly #tasksEach: number;
  /** Tasks that each worker has, including those that are on their way to it. */
  readonly #given: number[];
  readonly #watch: Watch | undefined;
  /** Of the workers that have tasks: beats since the last answer. */
  readonly #quiet = new Map<Worker, number>();
  #beating: ReturnType<typeof setInterval> | undefined;
  readonly #waiting: Array<(index: number) => void> = [];
  #taskCount = 0;
  #isClosed = false;

  /**
   * @param start starts a worker's thread, which calls `serveTasks`
   * @param endedAs returns the error of a task whose thread ended, by itself or by `close`
   * @param tasksEach tasks that a worker has at most; it runs one at a time, but with two it need not wait for a busy caller
   * @param startsLate whether a worker's first task starts its thread; else all start now, while the caller prepares tasks
   * @param watch absent: a thread that hangs is waited for
   */
  constructor(
    size: number,
    start: (index: number) => Worker,
    endedAs: (cause: unknown) => AppError,
    {
      tasksEach = 1,
      startsLate = false,
      watch,
    }: { readonly tasksEach?: number; readonly startsLate?: boolean; readonly watch?: Watch | undefined } = {},
  ) {
    this.size = size;
    this.#start = start;
    this.#endedAs = endedAs;
    this.#workers = new Array<undefined>(size).fill(undefined);
    this.#tasksEach = tasksEach;
    this.#given = new Array<number>(size).fill(0);
    this.#watch = watch;
    if (!startsLate) for (let index = 0; index < size; index += 1) this.#livingAt(index);
  }

  /**
   * Runs a task on the worker with the fewest tasks, or the first that is free for another one. A worker that has ended is
   * replaced.
   * @param transfer buffers to transfer with the task
   * @throws the worker's error, with its code
   */
  async run(task: Task, transfer: readonly TransferListItem[] = []): Promise<Result> {
    const index = this.#freest() ?? (await new Promise<number>((resolve) => this.#waiting.push(resolve)));
    try {
      return await this.#askWorker(index, task, transfer);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(index);
      else this.#given[index]! -= 1;
    }
  }

  /** The worker with the fewest tasks, counted as having one more; undefined if all have `tasksEach`. */
  #freest(): number | undefined {
    const fewest = Math.min(...this.#given);
    if (fewest >= this.#tasksEach) return undefined;
    const index = this.#given.indexOf(fewest);
    this.#given[index] = fewest + 1;
    return index;
  }

  /** Runs a task on every worker before any other, so that each opens what it needs. */
  async openAll(task: Task): Promise<void> {
    await Promise.all(this.#workers.map((_, index) => this.#askWorker(index, task, [])));
  }

  /** The workers end after the tasks that they have: ending a thread inside the runtime would end the whole process. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#workers.map((worker) => worker && ending(worker)));
  }

  /** The workers end at once, and their tasks with them. Only of threads that never run the runtime. */
  async terminate(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#workers.map((worker) => worker?.terminate()));
  }

  #livingAt(index: number): Worker {
    const known = this.#workers[index];
    if (known && known.threadId !== -1) return known;
    const worker = this.#start(index);
    this.#workers[index] = worker;
    // An error that nobody awaits must not end the process; the next task finds the thread gone.
    worker.on("error", () => undefined);
    // Idle threads do not keep the process alive; waiting for an answer does.
    worker.unref();
    return worker;
  }

  #askWorker(index: number, task: Task, transfer: readonly TransferListItem[]): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw this.#endedAs(undefined);
      const worker = this.#livingAt(index);
      const number = this.#taskCount++;
      let cause: unknown;
      const settle = (act: () => void): void => {
        worker.off("message", onMessage).off("messageerror", onUnreadable).off("error", onError).off("exit", onExit);
        // Other tasks of the worker may still be listened for.
        const isIdle = worker.listenerCount("message") === 0;
        // `close` waits for the threads.
        if (isIdle && !this.#isClosed) worker.unref();
        this.#hear(worker, isIdle);
        act();
      };
      const onMessage = (answer: Answer<Result>): void => {
        if (answer.number === number)
          settle(() => ("fault" in answer ? reject(deserialize(answer.fault)) : resolve(answer.result)));
      };
      const onUnreadable = (error: unknown): void => settle(() => reject(this.#endedAs(error)));
      // An exit follows; until then the thread looks as if it could take another task.
      const onError = (error: unknown): void => {
        cause = error;
      };
      const onExit = (): void => settle(() => reject(this.#endedAs(cause)));
      worker.on("message", onMessage).on("messageerror", onUnreadable).on("error", onError).on("exit", onExit).ref();
      this.#expect(worker);
      try {
        worker.postMessage({ task, number } satisfies Message<Task>, transfer);
      } catch (error) {
        settle(() => reject(error));
      }
    });
  }

  /** A worker has one task more. */
  #expect(worker: Worker): void {
    if (!this.#watch) return;
    this.#quiet.set(worker, this.#quiet.get(worker) ?? 0);
    this.#beating ??= setInterval(() => this.#beat(), this.#watch.everyMs);
  }

  /** A worker has answered, or has ended. */
  #hear(worker: Worker, isIdle: boolean): void {
    if (isIdle) this.#quiet.delete(worker);
    else if (this.#watch) this.#quiet.set(worker, 0);
    if (this.#quiet.size > 0) return;
    clearInterval(this.#beating);
    this.#beating = undefined;
  }

  #beat(): void {
    for (const [worker, before] of this.#quiet) {
      this.#quiet.set(worker, before + 1);
      if (before + 1 === this.#watch!.beats) this.#watch!.end(worker);
    }
  }
}

/** Of threads that run the runtime: ending one inside of it ends the process anyway, whose parent starts another and tries again. */
export const watchOfRuntime: Watch = {
  beats: 60,
  everyMs: 1000,
  end: () => process.kill(process.pid, "SIGKILL"),
};

/** Of threads without the runtime: one that hangs is ended alone. */
export const watchOfScripts: Watch = { ...watchOfRuntime, end: (worker) => void worker.terminate() };

/** The error of a task whose thread ended. @param what begins the message */
export const endedAs =
  (code: ProblemCode, what: string) =>
  (cause: unknown): AppError =>
    new AppError(
      code,
      `${what}: a thread ended before its work${cause instanceof Error ? ` (${cause.message})` : ""}`,
      { cause },
    );

/** Number of cores for a requested number of threads; 0 = all. */
export const coresOf = (threads: number): number => (threads === 0 ? availableParallelism() : threads);

/**
 * Number of workers: one a core, at most `most`, and as many as fit into half of the free memory.
 * @param bytes memory of one worker at most
 */
export const workersFor = (cores: number, most: number, bytes: number): number =>
  Math.max(1, Math.min(most, cores, Math.floor(process.availableMemory() / 2 / bytes)));

/** Asks a worker to end, and waits until it has. */
function ending(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    if (worker.threadId === -1) return resolve();
    worker.once("exit", () => resolve()).ref();
    worker.postMessage("end" satisfies Message<never>);
  });
}

/** The result of a task, and buffers of it to transfer without a copy. */
export interface Done<Result> {
  readonly result: Result;
  readonly transfer?: readonly TransferListItem[];
}

/**
 * The body of a worker's thread: opens what tasks need and runs one after the other until it is asked to end.
 * @param open its error becomes the error of every task
 */
export function serveTasks<Opened, Task, Result>(
  open: Promise<Opened>,
  carryOut: (opened: Opened, task: Task) => Promise<Done<Result>>,
): void {
  const port: MessagePort = parentPort!;
  const answer = async ({ task, number }: Exclude<Message<Task>, "end">): Promise<void> => {
    try {
      const { result, transfer = [] } = await carryOut(await open, task);
      port.postMessage({ number, result } satisfies Answer<Result>, transfer);
    } catch (error) {
      port.postMessage({ number, fault: serialize(error) } satisfies Answer<Result>);
    }
  };
  // Messages wait for the ones before, and for `open`: nothing may run in the runtime when the thread ends.
  let before: Promise<unknown> = open.catch(() => undefined);
  port.on("message", (message: Message<Task>) => {
    before = before.then(() => (message === "end" ? port.close() : answer(message)));
  });
}
