/** Titles of sets of drawings: no two that ship look alike, also as short as below the pictures of the plugin. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTitles } from "../../server/packs/set-titles.ts";
import { distinctTitles } from "../../server/pretrain/data/distinct-titles.ts";
import { shortTitle } from "../../shared/contract/generations/attribution.ts";

test("titles that differ by no more than the word Icons get the ids of their sets, the others stay", () => {
  assert.deepEqual(
    distinctTitles({ a: "Mono Icons", b: "Mono Icons", fe: "Feather Icon", ff: "feather", l: "Lucide" }),
    {
      a: "Mono Icons (a)",
      b: "Mono Icons (b)",
      fe: "Feather Icon (fe)",
      ff: "feather (ff)",
      l: "Lucide",
    },
  );
});

test("below its picture a title has what tells it apart on a line of its own", () => {
  assert.deepEqual(["Feather Icon (fe)", "Noto Emoji (v1)", "Akar Icons", "Lucide"].map(shortTitle), [
    "Feather\n(fe)",
    "Noto Emoji\n(v1)",
    "Akar",
    "Lucide",
  ]);
});

test("no two sets that ship have one title", () => {
  const titles = Object.values(setTitles).map((title) => shortTitle(title).toLowerCase());
  assert.deepEqual(
    titles.filter((title, at) => titles.indexOf(title) !== at),
    [],
  );
});
