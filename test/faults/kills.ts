/** Processes that end or hang at any moment: the server, its inference child. */
import { setTimeout as sleep } from "node:timers/promises";
import { limits } from "../../shared/limits.ts";
import { type Goal, type Random, seconds, worst } from "./goal.ts";
import { Ledger } from "./ledger.ts";
import { makeFolder, startTau, type Tau, waitFor } from "./tau-process.ts";

const signal = (pid: number, name: NodeJS.Signals): void => void process.kill(pid, name);

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

/** Jobs that the server acknowledged before it was gone. */
async function ask(tau: Tau, ledger: Ledger, count: number): Promise<void> {
  const first = ledger.size + ledger.unanswered.size;
  const requested = Array.from({ length: count }, async (_, index) => {
    const key = `key-${first + index}`;
    ledger.unanswered.add(key);
    ledger.note(key, await tau.start(key));
  });
  await Promise.allSettled(requested);
}

/** States of a server in which it is killed; each begins with twelve jobs, of which a stopped child keeps eight from ending. */
const states: Readonly<Record<string, (tau: Tau, ledger: Ledger, child: number, random: Random) => Promise<void>>> = {
  "jobs wait and run": async () => undefined,
  "jobs end": async (_tau, _ledger, child, random) => {
    signal(child, "SIGCONT");
    await sleep(random() * 150);
  },
  "jobs are cancelled": async (tau, ledger) => {
    for (const id of ledger.ids.slice(-12).filter((_, index) => index % 4 === 0))
      void tau.ask(`/v1/generations/${id}`, { method: "DELETE" }).catch(() => undefined);
    await sleep(5);
  },
  "jobs come": async (tau, ledger, _child, random) => {
    const requested = ask(tau, ledger, 8);
    await sleep(random() * 40);
    void requested;
  },
};

export const serverKilled: Goal = {
  id: "F1, F3, F10",
  fault: `kill -9 of the server while ${Object.keys(states).join(", ")}; its child is stopped meanwhile`,
  mark: "no acknowledged job lost, doubled or half",
  async run(times, random) {
    const dataDir = await makeFolder();
    const ledger = new Ledger();
    let tau = await startTau(dataDir);
    const restartsMs: number[] = [];
    let count = { done: 0, failed: 0, cancelled: 0 };
    for (let time = 0; time < times; time++)
      for (const act of Object.values(states)) {
        const child = await tau.ready();
        signal(child, "SIGSTOP");
        await ask(tau, ledger, 12);
        await act(tau, ledger, child, random);
        await tau.end("SIGKILL");
        // A stopped child can't notice that its parent is gone.
        signal(child, "SIGKILL");
        const began = performance.now();
        tau = await startTau(dataDir);
        await tau.ready();
        restartsMs.push(performance.now() - began);
        // A client that heard nothing asks again under its key, and one that did may: each is the same job.
        for (const key of [...ledger.unanswered, `key-${ledger.size - 1}`]) ledger.note(key, await tau.start(key));
        count = await ledger.settle(tau, dataDir);
      }
    const code = await tau.end("SIGTERM");
    const figure = `${times * Object.keys(states).length} kills, ${ledger.size} jobs acknowledged: ${count.done} done, ${count.cancelled} cancelled, ${count.failed} failed; ready again in ${seconds(worst(restartsMs))} at most`;
    return { isPassed: count.failed === 0 && code === 0, figure };
  },
};

export const childKilled: Goal = {
  id: "F2",
  fault: "kill -9 of the inference child while eight jobs run and four wait",
  mark: "all jobs done; ready again within 10 s",
  async run(times, random) {
    const dataDir = await makeFolder();
    const ledger = new Ledger();
    const tau = await startTau(dataDir);
    const readyMs: number[] = [];
    let count = { done: 0, failed: 0, cancelled: 0 };
    for (let time = 0; time < times; time++) {
      const child = await tau.ready();
      signal(child, "SIGSTOP");
      await ask(tau, ledger, 12);
      signal(child, "SIGCONT");
      await sleep(random() * 30);
      signal(child, "SIGKILL");
      const began = performance.now();
      await waitFor("another child", async () => ((await tau.ready()) !== child ? true : undefined));
      readyMs.push(performance.now() - began);
      // All jobs end before the next kill: one that loses three children fails, as F4 asks.
      count = await ledger.settle(tau, dataDir);
    }
    await tau.end("SIGTERM");
    return {
      isPassed: count.done === ledger.size && worst(readyMs) <= 10_000,
      figure: `${times} kills, ${count.done} of ${ledger.size} done; ready again in ${seconds(worst(readyMs))} at most`,
    };
  },
};

export const childHangs: Goal = {
  id: "F9",
  fault: "SIGSTOP of the inference child while eight jobs run and four wait",
  mark: `ended within ${limits.inferenceSilenceMs / 1000 + 10} s, all jobs done`,
  async run(times) {
    const dataDir = await makeFolder();
    const ledger = new Ledger();
    const tau = await startTau(dataDir);
    const endedMs: number[] = [];
    let count = { done: 0, failed: 0, cancelled: 0 };
    for (let time = 0; time < times; time++) {
      const child = await tau.ready();
      signal(child, "SIGSTOP");
      const began = performance.now();
      await ask(tau, ledger, 12);
      await waitFor("its end", async () => (isGone(child) ? true : undefined));
      endedMs.push(performance.now() - began);
      // As above: no job meets three children that hang.
      count = await ledger.settle(tau, dataDir);
    }
    await tau.end("SIGTERM");
    return {
      isPassed: count.done === ledger.size && worst(endedMs) <= limits.inferenceSilenceMs + 10_000,
      figure: `${times} times, ${count.done} of ${ledger.size} done; ended after ${seconds(worst(endedMs))} at most`,
    };
  },
};

export const stopped: Goal = {
  id: "F10",
  fault: "SIGTERM with eight jobs that do not end and twelve that wait",
  mark: "exit code 0 within 30 s, all jobs done after the next start",
  async run(times) {
    const dataDir = await makeFolder();
    const ledger = new Ledger();
    let tau = await startTau(dataDir);
    const stopMs: number[] = [];
    const codes = new Set<number | string>();
    for (let time = 0; time < times; time++) {
      const child = await tau.ready();
      signal(child, "SIGSTOP");
      await ask(tau, ledger, 20);
      const began = performance.now();
      codes.add(await tau.end("SIGTERM"));
      stopMs.push(performance.now() - began);
      tau = await startTau(dataDir);
    }
    const count = await ledger.settle(tau, dataDir);
    await tau.end("SIGTERM");
    return {
      isPassed: count.done === ledger.size && [...codes].join() === "0" && worst(stopMs) <= 30_000,
      figure: `${times} stops in ${seconds(worst(stopMs))} at most, exit codes ${[...codes].join()}; ${count.done} of ${ledger.size} done`,
    };
  },
};
