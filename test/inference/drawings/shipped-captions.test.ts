/** The captions that the documents name as composed are, from the library that ships. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { wordsOf } from "../../../server/inference/drawings/caption-words.ts";
import { inLibraryOrComposed } from "../../../server/inference/drawings/composed-finder.ts";
import { Catalogue, packsHome } from "../../../server/packs/catalogue.ts";
import { loadPacks } from "../../../server/packs/load.ts";
import { ResolvedRequestSchema } from "../../../shared/contract/generations/generation-request.ts";

it("captions that the documents name are composed of the library's drawings", async () => {
  const { translations } = await loadPacks(await Catalogue.open(packsHome()), { threads: 1 }, ["styles", "icons"]);
  const restyle = translations.find(({ id }) => id === "restyle")!;
  const captions = { ...restyle.captions!, library: restyle.captions!.library! };
  for (const [caption, how, ...icons] of [
    ["guitar with heart", "with", "guitar", "heart"],
    ["flame in a shield", "with", "shield", "flame"],
    ["cat and dog", "both", "cat", "dog"],
    ["add guitar", "with", "guitar", "plus"],
    ["order pending", "with", "order", "clock"],
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
