/** An inference child that gets no more memory: it fails, or dies alone, and the server goes on with the next. Linux lends the limit. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodePng } from "../../server/images/codec.ts";
import type { Upscale } from "../../shared/contract/upscaling.ts";
import { type Goal, seconds, worst } from "./goal.ts";
import { Ledger } from "./ledger.ts";
import { makeFolder, startTau, type Tau, tinyPacks, waitFor } from "./tau-process.ts";

const prlimit = "/usr/bin/prlimit";
/** More than a child needs to answer that it has none, less than a picture of 512 px takes. */
const spareMb = 32;
const upscaler = fileURLToPath(new URL("../../server/packs/default/super-resolution", import.meta.url));

/** Addresses that a process has, in MB. */
const addressesMb = (pid: number): number =>
  Number(/^VmSize:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;

function takeMemory(pid: number): void {
  const bytes = Math.round((addressesMb(pid) + spareMb) * 2 ** 20);
  execFileSync(prlimit, ["--pid", String(pid), `--as=${bytes}`]);
}

async function upload(tau: Tau): Promise<string> {
  const sidePx = 256;
  const rgba = Uint8Array.from({ length: sidePx ** 2 * 4 }, (_, index) => (index % 4 === 3 ? 255 : (index * 7) % 256));
  const body = (await encodePng(rgba, sidePx, sidePx)) as Uint8Array<ArrayBuffer>;
  const response = await tau.ask("/v1/images", { method: "POST", body, headers: { "Content-Type": "image/png" } });
  return ((await response.json()) as { digest: string }).digest;
}

export const memoryTaken: Goal = {
  id: "F11",
  fault: "an inference child that gets no more memory while it enlarges a picture and four jobs wait and run",
  mark: "the picture is done or fails as out_of_memory, all other jobs are done, the server lives; ready again within 10 s",
  skip: () => (existsSync(prlimit) ? undefined : "no prlimit (Linux)"),
  async run(times) {
    const packs = join(await makeFolder(), "packs");
    cpSync(await tinyPacks(), packs, { recursive: true });
    cpSync(upscaler, join(packs, "super-resolution"), { recursive: true });
    const dataDir = await makeFolder();
    const tau = await startTau(dataDir, { packs });
    const ledger = new Ledger();
    const image = await upload(tau);
    const ends: string[] = [];
    const readyMs: number[] = [];
    let deaths = 0;
    for (let time = 0; time < times; time++) {
      const child = await tau.ready();
      takeMemory(child);
      const body = JSON.stringify({ image, scale: 4, seed: time });
      const asked = await tau.ask("/v1/upscales", { method: "POST", body });
      const { id } = (await asked.json()) as Upscale;
      for (let index = 0; index < 4; index++) {
        const key = `memory-${time}-${index}`;
        ledger.note(key, await tau.start(key));
      }
      const { state, problem } = await waitFor("an end of the upscale", async () => {
        const upscale = (await (await tau.ask(`/v1/upscales/${id}`)).json()) as Upscale;
        return upscale.finishedAt === undefined ? undefined : upscale;
      });
      ends.push(problem?.type.split(":").at(-1) ?? state);
      const began = performance.now();
      const next = await tau.ready();
      readyMs.push(performance.now() - began);
      await ledger.settle(tau, dataDir);
      if (next !== child) deaths++;
      else process.kill(child, "SIGKILL");
      await waitFor("another child", async () => ((await tau.ready()) !== child ? true : undefined));
    }
    const count = await ledger.settle(tau, dataDir);
    const code = await tau.end("SIGTERM");
    const kinds = [...new Set(ends)].map((kind) => `${ends.filter((end) => end === kind).length} ${kind}`);
    return {
      isPassed:
        count.done === ledger.size &&
        ends.every((end) => end === "done" || end === "out_of_memory") &&
        worst(readyMs) <= 10_000 &&
        code === 0,
      figure: `${times} times: pictures ${kinds.join(", ")}, ${deaths} children died, ${count.done} of ${ledger.size} other jobs done; ready again in ${seconds(worst(readyMs))} at most`,
    };
  },
};
