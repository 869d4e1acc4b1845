/** One requested colour in styles of many: which paints take it, and what stays. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawnInAreas, paintedInAreas } from "../../server/engine/areas/drawn-in-areas.ts";
import { besideRequested, inOneColour, namedByHex } from "../../server/engine/areas/in-one-colour.ts";
import { labOfInk } from "../../server/engine/areas/lab-of-ink.ts";
import { namedColours } from "../../server/engine/colour-words.ts";
import { inGiven } from "../../server/engine/in-given-colours.ts";
import { overPicture } from "../../server/engine/pixels/gradients/ink-gradient.ts";
import { channelsOfHex, hexOfChannels } from "../../server/engine/pixels/hex-colour.ts";
import { type Ink, inkDistance, mixInks } from "../../server/engine/pixels/ink-colour.ts";
import { drawLayers, type LayeredImage, paintValues } from "../../server/engine/pixels/layered-image.ts";
import { styleInkOf } from "../../server/engine/pixels/style-ink.ts";
import { looksOf, readInInk } from "../../server/engine/read-in-ink.ts";
import { labOfHex } from "../../shared/colour/oklab.ts";
import { box, disc, drawn, pixels, ring, sizePx } from "./drawn-layers.ts";

const [orange, pale, brown, white, black, green]: Ink[] = [
  "#f08a1c",
  "#f9d2a6",
  "#7a3d05",
  "#ffffff",
  "#101010",
  "#1fa05a",
].map(channelsOfHex) as unknown as Ink[];
const blue = "#2060e0";
const hueOf = (ink: Ink): number => {
  const [, a, b] = labOfInk(ink);
  return (Math.atan2(b, a) * 180) / Math.PI;
};
const chromaOf = (ink: Ink): number => Math.hypot(labOfInk(ink)[1], labOfInk(ink)[2]);
const lightness = (ink: Ink): number => labOfInk(ink)[0];

/** Stripes of paints, the first the broadest. */
function striped(...inks: Ink[]): LayeredImage {
  const logits = new Float32Array((inks.length + 1) * pixels).fill(-20);
  for (let at = 0; at < pixels; at += 1) {
    const row = Math.floor(at / sizePx);
    logits[(1 + Math.max(0, Math.min(inks.length - 1, Math.floor((row - 28) / 6)))) * pixels + at] = 20;
  }
  const paints = new Float32Array(inks.length * paintValues);
  for (const [layer, ink] of inks.entries()) paints.set([...ink, 1], layer * paintValues);
  return { logits, paints, sizePx };
}
const paintsIn = ({ paints }: LayeredImage): Ink[] =>
  Array.from({ length: paints.length / paintValues }, (_, layer) => {
    const [red, green, blue] = paints.subarray(layer * paintValues, layer * paintValues + 3);
    return [red!, green!, blue!];
  });
const moved = (image: LayeredImage, hex = blue): Ink[] => paintsIn(inOneColour(image, namedByHex(hex), {}).layers);

