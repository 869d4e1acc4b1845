/** Rings around the drawings of a style: found in icons, taken off for the flow, and put around answers at any size. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConditionValue } from "../../server/engine/interfaces.ts";
import { notLarger } from "../../server/engine/live-area.ts";
import { finish } from "../../server/engine/pixels/finish.ts";
import type { Ink } from "../../server/engine/pixels/ink-colour.ts";
import { styleInkOf } from "../../server/engine/pixels/style-ink.ts";
import { inkOfStyle, looksOf, readInInk, readPicture } from "../../server/engine/read-in-ink.ts";
import { ringOf } from "../../server/engine/rings/find-ring.ts";
import { inkOfRing, offRing } from "../../server/engine/rings/off-ring.ts";
import { entryOfRing, ringOfEntry } from "../../server/experts/style-entries/ring-entry.ts";
import { inInkOfMost } from "../../server/training/style/style-icons.ts";
import { box, disc, drawn, type Layer, pixels, ring, sizePx } from "./drawn-layers.ts";

const [blue, red, sand, pine, plum, sky, ink]: [Ink, Ink, Ink, Ink, Ink, Ink, Ink] = [
  [0.1, 0.3, 0.8],
  [0.85, 0.2, 0.15],
  [0.95, 0.85, 0.6],
  [0.1, 0.4, 0.3],
  [0.45, 0.2, 0.5],
  [0.5, 0.8, 0.95],
  [0.13, 0.14, 0.16],
];
const marks = [box(22, 22, 42, 42), disc(10), box(22, 27, 42, 37), ring(9, 4)];
const markOf = (at: number, own: Ink): Layer => [marks[at % marks.length]!, own];
/** Within a circle, each in the same colour as its circle. */
const ringed = (inkOf: (at: number) => Ink, width = 3) =>
  Array.from({ length: 8 }, (_, at) => drawn([ring(28, width), inkOf(at)], markOf(at, inkOf(at))));
/** On a badge with a border, each badge in a colour of its own. */
const badges = Array.from({ length: 8 }, (_, at) =>
  drawn([disc(29), plum], [disc(26), [sand, pine][at % 2]!], markOf(at, [red, blue][at % 2]!), [
    disc(5, 36, 34),
    [blue, red][at % 2]!,
  ]),
);
const images = (drawings: ReadonlyArray<{ planes: Float32Array }>, name: string) => ({
  kind: "images" as const,
  images: drawings.map(({ planes }, at) => ({ kind: "image" as const, planes, sizePx, key: `${name} ${at}` })),
});
const image = (planes: Float32Array, key: string) => ({ kind: "image" as const, planes, sizePx, key });
const at = (planes: Float32Array, x: number, y: number): number[] => {
  const side = Math.sqrt(planes.length / 4);
  return [0, 1, 2, 3].map((channel) => planes[channel * side * side + y * side + x]!);
};
const assertNear = (got: readonly number[], wanted: readonly number[], within = 0.05): void =>
  assert.ok(
    wanted.every((value, place) => Math.abs(got[place]! - value) <= within),
    `expected ${wanted}, got ${got}`,
  );
const imagesIn = (value: ConditionValue | undefined) =>
  value?.kind === "images" ? value.images : value?.kind === "image" ? [value] : [];
const readers = { conditions: [] };

