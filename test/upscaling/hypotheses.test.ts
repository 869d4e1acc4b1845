/** Hypotheses of an upscale: seeds, how well each shrinks back, the map of where they differ, and that little is held at once. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pixels, Upscaler } from "../../server/engine/interfaces.ts";
import { shrinkBicubic } from "../../server/upscaling/bicubic.ts";
import { lrPsnrDb } from "../../server/upscaling/consistency.ts";
import { paintHeat } from "../../server/upscaling/doubt/colormap.ts";
import { drawHypotheses, type EnlargedPicture, type HypothesesHandlers } from "../../server/upscaling/hypotheses.ts";
import { createUpscaler } from "../../server/upscaling/upscale.ts";
import { drawHere } from "../../server/upscaling/upscale-tile.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { smallUpscaler, stripes, tilesOfSmall } from "../fixtures/networks/small-upscaler.ts";
import { averaging, details, flow, networkOf } from "../fixtures/upscaling/small-parts.ts";

const request = {
  scale: 2,
  detail: 0.5,
  clean: 1,
  letters: true,
  seed: 7,
  count: 1,
  variance: false,
  outlines: false,
} as const;
const pause = async (): Promise<void> => {};

async function draw(
  upscaler: Upscaler,
  image: Pixels,
  fields: object = {},
  handlers: Partial<HypothesesHandlers> = {},
): Promise<EnlargedPicture[]> {
  const pictures: EnlargedPicture[] = [];
  const onImage = (picture: EnlargedPicture): void => void pictures.push(picture);
  await drawHypotheses(upscaler, image, { ...request, ...fields }, { pause, onImage, ...handlers });
  return pictures;
}

const flat = (levels: readonly number[], widthPx: number, heightPx: number): Pixels => ({
  rgba: Uint8Array.from({ length: 4 * widthPx * heightPx }, (_, at) => levels[at % 4]!),
  widthPx,
  heightPx,
});

describe("hypotheses", () => {
  for (const detail of [0, 0.5, 1])
    for (const variance of [false, true])
      it(`progress ends at its total at detail ${detail}${variance ? ", with the map of doubt" : ""}`, async () => {
        const parts = (factor: 2 | 4) => ({
          network: networkOf(factor),
          foreignNetwork: networkOf(factor),
          flow,
          details,
        });
        const consistency = { 2: averaging(2), 4: averaging(4) };
        const upscaler = createUpscaler(drawHere({ factors: { 2: parts(2), 4: parts(4) }, consistency }), {
          corePx: 10,
        });
        const image = stripes(40, 30);
        assert.ok(upscaler.tilesOf(image, { scale: 2 }) > 2);
        const steps: Array<readonly [completed: number, total: number]> = [];
        const onProgress: HypothesesHandlers["onProgress"] = ({ completed, total }) => steps.push([completed, total]);
        await draw(upscaler, image, { detail, variance, count: 2 }, { onProgress });
        const [completed, total] = steps.at(-1)!;
        assert.equal(completed, total);
        assert.ok(steps.every((step) => step[1] === total));
      });

  it("hypotheses are drawn in order from consecutive seeds, which wrap, at the temperature of the detail", async () => {
    const upscaler = smallUpscaler();
    const image = stripes(6, 4);
    const pictures = await draw(upscaler, image, { count: 3, seed: limits.seedMax });
    assert.deepEqual(
      pictures.map(({ index, kind, seed, widthPx, heightPx }) => [index, kind, seed, widthPx, heightPx]),
      [
        [0, "hypothesis", limits.seedMax, 12, 8],
        [1, "hypothesis", 0, 12, 8],
        [2, "hypothesis", 1, 12, 8],
      ],
    );
    assert.deepEqual(
      upscaler.runs.map(({ temperature }) => temperature),
      Array(3).fill(0.5 * limits.upscaleTemperatureMax),
    );
    const [alone] = await draw(upscaler, image, { seed: 1 });
    assert.deepEqual(alone!.rgba, pictures[2]!.rgba);
    assert.notDeepEqual(pictures[0]!.rgba, pictures[1]!.rgba);
  });

  it("hypotheses are waited for one by one, so that never more than one is held", async () => {
    const order: string[] = [];
    const upscaler = smallUpscaler();
    const counting: Upscaler = {
      ...upscaler,
      upscale: (image, options) => {
        order.push("drawn");
        return upscaler.upscale(image, options);
      },
    };
    const onImage = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push("kept");
    };
    await draw(counting, stripes(4, 4), { count: 3 }, { onImage });
    assert.deepEqual(order, ["drawn", "kept", "drawn", "kept", "drawn", "kept"]);
  });

  it("hypotheses report their tiles over all that is drawn, and let others run after each", async () => {
    const reported: string[] = [];
    let pauses = 0;
    await draw(
      smallUpscaler(),
      stripes(4, 4),
      { count: 2 },
      {
        onProgress: ({ completed, total }) => void reported.push(`${completed}/${total}`),
        pause: async () => {
          pauses += 1;
        },
      },
    );
    assert.deepEqual(reported, ["0/8", "1/8", "2/8", "3/8", "4/8", "5/8", "6/8", "7/8", "8/8"]);
    assert.ok(pauses >= 2 * tilesOfSmall);
  });

  it("hypotheses stop between tiles when they are cancelled, and hand on nothing afterwards", async () => {
    const abort = new AbortController();
    const pictures: EnlargedPicture[] = [];
    const upscaler = smallUpscaler();
    const running = draw(
      upscaler,
      stripes(4, 4),
      { count: 3, variance: true },
      {
        signal: abort.signal,
        onProgress: ({ completed }) => void (completed === tilesOfSmall + 2 && abort.abort()),
        onImage: (picture) => void pictures.push(picture),
      },
    );
    await assert.rejects(running, { code: "cancelled" });
    assert.deepEqual([pictures.length, upscaler.runs.length], [1, 2]);
    const last = new AbortController();
    const late = draw(
      smallUpscaler(),
      stripes(4, 4),
      { count: 4, variance: true },
      {
        signal: last.signal,
        onImage: ({ index }) => void (index === 3 && last.abort()),
      },
    );
    await assert.rejects(late, { code: "cancelled" }, "no map after a cancel");
  });

  it("hypotheses are refused before anything is drawn where the result would be too large, with the factor that fits", async () => {
    const upscaler = smallUpscaler();
    await assert.rejects(draw(upscaler, stripes(1500, 2), { scale: 4 }), (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.detail.largestScale], ["upscale_too_large", 2]);
      return true;
    });
    assert.deepEqual(upscaler.runs, []);
  });
});

describe("LR-PSNR", () => {
  it("LR-PSNR is 99 for a picture that shrinks to exactly the input", async () => {
    for (const image of [flat([10, 200, 30, 255], 5, 3), flat([10, 200, 30, 0], 5, 3)]) {
      const [picture] = await draw(smallUpscaler(0), image, { scale: 4, detail: 0 });
      assert.equal(picture!.lrPsnrDb, 99);
    }
  });

  it("LR-PSNR is the PSNR over RGB of the shrunk picture, not rounded", async () => {
    const image = stripes(6, 4);
    const enlarged = await smallUpscaler().upscale(image, { scale: 2, temperature: 1, seed: 3 });
    let squares = 0;
    for (let channel = 0; channel < 3; channel += 1) {
      const plane = Float32Array.from({ length: 12 * 8 }, (_, pixel) => enlarged.rgba[4 * pixel + channel]!);
      shrinkBicubic(plane, 12, 8, 2).forEach((value, pixel) => {
        squares += (value - image.rgba[4 * pixel + channel]!) ** 2;
      });
    }
    const expected = 10 * Math.log10(255 ** 2 / (squares / (3 * 24)));
    assert.ok(Math.abs((await lrPsnrDb(image, enlarged, pause)) - expected) < 1e-3);
  });

  it("LR-PSNR is the same for a high picture, which is looked at in bands of rows", async () => {
    const image = stripes(5, 150, 180);
    const enlarged = await smallUpscaler().upscale(image, { scale: 4, temperature: 1, seed: 3 });
    const channelOf = ({ rgba }: Pixels, channel: number): Float32Array =>
      Float32Array.from({ length: rgba.length / 4 }, (_, pixel) =>
        channel === 3 ? rgba[4 * pixel + 3]! : (rgba[4 * pixel + channel]! * rgba[4 * pixel + 3]!) / 255,
      );
    let squares = 0;
    for (let channel = 0; channel < 4; channel += 1) {
      const wanted = channelOf(image, channel);
      shrinkBicubic(channelOf(enlarged, channel), 20, 600, 4).forEach((value, pixel) => {
        squares += (value - wanted[pixel]!) ** 2;
      });
    }
    const expected = 10 * Math.log10(255 ** 2 / (squares / (4 * 5 * 150)));
    assert.ok(Math.abs((await lrPsnrDb(image, enlarged, pause)) - expected) < 1e-9);
  });

  it("LR-PSNR sees all channels where only a part of a picture is grey", async () => {
    const image = stripes(6, 150);
    const noisy = await smallUpscaler().upscale(image, { scale: 2, temperature: 1, seed: 3 });
    // Grey above and coloured below: the kernel of the second band sees both.
    const isGrey = (row: number, rows: number): boolean => row < 0.6 * rows;
    for (const { rgba, widthPx, heightPx } of [image, noisy])
      for (let at = 0; at < rgba.length; at += 4)
        if (isGrey(Math.floor(at / 4 / widthPx), heightPx)) rgba.fill(rgba[at]!, at, at + 3);
    let squares = 0;
    for (let channel = 0; channel < 3; channel += 1) {
      const plane = Float32Array.from({ length: 12 * 300 }, (_, pixel) => noisy.rgba[4 * pixel + channel]!);
      shrinkBicubic(plane, 12, 300, 2).forEach((value, pixel) => {
        squares += (Math.max(0, Math.min(255, value)) - image.rgba[4 * pixel + channel]!) ** 2;
      });
    }
    const expected = 10 * Math.log10(255 ** 2 / (squares / (3 * 6 * 150)));
    assert.ok(Math.abs((await lrPsnrDb(image, noisy, pause)) - expected) < 1e-9);
  });

  it("LR-PSNR of black on white is that of the truth, although the kernel leads beyond white where 8 bits end", async () => {
    const truth = flat([0, 0, 0, 255], 16, 16);
    for (let at = 0; at < truth.rgba.length; at += 4) if ((at / 4) % 16 >= 8) truth.rgba.fill(255, at, at + 4);
    const plane = Float32Array.from({ length: 256 }, (_, pixel) => truth.rgba[4 * pixel]!);
    const shrunk = shrinkBicubic(plane, 16, 16, 4).map((value) => Math.max(0, Math.min(255, Math.round(value))));
    const image = flat([0, 0, 0, 255], 4, 4);
    for (const [pixel, value] of shrunk.entries()) image.rgba.fill(value, 4 * pixel, 4 * pixel + 3);
    assert.ok((await lrPsnrDb(image, truth, pause)) > 55);
  });

  it("LR-PSNR does not see colours where nothing is visible, and sees alpha", async () => {
    const image = flat([90, 90, 90, 0], 4, 4);
    const recoloured = flat([255, 0, 120, 0], 8, 8);
    assert.equal(await lrPsnrDb(image, recoloured, pause), 99);
    const faint = flat([0, 0, 0, 51], 8, 8);
    // Alpha is off by a fifth of its range in one channel of four: 10 · log10(4 · 25).
    assert.ok(Math.abs((await lrPsnrDb(image, faint, pause)) - 20) < 1e-3);
  });
});

describe("the map of where hypotheses differ", () => {
  it("the map of where hypotheses differ comes last, opaque, of at least four hypotheses, of which only those requested are handed on", async () => {
    const upscaler = smallUpscaler();
    const progress: number[] = [];
    const pictures = await draw(
      upscaler,
      stripes(6, 4),
      { count: 2, variance: true },
      {
        onProgress: ({ total }) => void progress.push(total),
      },
    );
    assert.deepEqual(
      pictures.map(({ index, kind }) => `${index} ${kind}`),
      ["0 hypothesis", "1 hypothesis", "2 variance"],
    );
    assert.equal(upscaler.runs.length, 8, "two accurate answers are drawn for it, too");
    assert.ok(progress.every((total) => total === 8 * tilesOfSmall));
    const map = pictures[2]!;
    assert.deepEqual(
      [map.widthPx, map.heightPx, map.rgba.length, map.seed, map.lrPsnrDb],
      [12, 8, 384, undefined, undefined],
    );
    assert.ok(map.rgba.every((value, at) => at % 4 !== 3 || value === 255));
    const many = smallUpscaler();
    await draw(many, stripes(6, 4), { count: 6, variance: true, detail: 1 });
    assert.equal(many.runs.length, 8, "hypotheses of detail 1 count for the map");
    const accurate = smallUpscaler();
    await draw(accurate, stripes(6, 4), { variance: true, detail: 0 });
    assert.equal(accurate.runs.length, 6, "the answer of detail 0 is one of the accurate ones");
    const single = { ...smallUpscaler(), knowsForeign: false };
    await draw(single, stripes(6, 4), { variance: true, detail: 0.5 });
    assert.equal(single.runs.length, 5, "one network has no second opinion");
    const reading = { ...smallUpscaler(), knowsLetters: true };
    await draw(reading, stripes(6, 4), { variance: true, detail: 0 });
    assert.equal(reading.runs.length, 7, "letters would agree: both networks answer without them");
  });
});

describe("heat colours", () => {
  it("heat colours get lighter with every step, evenly", () => {
    const lightness = Array.from({ length: 256 }, (_, step) => {
      const rgba = new Uint8Array(4);
      paintHeat(rgba, 0, step / 255);
      assert.equal(rgba[3], 255);
      return lightnessOf(rgba[0]!, rgba[1]!, rgba[2]!);
    });
    for (let step = 8; step < 256; step += 1) {
      const rise = lightness[step]! - lightness[step - 8]!;
      assert.ok(rise > 1.5 && rise < 6, `step ${step}: ${rise}`);
    }
    assert.ok(lightness[0]! < 1 && lightness[255]! > 95);
  });
});

/** CIE L* of an sRGB colour. */
function lightnessOf(red: number, green: number, blue: number): number {
  const light = (level: number): number =>
    level <= 10.31475 ? level / 255 / 12.92 : ((level / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
  return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
}
