/**
 * Finished generations on disk, one small JSON file each, so that the history survives a restart. A file that can't be
 * read is reported and left where it is: one bad file never keeps the server from starting.
 */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { GenerationSchema } from "../../shared/contract.ts";
import { writeFileAtomically } from "../files/atomic-file.ts";

const RecordSchema = z.object({
  format: z.literal(1),
  revision: z.number().int(),
  generation: GenerationSchema,
  idempotency: z.object({ key: z.string(), fingerprint: z.string() }).optional(),
});
export type HistoryRecord = Omit<z.infer<typeof RecordSchema>, "format">;

export class GenerationHistory {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(folder: string): Promise<GenerationHistory> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new GenerationHistory(folder);
  }

  /** All records, oldest first; `onBroken` gets the name of each file that is none. */
  async load(onBroken: (name: string) => void): Promise<HistoryRecord[]> {
    const records: HistoryRecord[] = [];
    for (const name of (await readdir(this.folder)).sort()) {
      if (name.endsWith(".tmp")) await rm(join(this.folder, name), { force: true });
      if (!name.endsWith(".json")) continue;
      try {
        records.push(RecordSchema.parse(JSON.parse(await readFile(join(this.folder, name), "utf8"))));
      } catch {
        onBroken(name);
      }
    }
    return records;
  }

  /** @throws AppError storage_full */
  async save(record: HistoryRecord): Promise<void> {
    await writeFileAtomically(this.pathOf(record.generation.id), `${JSON.stringify({ format: 1, ...record })}\n`);
  }

  async remove(id: string): Promise<void> {
    await rm(this.pathOf(id), { force: true });
  }

  private pathOf(id: string): string {
    return join(this.folder, `${id}.json`);
  }
}
