/**
 * Counters, gauges and histograms in the Prometheus text format 0.0.4. Labels are few and bounded: route patterns, never
 * paths; nothing about captions.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";

const requestBucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const jobBucketsSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];
const upscaleBucketsSeconds = [0.5, 1, 2.5, 5, 15, 60, 180, 600];

/** Node's monitor measures from timer to timer, so its resolution is part of every value and is taken off again. */
const delayResolutionMs = 10;

type Labels = Readonly<Record<string, string | number>>;

const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${String(value).replace(/["\\\n]/g, "_")}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
};

class Counter {
  private readonly values = new Map<string, number>();
  private readonly name: string;
  private readonly help: string;
  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }
  add(labels: Labels, amount = 1): void {
    const key = labelText(labels);
    this.values.set(key, (this.values.get(key) ?? 0) + amount);
  }
  lines(): string[] {
    const samples = [...this.values].map(([labels, value]) => `${this.name}${labels} ${value}`);
    return [`# HELP ${this.name} ${this.help}`, `# TYPE ${this.name} counter`, ...samples];
  }
}

class Histogram {
  private readonly series = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();
  private readonly name: string;
  private readonly help: string;
  private readonly buckets: readonly number[];
  constructor(name: string, help: string, buckets: readonly number[]) {
    this.name = name;
    this.help = help;
    this.buckets = buckets;
  }
  observe(labels: Labels, value: number): void {
    const key = labelText(labels);
    const entry = this.series.get(key) ?? { labels, counts: this.buckets.map(() => 0), sum: 0, count: 0 };
    this.series.set(key, entry);
    this.buckets.forEach((bound, i) => {
      if (value <= bound) entry.counts[i]!++;
    });
    entry.sum += value;
    entry.count++;
  }
  lines(): string[] {
    const samples = [...this.series.values()].flatMap(({ labels, counts, sum, count }) => [
      ...this.buckets.map((le, i) => `${this.name}_bucket${labelText({ ...labels, le })} ${counts[i]}`),
      `${this.name}_bucket${labelText({ ...labels, le: "+Inf" })} ${count}`,
      `${this.name}_sum${labelText(labels)} ${sum}`,
      `${this.name}_count${labelText(labels)} ${count}`,
    ]);
    return [`# HELP ${this.name} ${this.help}`, `# TYPE ${this.name} histogram`, ...samples];
  }
}

const gauge = (name: string, help: string, samples: ReadonlyArray<readonly [Labels, number]>): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} gauge`,
  ...samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}`),
];

interface Depth {
  readonly waiting: number;
  readonly running: number;
}

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const requests = new Counter("tau_http_requests_total", "Requests answered, by route pattern, method and status.");
  const duration = new Histogram("tau_http_request_seconds", "Time to the answer's headers.", requestBucketsSeconds);
  const jobs = new Counter("tau_jobs_total", "Generations ended, by state.");
  const jobSeconds = new Histogram(
    "tau_job_seconds",
    "Time of a generation from its first attempt to its end.",
    jobBucketsSeconds,
  );
  const images = new Counter("tau_images_total", "Images made by generations that are done.");
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
  delay.enable();
  images.add({}, 0);
  const upscales = new Counter("tau_upscales_total", "Upscales ended, by state.");
  const upscaleSeconds = new Histogram(
    "tau_upscale_seconds",
    "Time of an upscale from its first attempt to its end.",
    upscaleBucketsSeconds,
  );
  return {
    recordRequest(route: string, method: string, status: number, durationMs: number): void {
      requests.add({ route, method, status });
      duration.observe({ route }, durationMs / 1000);
    },
    recordJob(state: string, durationMs: number, imageCount: number): void {
      jobs.add({ state });
      jobSeconds.observe({ state }, durationMs / 1000);
      if (state === "done") images.add({}, imageCount);
    },
    recordUpscale(state: string, durationMs: number): void {
      upscales.add({ state });
      upscaleSeconds.observe({ state }, durationMs / 1000);
    },
    /** The exposition; depths and readiness are read at the moment of the scrape. */
    text(generations: Depth, upscaling: Depth, isReady: boolean): string {
      const delays = [0.5, 0.99].map(
        (q) => [{ quantile: q }, Math.max(0, delay.percentile(q * 100) / 1e9 - delayResolutionMs / 1000)] as const,
      );
      const counted = [requests, duration, jobs, jobSeconds, images, upscales, upscaleSeconds];
      const lines = counted.flatMap((metric) => metric.lines());
      const statesOf = ({ waiting, running }: Depth) =>
        [[{ state: "waiting" }, waiting] as const, [{ state: "running" }, running] as const] as const;
      lines.push(
        ...gauge("tau_queue_jobs", "Generations that wait or run.", statesOf(generations)),
        ...gauge("tau_queue_upscales", "Upscales that wait or run.", statesOf(upscaling)),
        ...gauge("tau_inference_ready", "1 while an inference child is ready.", [[{}, isReady ? 1 : 0]]),
        ...gauge("tau_event_loop_delay_seconds", "Delay of the event loop since the start.", delays),
        ...gauge("tau_resident_memory_bytes", "Resident memory of the server process.", [
          [{}, process.memoryUsage.rss()],
        ]),
      );
      return `${lines.join("\n")}\n`;
    },
    close(): void {
      delay.disable();
    },
  };
}
