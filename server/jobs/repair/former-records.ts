/**
 * Takes over the data folder of a version up to 0.17, which kept each job as a JSON file: all jobs come into the database in one
 * transaction, then their files go. A crash in between takes over again what is there already, once. A file that can't be read is
 * reported and left where it is: one bad file never keeps the server from starting.
 */
import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Training, type TrainingRequest, TrainingRequestSchema } from "../../../shared/contract/training.ts";
import { AppError, toProblem } from "../../../shared/problem.ts";
import { type JobKind, trainingKind } from "../job-kinds.ts";
import { isFinal, type JobBody } from "../job-queue.ts";
import type { StoredJob } from "../local/job-store.ts";
import type { SqliteStore } from "../local/sqlite-store.ts";

const RecordSchema = z.looseObject({
  format: z.literal(1),
  revision: z.number().int().default(1),
  idempotency: z.object({ key: z.string(), fingerprint: z.string() }).optional(),
});

interface FormerRecord<Body extends JobBody, Request> {
  /** What is reported of one that can't be read. */
  readonly name: string;
  /** What goes when its job is in the database. */
  readonly files: readonly string[];
  read(): Promise<StoredJob<Body, Request>>;
}

/** Records of generations or upscales, a file each. */
export async function recordFiles<Body extends JobBody>(
  folder: string,
  kind: JobKind<Body>,
): Promise<FormerRecord<Body, Body["request"]>[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      return { name, files: [path], read: async () => await readRecord(path, kind) };
    });
}

/** Records of trainings: `record.json` and, of an open one, `examples.json` in a folder each. */
export async function trainingRecords(home: string): Promise<FormerRecord<Training, TrainingRequest>[]> {
  const names = await readdir(home).catch(() => []);
  const ids = names.filter((id) => existsSync(join(home, id, "record.json")));
  return ids.sort().map((id) => {
    const [path, examplesPath] = [join(home, id, "record.json"), join(home, id, "examples.json")];
    return { name: id, files: [path, examplesPath], read: () => readTraining(path, examplesPath) };
  });
}

/** @returns names of records that could not be read */
export async function takeOver<Body extends JobBody, Request>(
  store: SqliteStore<Body, Request>,
  records: readonly FormerRecord<Body, Request>[],
): Promise<string[]> {
  const broken: string[] = [];
  const jobs: StoredJob<Body, Request>[] = [];
  const files: string[] = [];
  for (const record of records)
    try {
      jobs.push(await record.read());
      files.push(...record.files);
    } catch {
      broken.push(record.name);
    }
  store.addAll(jobs);
  for (const file of files) await rm(file, { force: true });
  return broken;
}

async function readRecord<Body extends JobBody, Request>(
  path: string,
  kind: JobKind<Body, Request>,
): Promise<StoredJob<Body, Request>> {
  const { revision, idempotency, ...rest } = RecordSchema.parse(JSON.parse(await readFile(path, "utf8")));
  const body = kind.schema.parse(renamed(z.record(z.string(), z.unknown()).parse(rest[kind.one])));
  return { revision, body, startCount: 0, ...(idempotency && { idempotency }) };
}

async function readTraining(path: string, examplesPath: string): Promise<StoredJob<Training, TrainingRequest>> {
  const job = await readRecord(path, trainingKind);
  const { body } = job;
  if (isFinal(body)) return job;
  try {
    const examples = TrainingRequestSchema.shape.examples.parse(JSON.parse(await readFile(examplesPath, "utf8")));
    return { ...job, request: { ...body.request, examples } };
  } catch {
    const message = "examples: expected those that were sent, got none that can be read on the disk";
    const problem = toProblem(new AppError("dataset_invalid", message));
    const progress = trainingKind.lastProgress(body.progress, "failed");
    return { ...job, body: { ...body, state: "failed", problem, progress, finishedAt: new Date().toISOString() } };
  }
}

/** Fields and paths by the names that they have now. */
function renamed(body: Record<string, unknown>): unknown {
  if (!("base" in body))
    return { ...move(body, "outside", "outOfDistribution"), request: move(body["request"], "examples", "retrieval") };
  const text = JSON.stringify({ ...body, progress: move(body["progress"], "done", "completed") });
  // Quotes inside a text are escaped, so that these are found as names and values alone.
  return JSON.parse(
    text
      .replaceAll(`"/v1/translations/${body["id"]}/`, `"/v1/trainings/${body["id"]}/`)
      .replaceAll('"complaints":', '"issues":'),
  );
}

function move(object: unknown, from: string, to: string): object {
  const { [from]: value, ...rest } = z.record(z.string(), z.unknown()).parse(object);
  return value === undefined || to in rest ? rest : { ...rest, [to]: value };
}
