/** Linear gradients of styles: of one ink over all that is drawn, and of areas; how they are told from flat colours, drawn and traced. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawnInAreas } from "../../server/engine/areas/drawn-in-areas.ts";
import { besideEachOther } from "../../server/engine/areas/in-layers.ts";
import { type StyleAreas, styleAreasOf } from "../../server/engine/areas/style-areas.ts";
import { finish } from "../../server/engine/pixels/finish.ts";
import { gradientIn } from "../../server/engine/pixels/gradients/in-gradient.ts";
import { gradientInkOf } from "../../server/engine/pixels/gradients/ink-gradient.ts";
import { groundOf } from "../../server/engine/pixels/ground/ground.ts";
import { offGround } from "../../server/engine/pixels/ground/off-ground.ts";
import { channelsOfHex, hexOfChannels } from "../../server/engine/pixels/hex-colour.ts";
import type { Ink } from "../../server/engine/pixels/ink-colour.ts";
import { drawLayers } from "../../server/engine/pixels/layered-image.ts";
import { toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { styleInkOf } from "../../server/engine/pixels/style-ink.ts";
import { usualInk } from "../../server/engine/pixels/usual-ink.ts";
import { inkOfStyle, looksOf, readInInk } from "../../server/engine/read-in-ink.ts";
import { areasOfEntry, entryOfAreas } from "../../server/experts/style-entries/areas-entry.ts";
import { entryOfGround, groundOfEntry } from "../../server/experts/style-entries/ground-entry.ts";
import { inInkOfMost } from "../../server/training/style/style-icons.ts";
import { vectorise } from "../../server/vector/vectorise.ts";
import { box, disc, drawn, pixels, ring, sizePx } from "./drawn-layers.ts";
import { twiceAsLarge } from "./twice-as-large.ts";

const ink = channelsOfHex(usualInk);
const [purple, blue, navy, white, sky]: [Ink, Ink, Ink, Ink, Ink] = [
  [0.6, 0.2, 0.8],
  [0.1, 0.5, 0.9],
  [0.1, 0.1, 0.35],
  [1, 1, 1],
  [0.5, 0.7, 0.95],
];
type Drawn = ReturnType<typeof drawn>;
const between = (from: Ink, to: Ink, share: number): Ink =>
  [0, 1, 2].map((channel) => from[channel]! + share * (to[channel]! - from[channel]!)) as unknown as Ink;

/** A drawing in a colour for each place. */
function painted({ planes }: Drawn, colourAt: (x: number, y: number) => Ink): Drawn {
  const made = planes.slice();
  for (let at = 0; at < pixels; at += 1)
    for (const [channel, value] of colourAt((at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5).entries())
      made[channel * pixels + at] = value * planes[3 * pixels + at]!;
  return { planes: made, sizePx };
}
const over = (left: number, right: number) => (x: number) => between(purple, blue, (x - left) / (right - left));
/** Rings and discs, no two alike. */
const shapes = Array.from({ length: 8 }, (_, of) =>
  drawn([ring(18 - of, 5, 28 + of, 32), ink], [disc(4 + (of % 3), 30 + of, 30), ink]),
);
const overPicture = shapes.map((shape) => painted(shape, over(0, sizePx)));
const overBoxes = shapes.map((shape, of) => painted(shape, over(28 + of - 20.5 + of, 28 + of + 20.5 - of)));
const at = (planes: Float32Array, x: number, y: number): number[] => {
  const side = Math.sqrt(planes.length / 4);
  return [0, 1, 2, 3].map((channel) => planes[channel * side * side + y * side + x]!);
};
const assertNear = (got: readonly number[], wanted: readonly number[], within = 0.03): void =>
  assert.ok(
    got.every((value, place) => Math.abs(value - wanted[place]!) <= within),
    `expected ${wanted}, got ${got}`,
  );
/** Colours of the two stops of each gradient of an SVG. */
const stopsOf = (svg: string): Ink[][] =>
  [...svg.matchAll(/<linearGradient.*?<\/linearGradient>/g)].map(([text]) =>
    [...text.matchAll(/stop-color="(#[0-9a-f]{6})"/g)].map(([, hex]) => channelsOfHex(hex!)),
  );
const picture = ({ planes }: Drawn, key: string) => ({ kind: "image" as const, planes, sizePx, key });
const readers = { conditions: [] };

describe("one ink in a gradient", () => {
  it("a gradient over the picture, or over the box around each drawing, is the ink of a style", () => {
    const flat = gradientInkOf(overPicture)!;
    assert.equal(flat.gradient.isOverBox, false);
    assertNear(flat.ink, between(purple, blue, 0.5));
    assertNear(flat.gradient.slopes[0], [-0.5, 0.3, 0.1]);
    assertNear(flat.gradient.slopes[1], [0, 0, 0]);
    const boxed = gradientInkOf(overBoxes)!;
    assert.equal(boxed.gradient.isOverBox, true);
    assertNear(boxed.gradient.slopes[0], [-0.5, 0.3, 0.1]);
    const { isOneInk, gradient, lines } = styleInkOf(overPicture);
    assert.deepEqual([isOneInk, gradient?.isOverBox, lines !== undefined], [true, false, true]);
  });

  it("flat colours that lie as a gradient would, and stripes, are none", () => {
    const halves = shapes.map((_, of) =>
      drawn([disc(7 + (of % 3), 20, 20 + of), purple], [disc(8, 44, 20 + 3 * of), blue]),
    );
    assert.equal(gradientInkOf(halves), undefined);
    const striped = shapes.map((shape) => painted(shape, (x, y) => (Math.floor((x + y) / 3) % 2 ? purple : blue)));
    assert.equal(gradientInkOf(striped), undefined);
    assert.equal(gradientInkOf(shapes), undefined);
  });

  it("answers are painted over their own box, at any size, and traced as one gradient of two stops", () => {
    const own = gradientInkOf(overBoxes)!;
    const shape = drawn([box(10, 20, 50, 40), ink]);
    const { planes, again, stack } = finish(shape.planes, { isOneInk: true, ...own });
    assertNear(at(planes, 11, 30), [...between(purple, blue, 0.04), 1]);
    assertNear(at(planes, 48, 30), [...between(purple, blue, 0.96), 1]);
    const large = twiceAsLarge(shape.planes, sizePx);
    assertNear(at(again(large), 97, 60), [...between(purple, blue, 0.96), 1]);
    const { svg, layers } = vectorise({ ...toStraightRgba(again(large), 2 * sizePx), stack: stack!(large) });
    const [stops, ...others] = stopsOf(svg);
    assert.deepEqual([layers.length, layers[0]!.isGradient, stops!.length, others.length], [1, true, 2, 0]);
    assertNear(stops![0]!, purple);
    assertNear(stops![1]!, blue);
  });

  it("drawings and styles in a gradient are read in the usual ink, and answers get the gradient", () => {
    const style = { kind: "images" as const, images: overPicture.map((one, of) => picture(one, `gradient ${of}`)) };
    const drawing = picture(painted(shapes[3]!, over(0, sizePx)), "drawing");
    const asked = inkOfStyle(readers, { style, drawing });
    const read = readInInk(readers, { style, drawing }, asked);
    assert.ok(read.drawing?.kind === "image" && read.style?.kind === "images");
    assertNear(at(read.drawing.planes, 46, 32), [...ink, 1]);
    assertNear(at(read.style.images[3]!.planes, 46, 32), [...ink, 1]);
    const { planes } = finish(drawing.planes, looksOf(readers, {}, asked));
    assertNear(at(planes, 46, 32), [...over(0, sizePx)(46.5), 1]);
  });

  it("two requested colours are a gradient's ends, and one is its middle", () => {
    const own = gradientInkOf(overPicture)!;
    const two = gradientIn(own, [navy, white]);
    assertNear(two.ink, between(navy, white, 0.5));
    assertNear(two.gradient.slopes[0].map(Math.abs), [0.9, 0.9, 0.65]);
    const one = gradientIn(own, [navy]);
    assert.deepEqual([one.ink, one.gradient], [navy, own.gradient]);
  });

  it("a set of such icons is learned in the usual ink", () => {
    const { icons, styleInk } = inInkOfMost(overPicture.map((one, of) => picture(one, `${of}`)));
    assert.equal(icons.length, overPicture.length);
    assertNear(at(icons[3]!.planes, 46, 32), [...ink, 1]);
    assert.equal(styleInk.gradient?.isOverBox, false);
  });
});

/** A square from purple to blue, and a disc below it from white to sky. */
const twoAreas = (of: number): Drawn =>
  painted(drawn([box(8 + of, 4, 56, 34), ink], [disc(11 + (of % 4), 32, 48), ink]), (x, y) =>
    y < 36 ? over(8 + of, 56)(x) : between(white, sky, (y - 36) / 24),
  );
const sources = drawn([box(6, 6, 58, 30), ink], [disc(10, 20, 48), ink]);
const known = new Float32Array(pixels).fill(1);
const inAreas = (style: StyleAreas) =>
  drawnInAreas({ planes: sources.planes, known }, sizePx, style, async () => sources.planes);

describe("areas with gradients", () => {
  const style = styleAreasOf(Array.from({ length: 8 }, (_, of) => twoAreas(of)))!;

  it("a style of areas has the gradient of each over its box", () => {
    assert.equal(style.hasGradients, true);
    for (const { colours } of style.palettes) {
      assert.equal(colours.length, 2);
      const [across] = colours.filter(({ slopes }) => Math.abs(slopes![0][0]) > 0.3);
      assertNear(across!.slopes![0], [-0.5, 0.3, 0.1], 0.06);
      assertNear(across!.ink, between(purple, blue, 0.5), 0.05);
    }
  });

  it("flat colours are no gradients, nor are translucent shadows and stripes", () => {
    const flat = Array.from({ length: 8 }, (_, of) => drawn([disc(20, 28, 28 + of), purple], [disc(8, 44, 44), blue]));
    assert.equal(styleAreasOf(flat)!.hasGradients, undefined);
    assert.ok(styleAreasOf(flat)!.palettes.every(({ colours }) => colours.every(({ slopes }) => !slopes)));
    const shaded = flat.map(({ planes }, of) => {
      const soft = new Float32Array(planes.length);
      for (let place = 0; place < pixels; place += 1) {
        const alpha = Math.min(1, Math.max(0, disc(26, 30, 34 + of)(place % sizePx, Math.floor(place / sizePx)) / 40));
        for (let channel = 0; channel < 4; channel += 1) {
          const behind = channel === 3 ? alpha : 0;
          soft[channel * pixels + place] =
            planes[channel * pixels + place]! + (1 - planes[3 * pixels + place]!) * behind;
        }
      }
      return { planes: soft, sizePx };
    });
    assert.equal(styleAreasOf(shaded)?.hasGradients, undefined);
    const striped = shapes.map((shape) => painted(shape, (x, y) => (Math.floor((x + y) / 3) % 2 ? purple : blue)));
    assert.equal(styleAreasOf(striped)?.hasGradients, undefined);
  });

  it("each area of an answer has a gradient over its own box, with real ends in its vector", async () => {
    const only = style.palettes[0]!.colours.filter(({ slopes }) => Math.abs(slopes![0][0]) > 0.3);
    const image = (await inAreas({ ...style, palettes: [{ colours: only }] }))!;
    const made = drawLayers(image, 1);
    for (const [from, to, y] of [
      [7, 56, 18],
      [11, 28, 48],
    ] as const) {
      assertNear(at(made, from, y), [...purple, 1], 0.06);
      assertNear(at(made, to, y), [...blue, 1], 0.06);
    }
    const parts = besideEachOther(image, 2, (own) => own)!;
    const { svg } = vectorise({ ...toStraightRgba(drawLayers(image, 2), 2 * sizePx), parts });
    const gradients = stopsOf(svg);
    assert.deepEqual(
      gradients.map((stops) => stops.length),
      [2, 2],
    );
    for (const stops of gradients) {
      const [start, end] = stops[0]![0] > stops[1]![0] ? stops : [...stops].reverse();
      assertNear(start!, purple, 0.06);
      assertNear(end!, blue, 0.06);
    }
    assert.equal([...svg.matchAll(/<path/g)].length, 2);
  });

  it("a style of lines in gradients is none of fills", () => {
    const lines = shapes.map((_, of) =>
      painted(drawn([box(8, 8 + of, 56, 13 + of), ink], [box(12, 40, 50 - of, 45), ink]), (x, y) =>
        y < 30 ? over(8, 56)(x) : between(white, sky, (x - 12) / 38),
      ),
    );
    assert.deepEqual([styleAreasOf(lines)!.hasGradients, styleAreasOf(lines)!.isOfFills], [true, false]);
    assert.equal(style.isOfFills, true);
  });

  it("half-covered pixels along straight edges are no colour of a style", () => {
    const framed = Array.from({ length: 8 }, (_, of) => {
      const { planes } = drawn([box(6.5, 6.5, 57.5, 57.5), white], [box(12.5, 12.5, 40.5 + of, 51.5), ink]);
      const inner = drawn([box(12.5, 12.5, 40.5 + of, 51.5), ink]);
      const own = painted(inner, over(12, 41 + of)).planes;
      const made = planes.map((value, place) => own[place]! + value - inner.planes[place]!);
      return { planes: made, sizePx };
    });
    const { palettes } = styleAreasOf(framed)!;
    assert.ok(palettes.every(({ colours }) => colours.length <= 2));
  });

  it("areas that have one gradient together are painted over the box around them all", async () => {
    const shared = style.palettes[0]!.colours.filter(({ slopes }) => Math.abs(slopes![0][0]) > 0.3).map((colour) => ({
      ...colour,
      isShared: true,
    }));
    const made = drawLayers((await inAreas({ ...style, palettes: [{ colours: shared }] }))!, 1);
    assertNear(at(made, 28, 48), [...over(6, 58)(28.5), 1], 0.06);
  });

  it("what a drawing leaves empty stays so where a gradient goes on all around it", async () => {
    const shared = style.palettes[0]!.colours.slice(0, 1).map((colour) => ({ ...colour, isShared: true }));
    const holed = drawn([box(6, 6, 58, 58), ink]);
    for (const [place, share] of drawn([disc(9), ink])
      .planes.subarray(3 * pixels)
      .entries())
      for (let channel = 0; channel < 4; channel += 1) holed.planes[channel * pixels + place]! *= 1 - share;
    const answer = drawn([box(6, 6, 58, 58), ink]).planes;
    const asked = { ...style, palettes: [{ colours: shared }] };
    const made = await drawnInAreas({ planes: holed.planes, known }, sizePx, asked, async () => answer);
    const alphaAt = (image: typeof made, x: number): number => at(drawLayers(image!, 1), x, 32)[3]!;
    assert.ok(alphaAt(made, 32) < 0.05 && alphaAt(made, 12) > 0.95);
    // But for areas that lines went into, which would go with them.
    const { planes } = drawn([ring(24, 5), ink], [ring(9, 5), ink]);
    const lines = await drawnInAreas({ planes, known }, sizePx, asked, async () => drawn([disc(26), ink]).planes);
    assert.ok(alphaAt(lines, 32) > 0.95 && alphaAt(lines, 56) > 0.95);
  });

  it("flat areas have no layers of their own for a tracing, which finds their colours in pixels", async () => {
    const flat: StyleAreas = {
      palettes: [{ colours: [{ ink: purple, share: 1 }] }],
      isOfFills: true,
      hasGrounds: false,
    };
    assert.equal(
      besideEachOther((await inAreas(flat))!, 2, (own) => own),
      undefined,
    );
  });

  it("a manifest keeps the gradients of areas", () => {
    const kept = areasOfEntry(entryOfAreas(style));
    for (const [place, { colours }] of kept.palettes.entries())
      for (const [index, colour] of colours.entries()) {
        const before = style.palettes[place]!.colours[index]!;
        assert.equal(hexOfChannels(colour.ink), hexOfChannels(before.ink));
        assertNear(colour.slopes!.flat(), before.slopes!.flat(), 1e-4);
      }
    assert.equal(kept.hasGradients, true);
  });
});

it("an ink in a gradient on a ground is read with it, and answers and their layers have it", () => {
  const shaded = shapes.map((shape) => {
    const { planes } = drawn([disc(29), [0.9, 0.95, 1]]);
    const own = painted(shape, over(0, sizePx)).planes;
    const made = planes.map((value, place) => own[place]! + (1 - shape.planes[3 * pixels + (place % pixels)]!) * value);
    return { planes: made, sizePx };
  });
  const ground = groundOfEntry(entryOfGround(groundOf(shaded)!));
  assert.equal(ground.looks.length, 1);
  assertNear(ground.looks[0]!.inkSlopes![0], [-0.5, 0.3, 0.1], 0.05);
  assertNear(ground.looks[0]!.inkSlopes![1], [0, 0, 0], 0.05);
  const alone = offGround(shaded[3]!, ground)!.planes;
  const { planes, stack } = finish(alone, { ground });
  assertNear(at(planes, 46, 32), at(shaded[3]!.planes, 46, 32), 0.06);
  assertNear(at(planes, 10, 32), at(shaded[3]!.planes, 10, 32), 0.06);
  assert.notEqual(stack!(alone).at(-1)!.gradient, undefined);
});
