/** Which sets' drawings are found sooner: of those that show things as others do, and of large ones. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { NameFits } from "../../server/retrieval/library/name-fits.ts";
import { setWeights } from "../../server/retrieval/library/set-weights.ts";

/** Names that all sets have, and drawings of one set that shows all of them worse, or has more names besides. */
const shared = 200;
const sets = ["a", "b", "c", "odd", "large"];
const own = 2000;

function weights(fitOfOdd: number) {
  const [entryNames, entrySets, fits]: [number[], number[], number[]] = [[], [], []];
  for (const [set, id] of sets.entries())
    for (let name = 0; name < (id === "large" ? shared + own : shared); name += 1) {
      entryNames.push(name);
      entrySets.push(set);
      fits.push(id === "odd" ? fitOfOdd : 20);
    }
  const content = {
    ...{ sets, names: Array.from({ length: shared + own }, (_, at) => `${at}`) },
    ...{ entryNames: Float32Array.from(entryNames), entrySets: Uint8Array.from(entrySets) },
  };
  return setWeights(content, new NameFits(Int8Array.from(fits)));
}

it("a set that shows what others have worse than they do is odd, and found last", () => {
  const found = weights(-20);
  assert.deepEqual(
    found.map(({ isOdd }) => isOdd),
    [false, false, false, true, false],
  );
  assert.ok(found.every(({ weight }, set) => sets[set] === "odd" || weight > found[3]!.weight + 2));
  assert.ok(!weights(18)[3]!.isOdd, "a little worse is not odd");
});

it("drawings of large sets are found sooner, but never so that a better name loses", () => {
  const found = weights(20);
  assert.ok(found[4]!.weight > found[0]!.weight && found[4]!.weight < found[0]!.weight + 2);
});
