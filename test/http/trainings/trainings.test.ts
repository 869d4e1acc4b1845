/**
 * Training over HTTP, end to end on the tiny pack: what it publishes is served at once; cancel, kill -9 and restart at any moment
 * lose nothing, and an interrupted run publishes the very pack that an unbroken one does.
 */
import assert from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { getPriority } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { probeImage } from "../../../server/images/codec.ts";
import { openJobDatabase } from "../../../server/jobs/local/job-schema.ts";
import { GenerationSchema } from "../../../shared/contract/generations/generation.ts";
import { MetaSchema } from "../../../shared/contract/meta.ts";
import { type Training, TrainingSchema } from "../../../shared/contract/training.ts";
import { tinyExamples } from "../../fixtures/tiny-examples.ts";
import { tinySizePx } from "../../fixtures/tiny-pack.ts";
import { untilExit } from "../../fixtures/until-exit.ts";
import { waitUntil } from "../../fixtures/wait-until.ts";
import { SmallInference } from "../small-inference.ts";
import {
  createPidLog,
  holdPublication,
  isAlive,
  makeHome,
  serveProcess,
  startTrainingServer,
  stopServers,
  tinyTraining,
} from "./training-server.ts";

const pictures = await tinyExamples(24);
const home = await makeHome();
const homes = [home];
after(async () => {
  await stopServers();
  await Promise.all(homes.map(({ remove }) => remove()));
});

/** The same packs with a data folder of its own, and no inference child: what is trained is not drawn there. */
async function another() {
  const made = await makeHome();
  homes.push(made);
  return made;
}
const quick = () => ({ inference: new SmallInference() });

const packsIn = async (data: string): Promise<string[]> =>
  (await readdir(join(data, "packs")).catch(() => [])).filter((name) => !name.startsWith(".")).sort();
const filesOf = async (data: string, { id }: Training): Promise<string[]> =>
  (await readdir(join(data, "trainings", id)).catch(() => [])).sort();
const isTraining = ({ progress }: Training): boolean => progress.stage === "training" && progress.completed > 0;

/** Digest of the pack that an unbroken run publishes. */
let unbroken: string;

describe("a training", () => {
  it("a training reports each stage with its numbers and previews, publishes, and the server draws with it at once", async () => {
    const { pids, errors, log } = createPidLog();
    const { server, client } = await startTrainingServer(home, { log });
    const examples = await client.upload(pictures);
    const priorities: number[] = [];
    const publish = await holdPublication(home.data, "mine");
    const { id, base } = await client.train({ ...tinyTraining, label: "My own", examples });
    assert.equal(base.translation, "caption");
    const events = await client.follow(id, (event) => {
      if (!isTraining(event) || priorities.length > 0) return;
      priorities.push(getPriority(pids.at(-1)!));
      publish();
    });
    const stages = [...new Set(events.map(({ progress }) => progress.stage))];
    for (const stage of ["training", "finished"]) assert.ok(stages.includes(stage as "training"), stages.join(", "));
    assert.ok(priorities.length > 0 && priorities.every((nice) => nice >= 10), `priorities ${priorities.join(", ")}`);
    const done = events.at(-1)!;
    assert.equal(done.state, "done", JSON.stringify(done.problem));
    const { result } = done;
    assert.ok(result?.isBetter && result.isServed && result.finalNats < result.startNats);
    assert.deepEqual([result.images.usable, result.images.issues], [24, []]);
    assert.ok(result.cost.cpuSeconds > 0 && result.cost.kwh > 0 && result.cost.formula.includes("kWh"));
    const evaluated = events.filter(isTraining);
    for (const { progress, preview } of evaluated) {
      const { epoch, trainNats, heldOutNats, bestNats, secondsLeft } = progress;
      for (const number of [epoch, trainNats, heldOutNats, bestNats, secondsLeft]) assert.ok(Number.isFinite(number));
      for (const { path, caption } of preview!.images) {
        assert.ok(pictures.some(({ captions }) => captions[0] === caption));
        const response = await client.ask(path);
        assert.equal(response.status, 200);
        const about = await probeImage(new Uint8Array(await response.arrayBuffer()));
        assert.deepEqual(about, { widthPx: tinySizePx, heightPx: tinySizePx, mediaType: "image/png" });
        const again = await client.ask(path, { headers: { "If-None-Match": response.headers.get("etag")! } });
        assert.equal(again.status, 304);
      }
    }
    unbroken = result.pack!.digest;
    const meta = MetaSchema.parse(await (await client.ask("/v1/meta")).json());
    const pack = meta.packs.find((one) => one.id === "mine")!;
    assert.deepEqual([pack.digest, pack.version, pack.translations[0]!.label], [unbroken, "0.1.0", "My own"]);
    const body = JSON.stringify({ translation: "mine", condition: { caption: "red block a" }, count: 2, seed: 5 });
    const requested = await client.ask("/v1/generations", { method: "POST", body });
    assert.equal(requested.status, 202);
    const drawn = GenerationSchema.parse(await requested.json());
    await (await client.ask(`/v1/generations/${drawn.id}/events`)).text();
    const ended = GenerationSchema.parse(await (await client.ask(`/v1/generations/${drawn.id}`)).json());
    assert.deepEqual([ended.state, ended.images.length, ended.packDigest], ["done", 2, unbroken]);
    assert.deepEqual(await filesOf(home.data, done), ["previews"]);
    const plain = await (await client.ask(`/v1/trainings/${id}`)).text();
    assert.ok(!plain.includes(home.home), "no path of the server's disk is sent");
    assert.deepEqual(JSON.parse(plain), TrainingSchema.parse(JSON.parse(plain)), "nothing beside the contract");
    assert.deepEqual(errors, []);
    await server.stop();
  });

  it("a training is found again after a restart, is served from its start on, and can be forgotten without its pack", async () => {
    const { server, client } = await startTrainingServer(home);
    const { trainings } = (await (await client.ask("/v1/trainings")).json()) as { trainings: Training[] };
    const [done] = trainings;
    assert.deepEqual([trainings.length, done!.state, done!.result!.pack!.digest], [1, "done", unbroken]);
    assert.equal((await client.ask(done!.preview!.images[0]!.path)).status, 200);
    const taken = await client.post({ ...tinyTraining, base: "mine", examples: await client.upload(pictures) });
    assert.equal(((await taken.json()) as { code: string }).code, "name_taken");
    const forgotten = await client.ask(`/v1/trainings/${done!.id}`, { method: "DELETE" });
    assert.equal(forgotten.status, 204);
    assert.equal((await client.ask(`/v1/trainings/${done!.id}`)).status, 404);
    assert.deepEqual(await readdir(join(home.data, "trainings")), []);
    assert.deepEqual(await packsIn(home.data), ["mine"]);
    await server.stop();
  });
});

