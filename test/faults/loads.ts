/** More than a server can do: floods of jobs, one who floods beside one who requests a single image, clients that drip. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { GenerationList } from "../../shared/contract/generations/generation.ts";
import { limits } from "../../shared/limits.ts";
import type { Goal } from "./goal.ts";
import { makeFolder, startTau, waitFor } from "./tau-process.ts";

export const flood: Goal = {
  id: "L3",
  fault: "300 jobs at once while nothing is drawn",
  mark: `${limits.queueMax + limits.jobsParallelMax} accepted, all others 429 with Retry-After`,
  async run(times) {
    const expected = limits.queueMax + limits.jobsParallelMax;
    const accepted: number[] = [];
    let without = 0;
    for (let time = 0; time < times; time++) {
      const tau = await startTau(await makeFolder());
      process.kill(await tau.ready(), "SIGSTOP");
      const answers = [];
      // On a busy machine a connection may take longer than its client waits; the same key is the same job.
      const ask = (key: string): Promise<Response> => tau.draw(key).catch(() => tau.draw(key));
      for (let index = 0; index < 300; index += 50)
        answers.push(...(await Promise.all(Array.from({ length: 50 }, (_, at) => ask(`${index + at}`)))));
      accepted.push(answers.filter(({ status }) => status === 202).length);
      without += answers.filter(
        ({ status, headers }) => status !== 202 && !(Number(headers.get("retry-after")) > 0),
      ).length;
      await Promise.all(answers.map((answer) => answer.text()));
      const child = tau.inferencePid;
      await tau.end("SIGKILL");
      if (child !== undefined) process.kill(child, "SIGKILL");
    }
    return {
      isPassed: accepted.every((count) => count === expected) && without === 0,
      figure: `${times} times: ${[...new Set(accepted)].join()} of 300 accepted, ${without} refused without Retry-After`,
    };
  },
};

export const fairness: Goal = {
  id: "L8",
  fault: "a batch of 100 while nothing is drawn, then another client's single image",
  mark: "the single image is the next",
  async run(times) {
    let next = 0;
    for (let time = 0; time < times; time++) {
      const tau = await startTau(await makeFolder());
      const child = await tau.ready();
      process.kill(child, "SIGSTOP");
      const generations = Array.from({ length: 100 }, (_, seed) => ({ condition: { caption: "red" }, count: 1, seed }));
      const batch = await tau.ask("/v1/batches", { method: "POST", body: JSON.stringify({ generations }) });
      await waitFor("a batch that fills the line", async () => {
        const { generations: listed } = (await (await tau.ask("/v1/generations?limit=100")).json()) as GenerationList;
        return listed.length === 2 * limits.jobsParallelMax || undefined;
      });
      const { id } = await tau.start("single", { count: 1 });
      if ((await tau.read(id)).progress.position === 0) next++;
      await batch.body!.cancel();
      await tau.end("SIGKILL");
      process.kill(child, "SIGKILL");
    }
    return { isPassed: next === times, figure: `${next} of ${times}` };
  },
};

export const drippingClients: Goal = {
  id: "C1",
  fault: "300 clients that drip headers and come again whenever they are closed",
  mark: "40 of 40 good requests answered",
  async run(times) {
    const tau = await startTau(await makeFolder());
    await tau.ready();
    let isOver = false;
    const drip = (): void => {
      const socket = connect(Number(tau.port), "127.0.0.1", () => socket.write("GET /healthz HTTP/1.1\r\nHost: loc"));
      socket.on("error", () => undefined);
      socket.once("close", () => !isOver && setTimeout(drip, 50));
    };
    for (let index = 0; index < 300; index++) drip();
    await sleep(500);
    let answered = 0;
    // On a busy machine hundreds may come before a client says what it wants; it asks once more, as browsers do.
    const ask = (): Promise<Response> => tau.ask("/healthz", { headers: { Connection: "close" } });
    for (let index = 0; index < 40 * times; index++)
      answered += await ask()
        .catch(ask)
        .then(
          ({ status }) => (status === 200 ? 1 : 0),
          () => 0,
        );
    isOver = true;
    await waitFor("an end", async () => tau.end("SIGTERM"));
    return { isPassed: answered === 40 * times, figure: `${answered} of ${40 * times} answered` };
  },
};

export const providerAbsent: Goal = {
  id: "F12",
  fault: "a provider that is required and absent",
  mark: "the start fails as provider_unavailable",
  async run(times) {
    let refused = 0;
    for (let time = 0; time < times; time++) {
      const tau = await startTau(await makeFolder(), { args: ["--provider", "cuda"] });
      const code = await waitFor("the end", async () => tau.process.exitCode ?? undefined);
      if (code === 1 && /provider_unavailable/.test(tau.log)) refused++;
    }
    return { isPassed: refused === times, figure: `${refused} of ${times} refused` };
  },
};
