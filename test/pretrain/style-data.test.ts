/**
 * The data of styles before any pixel: which sets may be drawn, how names become variants of families, what is held out, and that a made-up
 * style is the same from the same seed. At the end a few drawings go through the renderer, one of them broken.
 */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { buildOf, collectVariants } from "../../server/pretrain/data/styles/collect-variants.mts";
import { drawIcon } from "../../server/pretrain/data/styles/draw-icon.mts";
import { familyOf, heldBackFamilies, heldOutFamilies, placeName } from "../../server/pretrain/data/styles/families.mts";
import { reasonToSkip, reservedSets } from "../../server/pretrain/data/styles/licences.mts";
import { oklch, rgbOf } from "../../server/pretrain/data/styles/palettes.mts";
import { halvePixels, inspectPixels, premultiply } from "../../server/pretrain/data/styles/pixels.mts";
import { inOrder, planDrawings } from "../../server/pretrain/data/styles/plan-drawings.mts";
import { type Build, styleOfSeed } from "../../server/pretrain/data/styles/procedural-style.mts";
import { splitOf } from "../../server/pretrain/data/styles/split.mts";
import { isMotionAlone, stillOf } from "../../server/pretrain/data/styles/still.mts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const collection = (spdx: string, more: object = {}) => ({
  name: "Set",
  total: 1,
  palette: false,
  author: { name: "A" },
  license: { title: spdx, spdx },
  ...more,
});

it("sets with share-alike, copyleft or unknown licences are not drawn, nor are brands and what reviewers keep", () => {
  for (const spdx of ["MIT", "ISC", "Apache-2.0", "CC0-1.0", "CC-BY-4.0"])
    assert.equal(reasonToSkip("any", collection(spdx)), undefined);
  for (const spdx of ["GPL-3.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "OFL-1.1", "MPL-2.0"])
    assert.match(reasonToSkip("any", collection(spdx))!, /^licence/);
  assert.equal(reasonToSkip("any", collection("MIT", { category: "Logos" })), "brands");
  assert.equal(reservedSets.size, 4);
  for (const set of reservedSets) assert.equal(reasonToSkip(set, collection("MIT")), "reserved for reviewers");
});

it("a name belongs to the variant of its longest suffix, and variants share base names", () => {
  const naming = { suffixes: { "": "Regular", duotone: "Line", "bold-duotone": "Bold" } };
  assert.deepEqual(placeName("solar", "home-bold-duotone", naming), { variant: "solar/bold-duotone", base: "home" });
  assert.deepEqual(placeName("solar", "home-duotone", naming), { variant: "solar/duotone", base: "home" });
  assert.deepEqual(placeName("solar", "home", naming), { variant: "solar", base: "home" });
  const prefixes = { prefixes: { outline: "Outline", twotone: "Two-Tone" } };
  assert.deepEqual(placeName("ic", "twotone-home", prefixes), { variant: "ic/twotone", base: "home" });
  const sizes = { suffixes: { "20-filled": "", "24-filled": "" } };
  assert.equal(placeName("fluent", "home-20-filled", sizes), undefined);
  assert.equal(placeName("fluent", "home-20-filled", sizes, true)?.variant, "fluent/20-filled");
  assert.equal(placeName("fluent-color", "home-48", { suffixes: { 48: "48" } })?.sizePx, 48);
  assert.equal(familyOf("streamline-plump-color"), familyOf("streamline-plump"));
});

it("an icon that draws itself is taken as it ends, and what never ends or ends as another icon is left out", () => {
  const body =
    '<g stroke-dashoffset="9"><path d="M0 0"><animate fill="freeze" attributeName="stroke-dashoffset" values="9;0"/></path>' +
    '<circle r="1"><animate fill="freeze" attributeName="r" to="4"/><animate attributeName="cx" to="8" repeatCount="indefinite"/></circle></g>' +
    '<rect opacity="0"><set fill="freeze" attributeName="opacity" to="1"></set></rect>';
  const still =
    '<g stroke-dashoffset="9"><path stroke-dashoffset="0" d="M0 0"></path><circle r="4"></circle></g><rect opacity="1"></rect>';
  assert.equal(stillOf(body), still);
  assert.equal(stillOf(still), still);
  assert.deepEqual(
    ["bell-loop", "sun-to-moon-transition", "bell", "log-out-filled"].map((name) => isMotionAlone("line-md", name)),
    [true, true, false, true],
  );
  assert.equal(isMotionAlone("tabler", "log-out-filled"), false);
});

it("at least ten families are held out whole, none of them shares a family with a trained set", () => {
  assert.ok(heldOutFamilies.size >= 10);
  for (const family of heldOutFamilies) {
    assert.equal(familyOf(family), family);
    assert.equal(splitOf(family, "home"), "heldOutFamily");
    assert.equal(splitOf(family, "home", "style-1"), "heldOutFamily");
  }
  for (const family of heldBackFamilies) assert.equal(splitOf(family, "home"), "heldBackStyle");
  const seeds = Array.from({ length: 400 }, (_, at) => splitOf("lucide", "home", `style-${at}`));
  const heldOut = seeds.filter((split) => split === "heldOutStyle").length;
  assert.ok(heldOut > 12 && heldOut < 60, `${heldOut} of 400 made-up styles held out`);
});

const bodies: Record<Build, string> = {
  lines: '<path fill="none" stroke="currentColor" stroke-width="2" d="M4 4h16v16H4z"/>',
  fills: '<path fill="currentColor" d="M4 4h16v16H4z"/>',
  duotone: '<g fill="currentColor"><path d="M4 4h16v16H4z" opacity=".2"/><path d="M8 8h8v8H8z"/></g>',
  colour: '<path fill="#f80" d="M4 4h16v16H4z"/><path fill="#0a3d91" d="M8 8h8v8H8z"/>',
};
const sourceOf = (body: string) => ({ body, left: 0, top: 0, width: 24, height: 24 });

it("how an icon is built is read from its body", () => {
  for (const [build, body] of Object.entries(bodies)) assert.equal(buildOf(body, build === "colour"), build);
});

it("a made-up style is the same from the same seed, differs between seeds, and draws valid SVG for every build", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 9999 }),
      fc.constantFrom(...(Object.keys(bodies) as Build[])),
      async (at, build) => {
        const style = styleOfSeed(`style-${at}`, build);
        assert.deepEqual(styleOfSeed(`style-${at}`, build), style);
        assert.notDeepEqual(styleOfSeed(`style-${at + 1}`, build), style);
        const svg = drawIcon(style, sourceOf(bodies[build]), "set:icon", 64);
        assert.equal(drawIcon(style, sourceOf(bodies[build]), "set:icon", 64), svg);
        const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
        assert.deepEqual([info.width, info.height], [64, 64]);
        assert.ok(
          data.some((value, index) => index % 4 === 3 && value > 200),
          svg,
        );
      },
    ),
    { seed: 1, numRuns: 120 },
  );
});

