/** Brands: none is among what captions find in the default packs, and sets are drawn without theirs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { draftOf, vocabularyOf } from "../../server/manifest/pack-draft.ts";
import { readTensorFile } from "../../server/platform/files/tensor-file.ts";
import { ICON_SETS, isDropped } from "../../server/pretrain/data/sets.mjs";
import { isBrand } from "../../server/pretrain/data/styles/licences.mts";
import { readLibraryFile } from "../../server/retrieval/library/drawing-library-file.ts";

const packs = join(import.meta.dirname, "../../server/packs/default");
const setOf = (name: string) => ICON_SETS.find((set) => set.name === name)!;

test("a set is drawn without its brands, with and without numbers and variants, and keeps things of the same name", () => {
  const all = new Set<string>();
  for (const name of ["facebook-1", "facebook-1-flat", "apple", "apple-flat", "windows"])
    assert.ok(isDropped(setOf("streamline-color"), name, all), name);
  for (const [set, name] of [
    ["streamline-sharp-color", "apple"],
    ["streamline-color", "app-window"],
    ["noto", "red-apple"],
  ] as const)
    assert.ok(!isDropped(setOf(set), name, all), name);
});

test("a name is a brand's as a word of it, behind what sets put before brands, or where sets of brands have it", () => {
  const known = new Set(["medium", "sketch", "bolt", "box"]);
  for (const name of ["yahoo-circle", "browser-chrome", "social-box", "sc-sketch", "bolt", "apple-intelligence"])
    assert.ok(isBrand(name, known), name);
  for (const name of ["box", "apple-core", "target", "chrome-close", "battery-medium", "green-apple"])
    assert.ok(!isBrand(name, known), name);
});

test("no drawing of the pack of icons is a brand's, and no label that has none left is offered", async () => {
  const draft = await draftOf(join(packs, "icons"));
  const { retrieval, furtherDrawings } = draft.translation;
  const { metadata, tensors, bytes } = await readTensorFile(join(packs, "icons", retrieval!));
  const [labels, styles] = ["labels", "styles"].map((name) => JSON.parse(metadata[name]!) as string[]);
  const drawn = (place: number, style: number): string => `${labels![place]}|${styles![style]}`;
  const further = await readTensorFile(join(packs, "icons", furtherDrawings!));
  const entries = [
    [tensors.get("labels")!, bytes.get("styles")!],
    [further.tensors.get("labels")!, further.bytes.get("styles")!],
  ].flatMap(([of, by]) => Array.from(of!, (label, at) => drawn(label, by![at]!)));
  for (const brand of ["red-apple|streamline-core", "red-apple|streamline-flex", "mobile-phone|streamline-core"])
    assert.ok(!entries.some((entry) => entry === brand || entry === `${brand}-flat`), brand);
  const shown = new Set(entries.map((entry) => entry.split("|")[0]));
  const withdrawn = vocabularyOf(draft, "label")!.filter(({ groups }) => groups?.length === 0);
  assert.ok(withdrawn.length > 40 && withdrawn.some(({ id }) => id === "facebook"));
  assert.deepEqual(
    withdrawn.filter(({ id }) => shown.has(id)),
    [],
  );
});

test("no name of the library of drawings is a brand's", async () => {
  const { names } = await readLibraryFile(join(packs, "styles/drawings/drawings.safetensors"), 384);
  assert.deepEqual(
    names.filter((name) => isBrand(name.replaceAll(" ", "-"), new Set())),
    [],
  );
});
