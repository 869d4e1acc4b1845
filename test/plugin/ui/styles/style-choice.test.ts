/** What the form's style means to a command that can't draw in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { choiceFor, translationFor } from "../../../../plugin/ui/client/translations.ts";
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
        { ...captions!, id: "restyle", conditions: ["caption", "style", "drawing"], styleImagesMax: 16 },
      ],
    },
  ],
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
