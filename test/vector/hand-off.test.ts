/** SVGs for developers: in the units of their grid, in the colour of the page, with ids that don't collide in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { roundWidth } from "../../server/vector/strokes/even-widths.ts";
import { vectorise } from "../../server/vector/vectorise.ts";

const draw = async (svg: string): Promise<Pixels> => {
  const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { rgba: data, widthPx: info.width, heightPx: info.height };
};
const drawing = (body: string, widthPx = 128, heightPx = 128): Promise<Pixels> =>
  draw(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}">${body}</svg>`,
  );
/** Mean difference of alphas in levels. */
const differenceOf = (one: Pixels, two: Pixels): number =>
  one.rgba.reduce((sum, value, at) => sum + (at % 4 === 3 ? Math.abs(value - two.rgba[at]!) : 0), 0) /
  (one.widthPx * one.heightPx);
const shownAt = (svg: string, sidePx: number): string =>
  svg.replace(/ width="\d+" height="\d+"/, ` width="${sidePx}" height="${sidePx}"`);

const lines = '<path d="M24 32h80M24 64h80M24 96h80" stroke="#1f2328" stroke-width="10.667" stroke-linecap="round"/>';

for (const side of [16, 20, 24, 32, 48, 512])
  test(`with viewBox ${side} the same drawing is in a square of ${side} units, widths of strokes too`, async () => {
    const pixels = await drawing(lines);
    const [usual, made] = [vectorise(pixels), vectorise(pixels, { viewBox: side })];
    assert.ok(made.svg.includes(`width="${side}" height="${side}" viewBox="0 0 ${side} ${side}"`), made.svg);
    assert.deepEqual([made.widthPx, made.heightPx, made.segmentCount], [side, side, usual.segmentCount]);
    const [was, is] = [usual, made].map(({ svg }) => Number(/ stroke-width="([^"]+)"/.exec(svg)![1]));
    const width = (was! * side) / 128;
    assert.ok(Math.abs(is! - width) <= 0.03 * width, `${is} of ${side} units, ${was} of 128`);
    assert.equal(is, Number(is!.toFixed(2)), "a round number");
    assert.ok(Math.abs(made.layers[0]!.strokePx! - is!) <= 0.01);
    const difference = differenceOf(await draw(usual.svg), await draw(shownAt(made.svg, 128)));
    // Lines a fiftieth broader.
    assert.ok(difference < 0.7, `looks the same, got a difference of ${difference}`);
  });

test("widths of strokes in a viewBox are round, and those that are nearly alike are one", async () => {
  const lineOf = (y: number, width: number, colour: string) =>
    `<path d="M20 ${y}h88" stroke="${colour}" stroke-width="${width}" stroke-linecap="round"/>`;
  const widthsOf = async (body: string, viewBox: number): Promise<number[]> => {
    const { svg, layers } = vectorise(await drawing(body), { viewBox });
    const said = layers.flatMap(({ strokePx }) => strokePx ?? []);
    const written = [...svg.matchAll(/ stroke-width="([^"]+)"/g)].map(([, width]) => Number(width));
    assert.deepEqual(said, written, "the facts say what is written");
    return written.sort((one, two) => one - two);
  };
  const dark = lineOf(24, 7.95, "#1f2328") + lineOf(48, 7.95, "#1f2328");
  assert.deepEqual(await widthsOf(dark, 24), [1.5]);
  assert.deepEqual(await widthsOf(dark + lineOf(88, 8.2, "#e8590c"), 24), [1.5, 1.5]);
  assert.deepEqual(await widthsOf(dark + lineOf(88, 12.8, "#e8590c"), 24), [1.5, 2.4]);
});

test("a width becomes the round number that it nearly is: halves and quarters first, tenths in a large viewBox", () => {
  const cases = [
    [1.4973, 24, 1.5],
    [1.468, 24, 1.5],
    [1.953, 24, 2],
    [1.26, 24, 1.25],
    [2.004, 24, 2],
    [1.31, 24, 1.3],
    [1.667, 20, 1.65],
    [1.667, 48, 1.7],
    [0.33, 8, 0.33],
    [0.501, 8, 0.5],
    [42.67, 512, 42.5],
    [8.02, 128, 8],
    [0.001, 24, 0.01],
  ] as const;
  for (const [width, viewBox, round] of cases)
    assert.equal(roundWidth(width, viewBox), round, `${width} of ${viewBox}`);
});

test("a picture that is wider than high lies in the middle of its viewBox, its gradient too", async () => {
  const wide = `<defs><linearGradient id="g"><stop offset="0" stop-color="#ffd43b"/><stop offset="1" stop-color="#e8590c"/></linearGradient></defs><ellipse cx="64" cy="32" rx="60" ry="30" fill="url(#g)"/>`;
  const { svg, layers } = vectorise(await drawing(wide, 128, 64), { viewBox: 24 });
  assert.match(svg, /viewBox="0 0 24 24"/);
  assert.deepEqual(
    layers.map(({ isGradient }) => isGradient),
    [true],
  );
  const centred = await drawing(`<g transform="translate(0 32)">${wide}</g>`);
  assert.ok(differenceOf(centred, await draw(shownAt(svg, 128))) < 1);
  const y1 = Number(/ y1="([^"]+)"/.exec(svg)![1]);
  assert.ok(y1 > 6 && y1 < 18, `within the ellipse, got ${y1}`);
});

test("without a viewBox drawings are in the picture's pixels, in their colours", async () => {
  const { svg, widthPx, heightPx } = vectorise(await drawing(lines, 128, 120));
  assert.match(svg, /width="128" height="120" viewBox="0 0 128 120"/);
  assert.deepEqual([widthPx, heightPx], [128, 120]);
  assert.match(svg, / stroke="#1f2328"/);
});

test("a drawing of one colour has the page's with ink current, one of several keeps its own", async () => {
  const one = vectorise(await drawing(`${lines}<rect x="56" y="100" width="24" height="24" fill="#1f2328"/>`), {
    ink: "current",
  });
  assert.match(one.svg, / stroke="currentColor"/);
  assert.match(one.svg, / fill="currentColor"/);
  assert.doesNotMatch(one.svg, /="#/);
  for (const { hex } of one.layers) assert.equal(hex, "#1f2328");
  const two = await drawing(`${lines}<circle cx="110" cy="110" r="16" fill="#e03131"/>`);
  assert.equal(vectorise(two, { ink: "current" }).svg, vectorise(two).svg);
  const painted = vectorise(two, { ink: "current", palette: ["#0b3954"] });
  assert.match(painted.svg, /="currentColor"/);
  assert.doesNotMatch(painted.svg, /="#/);
});

test("ids that something refers to differ between drawings; those of layers are their names, for Figma", async () => {
  const shaded = (hex: string): Promise<Pixels> =>
    drawing(
      `<defs><linearGradient id="g"><stop offset="0" stop-color="${hex}"/><stop offset="1" stop-color="#e8590c"/></linearGradient></defs><circle cx="64" cy="64" r="50" fill="url(#g)"/>`,
    );
  const [one, other] = [vectorise(await shaded("#ffd43b")).svg, vectorise(await shaded("#ffe066")).svg];
  const idsOf = (svg: string): string[] => [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  const [gradient, layer] = idsOf(one);
  assert.match(gradient!, /^gradient-1-[0-9a-f]{8}$/);
  assert.match(layer!, /^[a-z]+$/);
  assert.ok(one.includes(`fill="url(#${gradient})"`));
  assert.ok(!idsOf(other).includes(gradient!));
  assert.equal(vectorise(await shaded("#ffd43b")).svg, one);
});
