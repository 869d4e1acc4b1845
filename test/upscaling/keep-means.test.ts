/** Details that bounds cut off: what is left of them keeps the means that the input has, but for a few levels. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { normals, streams } from "../../server/engine/random.ts";
import { keepMeans, meansReachPx } from "../../server/upscaling/details/keep-means.ts";
import { growBox } from "../../server/upscaling/tiles.ts";

const factor = 4;
const picture = { left: 0, top: 0, widthPx: 9, heightPx: 7 };
const line = factor * picture.widthPx;
const plain = new Float32Array(3 * factor ** 2 * picture.widthPx * picture.heightPx).fill(0.5);
const whole = { factor, box: picture, core: picture } as const;

describe("details that keep the input's means", () => {
  it("details whose mean in a pixel is small or nothing stay as they are", () => {
    const detailed = plain.map((value, at) => value + (at % 2 === 0 ? 42 : -38) / 255);
    assert.deepEqual(keepMeans(detailed, plain, whole), detailed);
  });

  it("details that are lighter on the whole become so by three levels at most, and keep their differences", () => {
    const detailed = plain.map((value, at) => value + (at % 2 === 0 ? 60 : -20) / 255);
    const kept = keepMeans(detailed, plain, whole);
    const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
    assert.ok(Math.abs(255 * (mean - 0.5) - 3) < 1e-3, `${255 * (mean - 0.5)}`);
    assert.ok(Math.abs(255 * (kept[0]! - kept[1]!) - 80) < 1e-3);
  });

  it("what is taken off changes smoothly from pixel to pixel", () => {
    const detailed = plain.map((value, at) => value + (at % line >= line / 2 ? 40 : 0) / 255);
    const kept = keepMeans(detailed, plain, whole);
    for (let x = 1; x < line; x += 1) {
      const taken = [x - 1, x].map((at) => 255 * (detailed[at]! - kept[at]!));
      assert.ok(Math.abs(taken[1]! - taken[0]!) < 37 / factor + 0.1, `${x}: ${taken}`);
    }
  });

  it("details of a part of a picture keep the same means as in the whole", () => {
    const values = normals(4, streams.pixels, plain.length);
    const detailed = plain.map((value, at) => value + (30 * values[at]!) / 255);
    const core = { left: 2, top: 1, widthPx: 4, heightPx: 3 };
    const box = growBox(core, meansReachPx, picture);
    const cut = (from: Float32Array, { left, top, widthPx, heightPx }: typeof core): Float32Array =>
      from.filter((_, at) => {
        const [x, y] = [Math.floor((at % line) / factor), Math.floor((Math.floor(at / line) % (factor * 7)) / factor)];
        return x >= left && x < left + widthPx && y >= top && y < top + heightPx;
      });
    const kept = keepMeans(cut(detailed, box), cut(plain, box), { factor, box, core });
    assert.deepEqual(kept, cut(keepMeans(detailed, plain, whole), core));
    assert.notDeepEqual(kept, cut(detailed, core));
  });
});
