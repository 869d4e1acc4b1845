/** Which sets a family starts from: few that have most of its things, alike in look, and none that draws a thing much worse. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { handMargin, setsOfOneHand } from "../../server/retrieval/library/one-hand.ts";

const things = (...losses: Array<Readonly<Record<string, number>>>) =>
  losses.map((one) => new Map(Object.entries(one)));

it("one set that draws all things nearly as well as the best comes before the best of each", () => {
  const each = things({ a: 0, all: 1 }, { b: 0, all: 0.5 }, { c: 0, all: 1 });
  assert.deepEqual(setsOfOneHand(each), ["all"]);
  const far = things({ a: 0, all: handMargin }, { b: 0, all: handMargin }, { c: 0, all: handMargin + 1 });
  assert.deepEqual(setsOfOneHand(far), [], "drawings that fit much worse save nothing");
});

it("a second set comes for several things that the first lacks, never for one", () => {
  const most = Array.from({ length: 4 }, () => ({ first: 0.5 }));
  assert.deepEqual(setsOfOneHand(things(...most, { second: 0 })), ["first"]);
  assert.deepEqual(setsOfOneHand(things(...most, { second: 0 }, { second: 0 })), ["first", "second"]);
});

it("the set that was best alone goes where others together need fewer", () => {
  const each = things(
    ...[0, 1].map(() => ({ left: 0 })),
    ...[0, 1].map(() => ({ left: 0, middle: 0 })),
    ...[0, 1].map(() => ({ right: 0, middle: 0 })),
    ...[0, 1].map(() => ({ right: 0 })),
  );
  assert.deepEqual(setsOfOneHand(each).slice(0, 2).sort(), ["left", "right"]);
});

it("of sets that fit as well, the one comes that looks like the style's own set, or like the first", () => {
  const differ = (one: string, other: string): number => (one === other || [one, other].includes("round") ? 0 : 1);
  const two = [
    { sharp: 0, round: 0.5 },
    { sharp: 0, round: 0.5 },
  ] as const;
  assert.deepEqual(setsOfOneHand(things(...two), { differ }), ["sharp"]);
  assert.deepEqual(setsOfOneHand(things(...two), { differ, like: "own" }), ["round"]);
  const most = Array.from({ length: 4 }, () => ({ main: 0 }));
  assert.deepEqual(setsOfOneHand(things(...most, ...two, two[0]), { differ }), ["main", "round"]);
});

it("the order of the sets in which drawings were found is of no account", () => {
  const each = things({ a: 0, b: 0 }, { b: 0, a: 0 }, { a: 1, b: 1 });
  assert.deepEqual(setsOfOneHand(each), setsOfOneHand([...each].reverse()));
});
