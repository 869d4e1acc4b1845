/** How pictures are cut into tiles: each pixel in one core, margins within the picture, lanes that all have work. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { countTiles, tilesOf } from "../../server/upscaling/tiles.ts";

const side = fc.integer({ min: 1, max: 300 });

describe("tiles", () => {
  it("tiles cover every pixel once, are as many as counted and of one size, none larger than asked, none empty", () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.integer({ min: 8, max: 130 }),
        fc.nat(20),
        fc.integer({ min: 1, max: 4 }),
        (widthPx, heightPx, corePx, marginPx, concurrency) => {
          const covered = new Uint8Array(widthPx * heightPx);
          const limits = { corePx, marginPx, concurrency };
          const tiles = [...tilesOf(widthPx, heightPx, limits)];
          assert.equal(tiles.length, countTiles(widthPx, heightPx, limits));
          for (const { core, whole } of tiles) {
            assert.ok(core.widthPx >= 1 && core.heightPx >= 1);
            assert.ok(whole.widthPx * whole.heightPx <= (corePx + 2 * marginPx) ** 2);
            for (let y = core.top; y < core.top + core.heightPx; y += 1)
              for (let x = core.left; x < core.left + core.widthPx; x += 1) covered[y * widthPx + x]! += 1;
            assert.deepEqual([whole.widthPx, whole.heightPx], [tiles[0]!.whole.widthPx, tiles[0]!.whole.heightPx]);
            assert.ok(whole.left >= 0 && whole.left <= Math.max(0, core.left - marginPx));
            assert.ok(whole.top >= 0 && whole.top <= Math.max(0, core.top - marginPx));
            const [right, bottom] = [whole.left + whole.widthPx, whole.top + whole.heightPx];
            assert.ok(right <= widthPx && right >= Math.min(widthPx, core.left + core.widthPx + marginPx));
            assert.ok(bottom <= heightPx && bottom >= Math.min(heightPx, core.top + core.heightPx + marginPx));
          }
          assert.ok(covered.every((times) => times === 1));
        },
      ),
    );
  });

  it("tiles of one picture are about of one size", () => {
    const widths = [...tilesOf(300, 40, { corePx: 64, marginPx: 8 })].map(({ core }) => core.widthPx);
    assert.deepEqual(widths, [150, 150]);
  });

  it("a picture has as many tiles whatever their own margin", () => {
    const limits = { corePx: 128, marginPx: 30, concurrency: 2 };
    const countOf = (marginPx: number) => [...tilesOf(500, 300, limits, marginPx)].length;
    assert.equal(countOf(5), countOf(30));
  });

  it("tiles are as few as memory allows, for their margins are computed twice, and a multiple of the lanes", () => {
    const countOf = (widthPx: number, heightPx: number, corePx: number, concurrency: number) =>
      countTiles(widthPx, heightPx, { corePx, marginPx: 39, concurrency });
    assert.equal(countOf(128, 128, 128, 1), 1);
    assert.equal(countOf(128, 128, 128, 2), 2);
    // Tiles at a border have no margin there, so that four of 295 px fit where one of 224 px with margins all around does.
    assert.equal(countOf(512, 512, 224, 2), 4);
    assert.equal(countOf(1024, 1024, 192, 2), 25);
    // Halves of 50 px would be mostly margin.
    assert.equal(countOf(100, 100, 128, 2), 1);
    const [first, second] = [...tilesOf(100, 200, { corePx: 256, marginPx: 0, concurrency: 2 })].map(
      ({ core }) => core,
    );
    assert.deepEqual(
      [first, second],
      [
        { left: 0, top: 0, widthPx: 100, heightPx: 100 },
        { left: 0, top: 100, widthPx: 100, heightPx: 100 },
      ],
    );
  });
});