describe("an interrupted training", () => {
  it("an interrupted training goes on after kill -9 of its child, and after a graceful restart, to the same pack", async () => {
    const { data, packs } = await another();
    const publish = await holdPublication(data, "mine");
    const first = createPidLog();
    const one = await startTrainingServer({ data, packs }, { ...quick(), log: first.log });
    const { id } = await one.client.train({
      ...tinyTraining,
      label: "My own",
      examples: await one.client.upload(pictures),
    });
    let isKilled = false;
    let isStopping = false;
    await one.client.follow(id, (event) => {
      // The first child may have come to its last step, so that the second only publishes.
      if (!isTraining(event) && event.progress.stage !== "publishing") return;
      if (!isKilled) {
        isKilled = true;
        process.kill(first.pids[0]!, "SIGKILL");
      } else if (first.pids.length > 1 && !isStopping) {
        isStopping = true;
        void one.server.stop();
      }
    });
    await one.server.stop();
    assert.ok(isStopping);
    assert.deepEqual(await packsIn(data), []);
    publish();
    assert.ok(first.pids.every((pid) => !isAlive(pid)));
    const two = await startTrainingServer({ data, packs }, quick());
    const done = (await two.client.follow(id)).at(-1)!;
    assert.equal(done.state, "done", JSON.stringify(done.problem));
    assert.equal(done.result!.pack!.digest, unbroken);
    await two.server.stop();
  });

  it("an interrupted training goes on after kill -9 of the server from its checkpoint, publishes the same pack, and nothing before", async () => {
    const { data, packs } = await another();
    const publish = await holdPublication(data, "mine");
    const one = await serveProcess(data, packs);
    const { id } = await one.client.train({
      ...tinyTraining,
      label: "My own",
      examples: await one.client.upload(pictures),
    });
    let killedAt = 0;
    await one.client
      .follow(id, (event) => {
        if (!isTraining(event) || killedAt > 0) return;
        killedAt = event.progress.completed;
        one.child.kill("SIGKILL");
      })
      .catch(() => undefined);
    await untilExit(one.child);
    const trainer = Number(/"pid":(\d+)/.exec(one.output.err)![1]);
    await waitUntil("the trainer without a server ends", () => !isAlive(trainer));
    assert.deepEqual(await packsIn(data), []);
    publish();
    const database = openJobDatabase(data);
    assert.equal(database.get("SELECT state FROM job WHERE id = ?", id)?.["state"], "running");
    await database.close();
    const two = await serveProcess(data, packs);
    const events = await two.client.follow(id);
    const done = events.at(-1)!;
    assert.equal(done.state, "done", JSON.stringify(done.problem));
    assert.equal(done.result!.pack!.digest, unbroken);
    assert.deepEqual(await packsIn(data), ["mine"]);
    // Each evaluation has a checkpoint but the last before the kill, which may have come too late for its own.
    const resumed = events.filter(isTraining).map(({ progress }) => progress.completed);
    assert.ok(Math.min(...resumed) >= killedAt, `killed at ${killedAt}, went on with ${resumed.join(", ")}`);
    await untilExit(two.child, "SIGTERM");
  });
});

