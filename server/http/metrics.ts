/**
 * What Prometheus scrapes: prom-client's registry with its metrics of the process, requests counted by @hono/prometheus, and
 * this server's own. Labels are few and bounded: route patterns, never paths; nothing about captions.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { prometheus } from "@hono/prometheus";
import type { Context } from "hono";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

const jobBucketsSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];
const upscaleBucketsSeconds = [0.5, 1, 2.5, 5, 15, 60, 180, 600];

/** Node's monitor measures from timer to timer, so its resolution is part of every value and is taken off again. */
const delayResolutionMs = 10;

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

interface Depth {
  readonly waiting: number;
  readonly running: number;
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
  const jobs = new Counter({ name: "tau_jobs_total", help: "Generations ended.", labelNames: ["state"], registers });
  const jobSeconds = new Histogram({
    name: "tau_job_duration_seconds",
    help: "Time of a generation from its first attempt to its end.",
    labelNames: ["state"],
    buckets: jobBucketsSeconds,
    registers,
  });
  const images = new Counter({ name: "tau_images_total", help: "Images of generations that are done.", registers });
  const upscales = new Counter({
    name: "tau_upscales_total",
    help: "Upscales ended.",
    labelNames: ["state"],
    registers,
  });
  const upscaleSeconds = new Histogram({
    name: "tau_upscale_duration_seconds",
    help: "Time of an upscale from its first attempt to its end.",
    labelNames: ["state"],
    buckets: upscaleBucketsSeconds,
    registers,
  });
  const queued = new Gauge({
    name: "tau_queue_jobs",
    help: "Generations that wait or run.",
    labelNames: ["state"],
    registers,
  });
  const queuedUpscales = new Gauge({
    name: "tau_queue_upscales",
    help: "Upscales that wait or run.",
    labelNames: ["state"],
    registers,
  });
  const ready = new Gauge({
    name: "tau_inference_ready",
    help: "1 while an inference child is ready.",
    registers,
  });
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
  const setDepth = (gauge: Gauge<"state">, { waiting, running }: Depth): void => {
    gauge.set({ state: "waiting" }, waiting);
    gauge.set({ state: "running" }, running);
  };
  return {
    contentType: registry.contentType,
    /** Middleware that counts and times requests. */
    recordRequests: registerMetrics,
    recordJob(state: string, durationMs: number, imageCount: number): void {
      jobs.inc({ state });
      jobSeconds.observe({ state }, durationMs / 1000);
      if (state === "done") images.inc(imageCount);
    },
    recordUpscale(state: string, durationMs: number): void {
      upscales.inc({ state });
      upscaleSeconds.observe({ state }, durationMs / 1000);
    },
    /** The exposition; depths and readiness are read at the moment of the scrape. */
    text(generations: Depth, upscaling: Depth, isReady: boolean): Promise<string> {
      setDepth(queued, generations);
      setDepth(queuedUpscales, upscaling);
      ready.set(isReady ? 1 : 0);
      return registry.metrics();
    },
    close(): void {
      delay.disable();
    },
  };
}
