/** How far names say the words of captions, beside their cosine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fitOf, likenessOfWords, said, saysNoMore } from "../../server/retrieval/library/name-words.ts";

const fit = (name: string, caption: string, cosine: number): number => fitOf(said(name), said(caption), cosine).match;
const alike = (name: string, caption: string): number => likenessOfWords(said(name), said(caption));

test("order, endings, small words and ways of saying no do not matter", () => {
  for (const [name, caption] of [
    ["user add", "add a user"],
    ["folder locked", "lock folders"],
    ["file deletion", "delete file"],
    ["wifi off", "no wifi"],
    ["bell slash", "bell without"],
    ["praying hand", "hands praying"],
  ] as const)
    assert.equal(alike(name, caption), 1, `${name}, ${caption}`);
  assert.equal(alike("cat", "sleeping cat"), 2 / 3);
  assert.equal(alike("dog", "cat"), 0);
  assert.equal(alike("dog", "❤"), 0);
});

test("a name with the same words fits, whatever its cosine; more words of a caption fit better", () => {
  assert.ok(fit("wifi off", "no wifi", 0.72) > fit("wifi", "no wifi", 0.79) + 0.1);
  assert.ok(fit("wifi off", "no wifi", 0.72) >= fit("wifi signal zero", "no wifi", 0.9));
  assert.ok(fit("head gear", "head with gears", 0.7) > fit("gears", "head with gears", 0.75));
  assert.equal(fit("house", "house", 1), 1);
});

test("a name that says the opposite fits less, and so does one that is off where the caption is not", () => {
  const [up, down] = ["chart bar up", "chart bar down"].map((name) => fit(name, "bar chart going up", 0.85));
  assert.ok(up! > down! + 0.15);
  assert.ok(fit("wheelchair", "wheelchair access", 0.8) > fit("no wheelchair access", "wheelchair access", 0.86));
  // What may mean off takes both.
  const muted = ["microphone off", "microphone"].map((name) => fit(name, "muted microphone", 0.8));
  assert.ok(Math.abs(muted[0]! - muted[1]!) < 0.03, JSON.stringify(muted));
});

test("numbers of a name count where the caption has some, since sets number variants of a drawing", () => {
  assert.equal(alike("wallet 04", "wallet"), 1);
  assert.equal(alike("dice 5", "dice 5"), 1);
  assert.equal(alike("dice 05", "dice 5"), 1);
  assert.ok(alike("dice 3", "dice 5") < 1);
  assert.ok(fit("3", "3", 1) > fit("4", "3", 0.9));
});

test("a part of a caption says no more than it", () => {
  const isPart = (name: string): boolean => saysNoMore(said(name), said("a cat sleeping on a sofa"));
  assert.ok(isPart("cat") && isPart("sleepy cat") === false && isPart("sleep cats"));
  assert.ok(!isPart("cat flap"));
});
