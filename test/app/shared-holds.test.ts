/** Uploads that several processes share: what one holds no other removes, by request or by sweep, as long as that one lives. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { readConfig } from "../../server/app/config.ts";
import { keyPrefix, openShared, type Shared } from "../../server/app/many/open-shared.ts";
import { type HttpProcess, serveHttp } from "../../server/app/many/serve-http.ts";
import { SharedHolds } from "../../server/app/many/shared-holds.ts";
import { sweepShared } from "../../server/app/many/sweep-shared.ts";
import { limits } from "../../shared/limits.ts";
import type { Problem } from "../../shared/problem.ts";
import { testProgram } from "../fixtures/processes/test-program.ts";
import { untilExit } from "../fixtures/until-exit.ts";
import { nextTurn, waitUntil as waitLong } from "../fixtures/wait-until.ts";
import { greyPng } from "../http/images.ts";
import { upscales } from "../jobs/job-samples.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "../jobs/queue-server.ts";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
const holdMs = 3000;

/** Well within what a whole run may take. */
const waitUntil = (what: string, isIt: () => boolean | Promise<boolean>): Promise<void> =>
  waitLong(what, isIt, undefined, 60_000);

describe("uploads of many machines", { skip: withoutQueueServer }, () => {
  let home: string;
  let queueServer: QueueServer;
  let one: Shared;
  let other: Shared;
  const children: ChildProcess[] = [];
  const servers: HttpProcess[] = [];

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "tau-holds-"));
    queueServer = await startQueueServer();
    const config = { queueUrl: queueServer.url, store: { folder: join(home, "store") } };
    one = await openShared(config, silent, { timings: { holdMs } });
    other = await openShared(config, silent, { timings: { holdMs } });
  });
  after(async () => {
    for (const child of children) await untilExit(child, "SIGKILL");
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all([one, other].map((shared) => shared.disconnect()));
    await queueServer.stop();
    await rm(home, { recursive: true, force: true });
  });

  /** Resolves when the queue server answers both processes again. */
  const untilAnswered = (): Promise<void> =>
    waitUntil("a queue server that answers", () =>
      Promise.all([one, other].map(({ connections }) => connections.asking.ping())).then(
        () => true,
        () => false,
      ),
    );
  /** Kills the queue server, which is there again afterwards, whatever happens: nothing disconnects from one that is away. */
  const whileKilled = async (work: () => unknown): Promise<void> => {
    try {
      await untilExit(queueServer.child, "SIGKILL");
      await work();
    } finally {
      await queueServer.restart();
      await untilAnswered();
    }
  };
  const put = (text: string): Promise<string> => one.uploads.put(new Uint8Array(Buffer.from(text)));
  const isHere = async (digest: string): Promise<boolean> => (await one.uploads.usedAt(digest)) !== undefined;
  const waitingFor = (image: string) => ({ ...upscales.facts, request: { ...upscales.requestOf("x"), image } });
  const age = async (digest: string): Promise<void> => {
    const before = new Date(Date.now() - limits.uploadsKeptMs - 1000);
    await utimes(join(home, "store", "uploads", digest), before, before);
  };

  it("what one process holds another does not remove until it is let go", async () => {
    const digest = await put("held");
    await one.keptUploads.whileHeld(async ({ touch }) => {
      assert.equal(await touch(digest), true);
      assert.equal(await other.keptUploads.remove(digest), undefined);
      // Another one that ends takes nothing from the first.
      await other.keptUploads.whileHeld((uploads) => uploads.touch(digest));
      assert.equal(await other.keptUploads.remove(digest), undefined);
    });
    assert.deepEqual([await other.keptUploads.remove(digest), await other.keptUploads.remove(digest)], [true, false]);
    assert.deepEqual(await one.connections.asking.keys(`${keyPrefix}:holds:*`), []);
  });

  it("a removal and a request of two processes at one moment: either is refused", async () => {
    for (let turns = 0; turns < 20; turns += 1) {
      const digest = await put(`race ${turns}`);
      const asking = one.keptUploads.whileHeld(async ({ touch }) => {
        if (!(await touch(digest))) return undefined;
        return (await one.upscales.add(waitingFor(digest))).body.id;
      });
      for (let turn = 0; turn < turns; turn += 1) await nextTurn();
      const isRemoved = await other.keptUploads.remove(digest);
      const id = await asking;
      assert.deepEqual(
        [isRemoved, id !== undefined, await isHere(digest)],
        id ? [undefined, true, true] : [true, false, false],
      );
      if (id !== undefined) await one.upscales.cancel(id);
    }
  });

  it("the sweep removes old uploads, but neither what a process holds nor what a job names", async () => {
    const digests = await Promise.all(["old", "named", "held by one", "recent"].map(put));
    const [old, named, held, recent] = digests as [string, string, string, string];
    const { body } = await one.upscales.add(waitingFor(named));
    const left = async () =>
      (await Promise.all(digests.map(isHere))).map((is, index) => (is ? digests[index] : "gone"));
    await one.keptUploads.whileHeld(async ({ touch }) => {
      await touch(held);
      for (const digest of [old, named, held]) await age(digest);
      await sweepShared(other, 0);
      assert.deepEqual(await left(), ["gone", named, held, recent]);
    });
    await one.upscales.cancel(body.id);
    await sweepShared(other, 0);
    assert.deepEqual(await left(), ["gone", "gone", "gone", recent]);
  });

  it("a hold is renewed as long as its process lives, and ends a while after a kill", async () => {
    const digest = await put("killed");
    const args = [...testProgram("app/hold-upload"), queueServer.url, String(holdMs), digest];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    let text = "";
    child.stdout.on("data", (data) => (text += String(data)));
    await waitUntil("a hold", () => text !== "" || child.exitCode !== null);
    assert.equal(text, "true\n");
    const endsAt = async (): Promise<number> => {
      const [, score] = await one.connections.asking.zrange(
        `${keyPrefix}:holds:reading:${digest}`,
        0,
        -1,
        "WITHSCORES",
      );
      return Number(score);
    };
    const first = await endsAt();
    assert.ok(first > 0);
    await waitUntil("a hold that was renewed", async () => (await endsAt()) > first);
    assert.equal(await other.keptUploads.remove(digest), undefined);
    await untilExit(child, "SIGKILL");
    await waitUntil("the end of the hold", async () => (await other.keptUploads.remove(digest)) === true);
    assert.deepEqual(await one.connections.asking.keys(`${keyPrefix}:holds:*`), []);
  });

  it("of many uploads, those alone are asked for again that are being removed", async () => {
    const digests = Array.from({ length: 100 }, (_, index) => `many ${index}`);
    const [removed = ""] = digests;
    const asked = async (): Promise<number> => {
      const stats = await one.connections.asking.info("commandstats");
      return Number(/cmdstat_zcount:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    const [reading, removing] = [one, other].map(
      ({ connections }) => new SharedHolds(connections.asking, keyPrefix, 600_000),
    ) as [SharedHolds, SharedHolds];
    await reading.during("reading", async (enter) => {
      await removing.during("removing", async (remove) => {
        assert.equal(await remove([removed]), true);
        const before = await asked();
        assert.equal(await enter(digests), false);
        const between = await asked();
        assert.equal(await enter(digests), false);
        assert.deepEqual([between - before, (await asked()) - between], [100, 1]);
      });
      assert.equal(await enter(digests), true);
    });
  });

  it("a hold that the queue server lost is asked for again, and refused while a removal has it", async () => {
    const [lost, ended] = [await put("lost"), await put("ended")];
    const [reading, removing] = [one, other].map(
      ({ connections }) => new SharedHolds(connections.asking, keyPrefix, holdMs),
    ) as [SharedHolds, SharedHolds];
    await reading.during("reading", async (enter) => {
      assert.equal(await enter([lost]), true);
      await whileKilled(() => undefined);
      // Sooner than a renewal.
      await removing.during("removing", async (remove) => {
        assert.deepEqual([await remove([lost]), await enter([lost])], [true, false]);
      });
      assert.equal(await enter([lost, ended]), true);
      // A renewal finds what the server lost while the connection lasted.
      await removing.during("removing", async (remove) => {
        await waitUntil("a removal that enters before a renewal", async () => {
          await one.connections.asking.del(`${keyPrefix}:holds:reading:${ended}`);
          return remove([ended]);
        });
        await waitUntil("a refused renewal", async () => !(await enter([ended])));
      });
      assert.equal(await enter([ended]), true);
    });
  });

  it("an inversion at one server keeps its upload from a deletion at another, until it ends", async () => {
    const env = { TAU_QUEUE_URL: queueServer.url, TAU_STORE_URL: pathToFileURL(join(home, "store")).href };
    for (const data of ["http-1", "http-2"]) {
      const config = readConfig({ port: "0", data: join(home, data) }, env);
      servers.push(await serveHttp({ ...config, shared: config.shared! }, { log: silent }));
    }
    const ask = (index: number, path: string, init: RequestInit = {}): Promise<Response> => {
      const { port, token } = servers[index]!;
      const headers = { Authorization: `Bearer ${token.value}`, "Content-Type": "application/json", ...init.headers };
      return fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
    };
    // Nothing is inverted for ten minutes after its start.
    const late = { ...process.env, ...env, TAU_LOG_LEVEL: "info", TAU_METRICS_PORT: "0", TAU_TEST_IMAGE_MS: "600000" };
    const args = [...testProgram("app/work-small"), "--data", join(home, "worker")];
    const worker = spawn(process.execPath, args, { env: late, stdio: ["ignore", "ignore", "inherit"] });
    children.push(worker);
    await waitUntil("a server that is ready", async () => {
      assert.equal(worker.exitCode, null, "a worker that runs");
      return (await ask(0, "/readyz")).status === 200;
    });
    const headers = { "Content-Type": "image/png" };
    const sent = await ask(0, "/v1/images", { method: "POST", headers, body: greyPng(16) as Uint8Array<ArrayBuffer> });
    const { digest } = (await sent.json()) as { digest: string };
    const left = new AbortController();
    const body = JSON.stringify({ image: digest });
    let inverting: Promise<unknown> | undefined;
    await waitUntil("a call that runs", async () => {
      assert.equal(worker.exitCode, null, "a worker that runs");
      // A server that does not know the worker's packs yet refuses at once.
      inverting ??= ask(0, "/v1/inversions", { method: "POST", body, signal: left.signal }).then(
        () => (inverting = undefined),
        () => undefined,
      );
      return (await one.calls.depth()).running === 1;
    });
    const remove = () => ask(1, `/v1/images/${digest}`, { method: "DELETE" });
    const refused = await remove();
    assert.deepEqual([refused.status, ((await refused.json()) as Problem).code], [409, "not_ready"]);
    left.abort();
    await inverting;
    await waitUntil("the upload is let go", async () => (await remove()).status === 204);

    await whileKilled(async () => {
      const vector = await ask(1, "/v1/vectors", { method: "POST", body });
      assert.deepEqual([vector.status, ((await vector.json()) as Problem).code], [503, "queue_unavailable"]);
    });
    for (const index of servers.keys())
      await waitUntil("a server that is ready again", async () => (await ask(index, "/readyz")).status === 200);
  });
});
