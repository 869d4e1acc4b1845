/** A part of a drawing of several colours that is drawn anew: mirror images, edges that go on, gradients that go on, and what the answer decides. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settleInColours } from "../../../server/engine/edits/coloured-part.ts";
import { spreadInto } from "../../../server/engine/edits/harmonic.ts";
import { joinedEdges } from "../../../server/engine/edits/joined-edges.ts";
import { mirrorOf } from "../../../server/engine/edits/mirror.ts";
import { box, disc, drawn, pixels, ring, sizePx } from "../drawn-layers.ts";

const [red, blue, gold] = [
  [0.8, 0.1, 0.1],
  [0.1, 0.2, 0.8],
  [0.9, 0.7, 0.1],
] as const;
const partOf = (left: number, top: number, right: number, bottom: number): Float32Array =>
  Float32Array.from({ length: pixels }, (_, at) => {
    const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
    return Number(x >= left && x < right && y >= top && y < bottom);
  });
/** An answer that says nothing. */
const grey = new Float32Array(4 * pixels).fill(0.5);
const farthest = (one: Float32Array, other: Float32Array, part?: Float32Array): number =>
  one.reduce((most, value, at) => {
    const counts = part === undefined || part[at % pixels]! > 0;
    return counts ? Math.max(most, Math.abs(value - other[at]!)) : most;
  }, 0);

describe("a part in several colours that is drawn anew", () => {
  it("is the mirror image of the other half, to the pixel, where the drawing is its own mirror image", () => {
    const face = drawn([disc(26), gold], [disc(4, 22, 26), blue], [disc(4, 42, 26), blue], [box(24, 42, 40, 46), red]);
    const part = partOf(36, 18, 50, 34);
    const made = settleInColours(part, face.planes, sizePx)!(grey);
    assert.ok(farthest(made, face.planes) < 1e-6, `${farthest(made, face.planes)}`);
  });

  it("goes on with the stripes and edges that run into it, in their colours", () => {
    // Neither mirrored nor turned it is the same.
    const flag = drawn(
      [box(6, 10, 60, 26), red],
      [box(6, 26, 60, 36), gold],
      [box(6, 36, 60, 58), blue],
      [disc(4, 12, 16), blue],
    );
    const part = partOf(26, 14, 46, 50);
    const made = settleInColours(part, flag.planes, sizePx)!(grey);
    for (const [y, colour] of [
      [18, red],
      [31, gold],
      [44, blue],
    ] as const)
      for (const x of [28, 36, 44])
        for (const [channel, value] of colour.entries())
          assert.ok(Math.abs(made[channel * pixels + y * sizePx + x]! - value) < 0.02, `${x}, ${y}: ${channel}`);
  });

  it("what the answer says counts where nothing around does, and it is crisp", () => {
    const page = drawn([box(4, 4, 60, 60), gold], [box(8, 8, 14, 30), blue], [box(30, 20, 40, 24), blue]);
    const part = partOf(24, 24, 50, 50);
    const wanted = drawn([box(4, 4, 60, 60), gold], [box(8, 8, 14, 30), blue], [box(30, 20, 40, 44), blue]);
    const smeared = wanted.planes.map((value, at) => (at < 3 * pixels ? 0.2 + 0.6 * value : value));
    const made = settleInColours(part, page.planes, sizePx)!(smeared);
    const at = 30 * sizePx + 35;
    assert.ok(Math.abs(made[2 * pixels + at]! - blue[2]) < 0.02, `${made[2 * pixels + at]}`);
    assert.ok(Math.abs(made[2 * pixels + 46 * sizePx + 46]! - gold[2]) < 0.02);
  });

  it("a gradient goes on without a seam", () => {
    const planes = drawn([disc(28), red]).planes.slice();
    for (let at = 0; at < pixels; at += 1) {
      const alpha = planes[3 * pixels + at]!;
      planes[at] = alpha * (0.3 + (0.6 * (at % sizePx)) / sizePx);
      planes[pixels + at] = alpha * (0.2 + (0.5 * Math.floor(at / sizePx)) / sizePx);
      planes[2 * pixels + at] = alpha * 0.5;
    }
    const part = partOf(26, 26, 46, 40);
    const made = settleInColours(part, planes, sizePx)!(grey);
    assert.ok(farthest(made, planes, part) < 0.03, `${farthest(made, planes, part)}`);
  });

  it("is left as it is where the drawing is a texture", () => {
    const noise = Float32Array.from({ length: 4 * pixels }, (_, at) => (at < 3 * pixels ? ((at * 7919) % 97) / 97 : 1));
    assert.equal(settleInColours(partOf(20, 20, 40, 40), noise, sizePx), undefined);
  });
});

