/** The table of commands against what is made from it: docs, texts and views. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { isAvailable, translationOfCommand } from "../../plugin/ui/client/translations.ts";
import { languages } from "../../plugin/ui/i18n/texts.ts";
import { commandTable } from "../../shared/commands.ts";
import { testMeta } from "./contract/contract-server.ts";

test("the docs have a row for every command, with its selection and result", async () => {
  const docs = await readFile(path.resolve(import.meta.dirname, "../../docs/plugin.md"), "utf8");
  for (const { menu, parameters = [] } of commandTable) {
    const row = docs.split("\n").find((line) => line.startsWith(`| ${menu} | `));
    const cells = row?.split("|").map((cell) => cell.trim()) ?? [];
    assert.ok(cells.length === 7 && cells.slice(1, 6).every((cell) => cell !== ""), menu);
    const requested = parameters.map(({ name, optional }) => (optional ? `${name}?` : name)).join(", ");
    assert.equal(cells[5], requested === "" ? "–" : requested, menu);
  }
});

test("every command has a name in every language", () => {
  for (const { commands } of Object.values(languages))
    assert.deepEqual(Object.keys(commands).sort(), commandTable.map(({ id }) => id).sort());
});

test("a command is on offer exactly where a pack reads what it needs", () => {
  const [pack] = testMeta.packs;
  const [translation] = pack!.translations;
  const meta = (change: object, upscaler?: object) =>
    ({ ...testMeta, packs: [{ ...pack, upscaler, translations: [{ ...translation, ...change }] }] }) as typeof testMeta;
  const offered = (given: typeof testMeta) =>
    commandTable.filter(({ id, needs }) => needs.length > 0 && isAvailable(given, id)).map(({ id }) => id);
  assert.deepEqual(offered(testMeta), ["caption-to-artboard", "restyle", "blend", "family", "learn"]);
  assert.deepEqual(offered(meta({ isInvertible: false })), ["caption-to-artboard", "family", "learn"]);
  assert.deepEqual(offered(meta({ conditions: ["caption", "label"], labels: [] })), [
    "caption-to-artboard",
    "blend",
    "family",
    "learn",
  ]);
  const labels = [{ id: "anchor", label: "Anchor" }];
  const all = meta(
    { conditions: ["caption", "label", "style", "sketch", "layout", "image", "drawing"], labels },
    { id: "u", label: "U", scales: [2, 4] },
  );
  assert.equal(offered(all).length, commandTable.filter(({ needs }) => needs.length > 0).length);
  assert.equal(translationOfCommand(undefined, "sketch"), undefined);
});
