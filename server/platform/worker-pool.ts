/**
 * Threads of our own that do one task after another, about one a core. The runtime's run holds the thread that calls it, and its own threads
 * share out one small operator at a time; whole pieces of work are shared out better, and the JavaScript around the runs with them.
 * The other half, what a thread does, is `serveTasks`.
 */
import { availableParallelism } from "node:os";
import { type MessagePort, parentPort, type TransferListItem, type Worker } from "node:worker_threads";
import { AppError, type ProblemCode } from "../../shared/problem.ts";
import { deserialize, type SerializedError, serialize } from "./serialized-error.ts";

/** A thread is told a task, or to end, and answers each task with one of these; the number is the task's. */
type Message<Task> = { readonly task: Task; readonly number: number } | "end";
type Answer<Result> = { readonly number: number } & ({ readonly result: Result } | { readonly fault: SerializedError });

export class WorkerPool<Task, Result> {
  readonly size: number;
  readonly #start: (member: number) => Worker;
  readonly #endedAs: (cause: unknown) => AppError;
  readonly #members: Worker[];
  readonly #tasksEach: number;
  /** Tasks that each member was given, or that are on their way to it. */
  readonly #given: number[];
  readonly #waiting: Array<(member: number) => void> = [];
  #asked = 0;
  #isClosed = false;

  /**
   * @param start starts the thread of a member, which calls `serveTasks`
   * @param endedAs the fault of a task whose thread ended, by itself or by `close`
   * @param tasksEach that a member may have at once, though it does one after the other: with two it need not wait for a caller who is busy
   */
  constructor(
    size: number,
    start: (member: number) => Worker,
    endedAs: (cause: unknown) => AppError,
    { tasksEach = 1 }: { readonly tasksEach?: number } = {},
  ) {
    this.size = size;
    this.#start = start;
    this.#endedAs = endedAs;
    this.#members = Array.from({ length: size }, (_, member) => this.#begin(member));
    this.#tasksEach = tasksEach;
    this.#given = new Array<number>(size).fill(0);
  }

  /**
   * Has a task done by the member that has the fewest, or the first that may have one more. A member that has ended is replaced.
   * @param transfer buffers that the task gives away
   * @throws the fault of the member, with its code
   */
  async run(task: Task, transfer: readonly TransferListItem[] = []): Promise<Result> {
    const member = this.#freest() ?? (await new Promise<number>((resolve) => this.#waiting.push(resolve)));
    try {
      return await this.#askMember(member, task, transfer);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(member);
      else this.#given[member]! -= 1;
    }
  }

  /** The member with the fewest tasks, counted as given one more; undefined when all have as many as they may. */
  #freest(): number | undefined {
    const fewest = Math.min(...this.#given);
    if (fewest >= this.#tasksEach) return undefined;
    const member = this.#given.indexOf(fewest);
    this.#given[member] = fewest + 1;
    return member;
  }

  /** The same task for every member, before any other: has them open what they need. */
  async openAll(task: Task): Promise<void> {
    await Promise.all(this.#members.map((_, member) => this.#askMember(member, task, [])));
  }

  /** Members end after the tasks that they have: a thread that is ended within the runtime takes the whole process with it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#members.map(ending));
  }

  #begin(member: number): Worker {
    const worker = this.#start(member);
    // An error that nobody waits for must not end the process; the next task finds the thread gone.
    worker.on("error", () => undefined);
    // Idle threads hold no process; who waits for an answer does.
    worker.unref();
    return worker;
  }

  #askMember(member: number, task: Task, transfer: readonly TransferListItem[]): Promise<Result> {
    if (this.#members[member]!.threadId === -1 && !this.#isClosed) this.#members[member] = this.#begin(member);
    const worker = this.#members[member]!;
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw this.#endedAs(undefined);
      const number = this.#asked++;
      let cause: unknown;
      const settle = (act: () => void): void => {
        worker.off("message", onMessage).off("messageerror", onUnreadable).off("error", onError).off("exit", onExit);
        // Whoever closes the team waits for its threads; another task of the member is still listened for.
        if (worker.listenerCount("message") === 0 && !this.#isClosed) worker.unref();
        act();
      };
      const onMessage = (answer: Answer<Result>): void => {
        if (answer.number === number)
          settle(() => ("fault" in answer ? reject(deserialize(answer.fault)) : resolve(answer.result)));
      };
      const onUnreadable = (error: unknown): void => settle(() => reject(this.#endedAs(error)));
      // Followed by its exit; until then the thread looks as if it could take another task.
      const onError = (error: unknown): void => {
        cause = error;
      };
      const onExit = (): void => settle(() => reject(this.#endedAs(cause)));
      worker.on("message", onMessage).on("messageerror", onUnreadable).on("error", onError).on("exit", onExit).ref();
      try {
        worker.postMessage({ task, number } satisfies Message<Task>, transfer);
      } catch (error) {
        settle(() => reject(error));
      }
    });
  }
}

/** The fault of a task whose thread ended. @param what begins its message */
export const endedAs =
  (code: ProblemCode, what: string) =>
  (cause: unknown): AppError =>
    new AppError(
      code,
      `${what}: a thread ended before its work${cause instanceof Error ? ` (${cause.message})` : ""}`,
      { cause },
    );

/** Cores that work may have. @param threads as it was asked for; 0 = all */
export const coresOf = (threads: number): number => (threads === 0 ? availableParallelism() : threads);

/**
 * Members for so many cores: one a core, `most` at most, and no more than half of the memory that is free has room for.
 * @param bytes what a member takes at most
 */
export const membersFor = (cores: number, most: number, bytes: number): number =>
  Math.max(1, Math.min(most, cores, Math.floor(process.availableMemory() / 2 / bytes)));

/** Tells a member to end, and waits until it has; one that is gone already has. */
function ending(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    if (worker.threadId === -1) return resolve();
    worker.once("exit", () => resolve()).ref();
    worker.postMessage("end" satisfies Message<never>);
  });
}

/** What a member gives for a task, and which buffers of it may go along without a copy. */
export interface Done<Result> {
  readonly result: Result;
  readonly transfer?: readonly TransferListItem[];
}

/**
 * The body of a member's thread: opens what tasks need and does one after the other, until it is told to end.
 * @param open a fault of it is the fault of every task
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
  // Whatever comes waits for what came before, the opening first: nothing may run in the runtime when the thread ends.
  let before: Promise<unknown> = open.catch(() => undefined);
  port.on("message", (message: Message<Task>) => {
    before = before.then(() => (message === "end" ? port.close() : answer(message)));
  });
}
