/** Lines that are whole: what counts as an end, what a drawing may differ in, and what is broken. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isWhole, lineFactsOf } from "../../server/evaluation/metrics/whole-lines.ts";

const sizePx = 96;
/** Of lines, in pixels. */
const widthPx = 8;

/** How far a place lies inside of ink. */
type Inside = (x: number, y: number) => number;

/** The middle of a pixel is at (48, 48). */
const factsOf = (inside: Inside) =>
  lineFactsOf(
    Float32Array.from({ length: 4 * sizePx ** 2 }, (_, at) => {
      const pixel = at % sizePx ** 2;
      return Math.min(1, Math.max(0, 0.5 + inside(pixel % sizePx, Math.floor(pixel / sizePx))));
    }),
    sizePx,
  );
const isSame = (one: Inside, other: Inside): boolean => {
  const [first, second] = [factsOf(one), factsOf(other)];
  const is = isWhole(first, second);
  assert.equal(is, isWhole(second, first), "either way round");
  return is;
};

const without =
  (shape: Inside, gap: Inside): Inside =>
  (x, y) =>
    Math.min(shape(x, y), -gap(x, y));
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
/** A line from (x0, y0) to (x1, y1), with half a disc beyond either or cut off there. */
const line =
  (x0: number, y0: number, x1: number, y1: number, ends: "round" | "flat" = "round", thick = widthPx): Inside =>
  (x, y) => {
    const length = Math.hypot(x1 - x0, y1 - y0);
    const [u, v] = [(x1 - x0) / length, (y1 - y0) / length];
    const along = u * (x - x0) + v * (y - y0);
    const across = Math.abs(u * (y - y0) - v * (x - x0));
    const past = Math.max(-along, along - length);
    if (ends === "round") return thick / 2 - Math.hypot(Math.max(0, past), across);
    return Math.min(thick / 2 - across, thick / 2 - past);
  };
const dot =
  (x0: number, y0: number, radius: number): Inside =>
  (x, y) =>
    radius - Math.hypot(x - x0, y - y0);
const ring: Inside = (x, y) => widthPx / 2 - Math.abs(Math.hypot(x - 48, y - 48) - 24);
const rhombus =
  (halfWidth: number, halfHeight: number, reach = 0): Inside =>
  (x, y) => {
    const share = Math.abs(x - 48) / halfWidth + Math.abs(y - 48) / halfHeight - 1;
    return reach - (share * halfWidth * halfHeight) / Math.hypot(halfWidth, halfHeight);
  };
/** A frame whose left and right corners are acute. */
const kite: Inside = without(rhombus(40, 17, widthPx / 2), rhombus(40, 17, -widthPx / 2));
/** The same with round corners. */
const roundKite: Inside = joined(line(8, 48, 48, 31), line(48, 31, 88, 48), line(88, 48, 48, 65), line(48, 65, 8, 48));
const moved =
  (shape: Inside, px: number): Inside =>
  (x, y) =>
    shape(x, y) + px;
/** A gap across a line through the middle. */
const gap =
  (px: number): Inside =>
  (x) =>
    px / 2 - Math.abs(x - 48);
const angles = [0, 10, 22, 30, 45, 67, 90];
const drawings: Readonly<Record<string, Inside>> = {
  ring,
  kite,
  cross: joined(line(20, 48, 76, 48), line(48, 20, 48, 76)),
  "a ring and dots": joined(ring, dot(48, 48, 3), dot(60, 48, 3)),
  "a fork": joined(line(20, 48, 48, 48), line(48, 48, 70, 30), line(48, 48, 70, 66)),
};

