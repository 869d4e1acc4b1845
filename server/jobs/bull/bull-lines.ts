/**
 * The lines of one kind of job: the place of each job. A job keeps its place when its process dies while adding it, and gets it back when
 * its worker is lost.
 */
import { waitingBody } from "../job-bodies.ts";
import type { JobBody } from "../job-queue.ts";
import { BullLine } from "./bull-line.ts";
import type { Endings } from "./endings.ts";
import type { AboutLine, BullQueueOptions } from "./options.ts";
import type { Records } from "./records.ts";
import * as scripts from "./scripts.ts";

export class BullLines<Body extends JobBody, Request> {
  readonly #options: BullQueueOptions<Body, Request>;
  readonly #records: Records<Body, Request>;
  readonly #endings: Endings<Body, Request>;
  readonly #lines = new Map<string, BullLine>();
  readonly #repairing: ReturnType<typeof setInterval>;
  /** Jobs that ran without a worker at the last look. */
  #lost: ReadonlySet<string> = new Set();

  constructor(
    options: BullQueueOptions<Body, Request>,
    records: Records<Body, Request>,
    endings: Endings<Body, Request>,
  ) {
    this.#options = options;
    this.#records = records;
    this.#endings = endings;
    this.#repairing = setInterval(() => void this.repair().catch(options.onError), options.timings.repairMs);
  }

  of(name: string): BullLine {
    const { prefix, connections, timings, onError } = this.#options;
    let line = this.#lines.get(name);
    if (!line) {
      const onLost = (id: string) => void this.#standAgain(id).catch(onError);
      line = new BullLine({ name, prefix, connections, timings, onError, onLost });
      this.#lines.set(name, line);
    }
    return line;
  }

  /** Those for which this process has the packs; first where the next job waits. */
  async mine(): Promise<Array<{ readonly line: BullLine; readonly isSlow: boolean }>> {
    const { connections, hasPack = () => true } = this.#options;
    // Those last in which, by their records, none waits: of a lost worker one may.
    const all = (await scripts.linesInOrder.run(connections.working, this.#records.prefix)) as Array<[string, string]>;
    return all.flatMap(([name, about]) => {
      const { packs, isSlow } = JSON.parse(about) as AboutLine;
      return packs.every(hasPack) ? [{ line: this.of(name), isSlow }] : [];
    });
  }

  /**
   * Jobs that run wait again where their worker was lost and no other one looks for its jobs, and jobs that wait stand in line where their
   * process died while it added them.
   */
  async repair(): Promise<void> {
    const { onError } = this.#options;
    const lost = (await this.#unlined("running")).map(([id]) => id);
    // At the second look: before that a worker of their line finds them. One that can't be read keeps no other one back.
    for (const id of lost) if (this.#lost.has(id)) await this.#standAgain(id).catch(onError);
    this.#lost = new Set(lost);
    for (const [id, line, place] of await this.#unlined("queued")) await this.of(line).add(id, Number(place));
  }

  async close(): Promise<void> {
    clearInterval(this.#repairing);
    await Promise.all([...this.#lines.values()].map((line) => line.close().catch(this.#options.onError)));
  }

  async #unlined(state: "queued" | "running"): Promise<Array<[id: string, line: string, place: string]>> {
    const { connections, prefix } = this.#options;
    const found = await scripts.unlined.run(connections.asking, this.#records.prefix, prefix, state);
    return found as Array<[string, string, string]>;
  }

  /** A job whose worker was lost waits again, in its old place. */
  async #standAgain(id: string): Promise<void> {
    const client = this.#options.connections.working;
    for (let how = "changed"; how === "changed" || how === "lost"; ) {
      const record = await this.#records.open(client, id);
      if (!record) return;
      const line = this.of(record.line);
      // Its worker found out first; BullMQ puts what is lost before all others.
      if (record.holder === "") return line.restore(id, record.place);
      const text = this.#records.textOf(waitingBody(this.#options.kind, record.body));
      const args = [id, record.holder, record.revision, text, 0, line.lockOf(id)];
      let released: string[];
      [how = "", ...released] = (await scripts.putBack.run(client, this.#records.prefix, ...args)) as string[];
      this.#endings.release(released);
      if (how === "queued") await line.restore(id, record.place);
    }
  }
}
