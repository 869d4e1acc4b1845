/** Which colour of a style each area of a drawing gets. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chooseColours } from "../../../server/engine/areas/choose-colours.ts";
import { labOfInk } from "../../../server/engine/areas/lab-of-ink.ts";
import { partitionOf } from "../../../server/engine/areas/partition.ts";
import { votesOf } from "../../../server/engine/areas/votes.ts";
import type { Ink } from "../../../server/engine/pixels/ink-colour.ts";
import { disc, drawn, sizePx } from "../drawn-layers.ts";

const [navy, red, yellow, sky, white]: [Ink, Ink, Ink, Ink, Ink] = [
  [0.1, 0.1, 0.35],
  [0.9, 0.15, 0.2],
  [0.98, 0.8, 0.2],
  [0.5, 0.8, 0.95],
  [1, 1, 1],
];
const palette = (...inks: Ink[]) => ({ colours: inks.map((one) => ({ ink: one, share: 1 / inks.length })) });

describe("colours of areas", () => {
  const partition = partitionOf(drawn([disc(26), navy], [disc(18), sky], [disc(8), white]))!;
  const wanted = partition.areas.flatMap(({ isOutside }, area) => (isOutside ? [] : [{ area, isAround: false }]));
  const labelAt = (x: number) => partition.labels[32 * sizePx + x]!;
  const dull = (lightness: number): Ink => [lightness, lightness, lightness];

  it("a dull answer gets the colours of a palette, dark ones where it is darker", () => {
    const answer = drawn([disc(26), dull(0.52)], [disc(18), dull(0.6)], [disc(8), dull(0.56)]).planes;
    const votes = votesOf(partition, answer);
    const [lightness] = votes[labelAt(10)]!.colour!;
    assert.ok(Math.abs(lightness - labOfInk(dull(0.52))[0]) < 0.01);
    const { paints } = chooseColours(partition.areas, votes, wanted, [palette(white, red, navy)]);
    assert.deepEqual(
      [10, 18, 32].map((x) => paints.get(labelAt(x))!.ink),
      [navy, white, red],
    );
  });

  it("areas that touch get other colours, even where the answer has one for both", () => {
    const votes = votesOf(partition, drawn([disc(26), dull(0.5)]).planes);
    const { paints } = chooseColours(partition.areas, votes, wanted, [palette(red, sky)]);
    assert.notEqual(paints.get(labelAt(10)), paints.get(labelAt(18)));
    assert.notEqual(paints.get(labelAt(18)), paints.get(labelAt(32)));
  });

  it("what lies open on the canvas is white only where nothing else would do, and what a line is around may be", () => {
    // The answer is palest outside.
    const votes = votesOf(partition, drawn([disc(26), dull(0.7)], [disc(18), dull(0.5)], [disc(8), dull(0.6)]).planes);
    const outer = (isOpen: boolean, colours = [white, red, sky]): Ink => {
      const open = wanted.map((one) => ({ ...one, isOpen: isOpen && one.area === labelAt(10) }));
      return chooseColours(partition.areas, votes, open, [palette(...colours)]).paints.get(labelAt(10))!.ink;
    };
    assert.deepEqual(outer(false), white, "a line is around it");
    assert.notDeepEqual(outer(true), white, "it lies open");
    assert.deepEqual(outer(true, [white]), white, "the style has nothing else");
  });

  it("what goes around has the colour that the chosen palette has for it", () => {
    const votes = votesOf(partition, drawn([disc(26), dull(0.5)]).planes);
    const around = wanted.map(({ area }) => ({ area, isAround: area === labelAt(10) }));
    const { paints } = chooseColours(partition.areas, votes, around, [{ ...palette(red, sky), around: { ink: navy } }]);
    assert.equal(paints.get(labelAt(10))!.ink, navy);
    assert.ok([...paints].every(([area, { ink: own }]) => area === labelAt(10) || own !== navy));
  });
});

describe("colours of a coloured drawing", () => {
  const [grass, rose]: [Ink, Ink] = [
    [0.1, 0.6, 0.25],
    [0.85, 0.45, 0.6],
  ];
  const partition = partitionOf(drawn([disc(26), rose], [disc(18), sky], [disc(8), navy]))!;
  const labelAt = (x: number) => partition.labels[32 * sizePx + x]!;
  const places = [10, 18, 32];
  const owns = new Map([rose, sky, navy].map((own, at) => [labelAt(places[at]!), own]));
  const wanted = [...owns].map(([area, own]) => ({ area, isAround: false, own }));
  const votes = votesOf(partition, drawn([disc(26), [0.5, 0.5, 0.5]]).planes);
  const chosen = (...palettes: ReturnType<typeof palette>[]) => {
    const { paints } = chooseColours(partition.areas, votes, wanted, palettes);
    return places.map((x) => paints.get(labelAt(x))!.ink);
  };
  const near = (ink: Ink): Ink => [ink[0], ink[1], ink[2] - 0.04];

  it("stay where the style has nearly all of them, as the style has them", () => {
    const style = [palette(near(rose), grass), palette(near(sky), red), palette(near(navy), yellow)];
    assert.deepEqual(chosen(...style), [near(rose), near(sky), near(navy)]);
    // A little that the style lacks stays too.
    assert.deepEqual(chosen(style[0]!, style[1]!, palette(yellow, white)), [near(rose), near(sky), navy]);
  });

  it("are the style's where it has others, or shows too few drawings", () => {
    const others = [palette(grass, yellow), palette(red, grass), palette(yellow, red)];
    assert.ok(chosen(...others).every((ink) => [grass, yellow, red].includes(ink)));
    const two = [palette(near(rose), grass), palette(near(sky), near(navy))];
    const inks = two.flatMap(({ colours }) => colours.map(({ ink }) => ink));
    assert.ok(chosen(...two).every((ink) => inks.includes(ink)));
  });

  it("stay as light as they are, whatever lightness the answer has", () => {
    const [dark, middle, light]: Ink[] = [0.1, 0.55, 0.95].map((value) => [value, value / 3, value / 2] as Ink);
    const brighterWithin = votesOf(partition, drawn([disc(26), dark!], [disc(18), middle!], [disc(8), light!]).planes);
    const { paints } = chooseColours(partition.areas, brighterWithin, wanted, [palette(dark!, middle!, light!)]);
    assert.equal(paints.get(labelAt(32))!.ink, dark, "navy");
  });
});
