/** Ends jobs of the queue server, drops finished ones that are too many, and lists stored bytes that no job names any more. */
import { endedBody } from "../job-bodies.ts";
import type { JobBody } from "../job-queue.ts";
import type { EndPatch } from "../job-reports.ts";
import type { Connection } from "./connection.ts";
import type { BullQueueOptions } from "./options.ts";
import type { Records } from "./records.ts";
import * as scripts from "./scripts.ts";

/**
 * `gone`: there is no such job; `lost`: it has an end, or another worker has it; `changed`: try again with the record as it is now;
 * `committing`: its worker is writing the results, so wait for the next revision.
 */
type How = "ended" | "gone" | "lost" | "changed" | "committing";

export class Endings<Body extends JobBody, Request> {
  readonly #options: BullQueueOptions<Body, Request>;
  readonly #records: Records<Body, Request>;

  constructor(options: BullQueueOptions<Body, Request>, records: Records<Body, Request>) {
    this.#options = options;
    this.#records = records;
  }

  /**
   * @param holder token of the worker that ends the job; "" = a process that does not hold it, as for a cancel
   * @param revision of the record that `body` was read from; "" = the holder's, which nobody else changes
   * @returns how it went, and what the job is if it ended
   */
  async end(
    client: Connection,
    {
      id,
      holder = "",
      revision = "",
    }: { readonly id: string; readonly holder?: string; readonly revision?: number | "" },
    body: Body,
    patch: EndPatch,
  ): Promise<{ readonly how: How; readonly ended: Body }> {
    const { kind, now } = this.#options;
    const ended = endedBody(kind, body, patch, now());
    const files = this.#records.filesOf(ended);
    const args = [id, holder, revision, this.#records.textOf(ended), files, Date.parse(ended.finishedAt!)];
    const [how, ...released] = (await scripts.end.run(client, this.#records.prefix, ...args)) as [How, ...string[]];
    this.release(released);
    if (how === "ended") await this.#trim(client, id);
    return { how, ended };
  }

  release(digests: readonly string[]): void {
    for (const sha256 of digests) this.#options.onForgotten?.(sha256);
  }

  async #trim(client: Connection, latest: string): Promise<void> {
    const { historyMax, historyMaxBytes = "", historyMaxAgeMs, now } = this.#options;
    const before = historyMaxAgeMs === undefined ? "" : now() - historyMaxAgeMs;
    for (let dropped = 1; dropped > 0; ) {
      const args = [latest, historyMax, historyMaxBytes, before];
      const [ids, released] = (await scripts.trim.run(client, this.#records.prefix, ...args)) as [string[], string[]];
      dropped = ids.length;
      this.release(released);
    }
  }
}
