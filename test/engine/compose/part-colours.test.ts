/** Colours of the parts of a composed drawing: which places of an answer get which, at any size, also where styles draw smaller or cut out. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { colourNamedIn } from "../../../server/engine/colour-words.ts";
import { type PartColours, partPainter } from "../../../server/engine/compose/part-colours.ts";
import { finish } from "../../../server/engine/pixels/finish.ts";

const side = 64;
const count = side ** 2;
const draw = (share: (x: number, y: number) => boolean, size = side): Float32Array =>
  Float32Array.from({ length: size ** 2 }, (_, at) =>
    Number(share(((at % size) + 0.5) * (side / size), (Math.floor(at / size) + 0.5) * (side / size))),
  );
const inBox = (left: number, top: number, sidePx: number) => (x: number, y: number) =>
  x > left && x < left + sidePx && y > top && y < top + sidePx;
const inInk = (alphas: Float32Array, ink = [0.1, 0.1, 0.12]): Float32Array => {
  const planes = new Float32Array(4 * alphas.length);
  for (const [channel, value] of [...ink, 1].entries())
    planes.set(
      alphas.map((alpha) => alpha * value),
      channel * alphas.length,
    );
  return planes;
};
const red = colourNamedIn(["red"]);
const blue = colourNamedIn(["blue"]);
const behind = draw(inBox(4, 4, 34));
const front = draw(inBox(42, 42, 18));
const parts = { behind, front, colours: [undefined, red] } satisfies PartColours;
const both = draw((x, y) => inBox(4, 4, 34)(x, y) || inBox(42, 42, 18)(x, y));
const colourAt = (planes: Float32Array, x: number, y: number): string => {
  const pixels = planes.length / 4;
  const size = Math.sqrt(pixels);
  const at = Math.floor((y * size) / side) * size + Math.floor((x * size) / side);
  const [r, g, b, a] = [0, 1, 2, 3].map((channel) => planes[channel * pixels + at]!);
  if (a! < 0.5) return "none";
  return r! > g! + 0.3 && r! > b! + 0.3 ? "red" : b! > r! + 0.3 ? "blue" : "ink";
};

describe("colours of parts", () => {
  it("each part has its own, and a part without one keeps the ink", () => {
    const made = partPainter(inInk(both), parts).planes(inInk(both));
    assert.deepEqual([colourAt(made, 20, 20), colourAt(made, 50, 50), colourAt(made, 40, 40)], ["ink", "red", "none"]);
    assert.deepEqual(made.slice(3 * count), both);
    const of = inInk(both);
    const two = partPainter(of, { ...parts, colours: [blue, red] }).planes(of);
    assert.deepEqual([colourAt(two, 20, 20), colourAt(two, 50, 50)], ["blue", "red"]);
    // The ink is the same all over: no pixel of what is behind changes.
    for (let at = 0; at < count; at += 1) if (behind[at]! > 0) assert.equal(made[at], inInk(both)[at]);
  });

  it("the same answer at another size gets the same, and so does one that the style draws smaller", () => {
    const paint = partPainter(inInk(both), parts).planes;
    const large = inInk(draw((x, y) => inBox(4, 4, 34)(x, y) || inBox(42, 42, 18)(x, y), 4 * side));
    const made = paint(large);
    assert.deepEqual([colourAt(made, 20, 20), colourAt(made, 50, 50)], ["ink", "red"]);
    const wrong = [...behind.keys()].filter((at) => {
      const [x, y] = [(at % side) + 0.5, Math.floor(at / side) + 0.5];
      return colourAt(made, x, y) !== (behind[at]! > 0 ? "ink" : front[at]! > 0 ? "red" : "none");
    });
    assert.deepEqual(wrong, []);
    const half = inInk(draw((x, y) => inBox(18, 18, 17)(x, y) || inBox(37, 37, 9)(x, y)));
    const small = partPainter(half, parts).planes(half);
    assert.deepEqual([colourAt(small, 26, 26), colourAt(small, 41, 41)], ["ink", "red"]);
  });

  it("what the answer cuts out is drawn in its colour, and a dot is solid in styles of lines, too", () => {
    const within = {
      behind: draw(inBox(4, 4, 56)),
      front: draw(inBox(24, 24, 16)),
      colours: [undefined, red],
    } as const;
    const cut = inInk(draw((x, y) => inBox(4, 4, 56)(x, y) && !inBox(24, 24, 16)(x, y)));
    const made = partPainter(cut, within).planes(cut);
    assert.deepEqual([colourAt(made, 32, 32), colourAt(made, 10, 32)], ["red", "ink"]);
    const hollow = inInk(draw((x, y) => inBox(4, 4, 34)(x, y) || (inBox(42, 42, 18)(x, y) && !inBox(47, 47, 8)(x, y))));
    assert.equal(colourAt(partPainter(hollow, parts).planes(hollow), 51, 51), "none");
    assert.equal(colourAt(partPainter(hollow, { ...parts, isFrontSolid: true }).planes(hollow), 51, 51), "red");
  });

  it("parts that the answer joined are told by where they lie", () => {
    const joined = inInk(draw((x, y) => inBox(4, 4, 34)(x, y) || inBox(42, 42, 18)(x, y) || inBox(36, 36, 8)(x, y)));
    const made = partPainter(joined, parts).planes(joined);
    assert.deepEqual([colourAt(made, 20, 20), colourAt(made, 52, 52)], ["ink", "red"]);
    const layer = { cover: Uint8Array.from(both, (alpha) => 255 * alpha), hex: "#1a1a1f" };
    const apart = partPainter(inInk(both), parts).layers([layer], inInk(both));
    assert.deepEqual(
      apart.map(({ hex }) => hex === layer.hex),
      [true, false],
    );
  });

  it("an empty answer stays empty, and looks with parts give no layers that are told by their ink", () => {
    const nothing = new Float32Array(4 * count);
    assert.deepEqual(partPainter(nothing, parts).planes(nothing), nothing);
    const ink: [number, number, number] = [0.1, 0.1, 0.12];
    assert.equal(finish(inInk(both), { ink, parts }).stack, undefined);
    assert.equal(colourAt(finish(inInk(both), { ink, isOneInk: true, parts }).planes, 50, 50), "red");
  });
});
