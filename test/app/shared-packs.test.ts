/** Packs that workers exchange by a queue server and a shared folder: what one of them, the store or the list may do wrong. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { startExchange } from "../../server/app/many/exchange-packs.ts";
import { SharedPacks } from "../../server/app/many/shared-packs.ts";
import { readTrainingRecords } from "../../server/evaluation/training-records.ts";
import type { BlobStore } from "../../server/jobs/blobs/blob-store.ts";
import { openFolderBlobs } from "../../server/jobs/blobs/folder-blobs.ts";
import { type Connections, connect } from "../../server/jobs/bull/connection.ts";
import { readManifest } from "../../server/manifest/read-manifest.ts";
import { ownPart } from "../../server/packs/pack-name.ts";
import { whilePublishing } from "../../server/packs/publish.ts";
import { ServedCatalogue } from "../../server/packs/served-catalogue.ts";
import { writeTinyPack } from "../fixtures/tiny-pack.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "../jobs/queue-server.ts";

const key = "{test}:own-packs";
const digestOfNothing = "f".repeat(64);

describe("packs of many machines", { skip: withoutQueueServer }, () => {
  let root: string;
  let home: string;
  let queueServer: QueueServer;
  let connections: Connections;
  let store: BlobStore;
  let errors: string[];
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "tau-shared-packs-"));
    queueServer = await startQueueServer();
    connections = await connect(queueServer.url, () => undefined);
    await mkdir(join(root, "shipped"));
    await writeTinyPack(join(root, "shipped"));
  });
  after(async () => {
    connections?.close();
    await queueServer?.stop();
    await rm(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    home = await mkdtemp(join(root, "test-"));
    await connections.working.flushall();
    store = await openFolderBlobs(join(home, "store"));
    errors = [];
  });

  /** Of a worker whose packs lie in a folder of this name. */
  async function workerOf(name: string, its: BlobStore = store) {
    const packsDir = join(home, name);
    await mkdir(packsDir, { recursive: true });
    const served = await ServedCatalogue.open({
      ...{ packsDir: join(root, "shipped"), userPacksDir: packsDir },
      onFault: ({ error }) => assert.fail(error.message),
    });
    const log = {
      info: () => undefined,
      error: ({ err }: { err?: Error }) => void errors.push(err!.message),
    };
    const timings = { retryMs: 60_000, checkMs: 0 };
    const options = { client: connections.working, prefix: "{test}", store: its, home: packsDir, served, timings, log };
    return { home: packsDir, served, log, packs: new SharedPacks(options) };
  }
  /** As a training publishes it; the label names one. */
  async function publish(packs: string, name: string, label = name, version = "0.1.0"): Promise<string> {
    const folder = join(packs, name);
    await rm(folder, { recursive: true, force: true });
    await cp(join(root, "shipped", "tiny"), folder, { recursive: true });
    const path = join(folder, "manifest.json");
    const { translations, parts, ...rest } = JSON.parse(await readFile(path, "utf8"));
    const own = { id: name, label, version, translations: [{ ...translations[0], id: name }] };
    const text = JSON.stringify({ ...rest, ...own, parts: [...parts, { ...parts[0], name: ownPart(name) }] });
    await writeFile(path, text);
    return folder;
  }
  const labelOf = async (packs: string, name: string): Promise<string> =>
    (await readManifest(join(packs, name))).manifest.label;
  /** What stands in the list for a pack that a worker has given. */
  async function given(name: string): Promise<string> {
    const giver = await workerOf("giver");
    await publish(giver.home, name);
    await giver.packs.exchange();
    return (await connections.working.hget(key, name))!;
  }

  // Goal S4.
  it("a name of the list that is a path makes no folder", async () => {
    await connections.working.hset(key, "../outside", await given("aa"));
    await connections.working.hdel(key, "aa");
    const { packs } = await workerOf("worker");
    assert.equal(await packs.exchange(), false);
    assert.equal(existsSync(join(home, "outside")), false);
  });

  it("a pack that is another one than its list says is refused once, and not fetched every time", async () => {
    const list = JSON.parse(await given("aa"));
    await connections.working.del(key);
    await connections.working.hset(key, "bb", JSON.stringify(list));
    await connections.working.hset(key, "aa", JSON.stringify({ ...list, version: "0.9.0" }));
    const worker = await workerOf("worker");
    for (let times = 0; times < 3; times++) assert.equal(await worker.packs.exchange(), false);
    assert.deepEqual(await readdir(worker.home), []);
    assert.equal(errors.length, 2);
    assert.match(errors.sort()[0]!, /pack aa of another worker: expected aa@0\.9\.0, .* got aa@0\.1\.0/);
  });

  it("a pack that came is served although others can't be read or fetched, and one reload is enough", async () => {
    await given("mm");
    const files = [{ path: "manifest.json", sha256: digestOfNothing }];
    const missing = JSON.stringify({ version: "0.1.0", digest: digestOfNothing, files });
    await connections.working.hset(key, { aa: missing, zz: missing, broken: "{" });
    const { packs, served, log } = await workerOf("worker");
    let reloads = 0;
    const reload = async () => {
      reloads++;
      return { leftOut: [] } as never;
    };
    const exchange = startExchange({ packs, inference: { reload }, served, log });
    await exchange.now();
    await exchange.now();
    exchange.stop();
    assert.deepEqual(
      served.packs().map(({ id }) => id),
      ["tiny", "mm"],
    );
    assert.deepEqual([reloads, errors.length], [1, 3]);
    assert.match(errors.join("\n"), /pack aa, manifest\.json: expected a file of SHA-256 f+ in the store, got none/);
  });

  it("fetching a pack leaves what belongs to another whose name begins alike", async () => {
    await given("aa");
    const worker = await workerOf("worker");
    const others = [".aa-b.lock", ".aa-b-0123abcd", ".aa-0123abcd"];
    for (const other of others) await mkdir(join(worker.home, other));
    for (const left of ["fetched", "old"]) await mkdir(join(worker.home, `.aa-0123abcd-${left}`));
    assert.equal(await worker.packs.exchange(), true);
    assert.deepEqual((await readdir(worker.home)).sort(), [...others, "aa"].sort());
  });

  it("what the store has lost is given again by a worker that has it", async () => {
    await given("aa");
    const giver = await workerOf("giver");
    await giver.packs.exchange();
    for (const { digest } of (await store.list()).slice(1)) await store.delete(digest);
    await giver.packs.exchange();
    assert.equal(await (await workerOf("worker")).packs.exchange(), true);
  });

  it("of two workers that publish a name at the same time the later listed counts, and the other fetches it", async () => {
    const [one, two] = [await workerOf("one"), await workerOf("two")];
    await Promise.all([one.packs.exchange(), two.packs.exchange()]);
    await publish(one.home, "aa", "of one");
    await one.packs.exchange();
    await publish(two.home, "aa", "of two");
    assert.equal(await two.packs.exchange(), false);
    assert.equal(await labelOf(two.home, "aa"), "of two");
    assert.equal(await one.packs.exchange(), true);
    assert.equal(await labelOf(one.home, "aa"), "of two");
    assert.deepEqual([await one.packs.exchange(), await two.packs.exchange()], [false, false]);
    assert.deepEqual(errors, []);
  });

  it("a publication below the listed version is listed as the version above it, and comes to the others", async () => {
    const [one, two] = [await workerOf("one"), await workerOf("two")];
    await Promise.all([one.packs.exchange(), two.packs.exchange()]);
    await publish(one.home, "aa", "of one", "0.3.0");
    await one.packs.exchange();
    // By hand on another machine, which had none of that name.
    const folder = await publish(two.home, "aa", "of two", "0.1.0");
    await mkdir(join(folder, "training", "0.1.0"), { recursive: true });
    await writeFile(join(folder, "training", "0.1.0", "loss.svg"), "<svg/>");
    assert.equal(await two.packs.exchange(), true, "the raised version is to be served");
    assert.equal(await one.packs.exchange(), true);
    for (const { home: packs } of [one, two]) {
      const { manifest } = await readManifest(join(packs, "aa"));
      assert.deepEqual([manifest.label, manifest.version], ["of two", "0.4.0"]);
      assert.deepEqual(await readTrainingRecords(join(packs, "aa"), "0.4.0"), { lossCurve: "<svg/>" });
      assert.deepEqual(await readdir(join(packs, "aa", "training")), ["0.4.0"]);
    }
    assert.deepEqual([await one.packs.exchange(), await two.packs.exchange(), errors], [false, false, []]);
    // What was here before a start is an older version of the list's, not a publication.
    await publish(two.home, "aa", "old", "0.2.0");
    assert.equal(await (await workerOf("two")).packs.exchange(), true);
    assert.equal(await labelOf(two.home, "aa"), "of two");
  });

  it("a name that is being published is fetched afterwards, and a publication during a fetch stays", async () => {
    await given("aa");
    const worker = await workerOf("worker");
    await whilePublishing(join(worker.home, "aa"), async () => assert.equal(await worker.packs.exchange(), false));
    const publishing: BlobStore = {
      ...store,
      place: async (digest, path) => {
        await whilePublishing(join(home, "slow", "aa"), () => publish(join(home, "slow"), "aa", "own"));
        return store.place(digest, path);
      },
    };
    const slow = await workerOf("slow", publishing);
    await slow.packs.exchange();
    await slow.packs.exchange();
    assert.equal(await labelOf(slow.home, "aa"), "own");
    assert.equal(await worker.packs.exchange(), true);
    assert.equal(await labelOf(worker.home, "aa"), "own");
    assert.deepEqual(errors, []);
  });

  it("a publication waits for one of its name that is about to end", async () => {
    const order: string[] = [];
    let end!: () => void;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    let first!: Promise<void>;
    await new Promise<void>((begun) => {
      first = whilePublishing(join(home, "aa"), async () => {
        begun();
        await ended;
        order.push("first");
      });
    });
    const second = whilePublishing(join(home, "aa"), async () => void order.push("second"));
    // A fetch does not wait.
    await assert.rejects(
      whilePublishing(join(home, "aa"), async () => undefined, 0),
      { code: "config_invalid" },
    );
    end();
    await Promise.all([first, second]);
    assert.deepEqual(order, ["first", "second"]);
  });

  it("a pack that was taken back comes to no worker, until its name is trained again", async () => {
    await given("aa");
    const worker = await workerOf("worker");
    await worker.packs.exchange();
    await connections.working.hset(key, "aa", "removed");
    await (await workerOf("giver")).packs.exchange();
    await rm(join(worker.home, "aa"), { recursive: true });
    assert.equal(await worker.packs.exchange(), false);
    assert.equal(await connections.working.hget(key, "aa"), "removed");
    await publish(worker.home, "aa");
    await worker.packs.exchange();
    assert.equal(await (await workerOf("other")).packs.exchange(), true);
  });
});