describe("a cancelled training", () => {
  it("a cancelled training frees its folder, also when its child hangs, lets the next one run, and stays cancelled", async () => {
    const { data, packs } = await another();
    const { pids, log } = createPidLog();
    const parts = { ...quick(), log, trainingTimings: { stopGraceMs: 300 } };
    const { server, client } = await startTrainingServer({ data, packs }, parts);
    const examples = await client.upload(pictures);
    const running = await client.train({ ...tinyTraining, examples });
    const waiting = await client.train({ ...tinyTraining, name: "other", examples: examples.slice(0, 21) });
    await waitUntil("a trainer", () => pids.length === 1);
    assert.equal((await client.read(waiting.id)).progress.position, 0);
    // A process that is stopped by a signal can't stop by itself.
    process.kill(pids[0]!, "SIGSTOP");
    const answer = await client.ask(`/v1/trainings/${running.id}`, { method: "DELETE" });
    assert.deepEqual([answer.status, ((await answer.json()) as Training).state], [200, "cancelled"]);
    await waitUntil("the next trainer", () => pids.length === 2);
    assert.ok(!isAlive(pids[0]!));
    assert.deepEqual(await filesOf(data, running), []);
    const cancelled = await client.ask(`/v1/trainings/${waiting.id}`, { method: "DELETE" });
    assert.equal(((await cancelled.json()) as Training).state, "cancelled");
    await server.stop();
    assert.ok(!isAlive(pids[1]!));
    const again = await startTrainingServer({ data, packs }, quick());
    for (const training of [running, waiting]) {
      assert.equal((await again.client.read(training.id)).state, "cancelled");
      assert.deepEqual(await filesOf(data, training), []);
    }
    await again.server.stop();
    assert.deepEqual(await packsIn(data), []);
  });
});

describe("a training that can't succeed", () => {
  it("a training that can't succeed fails when its children hang again and again, keeps its problem, and frees its folder", async () => {
    const { data, packs } = await another();
    const { pids, log } = createPidLog();
    // No child can start within a millisecond.
    const { server, client } = await startTrainingServer(
      { data, packs },
      { ...quick(), log, trainingTimings: { silenceMs: 1 } },
    );
    const { id } = await client.train({ ...tinyTraining, examples: await client.upload(pictures) });
    const failed = (await client.follow(id)).at(-1)!;
    assert.deepEqual([failed.state, failed.problem?.code, pids.length], ["failed", "training_failed", 3]);
    assert.match(failed.problem!.detail, /said nothing for 1 ms/);
    await server.stop();
    const again = await startTrainingServer({ data, packs }, quick());
    assert.equal((await again.client.read(id)).problem?.code, "training_failed");
    assert.deepEqual(await filesOf(data, failed), []);
    await again.server.stop();
  });

  it("a training that can't succeed names packs, not folders of the server, when something else lies under its name", async () => {
    const { data, packs } = await another();
    await mkdir(join(data, "packs", "mine"), { recursive: true });
    const { server, client } = await startTrainingServer({ data, packs }, quick());
    const { id } = await client.train({ ...tinyTraining, examples: await client.upload(pictures) });
    const failed = (await client.follow(id)).at(-1)!;
    assert.equal(failed.state, "failed");
    assert.match(failed.problem!.detail, /^pack mine: expected no folder, .* got a folder without a manifest/);
    assert.ok(!JSON.stringify(failed).includes(data));
    await server.stop();
  });

  it("a training that can't succeed says by the request's own fields why too few images are usable", async () => {
    const { data, packs } = await another();
    const { server, client } = await startTrainingServer({ data, packs }, quick());
    // The same picture saved anew: other bytes, other digests.
    const { default: sharp } = await import("sharp");
    const copies = await Promise.all(
      pictures.slice(0, 6).map(async ({ png, captions }) => {
        return { png: new Uint8Array(await sharp(png).png({ compressionLevel: 0 }).toBuffer()), captions };
      }),
    );
    const examples = await client.upload([...pictures.slice(0, 16), ...copies]);
    const { id } = await client.train({ ...tinyTraining, examples });
    const failed = (await client.follow(id)).at(-1)!;
    assert.deepEqual(
      [failed.state, failed.problem?.code, failed.problem?.field],
      ["failed", "dataset_invalid", "examples"],
    );
    assert.match(failed.problem!.detail, /^examples: expected at least 20 usable images, got 16\n/);
    assert.match(failed.problem!.detail, /examples\.16: (equals|looks the same as) examples\.0\n/);
    assert.doesNotMatch(failed.problem!.detail, /\.png|\/tmp/);
    await server.stop();
  });
});
