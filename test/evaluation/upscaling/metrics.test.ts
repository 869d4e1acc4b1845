/** Measures of enlarged pictures, on values computed by hand or by their definition written out plainly. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Pixels } from "../../../server/engine/interfaces.ts";
import { lumaOf } from "../../../server/evaluation/metrics/luma.ts";
import { lumaPsnrDb, rgbPsnrDb } from "../../../server/evaluation/metrics/picture-psnr.ts";
import { ssim } from "../../../server/evaluation/metrics/ssim.ts";
import { featureDistance } from "../../../server/evaluation/upscaling/feature-maps.ts";
import { openLpips } from "../../../server/evaluation/upscaling/lpips.ts";
import { openTextureNet } from "../../../server/evaluation/upscaling/texture-distance.ts";
import { Catalogue, packsHome } from "../../../server/packs/catalogue.ts";
import { pictureGraph } from "../../fixtures/networks/picture-graph.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

/** An opaque picture of a colour for each pixel. */
function paint(
  widthPx: number,
  heightPx: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): Pixels {
  const rgba = new Uint8Array(4 * widthPx * heightPx).fill(255);
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) rgba.set(colour(x, y), 4 * (y * widthPx + x));
  return { rgba, widthPx, heightPx };
}

const grey = (level: number) => [level, level, level] as const;
const near = (value: number, expected: number, within = 1e-9): void =>
  assert.ok(Math.abs(value - expected) < within, `${value}, expected ${expected}`);

describe("PSNR of pictures", () => {
  it("PSNR of pictures is 10 log (255² / mean square) over colours, and 99 for equal pictures", () => {
    const truth = paint(8, 6, () => [100, 100, 100]);
    near(
      rgbPsnrDb(
        paint(8, 6, () => [103, 100, 96]),
        truth,
        0,
      ),
      10 * Math.log10(255 ** 2 / (25 / 3)),
    );
    assert.equal(rgbPsnrDb(truth, truth, 0), 99);
  });

  it("PSNR of pictures leaves a border out, and what lies on it alone", () => {
    const truth = paint(8, 6, () => grey(50));
    const wrongAtBorder = paint(8, 6, (x, y) => grey(x < 2 || y < 2 || x > 5 || y > 3 ? 200 : 50));
    assert.equal(rgbPsnrDb(wrongAtBorder, truth, 2), 99);
    assert.ok(rgbPsnrDb(wrongAtBorder, truth, 1) < 20);
    // One pixel of four is wrong by 10.
    const wrongInside = paint(6, 6, (x, y) => grey(x === 2 && y === 2 ? 60 : 50));
    near(
      rgbPsnrDb(
        wrongInside,
        paint(6, 6, () => grey(50)),
        2,
      ),
      10 * Math.log10(255 ** 2 / 25),
    );
  });

  it("PSNR of pictures is computed on luma between 16 and 235, as papers do", () => {
    const [black, white, red] = [
      paint(2, 2, () => grey(0)),
      paint(2, 2, () => grey(255)),
      paint(2, 2, () => [255, 0, 0]),
    ];
    for (const [picture, level] of [
      [black, 16],
      [white, 235],
      [red, 81.481],
    ] as const)
      near(lumaOf(picture)[3]!, level, 1e-4);
    near(lumaPsnrDb(white, black, 0), 20 * Math.log10(255 / 219), 1e-5);
  });
});

describe("SSIM", () => {
  const noisy = (seed: number) => paint(17, 14, (x, y) => grey((x * x * 7 + y * 31 + x * y * seed) % 256));

  it("SSIM is 1 for equal pictures and depends on means alone for plain ones", () => {
    near(ssim(noisy(3), noisy(3)), 1);
    const [a, b] = [16 + (219 * 100) / 255, 16 + (219 * 140) / 255];
    const c1 = (0.01 * 255) ** 2;
    near(
      ssim(
        paint(12, 12, () => grey(100)),
        paint(12, 12, () => grey(140)),
      ),
      (2 * a * b + c1) / (a * a + b * b + c1),
      1e-4,
    );
  });

  it("SSIM is what the definition gives window by window", () => {
    const [a, b] = [noisy(3), noisy(5)];
    near(ssim(a, b), plainSsim(a, b), 1e-9);
    near(ssim(a, b), ssim(b, a), 1e-12);
    assert.ok(ssim(a, b) < 0.9);
  });
});

