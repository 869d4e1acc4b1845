/**
 * Wiring: opens the data folder, joins queue, worker, inference child and HTTP app, and takes them down in the right order.
 * Knows every room, decides nothing.
 */
import { setMaxListeners } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { InversionRequest, ResolvedRequest } from "../shared/contract.ts";
import { limits } from "../shared/limits.ts";
import { AppError } from "../shared/problem.ts";
import { findTranslation } from "../shared/translation-rules.ts";
import type { Config } from "./config.ts";
import { lockDataFolder } from "./data-lock.ts";
import { createApp } from "./http/app.ts";
import type { InferenceStatus } from "./http/deps.ts";
import { listen } from "./http/listen.ts";
import { createMetrics } from "./http/metrics.ts";
import { encodePng, probeImage } from "./images/codec.ts";
import { createConditionImageLoader } from "./images/condition-images.ts";
import { requirePlainSvg } from "./images/svg.ts";
import { createInferenceClient } from "./inference/client.ts";
import type { ConditionImages, InferenceClient, ReadyInfo } from "./inference/protocol.ts";
import { GenerationHistory } from "./jobs/generation-history.ts";
import { startGenerationWorker } from "./jobs/generation-worker.ts";
import { MemoryQueue } from "./jobs/memory-queue.ts";
import { ResultStore } from "./jobs/result-store.ts";
import { createLog, type Log } from "./log.ts";
import { Catalogue } from "./packs/catalogue.ts";
import { loadToken, type Token } from "./token.ts";

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  readonly token: Token;
  /** Resolves when the child is ready; rejects with its start-up fault. */
  readonly ready: Promise<ReadyInfo>;
  /** Graceful: refuses new work, waits for running jobs, ends streams, closes. Safe to call twice. */
  stop(): Promise<void>;
}

/** What tests put in place of the real ones. */
export interface ServerParts {
  readonly inference?: InferenceClient;
  readonly catalogue?: Pick<Catalogue, "packs">;
  readonly log?: Log;
  readonly shutdownGraceMs?: number;
}

/** @throws AppError port_in_use, config_invalid, pack_unavailable, pack_corrupt */
export async function startServer(config: Config, parts: ServerParts = {}): Promise<RunningServer> {
  const log = parts.log ?? createLog(config.logLevel);
  const graceMs = parts.shutdownGraceMs ?? limits.shutdownGraceMs;
  const catalogue = parts.catalogue ?? (await openCatalogue(config, log));
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  // Before the folder is touched, so that a second start on the same port is told about the port.
  await (await listen(() => new Response(null, { status: 503 }), config.port)).close(0);
  const unlock = lockDataFolder(config.dataDir);
  const token = await loadToken(config.dataDir);
  const { queue, results, uploads } = await openJobs(config.dataDir, log);
  const inference = parts.inference ?? createClient(config, log);

  const stopping = new AbortController();
  const streamsEnd = new AbortController();
  // One listener an open event stream is no leak.
  setMaxListeners(0, streamsEnd.signal);
  const metrics = createMetrics();
  let fault: unknown;
  const status = (): InferenceStatus => {
    const { ready } = inference;
    if (ready) return { state: "ready", provider: ready.provider };
    if (fault === undefined) return { state: "starting" };
    return {
      state: "unavailable",
      detail: fault instanceof AppError ? fault.message : "the inference child did not start",
    };
  };
  const load = createConditionImageLoader((digest) => uploads.read(digest), limits.decodedImagesMax);
  const imagesOf = (request: ResolvedRequest | InversionRequest): Promise<ConditionImages> =>
    load(request, findTranslation(catalogue.packs(), request.translation).translation.widthPx);
  const app = createApp({
    queue,
    catalogue,
    inference: status,
    results,
    uploads,
    probeImage,
    checkDrawing: requirePlainSvg,
    invert: async (request, signal) => inference.invert(request, await imagesOf(request), signal),
    token: token.value,
    version: config.version,
    hosts: config.hosts,
    limits: { requestsPerMinute: config.requestsPerMinute },
    playgroundDir: config.playgroundDir,
    stopping: stopping.signal,
    streamsEnd: streamsEnd.signal,
    metrics,
    log,
    now: Date.now,
  });
  const listener = await listen(app.fetch, config.port).catch((error: unknown) => {
    unlock();
    throw error;
  });
  const worker = startGenerationWorker({
    queue,
    inference,
    results,
    imagesOf,
    encodePng,
    limits,
    log,
    onFinished: metrics.recordJob,
  });
  const ready = inference.start();
  ready.then(
    ({ provider, startMs, packs }) => log.info({ provider, startMs, packs }, "inference is ready"),
    (error: unknown) => {
      fault = error;
    },
  );
  log.info({ port: listener.port, addresses: listener.addresses, dataDir: config.dataDir }, "listening");

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    log.info({}, "stopping");
    stopping.abort();
    await queue.close();
    await worker.stop(graceMs);
    streamsEnd.abort();
    await inference.close();
    await listener.close(1000);
    metrics.close();
    unlock();
    log.info({}, "stopped");
  };
  return {
    port: listener.port,
    url: `http://localhost:${listener.port}`,
    token,
    ready,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Opens stores and history, and forgets files that no generation names. */
async function openJobs(dataDir: string, log: Log) {
  const [results, uploads, history] = await Promise.all([
    ResultStore.open(join(dataDir, "results")),
    ResultStore.open(join(dataDir, "uploads")),
    GenerationHistory.open(join(dataDir, "generations")),
  ]);
  let unreadable = 0;
  const records = await history.load((file) => {
    unreadable += 1;
    log.warn({ file }, "a generation's record could not be read");
  });
  const used = new Set(records.flatMap(({ generation }) => generation.images.map(({ sha256 }) => sha256)));
  // A record that can't be read still names its images: nothing is swept while there is one.
  if (unreadable === 0) await results.sweep((digest) => used.has(digest));
  const queue = new MemoryQueue({
    queueMax: limits.queueMax,
    historyMax: limits.historyMax,
    now: Date.now,
    history,
    records,
    onForgotten: (sha256) => results.forget(sha256),
    onHistoryError: (error) => log.error({ err: error }, "the history could not be written"),
  });
  return { queue, results, uploads };
}

async function openCatalogue({ packsDir, userPacksDir }: Config, log: Log): Promise<Catalogue> {
  const catalogue = await Catalogue.open(packsDir, userPacksDir);
  for (const { folder, error } of catalogue.faults) log.warn({ folder, err: error }, "a pack was left out");
  return catalogue;
}

const createClient = ({ packsDir, userPacksDir, provider, threads }: Config, log: Log): InferenceClient =>
  createInferenceClient({
    packsDir,
    userPacksDir,
    provider,
    threads,
    log: (message, fields) => log.warn(fields, message),
  });
