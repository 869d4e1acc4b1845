/** Undecided ink, and which drawings are of one ink. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decideInk } from "../../server/engine/pixels/decide-ink.ts";
import { inInk, inkOf, mixInks } from "../../server/engine/pixels/ink-colour.ts";
import { inOneInk } from "../../server/engine/pixels/one-ink.ts";

const sizePx = 8;
/** Premultiplied planes of one colour and alpha a pixel. */
const drawingOf = (
  at: (x: number, y: number) => readonly [red: number, green: number, blue: number, alpha: number],
) => {
  const planes = new Float32Array(4 * sizePx ** 2);
  for (let pixel = 0; pixel < sizePx ** 2; pixel += 1) {
    const [red, green, blue, alpha] = at(pixel % sizePx, Math.floor(pixel / sizePx));
    for (const [channel, value] of [red, green, blue, 1].entries())
      planes[channel * sizePx ** 2 + pixel] = value * alpha;
  }
  return { planes, sizePx };
};
const areOfOneInk = (drawings: Parameters<typeof inkOf>[0]): boolean => inkOf(drawings).isOneInk;
const dark = [0.1, 0.1, 0.2] as const;

describe("ink that is decided", () => {
  it("ink that is decided keeps nothing, all, a half and every colour, and moves other alphas away from a half", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 100 }), (percent, colour) => {
        const [alpha, red] = [percent / 100, colour / 100];
        const decided = decideInk(Float32Array.of(red * alpha, 0, 0, alpha));
        const after = decided[3]!;
        if (percent === 50) assert.ok(Math.abs(after - 0.5) < 1e-6);
        else assert.ok(percent < 50 ? after < alpha : after > alpha, `${alpha} became ${after}`);
        assert.ok(Math.abs(decided[0]! / after - red) < 1e-4);
      }),
      { seed: 20261127, numRuns: 100 },
    );
    for (const alpha of [0, 1]) assert.deepEqual([...decideInk(new Float32Array(4).fill(alpha))], Array(4).fill(alpha));
  });

  it("drawings are of one ink where all is one opaque colour with soft edges, not with a second colour, a tint, or nothing at all", () => {
    const solid = drawingOf((x, y) => [...dark, x > 1 && y > 1 ? 1 : x === 1 && y > 1 ? 0.5 : 0]);
    const twoColours = drawingOf((x) => (x < 4 ? [...dark, 1] : [0.9, 0.3, 0.2, 1]));
    const tinted = drawingOf((x) => [...dark, x < 2 ? 1 : 0.3]);
    assert.equal(areOfOneInk([solid, solid]), true);
    for (const other of [twoColours, tinted, drawingOf(() => [0, 0, 0, 0])]) assert.equal(areOfOneInk([other]), false);
    assert.equal(areOfOneInk([solid, twoColours]), false);
  });

  it("drawings of one ink have its colour, and in another one the same shape; drawings of two colours have none", () => {
    const alphaAt = (x: number) => (x > 1 ? 1 : x === 1 ? 0.5 : 0);
    const solid = drawingOf((x) => [...dark, alphaAt(x)]);
    for (const [channel, value] of inkOf([solid, solid]).ink!.entries())
      assert.ok(Math.abs(value - dark[channel]!) < 1e-6);
    assert.equal(inkOf([solid, drawingOf((x) => [0.9, 0.3, 0.2, alphaAt(x)])]).ink, undefined);
    assert.deepEqual(inInk(solid.planes, [0.75, 0.5, 0.25]), drawingOf((x) => [0.75, 0.5, 0.25, alphaAt(x)]).planes);
  });

  it("drawings with tints of their one colour have it, though they are not of one ink; with tints of another colour they have none", () => {
    const tinted = (tint: readonly [number, number, number]) =>
      drawingOf((x) => (x < 2 ? [...dark, 1] : [...tint, 0.3]));
    const { isOneInk, ink } = inkOf([tinted(dark)]);
    assert.equal(isOneInk, false);
    for (const [channel, value] of ink!.entries()) assert.ok(Math.abs(value - dark[channel]!) < 1e-6);
    assert.deepEqual(inkOf([tinted([0.9, 0.3, 0.2])]), { isOneInk: false });
    assert.deepEqual(mixInks([0, 0.5, 1], [1, 0.5, 0], 0.25), [0.25, 0.5, 0.75]);
  });

  it("a drawing in one ink keeps its outline and loses its pale fill; one of a single colour is all ink", () => {
    const outlined = drawingOf((x, y) =>
      x === 0 || y === 0 || x === 7 || y === 7 ? [0.2, 0.2, 0.8, 1] : [0.8, 0.8, 1, 1],
    );
    const alphas = [...inOneInk(outlined.planes).subarray(3 * sizePx ** 2)];
    for (const [at, alpha] of alphas.entries()) {
      const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
      assert.equal(alpha, x === 0 || y === 0 || x === 7 || y === 7 ? 1 : 0);
    }
    const flat = inOneInk(drawingOf(() => [0.9, 0.8, 0.1, 1]).planes);
    assert.ok(flat.subarray(3 * sizePx ** 2).every((alpha) => alpha === 1));
  });
});