describe("one requested colour in flat colours", () => {
  it("the main paint takes it, tints and shades stay lighter and darker, and white and black stay", () => {
    const [main, tint, shade, paper, line] = moved(striped(orange!, pale!, brown!, white!, black!)) as [
      Ink,
      Ink,
      Ink,
      Ink,
      Ink,
    ];
    assert.equal(hexOfChannels(main), blue);
    assert.ok(lightness(tint) > lightness(main) + 0.1 && lightness(shade) < lightness(main) - 0.1);
    for (const ink of [tint, shade]) assert.ok(Math.abs(hueOf(ink) - hueOf(channelsOfHex(blue))) < 25, `${hueOf(ink)}`);
    assert.deepEqual([paper, line].map(hexOfChannels), ["#ffffff", "#101010"]);
  });

  it("other hues become tints of it that are told apart", () => {
    const [main, other] = moved(striped(orange!, green!)) as [Ink, Ink];
    assert.equal(hexOfChannels(main), blue);
    const away = labOfInk(main).map((value, axis) => value - labOfInk(other)[axis]!);
    assert.ok(Math.hypot(...away) >= 0.09, `${away}`);
    assert.ok(Math.abs(hueOf(other) - hueOf(main)) < 25);
  });

  it("a small touch of another hue stays, unless it is of the requested hue, pale, or a grey is requested", () => {
    const yellow = channelsOfHex("#f5d020");
    const touched = (main: Ink, touch: Ink, hex?: string): string => {
      const image = striped(main, touch);
      // The first stripe has nine tenths of the rows.
      for (let at = 0; at < pixels; at += 1) {
        const isTouch = Math.floor(at / sizePx) > sizePx * 0.9;
        image.logits[pixels + at] = isTouch ? -20 : 20;
        image.logits[2 * pixels + at] = isTouch ? 20 : -20;
      }
      return hexOfChannels(moved(image, hex)[1]!);
    };
    const grey = channelsOfHex("#607d8b");
    for (const main of [green!, channelsOfHex("#d03050"), grey]) assert.equal(touched(main, yellow), "#f5d020");
    assert.notEqual(touched(green!, yellow, "#f0a010"), "#f5d020", "of the requested hue");
    assert.notEqual(touched(orange!, yellow), "#f5d020", "of the main paint's hue");
    assert.notEqual(touched(green!, channelsOfHex("#f0e2b0")), "#f0e2b0", "pale");
    assert.notEqual(touched(green!, yellow, "#777777"), "#f5d020", "a grey is requested");
  });

  it("of greys alone the largest that is neither paper nor outline takes it, and a grey takes hues away", () => {
    const grey = channelsOfHex("#909090");
    const main = moved(striped(grey, white!, black!));
    assert.deepEqual(main.map(hexOfChannels), [blue, "#ffffff", "#101010"]);
    for (const ink of moved(striped(orange!, pale!), "#777777")) assert.ok(chromaOf(ink) < 0.01);
  });

  it("a grey that covers several times what any hue does takes it, and a smaller one stays", () => {
    const grey = channelsOfHex("#607d8b");
    const [body] = moved(striped(grey, orange!, white!));
    assert.equal(hexOfChannels(body!), blue);
    assert.deepEqual(moved(striped(orange!, grey)).map(hexOfChannels), [blue, "#607d8b"]);
    assert.deepEqual(moved(striped(grey, orange!)).map(hexOfChannels), ["#607d8b", blue]);
    const pale = channelsOfHex("#d7e0ff");
    assert.deepEqual(
      moved(striped(pale, white!, orange!))
        .map(hexOfChannels)
        .slice(1),
      ["#ffffff", blue],
    );
  });

  it("a white body takes it, and what is in another hue is a shade; white that covers less is paper", () => {
    const [body, mark, line] = moved(striped(white!, brown!, black!)) as [Ink, Ink, Ink];
    assert.deepEqual([body, line].map(hexOfChannels), [blue, "#101010"]);
    assert.ok(lightness(mark) < lightness(body) - 0.1 && chromaOf(mark) < 1.1 * chromaOf(body), hexOfChannels(mark));
    assert.deepEqual(moved(striped(white!, orange!)).map(hexOfChannels), ["#ffffff", blue]);
  });

  it("a gradient keeps its way over areas that are small and far from the middle, the same over each", () => {
    const places = [
      { left: 4, top: 4, right: 16, bottom: 16 },
      { left: 44, top: 40, right: 60, bottom: 56 },
    ];
    const logits = new Float32Array(3 * pixels).fill(-20);
    for (let cell = 0; cell < pixels; cell += 1) {
      const [x, y] = [cell % sizePx, Math.floor(cell / sizePx)];
      const layer = places.findIndex(
        ({ left, top, right, bottom }) => x >= left && x < right && y >= top && y < bottom,
      );
      logits[(layer + 1) * pixels + cell] = 20;
    }
    const paints = new Float32Array(2 * paintValues);
    const down = [0, 1, 2].map((channel) => brown![channel]! - pale![channel]!) as unknown as Ink;
    for (const [layer, place] of places.entries()) {
      const { colour, slopes } = overPicture(mixInks(pale!, brown!, 0.5), [[0, 0, 0], down], place, sizePx);
      paints.set([...colour, 1, ...slopes[0], ...slopes[1]], layer * paintValues);
    }
    const planes = drawLayers(inOneColour({ logits, paints, sizePx }, namedByHex(blue), {}).layers, 1);
    const inkAt = (x: number, y: number): Ink =>
      [0, 1, 2].map((channel) => planes[channel * pixels + y * sizePx + x]!) as unknown as Ink;
    for (const { left, top, right, bottom } of places) {
      const [x, y] = [(left + right) / 2, (top + bottom) / 2];
      const middle = mixInks(inkAt(x, y - 1), inkAt(x, y), 0.5);
      assert.ok(inkDistance(middle, channelsOfHex(blue)) < 0.03, `expected ${blue}, got ${hexOfChannels(middle)}`);
      const [above, below] = [inkAt(x, top), inkAt(x, bottom - 1)].map(lightness);
      assert.ok(above! > below! + 0.25, `expected lighter above, got ${above} and ${below}`);
    }
  });

  it("darker, duller shades of yellow turn towards orange, not olive, and tints keep its hue", () => {
    const [main, tint, shade] = moved(striped(orange!, pale!, channelsOfHex("#8a6a48")), "#f5d020") as [Ink, Ink, Ink];
    assert.equal(hexOfChannels(main), "#f5d020");
    assert.ok(hueOf(shade) < hueOf(main) - 12, `${hueOf(shade)}`);
    assert.ok(Math.abs(hueOf(tint) - hueOf(main)) < 8, `${hueOf(tint)}`);
  });

  it("words leave a lightness that has the name", () => {
    const word = { name: "blue", ...namedColours.blue };
    const [main] = paintsIn(inOneColour(striped(orange!, white!), word, {}).layers);
    const [least, most] = word.lightness;
    assert.ok(lightness(main!) >= least - 0.02 && lightness(main!) <= most + 0.02);
    assert.ok(Math.abs(((hueOf(main!) + 360) % 360) - word.hue) < 15);
  });

  it("a plate is the main paint, whose shade its shadows are", () => {
    const plate = {
      mask: drawn([disc(30), black!]).planes.slice(3 * pixels),
      place: { left: 16, top: 16, sidePx: 32 },
      looks: [{ ground: orange!, on: [white!] }],
      veils: "gone" as const,
    };
    const shadow = { paint: { ink: brown!, alpha: 1 }, isFilled: false, right: 0.1, down: 0.1 };
    const { layers, behind } = inOneColour(striped(white!, pale!), namedByHex(blue), { plate, shadows: [shadow] });
    assert.equal(hexOfChannels(behind.plate!.looks[0]!.ground), blue);
    const [paper, tint] = paintsIn(layers) as [Ink, Ink];
    assert.equal(hexOfChannels(paper), "#ffffff");
    assert.ok(Math.abs(hueOf(tint) - hueOf(channelsOfHex(blue))) < 25);
    assert.ok(lightness(behind.shadows![0]!.paint.ink) < labOfHex(blue)[0]);
  });

  it("beside an ink its tints follow, and other hues stay", () => {
    assert.ok(Math.abs(hueOf(besideRequested(pale!, orange!, channelsOfHex(blue))) - hueOf(channelsOfHex(blue))) < 25);
    for (const stays of [green!, white!]) assert.equal(besideRequested(stays, orange!, channelsOfHex(blue)), stays);
  });
});

