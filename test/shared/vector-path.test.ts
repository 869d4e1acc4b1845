import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Path, type Point, pathData, pathsOf, type Segment } from "../../shared/vectors/vector-path.ts";

const place: fc.Arbitrary<Point> = fc.tuple(
  fc.double({ min: -200, max: 900, noNaN: true }),
  fc.double({ min: -200, max: 900, noNaN: true }),
);
const segment: fc.Arbitrary<Segment> = fc.oneof(
  place.map((to) => ({ to })),
  fc.tuple(place, place, place).map(([one, two, to]) => ({ to, handles: [one, two] as const })),
);
const path: fc.Arbitrary<Path> = fc.record({
  start: place,
  segments: fc.array(segment, { minLength: 1, maxLength: 12 }),
});

test("path data that was written is read back, each point to within its last digit, however long the path", () => {
  fc.assert(
    fc.property(fc.array(path, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 3 }), (paths, digits) => {
      const read = pathsOf(pathData(paths, digits));
      assert.ok(read);
      assert.equal(read.length, paths.length);
      const within = 0.5 * 10 ** -digits + 1e-6;
      for (const [index, { start, segments }] of paths.entries()) {
        const own = read[index]!;
        assert.ok(near(own.start, start, within));
        const ends = segments.at(-1)!.to;
        assert.ok(near(own.segments.at(-1)?.to ?? own.start, ends, within), `${pathData(paths, digits)}`);
      }
    }),
    { seed: 3 },
  );
});

const near = (one: Point, two: Point, within: number): boolean =>
  Math.abs(one[0] - two[0]) <= within && Math.abs(one[1] - two[1]) <= within;

test("path data of other programs is not guessed at", () => {
  for (const data of ["M0 0L5 5z", "M0 0a5 5 0 0 1 5 5z", "m1 1l2 2z", "l2 2z", "M0 0q1 1 2 2z", "M0 0l1e5 2z"])
    assert.equal(pathsOf(data), undefined, data);
});
