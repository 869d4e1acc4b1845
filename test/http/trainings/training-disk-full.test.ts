/**
 * A disk that fills up while the server trains, with a real child on a small file system of its own: nothing is lost, the training
 * says what it waits for and goes on by itself once there is room. Skipped where the process may not mount one.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Training } from "../../../shared/contract/training.ts";
import { tinyExamples } from "../../fixtures/tiny-examples.ts";
import { writeTinyPack } from "../../fixtures/tiny-pack.ts";
import { SmallInference } from "../small-inference.ts";
import { createPidLog, startTrainingServer, stopServers, testTimings, tinyTraining } from "./training-server.ts";

const mounts: string[] = [];
/** Mounts a disk of its own in memory. @throws where that is not permitted */
function mountDisk(folder: string, size: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { stdio: "pipe" });
  mounts.push(folder);
}
/** Takes every byte of a disk that is left. */
async function fillDisk(folder: string): Promise<void> {
  for (let chunkBytes = 4 * 1024 * 1024; chunkBytes >= 4096; )
    await writeFile(join(folder, ballast), Buffer.alloc(chunkBytes), { flag: "a" }).catch(() => {
      chunkBytes /= 2;
    });
}
const ballast = "ballast";
const makeRoom = (folder: string): Promise<void> => rm(join(folder, ballast), { force: true });

const disk = await mkdtemp(join(tmpdir(), "tau-full-disk-"));
let skip: string | false = false;
try {
  mountDisk(disk, "64m");
} catch (error) {
  skip = `no file system can be mounted here (${String(error).split("\n")[0]})`;
  console.log(`skipped: ${skip}`);
}
afterEach(() => makeRoom(disk));
after(async () => {
  await stopServers();
  for (const folder of mounts.reverse()) execFileSync("umount", [folder]);
  await rm(disk, { recursive: true });
});

/** So many steps that the disk can be filled before the last evaluation. */
const longTraining = { ...tinyTraining, settings: { ...tinyTraining.settings, steps: 150 } };
const pictures = await tinyExamples(24);
const isTraining = ({ progress }: Training): boolean => progress.stage === "training" && progress.completed > 0;
const isWaiting = ({ progress }: Training): boolean => progress.waitingFor !== undefined;

async function until(isIt: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 120_000;
  while (!(await isIt())) {
    if (performance.now() > end) throw new Error(`expected within two minutes: ${what}`);
    // A slow machine needs a minute, and a token has 600 requests in it.
    await sleep(200);
  }
}

/** A folder on the disk with the tiny pack, and a server on it that looks for room often. */
async function startOnDisk(name: string) {
  const home = { data: join(disk, name, "data"), packs: join(disk, name, "packs") };
  if (!existsSync(home.packs)) {
    await mkdir(home.packs, { recursive: true });
    await writeTinyPack(home.packs);
  }
  const { pids, errors, log } = createPidLog();
  const trainingTimings = { ...testTimings, storageRetryMs: 500 };
  const started = await startTrainingServer(home, { inference: new SmallInference(), log, trainingTimings });
  return { ...home, ...started, pids, errors };
}

type Started = Awaited<ReturnType<typeof startOnDisk>>;

/** A training whose first steps are done when the disk is full. */
async function trainUntilFull({ client, pids }: Started): Promise<string> {
  const { id } = await client.train({ ...longTraining, examples: await client.upload(pictures) });
  await until(async () => isTraining(await client.read(id)), "a training with steps");
  // Held meanwhile, so that it can't come to its end before the disk is full.
  const pid = pids.at(-1)!;
  process.kill(pid, "SIGSTOP");
  await fillDisk(disk);
  process.kill(pid, "SIGCONT");
  await until(async () => isWaiting(await client.read(id)), "a training that waits");
  return id;
}

const packsIn = async (data: string): Promise<string[]> => {
  const names = await readdir(join(data, "packs")).catch(() => []);
  return names.filter((name) => name !== ballast);
};
const filesOf = async (data: string, id: string): Promise<string> =>
  (await readdir(join(data, "trainings", id))).sort().join();