describe("a style of many colours in requested ones", () => {
  const mains = ["#f08a1c", "#1fa05a", "#8040c0", "#d03050", "#20b0d0"].map(channelsOfHex);
  const icons = Array.from({ length: 10 }, (_, of) =>
    drawn(
      [[disc(22), box(10, 14, 54, 50)][of % 2]!, mains[of % 5]!],
      [disc(8, 24 + of), mains[(of + 2) % 5]!],
      [box(30, 40, 44, 44), white!],
    ),
  );
  const style = styleInkOf(icons);
  const shown = (drawings: readonly { planes: Float32Array }[]) => ({
    kind: "images" as const,
    images: drawings.map(({ planes }, at) => ({ kind: "image" as const, planes, sizePx, key: `many ${at}` })),
  });
  const lines = drawn([ring(22, 5), black!], [box(29.5, 12, 34.5, 52), black!]);
  const answer = drawn([disc(25), orange!]).planes;
  const readers = { conditions: [] };

  it("is drawn in areas as without it, of which the main one has it, and the flow is not asked for it", async () => {
    const colours = { kind: "colours" as const, colours: [blue] };
    const asked = inGiven(style, [channelsOfHex(blue)]);
    const looks = looksOf(readers, { style: shown(icons), colours }, asked);
    assert.deepEqual([looks.areas, looks.palette], [style.areas, undefined]);
    const values = readInInk(readers, { style: shown(icons), drawing: shown([lines]).images[0]!, colours }, asked);
    assert.equal(values.colours, undefined);
    const areas = { ...style.areas!, hasGrounds: false };
    const drawing = { planes: lines.planes, known: new Float32Array(pixels).fill(1) };
    const plain = await drawnInAreas(drawing, sizePx, areas, async () => answer);
    const made = await paintedInAreas(drawing, sizePx, { ...looks, areas }, async () => answer);
    assert.deepEqual([...made!.layers.logits], [...plain!.logits]);
    assert.equal(made!.looks.colour, undefined);
    assert.ok(paintsIn(made!.layers).some((ink) => hexOfChannels(ink) === blue));
    for (const ink of paintsIn(made!.layers))
      assert.ok(chromaOf(ink) < 0.045 || Math.abs(hueOf(ink) - hueOf(channelsOfHex(blue))) < 25, `${ink}`);
  });

  it("several colours are a palette of its areas", () => {
    const given = [blue, "#ffcc00", "#ffffff"];
    const asked = inGiven(style, given.map(channelsOfHex));
    assert.deepEqual(
      asked.areas!.palettes.map(({ colours }) => colours.map(({ ink }) => hexOfChannels(ink))),
      [given],
    );
    const looks = looksOf(readers, { style: shown(icons), colours: { kind: "colours", colours: given } }, asked);
    assert.deepEqual([looks.palette, looks.colour], [given, undefined]);
  });
});
