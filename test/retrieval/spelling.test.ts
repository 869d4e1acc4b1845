/** Slips in captions, mended by the words that drawings are called by. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Spelling } from "../../server/retrieval/library/spelling.ts";

const counts = {
  umbrella: 90,
  restaurant: 30,
  settings: 400,
  hammer: 60,
  hamster: 2,
  "shopping cart": 300,
  calendar: 200,
  calender: 2,
  bike: 70,
  bicycle: 50,
  gate: 80,
  wolf: 9,
  cat: 40,
};
const spelling = new Spelling(Object.keys(counts), Int32Array.from(Object.values(counts)));
const ofEncoder = new Set(["a", "for", "the", "interview", "night", "bite", "red"]);
const correct = (caption: string): string => spelling.correct(caption, (word) => ofEncoder.has(word));

test("a word that nobody knows becomes the one that names have, and the rest of the caption stays as it is", () => {
  for (const [caption, expected] of [
    ["umbrela", "umbrella"],
    ["A red Umbrela, for the night", "A red umbrella, for the night"],
    ["shoping cart", "shopping cart"],
    ["bycicle", "bicycle"],
    ["restaraunt", "restaurant"],
    ["settigns", "settings"],
  ] as const)
    assert.equal(correct(caption), expected);
});

test("words that names or the encoder have stay, and so do those that begin otherwise, are short, or are far from all", () => {
  for (const caption of [
    "bike",
    "bite",
    "interview",
    "zalendar",
    "kat",
    "cay",
    "wolverine",
    "1000",
    "hamster",
    "gato",
    "calender",
  ])
    assert.equal(correct(caption), caption);
});

test("a caption most of whose words are unknown is of another language", () => {
  assert.equal(correct("gato durmiendo"), "gato durmiendo");
});

test("of a few words, as of colours, shorter words may be slips", () => {
  const among = ["black", "yellow", "green"];
  const mended = (caption: string): string => spelling.correct(caption, (word) => ofEncoder.has(word), among);
  assert.deepEqual(["blak cat", "yelow bike", "gren gate", "umbrela"].map(mended), [
    "black cat",
    "yellow bike",
    "green gate",
    "umbrela",
  ]);
});
