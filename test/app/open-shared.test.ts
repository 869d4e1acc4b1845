/** What many machines share, when a part of it does not open: the rest is closed, so that the process can end. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { keyPrefix, openShared } from "../../server/app/many/open-shared.ts";
import { connect } from "../../server/jobs/bull/connection.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { startQueueServer, withoutQueueServer } from "../jobs/queue-server.ts";

it("a queue that does not open leaves no connection and no timer of the others open", {
  skip: withoutQueueServer,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "tau-shared-"));
  const server = await startQueueServer();
  const own = await connect(server.url, assert.ifError, 60_000);
  const connectionCount = async () =>
    String(await own.working.client("LIST"))
      .trim()
      .split("\n").length;
  const timerCount = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  try {
    // A text where a sorted set belongs.
    await own.working.set(`${keyPrefix}:trainings:queued`, "damaged");
    const [connections, timers] = [await connectionCount(), timerCount()];
    const log = { warn: () => undefined, error: () => undefined };
    await assert.rejects(openShared({ queueUrl: server.url, store: { folder } }, log), /WRONGTYPE/);
    await waitUntil("only the test's connections", async () => (await connectionCount()) === connections);
    await waitUntil("no timer", () => timerCount() <= timers);
  } finally {
    own.close();
    await server.stop();
    await rm(folder, { recursive: true });
  }
});
