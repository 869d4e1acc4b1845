/** Sketches in one form: the same drawing, however thick, large, far off or coloured, gives the same map of ink. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawingPx, edgesOf, normaliseDrawing } from "../../../server/experts/sketch/line-drawing.ts";

type Colour = readonly [red: number, green: number, blue: number, alpha: number];
const clear: Colour = [0, 0, 0, 0];
const black: Colour = [0, 0, 0, 1];
const white: Colour = [1, 1, 1, 1];

/** Premultiplied planes of a shape given by its coverage, in [0, 1], at each pixel's centre. */
function draw(
  sizePx: number,
  coverage: (x: number, y: number) => number,
  ink: Colour = black,
  paper: Colour = clear,
): Float32Array {
  const planes = new Float32Array(4 * sizePx * sizePx);
  for (let y = 0; y < sizePx; y += 1)
    for (let x = 0; x < sizePx; x += 1) {
      const share = Math.min(1, Math.max(0, coverage(x + 0.5, y + 0.5)));
      for (let channel = 0; channel < 4; channel += 1) {
        const over = (colour: Colour): number => (channel < 3 ? colour[channel]! * colour[3] : colour[3]);
        planes[(channel * sizePx + y) * sizePx + x] = share * over(ink) + (1 - share) * over(paper);
      }
    }
  return planes;
}

const circle =
  (centreX: number, centreY: number, radius: number, thickness: number) =>
  (x: number, y: number): number =>
    thickness / 2 + 0.5 - Math.abs(Math.hypot(x - centreX, y - centreY) - radius);

/** A circle with a line hanging from it, so that neither axis is like the other. */
const balloon = (centreX: number, centreY: number, radius: number, thickness: number) => {
  const ring = circle(centreX, centreY, radius, thickness);
  return (x: number, y: number): number => {
    const along = Math.min(centreY + 2.5 * radius, Math.max(centreY + radius, y));
    return Math.max(ring(x, y), thickness / 2 + 0.5 - Math.hypot(x - centreX, y - along));
  };
};

/** Share of the ink of both maps that lies within so many pixels of the other's ink. */
function overlap(a: Float32Array, b: Float32Array, tolerancePx: number): number {
  const isNear = (map: Float32Array, at: number): boolean => {
    const [x, y] = [at % drawingPx, Math.floor(at / drawingPx)];
    for (let v = y - tolerancePx; v <= y + tolerancePx; v += 1)
      for (let u = x - tolerancePx; u <= x + tolerancePx; u += 1)
        if (u >= 0 && v >= 0 && u < drawingPx && v < drawingPx && map[v * drawingPx + u]! >= 0.5) return true;
    return false;
  };
  let [near, total] = [0, 0];
  for (const [map, other] of [
    [a, b],
    [b, a],
  ] as const)
    for (const [at, value] of map.entries()) {
      if (value < 0.5) continue;
      total += 1;
      if (isNear(other, at)) near += 1;
    }
  return total === 0 ? 0 : near / total;
}

function inkOf(map: Float32Array): number {
  return map.reduce((sum, value) => sum + value, 0);
}

