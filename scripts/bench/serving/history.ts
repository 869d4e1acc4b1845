/** The history at its largest: how soon a server with 100,000 generations starts, and how soon it lists and searches them. */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGenerations, openUploads } from "../../../server/app/open-stores.ts";
import { generationKind } from "../../../server/jobs/job-kinds.ts";
import { openJobDatabase } from "../../../server/jobs/local/job-schema.ts";
import type { StoredJob } from "../../../server/jobs/local/job-store.ts";
import { SqliteStore } from "../../../server/jobs/local/sqlite-store.ts";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import { ResolvedRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import { median, percentile } from "../measure.ts";

export interface HistoryBench {
  readonly jobs: number;
  readonly startMs: number;
  readonly pageMs: Spread;
  readonly searches: ReadonlyArray<{ readonly q: string; readonly found: number; readonly spread: Spread }>;
  /** A job from its request to the answer that it is on the disk, and from its start to its recorded end. */
  readonly addMs: Spread;
  readonly takeAndFinishMs: Spread;
}
interface Spread {
  readonly median: number;
  readonly p95: number;
}

const jobCount = 100_000;
const pageLength = 50;
const colours = ["red", "blue", "green", "yellow", "black", "white", "orange", "purple"];
const things = ["bird", "house", "tree", "car", "cup", "lamp", "fish", "star", "cloud", "key", "book", "bell"];

export async function benchHistory(): Promise<HistoryBench> {
  const dataDir = await mkdtemp(join(tmpdir(), "tau-history-"));
  try {
    await fill(dataDir);
    return await measure(dataDir);
  } finally {
    await rm(dataDir, { recursive: true });
  }
}

const captionOf = (index: number): string =>
  `${colours[index % 8]} ${things[Math.floor(index / 8) % 12]} number ${index}${index === 500 ? " quetzal" : ""}`;

function jobAt(index: number): StoredJob<Generation> {
  const id = index.toString(36).padStart(9, "0") + "0".repeat(16);
  const request = ResolvedRequestSchema.parse({ condition: { caption: captionOf(index) }, count: 4, seed: index });
  const images = Array.from({ length: 4 }, (_, image) => ({
    ...{
      index: image,
      seed: index,
      logLikelihood: -1,
      natsPerDimension: 1,
      conditionGain: 2,
      widthPx: 128,
      heightPx: 128,
    },
    ...{ sha256: digestAt(index, image), bytes: 10_000, path: `/v1/generations/${id}/images/${image}.png` },
  }));
  const at = new Date(Date.now() - (jobCount - index) * 1000).toISOString();
  const requested = { id, state: "done" as const, request, packDigest: "ab".repeat(32), createdAt: at, finishedAt: at };
  const body: Generation = { ...requested, ...generationKind.fresh(request), images } as Generation;
  return { revision: 4, body, startCount: 1, idempotency: { key: `key-${index}`, fingerprint: id } };
}

const digestAt = (index: number, image: number): string =>
  createHash("sha256").update(`${index} ${image}`).digest("hex");

/** Every job with four images, of which the first has a file: what the sweep at the start looks through. */
async function fill(dataDir: string): Promise<void> {
  const database = openJobDatabase(dataDir);
  const store = new SqliteStore(database, generationKind);
  for (let first = 0; first < jobCount; first += 10_000)
    store.addAll(Array.from({ length: 10_000 }, (_, index) => jobAt(first + index)));
  await database.close();
  const quiet = { warn: () => undefined, error: console.error };
  const again = openJobDatabase(dataDir);
  await (await openGenerations(again, dataDir, quiet)).swept;
  await again.close();
  for (let first = 0; first < jobCount; first += 1000)
    await Promise.all(
      Array.from({ length: 1000 }, (_, index) => writeFile(join(dataDir, "results", digestAt(first + index, 0)), "")),
    );
}

async function measure(dataDir: string): Promise<HistoryBench> {
  const started = performance.now();
  const database = openJobDatabase(dataDir);
  await openUploads(dataDir);
  const { queue, swept } = await openGenerations(database, dataDir, { warn: console.error, error: console.error });
  const startMs = performance.now() - started;
  await swept;
  let before: string | undefined;
  const pageMs = await spreadOf(100, async () => {
    before = (await queue.list({ limit: pageLength, ...(before !== undefined && { before }) })).nextBefore;
  });
  const searches = [];
  for (const q of ["bird", "red bird", "quetzal", "number 4711", "4", "re 99", "nothing like it"]) {
    let found = 0;
    const spread = await spreadOf(20, async () => {
      found = (await queue.list({ limit: pageLength, q })).jobs.length;
    });
    searches.push({ q, found, spread });
  }
  const addMs = await spreadOf(50, async () => {
    const request = ResolvedRequestSchema.parse({ condition: { caption: "a bird" }, count: 4, seed: 1 });
    await queue.add({ request, packDigest: "ab".repeat(32) });
  });
  const takeAndFinishMs = await spreadOf(50, async () => {
    await (await queue.take())!.finish({ state: "done", durationMs: 1 });
  });
  await database.close();
  return { jobs: jobCount, startMs, pageMs, searches, addMs, takeAndFinishMs };
}

async function spreadOf(count: number, work: () => Promise<void>): Promise<Spread> {
  const times: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return { median: median(times), p95: percentile(times, 95) };
}
