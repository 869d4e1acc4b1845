/** Smooth places of pictures with alpha: glows are as even as their inputs, empty areas stay empty, edges are left to the networks. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { drawSmoothPlaces } from "../../server/upscaling/places/smooth-places.ts";

const factor = 4;
const pause = async (): Promise<void> => {};

function picture(side: number, alphaAt: (x: number, y: number) => number): Pixels {
  const rgba = Uint8Array.from({ length: 4 * side ** 2 }, (_, at) => {
    const pixel = at >> 2;
    return [255, 221, 119, Math.round(alphaAt(pixel % side, Math.floor(pixel / side)))][at & 3]!;
  });
  return { rgba, widthPx: side, heightPx: side };
}

/** An enlarged picture of which every value was drawn wrong. */
const wrong = (side: number): Pixels => ({
  rgba: new Uint8Array(4 * (factor * side) ** 2).fill(77),
  widthPx: factor * side,
  heightPx: factor * side,
});

it("a smooth place is drawn from the pixels around, with its colour, up to the border", async () => {
  const [image, large] = [picture(16, (x) => 20 + 6 * x), wrong(16)];
  await drawSmoothPlaces(large, image, pause);
  for (let at = 0; at < large.rgba.length; at += 4) {
    const place = ((at >> 2) % large.widthPx) + 0.5;
    const expected = 20 + 6 * (place / factor - 0.5);
    const [red, green, blue, alpha] = large.rgba.subarray(at, at + 4);
    if (place > 8 && place < large.widthPx - 8)
      assert.ok(Math.abs(alpha! - expected) <= 1, `${alpha}, not ${expected}`);
    assert.ok(red === 255 && Math.abs(green! - 221) <= 4 && Math.abs(blue! - 119) <= 4, `${red}, ${green}, ${blue}`);
  }
});

it("an empty area becomes empty, and an edge beside it and what is opaque are left as they were drawn", async () => {
  const [image, large] = [picture(16, (x) => (x < 8 ? 0 : 255)), wrong(16)];
  await drawSmoothPlaces(large, image, pause);
  const at = (x: number): number[] => [...large.rgba.subarray(4 * (20 * 64 + x), 4 * (20 * 64 + x) + 4)];
  for (const x of [0, 20]) assert.deepEqual(at(x), [0, 0, 0, 0]);
  for (const x of [26, 31, 32, 37, 63]) assert.deepEqual(at(x), [77, 77, 77, 77]);
});
