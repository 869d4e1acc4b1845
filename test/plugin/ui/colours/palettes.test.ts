/** Palettes of the form, colours that change, drawings fitted to small sizes, component sets and families as plans: no canvas, no server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  changesFor,
  hexesIn,
  libraryOf,
  paletteName,
  paletteOf,
  recordOf,
  shownPalette,
  snapped,
  unboundIn,
  withPalette,
} from "../../../../plugin/ui/palettes.ts";
import { labelOf, planComponents, planFamily } from "../../../../plugin/ui/plans/icons.ts";
import { defaultForm, type Form } from "../../../../plugin/ui/state/form.ts";
import type { ResultImage } from "../../../../plugin/ui/state/results.ts";
import { limits } from "../../../../shared/limits.ts";
import type { ColourCollection } from "../../../../shared/messages/vector-messages.ts";
import {
  blursOf,
  blurText,
  blurUse,
  colourOfSvg,
  fittedSize,
  fittedSvg,
  resizedSvg,
  sharpSvg,
  viewSizeOf,
} from "../../../../shared/vectors/vector-svg.ts";

const brand: ColourCollection = {
  id: "VariableCollectionId:1/2",
  name: "Brand",
  modes: [
    { id: "1:0", name: "Light" },
    { id: "2:0", name: "Dark" },
  ],
  colours: [
    { variableId: "a", name: "ink", hexByMode: { "1:0": "#0b2545", "2:0": "#e8f1f2" } },
    { variableId: "b", name: "accent", hexByMode: { "1:0": "#f25f5c" } },
    { variableId: "c", name: "ink again", hexByMode: { "1:0": "#0b2545" } },
  ],
};
const formWith = (change: Partial<Form>): Form => ({ ...defaultForm, ...change });

test("hex colours are found in any text, short ones spelled out, each once", () => {
  assert.deepEqual(hexesIn("#FFF, 0b3954;#0B3954\nred #12 #1234567 abc"), ["#ffffff", "#0b3954", "#aabbcc"]);
  assert.deepEqual(hexesIn(""), []);
});

test("a palette of a library has no colours before they are read, then those of its first mode, and is bound in the file's collection", () => {
  const named: ColourCollection = { id: "library:k", name: "Tokens", library: "Acme", modes: [], colours: [] };
  const { modes, colours } = brand;
  const read = { ...named, modes, colours, collectionId: "VariableCollectionId:k/1:0" };
  const chosen = paletteName(named.id);
  assert.deepEqual(
    [libraryOf(chosen), libraryOf(paletteName(brand.id, "1:0")), libraryOf("hex")],
    ["library:k", undefined, undefined],
  );
  assert.deepEqual(paletteOf(formWith({ palette: chosen }), [brand, named])!.hexes, []);
  assert.deepEqual(
    [chosen, paletteName("library:k", "2:0"), paletteName("library:k", "gone"), "own"].map((palette) =>
      shownPalette(palette, [brand, read]),
    ),
    ["library:k/1:0", "library:k/2:0", "library:k/1:0", undefined],
  );
  const { hexes, bindings } = paletteOf(formWith({ palette: "library:k/2:0" }), [brand, read])!;
  assert.deepEqual(hexes, ["#e8f1f2"]);
  assert.deepEqual([bindings!.collectionId, bindings!.modeId], ["VariableCollectionId:k/1:0", "2:0"]);
});

test("a palette of variables has one colour a value, in the mode that was chosen, and is bound to them", () => {
  assert.equal(paletteOf(formWith({ palette: "own" }), [brand]), undefined);
  const needed = (palette: string, collections = [brand]) => withPalette(formWith({ palette }), collections).palette;
  assert.deepEqual(
    [needed("own"), needed("own", []), needed("hex")],
    ["VariableCollectionId:1/2/1:0", "hex", "hex"],
    "a command that needs one takes the file's first",
  );
  const light = paletteOf(formWith({ palette: "VariableCollectionId:1/2/1:0" }), [brand])!;
  assert.deepEqual(
    [light.hexes, light.names],
    [
      ["#0b2545", "#f25f5c"],
      ["ink", "accent"],
    ],
  );
  assert.deepEqual(light.bindings?.variables, [
    { hex: "#0b2545", variableId: "a" },
    { hex: "#f25f5c", variableId: "b" },
  ]);
  const dark = paletteOf(formWith({ palette: "VariableCollectionId:1/2/2:0" }), [brand])!;
  assert.deepEqual(dark.hexes, ["#e8f1f2"], "what has no colour in this mode is left out");
  assert.deepEqual(paletteOf(formWith({ palette: "gone/1:0" }), [brand])!.hexes, []);
});

const hex = fc.integer({ min: 0, max: 0xffffff }).map((bits) => `#${bits.toString(16).padStart(6, "0")}`);
test("by assignment every colour gets one of the palette; near ones alone change only what looks the same", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(hex, { minLength: 1, maxLength: 6 }),
      fc.uniqueArray(hex, { minLength: 1, maxLength: 5 }),
      (own, hexes) => {
        const used = own.map((colour, index) => ({ hex: colour, share: index + 1 }));
        const all = changesFor(used, { hexes, names: [] }, "all");
        assert.deepEqual(
          all.map(({ from }) => from),
          own,
        );
        assert.ok(all.every(({ to }) => hexes.includes(to)));
        const near = changesFor(used, { hexes, names: [] }, "near");
        assert.ok(near.every(({ to }) => hexes.includes(to)));
        for (const colour of own.filter((one) => hexes.includes(one)))
          assert.equal(near.find(({ from }) => from === colour)?.to, colour);
      },
    ),
    { seed: 24, numRuns: 60 },
  );
  assert.deepEqual(
    changesFor(
      [
        { hex: "#0b2546", share: 1 },
        { hex: "#00ff00", share: 1 },
      ],
      paletteOf(formWith({ palette: "VariableCollectionId:1/2/1:0" }), [brand])!,
      "near",
    ),
    [{ from: "#0b2546", to: "#0b2545", variableId: "a", names: ["dark-blue", "dark-blue"] }],
  );
});

const drawing = (fills: readonly string[], size = 'width="128" height="128" viewBox="0 0 128 128"'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${size} fill="none">\n${fills.map((fill, at) => `<path id="p${at}" fill="${fill}" fill-rule="evenodd" d="M${9 + at} 9h101v7h-101z"/>`).join("\n")}\n</svg>\n`;

test("a drawing whose colours nearly are the palette's takes them exactly, and names what is left unbound", () => {
  const palette = paletteOf(formWith({ palette: "VariableCollectionId:1/2/1:0" }), [brand]);
  const svg = snapped(drawing(["#0c2646", "#00aa55"]), recordOf(palette, "near"));
  assert.deepEqual(colourOfSvg(svg), ["#0b2545", "#00aa55"]);
  assert.deepEqual(unboundIn([svg], palette?.bindings), ["#00aa55"]);
  assert.deepEqual(unboundIn([svg], undefined), []);
  assert.equal(snapped(drawing(["#0c2646"]), recordOf(palette, "all")), drawing(["#0c2646"]));
});

test("a traced drawing is fitted to whole pixels, a foreign one shrinks, and both stand in the middle of a square", () => {
  const at16 = fittedSvg(drawing(["#000000"]), 16);
  assert.match(at16, /width="16" height="16".*viewBox="0 0 16 16"/);
  assert.match(at16, / 1h[\d.]+v1h-[\d.]+z"/, "level edges on whole pixels, the stroke one pixel wide");
  const shaded = drawing(["#000000"])
    .replace("<path", `<path${blurUse(0)}`)
    .replace(/(<svg[^>]*>)/, `$1<defs>${blurText(0, 4, { width: 64, height: 64 })}</defs>`);
  const shadedAt16 = fittedSvg(shaded, 16);
  assert.equal(sharpSvg(shadedAt16), at16, "as fitted as without its blur");
  assert.equal(blursOf(shadedAt16).get(0), (4 * 16) / viewSizeOf(shaded)!.width);
  const foreign = fittedSvg('<svg viewBox="0 0 24 12"><path d="M2,2 A3 3 0 0 1 8 8Z"/></svg>', 32);
  assert.match(foreign, /<svg width="32" height="32" viewBox="0 -6 24 24"><path d="M2,2 A3 3 0 0 1 8 8Z"\/>/);
  assert.deepEqual(viewSizeOf('<svg width="30px" height="20px">'), { width: 30, height: 20 });
  assert.match(
    resizedSvg('<svg width="30" height="20"><g/></svg>', { width: 3, height: 2 }),
    /^<svg width="3" height="2" viewBox="0 0 30 20">/,
  );
  assert.deepEqual(fittedSize(drawing([]), { width: 64, height: 32 }), { width: 32, height: 32 });
});

test("an icon is called what it was drawn from, else its name without folders, numbers and variants", () => {
  const named = (nodeName: string, provenance = ""): string => labelOf({ nodeName, provenance });
  assert.equal(named("icons/24/Red-Apple 3"), "red apple");
  assert.equal(named("Size=48, Style=Flat"), "");
  assert.equal(named("Size=24, Icon=User Add"), "user add");
  assert.equal(named("name=House, Filled=true"), "house");
  const condition = { caption: "blue fish" };
  const made = {
    format: 1,
    packId: "p",
    packDigest: "d",
    translation: "t",
    condition,
    seed: 1,
    temperature: 0,
    guidance: 1,
  };
  assert.equal(named("Vector 12", JSON.stringify(made)), "blue fish");
});

test("icons of one thing become a set with a row a style; a second drawing of the same gets a set of its own", () => {
  const result = (name: string, style: string, nodeId: string): ResultImage => ({
    ...{ key: nodeId, seed: 1, bytes: new Uint8Array(), url: "", isKept: true, name },
    destination: { kind: "layer", nodeId },
    vector: { svg: drawing(["#000000"]), record: {} },
    drawn: {
      typicalityPercentile: undefined,
      provenance: {
        condition: { caption: name, style },
        seed: 5,
        packId: "icons",
        packDigest: "0123456789abcdef",
      } as never,
    },
  });
  const kept = [
    result("red apple", "flat", "1"),
    result("red apple", "line", "2"),
    result("red apple", "flat", "3"),
    result("key", "flat", "4"),
  ];
  const sets = planComponents(kept, new Map([["flat", "Flat, filled"]]));
  assert.deepEqual(
    sets.map(({ name, styles }) => [name, ...styles.map(({ style }) => style)]),
    [
      ["icon/red-apple", "Flat filled", "line"],
      ["icon/red-apple-2", "Flat filled"],
      ["icon/key", "Flat filled"],
    ],
  );
  assert.equal(sets[0]!.description, "Variation 5, pack icons (0123456789ab).");
  assert.deepEqual(Object.keys(sets[0]!.styles[0]!.content.fitted ?? {}), ["16", "20", "24", "32", "48"]);
});

test("a family has each readable name once a line, no more than fit, and a palette only where the server shall draw in it", () => {
  const requested = { id: "caption" };
  const names = `rocket\n\n  key  \n🙂\n${Array.from({ length: 60 }, (_, i) => `thing ${i}`).join("\n")}`;
  const [job] = planFamily(formWith({ names, insertAs: "vector" }), requested, { palette: ["#000000"] });
  assert.deepEqual(
    [job!.input.names.length, ...job!.input.names.slice(0, 3)],
    [limits.familyMax, "rocket", "key", "thing 0"],
  );
  assert.deepEqual([job!.input.format, job!.input.palette], ["svg", ["#000000"]]);
  const [near] = planFamily(formWith({ names, insertAs: "vector" }), requested, { palette: ["#000000"], isNear: true });
  assert.equal(near!.input.palette, undefined);
  const [images] = planFamily(formWith({ names, insertAs: "image" }), requested, {});
  assert.deepEqual([images!.input.format, images!.vector], ["png", undefined]);
  const style = { images: ["0".repeat(64)] };
  const [shown] = planFamily(formWith({ names, insertAs: "image", temperature: 0.7 }), requested, {}, style);
  assert.deepEqual([shown?.input.style, shown?.input.temperature], [style, 0]);
  assert.deepEqual(planFamily(formWith({ names: " " }), requested, {}), []);
});
