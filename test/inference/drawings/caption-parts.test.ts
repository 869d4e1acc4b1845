/** Captions of two things and of what is off. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { partsOf } from "../../../server/inference/drawings/caption-parts.ts";

it("captions of two things are read as both, without their articles", () => {
  for (const [caption, how, first, second] of [
    ["Mountain with a flag", "with", "mountain", "flag"],
    ["shopping cart with plus", "with", "shopping cart", "plus"],
    ["a cat and a dog", "both", "cat", "dog"],
    ["cat & dog", "both", "cat", "dog"],
    ["heart in a circle", "with", "circle", "heart"],
    ["star in circle", "with", "circle", "star"],
    ["bird on a branch", "with", "branch", "bird"],
    ["flag on top of a mountain", "with", "mountain", "flag"],
  ] as const)
    assert.deepEqual(
      partsOf(caption),
      {
        how,
        first,
        second,
        together: how === "with" && !/with/.test(caption) ? `${second} ${first}` : `${first} ${second}`,
        ...(how === "with" && !/with/.test(caption) && { isHeld: true }),
      },
      caption,
    );
});

it("what is said of a thing is a badge", () => {
  for (const [caption, first, second] of [
    ["add guitar", "guitar", "plus"],
    ["add a guitar", "guitar", "plus"],
    ["order pending", "order", "clock"],
    ["credit card declined", "credit card", "close"],
    ["drone settings", "drone", "gear"],
    ["download my brain", "brain", "arrow down"],
    ["Add-guitar!", "guitar", "plus"],
    ["new messages", "messages", "plus"],
    ["new person", "person", "plus"],
    ["store config", "store", "gear"],
  ] as const)
    assert.deepEqual(partsOf(caption), { how: "with", first, second }, caption);
});

it("what interfaces do with a thing is a badge, of the things that they do it with", () => {
  for (const [caption, first, second] of [
    ["change email", "email", "pencil"],
    ["password change", "password", "pencil"],
    ["view invoices", "invoices", "eye"],
    ["report a user", "user", "flag"],
    ["leave group", "group", "log out"],
    ["call driver", "steering wheel", "phone"],
    ["update driver", "driver", "refresh"],
    ["driver update", "driver", "refresh"],
    ["my tax document", "document", "tax"],
  ] as const)
    assert.deepEqual(partsOf(caption), { how: "with", first, second }, caption);
  for (const caption of [
    "call center",
    "report card",
    "start page",
    "view point",
    "climate change",
    "save config",
    "client rate",
  ])
    assert.equal(partsOf(caption), undefined, caption);
});

it("what something is sorted by, and what a paper is about, is beside it", () => {
  for (const [caption, first, second] of [
    ["filter by date", "filter", "date"],
    ["sort by price", "sort", "dollar sign"],
    ["tax document", "document", "tax"],
  ] as const)
    assert.deepEqual(partsOf(caption), { how: "with", first, second }, caption);
});

it("captions that say that something is off are read as that thing", () => {
  for (const [caption, first] of [
    ["no drones", "drones"],
    ["No  mobile phones", "mobile phones"],
    ["without sugar", "sugar"],
    ["phone not allowed", "phone"],
    ["drones are forbidden", "drones"],
  ] as const)
    assert.deepEqual(partsOf(caption), { how: "crossedOut", first }, caption);
});

it("other captions say one thing", () => {
  for (const caption of [
    ...[
      "house",
      "add",
      "settings",
      "add this",
      "sign in",
      "log in form",
      "power on",
      "chat with us",
      "no more",
      "with",
      "and",
      "no",
      "",
    ],
    ...[
      "coffee with milk and sugar",
      "cat, dog and bird",
      "and so on",
      "a man with a very old and rusty bicycle",
      "R&D",
    ],
  ])
    assert.equal(partsOf(caption), undefined, caption);
});
