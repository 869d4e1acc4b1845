/** Free space on crowded pages: found without touching anything, near the view, in slices that let the editor draw. */
import assert from "node:assert/strict";
import path from "node:path";
import { before, test } from "node:test";
import fc from "fast-check";
import { type Box, findFreeSpot, Obstacles } from "../../../plugin/main/place/place.ts";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { placeOnCrowdedPage } from "./crowded-page.ts";

const outDir = temporaryFolder("placing");
before(async () => {
  await buildPlugin({ outDir });
});

const gapPx = 80;
const find = (boxes: readonly Box[], size: { width: number; height: number }, centre = { x: 0, y: 0 }) => {
  const obstacles = new Obstacles();
  for (const box of boxes) obstacles.add(box);
  return findFreeSpot(size, centre, obstacles, gapPx, () => undefined);
};

test("the spot keeps its distance from every layer, and no free spot beside one of them is much nearer (property)", async () => {
  const box = fc.record({
    x: fc.integer({ min: -3000, max: 3000 }),
    y: fc.integer({ min: -3000, max: 3000 }),
    width: fc.integer({ min: 1, max: 2000 }),
    height: fc.integer({ min: 1, max: 2000 }),
  });
  const size = fc.record({ width: fc.integer({ min: 10, max: 2500 }), height: fc.integer({ min: 10, max: 2500 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(box, { maxLength: 40 }), size, async (boxes, { width, height }) => {
      const isFree = ({ x, y }: { x: number; y: number }): boolean =>
        boxes.every(
          (other) =>
            x >= other.x + other.width + gapPx ||
            other.x >= x + width + gapPx ||
            y >= other.y + other.height + gapPx ||
            other.y >= y + height + gapPx,
        );
      const distance = ({ x, y }: { x: number; y: number }): number => Math.hypot(x + width / 2, y + height / 2);
      const spot = await find(boxes, { width, height });
      assert.ok(isFree(spot));
      const beside = boxes.flatMap((other) => [
        { x: other.x + other.width + gapPx, y: -height / 2 },
        { x: other.x - gapPx - width, y: -height / 2 },
        { x: -width / 2, y: other.y + other.height + gapPx },
        { x: -width / 2, y: other.y - gapPx - height },
      ]);
      for (const other of beside.filter(isFree)) assert.ok(distance(spot) <= distance(other) + 2);
    }),
    { seed: 7826, numRuns: 200 },
  );
});

test("an empty page is filled at the middle of the view", async () => {
  assert.deepEqual(await find([], { width: 304, height: 304 }, { x: 1000, y: 500 }), { x: 848, y: 348 });
});

test("on a page of 10,000 layers the editor gets its turns, and nothing is covered", async () => {
  const { board, layers, slicesMs } = await placeOnCrowdedPage(path.join(outDir, "plugin/main.js"), 10_000);
  assert.ok(slicesMs.length >= 25, `${slicesMs.length} slices`);
  for (const layer of layers)
    assert.ok(
      board.x >= layer.x + layer.width ||
        layer.x >= board.x + board.width ||
        board.y >= layer.y + layer.height ||
        layer.y >= board.y + board.height,
    );
});
