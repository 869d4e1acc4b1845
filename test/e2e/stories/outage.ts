/**
 * Servers and machines that are lost in the middle of a batch: the plugin waits, goes on, and ends with every image. The built program
 * with the packs that ship, in processes of their own.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import { packsHome } from "../../../server/packs/catalogue.ts";
import type { WorkerList } from "../../../shared/contract/workers.ts";
import { cleanUp, makeFolder, startTau, type Tau, type TauOptions, waitFor } from "../../faults/tau-process.ts";
import { type Namespace, openNamespace, withoutNamespaces } from "../../fixtures/processes/namespaces.ts";
import { startQueueServer } from "../../jobs/queue-server.ts";
import type { Stage, StageServer, Story } from "./story.ts";

/** Of each a few images: the batch takes seconds, so that something can be lost in its middle. */
const captions = ["apple", "bird", "car", "cup", "fish", "house", "key", "lamp", "star", "tree", "book", "bell"];
const imagesEach = 4;

const start = async (data: string, options: TauOptions): Promise<Tau> => {
  // The program finds the playground where a build puts it.
  if (!existsSync("dist/playground")) await buildPlugin({ outDir: "dist" });
  return startTau(data, { packs: packsHome(), ...options });
};
const stageOf = async (tau: Tau, data: string): Promise<StageServer> => ({
  url: `http://localhost:${tau.port}`,
  token: { value: (await readFile(path.join(data, "token"), "utf8")).trim() },
});

/** Requests all, loses something once the first image is there, and sees that none is missing in the end. */
async function batchWithLoss(
  { page, ui, generate, step }: Stage,
  lose: () => Promise<void>,
  mend: () => Promise<void>,
) {
  await generate(captions.join("\n"));
  await ui.locator(".tile img").first().waitFor();
  await lose();
  assert.equal(await ui.locator(".applied").count(), 0, "expected a batch in its middle, got its end");
  await step("lost");
  await mend();
  await ui.locator(".applied").waitFor({ timeout: 300_000 });
  await step("complete");
  for (const caption of captions) {
    const artboards = page.locator("#layers .layer", { hasText: new RegExp(`^${caption}$`) });
    assert.equal(await artboards.count(), 1, caption);
    const images = page.locator("#layers .layer", { hasText: new RegExp(`^${caption} \\d$`) });
    assert.equal(await images.count(), imagesEach, caption);
  }
}

let data: string;
let tau: Tau;

const outage: Story = {
  name: "a-server-that-dies-mid-batch-costs-no-image",
  isLong: true,
  startServer: async () => {
    data = await makeFolder();
    tau = await start(data, {});
    await tau.ready();
    return { server: await stageOf(tau, data), close: cleanUp };
  },
  run: async (stage) => {
    const port = tau.port!;
    await batchWithLoss(
      stage,
      async () => void (await tau.end("SIGKILL")),
      async () => {
        tau = await start(data, { args: ["--port", port] });
      },
    );
  },
};

let machines: { startWorker(index: number): Promise<Tau>; lose(index: number): Promise<void> };

/** Where there are no network namespaces, the workers are two processes with data folders of their own, and one is killed. */
const twoMachines: Story = {
  name: "one-of-two-machines-is-cut-off-mid-batch",
  isLong: true,
  startServer: async () => {
    const reason = withoutNamespaces();
    if (reason) console.log(`two data folders instead of two network namespaces: ${reason}`);
    const spaces: Namespace[] = reason ? [] : [openNamespace(0), openNamespace(1)];
    const home = await makeFolder();
    const addresses = spaces.map(({ hostAddress }) => hostAddress);
    const queue = await startQueueServer(true, addresses);
    const shared = { TAU_STORE_URL: pathToFileURL(path.join(home, "store")).href };
    const api = await start(path.join(home, "api"), { env: { ...shared, TAU_QUEUE_URL: queue.url } });
    const workers: Tau[] = [];
    machines = {
      startWorker: async (index) => {
        const { within = [], hostAddress = "127.0.0.1" } = spaces[index] ?? {};
        const env = { ...shared, TAU_QUEUE_URL: `redis://${hostAddress}:${queue.port}` };
        const worker = await start(path.join(home, `worker-${index}`), { command: "worker", within, env });
        workers[index] = worker;
        await waitFor("a worker that is known", async () => {
          const known = ((await (await api.ask("/v1/workers")).json()) as WorkerList).workers;
          return known.filter(({ isLive }) => isLive).length === index + 1 || undefined;
        });
        return worker;
      },
      lose: async (index) => {
        if (spaces[index]) spaces[index].cut();
        else await workers[index]!.end("SIGKILL");
      },
    };
    await machines.startWorker(0);
    await waitFor("a server that is ready", async () => (await api.ask("/readyz")).status === 200 || undefined);
    const close = async (): Promise<void> => {
      await Promise.all([...workers, api].map((each) => each.end("SIGKILL")));
      for (const space of spaces) space.close();
      await queue.stop();
      await cleanUp();
    };
    return { server: await stageOf(api, path.join(home, "api")), close };
  },
  run: async (stage) => {
    const { ui, step, page } = stage;
    // By the first machine, which is the only one so far; the batch then ends by the second, which is the only one left.
    await stage.generate("sun");
    await ui.locator(".applied").waitFor({ timeout: 120_000 });
    await page.locator("#layers .layer", { hasText: /^sun$/ }).waitFor();
    await step("by-one-machine");
    await machines.startWorker(1);
    await batchWithLoss(
      stage,
      () => machines.lose(0),
      async () => undefined,
    );
  },
};

export const outageStories: readonly Story[] = [outage, twoMachines];
