/** Colour words: which colour a caption gives to what it names, or the thing has anyway, and a picture's main colour replaced by it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { StylePalette } from "../../server/engine/areas/style-areas.ts";
import { colourNamedIn, colourNames } from "../../server/engine/colour-words.ts";
import { channelsOfHex } from "../../server/engine/pixels/hex-colour.ts";
import { recolour } from "../../server/engine/pixels/recolour.ts";
import { usualColourOf } from "../../server/engine/usual-colours.ts";
import { hues, isNearest } from "../../server/evaluation/metrics/colour-words.ts";
import { colourOf } from "../../server/experts/label-names.ts";
import { labOf } from "../../shared/colour/oklab.ts";

type Rgb = readonly [number, number, number];
/** A row of pixels, opaque, of so many of each colour. */
function planesOf(...parts: ReadonlyArray<readonly [count: number, colour: Rgb]>): Float32Array {
  const pixels = parts.flatMap(([count, colour]) => Array.from({ length: count }, () => colour));
  return Float32Array.from([
    ...[0, 1, 2].flatMap((channel) => pixels.map((colour) => colour[channel]! / 255)),
    ...pixels.map(() => 1),
  ]);
}
const pixelOf = (planes: Float32Array, at: number): Rgb => {
  const count = planes.length / 4;
  return [0, 1, 2].map((channel) => Math.round(255 * planes[channel * count + at]!)) as unknown as Rgb;
};
const lightnessOf = (planes: Float32Array, at: number): number => {
  const [r, g, b] = pixelOf(planes, at);
  return labOf((r << 16) | (g << 8) | b)[0];
};
const requested = (name: string) => colourNamedIn(name.split(" "))!;

describe("the colour that a caption gives", () => {
  it("the colour that a caption gives is its one colour word, with a shade", () => {
    assert.equal(colourOf("a blue car")?.name, "blue");
    assert.ok(colourOf("dark blue car")!.lightness[1] < colourOf("blue car")!.lightness[1]);
    assert.equal(colourOf("red constructor")?.name, "red");
    assert.ok(colourOf("light green tree")!.lightness[0] > colourOf("green tree")!.lightness[0]);
  });

  it("the colour that a caption gives is none without a thing, without a colour and with several", () => {
    for (const caption of ["car", "orange", "red and white flag", "the colour blue of", "light bulb"])
      assert.equal(colourOf(caption)?.name, caption === "the colour blue of" ? "blue" : undefined, caption);
  });
});

describe("a picture in another main colour", () => {
  it("a red thing with grey parts shows every colour word that has a hue, and keeps its greys", () => {
    const car = planesOf([60, [200, 30, 40]], [20, [150, 20, 30]], [15, [60, 60, 62]], [5, [240, 240, 240]]);
    for (const word of Object.keys(hues) as Array<keyof typeof hues>) {
      const made = recolour(car, requested(word));
      assert.ok(isNearest(made, word), `${word}: ${pixelOf(made, 0)}`);
      assert.deepEqual(pixelOf(made, 85), [60, 60, 62]);
      assert.deepEqual(pixelOf(made, 99), [240, 240, 240]);
    }
  });

  it("a grey thing gets the colour in its fill, and its dark outline stays", () => {
    const sheep = planesOf([70, [230, 230, 232]], [30, [20, 20, 22]]);
    const made = recolour(sheep, requested("blue"));
    assert.ok(isNearest(made, "blue"), `${pixelOf(made, 0)}`);
    assert.deepEqual(pixelOf(made, 80), [20, 20, 22]);
  });

  it("black, white and grey take the hue away and leave shading in its order", () => {
    const ball = planesOf([50, [220, 60, 60]], [50, [160, 30, 30]]);
    for (const [name, least, most] of [
      ["black", 0, 0.4],
      ["white", 0.75, 1],
      ["grey", 0.35, 0.8],
    ] as const) {
      const made = recolour(ball, requested(name));
      const [light, dark] = [lightnessOf(made, 0), lightnessOf(made, 50)];
      assert.ok(light > dark && light <= most + 0.05 && dark >= least, `${name}: ${light} ${dark}`);
      const [r, g, b] = pixelOf(made, 0);
      assert.ok(Math.max(r, g, b) - Math.min(r, g, b) < 12, `${name}: ${pixelOf(made, 0)}`);
    }
  });

  it("of any picture, alpha stays, colour stays below alpha, and nothing that is transparent appears", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(...Array.from({ length: 4 }, () => fc.double({ min: 0, max: 1, noNaN: true }))), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.constantFrom(...colourNames),
        (pixels, name) => {
          const planes = Float32Array.from(
            [0, 1, 2, 3].flatMap((channel) =>
              pixels.map((pixel) => (channel === 3 ? pixel[3]! : pixel[channel]! * pixel[3]!)),
            ),
          );
          const made = recolour(planes, requested(name));
          const count = pixels.length;
          assert.deepEqual(made.slice(3 * count), planes.slice(3 * count));
          for (let at = 0; at < 3 * count; at += 1)
            assert.ok(made[at]! >= 0 && made[at]! <= made[3 * count + (at % count)]! + 1e-6);
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });
});

