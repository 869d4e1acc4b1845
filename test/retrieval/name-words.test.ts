/** How far names say the words of captions, beside their cosine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fitOf, likenessOfWords, said, saysNoMore, unsaidWords } from "../../server/retrieval/library/name-words.ts";

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
  assert.ok(fit("head gears", "gears with head", 0.7) > fit("gears", "gears with head", 0.75));
  assert.equal(fit("house", "house", 1), 1);
});

test("a constructor is a word like any other, though all objects of JavaScript have one", () => {
  assert.equal(alike("constructor", "constructors"), 1);
  assert.deepEqual(unsaidWords("red constructor", ["red"]), ["constructor"]);
});

test("other endings may be other things, and small words mean something beside one or two others", () => {
  assert.ok(fit("glass", "glass", 1) > fit("glasses", "glass", 0.85) + 0.1);
  assert.ok(fit("training", "training", 1) > fit("train", "training", 0.7) + 0.2);
  assert.ok(fit("check in", "check in", 1) > fit("check", "check in", 0.75) + 0.2);
  assert.ok(fit("woman and man", "men and women", 0.85) >= 0.97);
  assert.equal(alike("bird cage", "bird in a cage"), 1);
});

test("what may say that a thing is off takes names that do not", () => {
  for (const [name, caption] of [
    ["day", "day off"],
    ["person", "disabled person"],
  ] as const)
    assert.ok(fit(name, caption, 0.8) > 0.75, caption);
  assert.ok(fit("wifi", "no wifi", 0.8) < 0.7);
  assert.ok(fit("disabled", "off", 0.6) < 0.7 && fit("off", "off", 1) === 1);
});

test("what says otherwise that a thing is not there says all that no does, and is no such thing", () => {
  const of = (name: string, caption: string) => fitOf(said(name), said(caption), 0.8);
  assert.equal(of("gluten free", "no gluten").saysAll, true);
  assert.equal(of("volume mute", "no volume").isContrary, false);
  assert.equal(of("free parking", "no parking").saysAll, false);
  assert.equal(of("gluten free", "gluten").isCalledSo, false);
  for (const [name, caption, cosine, isCalledSo] of [
    ["drones", "drone", 0.75, true],
    ["delivery drone", "drone", 0.77, true],
    ["delivery drone", "drones", 0.68, true],
    ["art gallery", "art", 0.72, false],
    ["shipment tracking", "shipment", 0.9, true],
    ["far delivery drone", "drone", 0.77, false],
  ] as const)
    assert.equal(fitOf(said(name), said(caption), cosine).isCalledSo, isCalledSo, name);
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

test("words that no name says are those of neither, in any form; small words, numbers and a no are none", () => {
  assert.deepEqual(unsaidWords("a cat sleeping on the sofa", ["cats"]), ["sleeping", "sofa"]);
  assert.deepEqual(unsaidWords("sleeping cats", ["cat sleep"]), []);
  assert.deepEqual(unsaidWords("Children at 3 houses", ["child", "house 2"]), []);
  assert.deepEqual(unsaidWords("no savings goal", ["savings"]), ["goal"]);
});

test("names of several words may say it in words of the same meaning, after those with the same words", () => {
  for (const [name, caption] of [
    ["file remove", "delete document"],
    ["user check", "verified person"],
    ["message plus", "new message"],
    ["cart plus", "add to cart"],
  ] as const) {
    const { match, saysAll } = fitOf(said(name), said(caption), 0.6);
    assert.ok(match >= 0.94 && match < 0.97 && saysAll, `${name}, ${caption}`);
  }
  assert.ok(fit("file delete", "delete file", 0.6) > fit("file remove", "delete file", 0.6));
});

test("a picture is a thing, unless it is of one", () => {
  const says = (name: string, caption: string) => fitOf(said(name), said(caption), 0.7).saysAll;
  assert.equal(says("delete", "delete picture"), false);
  assert.equal(says("image remove", "delete picture"), true);
  assert.equal(says("dog", "picture of a dog"), true);
  assert.equal(says("dog", "photo of a dog"), true);
});

test("other words of the same meaning count for no single word, no other number and no opposite", () => {
  for (const [name, caption] of [
    ["store", "shop"],
    ["remove", "delete"],
    ["user plus 2", "add 3 users"],
    ["file add", "delete file"],
    ["sound off", "volume on"],
    ["book cancel", "cancel booking"],
    ["moon plus", "new moon"],
    ["gear tea", "tea set"],
    ["file plus", "news document"],
    ["alarm settings", "set alarm"],
  ] as const)
    assert.ok(fit(name, caption, 0.6) < 0.7, `${name}, ${caption}`);
  assert.equal(fitOf(said("store"), said("shop"), 0.6).saysAll, false);
});

test("a word is said by a name in another of the same meaning, where there are others beside it", () => {
  assert.deepEqual(unsaidWords("delete file", ["document remove"]), []);
  assert.deepEqual(unsaidWords("delete old file", ["document remove"]), ["old"]);
  assert.deepEqual(unsaidWords("shop", ["store"]), ["shop"]);
});

test("single words are said by names of several, and two words of one meaning by no other name", () => {
  const of = (name: string, caption: string) => fitOf(said(name), said(caption), 0.7);
  for (const [name, caption] of [
    ["tree house", "house"],
    ["trash can", "trash"],
    ["phone call", "phone call"],
  ] as const)
    assert.equal(of(name, caption).saysAll, true, name);
  for (const [name, caption] of [
    ["phone book", "phone call"],
    ["document zip", "document file"],
    ["user plus", "user profile"],
  ] as const)
    assert.equal(of(name, caption).saysAll, false, name);
});
