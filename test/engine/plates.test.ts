/** Grounds behind drawings of several colours: found in icons, taken off for the flow, and put behind answers at any size. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { offAreasGround } from "../../server/engine/areas/areas-ground.ts";
import { onPlate, type Plate } from "../../server/engine/areas/plate.ts";
import type { ConditionValue } from "../../server/engine/interfaces.ts";
import { finish } from "../../server/engine/pixels/finish.ts";
import type { Ink } from "../../server/engine/pixels/ink-colour.ts";
import { styleInkOf } from "../../server/engine/pixels/style-ink.ts";
import { looksOf, readInInk } from "../../server/engine/read-in-ink.ts";
import { paint } from "../../server/engine/translation.ts";
import { box, disc, drawn, pixels, ring, sizePx } from "./drawn-layers.ts";

const [green, violet, orange, sky, ink]: [Ink, Ink, Ink, Ink, Ink] = [
  [0.1, 0.35, 0.25],
  [0.35, 0.15, 0.5],
  [0.95, 0.6, 0.1],
  [0.5, 0.85, 0.95],
  [0.13, 0.14, 0.16],
];
const groundOf = (at: number): Ink => [green, violet][at % 2]!;
/** A square, disc or bar with a mark on it, in two colours; each ground has a colour of its own. */
const icon = (at: number) =>
  drawn(
    [disc(28), groundOf(at)],
    [[box(22, 22, 42, 42), disc(10), box(22, 27, 42, 37)][at % 3]!, [orange, sky][at % 2]!],
    [at % 4 === 0 ? disc(4) : box(27, 30, 37, 34), [sky, orange][at % 2]!],
  );
const icons = Array.from({ length: 9 }, (_, at) => icon(at));
const shown = (drawings: readonly { planes: Float32Array }[]) => ({
  kind: "images" as const,
  images: drawings.map(({ planes }, at) => ({ kind: "image" as const, planes, sizePx, key: `plated ${at}` })),
});
const at = (planes: Float32Array, x: number, y: number): number[] => {
  const side = Math.sqrt(planes.length / 4);
  return [0, 1, 2, 3].map((channel) => planes[channel * side * side + y * side + x]!);
};
const isNear = (got: readonly number[], wanted: readonly number[], within = 0.03): boolean =>
  wanted.every((value, place) => Math.abs(got[place]! - value) <= within);
const assertNear = (got: readonly number[], wanted: readonly number[], within?: number): void =>
  assert.ok(isNear(got, wanted, within), `expected ${wanted}, got ${got}`);
const imagesIn = (value: ConditionValue | undefined) =>
  value?.kind === "images" ? value.images : value?.kind === "image" ? [value] : [];
const readers = { conditions: [] };
const known = new Float32Array(pixels).fill(1);
const style = styleInkOf(icons);
const plate: Plate = style.plate!;

