/** Resampling of the evaluation against values computed by hand and against sharp, whose enlarging is not what its name says. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import type { Pixels } from "../../../server/engine/interfaces.ts";
import { cutMiddle, graphicTruth, photoTruth, plainTruth } from "../../../server/evaluation/upscaling/ground-truth.ts";
import { bicubic, lanczos, resample, shrinkTruth } from "../../../server/evaluation/upscaling/resample.ts";

function fromLevels(widthPx: number, heightPx: number, level: (x: number, y: number) => number): Pixels {
  const rgba = new Uint8Array(4 * widthPx * heightPx).fill(255);
  for (let pixel = 0; pixel < widthPx * heightPx; pixel += 1)
    rgba.fill(level(pixel % widthPx, Math.floor(pixel / widthPx)), 4 * pixel, 4 * pixel + 3);
  return { rgba, widthPx, heightPx };
}

const rowOf = ({ rgba, widthPx }: Pixels, y: number, from: number, count: number): number[] =>
  Array.from({ length: count }, (_, x) => rgba[4 * (y * widthPx + from + x)]!);

/** A line of one pixel: what an enlarging makes of it is its kernel. */
const line = fromLevels(16, 16, (x) => (x === 8 ? 200 : 20));

async function bySharp(
  { rgba, widthPx, heightPx }: Pixels,
  scale: number,
  kernel: "cubic" | "lanczos3",
): Promise<Pixels> {
  const raw = { width: widthPx, height: heightPx, channels: 4 } as const;
  const image = sharp(rgba, { raw }).resize(scale * widthPx, scale * heightPx, { kernel });
  return { rgba: await image.raw().toBuffer(), widthPx: scale * widthPx, heightPx: scale * heightPx };
}

describe("resampling", () => {
  it("resampling enlarges by Keys' kernel at pixel centres", () => {
    // Weights at distances 0.25, 0.75, 1.25, 1.75 of 180 levels above 20: 0.8672, 0.2266, −0.0703, −0.0234.
    assert.deepEqual(rowOf(resample(line, 32, 32, bicubic), 10, 13, 8), [16, 7, 61, 176, 176, 61, 7, 16]);
  });

  it("resampling enlarges by Lanczos' kernel, which reaches further", () => {
    assert.deepEqual(
      rowOf(resample(line, 32, 32, lanczos), 10, 11, 12),
      [21, 25, 8, 0, 69, 181, 181, 69, 0, 8, 25, 21],
    );
  });

  it("resampling keeps plain pictures, at borders too, and shrinks by wider kernels", () => {
    const plain = fromLevels(20, 12, () => 77);
    for (const kernel of [bicubic, lanczos])
      for (const [width, height] of [
        [40, 24],
        [7, 5],
        [20, 12],
      ] as const)
        assert.ok(
          resample(plain, width, height, kernel).rgba.every((value, at) => value === (at % 4 === 3 ? 255 : 77)),
        );
    const stripes = fromLevels(64, 8, (x) => (x % 2 === 0 ? 0 : 200));
    for (const level of rowOf(resample(stripes, 16, 2, lanczos), 1, 4, 8))
      assert.ok(Math.abs(level - 100) < 8, `${level}`);
  });

  it("resampling shrinks truths as sharp's bicubic shrinks", async () => {
    const truth = fromLevels(32, 32, (x, y) => (37 * x + 11 * y * y) % 256);
    for (const scale of [2, 4] as const) {
      const theirs = await bySharp(truth, 1 / scale, "cubic");
      const own = shrinkTruth(truth, scale);
      const inner = (picture: Pixels) => rowOf(picture, 16 / scale, 4, 32 / scale - 8);
      for (const [at, level] of inner(own).entries())
        assert.ok(Math.abs(level - inner(theirs)[at]!) <= 1, `×${scale}, ${at}: ${level}, sharp ${inner(theirs)[at]}`);
    }
  });

  it("resampling can't be left to sharp, which enlarges bicubically by both kernels and off the centres", async () => {
    for (const scale of [2, 4]) {
      const [cubic, lanczos3] = [await bySharp(line, scale, "cubic"), await bySharp(line, scale, "lanczos3")];
      assert.deepEqual(cubic.rgba, lanczos3.rgba);
      // The line's centre: 8.5 · scale at pixel centres, and half a pixel of the input and of the result later here.
      const row = rowOf(cubic, 8 * scale, 0, 16 * scale);
      assert.equal(row.indexOf(200), 8 * scale + (scale === 2 ? 1 : 2));
      assert.equal(row.lastIndexOf(200), row.indexOf(200));
    }
  });
});

describe("truths", () => {
  it("truths of photographs are the middle of what 512 px of the short side show", () => {
    const { widthPx, heightPx, rgba } = photoTruth(fromLevels(1536, 1024, (x) => (x < 768 ? 0 : 255)));
    assert.deepEqual([widthPx, heightPx], [512, 512]);
    assert.deepEqual([rgba[4 * 240]!, rgba[4 * 271]!], [0, 255]);
  });

  it("truths of drawings are trimmed, on white, no larger than drawn", () => {
    const drawing = fromLevels(1000, 1200, () => 0);
    for (let pixel = 0; pixel < 1_200_000; pixel += 1) {
      const [x, y] = [pixel % 1000, Math.floor(pixel / 1000)];
      drawing.rgba[4 * pixel + 3] = x >= 100 && x < 900 && y >= 300 && y < 700 ? 255 : 0;
    }
    const large = graphicTruth(drawing);
    assert.deepEqual([large.widthPx, large.heightPx], [512, 256]);
    assert.ok(large.rgba.every((value, at) => value === (at % 4 === 3 ? 255 : 0)));
    const small = graphicTruth(fromLevels(100, 90, (x, y) => (x > 9 && x < 51 && y > 19 && y < 42 ? 0 : 255)));
    assert.deepEqual([small.widthPx, small.heightPx], [40, 20]);
    const blank = graphicTruth(fromLevels(64, 64, () => 255));
    assert.deepEqual([blank.widthPx, blank.heightPx], [64, 64]);
  });

  it("truths of any picture are cut to sides that every scale divides", () => {
    const { widthPx, heightPx } = plainTruth(fromLevels(39, 42, () => 0));
    assert.deepEqual([widthPx, heightPx], [36, 40]);
    const middle = cutMiddle(
      fromLevels(10, 4, (x) => x),
      4,
      8,
    );
    assert.deepEqual([middle.heightPx, rowOf(middle, 0, 0, 4)], [4, [3, 4, 5, 6]]);
  });
});