describe("edges that run into a part", () => {
  const isFree = Uint8Array.from(partOf(22, 22, 42, 42));
  const coloursOf = (...shapes: ReadonlyArray<ReturnType<typeof disc>>): Uint8Array =>
    shapes.reduce((colours, shape, at) => {
      const { planes } = drawn([shape, red]);
      return colours.map((colour, pixel) => (planes[3 * pixels + pixel]! >= 0.5 ? at + 1 : colour));
    }, new Uint8Array(pixels));

  it("join over it: a stripe from side to side, an arc as an arc", () => {
    const stripe = joinedEdges(coloursOf(box(0, 29, 64, 35)), isFree, sizePx).get(1)!;
    for (let at = 0; at < pixels; at += 1) {
      const y = Math.floor(at / sizePx);
      if (isFree[at] === 1) assert.equal(stripe[at], Number(y >= 29 && y < 35), `${at}`);
    }
    const wanted = coloursOf(ring(26, 7, 32, 56));
    const arc = joinedEdges(wanted, isFree, sizePx).get(1)!;
    const wrong = [...arc.keys()].filter((at) => isFree[at] === 1 && arc[at] !== wanted[at]).length;
    assert.ok(wrong < 24, `${wrong} of 400 pixels`);
  });

  it("turn back where nothing goes on, and all of it has the colour that is all around", () => {
    const end = joinedEdges(coloursOf(box(0, 29, 24, 35)), isFree, sizePx).get(1)!;
    const inked = end.reduce((sum, is) => sum + is, 0);
    assert.ok(inked < 60, `${inked}`);
    const all = joinedEdges(coloursOf(disc(31)), isFree, sizePx).get(1)!;
    assert.equal(
      all.reduce((sum, is) => sum + is, 0),
      400,
    );
  });

  it("parts that touch in corners alone are parts of their own", () => {
    const zigzag = Uint8Array.from({ length: pixels }, (_, at) => {
      const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
      return Number(y % 4 < 2 && x % 2 === y % 4 && x > 0 && y < 60);
    });
    const found = joinedEdges(coloursOf(disc(31)), zigzag, sizePx);
    assert.ok([...found.keys()].every((colour) => colour <= 1));
  });

  it("a part at the border of the picture has nothing beyond it", () => {
    const corner = Uint8Array.from(partOf(50, 50, 64, 64));
    const found = joinedEdges(coloursOf(disc(40)), corner, sizePx);
    assert.ok(found.has(0) && found.has(1));
  });
});

describe("mirror images", () => {
  const colours = Uint8Array.from({ length: pixels }, (_, at) => Number(Math.abs((at % sizePx) - 33.5) < 20));
  it("are found beside the middle too, and none where the drawing has none", () => {
    const isFree = Uint8Array.from(partOf(40, 20, 52, 40));
    const mirror = mirrorOf(colours, isFree, sizePx)!;
    assert.equal(mirror(10 * sizePx + 30) % sizePx, 37);
    const lopsided = colours.map((colour, at) => ((at % sizePx) + at / sizePx < 60 ? 0 : colour));
    assert.equal(mirrorOf(lopsided, isFree, sizePx), undefined);
  });
});

it("values that are sought are the mean of those around", () => {
  const plane = Float32Array.from({ length: pixels }, (_, at) => (at % sizePx) / sizePx);
  const wanted = plane.slice();
  const open = [...partOf(20, 20, 40, 40).entries()].filter(([, share]) => share > 0).map(([at]) => at);
  for (const at of open) plane[at] = 0;
  spreadInto(plane, open, new Uint8Array(pixels).fill(1), sizePx);
  assert.ok(farthest(plane, wanted) < 1e-3, `${farthest(plane, wanted)}`);
});
