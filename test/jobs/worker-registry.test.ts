/** What workers say of themselves to the queue server, and what others read of it: packs with long vocabularies cross once. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Connections, connect } from "../../server/jobs/bull/connection.ts";
import { announce, type ReadPacks, readKnown } from "../../server/jobs/bull/worker-registry.ts";
import type { PackInfo } from "../../shared/contract/meta.ts";
import { pack } from "../http/harness.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "./queue-server.ts";

describe("the list of workers", { skip: withoutQueueServer }, () => {
  let server: QueueServer;
  let connections: Connections;
  before(async () => {
    server = await startQueueServer();
    connections = await connect(server.url, () => undefined);
  });
  after(async () => {
    connections?.close();
    await server?.stop();
  });

  it("the list of workers has a pack written once, and again where the queue server lost it or it says another thing", async () => {
    const client = connections.working;
    const now = Date.now();
    const about = { id: "one", host: "here", pid: 1, version: "1.0.0", startedAt: new Date(now).toISOString() };
    const more = { kinds: ["generations" as const], provider: "cpu", parallel: 8, shippedPacks: [pack.id] };
    const announced = new Map<string, PackInfo>();
    const tell = (packs: readonly PackInfo[]): Promise<void> =>
      announce(client, "{list}", { ...about, ...more, packs }, { seenAt: now, announced });
    const written = async (): Promise<number> => {
      const stats = await client.info("commandstats");
      return Number(/cmdstat_hset:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    const writesOf = async (packs: readonly PackInfo[]): Promise<number> => {
      const before = await written();
      await tell(packs);
      // One is of the worker itself.
      return (await written()) - before - 1;
    };
    assert.equal(await writesOf([pack]), 1);
    assert.equal(await writesOf([pack]), 0);
    await client.hdel("{list}:packs", pack.digest);
    assert.equal(await writesOf([pack]), 1);
    assert.equal(await writesOf([{ ...pack, version: "1.0.1" }]), 1);
    const read: ReadPacks = new Map();
    const first = await readKnown(client, "{list}", now, read);
    assert.deepEqual([first.packs[0]!.version, first.workers[0]!.isLive], ["1.0.1", true]);
    const second = await readKnown(client, "{list}", now, read);
    assert.equal(second.packs[0], first.packs[0], "the same text is not read again");
    assert.equal(await writesOf([pack]), 1);
    assert.equal((await readKnown(client, "{list}", now, read)).packs[0]!.version, "1.0.0");
  });

  it("the list of workers keeps the goodbye of one that went while its packs were written", async () => {
    const client = connections.working;
    const startedAt = new Date().toISOString();
    const about = { id: "two", host: "here", pid: 1, version: "1.0.0", startedAt };
    const more = { kinds: ["generations" as const], provider: "cpu", parallel: 8, shippedPacks: [pack.id] };
    const tell = (seenAt: number, packs: readonly PackInfo[], isOver?: () => boolean): Promise<void> =>
      announce(
        client,
        "{left}",
        { ...about, ...more, packs },
        { seenAt, announced: new Map(), ...(isOver && { isOver }) },
      );
    let hasGone = false;
    const beat = tell(Date.now(), [pack, { ...pack, digest: "cd".repeat(32) }], () => hasGone);
    hasGone = true;
    // With fewer packs it overtakes.
    await Promise.all([beat, tell(0, [])]);
    assert.equal((await readKnown(client, "{left}", Date.now())).workers[0]!.isLive, false);
  });
});
