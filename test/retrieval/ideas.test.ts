/** Which drawings are ideas for a caption: how near their names are, and how like the requested style they are drawn. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { weighIdeas } from "../../server/retrieval/ideas.ts";

const idea = (at: number, cosine: number, affinity: number) => ({ at, cosine, affinity });
const idsOf = (...found: ReturnType<typeof idea>[]): number[] => weighIdeas(found, 0.3).map(({ at }) => at);

test("a style that fits well makes no other thing an idea where the thing itself is drawn in far styles alone", () => {
  const banana = [idea(1, 1, 1), idea(2, 1, 0.9)];
  // Drawn in the family of the requested style, with names as far as "strawberry" and "bomb".
  assert.deepEqual(idsOf(...banana, idea(3, 0.59, 9.5), idea(4, 0.45, 7)), [1, 2]);
});

test("other names of the thing are ideas in the requested style's family, before the thing itself in far styles", () => {
  // "home" for a house.
  assert.deepEqual(idsOf(idea(1, 1, 1), idea(2, 0.78, 9.5), idea(3, 0.78, 4.9)), [2, 3]);
});

test("where ideas are few, the thing itself is one in styles that fit less, and another thing in such a style is none", () => {
  // A ship in three interface styles, of which one is far, and a boat.
  assert.deepEqual(idsOf(idea(1, 1, 6.4), idea(2, 1, 2.9), idea(3, 1, 2.4), idea(4, 0.8, 2.9)), [1, 2]);
  const enough = [idea(1, 1, 6.4), idea(2, 1, 5), idea(3, 1, 4.5), idea(4, 1, 4)];
  assert.deepEqual(idsOf(...enough, idea(5, 1, 2.9)), [1, 2, 3, 4]);
});

test("where no name is near, the nearest ones are ideas as before", () => {
  // "cat" for the face of a cat.
  assert.deepEqual(idsOf(idea(1, 0.75, 9.5), idea(2, 0.72, 4.5), idea(3, 0.3, 9.5)), [1, 2]);
});

test("no drawing of another thing weighs more than the best of near names, whatever the styles are", () => {
  const hundredths = (max: number) => fc.integer({ min: 0, max: 100 * max }).map((value) => value / 100);
  const found = fc.array(fc.tuple(hundredths(1), hundredths(12)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(found, (pairs) => {
      const all = pairs.map(([cosine, affinity], at) => idea(at, cosine, affinity));
      const nearest = Math.max(...all.map(({ cosine }) => cosine));
      const best = weighIdeas(all, 1)[0]!;
      assert.equal(best.logWeight, 0);
      assert.ok(all[best.at]!.cosine >= nearest - 0.4, "the best is of a near name");
    }),
    { seed: 23, numRuns: 500 },
  );
});