/** The mean of equation 13 with weighted moments about the means, four loops deep. */
function plainSsim(a: Pixels, b: Pixels): number {
  const [x, y] = [lumaOf(a), lumaOf(b)];
  const weight = (i: number, j: number): number => Math.exp(-((i - 5) ** 2 + (j - 5) ** 2) / 4.5);
  let total = 0;
  for (let i = 0; i < 11; i += 1) for (let j = 0; j < 11; j += 1) total += weight(i, j);
  const values: number[] = [];
  for (let top = 0; top + 11 <= a.heightPx; top += 1)
    for (let left = 0; left + 11 <= a.widthPx; left += 1) {
      const moment = (of: (at: number) => number): number => {
        let sum = 0;
        for (let i = 0; i < 11; i += 1)
          for (let j = 0; j < 11; j += 1) sum += (weight(i, j) / total) * of((top + i) * a.widthPx + left + j);
        return sum;
      };
      const [meanX, meanY] = [moment((at) => x[at]!), moment((at) => y[at]!)];
      const varianceX = moment((at) => (x[at]! - meanX) ** 2);
      const varianceY = moment((at) => (y[at]! - meanY) ** 2);
      const covariance = moment((at) => (x[at]! - meanX) * (y[at]! - meanY));
      const [c1, c2] = [2.55 ** 2, 7.65 ** 2];
      values.push(
        ((2 * meanX * meanY + c1) * (2 * covariance + c2)) /
          ((meanX ** 2 + meanY ** 2 + c1) * (varianceX + varianceY + c2)),
      );
    }
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("distance on features", async () => {
  const entry = (await Catalogue.open(packsHome())).entries.find(({ manifest: { id } }) => id === "icons")!;
  const net = (await openTextureNet(entry, 1))!;
  const checks = (contrast: number, seed = 0) =>
    paint(140, 60, (x, y) => {
      const dither = ((x * 7919 + y * 104_729 + seed) % 13) - 6;
      return grey(
        128 + contrast * ((Math.floor(x / 6) + Math.floor(y / 6)) % 2 === 0 ? 1 : -1) + dither * (seed === 0 ? 0 : 1),
      );
    });

  it("distance on features is 0 for equal pictures, symmetric, and grows with what is lost", async () => {
    const [full, half, none] = await Promise.all(
      [checks(80), checks(40), checks(4)].map((picture) => net.mapsOf(picture)),
    );
    assert.equal(featureDistance(full!, full!), 0);
    assert.equal(featureDistance(full!, half!), featureDistance(half!, full!));
    assert.ok(featureDistance(full!, half!) > 0.001);
    assert.ok(featureDistance(full!, none!) > 2 * featureDistance(full!, half!));
  });

  it("distance on features is a mean over the net's layers: each place's channels have a third of the length 1", async () => {
    for (const { layer, values, places } of await net.mapsOf(checks(60))) {
      const squares = values.reduce((sum, value) => sum + value * value, 0);
      near(squares / places, 1 / 3, 1e-4);
      assert.ok(layer >= 0 && layer < 3);
    }
  });

  it("distance on features sees a texture in any tile of a picture", async () => {
    const plain = paint(300, 40, () => grey(120));
    const inOneTile = paint(300, 40, (x, y) => grey(x > 250 && (x + y) % 4 < 2 ? 220 : 120));
    assert.ok(featureDistance(await net.mapsOf(plain), await net.mapsOf(inOneTile)) > 0.005);
  });
});

describe("a distance of feature maps", () => {
  it("a distance of feature maps is the sum over layers of means over places, whatever parts a layer comes in", () => {
    const map = (layer: number, ...values: number[]) => ({
      layer,
      values: Float32Array.from(values),
      places: values.length / 2,
    });
    const a = [map(0, 1, 2, 3, 4), map(1, 5, 5), map(0, 7, 7)];
    const b = [map(0, 1, 2, 3, 7), map(1, 5, 9), map(0, 6, 7)];
    // Three places of the first layer differ by 9 and 1 in all, the one of the second by 16.
    near(featureDistance(a, b), 10 / 3 + 16);
  });
});

describe("LPIPS", async () => {
  const home = temporaryFolder("lpips");
  const path = join(home, "lpips.onnx");

  it("LPIPS adds up what each map of the graph sees, a mean over places each, for pictures of any size", async () => {
    await writeFile(path, pictureGraph());
    const net = (await openLpips(path, 1))!;
    for (const [widthPx, heightPx] of [
      [40, 32],
      [33, 57],
    ] as const) {
      const plain = paint(widthPx, heightPx, () => [100, 100, 100]);
      const redder = paint(widthPx, heightPx, () => [151, 100, 100]);
      const [a, b] = [await net.mapsOf(plain), await net.mapsOf(redder)];
      assert.equal(featureDistance(a, a), 0);
      // A fifth of the range in one colour; 4 times as much where all is doubled.
      near(featureDistance(a, b), 0.2 ** 2 + 0.4 ** 2, 1e-6);
    }
  });

  it("LPIPS is absent where its graph was not fetched, and no graph is refused", async () => {
    assert.equal(await openLpips(join(home, "nowhere.onnx"), 1), undefined);
    const broken = join(home, "broken.onnx");
    await writeFile(broken, "no graph");
    await assert.rejects(openLpips(broken, 1), { code: "pack_corrupt", message: /lpips/ });
  });
});
