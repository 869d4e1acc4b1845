/** Training over HTTP of icons of one colour, on the tiny pack with a flow between styles: a style at once, and a better one after it. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { encodePng, probeImage } from "../../../server/images/codec.ts";
import { GenerationSchema } from "../../../shared/contract/generations/generation.ts";
import { MetaSchema } from "../../../shared/contract/meta.ts";
import type { TinyExample } from "../../fixtures/tiny-examples.ts";
import { styleSizePx, writeTinyStylePack } from "../../fixtures/tiny-style-pack.ts";
import { SmallInference } from "../small-inference.ts";
import { createPidLog, makeHome, startTrainingServer, stopServers } from "./training-server.ts";

const homes: Array<Awaited<ReturnType<typeof makeHome>>> = [];
async function homeWithStyles() {
  const home = await makeHome();
  homes.push(home);
  await writeTinyStylePack(home.packs);
  return home;
}
after(async () => {
  await stopServers();
  await Promise.all(homes.map(({ remove }) => remove()));
});

/** Blue icons, each another one. */
const many: TinyExample[] = await Promise.all(
  Array.from({ length: 60 }, async (_, icon) => {
    const rgba = new Uint8Array(4 * styleSizePx ** 2);
    for (let at = 0; at < styleSizePx ** 2; at += 1)
      if ((Math.imul(icon + 1, 2_654_435_761) >>> (at % 24)) & 1) rgba.set([20, 40, 200, 255], 4 * at);
    return { png: await encodePng(rgba, styleSizePx, styleSizePx), captions: [`thing ${icon}`] };
  }),
);
const icons = many.slice(0, 20);

describe("a training of icons of one colour", () => {
  it("a training of icons of one colour publishes their style at once, shows samples, and ends with a style that draws in their ink", async () => {
    const home = await homeWithStyles();
    const { errors, log } = createPidLog();
    const { server, client } = await startTrainingServer(home, { log });
    const examples = await client.upload(icons);
    const { id, base } = await client.train({ name: "blue", label: "Blue icons", examples });
    assert.equal(base.translation, "caption");
    const events = await client.follow(id);
    const done = events.at(-1)!;
    assert.equal(done.state, "done", JSON.stringify(done.problem));
    assert.deepEqual([done.base.pack, done.base.isOfStyles], ["tiny-styles", true]);
    const { result } = done;
    // The better one, where it was published before the first was in service.
    assert.ok(["0.1.0", result!.pack!.version].includes(done.published!.version), done.published!.version);
    assert.ok(result?.isServed && result.finalNats <= result.startNats);
    assert.equal(result.pack!.version, result.isBetter ? "0.2.0" : "0.1.0");
    assert.equal(result.images.usable, 20);
    for (const { path, caption } of done.preview!.images) {
      assert.match(caption, /^thing \d+$/);
      const { widthPx } = await probeImage(new Uint8Array(await (await client.ask(path)).arrayBuffer()));
      assert.equal(widthPx, styleSizePx);
    }
    const meta = MetaSchema.parse(await (await client.ask("/v1/meta")).json());
    const pack = meta.packs.find((one) => one.id === "blue")!;
    assert.deepEqual(pack.translations[0]!.styles, [{ id: "blue", label: "Blue icons", kind: "lines" }]);
    const condition = { drawing: { image: examples[3]!.image }, style: "blue" };
    const body = JSON.stringify({ translation: "blue", condition, count: 1, seed: 5, temperature: 0 });
    const asked = await client.ask("/v1/generations", { method: "POST", body });
    const drawn = GenerationSchema.parse(await asked.json());
    await (await client.ask(`/v1/generations/${drawn.id}/events`)).text();
    const ended = GenerationSchema.parse(await (await client.ask(`/v1/generations/${drawn.id}`)).json());
    assert.deepEqual([ended.state, ended.images.length], ["done", 1]);
    assert.deepEqual(errors, []);
    await server.stop();
  });

  it("a training of icons of one colour that is cancelled leaves the style that it published, in service", async () => {
    const home = await homeWithStyles();
    const { pids, log } = createPidLog();
    // The search waits until it is cancelled.
    class Stopping extends SmallInference {
      override async reload() {
        process.kill(pids.at(-1)!, "SIGSTOP");
        return super.reload();
      }
    }
    const parts = { log, inference: new Stopping(), trainingTimings: { stopGraceMs: 200 } };
    const { server, client } = await startTrainingServer(home, parts);
    // Many, so that the search goes on for long after the server was told of the style.
    const { id } = await client.train({ name: "blue", examples: await client.upload(many) });
    let isCancelled = false;
    const events = await client.follow(id, ({ published }) => {
      if (!published?.isServed || isCancelled) return;
      isCancelled = true;
      void client.ask(`/v1/trainings/${id}`, { method: "DELETE" });
    });
    assert.deepEqual([events.at(-1)!.state, events.at(-1)!.published!.version], ["cancelled", "0.1.0"]);
    assert.deepEqual(
      (await readdir(join(home.data, "packs"))).filter((name) => !name.startsWith(".")),
      ["blue"],
    );
    const meta = MetaSchema.parse(await (await client.ask("/v1/meta")).json());
    assert.ok(meta.packs.some((one) => one.id === "blue"));
    await server.stop();
  });

  it("a training of icons of one colour trains from captions where that base or its steps are requested, and on a flow between styles where that is", async () => {
    const home = await homeWithStyles();
    const { server, client } = await startTrainingServer(home, { inference: new SmallInference() });
    const examples = await client.upload(icons);
    const cancel = (id: string) => client.ask(`/v1/trainings/${id}`, { method: "DELETE" });
    for (const [base, isOfStyles] of [
      ["caption", undefined],
      ["restyle", true],
    ] as const) {
      const accepted = await client.train({ name: "blue", examples, base });
      assert.deepEqual([accepted.base.translation, accepted.base.isOfStyles], [base, isOfStyles]);
      await cancel(accepted.id);
    }
    const styled = examples.map((example) => ({ ...example, style: "bold" }));
    for (const request of [{ examples: styled }, { examples, isForced: true }]) {
      const { id } = await client.train({ name: "blue", ...request });
      const seen = await client.follow(id, ({ state, progress: { stage } }) => {
        if (state === "running" && (stage === "encoding" || stage === "training")) void cancel(id);
      });
      assert.equal(seen.at(-1)!.base.isOfStyles, undefined);
    }
    const { id } = await client.train({ name: "blue", examples, settings: { steps: 50 } });
    const events = await client.follow(id, ({ state, progress: { stage } }) => {
      if (state === "running" && (stage === "encoding" || stage === "training")) void cancel(id);
    });
    assert.deepEqual(
      events.map(({ base }) => base.isOfStyles),
      events.map(() => undefined),
    );
    await server.stop();
  });
});
