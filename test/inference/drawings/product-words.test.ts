/** What products call their features is read in words of which the library that ships has drawings. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { productWords } from "../../../server/experts/words/product-words.ts";
import { partsOf, textsOf } from "../../../server/inference/drawings/caption-parts.ts";
import { readWords } from "../../../server/inference/drawings/caption-words.ts";
import { Catalogue, packsHome } from "../../../server/packs/catalogue.ts";
import { loadPacks } from "../../../server/packs/load.ts";

const { translations } = await loadPacks(await Catalogue.open(packsHome()), { threads: 1 }, ["styles", "icons"]);
const captions = translations.find(({ id }) => id === "restyle")!.captions!;

it("each row's words are called so, or the words of each of their parts are", async () => {
  const lost: string[] = [];
  for (const row of productWords.trim().split("\n")) {
    const read = row.split(" | ")[1]!;
    const find = async (text: string, onlyCalledSo: boolean) => {
      const { vector, plain } = await readWords(captions, text);
      return captions.library!.find({ words: vector!, text: plain, cosineLeast: 0.65, onlyCalledSo });
    };
    const parts = partsOf(read);
    const found = await Promise.all(parts ? textsOf(parts).map((text) => find(text, true)) : [find(read, false)]);
    if (!found.every((choice) => choice?.saysAll)) lost.push(row);
  }
  assert.deepEqual(lost, []);
});
