/**
 * Trainings on disk, a folder each: `record.json` (what the client sees, written last and atomically), `examples.json` (what it
 * sent), `previews/` (PNG), log and loss curve of one that published nothing, and while it is open `examples/` and `work/` (what `trainTranslation` reads and writes). A folder
 * without a record is one that a crash left half made or half removed.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError, toProblem } from "../../shared/problem.ts";
import { unknownUpload } from "../../shared/request-sources.ts";
import {
  type Training,
  type TrainingExample,
  type TrainingRequest,
  TrainingRequestSchema,
  TrainingSchema,
} from "../../shared/training.ts";
import { asStorageError, writeFileAtomically } from "../platform/atomic-file.ts";
import { recordFiles } from "../training/run-records.ts";
import { isFinal } from "./job-queue.ts";
import type { HistoryRecord, JobRecords } from "./job-records.ts";

const RecordSchema = z.object({
  format: z.literal(1),
  revision: z.number().int().default(1),
  training: TrainingSchema,
  idempotency: z.object({ key: z.string(), fingerprint: z.string() }).optional(),
});
type TrainingRecord = HistoryRecord<Training, TrainingRequest>;

const recordFile = "record.json";
const examplesFile = "examples.json";

/** Brings an upload to a path; false when it is not here. */
export type PlaceUpload = (digest: string, path: string) => Promise<boolean>;

export class TrainingFolders implements JobRecords<Training, TrainingRequest> {
  readonly #home: string;

  private constructor(home: string) {
    this.#home = home;
  }

  static async open(home: string): Promise<TrainingFolders> {
    await mkdir(home, { recursive: true, mode: 0o700 });
    return new TrainingFolders(home);
  }

  pathOf(id: string, ...parts: readonly string[]): string {
    return join(this.#home, id, ...parts);
  }

  /**
   * All records, oldest first; `onBroken` gets the id of each that can't be read, which is left as it is. What a crash left of an
   * ended training goes; an open one whose examples can't be read has ended as failed.
   */
  async load(onBroken: (id: string) => void): Promise<TrainingRecord[]> {
    const records: TrainingRecord[] = [];
    for (const id of (await readdir(this.#home)).sort()) {
      if (!existsSync(this.pathOf(id, recordFile))) {
        await rm(this.pathOf(id), { recursive: true, force: true });
        continue;
      }
      try {
        records.push(await this.#read(id));
      } catch {
        onBroken(id);
      }
    }
    return records;
  }

  async #read(id: string): Promise<TrainingRecord> {
    const text = await readFile(this.pathOf(id, recordFile), "utf8");
    const { format: _, training: body, ...about } = RecordSchema.parse(JSON.parse(text));
    if (isFinal(body)) {
      await this.free(id);
      return { ...about, body };
    }
    const examples = await this.#examplesOf(id).catch(() => undefined);
    if (examples) return { ...about, body, request: { ...body.request, examples } };
    const message = "examples: expected those that were sent, got none that can be read on the disk";
    const problem = toProblem(new AppError("dataset_invalid", message));
    const progress = { ...body.progress, stage: "finished" as const };
    const finishedAt = new Date().toISOString();
    const failed: TrainingRecord = { ...about, body: { ...body, state: "failed", problem, progress, finishedAt } };
    await this.save(failed);
    return failed;
  }

  /** @throws AppError storage_full; nothing is left then */
  async create(record: TrainingRecord): Promise<void> {
    const { id } = record.body;
    try {
      await mkdir(this.pathOf(id, "previews"), { recursive: true, mode: 0o700 });
      await writeFileAtomically(this.pathOf(id, examplesFile), JSON.stringify(record.request?.examples ?? []));
      await this.save(record);
    } catch (error) {
      await this.remove(id).catch(() => undefined);
      throw asStorageError(error);
    }
  }

  /** @throws AppError storage_full */
  async save({ body, revision, idempotency }: TrainingRecord): Promise<void> {
    const record = { format: 1, revision, training: body, ...(idempotency && { idempotency }) };
    await writeFileAtomically(this.pathOf(body.id, recordFile), `${JSON.stringify(record)}\n`);
  }

  async #examplesOf(id: string): Promise<TrainingExample[]> {
    return TrainingRequestSchema.shape.examples.parse(
      JSON.parse(await readFile(this.pathOf(id, examplesFile), "utf8")),
    );
  }

  /**
   * Makes the folder of captioned images that a training reads; one that is there is kept.
   * @throws AppError image_unknown, storage_full
   */
  async placeExamples(id: string, examples: readonly TrainingExample[], place: PlaceUpload): Promise<string> {
    const folder = this.pathOf(id, "examples");
    if (!existsSync(folder))
      await this.#placeIn(folder, examples, place).catch((error: unknown) => {
        throw asStorageError(error);
      });
    return folder;
  }

  async #placeIn(folder: string, examples: readonly TrainingExample[], place: PlaceUpload): Promise<void> {
    const half = `${folder}.half`;
    await rm(half, { recursive: true, force: true });
    await mkdir(half, { recursive: true });
    const lines: string[] = [];
    for (const [index, { image, captions, style }] of examples.entries()) {
      const file = fileOf(index);
      if (!(await place(image, join(half, file)))) throw unknownUpload(`examples.${index}.image`, image);
      for (const caption of captions) lines.push(JSON.stringify({ file, caption, style }));
    }
    await writeFileAtomically(join(half, "captions.jsonl"), `${lines.join("\n")}\n`);
    await rename(half, folder);
  }

  async savePreview(id: string, step: number, index: number, png: Uint8Array): Promise<void> {
    await writeFileAtomically(this.pathOf(id, "previews", `${step}-${index}.png`), png);
  }

  /** The PNG, or undefined when there is none. */
  async readPreview(id: string, step: number, index: number): Promise<Uint8Array | undefined> {
    return readFile(this.pathOf(id, "previews", `${step}-${index}.png`)).catch(() => undefined);
  }

  /** Keeps log and loss curve of a run that published nothing, from its folder. @throws AppError storage_full */
  async keepRecords(id: string, from: string): Promise<void> {
    for (const file of recordFiles) await writeFileAtomically(this.pathOf(id, file), await readFile(join(from, file)));
  }

  /** Removes all that only an open training needs. */
  async free(id: string): Promise<void> {
    for (const name of ["work", "examples", "examples.half", examplesFile])
      await rm(this.pathOf(id, name), { recursive: true, force: true });
  }

  /** Removes a training: the record first, so that a crash in between leaves what the next start removes. */
  async remove(id: string): Promise<void> {
    await rm(this.pathOf(id, recordFile), { force: true });
    await rm(this.pathOf(id), { recursive: true, force: true });
  }
}

/** Sorts as the examples do. The name says PNG whatever the bytes are: they alone decide how an image is read. */
const fileOf = (index: number): string => `${String(index).padStart(5, "0")}.png`;

/** Folders with what a client calls them, in the order in which they are looked for. */
export type FolderNames = ReadonlyArray<readonly [folder: string, name: string]>;

/** Names of files and folders in a message as the request's fields and names. */
export const inRequestTerms = (message: string, names: FolderNames): string =>
  names
    .reduce((text, [folder, name]) => text.replaceAll(folder, name), message)
    .replace(/\b(\d{5})\.png\b/g, (_, index: string) => `examples.${Number(index)}`);
