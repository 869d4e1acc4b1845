/**
 * Encoding in this thread and others, with the tiny pack's experts: the same vectors as in one thread, faults with their codes, an end when
 * asked, nothing left running.
 */
import assert from "node:assert/strict";
import { truncateSync } from "node:fs";
import { readdir, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { after, describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { contentOf } from "../../../server/flow/vector-table.ts";
import { selectTranslation } from "../../../server/manifest/pack-draft.ts";
import { digestExperts } from "../../../server/packs/publish.ts";
import { openImageSet } from "../../../server/training/dataset/image-set.ts";
import { EncodePool } from "../../../server/training/encode/encode-pool.ts";
import { type EncodeTask, encodeRows } from "../../../server/training/encode/encode-rows.ts";
import { encodeSet } from "../../../server/training/encode/encode-set.ts";
import { openSetExperts, type SetExperts } from "../../../server/training/encode/pack-experts.ts";
import { runBundled } from "../../fixtures/processes/run-bundled.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { tinyFullDraft, tinySizePx, writeTinyPack } from "../../fixtures/tiny-pack.ts";
import { tinyItems, tinyPixels, writeTinySet } from "../../fixtures/tiny-set.ts";

const root = temporaryFolder("encode-team");
const { pack } = await writeTinyPack(join(root, "full"), tinyFullDraft);
const draft = selectTranslation(tinyFullDraft);
const source = { pack, draft, files: await digestExperts(pack, draft) };
const experts = await openSetExperts(source, { threads: 1 });

/** Largest difference of two lists of numbers of one length. */
function differenceOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Math.max(...Array.from(a, (value, at) => Math.abs(value - b[at]!)));
}

const tasks: readonly EncodeTask[] = [
  { kind: "images", conditions: [], withLatents: true, start: 3, count: 70 },
  { kind: "captions", condition: "caption", captions: tinyItems.map(({ row }) => `square ${row}`) },
  {
    kind: "images",
    conditions: ["sketch", "image-early", "image-middle", "image-last", "lowResolution"],
    withLatents: true,
    start: 0,
    count: 80,
  },
  { kind: "images", conditions: ["layout"], withLatents: false, start: 20, count: 33 },
  { kind: "images", conditions: ["sketch"], withLatents: false, start: 79, count: 1 },
];

describe("a pool that encodes", async () => {
  const folder = await writeTinySet(join(root, "set"));
  const images = await openImageSet(folder, tinySizePx);
  after(() => images.close());

  /** A team that has started, closed after the work; as if more rows were to come than these tasks have. */
  async function withTeam<T>(cores: number, work: (team: EncodePool) => Promise<T>, from = source): Promise<T> {
    const openExperts = async (): Promise<SetExperts> => experts;
    const team = await EncodePool.open(from, { threads: cores, rows: 1000, startsNow: true, openExperts });
    try {
      return await work(team);
    } finally {
      await team.close();
    }
  }

  it("a pool that encodes gives every row what one thread gives it, in order, task after task", () =>
    withTeam(3, async (team) => {
      for (const task of tasks) {
        const [together, alone] = [await team.encode(task, images), await encodeRows(task, images, experts)];
        assert.equal(together.length, alone.length);
        for (const [index, block] of alone.entries())
          assert.ok(differenceOf(together[index]!, block) < 1e-5, `${task.kind}, block ${index}`);
      }
      const nothing: EncodeTask = { kind: "images", conditions: [], withLatents: true, start: 0, count: 0 };
      assert.deepEqual(await team.encode(nothing, images), []);
    }));

  it("a pool that encodes is this thread and one for each other core, all at work, and this thread alone where rows are few", async () => {
    const started: Worker[] = [];
    const onWorker = (worker: Worker): void => void started.push(worker);
    process.on("worker", onWorker);
    try {
      /** Rows that this thread read of a task, by experts that see what they are given. */
      const ownRows = async (team: EncodePool): Promise<number> => {
        let rows = 0;
        const target = {
          ...experts.target,
          encode(planes: Float32Array, count: number): Promise<Float32Array> {
            rows += count;
            return experts.target.encode(planes, count);
          },
        };
        await team.encode(tasks[0]!, images, {}, { ...experts, target });
        return rows;
      };
      const sessionThreads: number[] = [];
      const openFor = (threads: number, rows: number): Promise<EncodePool> => {
        const openExperts = async (each: number): Promise<SetExperts> => {
          sessionThreads.push(each);
          return experts;
        };
        return EncodePool.open(source, { threads, rows, openExperts });
      };
      const few = await openFor(3, 70);
      assert.deepEqual([await ownRows(few), started.length], [70, 0]);
      await few.close();
      await withTeam(3, async (team) => {
        const own = await ownRows(team);
        assert.ok(own > 0 && own < 70, `${own}`);
        assert.equal(started.length, 2);
      });
      const one = await openFor(1, 1000);
      assert.deepEqual([await ownRows(one), started.length], [70, 2]);
      // Sessions share out the cores where no team does.
      await (await openFor(3, 1000)).close();
      assert.deepEqual(sessionThreads, [3, 1, 1]);
    } finally {
      process.off("worker", onWorker);
    }
  });

  it("a pool that encodes reports how many rows are done, part by part", () =>
    withTeam(2, async (team) => {
      const reported: number[] = [];
      await team.encode(tasks[0]!, images, { onRows: (rows) => void reported.push(rows) });
      assert.equal(reported.at(-1), 70);
      assert.ok(
        reported.every((rows, at) => rows > (reported[at - 1] ?? 0)),
        reported.join(),
      );
      // Whatever order they end in: parts of 16 images, then smaller ones, so that both members end together.
      const parts = reported.map((rows, at) => rows - (reported[at - 1] ?? 0)).sort((a, b) => b - a);
      assert.deepEqual(parts, [16, 16, 12, 8, 8, 4, 4, 2]);
    }));

  it("a pool that encodes ends a task at the signal and does the next one all the same", () =>
    withTeam(2, async (team) => {
      const abort = new AbortController();
      const stopped = team.encode(tasks[0]!, images, { signal: abort.signal });
      abort.abort();
      await assert.rejects(stopped, { name: "AbortError" });
      assert.equal((await team.encode(tasks[0]!, images))[0]!.length, 70 * experts.target.latentDims);
    }));

  it("a pool that encodes reports a member's fault with its code, of whatever it met, in a thread or in this one", async () => {
    await withTeam(2, (team) =>
      assert.rejects(team.encode(tasks[0]!, { ...images, count: 81 }), {
        code: "dataset_invalid",
        message: /expected 20736 bytes for 81 images of 8 px, got 20480/,
      }),
    );
    const nowhere = { ...source, pack: join(root, "nowhere") };
    await withTeam(
      2,
      (team) => assert.rejects(team.encode(tasks[0]!, images), { code: "pack_corrupt", message: /nowhere/ }),
      nowhere,
    );
    const fault = new Error("no vectors here");
    const target = { ...experts.target, encode: () => Promise.reject(fault) };
    await withTeam(2, (team) => assert.rejects(team.encode(tasks[0]!, images, {}, { ...experts, target }), fault));
  });

  it("a pool that encodes encodes pixels as they are now, not as they were at its first task", async () => {
    const changing = await writeTinySet(join(root, "changing"));
    await withTeam(2, async (team) => {
      const encode = async (): Promise<Float32Array> => {
        const opened = await openImageSet(changing, tinySizePx);
        const [latents] = await team.encode(tasks[0]!, opened).finally(() => opened.close());
        return latents!;
      };
      const first = await encode();
      // Written beside and put in its place, as sets are.
      await writeFile(join(changing, "new"), tinyPixels().reverse());
      await rename(join(changing, "new"), join(changing, "images.rgba"));
      const second = await encode();
      // Row for row: whichever member read it.
      const { latentDims } = experts.target;
      for (let at = 0; at < first.length; at += latentDims)
        assert.ok(
          differenceOf(first.subarray(at, at + latentDims), second.subarray(at, at + latentDims)) > 1e-4,
          `${at}`,
        );
    });
  });

  it("a pool that encodes neither starts nor encodes once it is closed", async () => {
    const team = EncodePool.of(experts, { threads: 2, rows: 1000 });
    await team.close();
    await assert.rejects(team.encode(tasks[0]!, images), { code: "internal", message: /got a closed one/ });
  });

  it("a pool that encodes says that a member ended, rather than waiting for it", () =>
    withTeam(2, async (team) => {
      let release = (): void => undefined;
      const closed = new Promise<void>((resolve) => {
        release = resolve;
      });
      const target = {
        ...experts.target,
        // This thread leaves all other parts to the one that ends.
        async encode(planes: Float32Array, count: number): Promise<Float32Array> {
          await closed;
          return experts.target.encode(planes, count);
        },
      };
      const refused = assert.rejects(team.encode(tasks[0]!, images, {}, { ...experts, target }), {
        code: "training_failed",
        message: /a thread ended before its work/,
      });
      await team.close();
      release();
      await refused;
    }));
});

describe("a pool in the bundle", () => {
  it("a pool in the bundle finds its thread beside itself, without tsx", async () => {
    const set = await writeTinySet(join(root, "bundled"));
    const order = { source, set, sizePx: tinySizePx };
    const contents = `
      import { EncodePool } from "./server/training/encode/encode-pool.ts";
      import { openImageSet } from "./server/training/dataset/image-set.ts";
      import { deserialize } from "node:v8";
      const { source, set, sizePx } = deserialize(Buffer.from(process.argv[2], "base64"));
      const images = await openImageSet(set, sizePx);
      const team = await EncodePool.open(source, { threads: 2, rows: 1000 });
      const task = { kind: "images", conditions: [], withLatents: true, start: 0, count: 40 };
      const [latents] = await team.encode(task, images);
      await team.close();
      await images.close();
      console.log(latents.length);`;
    const { stdout } = await runBundled({ encoder: "server/training/encode/encode-thread.ts" }, contents, order);
    assert.equal(stdout.trim(), `${40 * experts.target.latentDims}`);
  });
});

describe("encoding a large set", () => {
  const copies = 4;
  const items = Array.from({ length: copies * tinyItems.length }, (_, row) => ({
    ...tinyItems[row % tinyItems.length]!,
    row,
    id: `image ${row}`,
    // As many different ones as images, so that captions are shared out too.
    captions: [`square ${row}`],
  }));
  const newSet = (name: string): Promise<string> =>
    writeTinySet(join(root, name), { items, pixels: Buffer.concat(new Array(copies).fill(tinyPixels())) });
  const encode = async (folder: string, threads: number) => {
    const images = await openImageSet(folder, tinySizePx);
    const pool = EncodePool.of(experts, { threads, rows: images.count });
    try {
      return await encodeSet({ folder, images, pool, drawnRepeats: 1 });
    } finally {
      await pool.close();
      await images.close();
    }
  };

  it("encoding a large set gives the set of one thread", async () => {
    const [together, alone] = [await encode(await newSet("together"), 2), await encode(await newSet("alone"), 1)];
    assert.ok(differenceOf(together.latents, alone.latents) < 1e-5);
    assert.deepEqual(together.trainRows, alone.trainRows);
    for (const [index, condition] of alone.conditions.entries())
      assert.ok(
        differenceOf(contentOf(together.conditions[index]!.table), contentOf(condition.table)) < 1e-5,
        condition.name,
      );
  });

  it("encoding a large set keeps what was encoded before a fault, and goes on from there", async () => {
    const folder = await newSet("broken");
    const images = await openImageSet(folder, tinySizePx);
    const pool = EncodePool.of(experts, { threads: 2, rows: images.count });
    const broken = encodeSet({
      folder,
      images,
      pool,
      drawnRepeats: 1,
      // Captions come first; their team has the file open by then.
      onProgress: ({ what, done, total }) => {
        if (what === "captions" && done === total) truncateSync(join(folder, "images.rgba"), 1000);
      },
    });
    await assert.rejects(broken, {
      code: "dataset_invalid",
      // As the thread says it, which opens the file again, or this one, which has it open.
      message: /images\.rgba: expected (81920 bytes for 320 images of 8 px|4096 bytes for images 0 to 15), got 1000$/,
    });
    await pool.close();
    await images.close();
    const kept = await readdir(join(folder, ".encoded"), { recursive: true });
    assert.deepEqual(
      kept.filter((name) => name.endsWith(".safetensors")).map((name) => basename(name)),
      ["captions-0.safetensors"],
    );
    await newSet("broken");
    const again = await encode(folder, 2);
    assert.equal(again.latents.length, items.length * experts.target.latentDims);
  });
});
