/**
 * `npm run soak`: a server with a real child under a mixed load for so many minutes; memory, descriptors and threads must stay flat
 * after the first third, in which caches fill. Usage: npm run soak -- [--minutes 5] [--write]
 */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createRandom, type Random } from "./goal.ts";
import { machine, writeRows } from "./report.ts";
import { cleanUp, makeFolder, startTau, type Tau } from "./tau-process.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "5" }, write: { type: "boolean", default: false } },
});
const minutes = Number(values.minutes);
/** Growth that a process may show: what Triton's test of memory growth allows. */
const growthMaxMb = 100;
/** Descriptors and threads may differ by so many: connections come and go. */
const handlesMax = 8;

interface Sample {
  readonly atMs: number;
  readonly rssMb: number;
  readonly descriptors: number;
  readonly threads: number;
}

function sampleOf(pid: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  return { atMs: performance.now(), rssMb: field("VmRSS") / 1024, descriptors, threads: field("Threads") };
}

/** Draws, follows, cancels, inverts, deletes and lists until the time is over; counts what it did. */
async function load(tau: Tau, random: Random, untilMs: number, done: { jobs: number; asks: number }): Promise<void> {
  while (performance.now() < untilMs) {
    const key = `soak-${random()}`;
    const { id } = await tau.start(key, { count: 1 + Math.floor(random() * 4) });
    done.jobs++;
    const what = random();
    if (what < 0.1) await tau.ask(`/v1/generations/${id}`, { method: "DELETE" });
    else await (await tau.ask(`/v1/generations/${id}/events`)).text();
    const { images } = await tau.read(id);
    for (const { path } of images) await (await tau.ask(path)).arrayBuffer();
    if (what > 0.8) await (await tau.ask("/v1/generations?limit=50&q=apple")).text();
    if (what > 0.5) await tau.ask(`/v1/generations/${id}`, { method: "DELETE" });
    done.asks += 5;
  }
}

/** Growth over the window by least squares. */
function growthOf(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, at) => sum + of(at), 0) / samples.length;
  const [time, rss] = [mean(({ atMs }) => atMs), mean(({ rssMb }) => rssMb)];
  const covariance = mean(({ atMs, rssMb }) => (atMs - time) * (rssMb - rss));
  const variance = mean(({ atMs }) => (atMs - time) ** 2);
  return (covariance / variance) * (samples.at(-1)!.atMs - samples[0]!.atMs);
}

const spreadOf = (samples: readonly Sample[], of: (sample: Sample) => number): number => {
  const third = Math.ceil(samples.length / 3);
  const median = (part: readonly Sample[]): number => part.map(of).sort((a, b) => a - b)[Math.floor(part.length / 2)]!;
  return median(samples.slice(-third)) - median(samples.slice(0, third));
};

const tau = await startTau(await makeFolder());
try {
  const child = await tau.ready();
  const began = performance.now();
  const endMs = began + minutes * 60_000;
  const done = { jobs: 0, asks: 0 };
  const random = createRandom(27);
  const loads = Promise.all(Array.from({ length: 6 }, () => load(tau, random, endMs, done)));
  const samples = new Map<string, Sample[]>([
    ["server", []],
    ["inference child", []],
  ]);
  while (performance.now() < endMs) {
    await sleep(2000);
    if (performance.now() < began + (endMs - began) / 3) continue;
    samples.get("server")!.push(sampleOf(tau.pid));
    samples.get("inference child")!.push(sampleOf(child));
  }
  await loads;
  console.log(`${machine()}; ${minutes} minutes, ${done.jobs} generations, ${done.jobs + done.asks} requests`);
  const rows: string[][] = [];
  for (const [name, all] of samples) {
    const growth = growthOf(all);
    const handles = [spreadOf(all, (at) => at.descriptors), spreadOf(all, (at) => at.threads)];
    const isPassed = growth < growthMaxMb && handles.every((spread) => spread <= handlesMax);
    const last = all.at(-1)!;
    const figure = `${last.rssMb.toFixed(0)} MB, growth ${growth.toFixed(1)} MB; descriptors ${last.descriptors} (${signed(handles[0]!)}), threads ${last.threads} (${signed(handles[1]!)})`;
    console.log(`${isPassed ? "✔" : "✘"} ${name}: ${figure}`);
    if (!isPassed) process.exitCode = 1;
    rows.push([
      "K1",
      name,
      `growth < ${growthMaxMb} MB, handles ± ${handlesMax}`,
      `${minutes} minutes, ${done.jobs} generations: ${figure}`,
    ]);
  }
  if (values.write) await writeRows("soak", rows, `npm run soak -- --minutes ${minutes} --write`);
} finally {
  await tau.end("SIGTERM");
  await cleanUp();
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
