/** Styles of lines or areas in a few flat colours: what they are read as, and which pieces of an answer get an accent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Accent, withAccents } from "../../server/engine/pixels/accents/accents.ts";
import { wholePiecesOf } from "../../server/engine/pixels/accents/whole-strokes.ts";
import { asInk, flatInksOf } from "../../server/engine/pixels/flat-inks.ts";
import { channelsOfHex, hexOfChannels } from "../../server/engine/pixels/hex-colour.ts";
import type { Ink } from "../../server/engine/pixels/ink-colour.ts";
import { piecesOf } from "../../server/engine/pixels/strokes.ts";
import { usualInk } from "../../server/engine/pixels/usual-ink.ts";
import { inkOfStyle } from "../../server/engine/read-in-ink.ts";
import { twiceAsLarge } from "./twice-as-large.ts";

const sizePx = 64;
const pixels = sizePx ** 2;
const [black, blue, red]: [Ink, Ink, Ink] = [
  [0.05, 0.05, 0.05],
  [0.1, 0.4, 0.9],
  [0.9, 0.1, 0.1],
];
type Shape = readonly [left: number, top: number, right: number, bottom: number, ink: Ink];

function drawn(shapes: readonly Shape[]) {
  const planes = new Float32Array(4 * pixels);
  for (const [left, top, right, bottom, ink] of shapes)
    for (let y = top; y < bottom; y += 1)
      for (let x = left; x < right; x += 1)
        for (const [channel, value] of [...ink, 1].entries()) planes[channel * pixels + y * sizePx + x] = value;
  return { planes, sizePx };
}
const alphasOf = (shapes: readonly Shape[]): Float32Array => drawn(shapes).planes.subarray(3 * pixels);
const at = (planes: Float32Array, x: number, y: number): number[] =>
  [0, 1, 2, 3].map((channel) => planes[channel * (planes.length / 4) + y * Math.sqrt(planes.length / 4) + x]!);
const assertNear = (got: readonly number[], wanted: readonly number[], within = 0.02): void =>
  assert.ok(
    got.every((value, place) => Math.abs(value - wanted[place]!) <= within),
    `expected ${wanted}, got ${got}`,
  );

/** An H: two posts and a bar between them. */
const posts: Shape[] = [
  [10, 6, 15, 58, black],
  [49, 6, 54, 58, black],
];
const bar: Shape = [15, 30, 49, 35, black];
const lines = Array.from({ length: 8 }, (_, icon) => drawn([...posts, [15, 24 + icon, 49, 28 + icon, blue]]));
const areas = Array.from({ length: 8 }, (_, icon) =>
  drawn([[15, 10, 49, 44, blue], ...posts, [15, 44 + icon, 49, 48 + icon, black]]),
);

test("lines in two colours are a style of one ink with an accent, and areas beside lines one of an ink and its tint", () => {
  const ofLines = flatInksOf(lines)!;
  assertNear(ofLines.ink, black);
  assertNear(ofLines.accents[0]!.ink, blue);
  assert.deepEqual([ofLines.isOneInk, ofLines.accents.length], [true, 1]);
  assert.ok(Math.abs(ofLines.accents[0]!.share - 0.2) < 0.03, `${ofLines.accents[0]!.share}`);
  const inked = asInk(lines[0]!, ofLines);
  for (const [x, y] of [
    [12, 20],
    [30, 26],
  ] as const)
    assertNear(at(inked, x, y), [...channelsOfHex(usualInk), 1]);
  const ofAreas = flatInksOf(areas)!;
  assert.equal(ofAreas.isOneInk, false);
  assertNear(ofAreas.ink, black);
  assertNear(at(asInk(areas[0]!, ofAreas), 12, 20), [...channelsOfHex(usualInk), 1]);
  assertNear([at(asInk(areas[0]!, ofAreas), 30, 26)[3]!], [0.25]);
});

test("what lies between lines is a fill however narrow, what crosses them a line, and stripes of a hatching neither", () => {
  const framed = (stripes: boolean) =>
    Array.from({ length: 8 }, (_, icon) =>
      drawn([
        [12, 8 + icon, 52, 30 + icon, black],
        ...(stripes
          ? [1, 7, 13, 19].map((down): Shape => [15, 8 + icon + down, 49, 11 + icon + down, blue])
          : [[17, 13 + icon, 47, 25 + icon, blue] as const]),
      ]),
    );
  assert.deepEqual(
    [framed(false), framed(true), lines].map((drawings) => flatInksOf(drawings)!.isOneInk),
    [false, true, true],
  );
});

test("areas of a duotone have lines in the one colour that is requested and keep its others, and of several have these alone", () => {
  const images = areas.map((drawing, icon) => ({ ...drawing, kind: "image" as const, key: `area ${icon}` }));
  const areasIn = (...colours: string[]) => {
    const requested = { style: { kind: "images", images }, colours: { kind: "colours", colours } } as const;
    const { palettes, outline } = inkOfStyle({ conditions: [] }, requested).areas!;
    return [outline!.ink, ...palettes[0]!.colours.map(({ ink }) => ink)].map(hexOfChannels);
  };
  assert.deepEqual(areasIn("#ff6600"), ["#ff6600", "#1a66e5"]);
  assert.deepEqual(areasIn("#ff6600", "#003366"), ["#003366", "#ff6600"]);
});

