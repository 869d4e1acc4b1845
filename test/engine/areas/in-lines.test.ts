/** Drawings of several flat colours as lines of one ink: what is a line, what gets an outline, and what is solid. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inLines } from "../../../server/engine/areas/in-lines.ts";
import { box, disc, drawn, pixels, ring, sizePx } from "../drawn-layers.ts";

const [navy, red, sky, pale] = [
  [0.1, 0.1, 0.35] as const,
  [0.9, 0.15, 0.2] as const,
  [0.5, 0.8, 0.95] as const,
  [0.86, 0.92, 1] as const,
];

/** Whether the lines have ink at these places of a row. */
const inkAt = (drawing: ReturnType<typeof drawn>, columns: readonly number[], row = 32): number[] => {
  const lines = inLines(drawing)!;
  return columns.map((column) => Math.round(lines[3 * pixels + row * sizePx + column]!));
};

describe("a coloured drawing in lines", () => {
  it("its own lines are its lines, and where it has none they go along the borders of areas", () => {
    assert.deepEqual(inkAt(drawn([disc(26), navy], [disc(22), red], [disc(6), navy]), [8, 16, 32]), [1, 0, 1]);
    assert.deepEqual(inkAt(drawn([disc(26), red], [disc(12), sky]), [7, 14, 20, 32]), [1, 0, 1, 0]);
  });

  it("lines of other colours are lines too, beside those that go around and where they end at them", () => {
    const inside = drawn([ring(24, 4), navy], [box(22, 20, 26, 44), red], [disc(3, 40, 32), red]);
    assert.deepEqual(inkAt(inside, [8, 16, 24, 32, 40]), [1, 0, 1, 0, 1]);
    const ending = drawn([ring(24, 4), navy], [box(30, 9, 34, 55), red]);
    assert.deepEqual(inkAt(ending, [8, 20, 32, 44]), [1, 0, 1, 0]);
  });

  it("what lines go around is filled, and so is pale what they touch on one side", () => {
    const between = drawn([box(6, 6, 58, 58), navy], [box(10, 10, 54, 54), sky], [box(10, 30, 54, 34), navy]);
    assert.deepEqual(inkAt(between, [8, 32], 20), [1, 0]);
    const half = drawn([ring(24, 4), navy], [box(32, 24, 53, 30), pale]);
    assert.deepEqual(inkAt(half, [8, 40, 56], 27), [1, 0, 1]);
  });

  it("a shape beside lines gets an outline of their width", () => {
    const shape = drawn([ring(27, 4), navy], [disc(14), red]);
    assert.deepEqual(inkAt(shape, [5, 12, 20, 32]), [1, 0, 1, 0]);
  });

  it("a card beside lines gets an outline, and what is written on it stays", () => {
    const lines = [24, 30, 36].map((top) => [box(20, top, 44, top + 3), sky] as const);
    const card = drawn([ring(29, 3), navy], [box(18, 20, 46, 43), red], ...lines);
    assert.deepEqual(
      [26, 29, 32].map((row) => inkAt(card, [32], row)[0]),
      [1, 0, 1],
    );
  });

  it("what lies open beside lines is a shape, however many end at it", () => {
    const pins = [4, 24, 44].flatMap((at) => [
      [box(0, at + 6, 12, at + 12), navy] as const,
      [box(52, at + 6, 64, at + 12), navy] as const,
    ]);
    const chip = drawn([box(12, 4, 52, 60), sky], ...pins, [box(18, 14, 46, 18), navy], [box(18, 40, 46, 44), navy]);
    assert.deepEqual(inkAt(chip, [4, 14, 32], 33), [1, 1, 0]);
  });

  it("lines along borders are as broad as is wanted, but no broader than usual, those of the drawing as they are", () => {
    const inkOf = (drawing: ReturnType<typeof drawn>, width?: number): number => {
      const lines = inLines(drawing, width)!;
      return lines
        .subarray(3 * pixels + 32 * sizePx, 3 * pixels + 32 * sizePx + 24)
        .reduce((sum, alpha) => sum + alpha, 0);
    };
    const [fills, own] = [drawn([disc(26), red]), drawn([disc(26), navy], [disc(22), red])];
    for (const [width, ink] of [
      [2, 2],
      [3, 3],
      [6, 0.06 * sizePx],
      [0.1, 0.02 * sizePx],
    ] as const)
      assert.ok(Math.abs(inkOf(fills, width / sizePx) - ink) < 0.3, `${inkOf(fills, width / sizePx)}`);
    assert.ok(Math.abs(inkOf(own, 2 / sizePx) - 4) < 0.3);
  });

  it("letters on a badge are solid, and larger shapes get outlines", () => {
    assert.deepEqual(inkAt(drawn([disc(28), sky], [box(30, 18, 34, 46), red]), [5, 20, 32, 44]), [1, 0, 1, 0]);
    assert.deepEqual(inkAt(drawn([disc(28), sky], [box(20, 20, 44, 44), red]), [5, 12, 21, 32]), [1, 0, 1, 0]);
  });

  it("a picture without flat colours has no lines", () => {
    const planes = Float32Array.from({ length: 4 * pixels }, (_, at) =>
      at < 3 * pixels ? ((at * 37) % 101) / 101 : 1,
    );
    assert.equal(inLines({ planes, sizePx }), undefined);
  });
});
