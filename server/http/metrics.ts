/**
 * What Prometheus scrapes: prom-client's registry with its metrics of the process, requests counted by @hono/prometheus, and
 * this server's own. Labels are few and bounded: route patterns, never paths; nothing about captions.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { prometheus } from "@hono/prometheus";
import type { Context } from "hono";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { JobState } from "../../shared/contract/job-fields.ts";
import type { EndPatch } from "../jobs/job-reports.ts";
import type { FinishedJob } from "../jobs/work/attempt-loop.ts";

const jobBucketsSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];
const longBucketsSeconds = [0.5, 1, 2.5, 5, 15, 60, 180, 600];
const anyBucketsSeconds = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 180, 600];

/** Node's monitor measures from timer to timer, so its resolution is part of every value and is taken off again. */
const delayResolutionMs = 10;

const waitHelp =
  "Time from a job's creation to its first attempt in this process, with attempts elsewhere or before a restart.";

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

interface Depth {
  readonly waiting: number;
  readonly running: number;
}

/** Of this process's own children so far. */
export interface ChildCounts {
  /** Children that became ready. */
  readonly starts: number;
  /** Runs of a flow, and candidates that were drawn in them: of several, an image is the best. */
  readonly runs: number;
  readonly rows: number;
}

/** What is read at the moment of a scrape; absent = this process does not know. */
export interface Scraped {
  readonly generations?: Depth;
  readonly upscales?: Depth;
  readonly trainings?: Depth;
  readonly isReady: boolean;
  readonly counts?: ChildCounts | undefined;
  /** Of the data folder's disk. */
  readonly freeBytes?: number | undefined;
}

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  // Bounds the label: a client may invent methods.
  const customLabels = { method: ({ req }: Context) => (methods.has(req.method) ? req.method : "other") };
  const { registerMetrics } = prometheus({
    registry,
    prefix: "tau_",
    metricOptions: {
      requestsTotal: { help: "Requests answered, by route pattern, method and status.", customLabels },
      requestDuration: { help: "Time to the answer's headers.", customLabels },
    },
  });
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]) =>
    new Histogram({ name, help, buckets, labelNames, registers });

  const ended = {
    generation: counter("tau_jobs_total", "Generations ended.", "state"),
    upscale: counter("tau_upscales_total", "Upscales ended.", "state"),
  };
  const trained = counter("tau_trainings_total", "Trainings ended.", "state");
  const untilEnd = "from its first attempt to its end.";
  const lasted = {
    generation: histogram("tau_job_duration_seconds", `Time of a generation ${untilEnd}`, jobBucketsSeconds, "state"),
    upscale: histogram("tau_upscale_duration_seconds", `Time of an upscale ${untilEnd}`, longBucketsSeconds, "state"),
  };
  const images = counter("tau_images_total", "Images of generations that are done.");
  const failures = counter("tau_failures_total", "Jobs that failed, by the code of their problem.", "kind", "code");
  const waited = histogram("tau_wait_seconds", waitHelp, anyBucketsSeconds, "kind");
  const inferred = histogram(
    ...(["tau_inference_seconds", "Time of a job in the inference child.", anyBucketsSeconds, "kind"] as const),
  );
  const queued = {
    generations: gauge("tau_queue_jobs", "Generations that wait or run.", "state"),
    upscales: gauge("tau_queue_upscales", "Upscales that wait or run.", "state"),
    trainings: gauge("tau_queue_trainings", "Trainings that wait or run.", "state"),
  };
  const ready = gauge("tau_inference_ready", "1 while an inference child is ready.");
  const counted = {
    starts: counter("tau_inference_starts_total", "Inference children that became ready."),
    runs: counter("tau_flow_runs_total", "Runs of a flow."),
    rows: counter("tau_flow_rows_total", "Candidates drawn in them: by runs, the size of a batch."),
  };
  const freeBytes = gauge("tau_data_free_bytes", "Free room on the disk of the data folder.");
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
  delay.enable();
  new Gauge({
    name: "tau_event_loop_delay_seconds",
    help: "Delay of the event loop since the start, without the resolution of its measurement.",
    labelNames: ["quantile"],
    registers,
    collect() {
      for (const quantile of [0.5, 0.99])
        this.set({ quantile }, Math.max(0, delay.percentile(quantile * 100) / 1e9 - delayResolutionMs / 1000));
    },
  });
  return {
    contentType: registry.contentType,
    /** Middleware that counts and times requests. */
    recordRequests: registerMetrics,
    recordEnd(kind: keyof typeof ended, job: FinishedJob): void {
      const { state } = job;
      ended[kind].inc({ state });
      lasted[kind].observe({ state }, job.durationMs / 1000);
      waited.observe({ kind }, job.waitedMs / 1000);
      if (job.code) failures.inc({ kind, code: job.code });
      if (state !== "done") return;
      inferred.observe({ kind }, job.inferenceMs / 1000);
      if (kind === "generation") images.inc(job.imageCount);
    },
    /** An end that no worker records, because none had the job. */
    recordEndedWaiting(kind: string, { state, problem }: EndPatch): void {
      const counts: Readonly<Record<string, Counter<"state">>> = { ...ended, training: trained };
      counts[kind]?.inc({ state });
      if (problem) failures.inc({ kind, code: problem.code });
    },
    recordTraining(state: JobState): void {
      trained.inc({ state });
    },
    /** The exposition. */
    text({ isReady, ...scraped }: Scraped): Promise<string> {
      for (const kind of ["generations", "upscales", "trainings"] as const)
        for (const [state, count] of Object.entries(scraped[kind] ?? {})) queued[kind].set({ state }, count);
      ready.set(isReady ? 1 : 0);
      for (const name of ["starts", "runs", "rows"] as const) {
        counted[name].reset();
        counted[name].inc(scraped.counts?.[name] ?? 0);
      }
      if (scraped.freeBytes !== undefined) freeBytes.set(scraped.freeBytes);
      return registry.metrics();
    },
    close(): void {
      delay.disable();
    },
  };
}
