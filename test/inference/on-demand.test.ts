/** What one command opens of the upscaler that ships: the graphs that its tiles need, when they need them. */
import assert from "node:assert/strict";
import { cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { it } from "node:test";
import { SharedFiles } from "../../server/experts/shared-files.ts";
import type { SessionOptions } from "../../server/onnx/session.ts";
import { packsHome, readEntry } from "../../server/packs/catalogue.ts";
import { loadUpscaler } from "../../server/upscaling/load-upscaler.ts";
import { stripes } from "../fixtures/networks/small-upscaler.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import "../fixtures/processes/programs.ts";

const entry = await readEntry(join(packsHome(), "super-resolution"), true);
const small = stripes(12, 8);
const accurate = { scale: 4, temperature: 0, seed: 1, leavesLetters: true } as const;

/** Notes which sessions are opened: the file, and the output if it is not all. */
class NotedFiles extends SharedFiles {
  readonly opened: string[] = [];
  override session(path: string, options: SessionOptions) {
    const output = options.layer === undefined ? [] : [options.layer];
    this.opened.push([path.slice(entry.folder.length + 1), ...output].join(" "));
    return super.session(path, options);
  }
}

for (const threads of [1, 2])
  it(`an upscale by 4 at detail 0 opens two graphs on demand, and no more at the second picture (${threads} threads)`, async () => {
    const shared = new NotedFiles();
    const upscaler = await loadUpscaler(entry, { threads, shared, onDemand: true });
    assert.deepEqual(shared.opened, []);
    const first = await upscaler.upscale(small, accurate);
    const needed = ["x4/network.onnx answers", "consistency-4.onnx"];
    assert.deepEqual(shared.opened, needed);
    assert.deepEqual(await upscaler.upscale(small, accurate), first);
    assert.deepEqual(shared.opened, needed);
    const warm = await loadUpscaler(entry, { threads });
    assert.deepEqual(await warm.upscale(small, accurate), first);
  });

it("an upscale on demand opens the networks of letters for a picture that may have text", async () => {
  const shared = new NotedFiles();
  const upscaler = await loadUpscaler(entry, { threads: 1, shared, onDemand: true });
  await upscaler.upscale(small, { ...accurate, leavesLetters: false });
  assert.deepEqual(shared.opened[0], "letters/finder.onnx");
});

it("an upscale on demand needs the files of its own factor and detail alone, and names the one that it lacks", async () => {
  const folder = temporaryFolder("on-demand");
  for (const file of ["x4/network.onnx", "consistency-4.onnx"]) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(entry.folder, file), join(folder, file));
  }
  const partial = { ...entry, folder };
  for (const threads of [1, 2]) {
    const upscaler = await loadUpscaler(partial, { threads, onDemand: true });
    assert.equal((await upscaler.upscale(small, accurate)).widthPx, 48);
    for (const [changed, message] of [
      [{ scale: 2 }, /x2\/network\.onnx/],
      [{ temperature: 0.5 }, /x4\/flow\.onnx/],
      [{ foreignness: 1 }, /x4\/foreign\.onnx/],
    ] as const)
      await assert.rejects(upscaler.upscale(small, { ...accurate, ...changed }), { code: "pack_corrupt", message });
    // Who serves many requests learns of it before the first.
    await assert.rejects(loadUpscaler(partial, { threads }), { code: "pack_corrupt", message: /x2\/network\.onnx/ });
  }
});

it("an upscale on demand draws a picture of many tiles in threads, to the same bytes as one that is warm", async () => {
  const options = { threads: 2, corePx: 40 };
  const image = stripes(160, 128);
  const lively = { scale: 2, temperature: 0.5, seed: 3 } as const;
  const [cold, warm] = [await loadUpscaler(entry, { ...options, onDemand: true }), await loadUpscaler(entry, options)];
  assert.ok(cold.tilesOf(image, { scale: 2 }) > 4);
  assert.deepEqual(await cold.upscale(image, lively), await warm.upscale(image, lively));
});
