/** Which colour of a style each area of a drawing gets. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chooseColours } from "../../../server/engine/areas/colours/choose-colours.ts";
import { labOfInk } from "../../../server/engine/areas/lab-of-ink.ts";
import { partitionOf } from "../../../server/engine/areas/partition.ts";
import { votesOf } from "../../../server/engine/areas/votes.ts";
import type { Ink } from "../../../server/engine/pixels/ink-colour.ts";
import { disc, drawn, inks, palette, sizePx } from "../drawn-layers.ts";

const { navy, red, sky, white } = inks;

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
