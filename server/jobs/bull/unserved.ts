/**
 * Jobs that wait for packs which no live worker has: how long has it been so, and their end when it was too long. A line of jobs is
 * watched from the first look at which it had no worker; that memory is this process's.
 */
import { AppError, toProblem } from "../../../shared/problem.ts";
import type { JobBody } from "../job-queue.ts";
import type { BullLines } from "./bull-lines.ts";
import type { Endings } from "./endings.ts";
import type { AboutLine, BullQueueOptions } from "./options.ts";
import type { Records } from "./records.ts";

interface UnservedParts<Body extends JobBody, Request> {
  readonly records: Records<Body, Request>;
  readonly lines: BullLines<Body, Request>;
  readonly endings: Endings<Body, Request>;
}

export class Unserved<Body extends JobBody, Request> {
  readonly #options: BullQueueOptions<Body, Request>;
  readonly #parts: UnservedParts<Body, Request>;
  /** When a line was first seen without a worker, in milliseconds of a clock that only goes on. */
  readonly #since = new Map<string, number>();

  constructor(options: BullQueueOptions<Body, Request>, parts: UnservedParts<Body, Request>) {
    this.#options = options;
    this.#parts = parts;
  }

  /** @returns how many jobs it ended */
  async end(isServed: (packs: readonly string[]) => boolean, awaitMs: number): Promise<number> {
    const client = this.#options.connections.asking;
    const lines = await client.hgetall(this.#parts.records.key("lines"));
    const late = new Set<string>();
    for (const [name, about] of Object.entries(lines)) {
      const { packs } = JSON.parse(about) as AboutLine;
      if (isServed(packs)) this.#since.delete(name);
      else if (performance.now() - this.#sinceOf(name) >= awaitMs) late.add(name);
    }
    if (late.size === 0) return 0;
    let count = 0;
    for (const id of await client.zrange(this.#parts.records.key("queued"), 0, -1))
      if (await this.#endOne(id, late, awaitMs)) count++;
    return count;
  }

  #sinceOf(name: string): number {
    const since = this.#since.get(name) ?? performance.now();
    this.#since.set(name, since);
    return since;
  }

  async #endOne(id: string, late: ReadonlySet<string>, awaitMs: number): Promise<boolean> {
    const { connections, kind, now } = this.#options;
    const { records, lines, endings } = this.#parts;
    const client = connections.asking;
    const record = await records.open(client, id);
    if (record?.holder !== "" || !late.has(record.line)) return false;
    const waitedMs = now() - Date.parse(record.body.createdAt);
    if (waitedMs < awaitMs) return false;
    const message = `expected a worker with the pack of this ${kind.one} within ${Math.round(awaitMs / 1000)} s, got none`;
    const problem = toProblem(new AppError("pack_unavailable", message));
    // One that changed meanwhile is seen at the next look.
    const { revision, body } = record;
    const patch = { state: "failed", problem } as const;
    const { how } = await endings.end(client, { id, revision }, body, patch);
    if (how !== "ended") return false;
    this.#options.onEndedWaiting?.(patch);
    await lines.of(record.line).remove(id);
    return true;
  }
}
