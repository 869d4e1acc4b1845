/** A sample of a training is asked for, and the queue server goes once the training is found: the request is refused, and soon. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { readConfig } from "../../server/app/config.ts";
import { openShared, type Shared } from "../../server/app/many/open-shared.ts";
import { type HttpProcess, serveHttp } from "../../server/app/many/serve-http.ts";
import { limits } from "../../shared/limits.ts";
import type { Problem } from "../../shared/problem.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { greyPng } from "../http/images.ts";
import { trainings } from "../jobs/job-samples.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "../jobs/queue-server.ts";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** A command's time, and as much again for a machine that is busy. */
const boundMs = 2 * limits.queueCommandMs;

describe("samples of trainings of many machines", { skip: withoutQueueServer, timeout: 120_000 }, () => {
  let home: string;
  let queueServer: QueueServer;
  let relay: Server;
  let worker: Shared;
  let server: HttpProcess;
  let png: Buffer;
  let path: string;
  /** What the queue server gets instead of the next question for a sample. */
  let signal: NodeJS.Signals | undefined;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "tau-samples-"));
    queueServer = await startQueueServer(true);
    relay = createServer((near) => {
      const far = connect(queueServer.port, "127.0.0.1");
      near.on("data", (data) => {
        if (signal && data.includes(":previews:")) process.kill(queueServer.child.pid!, signal);
        far.write(data);
      });
      far.pipe(near);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const)
        socket.on("error", () => undefined).on("close", () => other.destroy());
    }).listen(0, "127.0.0.1");
    await once(relay, "listening");
    const store = join(home, "store");
    worker = await openShared({ queueUrl: queueServer.url, store: { folder: store } }, silent);
    const { port } = relay.address() as AddressInfo;
    const env = { TAU_QUEUE_URL: `redis://127.0.0.1:${port}`, TAU_STORE_URL: pathToFileURL(store).href };
    const config = readConfig({ port: "0", data: join(home, "http") }, env);
    server = await serveHttp({ ...config, shared: config.shared! }, { log: silent });
    const { body } = await worker.trainings.add({ request: trainings.requestOf("mine"), ...trainings.facts });
    png = greyPng(8);
    await worker.previews.save(body.id, 25, 0, png);
    path = `/v1/trainings/${body.id}/previews/25/0.png`;
  });
  after(async () => {
    await worker?.disconnect();
    await server?.stop();
    relay?.close();
    await queueServer?.stop();
    await rm(home, { recursive: true, force: true });
  });

  const ask = (): Promise<Response> =>
    fetch(`${server.url}${path}`, {
      headers: { Authorization: `Bearer ${server.token.value}` },
      signal: AbortSignal.timeout(boundMs),
    });

  it("the route of samples names the errors of queue server and store", async () => {
    const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      paths: Record<string, { get: { responses: Record<string, { description: string }> } }>;
    };
    const { responses } = paths["/v1/trainings/{id}/previews/{step}/{n}.png"]!.get;
    assert.match(responses["503"]?.description ?? "", /queue_unavailable.*store_unavailable/s);
  });

  for (const [how, what] of [
    ["SIGKILL", "ends"],
    ["SIGSTOP", "answers nothing more"],
  ] as const)
    it(`a queue server that ${what} between two questions of a request for a sample has it refused within the bound`, async () => {
      await waitUntil("the sample", async () => (await ask()).status === 200);
      assert.deepEqual(Buffer.from(await (await ask()).arrayBuffer()), png);
      signal = how;
      try {
        const refused = await ask();
        assert.deepEqual([refused.status, ((await refused.json()) as Problem).code], [503, "queue_unavailable"]);
      } finally {
        signal = undefined;
        await queueServer.restart();
      }
      await waitUntil("the sample again", async () => (await ask()).status === 200);
    });
});
