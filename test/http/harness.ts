/** The real app, queue, worker and stores on a temporary folder, with the miniature inference client. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openGenerations, openTrainings, openUploads, openUpscales } from "../../server/app/open-stores.ts";
import { createApp } from "../../server/http/app.ts";
import type { AppDeps, InferenceStatus } from "../../server/http/deps.ts";
import { createMetrics } from "../../server/http/metrics.ts";
import { decodeRgba, encodePng, probeImage } from "../../server/images/codec.ts";
import { decodePicture } from "../../server/images/picture.ts";
import { requirePlainSvg } from "../../server/images/svg.ts";
import { createConditionImageLoader } from "../../server/inference/conditions/condition-images.ts";
import { KeptUploads } from "../../server/jobs/blobs/kept-uploads.ts";
import type { ResultStore } from "../../server/jobs/blobs/result-store.ts";
import { LocalHolds } from "../../server/jobs/blobs/upload-holds.ts";
import { isFinal } from "../../server/jobs/job-queue.ts";
import { openJobDatabase } from "../../server/jobs/local/job-schema.ts";
import { drawFamily } from "../../server/jobs/work/draw-family.ts";
import { FamilyDrawings } from "../../server/jobs/work/family-drawings.ts";
import { startGenerationWorker } from "../../server/jobs/work/generation-worker.ts";
import { startUpscaleWorker } from "../../server/jobs/work/upscale-worker.ts";
import { VectorPool } from "../../server/vector/vector-pool.ts";
import { type Generation, GenerationSchema } from "../../shared/contract/generations/generation.ts";
import type { GenerationInput } from "../../shared/contract/generations/generation-request.ts";
import type { PackInfo } from "../../shared/contract/meta.ts";
import { ImageUploadSchema } from "../../shared/contract/upload.ts";
import { type Upscale, type UpscaleInput, UpscaleSchema } from "../../shared/contract/upscaling.ts";
import { limits } from "../../shared/limits.ts";
import { AppError, type Problem } from "../../shared/problem.ts";
import { ProblemSchema } from "../../shared/problem-document.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { SmallInference, sidePx } from "./small-inference.ts";

export const token = "test-token-0123456789abcdef";

export const pack: PackInfo = {
  id: "icons",
  version: "1.0.0",
  digest: "ab".repeat(32),
  licence: "MIT",
  sizeBytes: 1,
  parts: [{ name: "icons", licence: "MIT", source: "https://example.org" }],
  upscaler: { id: "icons", label: "Sharp", scales: [2, 4] },
  translations: [
    {
      id: "caption",
      label: "Caption to icon",
      conditions: ["caption", "label", "style", "sketch", "layout", "image", "lowResolution"],
      labels: [{ id: "bird", label: "Bird" }],
      depths: ["early", "last"],
      layout: { columns: 2, rows: 2, palette: [{ id: "red", label: "Red", hex: "#ff0000" }] },
      styles: [
        { id: "flat", label: "Flat" },
        { id: "outline", label: "Outline" },
      ],
      widthPx: 16,
      heightPx: 16,
      latentDims: 10,
    },
    {
      id: "words",
      label: "Words to icon",
      conditions: ["caption"],
      styles: [],
      labels: [],
      depths: [],
      widthPx: 16,
      heightPx: 16,
      latentDims: 10,
    },
  ],
};

/** A catalogue of that pack alone, of which there are no files. */
export const smallCatalogue = {
  packs: () => [pack],
  isShipped: () => true,
  packOf: (id: string): never => {
    throw new AppError("pack_unavailable", `pack: expected one with files, got "${id}"`);
  },
  reopen: async (): Promise<void> => undefined,
};

export interface HarnessOptions {
  readonly limits?: AppDeps["limits"];
  readonly historyMax?: number;
  /** Of the pictures of upscales. */
  readonly historyMaxBytes?: number;
  readonly attemptDeadlineMs?: number;
  readonly jobsParallelMax?: number;
  readonly dataDir?: string;
  readonly inference?: SmallInference;
  readonly status?: () => InferenceStatus;
  readonly packs?: readonly PackInfo[];
  readonly playgroundDir?: string;
  readonly results?: Pick<ResultStore, "put">;
  readonly hosts?: readonly string[];
  readonly tokens?: AppDeps["tokens"];
}

