/** The list of styles: its headings, what is recent, and what a search finds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { languages } from "../../../../plugin/ui/i18n/texts.ts";
import { defaultForm } from "../../../../plugin/ui/state/form.ts";
import type { SeenIcon } from "../../../../plugin/ui/state/state.ts";
import {
  foundStyles,
  initialsOf,
  type StyleGroup,
  spoilsVectors,
  styleGroups,
} from "../../../../plugin/ui/views/forms/style-groups.ts";
import { styleKindsOf } from "../../../../server/packs/style-kind.ts";
import type { Meta } from "../../../../shared/contract/meta.ts";
import { testMeta } from "../../contract/contract-server.ts";

const [pack] = testMeta.packs;
const [captions] = pack!.translations;
const sets = { conditions: ["caption", "style", "drawing"] as const, styleImagesMax: 16 };
const meta: Meta = {
  ...testMeta,
  packs: [
    {
      ...pack!,
      translations: [
        {
          ...captions!,
          styles: [
            { id: "noto", label: "Noto", kind: "emoji" },
            { id: "odd", label: "Odd" },
          ],
        },
        { ...captions!, id: "mine", label: "Mine", styles: [] },
        {
          ...captions!,
          ...sets,
          conditions: [...sets.conditions],
          id: "restyle",
          styles: [
            { id: "bold", label: "Phosphor, bold", kind: "lines" },
            { id: "fill", label: "Phosphor, fill", kind: "solid" },
            { id: "duo", label: "Duo", kind: "two-tone" },
          ],
        },
      ],
    },
  ],
};
const shown = [{ id: "blue", name: "Blue solids", pictures: [] }];
const groupsWith = (recentStyles: readonly string[], isRedrawnOnly = false): readonly StyleGroup[] =>
  styleGroups(
    { meta, command: "caption-to-artboard", form: { ...defaultForm, recentStyles }, shown },
    languages.en,
    isRedrawnOnly,
  );
const said = (groups: readonly StyleGroup[]) =>
  groups.map(({ label, styles }) => [label, ...styles.map(({ id }) => id)]);

test("styles stand under what they are drawn in, icon sets before emoji, and recent ones on top alone", () => {
  assert.deepEqual(said(groupsWith(["~restyle/fill", "gone"])), [
    ["Recent", "~restyle/fill"],
    ["Styles of this file", "#blue"],
    ["Learned styles", "@mine"],
    ["Lines", "~restyle/bold"],
    ["Two tones", "~restyle/duo"],
    ["Emoji", "noto"],
    ["Other styles", "odd"],
  ]);
  assert.deepEqual(
    said(groupsWith([], true)).map(([label]) => label),
    ["Styles of this file", "Lines", "Solid", "Two tones"],
  );
});

test("a search finds parts of names and of headings, all of its words", () => {
  assert.deepEqual(said(foundStyles(groupsWith([]), "BOLD phos")), [["Lines", "~restyle/bold"]]);
  assert.deepEqual(said(foundStyles(groupsWith([]), "two t")), [["Two tones", "~restyle/duo"]]);
  assert.deepEqual(foundStyles(groupsWith([]), "bold noto"), []);
});

test("what a style is drawn in comes from its pack; of what the pack does not say, nothing is said", () => {
  const looks = [
    { id: "lines", ink: "#000000", isOneInk: true, lines: { width: 0.1, isAll: true } },
    { id: "solid", ink: "#000000", isOneInk: true, lines: { width: 0.1, isAll: false } },
    { id: "tint", ink: "#000000", lines: { width: 0.1, isAll: true, tint: 0.2 } },
    { id: "accent", ink: "#000000", isOneInk: true, accents: [{ ink: "#ff0000", share: 0.3 }] },
    { id: "spread", spread: { mean: [0, 0, 0], deviation: [1, 1, 1] } },
    { id: "unknown" },
  ].map((look) => ({ label: look.id, ...look }));
  const expert = { kind: "drawing-style", vocabulary: looks } as unknown as Parameters<typeof styleKindsOf>[0];
  assert.deepEqual(Object.fromEntries(styleKindsOf(expert)), {
    ...{ lines: "lines", solid: "solid", tint: "two-tone", accent: "two-tone", spread: "colour" },
  });
});

test("a style of many colours is said to spoil vectors, before the run; pictures and line styles are fine", () => {
  const icon = { nodeId: "1:1", nodeName: "key", url: "" };
  const spoils = (choice: string, ...icons: object[]): boolean =>
    spoilsVectors({ meta, command: "restyle", scene: { icons: icons as SeenIcon[] } }, choice);
  assert.equal(spoils("noto", icon), true);
  assert.equal(spoils("~restyle/bold", icon), false);
  assert.equal(spoils("noto", { ...icon, imageHash: "h" }), false);
  assert.equal(spoils("noto", { ...icon, problem: "locked" }), false);
});

test("a style without a picture is shown by whole characters of its first words, wherever it begins", () => {
  const names = [
    "Material Symbols, outlined",
    "Lucide",
    " Lucide",
    " , Noto  Emoji",
    "🎨 Paints",
    "😀😎😴",
    "👩‍🚀 team",
    "🇧🇷🇯🇵",
    "",
  ];
  assert.deepEqual(names.map(initialsOf), ["MS", "Lu", "Lu", "NE", "🎨P", "😀😎", "👩‍🚀t", "🇧🇷🇯🇵", ""]);
});
