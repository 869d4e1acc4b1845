/** Areas that are one thing to whoever draws them, and styles of few colours. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { alikeAreas, together, votesTogether } from "../../../server/engine/areas/alike.ts";
import { chooseColours, fewColoursOf } from "../../../server/engine/areas/colours/choose-colours.ts";
import { type Partition, partitionOf } from "../../../server/engine/areas/partition.ts";
import { votesOf } from "../../../server/engine/areas/votes.ts";
import { box, disc, drawn, ring, sizePx } from "../drawn-layers.ts";

const [ink, red, tint, white, navy] = [
  [0.12, 0.13, 0.16] as const,
  [0.9, 0.15, 0.2] as const,
  [0.84, 0.88, 1] as const,
  [1, 1, 1] as const,
  [0.25, 0.28, 0.84] as const,
];
const labelAt = ({ labels }: Partition, x: number, y: number): number => labels[y * sizePx + x]!;
const areAlike = (partition: Partition, one: [number, number], other: [number, number]): boolean => {
  const leaders = alikeAreas(partition);
  return leaders[labelAt(partition, ...one)] === leaders[labelAt(partition, ...other)];
};

describe("alike areas", () => {
  it("mirror images across the middle are alike, and areas of other sizes are not", () => {
    const halves = partitionOf(drawn([ring(22, 5), ink], [box(29.5, 12, 34.5, 52), ink]))!;
    assert.ok(areAlike(halves, [20, 32], [44, 32]));
    const parts = partitionOf(drawn([ring(22, 5), ink], [box(23.5, 12, 28.5, 52), ink]))!;
    assert.ok(!areAlike(parts, [16, 32], [44, 32]));
  });

  it("the same shape apart from the other is alike, as wheels are; stripes beside each other are not", () => {
    const bicycle = partitionOf(drawn([disc(9, 14, 44), ink], [disc(9, 48, 40), ink], [box(30, 10, 34, 20), ink]))!;
    assert.ok(areAlike(bicycle, [14, 44], [48, 40]));
    assert.ok(!areAlike(bicycle, [14, 44], [32, 15]));
    const flag = partitionOf(drawn([box(8, 8, 56, 20), ink], [box(8, 23, 56, 35), ink], [box(8, 38, 56, 50), ink]))!;
    assert.ok(!areAlike(flag, [32, 14], [32, 29]) && !areAlike(flag, [32, 29], [32, 44]));
  });

  it("areas of two colours of a drawing are not alike", () => {
    const flaps = partitionOf(drawn([box(8, 20, 26, 44), red], [box(38, 20, 56, 44), navy]))!;
    assert.ok(!areAlike(flaps, [16, 32], [48, 32]));
  });

  it("alike areas get one colour, whatever the answer has in each", () => {
    const partition = partitionOf(
      drawn([box(6, 20, 22, 44), ink], [box(42, 20, 58, 44), ink], [box(26, 8, 38, 56), ink]),
    )!;
    const [left, right, middle] = [labelAt(partition, 14, 32), labelAt(partition, 50, 32), labelAt(partition, 32, 32)];
    const answer = drawn([box(0, 0, 30, 64), red], [box(30, 0, 64, 64), tint]).planes;
    const leaders = alikeAreas(partition);
    const votes = votesTogether(votesOf(partition, answer), leaders);
    assert.deepEqual(votes[left]!.colour, votes[right]!.colour);
    const wanted = [left, right, middle].map((area) => ({ area, isAround: false }));
    const all = together(partition.areas, votes, wanted, leaders);
    assert.equal(all.wanted.length, 2);
    const palettes = [{ colours: [red, tint, navy].map((one) => ({ ink: one, share: 1 / 3 })) }];
    const paints = all.ofAll(chooseColours(all.areas, all.votes, all.wanted, palettes).paints);
    assert.equal(paints.size, 3);
    assert.equal(paints.get(left), paints.get(right));
  });
});

describe("styles of few colours", () => {
  const icon = (...colours: ReadonlyArray<readonly [readonly [number, number, number], number]>) => ({
    colours: colours.map(([one, share]) => ({ ink: one, share })),
    around: { ink: navy },
  });
  const palettes = [
    icon([white, 0.45], [tint, 0.14]),
    icon([tint, 0.33], [white, 0.06]),
    icon([navy, 1]),
    icon([tint, 0.6]),
  ];

  it("the colours of all its drawings are known together, but where they are many or go around in several", () => {
    const few = fewColoursOf(palettes)!;
    assert.deepEqual(
      few.colours.map((one) => one.ink),
      [white, tint],
    );
    assert.ok(few.colours[1]!.share > few.colours[0]!.share);
    assert.equal(fewColoursOf([...palettes, icon([red, 0.5], [[0.1, 0.6, 0.2], 0.5])]), undefined);
    assert.equal(fewColoursOf([...palettes, { ...icon([tint, 1]), around: { ink: red } }]), undefined);
    assert.equal(fewColoursOf(palettes.slice(0, 2)), undefined);
    assert.equal(fewColoursOf(palettes.map(({ colours }) => ({ colours }))), undefined, "no lines go around");
  });

  it("an area gets the colour that the answer has there, whatever a drawing of the style is mostly of", () => {
    const partition = partitionOf(drawn([box(8, 8, 56, 56), ink]))!;
    const area = labelAt(partition, 32, 32);
    const two = [icon([white, 0.6], [red, 0.1]), icon([white, 0.3], [red, 0.3]), icon([red, 0.4])];
    for (const wanted of [red, white]) {
      const votes = votesOf(partition, drawn([box(0, 0, 64, 64), wanted]).planes);
      const { paints } = chooseColours(partition.areas, votes, [{ area, isAround: false }], two);
      assert.deepEqual(paints.get(area)!.ink, wanted);
    }
  });
});
