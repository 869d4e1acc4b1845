/** How pictures are cut into tiles: each pixel in one core, margins within the picture, lanes that all have work. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { countTiles, tilesOf } from "../../server/upscaling/tiles.ts";

const side = fc.integer({ min: 1, max: 300 });

describe("tiles", () => {
  it("tiles cover every pixel once, are as many as counted, none larger than asked, none empty", () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.integer({ min: 8, max: 130 }),
        fc.nat(20),
        fc.integer({ min: 1, max: 4 }),
        (widthPx, heightPx, corePx, marginPx, concurrency) => {
          const covered = new Uint8Array(widthPx * heightPx);
          const tiles = [...tilesOf(widthPx, heightPx, corePx, marginPx, concurrency)];
          assert.equal(tiles.length, countTiles(widthPx, heightPx, corePx, concurrency));
          for (const { core, whole } of tiles) {
            assert.ok(core.widthPx >= 1 && core.heightPx >= 1 && core.widthPx <= corePx && core.heightPx <= corePx);
            for (let y = core.top; y < core.top + core.heightPx; y += 1)
              for (let x = core.left; x < core.left + core.widthPx; x += 1) covered[y * widthPx + x]! += 1;
            assert.equal(whole.left, Math.max(0, core.left - marginPx));
            assert.equal(whole.top, Math.max(0, core.top - marginPx));
            assert.equal(whole.left + whole.widthPx, Math.min(widthPx, core.left + core.widthPx + marginPx));
            assert.equal(whole.top + whole.heightPx, Math.min(heightPx, core.top + core.heightPx + marginPx));
          }
          assert.ok(covered.every((times) => times === 1));
        },
      ),
    );
  });

  it("tiles of one picture are about of one size", () => {
    const widths = [...tilesOf(300, 40, 128, 0)].map(({ core }) => core.widthPx);
    assert.deepEqual(widths, [100, 100, 100]);
  });

  it("tiles are a multiple of the lanes where that makes no slivers", () => {
    assert.equal(countTiles(128, 128, 128), 1);
    assert.equal(countTiles(128, 128, 128, 2), 2);
    assert.equal(countTiles(300, 100, 128, 2), 4);
    assert.equal(countTiles(256, 256, 128, 3), 6);
    // Halves of 50 px would be mostly margin, and so would quarters of 32.
    assert.equal(countTiles(100, 100, 128, 2), 1);
    assert.equal(countTiles(128, 128, 128, 4), 2);
    const [first, second] = [...tilesOf(100, 200, 256, 0, 2)].map(({ core }) => core);
    assert.deepEqual(
      [first, second],
      [
        { left: 0, top: 0, widthPx: 100, heightPx: 100 },
        { left: 0, top: 100, widthPx: 100, heightPx: 100 },
      ],
    );
  });
});
