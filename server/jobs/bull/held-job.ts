/**
 * A job of the queue server as its worker has it. Its body is here. The newest state alone is written to the server, no more often than a
 * follower sees, so that neither a slow network nor a fast job costs much. Each write says whether the job still is this worker's.
 */
import { AppError } from "../../../shared/problem.ts";
import { waitingBody } from "../job-bodies.ts";
import type { JobKind } from "../job-kinds.ts";
import type { Job, JobBody, JobOutcome } from "../job-queue.ts";
import { patchOf, reportsOf } from "../job-reports.ts";
import type { Hold } from "./bull-line.ts";
import type { Connection } from "./connection.ts";
import type { Endings } from "./endings.ts";
import type { BullTimings } from "./options.ts";
import type { OpenRecord, Records } from "./records.ts";
import { beginCommit, change, putBack, rollBackCommit } from "./scripts.ts";

export interface HeldJobDeps<Body extends JobBody, Request> {
  readonly kind: JobKind<Body, Request>;
  readonly records: Records<Body, Request>;
  /** Waits while the server is away. */
  readonly client: Connection;
  readonly timings: Pick<BullTimings, "holdMs" | "reportMs" | "progressMs">;
  readonly now: () => number;
  readonly endings: Endings<Body, Request>;
  /** The job has left this worker. */
  readonly onGone: () => void;
}

export class HeldJob<Body extends JobBody, Request> {
  readonly job: Job<Body, Request>;
  readonly #deps: HeldJobDeps<Body, Request>;
  readonly #hold: Hold;
  readonly #abort = new AbortController();
  readonly #reserved = new Set<string>();
  readonly #renewal: ReturnType<typeof setInterval>;
  #body: Body;
  #isDirty = false;
  /** An image came since the last write. */
  #hasNewImage = false;
  #writing: Promise<void> | undefined;
  #writtenAt = performance.now();
  /** Those who wait for all to be written. */
  #hurried = 0;
  #endPause: () => void = () => undefined;

  constructor(hold: Hold, record: OpenRecord<Body, Request>, body: Body, deps: HeldJobDeps<Body, Request>) {
    this.#deps = deps;
    this.#hold = hold;
    this.#body = body;
    this.#renewal = setInterval(() => void this.check().catch(() => undefined), deps.timings.holdMs / 3);
    const held = this;
    const reports = reportsOf(deps.kind, {
      get body() {
        return held.#body;
      },
      change: (patch) => held.#change(patch),
    });
    this.job = {
      id: hold.id,
      request: record.request,
      signal: this.#abort.signal,
      get body() {
        return held.#body;
      },
      ...reports,
      reportFindings: (findings) => this.#change(findings as Partial<Body>),
      reserve: (sha256) => {
        this.#reserved.add(sha256);
        this.#change({});
      },
      beginCommit: async () => (await beginCommit.run(deps.client, deps.records.prefix, hold.id, hold.token)) === 1,
      rollBackCommit: () => void this.#rollBackCommit().catch(() => undefined),
      finish: (outcome) => this.#finish(outcome),
      putBack: () => this.#putBack(-1),
    };
  }

  /** Renews the hold; a job that is lost or has ended is aborted. */
  async check(): Promise<void> {
    const { client, records } = this.#deps;
    const [isRenewed, holder] = await Promise.all([
      this.#hold.renew(),
      client.hget(records.key(`job:${this.#hold.id}`), "holder"),
    ]);
    if (!isRenewed || holder !== this.#hold.token) this.#lose();
  }

  /** For a process that goes: the hold ends by itself, and another worker takes the job. */
  stopRenewing(): void {
    clearInterval(this.#renewal);
  }

  /** Resolves when everything that was reported is on the server. */
  async flush(): Promise<void> {
    this.#hurried++;
    this.#endPause();
    while (this.#writing) await this.#writing;
    this.#hurried--;
  }

  #change(patch: Partial<Body> | Partial<JobBody>): void {
    if (this.#abort.signal.aborted) return;
    this.#body = { ...this.#body, ...patch };
    this.#isDirty = true;
    if (patch.images?.length) {
      this.#hasNewImage = true;
      this.#endPause();
    }
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    const { client, records, endings } = this.#deps;
    for (;;) {
      await this.#pause();
      if (!this.#isDirty || this.#abort.signal.aborted) return;
      this.#isDirty = false;
      this.#hasNewImage = false;
      const files = records.filesOf(this.#body, this.#reserved);
      const { id, token } = this.#hold;
      const args = [id, token, records.textOf(this.#body), files];
      const [how, ...released] = (await change
        .run(client, records.prefix, ...args)
        // The server takes no write now: the next report is tried, and the end. Whether the hold is lost its renewal says.
        .catch(() => ["left out"])) as string[];
      this.#writtenAt = performance.now();
      if (how === "lost") return this.#lose();
      endings.release(released);
    }
  }

  /** Resolves when the last write is a while ago, less of one where an image waits, or when someone waits for the next write. */
  async #pause(): Promise<void> {
    const { reportMs, progressMs } = this.#deps.timings;
    for (;;) {
      const ms = this.#writtenAt + (this.#hasNewImage ? reportMs : progressMs) - performance.now();
      if (ms <= 0 || this.#hurried > 0 || !this.#isDirty || this.#abort.signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #lose(): void {
    clearInterval(this.#renewal);
    this.#abort.abort(new AppError("cancelled", `the ${this.#deps.kind.one} was cancelled, or is another worker's`));
    this.#endPause();
  }

  async #finish(outcome: JobOutcome<Body>): Promise<Body> {
    const { client, records, endings } = this.#deps;
    const { id, token } = this.#hold;
    // Its failure is the loss of the hold, for which the job is not to blame: unless it has ended it waits for another worker.
    if (this.#abort.signal.aborted && outcome.state === "failed") {
      await this.#putBack(0);
      return (await records.get(client, id))?.body ?? this.#body;
    }
    return this.#leaving(async () => {
      const { how, ended } = await endings.end(client, { id, holder: token }, this.#body, patchOf(outcome));
      await this.#hold.release();
      if (how === "ended") return ended;
      // The first end counts, and another worker's may be still to come.
      return (await records.get(client, id))?.body ?? this.#body;
    });
  }

  /** @param starts change of the count of workers that began the job */
  async #putBack(starts: -1 | 0): Promise<void> {
    const { client, records, kind, endings } = this.#deps;
    const { id, token } = this.#hold;
    await this.#leaving(async () => {
      const text = records.textOf(waitingBody(kind, this.#body));
      const args = [id, token, "", text, starts, ""];
      const [, ...released] = (await putBack.run(client, records.prefix, ...args)) as string[];
      endings.release(released);
      // A job that has ended leaves its line, any other one waits in it. A hold that is another worker's by now stays as it is.
      await ((await records.open(client, id)) ? this.#hold.putBack() : this.#hold.release());
    });
  }

  /** Does what is last, after all reports. Whatever comes of it the job leaves this worker: a hold that stays ends by itself. */
  async #leaving<T>(last: () => Promise<T>): Promise<T> {
    this.#isDirty = false;
    try {
      await this.flush();
      return await last();
    } finally {
      clearInterval(this.#renewal);
      this.#deps.onGone();
    }
  }

  /** After what was reported before: a cancel that waits for it keeps that. */
  async #rollBackCommit(): Promise<void> {
    const { client, records } = this.#deps;
    await this.flush();
    await rollBackCommit.run(client, records.prefix, this.#hold.id, this.#hold.token);
  }
}
