/** Corners and line ends: what is read of a drawing's outline, what a style says of them, and answers that take them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { redrawCorners } from "../../server/engine/corners/redraw-corners.ts";
import { cornersOfStyle } from "../../server/engine/corners/style-corners.ts";
import { turnsOf } from "../../server/engine/corners/turns.ts";
import { linesOfStyle } from "../../server/engine/lines/line-width.ts";
import { oddsPerPx } from "../../server/engine/pixels/layered-image.ts";

const sizePx = 96;
/** Of lines, in pixels. */
const widthPx = 8;

type Inside = (x: number, y: number) => number;

/** How far each pixel's middle lies inside of a shape. */
const insideOf = (shape: Inside): Float32Array =>
  Float32Array.from({ length: sizePx ** 2 }, (_, at) => shape((at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5));
const alphasOf = (inside: Float32Array): Float32Array => inside.map((px) => Math.min(1, Math.max(0, 0.5 + px)));

/** A box around (48, 48) with round corners. */
const box =
  (half: number, radius: number): Inside =>
  (x, y) => {
    const [dx, dy] = [Math.abs(x - 48) - half + radius, Math.abs(y - 48) - half + radius];
    return radius - Math.hypot(Math.max(0, dx), Math.max(0, dy)) - Math.min(0, Math.max(dx, dy));
  };
/** A box less high than broad. */
const low =
  (half: number, radius: number): Inside =>
  (x, y) => {
    const [dx, dy] = [Math.abs(x - 48) - half + radius, Math.abs(y - 48) - 0.8 * half + radius];
    return radius - Math.hypot(Math.max(0, dx), Math.max(0, dy)) - Math.min(0, Math.max(dx, dy));
  };
/** Shares of pixels that are ink. */
const coverOf = (shape: Inside): Float32Array =>
  Float32Array.from({ length: sizePx ** 2 }, (_, at) => {
    let inked = 0;
    for (let part = 0; part < 64; part += 1)
      if (shape((at % sizePx) + ((part % 8) + 0.5) / 8, Math.floor(at / sizePx) + ((part >> 3) + 0.5) / 8) > 0)
        inked += 1;
    return inked / 64;
  });
/** The outline of a box as a line inside of it. */
const frame =
  (half: number, radius: number): Inside =>
  (x, y) =>
    Math.min(box(half, radius)(x, y), -box(half - widthPx, Math.max(0, radius - widthPx))(x, y));
const ring: Inside = (x, y) => widthPx / 2 - Math.abs(Math.hypot(x - 48, y - 48) - 24);
/** A line from (24, y) to (72, y), its ends on the same pixels whatever they are like. */
const line =
  (ends: "round" | "flat", y0 = 48): Inside =>
  (x, y) => {
    const half = widthPx / 2;
    const past = Math.abs(x - 48) - 24;
    if (ends === "flat") return Math.min(half - Math.abs(y - y0), -past);
    return half - Math.hypot(Math.max(0, past + half), y - y0);
  };
const joined =
  (...shapes: readonly Inside[]): Inside =>
  (x, y) =>
    Math.max(...shapes.map((shape) => shape(x, y)));
const turned =
  (shape: Inside, degrees: number): Inside =>
  (x, y) => {
    const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
    return shape(48 + cosine * (x - 48) + sine * (y - 48), 48 - sine * (x - 48) + cosine * (y - 48));
  };

const style = (...shapes: readonly Inside[]) =>
  cornersOfStyle(
    shapes.map((shape) => ({ alphas: alphasOf(insideOf(shape)), sizePx })),
    widthPx / sizePx,
  );
const redrawn = (shape: Inside, corners: Parameters<typeof redrawCorners>[2]): Float32Array =>
  redrawCorners(insideOf(shape), sizePx, corners, widthPx / sizePx);
/** Pixels by which two drawings differ, in all. */
const apart = (one: Float32Array, other: Float32Array): number => {
  const [alphas, others] = [alphasOf(one), alphasOf(other)];
  return alphas.reduce((sum, alpha, at) => sum + Math.abs(alpha - others[at]!), 0);
};

describe("turns of an outline", () => {
  it("corners have their radius, on either edge of a line", () => {
    for (const degrees of [0, 20, 45])
      for (const radius of [0, 4, 12]) {
        const { corners, ends } = turnsOf(alphasOf(insideOf(turned(frame(28, radius), degrees))), sizePx);
        assert.equal(ends.length, 0);
        for (const isConvex of [true, false]) {
          const own = corners.filter((corner) => corner.isConvex === isConvex);
          assert.equal(own.length, 4, `${degrees}° ${radius} px`);
          const wanted = isConvex ? radius : Math.max(0, radius - widthPx);
          for (const { radiusPx, turn } of own) {
            assert.ok(Math.abs(radiusPx - wanted) < 0.9, `${degrees}° ${radius} px: ${radiusPx}`);
            assert.ok(Math.abs(turn - Math.PI / 2) < 0.05);
          }
        }
      }
  });

  it("stretches of an arc that pixels make straight are no sides", () => {
    for (const [half, radius] of [
      [25.11, 17.1],
      [26.22, 15],
      [26.96, 16.4],
    ] as const) {
      const shape = low(half, radius);
      const px = insideOf(shape);
      // As soft as drawings keep their edges: what an edge cuts is nearer to it than it is in pixels.
      const edged = coverOf(shape).map((share, at) =>
        share > 0.02 && share < 0.98
          ? Math.log(share / (1 - share)) / oddsPerPx
          : Math.sign(share - 0.5) * Math.max(0.9, Math.abs(px[at]!)),
      );
      const { corners } = turnsOf(
        edged.map((own) => Math.min(1, Math.max(0, 0.5 + own / 4))),
        sizePx,
      );
      assert.equal(corners.length, 4, `${half} ${radius}`);
      for (const { radiusPx, turn } of corners) {
        assert.ok(Math.abs(radiusPx - radius) < 1, `${half} ${radius}: ${radiusPx}`);
        assert.ok(Math.abs(turn - Math.PI / 2) < 0.05, `${half} ${radius}: ${turn}`);
      }
    }
  });

  it("a line has two ends of its width, round or flat", () => {
    for (const degrees of [0, 30, 45])
      for (const ends of ["round", "flat"] as const) {
        const found = turnsOf(alphasOf(insideOf(turned(line(ends), degrees))), sizePx);
        assert.equal(found.ends.length, 2, `${degrees}° ${ends}`);
        assert.equal(found.corners.length, 0);
        for (const end of found.ends) {
          assert.ok(Math.abs(end.widthPx - widthPx) < 0.4);
          assert.ok(Math.abs(end.radiusPx - (ends === "round" ? widthPx / 2 : 0)) < 0.8, `${end.radiusPx}`);
        }
      }
  });

  it("a circle has neither", () => {
    const { corners, ends } = turnsOf(alphasOf(insideOf(ring)), sizePx);
    assert.deepEqual([corners.length, ends.length], [0, 0]);
  });
});

describe("corners of a style", () => {
  it("are known where nearly all drawings agree", () => {
    const sharp = [frame(28, 0), frame(20, 0), line("flat"), turned(line("flat"), 45), turned(line("flat"), 90)];
    assert.deepEqual(style(...sharp), { ends: "flat", joins: "sharp", isAllSharp: true, boxRadius: undefined });
    const round = [frame(28, 12), frame(20, 12), line("round"), turned(line("round"), 45), turned(line("round"), 90)];
    const found = style(...round);
    assert.equal(found?.ends, "round");
    assert.equal(found?.joins, "round");
    assert.ok(Math.abs(found.boxRadius! * sizePx - 12) < 0.9);
    assert.ok(Math.abs(found.radius! * sizePx - widthPx / 2) < 0.1);
    const joints = [frame(28, 4), frame(20, 4), line("round"), turned(line("round"), 45), turned(line("round"), 90)];
    const mixed = style(...sharp, ...joints);
    assert.deepEqual([mixed?.ends, mixed?.joins], [undefined, undefined]);
  });

  it("are part of what is known of its lines", () => {
    const shapes = [frame(28, 0), frame(22, 0), frame(34, 0), joined(line("flat", 30), line("flat", 60))];
    const drawings = shapes.map((shape) => ({ alphas: alphasOf(insideOf(shape)), sizePx }));
    assert.equal(linesOfStyle(drawings)?.corners?.joins, "sharp");
  });
});

describe("answers in the corners of a style", () => {
  const sharp = { ends: "flat", joins: "sharp", isAllSharp: true } as const;
  const round = { ends: "round", joins: "round", radius: 4 / sizePx, boxRadius: 12 / sizePx } as const;

  it("frames get sharp or round corners on both edges", () => {
    for (const [from, to, corners] of [
      [12, 0, sharp],
      [4, 0, sharp],
      [0, 12, round],
      [4, 12, round],
    ] as const) {
      const before = apart(insideOf(frame(28, from)), insideOf(frame(28, to)));
      const after = apart(redrawn(frame(28, from), corners), insideOf(frame(28, to)));
      assert.ok(after < 0.2 * before, `${from} → ${to}: ${before} → ${after}`);
    }
  });

  it("lines get flat or round ends that reach as far", () => {
    for (const degrees of [0, 30]) {
      const [flat, half] = [turned(line("flat"), degrees), turned(line("round"), degrees)];
      const before = apart(insideOf(flat), insideOf(half));
      assert.ok(apart(redrawn(half, sharp), insideOf(flat)) < 0.2 * before);
      assert.ok(apart(redrawn(flat, round), insideOf(half)) < 0.2 * before);
    }
  });

  it("what the style has already, and circles, are the same array", () => {
    for (const [shape, corners] of [
      [frame(28, 0), sharp],
      [line("flat"), sharp],
      [frame(28, 12), round],
      [line("round"), round],
      [ring, sharp],
      [ring, round],
    ] as const) {
      const inside = insideOf(shape);
      assert.equal(redrawCorners(inside, sizePx, corners, widthPx / sizePx), inside);
    }
  });

  it("a corner that other ink is near stays round", () => {
    // A dot on the diagonal where the corner would be.
    const dot: Inside = (x, y) => 2 - Math.hypot(x - 78.5, y - 78.5);
    const alone = redrawn(frame(28, 12), sharp);
    const beside = redrawn(joined(frame(28, 12), dot), sharp);
    const at = 74 * sizePx + 74;
    assert.ok(alone[at]! > 0.5);
    assert.ok(beside[at]! < -0.5);
  });

  it("an end at the border of the picture has room", () => {
    const moved = (ends: "round" | "flat"): Inside => {
      const shape = line(ends);
      return (x, y) => shape(x - 23, y);
    };
    assert.ok(apart(redrawn(moved("round"), sharp), insideOf(moved("flat"))) < 6);
  });

  it("a lone pixel just at the edge of ink has no corners", () => {
    const inside = insideOf((x, y) => (x === 8.5 && y === 8.5 ? 0 : Math.max(-1, frame(28, 12)(x, y))));
    const made = redrawCorners(inside, sizePx, sharp, widthPx / sizePx);
    assert.notEqual(made, inside, "the others are made sharp");
    assert.equal(made[8 * sizePx + 8], 0);
  });

  it("ends of lines that are broader than the style's stay", () => {
    const inside = insideOf(line("round"));
    assert.equal(redrawCorners(inside, sizePx, sharp, 5 / sizePx), inside);
  });
});
