/** What the form's style means to a command that can't draw in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { redrawnStyles } from "../../../../plugin/ui/client/style-choice.ts";
import {
  choiceFor,
  firstStyle,
  isAvailable,
  stylesFor,
  translationFor,
} from "../../../../plugin/ui/client/translations.ts";
import { defaultForm, readForm } from "../../../../plugin/ui/state/form.ts";
import type { Meta } from "../../../../shared/contract/meta.ts";
import { testMeta } from "../../contract/contract-server.ts";

const [pack] = testMeta.packs;
const [captions] = pack!.translations;
const meta: Meta = {
  ...testMeta,
  packs: [
    {
      ...pack!,
      translations: [
        { ...captions!, conditions: ["caption", "style", "sketch"], defaultStyle: "outline" },
        { ...captions!, id: "mine", styles: [] },
        { ...captions!, id: "restyle", conditions: ["caption", "style", "drawing"], styles: [], styleImagesMax: 16 },
      ],
    },
  ],
};

const withSets: Meta = {
  ...meta,
  packs: meta.packs.map((one) => ({
    ...one,
    translations: one.translations.map((translation) =>
      translation.id === "restyle" ? { ...translation, styles: [{ id: "tabler", label: "Tabler" }] } : translation,
    ),
  })),
};

test("a command that can't draw in the chosen style takes the last one that it can, else the pack's own choice", () => {
  for (const style of ["#file", "~restyle/flat", "@mine"]) {
    assert.equal(choiceFor(meta, "caption-to-artboard", { style }), style);
    assert.equal(choiceFor(meta, "sketch", { style, recentStyles: [style, "emoji", "flat"] }), "emoji");
    assert.equal(choiceFor(meta, "sketch", { style, recentStyles: [style] }), "outline");
  }
  assert.equal(choiceFor(meta, "sketch", { style: "" }), "", "any style, if that was chosen");
  assert.equal(choiceFor(testMeta, "sketch", { style: "#file" }), "", "a pack that suggests none");
  assert.equal(translationFor(meta, "sketch", choiceFor(meta, "sketch", { style: "@mine" })).translation.id, "caption");
});

test("icons keep their shapes when nobody chose a style: restyle begins with an icon set, and takes what was chosen", () => {
  assert.equal(choiceFor(withSets, "restyle", { style: "outline", recentStyles: [] }), "~restyle/tabler");
  assert.equal(choiceFor(withSets, "restyle", { style: "outline", recentStyles: ["outline"] }), "outline");
  assert.equal(choiceFor(withSets, "restyle", { style: "", recentStyles: [] }), "");
  assert.equal(choiceFor(withSets, "caption-to-artboard", { style: "outline", recentStyles: [] }), "outline");
  assert.equal(choiceFor(meta, "restyle", { style: "outline", recentStyles: [] }), "outline", "no icon sets");
});

test("a sketch begins with an icon set where a flow between styles reads sketches, and not on an older server", () => {
  assert.equal(choiceFor(withSets, "sketch", { style: "outline", recentStyles: [] }), "outline");
  const reading: Meta = {
    ...withSets,
    packs: withSets.packs.map((one) => ({
      ...one,
      translations: one.translations.map((translation) =>
        translation.id === "restyle"
          ? { ...translation, conditions: [...translation.conditions, "sketch" as const] }
          : translation,
      ),
    })),
  };
  assert.equal(choiceFor(reading, "sketch", { style: "outline", recentStyles: [] }), "~restyle/tabler");
  assert.equal(choiceFor(reading, "sketch", { style: "#file", recentStyles: ["#file"] }), "#file");
  assert.equal(choiceFor(reading, "sketch", { style: "outline", recentStyles: ["outline"] }), "outline");
  assert.equal(translationFor(reading, "sketch", "~restyle/tabler").translation.id, "restyle");
});

test("a first start begins with an icon set and vectors; without icon sets with what the pack suggests", () => {
  assert.equal(firstStyle(withSets, "caption-to-artboard"), "~restyle/tabler");
  assert.equal(firstStyle(meta, "caption-to-artboard"), "outline");
  assert.equal(defaultForm.insertAs, "vector");
  assert.equal(readForm({ insertAs: "image" }).insertAs, "image", "as it was chosen");
});

test("names of layers are labels in the styles that have labels, and captions in icon sets and styles of the file", () => {
  const labelled: Meta = {
    ...withSets,
    packs: withSets.packs.map((one) => ({
      ...one,
      translations: one.translations.map((translation) =>
        translation.id === "caption"
          ? { ...translation, conditions: ["caption", "label", "style"], labels: [{ id: "key", label: "Key" }] }
          : translation,
      ),
    })),
  };
  for (const [style, id] of [
    ["outline", "caption"],
    ["", "caption"],
    ["~restyle/tabler", "restyle"],
    ["#file", "restyle"],
  ] as const) {
    assert.equal(choiceFor(labelled, "fill-names", { style }), style);
    assert.equal(translationFor(labelled, "fill-names", style).translation.id, id, style);
  }
  assert.deepEqual(redrawnStyles(labelled, "fill-names"), [{ id: "~restyle/tabler", label: "Tabler" }]);
  assert.deepEqual(redrawnStyles(labelled, "fill-label"), [], "a label is none of its words");
  // Without labels there are captions.
  assert.ok(isAvailable(withSets, "fill-names") && !isAvailable(withSets, "fill-label"));
});

test("the styles on offer are those of every translation that does a command, and of two with one name the later says whose it is", () => {
  const named: Meta = {
    ...withSets,
    packs: withSets.packs.map((one) => ({
      ...one,
      translations: one.translations.map((translation) =>
        translation.id === "restyle"
          ? {
              ...translation,
              label: "Icon sets",
              styles: ["Tabler", "Flat"].map((label) => ({ id: label.toLowerCase(), label })),
            }
          : {
              ...translation,
              styles: translation.id === "caption" ? [{ id: "flat", label: "Flat" }] : [],
              label: "Mine",
            },
      ),
    })),
  };
  assert.deepEqual(stylesFor(named, "caption-to-artboard"), [
    { id: "flat", label: "Flat" },
    { id: "@mine", label: "Mine" },
    { id: "~restyle/tabler", label: "Tabler" },
    { id: "~restyle/flat", label: "Flat (Icon sets)" },
  ]);
  assert.deepEqual(
    stylesFor(named, "fill-names").map(({ id }) => id),
    ["~restyle/tabler", "~restyle/flat"],
    "without labels icon sets draw names",
  );
  assert.deepEqual(stylesFor(named, "fill-label"), []);
  for (const command of ["caption-to-artboard", "fill-names"] as const)
    for (const { id } of stylesFor(named, command)) assert.equal(choiceFor(named, command, { style: id }), id);
});