describe("plates", () => {
  it("what icons on grounds are drawn in is read without these, and each ground goes with the colours on it", () => {
    assert.deepEqual([style.areas!.isOfFills, style.areas!.ground, style.areas!.hasGrounds], [true, undefined, false]);
    assert.ok(plate.place.left > 18 && plate.place.sidePx < 27);
    for (const { colours } of style.areas!.palettes)
      for (const colour of colours) assert.ok(![green, violet].some((ground) => isNear(colour.ink, ground)));
    assertNear(plate.looks[0]!.ground, green);
    assertNear(plate.looks[1]!.ground, violet);
  });

  it("icons of lines on grounds of several colours are lines of one ink, whose shadow is black that each shows through", () => {
    const shade = (ground: Ink): Ink => [0.6 * ground[0], 0.6 * ground[1], 0.6 * ground[2]];
    const lined = Array.from({ length: 9 }, (_, of) =>
      drawn(
        [disc(29), groundOf(of)],
        [ring(7 + (of % 3), 3, 34, 35), shade(groundOf(of))],
        [box(34, 27 + of, 48, 30 + of), shade(groundOf(of))],
        [ring(7 + (of % 3), 3, 31, 31), sky],
        [box(31, 23 + of, 45, 26 + of), sky],
      ),
    );
    const read = styleInkOf(lined);
    assertNear(read.ink!, sky);
    assert.ok(read.isOneInk && read.plate);
    const [through, gone] = (["through", "gone"] as const).map(
      (veils) => offAreasGround(lined[0]!, read.plate!, veils)!,
    );
    const shades = (planes: Float32Array): number => {
      let count = 0;
      for (let place = 0; place < pixels; place += 1)
        if (
          isNear(
            [0, 1, 2, 3].map((channel) => planes[channel * pixels + place]!),
            [0, 0, 0, 0.4],
          )
        )
          count += 1;
      return count;
    };
    assert.ok(shades(through!) > 100, `${shades(through!)}`);
    assert.equal(shades(gone!), 0);
  });

  it("the flow sees a style without its grounds, and a drawing that lies on one too", () => {
    const values = readInInk(readers, { style: shown(icons), drawing: shown([icon(1)]).images[0]! }, style);
    const images = [...imagesIn(values.style), ...imagesIn(values.drawing)];
    assert.equal(images.length, icons.length + 1);
    for (const { planes } of [images[0]!, images.at(-1)!])
      assert.deepEqual([at(planes, 1, 32)[3]! < 0.01, at(planes, 32, 32)[3]! > 0.1], [true, true]);
    const line = drawn([ring(20, 5), ink]);
    const other = readInInk(readers, { style: shown(icons), drawing: shown([line]).images[0]! }, style);
    const [kept] = imagesIn(other.drawing);
    assert.deepEqual([at(kept!.planes, 12, 32)[3]! > 0.9, at(kept!.planes, 24, 32)[3]! < 0.01], [true, true]);
  });

  it("lines become fills in a style of fills on grounds, small and at another size", async () => {
    const drawing = { planes: drawn([ring(22, 5), ink], [box(29.5, 12, 34.5, 52), ink]).planes, known };
    const answer = drawn([disc(25), [0.6, 0.6, 0.4]]).planes;
    const decode = async () => answer;
    const translation = { target: { imageSizePx: sizePx, decode, decodeBeside: decode } };
    const { planes, enlarged, apart } = await paint(
      translation as unknown as Parameters<typeof paint>[0],
      { latent: new Float32Array(1), drawing: { ...drawing, manner: new Float32Array(1) } },
      looksOf(readers, { style: shown(icons) }, style),
      4,
    );
    const ground = at(planes, 8, 32);
    assert.ok(
      [green, violet].some((own) => isNear(ground, [...own, 1])),
      `${ground}`,
    );
    for (const x of [28, 36])
      assert.ok(
        [orange, sky].some((own) => isNear(at(planes, x, 32), [...own, 1])),
        `${at(planes, x, 32)}`,
      );
    assertNear(at(enlarged!, 4 * 28 + 2, 130), at(planes, 28, 32), 0.05);
    assertNear(at(enlarged!, 34, 130), ground);
    assert.ok(at(planes, 1, 1)[3]! < 0.01);
    // As paths: what is drawn, and the ground below it.
    assert.ok(at(apart!.planes, 34, 130)[3]! < 0.01);
    assert.equal(apart!.beneath.length, 1);
    assert.equal(apart!.beneath[0]!.cover[128 * 256 + 128], 255);
  });

  it("a drawing lies on the ground that goes with its colours, with its shadow", () => {
    const looks = [
      { ground: violet, on: [sky] },
      { ground: green, on: [orange] },
    ];
    const square = drawn([box(10, 10, 50, 50), orange]).planes;
    const shadow = { paint: { ink: [0, 0, 0] as const, alpha: 0.5 }, isFilled: true, right: 0.1, down: 0.1 };
    const { planes, apart } = finish(square, { plate: { ...plate, looks }, shadows: [shadow] });
    assertNear(at(planes, 32, 8), [...green, 1]);
    assertNear(at(planes, 30, 30), [...orange, 1]);
    const { left, top, sidePx } = plate.place;
    const [x, y] = [left, top].map((from) => Math.floor(from + (53 / sizePx) * sidePx)) as [number, number];
    assertNear(at(planes, x, y), [...green.map((value) => value / 2), 1], 0.06);
    assert.deepEqual(
      apart!(square).beneath.map(({ hex, opacity }) => [hex, opacity]),
      [
        ["#1a5940", undefined],
        ["#000000", 0.5],
      ],
    );
    assertNear(at(onPlate(drawn([disc(9), sky]).planes, { ...plate, looks }).planes(square), 32, 8), [...violet, 1]);
  });

  it("a drawing of another silhouette does not lie on a ground", () => {
    assert.equal(offAreasGround(drawn([box(4, 4, 30, 60), green], [disc(6, 16), sky]), plate, "opaque"), undefined);
  });

  it("pale lines around drawings, as of stickers, are not drawn on pale grounds", () => {
    const pale: Ink = [0.85, 0.9, 1];
    const stickers = Array.from({ length: 9 }, (_, of) =>
      drawn(
        [disc(29), pale],
        [disc(14, 30 + (of % 4)), [1, 1, 1]],
        [disc(11, 30 + (of % 4)), [orange, violet][of % 2]!],
        [disc(3, 34), sky],
      ),
    );
    assert.equal(styleInkOf(stickers).plate, undefined);
  });
});
