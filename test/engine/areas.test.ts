/** Areas of drawings: how they are cut, what a style paints them in, which colour each gets, and the answer as layers. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawnInAreas } from "../../server/engine/areas/drawn-in-areas.ts";
import { partitionOf } from "../../server/engine/areas/partition.ts";
import { insideOf } from "../../server/engine/areas/signed-distance.ts";
import { areasIn, type StyleAreas, styleAreasOf } from "../../server/engine/areas/style-areas.ts";
import { channelsOfHex } from "../../server/engine/pixels/hex-colour.ts";
import type { Ink } from "../../server/engine/pixels/ink-colour.ts";
import { drawLayers } from "../../server/engine/pixels/layered-image.ts";
import { usualInk } from "../../server/engine/pixels/usual-ink.ts";
import { paint } from "../../server/engine/translation.ts";
import { areasOfEntry, entryOfAreas } from "../../server/experts/style-entries/areas-entry.ts";
import { inInkOfMost } from "../../server/training/style/style-icons.ts";
import { box, disc, drawn, inks, palette, pixels, ring, sizePx } from "./drawn-layers.ts";

const ink = channelsOfHex(usualInk);
const { navy, red, yellow, sky, white } = inks;

/** A square whose green grows from left to right. */
function gradient(margin: number) {
  const { planes } = drawn([box(margin, margin, sizePx - margin, sizePx - margin), red]);
  for (let place = 0; place < pixels; place += 1)
    planes[pixels + place] = planes[3 * pixels + place]! * ((place % sizePx) / sizePx);
  return { planes, sizePx };
}
const known = new Float32Array(pixels).fill(1);
const at = (planes: Float32Array, x: number, y: number): number[] => {
  const side = Math.sqrt(planes.length / 4);
  return [0, 1, 2, 3].map((channel) => planes[channel * side * side + y * side + x]!);
};
const assertNear = (got: readonly number[], wanted: readonly number[], within = 0.02): void =>
  assert.ok(
    got.every((value, place) => Math.abs(value - wanted[place]!) <= within),
    `expected ${wanted}, got ${got}`,
  );

/** A ring of ink with a bar in it: outside, ink, left and right of the bar. */
const halves = drawn([ring(22, 5), ink], [box(29.5, 12, 34.5, 52), ink]);
/** The same with the bar beside the middle. */
const parts = drawn([ring(22, 5), ink], [box(25.5, 12, 30.5, 52), ink]);
const fills: StyleAreas = { palettes: [palette(red, yellow)], isOfFills: true, hasGrounds: false };
const outlined: StyleAreas = {
  palettes: [{ ...palette(yellow, sky), around: { ink: navy } }],
  outline: { ink: navy, width: 4 / sizePx },
  isOfFills: false,
  hasGrounds: false,
};
const inStyle = async (drawing: { planes: Float32Array }, style: StyleAreas, answer: Float32Array) => {
  const layers = await drawnInAreas({ planes: drawing.planes, known }, sizePx, style, async () => answer);
  return layers && drawLayers(layers, 1);
};

describe("areas of a drawing", () => {
  it("areas of a drawing are what hangs together in one colour, soft pixels of edges shared by the two that meet", () => {
    const { areas, labels, shares, colours } = partitionOf(halves)!;
    assert.deepEqual([areas.length, colours.length], [4, 2]);
    const labelAt = (x: number, y: number) => labels[y * sizePx + x]!;
    assert.equal(new Set([labelAt(0, 0), labelAt(20, 32), labelAt(44, 32), labelAt(32, 32)]).size, 4);
    assert.equal(areas[labelAt(32, 32)]!.colour, 1);
    assert.deepEqual([areas[labelAt(0, 0)]!.isOutside, areas[labelAt(20, 32)]!.isOutside], [true, false]);
    assert.ok(areas[labelAt(20, 32)]!.beside.has(labelAt(32, 32)));
    assert.ok(!areas[labelAt(20, 32)]!.beside.has(labelAt(44, 32)));
    assert.ok(shares[32 * sizePx + 32] === 1 && shares.some((share) => share > 0.5 && share < 0.9));
  });

  it("areas of a coloured drawing end where colours do, whose soft edges are no areas of another colour", () => {
    const { areas, colours } = partitionOf(drawn([disc(24), red], [disc(14), white], [disc(6), navy]))!;
    assert.deepEqual([areas.length, colours.length], [4, 4]);
  });

  it("areas are none where colours run into each other", () => {
    assert.equal(partitionOf(gradient(4)), undefined);
  });

  it("distances to a soft edge are known in parts of a pixel", () => {
    const cover = drawn([disc(20.3), ink]).planes.subarray(3 * pixels);
    const inside = insideOf(cover, sizePx);
    for (const x of [49, 50, 51, 52, 53, 54]) {
      const wanted = disc(20.3)(x + 0.5, 32.5);
      assert.ok(Math.abs(inside[32 * sizePx + x]! - wanted) < 0.15, `${x}: ${inside[32 * sizePx + x]}, ${wanted}`);
    }
  });
});