describe("the colour that a thing usually has", () => {
  const paletteOf = (...hexes: string[]): StylePalette => ({
    colours: hexes.map((hex) => ({ ink: channelsOfHex(hex), share: 1 / hexes.length })),
  });
  const red = "#e53935";
  const style = [paletteOf("#ffb300", "#1e88e5"), paletteOf(red, "#43a047"), paletteOf("#37474f")];

  it("a thing gets the colour that it usually has, as the style has it", () => {
    const heart = usualColourOf("heart", style)!;
    assert.equal(heart.name, "red");
    const yellow = Float32Array.from([1, 0.7, 0, 1]);
    const made = recolour(yellow, heart);
    for (const [channel, value] of channelsOfHex(red).entries())
      assert.ok(Math.abs(made[channel]! - value) < 0.02, `channel ${channel}: ${made[channel]} in place of ${value}`);
    for (const [words, name] of [
      ["Hearts", "red"],
      ["pine trees", "green"],
      ["leaves", "green"],
      ["water drop", "blue"],
      ["snowflake", "blue"],
      ["error", "red"],
      ["traffic cone", "orange"],
      ["success", "green"],
      ["money", "green"],
    ] as const)
      assert.equal(usualColourOf(words, style)?.name, name, words);
  });

  it("of several colours of a style that have the name, a thing gets the one that shows it best", () => {
    const pale = { ink: channelsOfHex("#ffcc80"), share: 1 };
    const sun = usualColourOf("sun", [{ colours: [pale] }, paletteOf("#ffeb3b", "#8bc34a")])!;
    assert.ok(sun.hue! > 95, `a hue of ${sun.hue}`);
    assert.equal(usualColourOf("heart", [paletteOf("#ff808c", "#66e1ff")])?.name, "red", "a light red is one");
  });

  it("a style without the colour paints a thing as others, and so does any style what has no usual colour", () => {
    assert.equal(usualColourOf("heart", style.slice(0, 1)), undefined);
    assert.equal(usualColourOf("pig", style), undefined);
    // A pale or a dark red is no heart's.
    assert.equal(usualColourOf("heart", [paletteOf("#ffcdd2"), paletteOf("#4a0d0d")]), undefined);
    for (const words of ["car", "heart rate", "family tree", "guitar with heart", "no fire", "constructor", ""])
      assert.equal(usualColourOf(words, style), undefined, words);
  });

  it("a style of lines with few colours in them has none to choose", () => {
    const around = { ink: channelsOfHex("#222222") };
    const few = ["#e53935", "#e53935", "#ffb300"].map((hex) => ({ ...paletteOf(hex), around }));
    assert.equal(usualColourOf("heart", few), undefined);
  });
});
