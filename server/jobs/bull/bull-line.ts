/**
 * One line of BullMQ: jobs that the same workers can do, in the order of their places. Of a job BullMQ keeps the id alone, who has
 * it, and until when: what a worker that was lost had goes to another one. The only importer of bullmq.
 */
import { type Job as BullJob, Queue, Worker } from "bullmq";
import type { Connections } from "./connection.ts";

export interface LineTimings {
  /** A worker that does not renew its hold for so long has lost the job, in milliseconds. */
  readonly holdMs: number;
  /** Time between two looks for such jobs; a job is another's after `holdMs` and two of these at the latest. */
  readonly lostCheckMs: number;
}

export interface LineOptions {
  readonly name: string;
  /** Of all keys of BullMQ. */
  readonly prefix: string;
  readonly connections: Pick<Connections, "asking" | "working">;
  readonly timings: LineTimings;
  /** A job stands in line again because its worker was lost. */
  readonly onLost: (id: string) => void;
  readonly onError: (error: unknown) => void;
}

/** A job in the hands of this process. */
export interface Hold {
  readonly id: string;
  readonly token: string;
  /** False when another worker has it, or will. */
  renew(): Promise<boolean>;
  /** Takes the job out of the line. */
  release(): Promise<void>;
  /** Puts it back to its place. */
  putBack(): Promise<void>;
}

/** BullMQ takes no id of digits alone. */
const bullId = (id: string): string => `job-${id}`;

export class BullLine {
  readonly #options: LineOptions;
  readonly #queue: Queue;
  #worker: Promise<Worker> | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
    const { name, prefix, connections, onError } = options;
    this.#queue = new Queue(name, {
      connection: connections.asking,
      prefix,
      skipWaitingForReady: true,
      // It asks once, and a queue whose question failed never works again.
      skipVersionCheck: true,
      streams: { events: { maxLen: 100 } },
    });
    this.#queue.on("error", onError);
  }

  /** Without effect for a job that stands in line. @param place from 1; the smallest is the next */
  async add(id: string, place: number): Promise<void> {
    const options = { jobId: bullId(id), priority: place, removeOnComplete: true, removeOnFail: true };
    await this.#queue.add("job", {}, options);
  }

  /** Takes a job out that no worker has. */
  async remove(id: string): Promise<void> {
    await this.#queue.remove(bullId(id));
  }

  /** Gives a job its place again that stands before all others. */
  async restore(id: string, place: number): Promise<void> {
    const job = await this.#queue.getJob(bullId(id));
    await job?.changePriority({ priority: place });
  }

  /** Key of the lock of a job that a worker has. */
  lockOf(id: string): string {
    return `${this.#options.prefix}:${this.#options.name}:${bullId(id)}:lock`;
  }

  /** The next job, if any waits. @param token names this hold, and no other */
  async take(token: string): Promise<Hold | undefined> {
    const worker = await this.#workerOf();
    const job = (await worker.getNextJob(token, { block: false })) as BullJob | undefined;
    return job && this.#holdOf(job, token);
  }

  async close(): Promise<void> {
    await Promise.all([this.#worker?.then((worker) => worker.close(true)), this.#queue.close()]);
  }

  /** Looks for jobs of lost workers from now on. */
  async watch(): Promise<void> {
    await this.#workerOf();
  }

  #workerOf(): Promise<Worker> {
    this.#worker ??= this.#startWorker();
    return this.#worker;
  }

  async #startWorker(): Promise<Worker> {
    const { name, prefix, connections, timings, onLost, onError } = this.#options;
    const worker = new Worker(name, null, {
      connection: connections.working,
      prefix,
      skipVersionCheck: true,
      autorun: false,
      lockDuration: timings.holdMs,
      stalledInterval: timings.lostCheckMs,
      // How often a job may be tried is its record's to know.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    worker.on("error", onError);
    worker.on("stalled", (id) => onLost(id.replace(/^job-/, "")));
    await worker.startStalledCheckTimer();
    return worker;
  }

  #holdOf(job: BullJob, token: string): Hold {
    const { holdMs } = this.#options.timings;
    // The record says that a hold was lost; BullMQ throws.
    const ignore = (): undefined => undefined;
    return {
      id: job.id!.replace(/^job-/, ""),
      token,
      renew: () =>
        job.extendLock(token, holdMs).then(
          (renewed) => renewed === 1,
          () => false,
        ),
      release: () => job.moveToCompleted(null, token, false).then(ignore, ignore),
      putBack: () => job.moveToWait(token).then(ignore, ignore),
    };
  }
}
