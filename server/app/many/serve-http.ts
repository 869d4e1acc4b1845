/**
 * Wiring of an HTTP process of many: the API on queues and files that others share, without an inference child. Any number of these
 * serve side by side.
 */

import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { DrawingsRequest, FittingDrawing } from "../../../shared/contract/generations/drawings.ts";
import type { Inversion, InversionRequest } from "../../../shared/contract/generations/inversion.ts";
import { findTranslation } from "../../../shared/contract/translation-rules.ts";
import type { Family, FamilyRequest } from "../../../shared/contract/vectors.ts";
import { limits } from "../../../shared/limits.ts";
import { createApp } from "../../http/app.ts";
import type { Standing } from "../../http/identity.ts";
import { listen } from "../../http/listen.ts";
import { createMetrics } from "../../http/metrics.ts";
import { createBuckets, type Spend } from "../../http/rate-limit.ts";
import { decodeRgba, probeImage } from "../../images/codec.ts";
import { requirePlainSvg } from "../../images/svg.ts";
import { type Call, call } from "../../jobs/bull/calls.ts";
import type { Connection } from "../../jobs/bull/connection.ts";
import { spendShared } from "../../jobs/bull/shared-buckets.ts";
import { InFlight } from "../../platform/in-flight.ts";
import { createLog, type Log } from "../../platform/log.ts";
import { VectorPool } from "../../vector/vector-pool.ts";
import type { Config, SharedConfig } from "../config.ts";
import { makeDataFolder } from "../make-data-folder.ts";
import { openTracing } from "../open-tracing.ts";
import { loadToken, type Token } from "../token.ts";
import { startEndingUnserved } from "./end-unserved.ts";
import { KnownWorkers } from "./known-workers.ts";
import { keyPrefix, openShared } from "./open-shared.ts";
import { SharedTokens } from "./shared-tokens.ts";
import { createStorageCheck } from "./storage-check.ts";
import { startSweeping } from "./sweep-shared.ts";

export interface HttpProcess {
  readonly port: number;
  readonly url: string;
  readonly token: Token;
  /** Safe to call twice. */
  stop(): Promise<void>;
}

interface HttpParts {
  readonly log?: Log | undefined;
  /** Override limits.ts, for tests. */
  readonly workerAwaitMs?: number | undefined;
  readonly readinessKeptMs?: number | undefined;
}

/** @throws AppError port_in_use, config_invalid, queue_unavailable */
export async function serveHttp(
  config: Config & { readonly shared: SharedConfig },
  { log: given, workerAwaitMs = limits.workerAwaitMs, readinessKeptMs = limits.readinessKeptMs }: HttpParts = {},
): Promise<HttpProcess> {
  const log = given ?? createLog(config.logLevel);
  await makeDataFolder(config.dataDir);
  const token = await loadToken(config.dataDir);
  const metrics = createMetrics();
  const shared = await openShared(config.shared, log, { onEndedWaiting: metrics.recordEndedWaiting });
  const { queue, upscales, trainings, calls, results, upscaled, keptUploads, previews } = shared;
  const known = await KnownWorkers.open(shared.connections.asking, keyPrefix).catch(async (error: unknown) => {
    await shared.disconnect();
    throw error;
  });
  const [stopping, streamsEnd] = [new AbortController(), new AbortController()];
  // One listener an open event stream is no leak.
  setMaxListeners(0, streamsEnd.signal);
  const tracers = new VectorPool();
  const inFlight = new InFlight();
  const tracing = await openTracing(config);
  /** A call for a worker that is there: its client waits. */
  const callOf = (
    name: Call["request"]["name"],
    requested: InversionRequest | DrawingsRequest | FamilyRequest,
    standing: Standing,
  ) => {
    const { digest } = findTranslation(known.packs(), requested.translation).pack;
    known.requireWorker("calls", digest);
    return { request: { name, with: { ...requested } }, packDigest: digest, ...standing };
  };
  const app = createApp({
    ...{ queue, upscales, trainings, results, upscaled, probeImage, metrics, log },
    readPreview: (training, step, index) => previews.read(training, step, index),
    catalogue: known,
    inference: () => known.status(),
    workers: async () => known.workers,
    storageFault: createStorageCheck(shared, keyPrefix, readinessKeptMs),
    trace: tracing?.middleware,
    uploads: keptUploads,
    checkDrawing: requirePlainSvg,
    invert: (request, signal, standing) =>
      inFlight.add(async () => {
        const requested = callOf("invert", request, standing);
        return (await call(calls, requested, signal)) as Omit<Inversion, "request" | "packDigest">;
      }),
    findDrawings: (request, signal, standing) =>
      inFlight.add(async () => {
        const requested = callOf("drawings", request, standing);
        return (await call(calls, requested, signal)) as { drawings: FittingDrawing[] };
      }),
    vectorise: (bytes, options) => inFlight.add(async () => tracers.trace(await decodeRgba(bytes), options)),
    drawFamily: (request, signal, standing) =>
      inFlight.add(async () => (await call(calls, callOf("family", request, standing), signal)) as Family),
    token: token.value,
    tokens: new SharedTokens(shared.connections.asking, keyPrefix),
    version: config.version,
    hosts: config.hosts,
    limits: { requestsPerMinute: config.requestsPerMinute },
    playgroundDir: config.playgroundDir,
    stopping: stopping.signal,
    streamsEnd: streamsEnd.signal,
    now: Date.now,
    spend: spendTogether(shared.connections.asking),
  });
  const sweeping = startSweeping(shared, randomUUID(), log);
  const ending = startEndingUnserved(shared, known, workerAwaitMs, log);
  const listener = await listen(app.fetch, config.port, limits, config.listen).catch(async (error: unknown) => {
    sweeping.stop();
    ending.stop();
    known.close();
    await shared.disconnect();
    throw error;
  });
  log.info({ port: listener.port, addresses: listener.addresses }, "listening");
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    log.info({}, "stopping");
    stopping.abort();
    sweeping.stop();
    ending.stop();
    known.close();
    await shared.closeQueues();
    await inFlight.drain(limits.shutdownGraceMs);
    streamsEnd.abort();
    await tracers.close();
    await listener.close(1000);
    metrics.close();
    await tracing?.close();
    await shared.disconnect();
    log.info({}, "stopped");
  };
  return {
    port: listener.port,
    url: `http://localhost:${listener.port}`,
    token,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Counted by all processes together; while the queue server is away each counts for itself, and its answer says the rest. */
function spendTogether(client: Connection): Spend {
  const own = createBuckets(Date.now);
  return (name, perMinute) => spendShared(client, keyPrefix, name, perMinute).catch(() => own(name, perMinute));
}
