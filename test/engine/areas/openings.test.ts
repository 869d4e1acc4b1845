/** What drawings enclose or leave open in an answer in areas: bays that are filled, holes that are seen through, and lines at the border. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawnInAreas } from "../../../server/engine/areas/drawn-in-areas.ts";
import type { StyleAreas } from "../../../server/engine/areas/style-areas.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";
import { box, disc, drawn, pixels, ring, sizePx } from "../drawn-layers.ts";

type Inside = ReturnType<typeof box>;
const ink = [0.12, 0.13, 0.16] as const;
const [red, yellow, navy] = [[0.9, 0.15, 0.2] as const, [0.98, 0.8, 0.2] as const, [0.1, 0.1, 0.35] as const];
const fills: StyleAreas = {
  palettes: [
    {
      colours: [
        { ink: red, share: 0.5 },
        { ink: yellow, share: 0.5 },
      ],
    },
  ],
  isOfFills: true,
  hasGrounds: false,
};
const outlined: StyleAreas = {
  palettes: [{ colours: [{ ink: yellow, share: 1 }], around: { ink: navy } }],
  outline: { ink: navy, width: 4 / sizePx },
  isOfFills: false,
  hasGrounds: false,
};
const most =
  (...shapes: Inside[]): Inside =>
  (x, y) =>
    Math.max(...shapes.map((inside) => inside(x, y)));
const without =
  (one: Inside, other: Inside): Inside =>
  (x, y) =>
    Math.min(one(x, y), -other(x, y));
/** Ink with holes in it, which are empty. */
const inked = (inside: Inside) => drawn([inside, ink]);
const all = drawn([box(-2, -2, 66, 66), [0.6, 0.5, 0.4]]).planes;
const made = async (inside: Inside, style: StyleAreas, answer = all) => {
  const planes = drawLayers(
    (await drawnInAreas(
      { planes: inked(inside).planes, known: new Float32Array(pixels).fill(1) },
      sizePx,
      style,
      async () => answer,
    ))!,
    1,
  );
  return (x: number, y: number) => [0, 1, 2, 3].map((channel) => planes[channel * pixels + y * sizePx + x]!);
};
const isFilled = ([, , , alpha]: readonly number[]): boolean => alpha! > 0.95;
const isEmpty = ([, , , alpha]: readonly number[]): boolean => alpha! < 0.05;
const isNavy = ([r, , , alpha]: readonly number[]): boolean => alpha! > 0.9 && r! < 0.2;

/** Lines of 4 px around a shape. */
const outlineOf =
  (inside: Inside): Inside =>
  (x, y) =>
    2 - Math.abs(inside(x, y));
/** A ring that is open below: as wide as lines, or wide open. */
const bulb = (wide: number) => without(ring(16, 4, 32, 28), box(32 - wide / 2, 32, 32 + wide / 2, 60));