describe("rings", () => {
  it("a circle around each icon is one, and what lies within is read without it", () => {
    const read = styleInkOf(ringed(() => blue));
    assert.deepEqual([read.ring?.isFilled, read.ring?.isOfInk, read.isOneInk], [false, true, true]);
    assertNear(read.ink!, blue);
    const { place } = read.ring!;
    assert.ok(place.left > 16 && place.sidePx < 30, `${place.left} ${place.sidePx}`);
  });

  it("so is the border of a badge, whose ground is read as without a border", () => {
    const read = styleInkOf(badges);
    assert.equal(read.ring?.isFilled, true);
    assertNear(read.ring!.looks[0]!.ground, plum);
    assert.ok(read.plate, "a badge has a ground in several colours");
    assertNear(read.plate.looks[0]!.ground, sand);
    assertNear(read.plate.looks[1]!.ground, pine);
  });

  it("no ring: a plain ground, an open or uneven line, too few icons, rings of some", () => {
    const each = (of: (at: number) => Layer[]) => Array.from({ length: 8 }, (_, place) => drawn(...of(place)));
    const cases = {
      ground: each((place) => [[disc(29), sand], markOf(place, red)]),
      open: each((place) => [[(x, y) => (y > 50 ? -9 : ring(28, 3)(x, y)), blue], markOf(place, blue)]),
      uneven: each((place) => [[(x, y) => Math.min(disc(29)(x, y), -disc(22, 35)(x, y)), blue], markOf(place, blue)]),
      some: each((place) => (place < 4 ? [[ring(28, 3), blue], markOf(place, blue)] : [markOf(place, blue)])),
    };
    for (const [name, drawings] of Object.entries(cases)) assert.equal(ringOf(drawings), undefined, name);
    assert.equal(ringOf(ringed(() => blue).slice(0, 3)), undefined);
  });

  it("a drawing lies within only where it has the ring itself", () => {
    const { ring: found } = ringOf(ringed(() => blue))!;
    assertNear(inkOfRing(drawn([ring(28, 3), red], [disc(6), red]), found)!, red);
    for (const layers of [
      [[disc(29.5), red]],
      [[ring(20, 3), red]],
      [
        [ring(28, 3), red],
        [box(0, 0, 64, 30), red],
      ],
    ] as Layer[][])
      assert.equal(inkOfRing(drawn(...layers), found), undefined);
  });

  it("the flow sees style and drawing without rings, and others as they are", () => {
    const style = images(
      ringed(() => blue),
      "ringed",
    );
    const read = inkOfStyle(readers, { style });
    const own = image(drawn([ring(28, 3), red], [disc(8), red]).planes, "own");
    const values = readInInk(readers, { style, drawing: own }, read);
    for (const { planes } of [...imagesIn(values.style), ...imagesIn(values.drawing)]) {
      assert.equal(inkOfRing({ planes, sizePx }, read.ring!), undefined);
      // As large as drawings usually are.
      assert.ok(planes.subarray(3 * pixels).filter((alpha) => alpha > 0.5).length > 1000);
    }
    const other = image(drawn([ring(20, 5), red]).planes, "other");
    const [kept] = imagesIn(readInInk(readers, { style, drawing: other }, read).drawing);
    assert.ok(at(kept!.planes, 12, 32)[3]! > 0.9);
    const bare = imagesIn(readInInk(readers, { drawing: own }, { isOneInk: true, ink }).drawing)[0];
    assert.ok(at(bare!.planes, 4, 32)[3]! > 0.9, "another style says nothing of rings");
  });

  it("an answer lies within, small and large, and the ring is the upper layer behind what is drawn", () => {
    const { ring: found } = styleInkOf(ringed(() => blue));
    const square = drawn([box(6, 6, 58, 58), blue]).planes;
    const { planes, again, apart } = finish(square, { ring: found, ink: blue });
    assertNear(at(planes, 4, 32), [...blue, 1]);
    assertNear(at(planes, 9, 32), [0, 0, 0, 0]);
    assertNear(at(planes, 32, 32), [...blue, 1]);
    const large = new Float32Array(16 * square.length).fill(0);
    large.fill(1, (3 * large.length) / 4);
    assertNear(at(again(large), 4 * 4 + 2, 130), [...blue, 1], 0.1);
    const { planes: alone, beneath } = apart!(square);
    assert.ok(at(alone, 4, 32)[3]! < 0.01 && at(alone, 32, 32)[3]! > 0.9);
    assert.deepEqual(
      beneath.map(({ hex, cover }) => [hex, cover[32 * sizePx + 4]! > 250]),
      [["#1a4dcc", true]],
    );
  });

  it("what fills a ring ends beneath it, so that none of it shows around", () => {
    const { ring: found } = styleInkOf(badges);
    const ground = drawn([disc(29), sand]).planes;
    const { planes, apart } = finish(ground, { ring: found });
    const layer = apart!(ground).planes;
    for (const x of [2, 3]) {
      const [red, green, , alpha] = at(planes, x, 32);
      assert.ok(Math.abs(red! - plum[0] * alpha!) < 0.02 && Math.abs(green! - plum[1] * alpha!) < 0.02);
      assert.ok(at(layer, x, 32)[3]! < 0.05);
    }
    assertNear(at(planes, 10, 32), [...sand, 1]);
  });

  it("as a path, what fills a ring lies above it and ends where it begins", () => {
    const { ring: found } = styleInkOf(badges);
    const { planes, apart } = finish(drawn([disc(29), sand]).planes, { ring: found });
    const { planes: above, beneath } = apart!(drawn([disc(29), sand]).planes);
    assert.equal(beneath.length, 1);
    assert.ok(beneath[0]!.cover[32 * sizePx + 32]! > 250, "no seam between the two");
    for (const x of [3, 4, 5, 10]) {
      const [own, alpha] = [at(above, x, 32), at(above, x, 32)[3]!];
      const both = [...plum, 1].map((value, channel) => own[channel]! + (1 - alpha) * value);
      assertNear(at(planes, x, 32), both, 0.1);
    }
  });

  it("a ring around a disc: the drawing is made smaller on the disc alone", () => {
    const discs = Array.from({ length: 8 }, (_, place) =>
      drawn([ring(29, 2.5), plum], [disc(22), sand], markOf(place, red)),
    );
    const read = styleInkOf(discs);
    assert.ok(read.ring && !read.ring.isFilled && read.ground);
    const smaller = notLarger(read, 1);
    assert.equal(smaller.ring!.place, read.ring.place);
    assert.ok(smaller.ground!.place.sidePx < read.ground.place.sidePx);
    const { stack } = finish(drawn([disc(20), red]).planes, read);
    const hexes = stack!(drawn([disc(20), red]).planes).map(({ hex }) => hex);
    assert.deepEqual(hexes, ["#f2d999", "#d93326", "#733380"]);
  });

  it("an edit of a picture keeps its ring, and pixels around a part stay where they are", () => {
    const style = images(
      ringed(() => blue),
      "ringed for edits",
    );
    const picture = drawn([ring(28, 3), red], [disc(8), red]);
    const read = readPicture(readers, picture, { style })!;
    assertNear(read.styleInk.ring!.looks[0]!.ground, red);
    assert.ok(at(read.planes, 4, 32)[3]! < 0.01);
    const hole = new Float32Array(pixels).fill(1);
    const whole = { ...image(drawn([disc(20), red]).planes, "no ring"), hole };
    assert.equal(inkOfStyle(readers, { style, drawing: whole }).ring, undefined);
    assert.ok(inkOfStyle(readers, { style, drawing: { ...image(picture.planes, "in ring"), hole } }).ring);
  });

  it("a style of several colours within a ring keeps their spread", () => {
    const several = Array.from({ length: 8 }, (_, place) =>
      drawn([ring(28, 3), plum], markOf(place, [sand, sky][place % 2]!), [disc(4), red]),
    );
    const spread = styleInkOf(several).spread!;
    assert.ok(spread.mean[0] > plum[0] + 0.1, `${spread.mean}`);
  });

  it("a ring in the ink of what it goes around has requested colours, others keep theirs", () => {
    const colours = { kind: "colours" as const, colours: ["#dd3311"] };
    const style = images(
      ringed(() => blue),
      "ringed in blue",
    );
    assertNear(inkOfStyle(readers, { style, colours }).ring!.looks[0]!.ground, [0.87, 0.2, 0.07]);
    const bordered = images(badges, "badges");
    assertNear(inkOfStyle(readers, { style: bordered, colours }).ring!.looks[0]!.ground, plum);
  });

  it("rings in colours of their own go with those of the drawings", () => {
    const { ring: found } = styleInkOf(ringed((place) => [blue, red][place % 2]!));
    assert.deepEqual([found!.looks.length, found!.isOfInk], [2, true]);
    // Also with those that none of the icons has.
    for (const own of [blue, red, pine]) {
      const { planes } = finish(drawn([disc(20), own]).planes, { ring: found });
      assertNear(at(planes, 4, 32), [...own, 1]);
    }
  });

  it("drawings of a set that fills its pictures are no larger within than the style's own", () => {
    const style = images(
      ringed(() => blue),
      "ringed for large ones",
    );
    const read = inkOfStyle(readers, { style });
    const large = images(
      [box(1, 1, 63, 63), box(1, 9, 63, 55), disc(31)].map((mark) => drawn([mark, ink])),
      "large",
    );
    const asked = { style, drawing: large.images[0]!, "drawing-style": large };
    const looks = looksOf(readers, asked, inkOfStyle(readers, asked));
    const [before, now] = [read.ring!.place, looks.ring!.place];
    assert.ok(now.sidePx < 0.95 * before.sidePx);
    assert.ok(Math.abs(now.left + now.sidePx / 2 - before.left - before.sidePx / 2) < 1e-6);
    assert.equal(notLarger(read, 0.8), read);
  });

  it("a style is learned from icons without their rings, and has the ring of nearly all", () => {
    const named = [...ringed(() => blue), ...ringed(() => blue, 3.2), drawn([disc(12), blue])].map((icon, place) => ({
      ...icon,
      ...{ kind: "image" as const, key: `icon ${place}`, caption: "" },
    }));
    const { icons, styleInk } = inInkOfMost(named);
    assert.equal(icons.length, 16);
    assert.equal(styleInk.ring?.isOfInk, true);
    for (const { planes } of icons) assert.equal(inkOfRing({ planes, sizePx }, styleInk.ring!), undefined);
    assert.equal(inInkOfMost([...named, ...named.slice(-1), ...named.slice(-1)]).styleInk.ring, undefined);
  });

  it("a manifest keeps it", () => {
    const { ring: found } = styleInkOf(ringed((place) => [blue, red][place % 2]!));
    const kept = ringOfEntry(entryOfRing(found!));
    assert.deepEqual([kept.place, kept.isFilled, kept.looks.length], [found!.place, false, found!.looks.length]);
    const off = [kept, found!].map((one) => offRing(ringed(() => blue)[0]!, one));
    for (let place = 0; place < 4 * pixels; place += 7) assert.ok(Math.abs(off[0]![place]! - off[1]![place]!) < 0.02);
  });
});
