/**
 * Wiring: opens the data folder, joins queues, workers, inference child and HTTP app, and takes them down in the right order.
 * Knows every room, decides nothing.
 */
import { setMaxListeners } from "node:events";
import { mkdir } from "node:fs/promises";
import type { InversionRequest, ResolvedRequest } from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { findTranslation } from "../../shared/translation-rules.ts";
import { createApp } from "../http/app.ts";
import type { InferenceStatus } from "../http/deps.ts";
import { listen } from "../http/listen.ts";
import { createMetrics } from "../http/metrics.ts";
import { decodeRgba, encodePng, probeImage } from "../images/codec.ts";
import { decodePicture } from "../images/picture.ts";
import { requirePlainSvg } from "../images/svg.ts";
import { createSvgDrawer } from "../images/svg-drawer.ts";
import { createInferenceClient } from "../inference/client.ts";
import { createConditionImageLoader } from "../inference/condition-images.ts";
import type { ConditionImages, InferenceClient, ReadyInfo } from "../inference/protocol.ts";
import { drawFamily } from "../jobs/draw-family.ts";
import { startGenerationWorker } from "../jobs/generation-worker.ts";
import { openJobDatabase } from "../jobs/job-schema.ts";
import { startUpscaleWorker } from "../jobs/upscale-worker.ts";
import { type Served, ServedCatalogue } from "../packs/served-catalogue.ts";
import { InFlight } from "../platform/in-flight.ts";
import { createLog, type Log } from "../platform/log.ts";
import { createSemaphore } from "../platform/semaphore.ts";
import { VectorPool } from "../vector/vector-pool.ts";
import type { Config } from "./config.ts";
import { lockDataFolder } from "./data-lock.ts";
import { openGenerations, openTrainings, openUploads, openUpscales } from "./open-stores.ts";
import { startTrainings, type TrainingTimings } from "./start-trainings.ts";
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
  readonly catalogue?: Served;
  readonly log?: Log;
  readonly shutdownGraceMs?: number;
  readonly trainingTimings?: Partial<TrainingTimings>;
}

/** @throws AppError port_in_use, config_invalid, pack_unavailable, pack_corrupt */
export async function startServer(config: Config, parts: ServerParts = {}): Promise<RunningServer> {
  const log = parts.log ?? createLog(config.logLevel);
  const graceMs = parts.shutdownGraceMs ?? limits.shutdownGraceMs;
  const served =
    parts.catalogue ??
    (await ServedCatalogue.open({
      ...config,
      onFault: ({ folder, error }) => log.warn({ folder, err: error }, "a pack was left out"),
    }));
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  // Before the folder is touched, so that a second start on the same port is told about the port.
  await (await listen(() => new Response(null, { status: 503 }), config.port)).close(0);
  const unlock = lockDataFolder(config.dataDir);
  const token = await loadToken(config.dataDir);
  const uploads = await openUploads(config.dataDir);
  const database = openJobDatabase(config.dataDir);
  const { queue, results, ...generationStore } = await openGenerations(database, config.dataDir, log);
  const { queue: upscales, results: upscaled, ...upscaleStore } = await openUpscales(database, config.dataDir, log);
  const { folders, trainings } = await openTrainings(database, config.dataDir, log);
  const inference = parts.inference ?? createClient(config, log);

  const stopping = new AbortController();
  const streamsEnd = new AbortController();
  // One listener an open event stream is no leak.
  setMaxListeners(0, streamsEnd.signal);
  const metrics = createMetrics();
  let startFault: unknown;
  const status = (): InferenceStatus => {
    const { ready } = inference;
    if (ready) return { state: "ready", provider: ready.provider };
    const fault = inference.fault ?? startFault;
    if (fault === undefined) return { state: "starting" };
    return {
      state: "unavailable",
      detail: fault instanceof AppError ? fault.message : "the inference child did not start",
    };
  };
  const drawer = createSvgDrawer(limits.svgDrawMs);
  const load = createConditionImageLoader(
    (digest) => uploads.read(digest),
    limits.decodedImagesMax,
    (text, sizePx, field = "svg") => drawer.draw(text, sizePx, field),
  );
  const imagesOf = (request: ResolvedRequest | InversionRequest): Promise<ConditionImages> =>
    load(request, findTranslation(served.packs(), request.translation).translation.widthPx);
  const inversions = new InFlight();
  const tracers = new VectorPool();
  const vectorise: VectorPool["trace"] = (pixels, options) => tracers.trace(pixels, options);
  const app = createApp({
    queue,
    upscales,
    trainings,
    readPreview: (training, step, index) => folders.readPreview(training, step, index),
    catalogue: served,
    inference: status,
    results,
    upscaled,
    uploads,
    probeImage,
    checkDrawing: requirePlainSvg,
    invert: (request, signal) => inversions.add(async () => inference.invert(request, await imagesOf(request), signal)),
    vectorise: (bytes, options) => inversions.add(async () => vectorise(await decodeRgba(bytes), options)),
    drawFamily: (request, signal) =>
      inversions.add(() => drawFamily(request, { inference, packs: served.packs(), vectorise, encodePng }, signal)),
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
  const listener = await listen(app.fetch, config.port).catch(async (error: unknown) => {
    await database.close();
    unlock();
    throw error;
  });
  const suspects = createSemaphore(1);
  const workers = [
    startGenerationWorker({
      queue,
      inference,
      results,
      imagesOf,
      encodePng,
      vectorise,
      limits,
      suspects,
      log,
      onFinished: metrics.recordJob,
    }),
    startUpscaleWorker({
      queue: upscales,
      inference,
      results: upscaled,
      readUpload: (digest) => uploads.read(digest),
      decodePicture,
      encodePng,
      limits: {
        attemptsMax: limits.attemptsMax,
        attemptDeadlineMs: limits.upscaleDeadlineMs,
        jobsParallelMax: limits.upscalesParallelMax,
      },
      suspects,
      log,
      onFinished: metrics.recordUpscale,
    }),
  ];
  const runner = startTrainings({
    ...{ config, trainings, folders, uploads, inference, served, log },
    stopping: stopping.signal,
    timings: parts.trainingTimings,
  });
  const ready = inference.start();
  ready.then(
    async ({ provider, startMs, packs, leftOut = [] }) => {
      log.info({ provider, startMs, packs }, "inference is ready");
      if (leftOut.length > 0)
        await served.reopen(leftOut).catch((err: unknown) => log.error({ err }, "the packs could not be read again"));
    },
    (error: unknown) => {
      startFault = error;
    },
  );
  log.info({ port: listener.port, addresses: listener.addresses, dataDir: config.dataDir }, "listening");

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    log.info({}, "stopping");
    stopping.abort();
    await Promise.all([queue.close(), upscales.close(), trainings.close()]);
    const running = workers.map((worker) => worker.stop(graceMs));
    await Promise.all([...running, inversions.drain(graceMs), runner.stop(graceMs)]);
    streamsEnd.abort();
    drawer.close();
    await Promise.all([inference.close(), tracers.close()]);
    await listener.close(1000);
    metrics.close();
    await Promise.allSettled([generationStore.swept, upscaleStore.swept]);
    await database.close();
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

const createClient = ({ packsDir, userPacksDir, provider, threads }: Config, log: Log): InferenceClient =>
  createInferenceClient({
    packsDir,
    userPacksDir,
    provider,
    threads,
    log: (message, fields) => log.warn(fields, message),
  });
