/** The working side of a process: takes jobs of the lines that it can work for, and holds them until they end or go back. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { limits } from "../../../shared/limits.ts";
import { AppError, toProblem } from "../../../shared/problem.ts";
import { createSemaphore } from "../../platform/semaphore.ts";
import { runningBody } from "../job-bodies.ts";
import type { Job, JobBody } from "../job-queue.ts";
import type { Hold } from "./bull-line.ts";
import type { BullLines } from "./bull-lines.ts";
import type { Endings } from "./endings.ts";
import type { News } from "./followers.ts";
import { HeldJob } from "./held-job.ts";
import type { BullQueueOptions } from "./options.ts";
import type { Records } from "./records.ts";
import { begin } from "./scripts.ts";

interface TakerParts<Body extends JobBody, Request> {
  readonly records: Records<Body, Request>;
  readonly lines: BullLines<Body, Request>;
  readonly endings: Endings<Body, Request>;
}

export class Taker<Body extends JobBody, Request> {
  readonly #options: BullQueueOptions<Body, Request>;
  readonly #parts: TakerParts<Body, Request>;
  /** A job that this process lost may be here twice, with the hold that was lost and its next one. */
  readonly #held = new Set<HeldJob<Body, Request>>();
  readonly #slow = new Set<HeldJob<Body, Request>>();
  /** One look for a job at a time, whoever waits. */
  readonly #inTurn = createSemaphore(1);
  #wake: () => void = () => undefined;
  #isClosed = false;
  /** Ends the wait for a look that is not answered. */
  #giveUp: () => void = () => undefined;

  constructor(options: BullQueueOptions<Body, Request>, parts: TakerParts<Body, Request>) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Undefined once it is closed. */
  take(): Promise<Job<Body, Request> | undefined> {
    return this.#inTurn(async () => {
      while (!this.#isClosed) {
        // Before the look: what is added meanwhile ends the pause.
        const pause = this.#pause();
        const job = await this.#look();
        if (job) return job;
        await pause;
      }
      return undefined;
    });
  }

  /** Looks for jobs of lost workers from now on, also while it takes none. */
  async watch(): Promise<void> {
    for (const { line } of await this.#parts.lines.mine()) await line.watch();
  }

  /** Resolves when everything that was reported is on the server. */
  async flush(): Promise<void> {
    await Promise.all([...this.#held].map((held) => held.flush()));
  }

  /** Renews no hold any more. @returns ids of the jobs that it had */
  letGo(): string[] {
    for (const held of this.#held) held.stopRenewing();
    return [...this.#held].map(({ job }) => job.id);
  }

  hear({ what, id }: News): void {
    if (what === "queued") this.#wake();
    if (what !== "ended") return;
    for (const held of this.#held) if (held.job.id === id) void held.check().catch(this.#options.onError);
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
    // While the server is away a look has no end.
    void sleep(limits.queueCommandMs, undefined, { ref: false }).then(() => this.#giveUp());
  }

  /** A job, or undefined where there is none now, or where no answer came before it was given up. */
  #look(): Promise<Job<Body, Request> | undefined> {
    return new Promise((resolve) => {
      let isGivenUp = false;
      this.#giveUp = () => {
        isGivenUp = true;
        resolve(undefined);
      };
      this.#takeNow()
        // Nobody waits for it any more.
        .then((job) => (isGivenUp ? job?.putBack() : resolve(job)))
        .catch((error: unknown) => {
          // Where it is given up the connection has been closed, and a hold that stays ends by itself.
          if (!isGivenUp) this.#options.onError(error);
          resolve(undefined);
        });
    });
  }

  async #takeNow(): Promise<Job<Body, Request> | undefined> {
    const { slowParallelMax = Number.POSITIVE_INFINITY } = this.#options;
    for (const { line, isSlow } of await this.#parts.lines.mine()) {
      if (isSlow && this.#slow.size >= slowParallelMax) continue;
      for (let hold = await line.take(randomUUID()); hold; hold = await line.take(randomUUID())) {
        const job = await this.#begin(hold, isSlow);
        if (job) return job;
      }
    }
    return undefined;
  }

  /** Undefined for a job that has ended. */
  async #begin(hold: Hold, isSlow: boolean): Promise<Job<Body, Request> | undefined> {
    const { kind, connections, timings, now } = this.#options;
    const { records, endings } = this.#parts;
    const client = connections.working;
    const { id, token } = hold;
    for (;;) {
      const record = await records.open(client, id);
      if (!record) {
        await hold.release();
        return undefined;
      }
      const { startCount, revision } = record;
      if (startCount >= (kind.startsMax ?? Number.POSITIVE_INFINITY)) {
        const message = `expected a worker that outlives this ${kind.one}, got ${startCount} that ended while it ran`;
        const problem = toProblem(new AppError("inference_crashed", message));
        await endings.end(client, { id, revision }, record.body, { state: "failed", problem });
        continue;
      }
      const body = runningBody(kind, record.body);
      const args = [id, token, records.textOf(body), revision];
      const [how, ...released] = (await begin.run(client, records.prefix, ...args)) as string[];
      endings.release(released);
      if (how !== "begun") continue;
      const held: HeldJob<Body, Request> = new HeldJob(hold, record, body, {
        ...{ kind, client, now, records, endings, timings },
        onGone: () => {
          this.#held.delete(held);
          this.#slow.delete(held);
          // A slow job may have waited for it.
          this.#wake();
        },
      });
      this.#held.add(held);
      if (isSlow) this.#slow.add(held);
      return held.job;
    }
  }

  /** Resolves when there may be a job to take. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#options.timings.lookMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