describe("what a style paints areas in", () => {
  const icon = (of: number) => drawn([disc(24), navy], [disc(20), [red, yellow, sky][of % 3]!], [disc(3 + of), white]);

  it("a style of areas has the colours of each drawing, and the lines that go around them all", () => {
    const style = styleAreasOf(Array.from({ length: 8 }, (_, of) => icon(of)))!;
    assertNear(style.outline!.ink, navy);
    assert.ok(Math.abs(style.outline!.width! - 4 / sizePx) < 0.012, `${style.outline!.width}`);
    assert.equal(style.isOfFills, false);
    assert.equal(style.palettes.length, 8);
    assertNear(style.palettes[1]!.around!.ink, navy);
    assert.deepEqual(style.palettes[1]!.colours.length, 2);
    assertNear(style.palettes[1]!.colours[0]!.ink, yellow);
  });

  it("dark lines go around areas beside soft shadows, too, where a hand drew them unevenly", () => {
    const uneven = (x: number, y: number): number => 2.5 + 1.2 * Math.sin(x / 3) * Math.cos(y / 3);
    const shadowed = (colour: Ink) => (_: unknown, of: number) => {
      const shape = box(10 + of, 20, 54 - of, 42);
      return drawn(
        [(x, y) => shape(x, y - 4) + 3.5, ink, 0.3],
        [(x, y) => shape(x, y) + uneven(x, y), colour],
        [(x, y) => shape(x, y) - 2, [red, yellow, sky][of % 3]!],
        [disc(4), white],
      );
    };
    const style = styleAreasOf(Array.from({ length: 8 }, shadowed(navy)))!;
    assertNear(style.outline!.ink, navy);
    assert.equal(styleAreasOf(Array.from({ length: 8 }, shadowed([0.85, 0.85, 0.8])))!.outline, undefined);
  });

  it("a dark shade on one side of areas is no line around them", () => {
    const shaded = (of: number) => {
      const shape = [disc(22), box(12, 14, 52, 50), box(20, 10, 46, 54)][of]!;
      const lit: typeof shape = (x, y) => Math.min(shape(x, y), shape(x + 4, y + 5));
      return drawn([shape, navy], [lit, sky], [disc(4), white]);
    };
    assert.equal(styleAreasOf([0, 1, 2].map(shaded))?.outline, undefined);
  });

  it("what goes around large drawings on a dark ground is no outline, however thin", () => {
    const large = (of: number) => (of % 3 === 0 ? disc(22, 35, 32) : box(22, 22, 42, 42));
    const style = styleAreasOf(
      Array.from({ length: 8 }, (_, of) => drawn([disc(28), navy], [large(of), white], [disc(5), [red, sky][of % 2]!])),
    )!;
    assert.deepEqual([style.outline, style.ground === undefined], [undefined, false]);
  });

  it("a style of areas without lines is of fills, and one of a shared ground says where drawings lie on it", () => {
    const plain = Array.from({ length: 8 }, (_, of) => drawn([disc(20, 28, 28 + of), red], [disc(8, 44, 44), yellow]));
    const style = styleAreasOf(plain)!;
    assert.deepEqual([style.outline, style.ground, style.isOfFills], [undefined, undefined, true]);
    const grounded = Array.from({ length: 8 }, (_, of) =>
      drawn([disc(28), [red, navy][of % 2]!], [box(22, 22, 42, 42), white], [disc(5), sky]),
    );
    const { ground, palettes } = styleAreasOf(grounded)!;
    assert.ok(ground!.place.left > 18 && ground!.place.left < 22 && ground!.place.sidePx < 26);
    assertNear(palettes[0]!.around!.ink, red);
    assertNear(palettes[1]!.around!.ink, navy);
  });

  it("one or two drawings show no ground, nor do those of which all reaches the ground's edge", () => {
    const badge = (colour: Ink) => drawn([box(8, 12, 50, 40), colour], [disc(8, 20, 22), white], [disc(5), sky]);
    const below = (top: number) => (x: number, y: number) => Math.min(disc(28)(x, y), y - top);
    const filled = [red, navy, yellow].map((colour) => drawn([disc(28), colour], [below(36), white], [below(50), sky]));
    for (const few of [[badge(red)], [badge(red), badge(navy)], filled])
      assert.equal(styleAreasOf(few)!.ground, undefined);
    assert.equal(styleAreasOf([badge(red)])!.hasGrounds, false);
  });

  it("a style of one colour is none of areas", () => {
    assert.equal(styleAreasOf(Array.from({ length: 8 }, (_, of) => drawn([disc(20 - of), red]))), undefined);
  });

  it("a set of such icons is learned with its areas, which a manifest keeps", () => {
    const grounded = Array.from({ length: 8 }, (_, of) =>
      drawn([disc(28), [red, navy][of % 2]!], [box(22, 22, 42, 42), white], [disc(5), sky]),
    );
    const lined = Array.from({ length: 8 }, (_, of) =>
      drawn(
        [disc(20, 24 + 2 * of), navy],
        [disc(16, 24 + 2 * of), [red, yellow, sky][of % 3]!],
        [disc(5, 18, 30), white],
      ),
    );
    for (const icons of [grounded, lined]) {
      const shown = icons.map((drawing, of) => ({ kind: "image" as const, ...drawing, key: `${of}` }));
      const areas = inInkOfMost(shown).styleInk.areas!;
      const kept = areasOfEntry(entryOfAreas(areas));
      assertNear(kept.palettes[1]!.around!.ink, areas.palettes[1]!.around!.ink);
      assertNear(
        kept.palettes[1]!.colours.flatMap((colour) => [...colour.ink, colour.share]),
        areas.palettes[1]!.colours.flatMap((colour) => [...colour.ink, colour.share]),
      );
      assertNear([kept.outline?.width ?? 0], [areas.outline?.width ?? 0], 0.001);
      assert.deepEqual(kept.ground?.place, areas.ground?.place);
      if (areas.ground) assertNear([...kept.ground!.mask], [...areas.ground.mask]);
      assert.deepEqual([kept.isOfFills, kept.hasGrounds], [areas.isOfFills, areas.hasGrounds]);
    }
  });

  it("requested colours take the place of a style's, the darkest around areas where the style has lines", () => {
    const { palettes, outline } = areasIn(outlined, [sky, red, navy])!;
    assert.deepEqual([palettes.length, palettes[0]!.around?.ink, outline!.ink], [1, navy, navy]);
    assert.deepEqual(
      palettes[0]!.colours.map((colour) => colour.ink),
      [sky, red],
    );
    assert.equal(areasIn(outlined, [red]), undefined);
  });
});

