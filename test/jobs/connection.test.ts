/** What an HTTP process hears of the queue server: in time when it can, and that it is away when it is. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { KnownWorkers } from "../../server/app/many/known-workers.ts";
import { type Connections, connect, withQueueErrors } from "../../server/jobs/bull/connection.ts";
import { spendShared } from "../../server/jobs/bull/shared-buckets.ts";
import { AppError } from "../../shared/problem.ts";
import { nextTurn } from "../fixtures/wait-until.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "./queue-server.ts";

describe("a connection that asks the queue server", { skip: withoutQueueServer }, () => {
  let server: QueueServer;
  const open: Connections[] = [];
  before(async () => {
    server = await startQueueServer();
  });
  after(async () => {
    for (const { close } of open) close();
    await server.stop();
  });
  async function connected(commandMs?: number): Promise<Connections> {
    const connections = await connect(server.url, () => undefined, commandMs);
    open.push(connections);
    return connections;
  }

  it("does not give up an answer that came while this process stood still", async () => {
    const { asking } = await connected(500);
    await asking.set("there", "yes");
    const answer = withQueueErrors(() => asking.get("there"));
    for (const until = performance.now() + 1000; performance.now() < until; );
    assert.equal(await answer, "yes");
  });

  it("gives up a command that a server which hangs does not answer", async () => {
    const { asking } = await connected(500);
    process.kill(server.child.pid!, "SIGSTOP");
    try {
      await assert.rejects(
        withQueueErrors(() => asking.get("there")),
        (error) => error instanceof AppError && error.code === "queue_unavailable",
      );
    } finally {
      process.kill(server.child.pid!, "SIGCONT");
    }
  });

  it("a connection that ends while it subscribes again ends nothing else", async () => {
    const { asking, listening } = await connected();
    await listening.subscribe("news");
    const ended = once(listening, "end");
    listening.once("ready", () => {
      listening.disconnect();
      // Before the answer can be read.
      listening.stream.destroy();
    });
    await asking.client("KILL", "TYPE", "PUBSUB");
    await ended;
    // A rejection that nobody hears fails the test one turn later.
    await nextTurn();
  });

  it("while the server is away requests go to the queue, which says so, and are not refused for want of workers", async () => {
    const { asking } = await connected(500);
    const known = await KnownWorkers.open(asking, "{known}");
    process.kill(server.child.pid!, "SIGSTOP");
    try {
      await known.refresh();
      assert.deepEqual(known.status(), { state: "starting", detail: "the queue server is away" });
    } finally {
      known.close();
      process.kill(server.child.pid!, "SIGCONT");
    }
  });

  it("two processes spend the requests of a token together, and those of another token are its own", async () => {
    const [one, two] = [(await connected()).asking, (await connected()).asking];
    const waits = await Promise.all(
      Array.from({ length: 7 }, (_, index) => spendShared(index % 2 === 0 ? one : two, "{rate}", "ann", 5)),
    );
    assert.equal(waits.filter((waitMs) => waitMs === 0).length, 5);
    // One comes in twelve seconds.
    for (const waitMs of waits.filter((each) => each > 0)) assert.ok(waitMs > 5_000 && waitMs <= 12_000, `${waitMs}`);
    assert.equal(await spendShared(two, "{rate}", "bea", 5), 0);
  });
});
