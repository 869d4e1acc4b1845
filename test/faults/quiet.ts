/**
 * A server that nothing disturbs: how long answers and jobs take. Marks are times, so `npm run test:faults` alone tries them, on a
 * machine that does nothing else; the server's processor time stands beside them. Latency counts from when a request was due, so that a client that waits hides nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { readEvents } from "../../plugin/ui/client/sse.ts";
import { median, percentile } from "../../scripts/bench/measure.ts";
import { birdRequests } from "../../scripts/bench/serving/bird-request.ts";
import { processorMs } from "../../scripts/bench/serving/processor-time.ts";
import { createInferenceClient } from "../../server/inference/client.ts";
import { packsHome } from "../../server/packs/catalogue.ts";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { limits } from "../../shared/limits.ts";
import type { Goal, Random } from "./goal.ts";
import { makeFolder, startTau, type Tau, waitFor } from "./tau-process.ts";

const ms = (value: number): string => `${value.toFixed(0)} ms`;

/** Begins `act` at these times after now, in milliseconds, and gives each the moment at which it was due. */
async function openLoad(dueMs: readonly number[], act: (due: number, index: number) => Promise<void>): Promise<void> {
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (const [index, after] of dueMs.entries()) {
    const due = began + after;
    if (due > performance.now()) await sleep(due - performance.now());
    running.push(act(due, index));
  }
  await Promise.all(running);
}

const [pollsPerSecond, pollSeconds] = [200, 3];

export const polls: Goal = {
  id: "L2",
  fault: `${pollsPerSecond} polls a second while the queue is full`,
  mark: "0 errors, p99 < 100 ms",
  async run(times, random) {
    const latenciesMs: number[] = [];
    let [errors, spentMs] = [0, 0];
    for (let time = 0; time < times; time++) {
      const tau = await startTau(await makeFolder());
      const child = await tau.ready();
      process.kill(child, "SIGSTOP");
      const ids: string[] = [];
      for (let at = 0; at < limits.queueMax + limits.jobsParallelMax; at += limits.jobsParallelMax)
        ids.push(
          ...(await Promise.all(
            Array.from({ length: limits.jobsParallelMax }, async (_, index) => (await tau.start(`${at + index}`)).id),
          )),
        );
      const due = Array.from({ length: pollsPerSecond * pollSeconds }, (_, index) => (index * 1000) / pollsPerSecond);
      const before = processorMs(tau.pid);
      await openLoad(due, async (dueAt) => {
        const state = await tau.read(ids[Math.floor(random() * ids.length)]!).then(
          (generation) => generation.state,
          () => "error",
        );
        if (state !== "queued" && state !== "running") errors++;
        latenciesMs.push(performance.now() - dueAt);
      });
      spentMs += processorMs(tau.pid) - before;
      await tau.end("SIGKILL");
      process.kill(child, "SIGKILL");
    }
    const p99 = percentile(latenciesMs, 99);
    return {
      isPassed: errors === 0 && p99 < 100,
      figure: `${latenciesMs.length} polls of ${limits.queueMax + limits.jobsParallelMax} jobs, ${errors} errors; median ${ms(median(latenciesMs))}, p99 ${ms(p99)}; ${(spentMs / latenciesMs.length).toFixed(1)} ms of the server's processor a poll`,
    };
  },
};

/** When a job was accepted, had ended, and its last image was here: milliseconds after it was asked for. */
interface Moments {
  readonly acceptedMs: number;
  readonly endedMs: number;
  readonly wholeMs: number;
}

/** From the request to the last image's bytes, each fetched when it is known, as the plugin does it. @throws Error for a job that is not done */
async function drawWhole(tau: Tau, key: string, fields: object): Promise<Moments> {
  const began = performance.now();
  const { id } = await tau.start(key, { condition: { caption: "a red bird" }, ...fields });
  const acceptedMs = performance.now() - began;
  const fetched = new Map<string, Promise<unknown>>();
  const fetchOnce = (path: string): Promise<unknown> => tau.ask(path).then((answer) => answer.arrayBuffer());
  const { body } = await tau.ask(`/v1/generations/${id}/events`);
  let last: Generation | undefined;
  for await (const { data } of readEvents(body!)) {
    last = JSON.parse(data) as Generation;
    for (const { path } of last.images)
      if (!fetched.has(path)) {
        const bytes = fetchOnce(path);
        // Awaited below; one that fails before is no unhandled rejection.
        bytes.catch(() => undefined);
        fetched.set(path, bytes);
      }
  }
  const endedMs = performance.now() - began;
  if (last?.state !== "done") throw new Error(`expected done, got ${last?.state}: ${last?.problem?.detail}`);
  await Promise.all(fetched.values());
  return { acceptedMs, endedMs, wholeMs: performance.now() - began };
}

