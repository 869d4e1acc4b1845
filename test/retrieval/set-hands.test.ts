/** How much sooner drawings are found for the sake of their sets: of the style's own, and of those that a family starts from. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { handsOf } from "../../server/retrieval/library/set-hands.ts";

const sets = ["own", "hand", "other", "sharp"];
const found = sets.map((_, entry) => ({ entry, cosine: 1, match: 0.98 }));
const hand = { sets: new Set(["hand"]), like: "own" };

function weights(asked: object, { fits = 1, looks = [0, 1, 2, 3], first = 0 } = {}): number[] {
  const named = found.slice(first);
  const handOf = handsOf(named, asked, {
    setOf: (entry) => sets[entry]!,
    hasLook: (entry) => looks.includes(entry),
    nameFitOf: (entry) => (entry === 0 ? fits : 0),
    weightOf: () => ({ weight: 0, isOdd: false }),
    differ: (_, other) => Number(other === "sharp"),
  });
  return named.map((one) => handOf(one).weight);
}

it("what the style's own designers drew comes first, unless it shows its name badly and no family asks for it", () => {
  const ownSets = new Set(["own"]);
  const [good] = weights({ ownSets });
  const [bad] = weights({ ownSets }, { fits: -1 });
  assert.ok(bad! > 0 && bad! < good!);
  assert.deepEqual(weights({ ownSets, hand }, { fits: -1 }), [good, 0, 0, 0], "a family keeps to the style's own set");
});

it("of a caption that the style's own set lacks, a family's sets come first, and sets that look unlike it last", () => {
  const [ofHand, other, sharp] = weights({ ownSets: new Set(["own"]), hand }, { first: 1 });
  assert.ok(ofHand! > other! && other! > sharp!);
  assert.deepEqual(weights({ ownSets: new Set(["own"]) }, { first: 1 }), [0, 0, 0]);
});

it("a drawing that lacks the look that is wanted is not found sooner where another has it", () => {
  assert.equal(weights({ hand }, { first: 1, looks: [2] })[0], 0);
  assert.ok(weights({ hand }, { first: 1, looks: [] })[0]! > 0, "where none has it all may be filled");
});