describe("bays and holes of an answer in areas", () => {
  it("a bay that lines nearly close is filled where the answer fills it, and no other", async () => {
    const filled = await made(bulb(7), fills);
    assert.ok(isFilled(filled(32, 28)) && isEmpty(filled(4, 4)) && isEmpty(filled(32, 56)));
    assert.ok(isEmpty((await made(bulb(26), fills))(32, 28)), "wide open");
    const round = drawn([ring(16, 4, 32, 28), ink]).planes;
    assert.ok(isEmpty((await made(bulb(7), fills, round))(32, 28)), "the answer leaves it empty");
  });

  it("what lies between two lines that are apart is no bay", async () => {
    const brackets = without(ring(18, 4), most(box(29, 0, 35, 64)));
    const at = await made(brackets, fills);
    assert.ok(isEmpty(at(32, 32)));
  });

  it("open lines are drawn in a style of fills where the answer smears beside them", async () => {
    const arcs = without(most(ring(26, 4, 32, 50), ring(16, 4, 32, 50)), box(0, 46, 64, 64));
    const at = await made(arcs, fills);
    assert.ok(isFilled(at(32, 24)) && isFilled(at(32, 34)) && isEmpty(at(32, 29)) && isEmpty(at(4, 4)));
  });

  it("holes with thin ink around them stay empty in a drawing of fills, and those deep in it are coloured", async () => {
    const lock = most(box(14, 28, 50, 60), without(ring(12, 5, 32, 26), box(0, 30, 64, 64)));
    const whole = drawn([most(box(14, 28, 50, 60), disc(14.5, 32, 26)), [0.6, 0.5, 0.4]]).planes;
    const seen = await made(lock, fills, whole);
    assert.ok(isEmpty(seen(32, 22)) && isFilled(seen(32, 44)) && isFilled(seen(32, 14)));
    const lens = await made(without(disc(27), disc(8)), fills, drawn([disc(27), [0.6, 0.5, 0.4]]).planes);
    assert.ok(isFilled(lens(32, 32)));
    const lined = await made(lock, outlined, whole);
    assert.ok(isEmpty(lined(32, 22)));
  });

  it("a face in a thick outline is no hole", async () => {
    const face = most(ring(24, 6), disc(3, 24, 28), disc(3, 40, 28));
    const at = await made(face, fills);
    assert.ok(isFilled(at(32, 44)));
  });

  it("loops on a larger body stay empty: a small handle beside it, and a shackle on its top; wheels do not", async () => {
    const body = outlineOf(box(10, 20, 42, 54));
    const handle = without(ring(7, 4, 44, 36), box(10, 20, 42, 54));
    const cup = await made(most(body, handle), fills);
    assert.ok(isEmpty(cup(47, 36)) && isFilled(cup(26, 36)), `${cup(47, 36)}`);
    const base = box(10, 32, 54, 60);
    const shackle = without(
      most(without(ring(12, 4, 32, 20), box(0, 20, 64, 64)), box(18, 20, 22, 34), box(42, 20, 46, 34)),
      box(12, 34, 52, 58),
    );
    const lock = await made(most(outlineOf(base), shackle), fills);
    assert.ok(isEmpty(lock(32, 22)) && isFilled(lock(32, 46)));
    const lid = await made(most(outlineOf(base), outlineOf(box(20, 12, 44, 32))), fills);
    assert.ok(isFilled(lid(32, 22)), "what has a flat top is a lid");
    const wheel = await made(most(body, ring(6, 4, 26, 54)), fills);
    assert.ok(isFilled(wheel(26, 56)));
  });

  it("fills that the picture's border cuts off have lines along it", async () => {
    const at = await made(box(-4, -4, 68, 40), outlined, drawn([box(-4, -4, 68, 40), yellow]).planes);
    assert.ok([at(1, 20), at(32, 1), at(62, 20), at(32, 38)].every(isNavy));
    assert.ok(!isNavy(at(32, 20)) && isFilled(at(32, 20)));
  });
});

describe("fills without their lines", () => {
  it("a tip that lines leave beside an area is part of it, and marks in it stay", async () => {
    const bell = most(outlineOf(box(18, 12, 46, 46)), box(12, 44, 52, 48), disc(3, 32, 28));
    const at = await made(bell, fills);
    const [fill, tip, mark] = [at(32, 38), at(13, 46), at(32, 28)];
    assert.ok(isFilled(tip) && tip.every((value, channel) => Math.abs(value - fill[channel]!) < 0.1), `${tip}`);
    assert.ok(
      mark.some((value, channel) => Math.abs(value - fill[channel]!) > 0.3),
      `${mark}`,
    );
  });

  it("a long tip of a sharp corner is part of its area, and a stub as long is none", async () => {
    const length = Math.hypot(48, 14);
    const spire =
      (by: number): Inside =>
      (x, y) =>
        Math.min((14 * (y - 6) - 48 * Math.abs(x - 32)) / length, 54 - y) - by;
    const sharp = await made(without(spire(0), spire(4)), fills);
    const [fill, tip] = [sharp(32, 46), sharp(32, 12)];
    assert.ok(isFilled(tip) && tip.every((value, channel) => Math.abs(value - fill[channel]!) < 0.1), `${tip}`);
    const stub = await made(most(outlineOf(box(14, 28, 50, 52)), box(30, 18, 34, 28)), fills);
    assert.ok(stub(32, 20).some((value, channel) => Math.abs(value - stub(32, 40)[channel]!) > 0.3));
  });

  it("a line that goes on from an area's outline ends there, as broad as it is", async () => {
    const plug = most(outlineOf(box(14, 28, 50, 52)), box(30, 6, 34, 28));
    const at = await made(plug, fills);
    const line = at(32, 12);
    for (const x of [30, 33])
      assert.ok(
        at(x, 23).every((value, channel) => Math.abs(value - line[channel]!) < 0.15),
        `${x}`,
      );
  });
});