test("soft edges between two colours are no third one", () => {
  const between: Ink = [(black[0] + blue[0]) / 2, (black[1] + blue[1]) / 2, (black[2] + blue[2]) / 2];
  const soft = areas.map((_, icon) =>
    drawn([[15, 10, 49, 44, blue], ...posts, [15, 40, 49, 44 + (icon % 2), between]]),
  );
  assert.equal(flatInksOf(soft)?.accents.length ?? 1, 1);
});

test("icons of one colour each, of gradients, or fewer than six are no style of flat colours", () => {
  assert.equal(flatInksOf(lines.slice(0, 5)), undefined);
  assert.equal(
    flatInksOf(Array.from({ length: 8 }, (_, icon) => drawn([[10, 10, 50, 50, icon % 2 ? red : blue]]))),
    undefined,
  );
  const gradients = lines.map(({ planes }) => ({
    sizePx,
    planes: planes.map((value, place) =>
      place < 3 * pixels && value > 0 ? ((Math.floor(place / sizePx) % sizePx) + 1) / sizePx : value,
    ),
  }));
  assert.equal(flatInksOf(gradients), undefined);
});

test("lines are cut where they meet, and parts that stand apart are pieces of their own; broad shapes are not cut", () => {
  const { labels, areas: sizes } = piecesOf(alphasOf([...posts, bar]), sizePx);
  const labelAt = (x: number, y: number): number => labels[y * sizePx + x]!;
  const pieces = [labelAt(12, 10), labelAt(12, 54), labelAt(32, 32), labelAt(51, 10), labelAt(51, 54)];
  assert.equal(new Set(pieces).size, 5);
  assert.ok(!pieces.includes(0) && labelAt(32, 10) === 0);
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    alphasOf([...posts, bar]).filter((alpha) => alpha > 0).length,
  );
  const broad = piecesOf(
    alphasOf([
      [4, 4, 40, 60, black],
      [50, 20, 62, 32, black],
    ]),
    sizePx,
  );
  assert.equal(broad.areas.filter((size) => size > 0).length, 2);
});

test("strokes that go straight on through others are whole, and a piece as short as a line is broad belongs to what it meets", () => {
  const crossed: Shape[] = [
    [30, 4, 35, 60, black],
    [8, 20, 58, 25, black],
    [10, 44, 30, 49, black],
  ];
  const tick: Shape = [50, 14, 55, 20, black];
  const { labels } = wholePiecesOf(alphasOf([...crossed, tick]), sizePx);
  const labelAt = (x: number, y: number): number => labels[y * sizePx + x]!;
  const post = labelAt(32, 8);
  assert.deepEqual([labelAt(32, 35), labelAt(32, 57)], [post, post]);
  assert.equal(labelAt(12, 22), labelAt(54, 22));
  assert.equal(labelAt(52, 15), labelAt(54, 22));
  assert.equal(new Set([post, labelAt(12, 22), labelAt(12, 46)]).size, 3);
});

test("an accent goes to the pieces that take as much as in the style, with others of their size, also at another size of the answer", () => {
  const accent = (share: number): Accent[] => [{ ink: blue, share }];
  const answer = drawn([...posts, bar]).planes;
  const barred = withAccents(answer, black, accent(0.24))(answer);
  assertNear(at(barred, 32, 32), [...blue, 1]);
  for (const y of [10, 54]) assertNear(at(barred, 12, y), [...black, 1]);
  const wheels: Shape[] = [
    [6, 6, 58, 11, black],
    [12, 40, 22, 50, black],
    [42, 40, 52, 50, black],
    [30, 22, 34, 26, black],
  ];
  const car = drawn(wheels).planes;
  const paint = withAccents(car, black, accent(0.4));
  const painted = paint(car);
  assertNear(at(painted, 17, 45), [...blue, 1]);
  assertNear(at(painted, 47, 45), [...blue, 1]);
  assertNear(at(painted, 30, 8), [...black, 1]);
  const large = twiceAsLarge(car, sizePx);
  assertNear(at(paint(large), 34, 90), [...blue, 1]);
  assertNear(at(paint(large), 60, 16), [...black, 1]);
});

test("where no piece takes about as much as an accent does there is none, and several accents take several pieces", () => {
  const whole = drawn([[8, 8, 56, 14, black]]).planes;
  assertNear(at(withAccents(whole, black, [{ ink: blue, share: 0.2 }])(whole), 30, 10), [...black, 1]);
  const three = drawn([
    [6, 6, 58, 12, black],
    [6, 24, 36, 30, black],
    [6, 42, 20, 48, black],
  ]).planes;
  const painted = withAccents(three, black, [
    { ink: blue, share: 0.3 },
    { ink: red, share: 0.15 },
  ])(three);
  assertNear(at(painted, 20, 26), [...blue, 1]);
  assertNear(at(painted, 12, 45), [...red, 1]);
  assertNear(at(painted, 30, 9), [...black, 1]);
});
