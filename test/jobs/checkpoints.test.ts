/** What a training has worked out is kept for other workers although the store failed once. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openFolderBlobs } from "../../server/jobs/blobs/folder-blobs.ts";
import { Checkpoints } from "../../server/jobs/bull/checkpoints.ts";
import { type Connections, connect } from "../../server/jobs/bull/connection.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "./queue-server.ts";

describe("checkpoints of many machines", { skip: withoutQueueServer }, () => {
  let home: string;
  let queueServer: QueueServer;
  let connections: Connections;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "tau-checkpoints-"));
    queueServer = await startQueueServer();
    connections = await connect(queueServer.url, () => undefined);
  });
  after(async () => {
    connections?.close();
    await queueServer?.stop();
    await rm(home, { recursive: true, force: true });
  });

  it("a checkpoint that a fault of the store kept from the others is tried again, and kept once", async () => {
    const blobs = await openFolderBlobs(join(home, "store"));
    let isFull = true;
    const store: typeof blobs = {
      ...blobs,
      put: (bytes) =>
        isFull && String(bytes) === "examples" ? Promise.reject(new Error("the store is full")) : blobs.put(bytes),
    };
    const folder = join(home, "work");
    const { working } = connections;
    const checkpoints = new Checkpoints(working, "{test}", store);
    await mkdir(folder);
    await writeFile(join(folder, "checkpoint.safetensors"), "weights");
    await writeFile(join(folder, "examples"), "examples");
    await assert.rejects(checkpoints.save("one", folder), /the store is full/);
    isFull = false;
    assert.equal(await checkpoints.save("one", folder), true);
    assert.equal(await checkpoints.save("one", folder), false);
    const other = new Checkpoints(working, "{test}", blobs);
    const there = join(home, "there");
    assert.equal(await other.restore("one", there), true);
    assert.equal(await readFile(join(there, "checkpoint.safetensors"), "utf8"), "weights");
    // A training that begins anew is kept anew.
    await checkpoints.remove("one");
    assert.equal(await other.restore("one", there), false);
    assert.equal(await checkpoints.save("one", folder), true);
  });
});
