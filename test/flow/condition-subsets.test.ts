/** Subsets of conditions: every one that people request is drawn, at about its share, for any set of conditions. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type NamedCondition, subsetSampler } from "../../server/flow/condition-subsets.ts";
import { TrainingRandom } from "../../server/flow/random.ts";

const words = (...names: string[]): NamedCondition[] => names.map((name) => ({ name, kind: "words" }));
const pictures = (...names: string[]): NamedCondition[] => names.map((name) => ({ name, kind: "picture" }));
const all = [...words("caption", "style", "label"), ...pictures("sketch", "layout", "image-early", "lowResolution")];

/** Share of each drawn subset by the names that it gives. */
function shares(conditions: readonly NamedCondition[], draws = 20_000): Map<string, number> {
  const draw = subsetSampler(conditions);
  const random = new TrainingRandom(1, 0, "captions");
  const counts = new Map<string, number>();
  for (let index = 0; index < draws; index += 1) {
    const given = draw(random);
    const names = conditions.flatMap(({ name }, at) => (given[at] ? [name] : [])).join(" ");
    counts.set(names, (counts.get(names) ?? 0) + 1 / draws);
  }
  return counts;
}

const sumOf = (counts: ReadonlyMap<string, number>, fits: (names: readonly string[]) => boolean): number =>
  [...counts].reduce((sum, [names, share]) => (fits(names.split(" ").filter(Boolean)) ? sum + share : sum), 0);
const isPicture = (name: string): boolean => !["caption", "style", "label"].includes(name);
const near = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) < 0.015, `${value}, expected about ${expected}`);

describe("subsets of conditions", () => {
  const counts = shares(all);

  it("subsets of conditions give one picture, two, all of them, or words alone, at the shares of the scheme", () => {
    const drawn = (count: number): number => sumOf(counts, (names) => names.filter(isPicture).length === count);
    near(drawn(0), 0.47);
    near(drawn(1), 0.28);
    near(drawn(2), 0.15);
    near(drawn(4), 0.1);
    near(counts.get(all.map(({ name }) => name).join(" "))!, 0.1);
  });

  it("subsets of conditions give words alone mostly as caption, style and label, but each of them alone too, and sometimes nothing", () => {
    const alone = (names: string): number => counts.get(names) ?? 0;
    near(alone("caption style label"), 0.36 * 0.85 * 0.85 * 0.7);
    near(alone("caption style"), 0.36 * 0.85 * 0.85 * 0.3);
    assert.ok(alone("caption style") > alone("caption") && alone("caption style") > alone("style"));
    for (const names of ["caption", "style", "label", "style label", ""])
      assert.ok(alone(names) > 0.01, `${names}: ${alone(names)}`);
  });

  it("subsets of conditions give a sketch about twice as often as any other picture, each with and without caption", () => {
    for (const { name } of all.filter((condition) => condition.kind === "picture")) {
      // Five lots, two of them for the sketch; of the other lots, two are left when one of theirs came first.
      const [first, among] = name === "sketch" ? [2 / 5, 1 - (3 / 5) * (2 / 4)] : [1 / 5, (1 + (3 / 5) * (2 / 4)) / 3];
      near(
        sumOf(counts, (names) => names.includes(name)),
        0.28 * first + 0.15 * among + 0.1,
      );
      assert.ok((counts.get(name) ?? 0) > 0.005 && (counts.get(`caption ${name}`) ?? 0) > 0.005);
    }
  });

  it("subsets of conditions leave out one word in ten where there are no pictures", () => {
    const few = shares(words("caption", "style"));
    near(few.get("caption style")!, 0.81);
    near(few.get("caption")!, 0.09);
    near(few.get("style")!, 0.09);
    near(few.get("")!, 0.01);
  });

  it("subsets of conditions serve a set without words, and one of a single picture", () => {
    near(
      sumOf(shares(pictures("sketch")), (names) => names.includes("sketch")),
      0.53 / 0.94,
    );
  });

  it("subsets of conditions take the same number of random words whatever is drawn, so that rows do not depend on each other", () => {
    const draw = subsetSampler(all);
    const [random, reference] = [new TrainingRandom(3, 5, "captions"), new TrainingRandom(3, 5, "captions")];
    draw(random);
    for (let word = 0; word < 1 + 4 + all.length; word += 1) reference.uint32();
    assert.equal(random.uint32(), reference.uint32());
  });
});
