/** Area averaging: means by hand, what it keeps, and that transparent pixels add no colour. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { shrinkArea } from "../../server/upscaling/shrink-area.ts";

const noPause = (): void => undefined;
const row = (...pixels: ReadonlyArray<readonly [level: number, alpha: number]>): Pixels => ({
  rgba: Uint8Array.from(pixels.flatMap(([level, alpha]) => [level, level, level, alpha])),
  widthPx: pixels.length,
  heightPx: 1,
});

describe("area averaging", () => {
  it("area averaging weighs pixels by how much of them a cell covers", async () => {
    // Four pixels to three: each cell is 4/3 wide.
    const { rgba } = await shrinkArea(
      row([0, 255], [120, 255], [240, 255], [60, 255]),
      { widthPx: 3, heightPx: 1 },
      noPause,
    );
    const means = [0.75 * 0 + 0.25 * 120, 0.5 * 120 + 0.5 * 240, 0.25 * 240 + 0.75 * 60];
    assert.deepEqual([rgba[0], rgba[4], rgba[8]], means);
  });

  it("area averaging takes no colour from transparent pixels, and averages alpha", async () => {
    const { rgba } = await shrinkArea(row([200, 255], [9, 0]), { widthPx: 1, heightPx: 1 }, noPause);
    assert.deepEqual([...rgba], [200, 200, 200, 128]);
    const nothing = await shrinkArea(row([200, 0], [9, 0]), { widthPx: 1, heightPx: 1 }, noPause);
    assert.deepEqual([...nothing.rgba], [0, 0, 0, 0]);
  });

  it("area averaging keeps the mean and the range of every opaque picture", async () => {
    const side = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(side, side, side, side, fc.integer(), async (width, height, toWidth, toHeight, seed) => {
        const size = { widthPx: Math.min(width, toWidth), heightPx: Math.min(height, toHeight) };
        const rgba = Uint8Array.from({ length: 4 * width * height }, (_, at) =>
          at % 4 === 3 ? 255 : Math.abs(Math.sin(at + seed)) * 255,
        );
        const small = await shrinkArea({ rgba, widthPx: width, heightPx: height }, size, noPause);
        const meanOf = (levels: Uint8Array): number => levels.reduce((sum, level) => sum + level, 0) / levels.length;
        assert.equal(small.rgba.length, 4 * size.widthPx * size.heightPx);
        assert.ok(Math.abs(meanOf(small.rgba) - meanOf(rgba)) <= 0.5);
        assert.ok(Math.min(...small.rgba) >= Math.min(...rgba) && Math.max(...small.rgba) <= Math.max(...rgba));
      }),
      { seed: 26, numRuns: 60 },
    );
  });

  it("area averaging ends as soon as its pause refuses to go on", async () => {
    const stop = () => Promise.reject(new Error("stopped"));
    await assert.rejects(shrinkArea(row([1, 255], [2, 255]), { widthPx: 1, heightPx: 1 }, stop), /stopped/);
  });
});
