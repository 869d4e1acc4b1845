/** Styles that flags name, as packs list them or as people write them. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { styleNamed } from "../../server/cli/style-named.ts";
import type { PackInfo } from "../../shared/contract/meta.ts";

const packs = [
  { translations: [{ styles: [{ id: "noto", label: "Noto" }] }] },
  {
    translations: [
      {
        styles: [
          { id: "solar-bold", label: "Solar, bold" },
          { id: "material-two-tone", label: "Material Icons, two-tone" },
        ],
      },
    ],
  },
] as unknown as PackInfo[];

it("a style is found by its id, in any case, and by its title", () => {
  for (const name of ["solar-bold", "Solar Bold", "solar_bold", "Solar, bold"])
    assert.equal(styleNamed(packs, name), "solar-bold", name);
  assert.equal(styleNamed(packs, "Material Icons, two-tone"), "material-two-tone");
  assert.equal(styleNamed(packs, undefined), undefined);
});

it("an unknown one is refused with the styles of all packs, those first that share a word", () => {
  assert.throws(() => styleNamed(packs, "Solar thin"), {
    code: "style_unknown",
    message: 'style: expected one of solar-bold, noto, material-two-tone, got "Solar thin"',
  });
});