export type Harness = Awaited<ReturnType<typeof createHarness>>;

export async function createHarness(options: HarnessOptions = {}) {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "tau-http-")));
  const broken: string[] = [];
  const logged: object[] = [];
  const storeLog = { warn: (fields: object) => broken.push((fields as { file: string }).file), error: console.error };
  const queueMax = options.limits?.queueMax ?? limits.queueMax;
  const historyMax = options.historyMax ?? limits.historyMax;
  const uploads = await openUploads(dataDir);
  const database = openJobDatabase(dataDir);
  const { queue, results, ...generationStore } = await openGenerations(database, dataDir, storeLog, {
    queueMax,
    historyMax,
  });
  const upscaleCaps = { queueMax, historyMax, historyMaxBytes: options.historyMaxBytes };
  const {
    queue: upscales,
    results: upscaled,
    ...upscaleStore
  } = await openUpscales(database, dataDir, storeLog, upscaleCaps);
  const { folders, trainings } = await openTrainings(database, dataDir, {
    warn: () => undefined,
    error: console.error,
  });
  const inference = options.inference ?? new SmallInference();
  const stopping = new AbortController();
  const streamsEnd = new AbortController();
  const metrics = createMetrics();
  const load = createConditionImageLoader((digest) => uploads.read(digest), limits.decodedImagesMax);
  const tracers = new VectorPool();
  const drawings = new FamilyDrawings();
  let now = Date.now();
  const deps: AppDeps = {
    queue,
    upscales,
    trainings,
    readPreview: (training, step, index) => folders.readPreview(training, step, index),
    catalogue: { ...smallCatalogue, packs: () => options.packs ?? [pack] },
    inference:
      options.status ?? (() => (inference.ready ? { state: "ready", provider: "cpu" } : { state: "starting" })),
    workers: async () => [],
    storageFault: async () => undefined,
    results,
    upscaled,
    uploads: new KeptUploads(uploads, new LocalHolds(), [queue, upscales, trainings]),
    probeImage,
    checkDrawing: requirePlainSvg,
    invert: async (requested, signal) => inference.invert(requested, await load(requested, sidePx), signal),
    findDrawings: async (requested) => ({ drawings: await inference.drawings(requested) }),
    vectorise: async (bytes, requested) => tracers.trace(await decodeRgba(bytes), requested),
    drawFamily: (requested, signal) =>
      drawFamily(
        requested,
        {
          inference,
          drawings,
          packs: [pack],
          vectorise: (...of) => tracers.trace(...of),
          imagesOf: async () => new Map(),
          encodePng,
        },
        signal,
      ),
    token,
    version: "0.0.0-test",
    ...(options.tokens && { tokens: options.tokens }),
    limits: { requestsPerMinute: 1_000_000, ...options.limits },
    ...(options.playgroundDir === undefined ? {} : { playgroundDir: options.playgroundDir }),
    ...(options.hosts === undefined ? {} : { hosts: options.hosts }),
    stopping: stopping.signal,
    streamsEnd: streamsEnd.signal,
    metrics,
    log: {
      debug: (fields, message) => logged.push({ ...fields, message, level: "debug" }),
      info: (fields, message) => logged.push({ ...fields, message, level: "info" }),
      error: (fields, message) => logged.push({ ...fields, message }),
    },
    now: () => now,
  };
  const app = createApp(deps);
  const { attemptsMax, attemptDeadlineMs } = limits;
  const workerParts = {
    inference,
    encodePng,
    vectorise: (...of: Parameters<VectorPool["trace"]>) => tracers.trace(...of),
    log: { warn: () => undefined, error: (fields: object, message: string) => logged.push({ ...fields, message }) },
    limits: {
      attemptsMax,
      attemptDeadlineMs: options.attemptDeadlineMs ?? attemptDeadlineMs,
      jobsParallelMax: options.jobsParallelMax ?? 2,
    },
  };
  const workers = [
    startGenerationWorker({
      ...workerParts,
      inference: drawings.using(inference),
      queue,
      results: options.results ?? results,
      imagesOf: (requested) => load(requested, sidePx),
      onFinished: (job) => metrics.recordEnd("generation", job),
    }),
    startUpscaleWorker({
      ...workerParts,
      queue: upscales,
      results: upscaled,
      readUpload: (digest) => uploads.read(digest),
      decodePicture,
      limits: { ...workerParts.limits, jobsParallelMax: limits.upscalesParallelMax },
      onFinished: (job) => metrics.recordEnd("upscale", job),
    }),
  ];

  /** A request with the token. */
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has("Authorization")) headers.set("Authorization", `Bearer ${token}`);
    return app.request(path, { ...init, headers });
  };
  const postTo =
    (path: string) =>
    (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      request(path, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
  const post = postTo("/v1/generations");
  const postUpscale = postTo("/v1/upscales");
  /** Digest of an uploaded image. */
  const upload = async (bytes: Uint8Array): Promise<string> => {
    const headers = { "Content-Type": "application/octet-stream" };
    const response = await request("/v1/images", { method: "POST", headers, body: bytes as BodyInit });
    return ImageUploadSchema.parse(await response.json()).digest;
  };
  const accept = async (response: Response): Promise<unknown> => {
    if (response.status !== 202) throw new Error(`expected 202, got ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const start = async (input: GenerationInput): Promise<Generation> =>
    GenerationSchema.parse(await accept(await post(input)));
  const startUpscale = async (input: UpscaleInput): Promise<Upscale> =>
    UpscaleSchema.parse(await accept(await postUpscale(input)));
  const read = async (id: string): Promise<Generation> =>
    GenerationSchema.parse(await (await request(`/v1/generations/${id}`)).json());
  const readUpscale = async (id: string): Promise<Upscale> =>
    UpscaleSchema.parse(await (await request(`/v1/upscales/${id}`)).json());
  const until = (id: string, isIt: (generation: Generation) => boolean) => untilBody(() => read(id), isIt);
  const untilUpscale = (id: string, isIt: (upscale: Upscale) => boolean) => untilBody(() => readUpscale(id), isIt);
  const stop = async (): Promise<void> => {
    await Promise.all([queue.close(), upscales.close()]);
    await Promise.all(workers.map((worker) => worker.stop(0)));
    await tracers.close();
    streamsEnd.abort();
    metrics.close();
    await Promise.allSettled([generationStore.swept, upscaleStore.swept]);
    await database.close();
  };
  return {
    app,
    deps,
    dataDir,
    queue,
    upscales,
    trainings,
    results,
    upscaled,
    uploads,
    inference,
    stopping,
    streamsEnd,
    logged,
    broken,
    request,
    post,
    postUpscale,
    upload,
    start,
    startUpscale,
    read,
    readUpscale,
    until,
    untilUpscale,
    end: (id: string) => until(id, isFinal),
    endUpscale: (id: string) => untilUpscale(id, isFinal),
    /** Moves the app's clock. */
    passMs: (ms: number) => {
      now += ms;
    },
    /** Ends everything but leaves the folder. */
    stop,
    close: async () => {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Reads a job again and again until it is as wanted. */
async function untilBody<Body>(read: () => Promise<Body>, isIt: (body: Body) => boolean): Promise<Body> {
  let body: Body | undefined;
  const look = async (): Promise<boolean> => {
    body = await read();
    return isIt(body);
  };
  await waitUntil(`a job as wanted by ${isIt}`, look, () => sleep(5));
  return body!;
}

/** Parses an answer as the problem that it must be. */
export async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get("content-type");
  if (type !== "application/problem+json") throw new Error(`expected a problem, got ${type}: ${await response.text()}`);
  const problem = ProblemSchema.parse(await response.json());
  if (problem.status !== response.status) throw new Error(`expected status ${problem.status}, got ${response.status}`);
  return problem;
}