async function timedMs(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

/** Times at which something comes that comes so often in the mean, whenever it came before. */
function poissonMs(random: Random, meanMs: number, endMs: number): number[] {
  const due: number[] = [];
  for (let at = 0; at < endMs; at += -Math.log(1 - random()) * meanMs) due.push(at);
  return due;
}

const arrivalSeconds = 6;

export const arrivals: Goal = {
  id: "L4",
  fault: "Poisson arrivals of single images at 0.7 of what one after another leaves room for, with the packs that ship",
  mark: "0 failed, p95 wait < 4 services",
  async run(times, random) {
    const tau = await startTau(await makeFolder(), { packs: packsHome() });
    await tau.ready();
    const alone: number[] = [];
    for (let index = 0; index < 12; index++)
      alone.push(await timedMs(() => drawWhole(tau, `alone-${index}`, { count: 1, seed: index })));
    // The first ones warm it up.
    const serviceMs = median(alone.slice(2));
    const waitsMs: number[] = [];
    let [failed, open, openMost] = [0, 0, 0];
    await openLoad(poissonMs(random, serviceMs / 0.7, times * arrivalSeconds * 1000), async (due, index) => {
      openMost = Math.max(openMost, ++open);
      await drawWhole(tau, `open-${index}`, { count: 1, seed: index }).catch(() => failed++);
      open--;
      waitsMs.push(performance.now() - due - serviceMs);
    });
    await tau.end("SIGTERM");
    const services = percentile(waitsMs, 95) / serviceMs;
    return {
      isPassed: failed === 0 && services < 4,
      figure: `${waitsMs.length} jobs in ${times * arrivalSeconds} s, ${failed} failed; a service takes ${ms(serviceMs)}, p95 wait ${services.toFixed(1)} services; ${openMost} open at most`,
    };
  },
};

const pairs = 10;
/** Pairs before those: code that just started is slower. */
const warmUp = 10;

/** Time of generations in the server's inference child so far, by the child's own clock, once so many have ended. */
async function inferenceMs(tau: Tau, ended: number): Promise<number> {
  return waitFor(`${ended} generations in the metrics`, async () => {
    const text = await (await tau.ask("/metrics")).text();
    const of = (what: string): number =>
      Number(new RegExp(`^tau_inference_seconds_${what}\\{kind="generation"\\} (\\S+)$`, "m").exec(text)?.[1] ?? 0);
    return of("count") === ended ? 1000 * of("sum") : undefined;
  });
}

/**
 * What a job takes besides the time that the inference child reports for it, by its own clock. The same by a bare child, in turns, says
 * whether the server slows its child down.
 */
export const overhead: Goal = {
  id: "L6",
  fault:
    "a caption to four images over HTTP and the same by a bare inference child, in turns, with the packs that ship",
  mark: "p95 of what HTTP, queue, PNG and disk add to a job's own time in its child ≤ 30 ms or ≤ 15 %",
  async run(times) {
    const { packId, requestOf } = await birdRequests();
    const common = { packsDir: packsHome(), packIds: [packId], provider: "cpu", threads: 1 };
    const bare = createInferenceClient({ ...common, log: () => undefined });
    const tau = await startTau(await makeFolder(), { packs: packsHome() });
    try {
      await Promise.all([bare.start(), tau.ready()]);
      const jobs: Array<Moments & { readonly inferenceMs: number; readonly bareMs: number }> = [];
      let [spentMs, inferred] = [0, 0];
      for (let seed = 0; seed < warmUp + times * pairs; seed++) {
        const before = processorMs(tau.pid);
        const moments = await drawWhole(tau, `${seed}`, { count: 4, seed });
        if (seed >= warmUp) spentMs += processorMs(tau.pid) - before;
        const soFar = await inferenceMs(tau, seed + 1);
        let bareMs = 0;
        await bare.generate(requestOf(4, seed), { onImage: () => undefined, onDone: (tookMs) => (bareMs = tookMs) });
        jobs.push({ ...moments, inferenceMs: soFar - inferred, bareMs });
        inferred = soFar;
      }
      jobs.splice(0, warmUp);
      const of = (value: (job: (typeof jobs)[number]) => number, percent = 50): number =>
        percentile(jobs.map(value), percent);
      const service = of((job) => job.inferenceMs);
      const added = (job: (typeof jobs)[number]): number => job.wholeMs - job.inferenceMs;
      const p95 = of(added, 95);
      const parts = [
        `${ms(of((job) => job.acceptedMs))} until accepted`,
        `${ms(of((job) => job.endedMs - job.inferenceMs))} (p95 ${ms(of((job) => job.endedMs - job.inferenceMs, 95))}) until its end is known`,
        `${ms(of((job) => job.wholeMs - job.endedMs))} (p95 ${ms(of((job) => job.wholeMs - job.endedMs, 95))}) for the images`,
      ].join(", ");
      return {
        isPassed: p95 <= Math.max(30, 0.15 * service),
        figure: `${jobs.length} pairs; inference ${ms(service)} (p95 ${ms(of((job) => job.inferenceMs, 95))}; bare ${ms(of((job) => job.bareMs))}, p95 ${ms(of((job) => job.bareMs, 95))}), added: median ${ms(of(added))}, p95 ${ms(p95)} = ${((100 * p95) / service).toFixed(0)} %: ${parts}; ${(spentMs / jobs.length).toFixed(1)} ms of the server's processor a job`,
      };
    } finally {
      await bare.close();
      await tau.end("SIGTERM");
    }
  },
};