describe("an answer in areas", () => {
  const smear = drawn([disc(25), [0.55, 0.55, 0.5], 0.8]).planes;

  it("lines go in a style of fills: areas meet in their middle and reach their outer edge", async () => {
    const made = (await inStyle(parts, fills, smear))!;
    const [left, right] = [at(made, 16, 32), at(made, 44, 32)];
    assertNear(left, left[1]! > 0.5 ? [...yellow, 1] : [...red, 1]);
    assert.notDeepEqual(left.map(Math.round), right.map(Math.round));
    assertNear(at(made, 26, 32), left);
    assertNear(at(made, 29, 32), right);
    assertNear(at(made, 8, 32), left, 0.1);
    assert.ok(at(made, 5, 32)[3]! < 0.1);
  });

  it("lines stay in a style that has lines, in its colour and width, and areas that the answer leaves empty stay empty", async () => {
    const half = smear.map((value, place) => (place % sizePx > 28 ? 0 : value));
    const made = (await inStyle(parts, outlined, half))!;
    assertNear(at(made, 28, 20), [...navy, 1], 0.05);
    assert.ok(at(made, 16, 32)[3]! > 0.98 && at(made, 44, 32)[3]! < 0.02);
    const row = Array.from({ length: 24 }, (_, x) => at(made, x, 32)).map(([red = 0, , , alpha = 0]) =>
      red < 0.3 ? alpha : 0,
    );
    const width = row.reduce((sum, alpha) => sum + alpha, 0);
    assert.ok(Math.abs(width - 4) < 0.8, `${width}`);
  });

  it("lines are drawn where the answer smears far beside them", async () => {
    const cross = drawn([box(30, 10, 34, 54), ink], [box(10, 30, 54, 34), ink]);
    const made = (await inStyle(cross, outlined, drawn([box(2, 2, 62, 62), [0.6, 0.6, 0.7]]).planes))!;
    assertNear(at(made, 32, 20), [...navy, 1], 0.05);
    assert.ok(at(made, 20, 20)[3]! < 0.02 && at(made, 4, 4)[3]! < 0.02);
    const inFills = (await inStyle(cross, fills, drawn([box(2, 2, 62, 62), red]).planes))!;
    assert.ok(at(inFills, 32, 20)[3]! > 0.98 && at(inFills, 20, 20)[3]! < 0.02);
  });

  it("fills get lines in a style that has lines around areas, and thin marks in them are lines", async () => {
    const drawing = drawn([disc(26), ink], [box(22, 30, 42, 34), white]);
    const { planes } = drawing;
    // The mark is a hole in the fill.
    for (let place = 0; place < pixels; place += 1)
      if (planes[place]! > 0.9) for (let channel = 0; channel < 4; channel += 1) planes[channel * pixels + place] = 0;
    const made = (await inStyle(drawing, outlined, smear))!;
    assertNear(at(made, 8, 32), [...navy, 1], 0.05);
    assertNear(at(made, 32, 32), [...navy, 1], 0.05);
    const fill = at(made, 32, 16);
    assert.ok(fill[3]! > 0.98 && fill[1]! > 0.7, `${fill}`);
  });

  it("a drawing is put on a style's ground, in a colour of its icons", async () => {
    const ground = { mask: drawn([disc(30), ink]).planes.slice(3 * pixels), place: { left: 16, top: 16, sidePx: 32 } };
    const style = { ...fills, palettes: [{ ...palette(white, yellow), around: { ink: red } }], ground };
    const answer = drawn([disc(30), [0.6, 0.3, 0.3]], [disc(12), [0.9, 0.8, 0.8]]).planes;
    const made = (await inStyle(drawn([disc(24), ink]), style, answer))!;
    assertNear(at(made, 6, 32), [...red, 1]);
    assert.ok(at(made, 32, 32)[1]! > 0.7 && at(made, 32, 32)[0]! > 0.9);
    assert.ok(at(made, 0, 0)[3]! < 0.02);
  });

  it("an answer that draws elsewhere, a drawing with a hole and one without areas stay the flow's", async () => {
    assert.equal(await inStyle(drawn([disc(8), ink]), fills, drawn([disc(30), red]).planes), undefined);
    const noise = drawn([disc(24), red]);
    for (let place = 0; place < pixels; place += 1) noise.planes[pixels + place]! *= (place * 7919) % 6;
    assert.equal(await inStyle(noise, fills, smear), undefined);
    const holed = { planes: halves.planes, known: known.map((_, place) => place % 2) };
    assert.equal(await drawnInAreas(holed, sizePx, fills, async () => smear), undefined);
  });

  it("a drawing of gradients gets flat colours in a style of these", async () => {
    const drawing = drawn([box(8, 8, 56, 56), red], [disc(10), navy]);
    for (let place = 0; place < pixels; place += 1)
      if (drawing.planes[place]! > 0.8) drawing.planes[pixels + place] = 0.3 + (0.5 * (place % sizePx)) / sizePx;
    assert.equal(partitionOf(drawing), undefined);
    const answer = drawn([box(8, 8, 56, 56), [0.7, 0.4, 0.3]], [disc(10), [0.8, 0.7, 0.3]]).planes;
    const made = (await inStyle(drawing, fills, answer))!;
    assertNear(at(made, 14, 32), at(made, 50, 32), 0.01);
    // The answer's disc is light, the drawing's is dark.
    assertNear(at(made, 14, 32), [...yellow, 1]);
    assertNear(at(made, 32, 32), [...red, 1]);
    assert.ok(at(made, 4, 32)[3]! < 0.02);
  });

  it("an answer in areas is as crisp at another size, and has flat colours alone", async () => {
    const target = {
      imageSizePx: sizePx,
      decode: async () => smear,
      decodeBeside: async () => smear,
    };
    const drawing = { planes: parts.planes, known, manner: new Float32Array(1) };
    const translation = { target } as unknown as Parameters<typeof paint>[0];
    const { planes, enlarged } = await paint(
      translation,
      { latent: new Float32Array(1), drawing },
      { areas: fills },
      4,
    );
    assertNear(at(planes, 20, 32), at(enlarged!, 80, 128));
    let soft = 0;
    for (let place = 0; place < 16 * pixels; place += 1) {
      const colour = [0, 1, 2, 3].map((channel) => enlarged![channel * 16 * pixels + place]!);
      const isFlat = [red, yellow].some((one) =>
        one.every((value, channel) => Math.abs(value - colour[channel]!) < 0.05),
      );
      if (colour[3]! > 0.05 && !isFlat) soft += 1;
    }
    assert.ok(soft < 16 * 0.06 * pixels, `${soft}`);
  });
});
