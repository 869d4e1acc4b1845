/**
 * Finished jobs of one kind on disk, one small JSON file each, so that the history survives a restart. A file that can't be
 * read is reported and left where it is: one bad file never keeps the server from starting.
 */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../platform/atomic-file.ts";
import type { JobKind } from "./job-kinds.ts";
import type { JobBody } from "./job-queue.ts";
import type { HistoryRecord, JobRecords } from "./job-records.ts";

const RecordSchema = z.looseObject({
  format: z.literal(1),
  revision: z.number().int(),
  idempotency: z.object({ key: z.string(), fingerprint: z.string() }).optional(),
});

export class JobHistory<Body extends JobBody> implements JobRecords<Body> {
  readonly #folder: string;
  readonly #kind: Pick<JobKind<Body>, "one" | "schema">;

  private constructor(folder: string, kind: Pick<JobKind<Body>, "one" | "schema">) {
    this.#folder = folder;
    this.#kind = kind;
  }

  static async open<Body extends JobBody>(folder: string, kind: JobKind<Body>): Promise<JobHistory<Body>> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new JobHistory(folder, kind);
  }

  /** All records, oldest first; `onBroken` gets the name of each file that is none. */
  async load(onBroken: (name: string) => void): Promise<HistoryRecord<Body>[]> {
    const records: HistoryRecord<Body>[] = [];
    for (const name of (await readdir(this.#folder)).sort()) {
      if (name.endsWith(".tmp")) await rm(join(this.#folder, name), { force: true });
      if (!name.endsWith(".json")) continue;
      try {
        records.push(this.#parse(JSON.parse(await readFile(join(this.#folder, name), "utf8"))));
      } catch {
        onBroken(name);
      }
    }
    return records;
  }

  /** @throws AppError storage_full */
  async save({ revision, body, idempotency }: HistoryRecord<Body>): Promise<void> {
    const record = { format: 1, revision, [this.#kind.one]: body, ...(idempotency && { idempotency }) };
    await writeFileAtomically(this.#pathOf(body.id), `${JSON.stringify(record)}\n`);
  }

  async remove(id: string): Promise<void> {
    await rm(this.#pathOf(id), { force: true });
  }

  #parse(value: unknown): HistoryRecord<Body> {
    const { revision, idempotency, ...rest } = RecordSchema.parse(value);
    const body = this.#kind.schema.parse(rest[this.#kind.one]);
    return { revision, body, ...(idempotency && { idempotency }) };
  }

  #pathOf(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}
