/** A worker that stops is off the list of live ones at once, and nothing that it said before its goodbye puts it back there. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect as connectTo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { readConfig } from "../../server/app/config.ts";
import { keyPrefix } from "../../server/app/many/open-shared.ts";
import { startWork, type WorkerProcess } from "../../server/app/many/work.ts";
import type { ReadyInfo } from "../../server/inference/protocol.ts";
import { type Connections, connect } from "../../server/jobs/bull/connection.ts";
import { readKnown } from "../../server/jobs/bull/worker-registry.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { smallCatalogue } from "../http/harness.ts";
import { SmallInference } from "../http/small-inference.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "../jobs/queue-server.ts";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
/** For which the network holds a piece of data back. */
const heldMs = 500;

/** Becomes ready when told to, or while it ends, which takes longer than the network holds data back. */
class SlowInference extends SmallInference {
  readonly events = new EventEmitter<{ go: [] }>();

  constructor() {
    super(false);
  }

  override async start(): Promise<ReadyInfo> {
    await once(this.events, "go");
    return super.start();
  }

  override async close(): Promise<void> {
    this.events.emit("go");
    await sleep(2 * heldMs);
  }
}

describe("a worker's goodbye", { skip: withoutQueueServer, timeout: 120_000 }, () => {
  let home: string;
  let queueServer: QueueServer;
  let relay: Server;
  let own: Connections;
  /** The connection that next says something of this is slow from then on, and keeps the order of what it says. */
  let slowAt: string | undefined;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "tau-goodbye-"));
    queueServer = await startQueueServer();
    relay = createServer((near) => {
      const far = connectTo(queueServer.port, "127.0.0.1");
      let arrival: Promise<unknown> | undefined;
      near.on("data", (data) => {
        if (slowAt !== undefined && data.includes(slowAt)) {
          slowAt = undefined;
          arrival = sleep(heldMs);
        }
        if (arrival) arrival = arrival.then(() => far.write(data));
        else far.write(data);
      });
      far.pipe(near);
      for (const socket of [near, far]) socket.on("error", () => undefined);
      // What is on its way still arrives.
      near.on("close", () => (arrival ? void arrival.then(() => far.end()) : far.destroy()));
      far.on("close", () => near.destroy());
    }).listen(0, "127.0.0.1");
    await once(relay, "listening");
    own = await connect(queueServer.url, () => undefined);
  });
  after(async () => {
    own?.close();
    relay?.close();
    await queueServer?.stop();
    await rm(home, { recursive: true, force: true });
  });

  async function startWorker(name: string, inference: SmallInference): Promise<WorkerProcess> {
    const env = {
      TAU_QUEUE_URL: `redis://127.0.0.1:${(relay.address() as AddressInfo).port}`,
      TAU_STORE_URL: pathToFileURL(join(home, "store")).href,
    };
    const config = readConfig({ data: join(home, name) }, env);
    const parts = { inference, catalogue: smallCatalogue, log: silent, kinds: ["generations"] as const };
    return startWork({ ...config, shared: config.shared! }, { ...parts, shutdownGraceMs: 1000 });
  }
  const seen = async (id: string): Promise<{ isLive: boolean } | undefined> =>
    (await readKnown(own.asking, keyPrefix, Date.now())).workers.find((worker) => worker.id === id);

  it("a worker that becomes ready while it stops does not say that it is there", async () => {
    const worker = await startWorker("late", new SlowInference());
    await worker.stop();
    await worker.ready;
    assert.equal((await seen(worker.id))?.isLive, false);
  });

  for (const [what, text] of [
    ["its word that it is there", `${keyPrefix}:workers`],
    ["its packs", `${keyPrefix}:packs`],
  ] as const)
    it(`a worker that stops while ${what} is on its way stays off the list`, async () => {
      await own.asking.flushall();
      const inference = new SlowInference();
      const worker = await startWorker(text.split(":")[1]!, inference);
      slowAt = text;
      inference.events.emit("go");
      await waitUntil("a word on its way", () => slowAt === undefined);
      await worker.stop();
      await sleep(2 * heldMs);
      assert.equal((await seen(worker.id))?.isLive, false);
    });
});