it("OKLCH colours are those of CSS", () => {
  assert.deepEqual(rgbOf(oklch(1, 0, 0)), [255, 255, 255]);
  assert.deepEqual(rgbOf(oklch(0, 0, 0)), [0, 0, 0]);
  const red = rgbOf(oklch(0.62796, 0.25768, 29.234));
  assert.ok(red[0] > 253 && red[1] < 3 && red[2] < 3, String(red));
});

it("pixels are halved by their means, premultiplied by alpha, and refused when there is nothing to see", () => {
  const pixels = new Uint8Array([200, 100, 50, 128, ...Array(12).fill(0)]);
  premultiply(pixels);
  assert.deepEqual([...pixels.subarray(0, 4)], [100, 50, 25, 128]);
  assert.deepEqual([...halvePixels(pixels, 2)], [25, 13, 6, 32]);
  assert.equal(inspectPixels(new Uint8Array(4 * 128 * 128)), "almost empty picture");
  assert.equal(inspectPixels(new Uint8Array(4 * 128 * 128).fill(255)), "one colour all over");
});

it("a folder of sets becomes variants without brands and small ones, and held-out drawings are planned first", async () => {
  const folder = temporaryFolder("sets");
  await mkdir(join(folder, "json"));
  const iconsOf = (suffixes: readonly string[]) =>
    Object.fromEntries(
      Array.from({ length: 50 }, (_, at) =>
        suffixes.map((suffix) => [`thing${at}${suffix}`, { body: bodies.fills }]),
      ).flat(),
    );
  const write = (set: string, file: object) =>
    writeFile(join(folder, `json/${set}.json`), JSON.stringify({ height: 24, width: 24, ...file }));
  await write("lucide", {
    icons: { ...iconsOf(["", "-bold"]), "logo-x": { body: bodies.fills } },
    suffixes: { "": "a", bold: "b" },
  });
  await write("basil", { icons: iconsOf([""]) });
  await write("shared", { icons: iconsOf([""]) });
  for (const set of ["fa7-brands", "bxl", "cib", "simple-icons"]) await write(set, { icons: { thing7: { body: "" } } });
  const sets = { lucide: collection("ISC"), basil: collection("CC-BY-4.0"), shared: collection("CC-BY-SA-4.0") };
  await writeFile(join(folder, "collections.json"), JSON.stringify(sets));
  const { variants, skipped } = collectVariants(folder, { trained: 45, heldOut: 42 });
  assert.deepEqual(skipped, { shared: "licence CC-BY-SA-4.0" });
  assert.deepEqual(
    variants.map(({ id, family, icons }) => [id, family, icons.length]),
    [
      ["lucide", "lucide", 45],
      ["lucide/bold", "lucide", 45],
      ["basil", "basil", 42],
    ],
  );
  const basesOf = (at: number) => variants[at]!.icons.map(({ base }) => base);
  assert.deepEqual(basesOf(0), basesOf(1));
  assert.ok(!basesOf(0).includes("thing7"));
  const drawings = inOrder(planDrawings(variants, new Map(), 4, 6));
  assert.deepEqual(
    drawings,
    inOrder(planDrawings(variants, new Map(), 4, 6)).map((drawing, at) => ({
      ...drawing,
      svgOf: drawings[at]!.svgOf,
    })),
  );
  const firstTrained = drawings.findIndex(({ split }) => split === "train");
  assert.ok(firstTrained >= 42 && drawings.slice(firstTrained).every(({ split }) => split === "train"));
  assert.equal(new Set(drawings.map(({ id }) => id)).size, drawings.length);
  assert.ok(drawings.some(({ isProcedural }) => isProcedural));
  const madeUp = drawings.filter(({ isProcedural }) => isProcedural);
  const seeds = new Set(madeUp.map(({ variant }) => variant.split("@")[1]));
  for (const seed of seeds) {
    const families = madeUp.filter(({ variant }) => variant.endsWith(`@${seed}`)).map(({ family }) => family);
    assert.equal(new Set(families).size, 2, `${seed}: drawn on ${families[0]} alone`);
  }
  for (const drawing of drawings) assert.match(drawing.svgOf(128), /^<svg /);
});
