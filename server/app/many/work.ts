/**
 * Wiring of a worker process of many: takes jobs from the queue server, draws with its own inference child, puts files into the
 * shared store, and says that it is there and with what. Answers no HTTP.
 */

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type WorkKind, workKinds } from "../../../shared/contract/workers.ts";
import { limits } from "../../../shared/limits.ts";
import { createMetrics } from "../../http/metrics.ts";
import { createSvgDrawer } from "../../images/svg-drawer.ts";
import { createInferenceClient } from "../../inference/client.ts";
import type { InferenceClient } from "../../inference/protocol.ts";
import type { Announcement } from "../../jobs/bull/worker-registry.ts";
import type { Worker } from "../../jobs/work/attempt-loop.ts";
import { type Served, ServedCatalogue } from "../../packs/served-catalogue.ts";
import { freeBytesOf } from "../../platform/files/free-bytes.ts";
import { createLog, type Log } from "../../platform/log.ts";
import { VectorPool } from "../../vector/vector-pool.ts";
import type { Config, SharedConfig } from "../config.ts";
import { lockDataFolder } from "../data-lock.ts";
import { makeDataFolder } from "../make-data-folder.ts";
import type { TrainingTimings } from "../start-trainings.ts";
import { startExchange } from "./exchange-packs.ts";
import { type Heartbeat, startHeartbeat } from "./heartbeat.ts";
import { keyPrefix, openShared, type SharedOptions } from "./open-shared.ts";
import { SharedPacks } from "./shared-packs.ts";
import { startJobs } from "./start-jobs.ts";
import { startSharedTrainings } from "./start-shared-trainings.ts";
import { serveMetrics } from "./worker-metrics.ts";

export interface WorkerProcess {
  readonly id: string;
  /** Resolves when the child is ready and the worker announced; rejects with the child's start-up fault. */
  readonly ready: Promise<void>;
  /** Takes no more; running jobs have their time, then go back, or are left to other workers. Safe to call twice. */
  stop(): Promise<void>;
}

/** What ends one thing that is open. */
type Closers = Array<() => unknown>;

export interface WorkOptions {
  /** Absent = all. */
  readonly kinds?: readonly WorkKind[] | undefined;
  readonly inference?: InferenceClient | undefined;
  readonly catalogue?: Served | undefined;
  readonly log?: Log | undefined;
  readonly timings?: SharedOptions["timings"];
  readonly trainingTimings?: Partial<TrainingTimings> | undefined;
  readonly shutdownGraceMs?: number | undefined;
}

/** The last one opened first. */
async function closeAll(closers: Closers): Promise<void> {
  const close = closers.pop();
  if (!close) return;
  try {
    await close();
  } finally {
    await closeAll(closers);
  }
}

/** @throws AppError queue_unavailable, config_invalid, port_in_use, pack_unavailable, pack_corrupt */
export async function startWork(
  config: Config & { readonly shared: SharedConfig },
  options: WorkOptions = {},
): Promise<WorkerProcess> {
  const closers: Closers = [];
  return open(config, options, closers).catch(async (error: unknown) => {
    // A connection that stays open would keep the process alive, and no supervisor would start it again.
    await closeAll(closers).catch(() => undefined);
    throw error;
  });
}

async function open(
  config: Config & { readonly shared: SharedConfig },
  { kinds = workKinds, timings, shutdownGraceMs = limits.shutdownGraceMs, ...parts }: WorkOptions,
  closers: Closers,
): Promise<WorkerProcess> {
  const log = parts.log ?? createLog(config.logLevel);
  const served =
    parts.catalogue ??
    (await ServedCatalogue.open({
      ...config,
      onFault: ({ folder, error }) => log.warn({ folder, err: error }, "a pack was left out"),
    }));
  await makeDataFolder(config.dataDir);
  closers.push(lockDataFolder(config.dataDir));
  const { packsDir, userPacksDir, provider, threads } = config;
  const inference =
    parts.inference ??
    createInferenceClient({
      ...{ packsDir, userPacksDir, provider, threads },
      log: (message, fields) => log.warn(fields, message),
    });
  const metrics = createMetrics();
  closers.push(() => metrics.close());
  if (config.metricsPort !== undefined) {
    const at = { port: config.metricsPort, addresses: config.listen };
    const scraping = await serveMetrics(metrics, at, async () => ({
      isReady: inference.ready !== undefined,
      counts: inference.counts,
      freeBytes: await freeBytesOf(config.dataDir).catch(() => undefined),
    }));
    closers.push(() => scraping.close(1000));
    log.info({ port: scraping.port }, "metrics are served");
  }
  const hasPack = (digest: string): boolean => served.packs().some((pack) => pack.digest === digest);
  const shared = await openShared(config.shared, log, { hasPack, timings });
  closers.push(() => shared.disconnect());
  const client = shared.connections.working;
  const packs = new SharedPacks({
    client,
    prefix: keyPrefix,
    store: shared.packFiles,
    home: userPacksDir,
    served,
    log,
  });
  const haveCome = await packs.exchange().catch((err: unknown) => void log.error({ err }, "packs were not exchanged"));
  if (haveCome) await served.reopen();
  const drawer = createSvgDrawer(limits.svgDrawMs);
  const tracers = new VectorPool();
  closers.push(() => Promise.all([drawer.close(), inference.close(), tracers.close()]));
  const stopping = new AbortController();
  const exchange = startExchange({ packs, inference, served, log });
  const workers: Worker[] = [];
  let heartbeat: Heartbeat | undefined;
  closers.push(async () => {
    stopping.abort();
    heartbeat?.stop();
    exchange.stop();
    await shared.closeQueues();
    const ended = Promise.all(workers.map((worker) => worker.stop(shutdownGraceMs)));
    // Their last writes wait for a queue server that is away. What is left then is logged when it disconnects.
    await Promise.race([ended, sleep(shutdownGraceMs + limits.putBackMs, undefined, { ref: false })]);
    await heartbeat?.leave();
  });
  workers.push(...(await startJobs(shared, { served, inference, drawer, tracers, kinds, metrics, log })));
  if (kinds.includes("trainings"))
    workers.push(
      await startSharedTrainings(shared, {
        ...{ config, inference, served, log, exchange, metrics, stopping: stopping.signal },
        timings: parts.trainingTimings,
      }),
    );

  const id = randomUUID();
  const startedAt = new Date().toISOString();
  const about = (): Announcement => {
    const packs = served.packs();
    const shippedPacks = packs.filter((pack) => served.isShipped(pack.id)).map((pack) => pack.id);
    const provider = inference.ready?.provider ?? "none";
    return {
      ...{ id, host: hostname(), pid: process.pid, version: config.version, startedAt, kinds: [...kinds] },
      ...{ provider, parallel: limits.jobsParallelMax, shippedPacks, packs },
    };
  };
  const beating = startHeartbeat({ client, isReady: () => inference.ready !== undefined, about, log });
  heartbeat = beating;
  const ready = inference.start().then(async ({ provider: used, packs, leftOut = [] }) => {
    log.info({ worker: id, provider: used, packs }, "inference is ready");
    if (leftOut.length > 0) await served.reopen(leftOut);
    await beating.beat();
  });
  ready.catch(() => undefined);

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    log.info({ worker: id }, "stopping");
    await closeAll(closers);
    log.info({ worker: id }, "stopped");
  };
  return {
    id,
    ready,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
