/** The pack `super-resolution` that ships: its networks in tiles and whole, at temperature 0 and above, back to the input, and in a real child. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { rgbPsnrDb } from "../../server/evaluation/metrics/picture-psnr.ts";
import { cutMiddle } from "../../server/evaluation/upscaling/ground-truth.ts";
import { bicubic, resample, shrinkTruth } from "../../server/evaluation/upscaling/resample.ts";
import { decodeRgba } from "../../server/images/codec.ts";
import { createInferenceClient } from "../../server/inference/client.ts";
import { PackManifestSchema } from "../../server/manifest/manifest.ts";
import { packsHome, readEntry } from "../../server/packs/catalogue.ts";
import { loadUpscaler } from "../../server/upscaling/load-upscaler.ts";
import type { UpscaleResult } from "../../server/upscaling/upscale-queue.ts";
import { upscaleNetwork } from "../../server/upscaling/upscaler-graphs.ts";
import { ResolvedUpscaleSchema, type UpscaleInput } from "../../shared/contract/upscaling.ts";
import { AppError } from "../../shared/problem.ts";
import { runBundled } from "../fixtures/processes/run-bundled.ts";
import "../fixtures/processes/programs.ts";

const example = async (name: string): Promise<Pixels> =>
  decodeRgba(await readFile(new URL(`../../docs/examples/${name}.png`, import.meta.url)));

/** PSNR in dB over colours. */
const psnrOf = (a: Pixels, b: Pixels): number => rgbPsnrDb(a, b, 0);

/** Largest difference of two pictures, in levels. */
const mostApart = (a: Pixels, b: Pixels): number =>
  a.rgba.reduce((most, value, at) => Math.max(most, Math.abs(value - b.rgba[at]!)), 0);