describe("ends of lines", () => {
  it("a line has two, round or flat, however it lies", () => {
    for (const degrees of angles)
      for (const ends of ["round", "flat"] as const) {
        const { pieces, holes, ends: found, widthPx: width } = factsOf(turned(line(20, 48, 76, 48, ends), degrees));
        assert.deepEqual([pieces.sure, holes.sure, found.sure.length], [1, 1, 2], `${ends} ${degrees}°`);
        if (degrees === 0) assert.ok(Math.abs(width - widthPx) < 2.5, `${width}`);
      }
  });

  it("rings, dots and corners have none, however sharp they are", () => {
    for (const degrees of angles)
      for (const [name, shape] of Object.entries({ ring, kite, dot: dot(48, 48, 5), roundKite }))
        assert.equal(factsOf(turned(shape, degrees)).ends.sure.length, 0, `${name} ${degrees}°`);
  });

  it("a short line that sticks out of another has one", () => {
    for (const degrees of angles)
      for (const ends of ["round", "flat"] as const) {
        const found = factsOf(turned(joined(line(20, 48, 76, 48), line(48, 48, 48, 62, ends)), degrees)).ends.sure;
        assert.equal(found.length, 3, `${ends} ${degrees}°`);
      }
  });
});

describe("lines that are whole", () => {
  it("a drawing a little bolder, thinner, or half a pixel aside is", () => {
    for (const degrees of angles)
      for (const [name, drawn] of Object.entries(drawings)) {
        const truth = turned(drawn, degrees);
        for (const px of [-1, -0.5, 0.5, 1]) assert.ok(isSame(moved(truth, px), truth), `${name} ${degrees}° ${px} px`);
        assert.ok(
          isSame((x, y) => truth(x + 0.5, y + 0.3), truth),
          `${name} ${degrees}° aside`,
        );
      }
  });

  it("a drawing with rounder corners and ends is", () => {
    for (const degrees of angles) {
      assert.ok(isSame(turned(roundKite, degrees), turned(kite, degrees)), `${degrees}°`);
      for (const [x, y] of [
        [76, 48],
        [70, 30],
      ] as const)
        assert.ok(
          isSame(turned(line(20, 48, x, y, "flat"), degrees), turned(line(20, 48, x, y), degrees)),
          `to ${x}, ${y} ${degrees}°`,
        );
    }
  });

  it("a drawing that touches the border where another nearly does is", () => {
    const across = (reach: number): Inside => without(dot(48, 48, reach), dot(48, 48, reach - widthPx));
    assert.equal(factsOf(across(49)).holes.sure, 2);
    assert.ok(isSame(across(46), across(49)));
  });

  it("a line with a gap of a pixel is not, however it lies", () => {
    for (const degrees of angles) {
      const broken = [without(line(20, 48, 76, 48), gap(1)), without(ring, (x, y) => (y < 48 ? gap(1)(x, y) : -9))];
      const whole = [line(20, 48, 76, 48), ring];
      for (const [at, shape] of broken.entries())
        assert.ok(!isSame(turned(shape, degrees), turned(whole[at]!, degrees)), `${at} ${degrees}°`);
    }
  });

  it("a lost dot, a filled hole, a shorter line, and lines run together are not", () => {
    const dots = joined(ring, dot(48, 48, 3));
    assert.ok(!isSame(dots, ring));
    assert.ok(!isSame(without(dot(48, 48, 12), dot(48, 48, 2.5)), dot(48, 48, 12)));
    assert.ok(!isSame(line(20, 48, 66, 48), line(20, 48, 76, 48)));
    const two = joined(line(20, 40, 76, 40), line(20, 56, 76, 56));
    assert.ok(!isSame(joined(two, line(48, 40, 48, 56, "flat", 2)), two));
  });

  it("a stump that is gone is not, and neither is a line that broke where two others ran together", () => {
    const stem = line(20, 48, 76, 48);
    assert.ok(!isSame(stem, joined(stem, line(48, 48, 48, 66))));
    const [one, other] = [line(14, 30, 82, 30), line(14, 66, 82, 66)];
    const swapped = joined(without(one, gap(3)), other, line(24, 30, 24, 66));
    assert.ok(!isSame(swapped, joined(one, other)));
  });
});
