/**
 * A server that nothing disturbs: how long answers and jobs take. Marks are times, so `npm run test:faults` alone tries them, on a
 * machine that does nothing else; the server's processor time stands beside them. Latency counts from when a request was due, so that a client that waits hides nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { median, percentile } from "../../scripts/bench/measure.ts";
import { birdRequests } from "../../scripts/bench/serving/bird-request.ts";
import { processorMs } from "../../scripts/bench/serving/processor-time.ts";
import { createInferenceClient } from "../../server/inference/client.ts";
import { packsHome } from "../../server/packs/catalogue.ts";
import { limits } from "../../shared/limits.ts";
import type { Goal, Random } from "./goal.ts";
import { makeFolder, startTau, type Tau } from "./tau-process.ts";

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

/** From the request to the last image's bytes, as the plugin does it. @throws Error for a job that is not done */
async function drawWhole(tau: Tau, key: string, fields: object): Promise<void> {
  const { id } = await tau.start(key, { condition: { caption: "a red bird" }, ...fields });
  await (await tau.ask(`/v1/generations/${id}/events`)).text();
  const { state, images, problem } = await tau.read(id);
  if (state !== "done") throw new Error(`expected done, got ${state}: ${problem?.detail}`);
  await Promise.all(images.map(async ({ path }) => (await tau.ask(path)).arrayBuffer()));
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

export const overhead: Goal = {
  id: "L6",
  fault:
    "a caption to four images over HTTP and the same by a bare inference child, in turns, with the packs that ship",
  mark: "p95 of what HTTP, queue, PNG and disk add ≤ 30 ms or ≤ 15 %",
  async run(times) {
    const { packId, requestOf } = await birdRequests();
    const common = { packsDir: packsHome(), packIds: [packId], provider: "cpu", threads: 1 };
    const bare = createInferenceClient({ ...common, log: () => undefined });
    const tau = await startTau(await makeFolder(), { packs: packsHome() });
    try {
      await Promise.all([bare.start(), tau.ready()]);
      const [whole, inference]: [number[], number[]] = [[], []];
      let spentMs = 0;
      // The first two pairs warm up.
      for (let seed = 0; seed < 2 + times * pairs; seed++) {
        const before = processorMs(tau.pid);
        whole.push(await timedMs(() => drawWhole(tau, `${seed}`, { count: 4, seed })));
        if (seed >= 2) spentMs += processorMs(tau.pid) - before;
        inference.push(await timedMs(() => bare.generate(requestOf(4, seed), { onImage: () => undefined })));
      }
      const added = whole.slice(2).map((value, index) => value - inference[index + 2]!);
      const service = median(inference.slice(2));
      const p95 = percentile(added, 95);
      return {
        isPassed: p95 <= Math.max(30, 0.15 * service),
        figure: `${added.length} pairs; inference ${ms(service)}, added: median ${ms(median(added))}, p95 ${ms(p95)}; ${(spentMs / added.length).toFixed(1)} ms of the server's processor a job`,
      };
    } finally {
      await bare.close();
      await tau.end("SIGTERM");
    }
  },
};