describe("the pack super-resolution", async () => {
  const entry = await readEntry(join(packsHome(), "super-resolution"), true);
  const upscaler = await loadUpscaler(entry, { threads: 1 });
  const photo = await example("wren");
  /** Enough of it for several tiles of the smallest size. */
  const part = cutMiddle(photo, 160, 128);

  it("the pack super-resolution gives the same answers with features and without", async () => {
    const network = upscaleNetwork(entry.folder, entry.manifest.upscaler!.factors[4], 4, { threads: 1 });
    const tile = Float32Array.from({ length: 3 * 24 * 20 }, (_, at) => 0.5 + 0.4 * Math.sin(at * 0.37));
    assert.deepEqual(await network.predictMeans(tile, 24, 20), (await network.read(tile, 24, 20)).means);
  });

  it("the pack super-resolution is refused when its decoder of details is of another width, missing, or not among its files", async () => {
    const { manifest, folder } = entry;
    const { factors } = manifest.upscaler!;
    const withDetails = (details: object) =>
      ({
        ...manifest,
        upscaler: { ...manifest.upscaler!, factors: { ...factors, 2: { ...factors[2], ...details } } },
      }) as typeof manifest;
    const other = withDetails({ details: factors[4].details });
    await assert.rejects(loadUpscaler({ folder, manifest: other }), {
      code: "pack_corrupt",
      message: /x4\/details\.onnx/,
    });
    const nowhere = withDetails({ details: { graph: "x2/nowhere.onnx", marginPx: 4 } });
    await assert.rejects(loadUpscaler({ folder, manifest: nowhere }), { code: "pack_corrupt", message: /nowhere/ });
    const { error } = PackManifestSchema.safeParse(nowhere);
    assert.match(String(error), /x2\/nowhere\.onnx.* is not in files/);
  });

  it("the pack super-resolution is at most 20 MB", () => {
    const bytes = entry.manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    assert.ok(bytes <= 20e6, `${bytes / 1e6} MB`);
  });

  for (const scale of [2, 4] as const) {
    it(`the pack super-resolution ×${scale}: comes nearer to a photograph than bicubic, and what is drawn spreads around the answer`, async () => {
      const low = shrinkTruth(photo, scale);
      const centre = psnrOf(await upscaler.centreOf(low, scale), photo);
      const accurate = psnrOf(await upscaler.upscale(low, { scale, temperature: 0, seed: 1 }), photo);
      const lively = psnrOf(await upscaler.upscale(low, { scale, temperature: 0.9, seed: 1 }), photo);
      const plain = psnrOf(resample(low, photo.widthPx, photo.heightPx, bicubic), photo);
      assert.ok(accurate > plain + 1, `${accurate} dB, bicubic ${plain} dB`);
      assert.ok(Math.abs(accurate - centre) < 0.2, `${accurate} dB, τ at v = 0 ${centre} dB`);
      assert.ok(lively < accurate && lively > plain - 3, `temperature 0.9: ${lively} dB`);
    });

    it(`the pack super-resolution ×${scale}: shrinks back to the input at every temperature`, async () => {
      const low = shrinkTruth(part, scale);
      for (const temperature of [0, 0.5, 0.9]) {
        const high = await upscaler.upscale(low, { scale, temperature, seed: 5 });
        const back = psnrOf(shrinkTruth(high, scale), low);
        assert.ok(back >= 45, `temperature ${temperature}: ${back} dB`);
      }
    });

    it(`the pack super-resolution ×${scale}: shows no seam between tiles`, async () => {
      const low = shrinkTruth(part, 2);
      const options = { scale, temperature: 0.6, seed: 2 } as const;
      const whole = await (await loadUpscaler(entry, { threads: 1, corePx: 512 })).upscale(low, options);
      const tiled = await (await loadUpscaler(entry, { threads: 1, corePx: 40 })).upscale(low, options);
      const worst = mostApart(whole, tiled);
      assert.ok(worst <= 1, `${worst} levels apart`);
    });
  }

  it("the pack super-resolution gives the same picture in one lane and in two threads, and there the same bytes again", async () => {
    const team = await loadUpscaler(entry, { threads: 2 });
    for (const [image, scale] of [
      [shrinkTruth(photo, 2), 4],
      [await example("bear"), 2],
    ] as const) {
      const options = { scale, temperature: 0.9, seed: 3 };
      assert.ok(team.tilesOf(image, { scale }) > 2);
      const [together, alone] = [await team.upscale(image, options), await upscaler.upscale(image, options)];
      // Lanes cut the picture otherwise: as with other tiles, a rounding may show.
      assert.ok(mostApart(together, alone) <= 1);
      assert.deepEqual(await team.upscale(image, options), together);
    }
  });

  it("the pack super-resolution works on tiles beside its bundle too, and is refused there for a file that is missing", async () => {
    const contents = `
      import { loadUpscaler } from "./server/upscaling/load-upscaler.ts";
      import { deserialize } from "node:v8";
      const entry = deserialize(Buffer.from(process.argv[2], "base64"));
      const image = { rgba: new Uint8Array(4 * 100 * 100).fill(200), widthPx: 100, heightPx: 100 };
      const upscaler = await loadUpscaler(entry, { threads: 2 });
      const { rgba } = await upscaler.upscale(image, { scale: 2, temperature: 0.5, seed: 1 });
      const refused = await loadUpscaler({ ...entry, folder: "/nowhere" }, { threads: 2 }).catch(({ code }) => code);
      console.log(rgba.length, refused);`;
    const { folder, manifest } = entry;
    const { stdout, stderr } = await runBundled({ tiles: "server/upscaling/tile-thread.ts" }, contents, {
      folder,
      manifest,
    });
    assert.deepEqual([stdout.trim(), stderr], [`${4 * 200 * 200} pack_corrupt`, ""]);
  });

  it("the pack super-resolution gives an icon with transparency no halo: its edge has the colours of what lies inside", async () => {
    const icon = await example("bear");
    const { rgba, widthPx, heightPx } = await upscaler.upscale(icon, { scale: 2, temperature: 0.5, seed: 1 });
    assert.deepEqual([widthPx, heightPx], [2 * icon.widthPx, 2 * icon.heightPx]);
    // The bear is brown and has no bright or blue outline.
    let edge = 0;
    for (let at = 0; at < rgba.length; at += 4) {
      if (rgba[at + 3]! === 0 || rgba[at + 3]! > 200) continue;
      edge += 1;
      const [red, , blue] = [rgba[at]!, rgba[at + 1]!, rgba[at + 2]!];
      assert.ok(red - blue > 20, `edge pixel of colour ${rgba.subarray(at, at + 4).join()}`);
    }
    assert.ok(edge > 200);
  });

  describe("in a child, on two threads", () => {
    const client = createInferenceClient({
      packsDir: packsHome(),
      packIds: ["super-resolution"],
      provider: "cpu",
      threads: 2,
    });
    before(async () => {
      await client.start();
    });
    after(() => client.close());

    const upscale = async (image: Pixels, input: Omit<UpscaleInput, "image">, signal?: AbortSignal) => {
      const request = ResolvedUpscaleSchema.parse({ image: "0".repeat(64), seed: 7, ...input });
      const images: UpscaleResult[] = [];
      const progress: number[] = [];
      await client.upscale(request, image, {
        ...(signal ? { signal } : {}),
        onProgress: ({ completed, total }) => void progress.push(completed / total),
        onImage: (result) => void images.push(result),
      });
      return { images, progress };
    };

    it("the pack super-resolution in a child, on two threads, draws hypotheses that each seed makes again alone, and a map of where they differ", async () => {
      const low = shrinkTruth(photo, 4);
      const { images, progress } = await upscale(low, { scale: 4, detail: 0.8, count: 3, variance: true });
      assert.deepEqual(
        images.map(({ index, kind, seed }) => [index, kind, seed]),
        [
          [0, "hypothesis", 7],
          [1, "hypothesis", 8],
          [2, "hypothesis", 9],
          [3, "variance", undefined],
        ],
      );
      for (const { lrPsnrDb } of images.slice(0, 3)) assert.ok(lrPsnrDb! >= 45, `${lrPsnrDb} dB`);
      assert.ok(images[3]!.meanDeviation! > 0.1);
      assert.deepEqual(progress.at(-1), 1);
      const alone = await upscale(low, { scale: 4, detail: 0.8, seed: 8 });
      assert.deepEqual(alone.images[0]!.rgba, images[1]!.rgba);
    });

    it("the pack super-resolution in a child, on two threads, drops an upscale that is cancelled and goes on serving", async () => {
      const large: Pixels = { rgba: new Uint8Array(4 * 512 * 512).fill(120), widthPx: 512, heightPx: 512 };
      const abort = new AbortController();
      const running = upscale(large, { scale: 4, detail: 0.5, count: 8 }, abort.signal);
      setTimeout(() => abort.abort(), 300);
      await assert.rejects(running, (error) => error instanceof AppError && error.code === "cancelled");
      assert.equal((await upscale(shrinkTruth(photo, 4), { scale: 2 })).images.length, 1);
    });
  });
});
