/** Captions from the library that ships: those that the documents name as composed are, and words that nothing is found for are named. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { wordsOf } from "../../../server/inference/drawings/caption-words.ts";
import { inLibraryOrComposed } from "../../../server/inference/drawings/composed-finder.ts";
import { planFromCaption } from "../../../server/inference/plan-from-caption.ts";
import { Catalogue, packsHome } from "../../../server/packs/catalogue.ts";
import { loadPacks } from "../../../server/packs/load.ts";
import { ResolvedRequestSchema } from "../../../shared/contract/generations/generation-request.ts";

const shipped = Catalogue.open(packsHome()).then(async (catalogue) => {
  const { translations } = await loadPacks(catalogue, { threads: 1 }, ["styles", "icons"]);
  return translations.find(({ id }) => id === "restyle")!;
});

it("captions that the documents name are composed of the library's drawings", async () => {
  const restyle = await shipped;
  const captions = { ...restyle.captions!, library: restyle.captions!.library! };
  for (const [caption, how, ...icons] of [
    ["guitar with heart", "with", "guitar", "heart"],
    ["flame in a shield", "with", "shield", "flame"],
    ["cat and dog", "both", "cat", "dog"],
    ["add guitar", "with", "guitar", "plus"],
    ["order pending", "with", "bag", "clock"],
    ["credit card declined", "with", "card", "close"],
    ["no drones", "crossedOut", "drone"],
    ["no guitars", "crossedOut", "guitar"],
  ] as const) {
    const request = ResolvedRequestSchema.parse({ translation: "restyle", condition: { caption }, seed: 1 });
    const words = await wordsOf(captions, request);
    const wanted = { look: "lines", liveArea: undefined, fills: "none", licences: undefined } as const;
    const found = await (await inLibraryOrComposed(captions, restyle, words, wanted)).find(1);
    assert.match(found.key, new RegExp(`^${how}, `), caption);
    assert.equal(found.sources?.length, icons.length, caption);
    for (const [at, icon] of icons.entries()) assert.match(found.sources![at]!.icon, new RegExp(icon), caption);
  }
});

it("a plan of a caption says which of its words have no part in what its images start from", async () => {
  const restyle = await shipped;
  const unfound = async (caption: string) => {
    const condition = { caption, style: "lucide" };
    const request = ResolvedRequestSchema.parse({ translation: "restyle", condition, seed: 3, count: 4 });
    return (await planFromCaption(restyle, restyle.captions!, request, new Map())).unfoundWords;
  };
  assert.deepEqual(await unfound("a cat sleeping"), ["sleeping"]);
  assert.deepEqual(await unfound("savings goal"), [], "one of them has all");
  assert.deepEqual(await unfound("weak password"), [], "that is a badge");
});

it("a thing gets its usual colour in styles that have it, unless words or colours of the request say another", async () => {
  const restyle = await shipped;
  const given = async (caption: string, style: string, more: object = {}) => {
    const condition = { caption, style, ...more };
    const request = ResolvedRequestSchema.parse({ translation: "restyle", condition, seed: 1, count: 1 });
    return (await planFromCaption(restyle, restyle.captions!, request, new Map())).finishOf(0, 0).colour?.name;
  };
  assert.equal(await given("heart", "fluent-gradient"), "red");
  assert.equal(await given("Herz", "fluent-gradient"), "red");
  assert.equal(await given("blue heart", "fluent-gradient"), "blue");
  assert.equal(await given("heart", "fluent-gradient", { colours: ["#1e88e5"] }), "#1e88e5");
  assert.equal(await given("heart", "lucide"), undefined);
  assert.equal(await given("guitar with heart", "fluent-gradient"), undefined);
});

it("parts have colours of their own in every language that is read", async () => {
  const restyle = await shipped;
  const captions = { ...restyle.captions!, library: restyle.captions!.library! };
  for (const caption of [
    "bell with a red dot",
    "Glocke mit rotem Punkt",
    "cloche avec un point rouge",
    "campana con punto rojo",
    "sino com ponto vermelho",
    "赤い点のあるベル",
  ]) {
    const request = ResolvedRequestSchema.parse({ translation: "restyle", condition: { caption }, seed: 1 });
    const words = await wordsOf(captions, request);
    const wanted = { look: "lines", liveArea: undefined, fills: "none", licences: undefined } as const;
    const { parts } = await (await inLibraryOrComposed(captions, restyle, words, wanted)).find(1);
    assert.deepEqual(
      parts?.colours.map((colour) => colour?.name),
      [undefined, "red"],
      caption,
    );
  }
});
