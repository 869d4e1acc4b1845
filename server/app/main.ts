/**
 * Wiring: opens the data folder, joins queues, workers, inference child and HTTP app, and takes them down in the right order.
 * Knows every room, decides nothing.
 */
import { setMaxListeners } from "node:events";
import { access, constants } from "node:fs/promises";
import { limits } from "../../shared/limits.ts";
import { createApp } from "../http/app.ts";
import type { AppDeps } from "../http/deps.ts";
import { listen } from "../http/listen.ts";
import { createMetrics } from "../http/metrics.ts";
import { probeImage } from "../images/codec.ts";
import { requirePlainSvg } from "../images/svg.ts";
import type { InferenceClient, ReadyInfo } from "../inference/protocol.ts";
import { type Served, ServedCatalogue } from "../packs/served-catalogue.ts";
import { asStorageError } from "../platform/files/atomic-file.ts";
import { freeBytesOf } from "../platform/files/free-bytes.ts";
import { createLog, type Log } from "../platform/log.ts";
import { aboutThisServer } from "./about-this-server.ts";
import type { Config } from "./config.ts";
import { createDirectWork, type DirectWork } from "./direct-work.ts";
import { startExpiring } from "./expire-uploads.ts";
import { type DataFolder, openDataFolder } from "./open-data-folder.ts";
import { openTracing } from "./open-tracing.ts";
import { createClient, startInference, statusOf } from "./start-inference.ts";
import { startTrainings, type TrainingTimings } from "./start-trainings.ts";
import { startWorkers } from "./start-workers.ts";
import type { Token } from "./token.ts";
import { TokenFile } from "./token-file.ts";

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
  readonly catalogue?: Served;
  readonly log?: Log;
  readonly shutdownGraceMs?: number;
  readonly trainingTimings?: Partial<TrainingTimings>;
}

/** @throws AppError port_in_use, config_invalid, pack_unavailable, pack_corrupt, storage_full, store_unavailable */
export const startServer = (config: Config, parts: ServerParts = {}): Promise<RunningServer> =>
  start(config, parts).catch((error: unknown) => {
    throw asStorageError(error);
  });

async function start(config: Config, parts: ServerParts): Promise<RunningServer> {
  const log = parts.log ?? createLog(config.logLevel);
  const served = parts.catalogue ?? (await openCatalogue(config, log));
  await requireFreePort(config);
  const data = await openDataFolder(config.dataDir, log);
  const inference = parts.inference ?? createClient(config, log);
  const direct = createDirectWork(inference, served, data.uploads);
  const metrics = createMetrics();
  const startedAt = new Date().toISOString();
  const ends = createEnds();
  let startFault: unknown;
  const tracing = await openTracing(config);
  const app = createApp({
    ...appPartsOf(config, data, direct),
    catalogue: served,
    workers: async () => [await aboutThisServer(config, served, inference, startedAt)],
    inference: () => statusOf(inference, startFault),
    stopping: ends.stopping.signal,
    streamsEnd: ends.streams.signal,
    metrics,
    trace: tracing?.middleware,
    log,
  });
  const listener = await listen(app.fetch, config.port, limits, config.listen).catch(async (error: unknown) => {
    await data.close();
    throw error;
  });
  const workers = startWorkers({ data, inference, direct, metrics, log });
  const runner = startTrainings({
    ...{ config, ...data.trainings, uploads: data.uploads, inference, served, metrics, log },
    stopping: ends.stopping.signal,
    timings: parts.trainingTimings,
  });
  const expiring = startExpiring(data.keptUploads, log);
  const ready = startInference(inference, served, log, (fault) => {
    startFault = fault;
  });
  log.info({ port: listener.port, addresses: listener.addresses, dataDir: config.dataDir }, "listening");

  const graceMs = parts.shutdownGraceMs ?? limits.shutdownGraceMs;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    log.info({}, "stopping");
    ends.stopping.abort();
    expiring.stop();
    await data.closeQueues();
    await Promise.all([...workers, runner].map((worker) => worker.stop(graceMs)).concat(direct.drain(graceMs)));
    ends.streams.abort();
    await Promise.all([inference.close(), direct.close()]);
    await listener.close(1000);
    metrics.close();
    await tracing?.close();
    await data.close();
    log.info({}, "stopped");
  };
  return {
    port: listener.port,
    url: `http://localhost:${listener.port}`,
    token: data.token,
    ready,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

const openCatalogue = (config: Config, log: Log): Promise<Served> =>
  ServedCatalogue.open({
    ...config,
    onFault: ({ folder, error }) => log.warn({ folder, err: error }, "a pack was left out"),
  });

/** Before the data folder is touched, so that a second start on the same port names the port. @throws AppError port_in_use */
async function requireFreePort({ port, listen: requested }: Config): Promise<void> {
  await (await listen(() => new Response(null, { status: 503 }), port, limits, requested)).close(0);
}

/** Ends what others wait for when the server stops: first the work, later the streams that are left. */
function createEnds() {
  const ends = { stopping: new AbortController(), streams: new AbortController() };
  // One listener an open event stream is no leak.
  setMaxListeners(0, ends.streams.signal);
  return ends;
}

const appPartsOf = (
  config: Config,
  { generations, upscales, trainings, keptUploads, token }: DataFolder,
  { invert, findDrawings, vectorise, drawFamily }: DirectWork,
): Omit<AppDeps, "catalogue" | "inference" | "workers" | "stopping" | "streamsEnd" | "metrics" | "log"> => ({
  queue: generations.queue,
  results: generations.results,
  upscales: upscales.queue,
  upscaled: upscales.results,
  trainings: trainings.trainings,
  readPreview: (training, step, index) => trainings.folders.readPreview(training, step, index),
  storageFault: () =>
    access(config.dataDir, constants.W_OK).then(
      () => undefined,
      () => "the data folder can't be written",
    ),
  freeBytes: () => freeBytesOf(config.dataDir).catch(() => undefined),
  uploads: keptUploads,
  probeImage,
  checkDrawing: requirePlainSvg,
  invert,
  findDrawings,
  vectorise,
  drawFamily,
  token: token.value,
  tokens: new TokenFile(config.dataDir),
  version: config.version,
  hosts: config.hosts,
  limits: { requestsPerMinute: config.requestsPerMinute },
  playgroundDir: config.playgroundDir,
  now: Date.now,
});