describe("a sketch's normal form", () => {
  it("a sketch's normal form is the same for thin and thick lines", () => {
    const thin = normaliseDrawing(draw(128, circle(64, 64, 40, 2)), 128);
    const thick = normaliseDrawing(draw(128, circle(64, 64, 40, 9)), 128);
    assert.ok(overlap(thin, thick, 1) > 0.95);
    assert.ok(Math.abs(inkOf(thick) / inkOf(thin) - 1) < 0.15);
  });

  it("a sketch's normal form draws lines two pixels thick, in a box of 60", () => {
    const map = normaliseDrawing(draw(128, circle(64, 64, 40, 5)), 128);
    // A ring of radius 29 and thickness 2.
    assert.ok(Math.abs(inkOf(map) / (2 * Math.PI * 29 * 2) - 1) < 0.12, `${inkOf(map)}`);
    const set = [...map.keys()].filter((at) => map[at]! >= 0.5);
    const columns = set.map((at) => at % drawingPx);
    assert.deepEqual([Math.min(...columns), Math.max(...columns)], [2, 61]);
    assert.ok(map.every((value) => value >= 0 && value <= 1));
  });

  it("a sketch's normal form doesn't depend on where and how large the drawing is", () => {
    const reference = normaliseDrawing(draw(128, balloon(64, 40, 24, 3)), 128);
    for (const [sizePx, x, y, radius, thickness] of [
      [128, 30, 30, 24, 3],
      [128, 90, 60, 12, 2],
      [512, 200, 150, 100, 6],
      [512, 300, 90, 40, 2],
      [64, 32, 20, 12, 2],
    ] as const) {
      const map = normaliseDrawing(draw(sizePx, balloon(x, y, radius, thickness)), sizePx);
      assert.ok(overlap(reference, map, 2) > 0.95, `${sizePx} ${radius}: ${overlap(reference, map, 2)}`);
    }
  });

  it("a sketch's normal form keeps the aspect ratio", () => {
    const map = normaliseDrawing(
      draw(128, (x, y) => (y > 60 && y < 64 && x > 20 && x < 100 ? 1 : 0)),
      128,
    );
    const rows = new Set([...map.keys()].filter((at) => map[at]! >= 0.5).map((at) => Math.floor(at / drawingPx)));
    assert.ok(rows.size <= 3);
  });

  it("a sketch's normal form takes any colours: ink on paper, chalk on a board, strokes on nothing, a sheet smaller than the frame", () => {
    const shape = balloon(64, 40, 24, 4);
    const reference = normaliseDrawing(draw(128, shape), 128);
    for (const [ink, paper] of [
      [black, white],
      [white, black],
      [white, clear],
      [[0.9, 0.1, 0.1, 1], clear],
      [[1, 0.9, 0.2, 1], white],
      [
        [0.75, 0.75, 0.72, 1],
        [0.95, 0.94, 0.9, 1],
      ],
    ] as const satisfies readonly (readonly [Colour, Colour])[]) {
      const map = normaliseDrawing(draw(128, shape, ink, paper), 128);
      assert.ok(overlap(reference, map, 1) > 0.95, `${ink} on ${paper}`);
    }
    const sheet = draw(128, shape, black, white);
    for (let y = 0; y < 128; y += 1)
      for (let x = 0; x < 128; x += 1)
        if (x < 20 || x >= 108) for (let plane = 0; plane < 4; plane += 1) sheet[(plane * 128 + y) * 128 + x] = 0;
    assert.ok(overlap(reference, normaliseDrawing(sheet, 128), 1) > 0.95);
  });

  it("a sketch's normal form is empty for an empty drawing", () => {
    for (const paper of [clear, white, black])
      assert.equal(
        inkOf(
          normaliseDrawing(
            draw(128, () => 0, black, paper),
            128,
          ),
        ),
        0,
      );
  });

  it("a sketch's normal form keeps a dot, and a filled shape by its rim", () => {
    assert.ok(
      inkOf(
        normaliseDrawing(
          draw(128, (x, y) => 1.5 - Math.hypot(x - 40, y - 70)),
          128,
        ),
      ) > 1,
    );
    const disc = normaliseDrawing(
      draw(128, (x, y) => 40.5 - Math.hypot(x - 64, y - 64)),
      128,
    );
    assert.ok(overlap(disc, normaliseDrawing(draw(128, circle(64, 64, 40, 3)), 128), 1) > 0.95);
  });
});

describe("an image's edges", () => {
  const square = (x: number, y: number): number => (x > 30 && x < 98 && y > 30 && y < 98 ? 1 : 0);

  it("an image's edges are the outline of a filled square", () => {
    const map = edgesOf(draw(128, square, [0.2, 0.5, 0.9, 1]), 128);
    const outline = normaliseDrawing(
      draw(128, (x, y) => (Math.abs(Math.max(Math.abs(x - 64), Math.abs(y - 64)) - 34) < 1.5 ? 1 : 0)),
      128,
    );
    assert.ok(overlap(map, outline, 1) > 0.98);
    assert.equal(map[32 * drawingPx + 32], 0);
  });

  it("an image's edges are the middle of a dark line, and inner edges too", () => {
    const ring = edgesOf(draw(128, circle(64, 64, 40, 8)), 128);
    assert.ok(overlap(ring, normaliseDrawing(draw(128, circle(64, 64, 40, 2)), 128), 2) > 0.95);
    const halves = draw(128, square, [0.9, 0.3, 0.2, 1]);
    for (let y = 0; y < 128; y += 1) for (let x = 64; x < 98; x += 1) halves[(128 + y) * 128 + x]! *= 3;
    const map = edgesOf(halves, 128);
    assert.ok([30, 31, 32, 33].some((x) => map[32 * drawingPx + x]! > 0.5));
  });

  it("an image's edges are the same at another size, and none of an empty image", () => {
    const [small, large] = [
      edgesOf(draw(128, square), 128),
      edgesOf(
        draw(256, (x, y) => square(x / 2, y / 2)),
        256,
      ),
    ];
    assert.ok(overlap(small, large, 1) > 0.95);
    assert.equal(inkOf(edgesOf(new Float32Array(4 * 128 * 128), 128)), 0);
  });
});
