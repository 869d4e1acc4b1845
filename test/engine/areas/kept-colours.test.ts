/** Colours of coloured drawings: kept where a style has them, else as light as they were. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chooseColours } from "../../../server/engine/areas/colours/choose-colours.ts";
import { keptColours } from "../../../server/engine/areas/colours/kept-colours.ts";
import { partitionOf } from "../../../server/engine/areas/partition.ts";
import type { StylePalette } from "../../../server/engine/areas/style-areas.ts";
import { votesOf } from "../../../server/engine/areas/votes.ts";
import type { Ink } from "../../../server/engine/pixels/ink-colour.ts";
import { disc, drawn, inks, palette, sizePx } from "../drawn-layers.ts";

const { navy, red, yellow, sky, white } = inks;
const [grass, rose]: [Ink, Ink] = [
  [0.1, 0.6, 0.25],
  [0.85, 0.45, 0.6],
];
const near = (ink: Ink): Ink => [ink[0], ink[1], ink[2] - 0.04];
/** Another shade, which a style has about. */
const shadeOf = ([r, g, b]: Ink): Ink => [r - 0.06, g - 0.06, b - 0.06];
const places = [10, 18, 32];

const partition = partitionOf(drawn([disc(26), rose], [disc(18), sky], [disc(8), navy]))!;
const labelAt = (x: number) => partition.labels[32 * sizePx + x]!;

/** Colours from outside in of three discs on each other that were in `owns`. */
function chosen(
  owns: ReadonlyArray<Ink | undefined>,
  palettes: readonly StylePalette[],
  { answer = [0.5, 0.5, 0.5].map((grey): Ink => [grey, grey, grey]), isGround = false } = {},
): Ink[] {
  const votes = votesOf(partition, drawn([disc(26), answer[0]!], [disc(18), answer[1]!], [disc(8), answer[2]!]).planes);
  const wanted = owns.map((own, at) => ({ area: labelAt(places[at]!), isAround: isGround && at === 0, own }));
  const { paints } = chooseColours(partition.areas, votes, wanted, palettes);
  return places.map((x) => paints.get(labelAt(x))!.ink);
}

describe("colours of a coloured drawing", () => {
  const own = [rose, sky, navy];
  const style = [palette(near(rose), grass), palette(near(sky), red), palette(near(navy), yellow)];

  it("stay where the style has nearly all of them, as the style has them", () => {
    assert.deepEqual(chosen(own, style), [near(rose), near(sky), near(navy)]);
    // A little that the style lacks stays too.
    assert.deepEqual(chosen(own, [style[0]!, style[1]!, palette(yellow, white)]), [near(rose), near(sky), navy]);
  });

  it("are the style's where it has others, or shows too few drawings", () => {
    const others = [palette(grass, yellow), palette(red, grass), palette(yellow, red)];
    assert.ok(chosen(own, others).every((ink) => [grass, yellow, red].includes(ink)));
    const two = [palette(near(rose), near(navy)), palette(near(sky), near(navy))];
    assert.notDeepEqual(chosen(own, two), [near(rose), near(sky), near(navy)]);
    assert.deepEqual(chosen(own, [...two, palette(grass)]), [near(rose), near(sky), near(navy)]);
  });

  it("greys alone say nothing, nor do specks of a style", () => {
    const areas = partition.areas;
    const votes = votesOf(partition, drawn([disc(26), red], [disc(18), sky], [disc(8), grass]).planes);
    const kept = (owns: readonly Ink[], palettes: readonly StylePalette[]) => {
      const wanted = owns.map((ink, at) => ({ area: labelAt(places[at]!), isAround: false, own: ink }));
      return keptColours(areas, votes, wanted, palettes, () => 0);
    };
    const greys: Ink[] = [white, [0.6, 0.6, 0.6], [0.1, 0.1, 0.1]];
    assert.equal(kept(greys, [palette(...greys, red), palette(sky), palette(grass)]), undefined);
    assert.equal(kept(own, style)!.size, 3);
    const specks = style.map(({ colours: [first, second] }) => ({
      colours: [
        { ...first!, share: 0.02 },
        { ...second!, share: 0.98 },
      ],
    }));
    assert.equal(kept(own, specks), undefined);
  });

  it("two shades stay two, where the style has one colour for both", () => {
    const shades = [sky, shadeOf(sky), navy];
    const [first, second] = chosen(shades, style);
    assert.deepEqual([first, second], [near(sky), shadeOf(sky)]);
  });

  it("what the drawing left empty gets the style's nearest to the answer", () => {
    const [, , filled] = chosen([rose, sky, undefined], style, { answer: [rose, sky, grass] });
    assert.deepEqual(filled, grass);
  });

  it("a ground is none that hides them, and they do not stay where all grounds do", () => {
    const on = (ground: Ink, { colours }: StylePalette): StylePalette => ({ colours, around: { ink: ground } });
    const grounds = [on(near(sky), style[0]!), on(yellow, style[1]!), on(near(sky), style[2]!)];
    assert.deepEqual(chosen(own, grounds, { isGround: true }), [yellow, near(sky), near(navy)]);
    const hidden = style.map((one) => on(near(sky), one));
    assert.notDeepEqual(chosen(own, hidden, { isGround: true })[1], near(sky));
  });

  it("give their lightness to others, whatever lightness the answer has", () => {
    const [dark, middle, light]: Ink[] = [0.1, 0.55, 0.95].map((value): Ink => [value, value / 3, value / 2]);
    const answer = [dark!, middle!, light!];
    const three = [palette(...answer), palette(...answer), palette(...answer)];
    assert.equal(chosen(own, three, { answer })[2], dark, "navy");
  });

  it("of other lightness than requested ones get all of these, in their order", () => {
    const darks: Ink[] = [
      [0.3, 0.05, 0.2],
      [0.05, 0.15, 0.1],
      [0.02, 0.02, 0.05],
    ];
    const requested = [yellow, sky, white];
    const made = chosen(darks, [palette(...requested)]);
    assert.equal(new Set(made).size, 3, `${made}`);
  });
});