const isFreed = async (data: string, id: string): Promise<boolean> => (await filesOf(data, id)) === "previews";

describe("a disk that fills up while the server trains", { skip }, () => {
  it("a disk that fills up while the server trains has the training wait, say so, and go on from its checkpoint to its pack when there is room", async () => {
    const started = await startOnDisk("waits");
    const { client, server, data, pids } = started;
    const id = await trainUntilFull(started);
    const waiting = await client.read(id);
    assert.deepEqual([waiting.state, waiting.progress.waitingFor], ["running", "room on the disk"]);
    assert.equal(waiting.problem, undefined);
    const tried = pids.length;
    await until(() => pids.length > tried, "another try while the disk is full");
    assert.deepEqual([(await client.read(id)).state, await packsIn(data)], ["running", []]);
    const following = client.follow(id);
    await makeRoom(disk);
    const events = await following;
    const done = events.at(-1)!;
    assert.equal(done.state, "done", JSON.stringify(done.problem));
    assert.equal(done.progress.waitingFor, undefined);
    assert.deepEqual(await packsIn(data), ["mine"]);
    const resumed = events.filter(isTraining).map(({ progress }) => progress.completed);
    assert.ok(Math.min(...resumed) >= waiting.progress.completed, "no step was lost that had a checkpoint");
    await server.stop();
  });

  it("a disk that fills up while the server trains lets a cancel end the training that waits, free its folder, and be found ended after a restart", async () => {
    const one = await startOnDisk("cancelled");
    const id = await trainUntilFull(one);
    const answer = await one.client.ask(`/v1/trainings/${id}`, { method: "DELETE" });
    assert.deepEqual([answer.status, ((await answer.json()) as Training).state], [200, "cancelled"]);
    await until(() => isFreed(one.data, id), "a folder that is freed");
    await one.server.stop();
    await makeRoom(disk);
    const two = await startOnDisk("cancelled");
    assert.equal((await two.client.read(id)).state, "cancelled");
    await two.server.stop();
  });

  it("a disk that fills up while the server trains keeps the training over a stop and a restart, to the end that it would have had", async () => {
    const one = await startOnDisk("restarted");
    const id = await trainUntilFull(one);
    await one.server.stop();
    // Still full: the next start begins with a wait.
    const two = await startOnDisk("restarted");
    await until(async () => isWaiting(await two.client.read(id)), "a training that waits again");
    await makeRoom(disk);
    const done = (await two.client.follow(id)).at(-1)!;
    assert.equal(done.state, "done", JSON.stringify(done.problem));
    await two.server.stop();
  });
});

describe("a disk of packs that is full", { skip }, () => {
  it("a disk of packs that is full has a training wait that was being published, which a cancel then ends and room lets publish", async () => {
    const packs = join(disk, "publishes", "data", "packs");
    await mkdir(packs, { recursive: true });
    mountDisk(packs, "16m");
    await fillDisk(packs);
    const { client, server, data } = await startOnDisk("publishes");
    const examples = await client.upload(pictures);
    const [first, second] = [
      await client.train({ ...tinyTraining, name: "first", examples }),
      await client.train({ ...tinyTraining, name: "second", examples }),
    ];
    await until(async () => isWaiting(await client.read(first.id)), "a publication that waits");
    assert.equal((await client.read(first.id)).progress.stage, "publishing");
    assert.equal((await client.read(second.id)).progress.position, 0);
    const answer = await client.ask(`/v1/trainings/${first.id}`, { method: "DELETE" });
    assert.equal(((await answer.json()) as Training).state, "cancelled");
    await until(async () => isWaiting(await client.read(second.id)), "a second publication that waits");
    assert.deepEqual(await packsIn(data), []);
    await makeRoom(packs);
    const done = (await client.follow(second.id)).at(-1)!;
    assert.equal(done.state, "done", JSON.stringify(done.problem));
    assert.deepEqual(await packsIn(data), ["second"]);
    assert.ok(await isFreed(data, first.id));
    await server.stop();
  });
});
