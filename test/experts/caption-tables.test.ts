/** The tables of words in other languages: the same lines in each, and words for all of them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { languageIds, linesOf } from "../../server/experts/words/everyday-words.ts";
import { readLanguage } from "../../server/experts/words/languages.ts";
import { hasOnlyChineseSigns } from "../../server/experts/words/writing.ts";

/** Endings and particles say "of" in these. */
const withoutOf = ["ja", "ko", "zh"];

for (const id of languageIds)
  describe(`the tables of ${id}`, () => {
    it("have the lines that German has, in the same order", () => {
      const english = (of: typeof id) => linesOf(of).map(([kind, lines]) => [kind, ...lines.map(([word]) => word)]);
      assert.deepEqual(english(id), english("de"));
    });

    it("have words on every line", () => {
      const empty = linesOf(id).flatMap(([, lines]) =>
        lines.filter(([, words]) => words.split(",").some((word) => word.trim() === "")).map(([word]) => word),
      );
      assert.deepEqual(empty, withoutOf.includes(id) ? ["of"] : []);
    });

    it("go before names of emoji, of which there are thousands", () => {
      const { meanings, everyday } = readLanguage(id);
      for (const [word, meaning] of everyday) assert.deepEqual(meanings.get(word), meaning, word);
      assert.ok(meanings.size > everyday.size + 3000);
    });
  });

it("no Japanese entry has a sign by which a caption is taken as Chinese", () => {
  assert.deepEqual([...readLanguage("ja").meanings.keys()].filter(hasOnlyChineseSigns), []);
});
