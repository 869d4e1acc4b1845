/**
 * What comes of a training over HTTP besides a first pack: the next version, another base, nothing at all, a pack by force or from
 * fresh weights, and what kill -9 in the middle of a publication leaves.
 */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Catalogue } from "../../../server/packs/catalogue.ts";
import { GenerationSchema } from "../../../shared/contract/generations/generation.ts";
import { MetaSchema } from "../../../shared/contract/meta.ts";
import type { Training } from "../../../shared/contract/training.ts";
import { tinyExamples } from "../../fixtures/tiny-examples.ts";
import { untilExit } from "../../fixtures/until-exit.ts";
import { waitUntil } from "../../fixtures/wait-until.ts";
import {
  createPidLog,
  isAlive,
  makeHome,
  serveProcess,
  startTrainingServer,
  stopServers,
  tinyTraining,
} from "./training-server.ts";

const pictures = await tinyExamples(24);
const homes = [await makeHome(), await makeHome()] as const;
const { errors, log } = createPidLog();
const { client, server } = await startTrainingServer(homes[0], { log });
after(async () => {
  await stopServers();
  await Promise.all(homes.map(({ remove }) => remove()));
});

let examples: Array<{ image: string; captions: string[] }>;
before(async () => {
  examples = await client.upload(pictures);
});

/** So slow that no weight changes: never better than its start. */
const idle = { ...tinyTraining.settings, steps: 25, learningRate: 1e-12 };

async function train(body: object): Promise<Training> {
  const { id } = await client.train({ ...tinyTraining, examples, ...body });
  const ended = (await client.follow(id)).at(-1)!;
  assert.equal(ended.state, "done", JSON.stringify(ended.problem));
  return ended;
}
const servedPack = async (id: string) =>
  MetaSchema.parse(await (await client.ask("/v1/meta")).json()).packs.find((pack) => pack.id === id);

describe("trainings one after another", () => {
  it("trainings one after another publish the next version of a name, and the server draws with it", async () => {
    assert.equal((await train({})).result!.pack!.version, "0.1.0");
    const { result } = await train({ settings: { ...tinyTraining.settings, seed: 9 } });
    assert.deepEqual([result!.pack!.version, result!.isServed], ["0.2.0", true]);
    const pack = (await servedPack("mine"))!;
    assert.deepEqual([pack.version, pack.digest], ["0.2.0", result!.pack!.digest]);
    const body = JSON.stringify({ translation: "mine", condition: { caption: "red block a" }, count: 1 });
    const requested = GenerationSchema.parse(
      await (await client.ask("/v1/generations", { method: "POST", body })).json(),
    );
    await (await client.ask(`/v1/generations/${requested.id}/events`)).text();
    const drawn = GenerationSchema.parse(await (await client.ask(`/v1/generations/${requested.id}`)).json());
    assert.deepEqual([drawn.state, drawn.packDigest], ["done", pack.digest]);
  });

  it("trainings one after another start from another base: what that has learned is where they begin", async () => {
    const [taught] = ((await (await client.ask("/v1/trainings?limit=1")).json()) as { trainings: Training[] })
      .trainings;
    const { base, result } = await train({ name: "next", base: "mine", settings: idle, isForced: true });
    assert.deepEqual([base.pack, base.translation, base.digest], ["mine", "mine", taught!.result!.pack!.digest]);
    const [before, after] = [taught!.result!.finalNats, result!.startNats];
    assert.ok(Math.abs(before - after) < 1e-3, `${before} and ${after} nats`);
    assert.deepEqual([result!.isBetter, result!.pack!.version], [false, "0.1.0"], "published by force");
    assert.equal((await servedPack("next"))?.digest, result!.pack!.digest);
  });

  it("trainings one after another publish nothing that is no better, and keep its numbers, log and loss curve until it is forgotten", async () => {
    const ended = await train({ name: "none", settings: idle });
    const { isBetter, isServed, pack, startNats, finalNats, steps, cost } = ended.result!;
    assert.deepEqual([isBetter, isServed, pack, steps], [false, false, undefined, 25]);
    assert.ok(Math.abs(finalNats - startNats) < 1e-3 && cost.cpuSeconds > 0, `${startNats} to ${finalNats} nats`);
    assert.equal(await servedPack("none"), undefined);
    const folder = join(homes[0].data, "trainings", ended.id);
    // Its end is reported before its work is freed.
    await waitUntil("its work is freed", async () =>
      (await readdir(folder)).every((name) => name !== "examples" && name !== "work"),
    );
    assert.deepEqual((await readdir(folder)).sort(), ["log.jsonl", "loss.svg", "previews"]);
    const [line] = (await readFile(join(folder, "log.jsonl"), "utf8")).trim().split("\n");
    assert.equal((JSON.parse(line!) as { step: number }).step, 25);
    assert.match(await readFile(join(folder, "loss.svg"), "utf8"), /<\/svg>/);
    assert.equal((await client.ask(`/v1/trainings/${ended.id}`, { method: "DELETE" })).status, 204);
    await assert.rejects(readdir(folder), { code: "ENOENT" });
  });

  it("trainings one after another start from fresh weights where they are asked to", async () => {
    const { request, result } = await train({
      name: "fresh",
      isFromScratch: true,
      isForced: true,
      settings: { ...tinyTraining.settings, steps: 25 },
    });
    assert.deepEqual([request.isFromScratch, request.isForced], [true, true]);
    assert.equal(result!.startStyle, undefined);
    assert.equal((await servedPack("fresh"))?.digest, result!.pack!.digest);
    assert.deepEqual(errors, []);
    await server.stop();
  });
});

describe("kill -9 of the server while it publishes", () => {
  it("kill -9 of the server while it publishes leaves nothing half, and the next start ends with one version that verifies", async () => {
    const { data, packs } = homes[1];
    const one = await serveProcess(data, packs);
    const sent = await one.client.upload(pictures);
    const { id } = await one.client.train({ ...tinyTraining, examples: sent });
    await one.client
      .follow(id, ({ progress }) => {
        if (progress.stage === "publishing") one.child.kill("SIGKILL");
      })
      .catch(() => undefined);
    assert.equal(await untilExit(one.child), "SIGKILL");
    // The child of the server that is gone ends by itself.
    const trainer = Number(/"pid":(\d+)/.exec(one.output.err)![1]);
    await waitUntil("the trainer without a server ends", () => !isAlive(trainer));
    const left = await Catalogue.open(packs, join(data, "packs"));
    assert.deepEqual(left.faults, []);
    await left.verify();
    const two = await serveProcess(data, packs);
    const done = (await two.client.follow(id)).at(-1)!;
    assert.equal(done.state, "done", JSON.stringify(done.problem));
    const found = await Catalogue.open(packs, join(data, "packs"));
    await found.verify();
    const mine = found.packs().find((pack) => pack.id === "mine");
    assert.deepEqual([mine?.version, mine?.digest], ["0.1.0", done.result!.pack!.digest]);
    assert.deepEqual(await readdir(join(data, "packs")), ["mine"]);
    await untilExit(two.child, "SIGTERM");
  });
});
