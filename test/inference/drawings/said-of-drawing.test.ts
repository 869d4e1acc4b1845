/** Captions beside a drawing: badges, what it lies in, what is off, and what is refused. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Translation } from "../../../server/engine/translation.ts";
import { partsBeside, theDrawing } from "../../../server/inference/drawings/caption-parts.ts";
import { withSaidOfDrawing } from "../../../server/inference/drawings/said-of-drawing.ts";
import { ResolvedRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import { captionsOf, fits, shapes } from "./small-library.ts";

const sizePx = 64;
const count = sizePx ** 2;
const digest = "a".repeat(64);
const mask = "b".repeat(64);

/** A square in one colour, or the upper half in another. */
function squareOf(upper: readonly number[], lower = upper) {
  const planes = new Float32Array(4 * count);
  for (let at = 0; at < count; at += 1) {
    const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
    if (Math.min(x, y) < 8 || Math.max(x, y) >= 48) continue;
    for (const [channel, value] of [...(y < 28 ? upper : lower), 1].entries()) planes[channel * count + at] = value;
  }
  return { planes, sizePx };
}

const captions = captionsOf({ gem: fits, plus: fits, box: fits });
const translation = {
  conditions: [],
  captions,
  drawings: new Map([["shapes", shapes]]),
  target: { imageSizePx: sizePx },
} as unknown as Translation;

async function said(
  caption: string,
  image = squareOf([0.1, 0.1, 0.1]),
  more: object = {},
  style?: object,
  fields: object = {},
) {
  const request = ResolvedRequestSchema.parse({
    ...{ translation: "restyle", count: 1, seed: 1, temperature: 0, ...fields },
    condition: { caption, drawing: { image: digest, ...more }, ...(style && { style }) },
  });
  const images = new Map([
    [digest, image],
    [mask, image],
  ]);
  const made = await withSaidOfDrawing(translation, request, images);
  const { caption: _, drawing } = made.request.condition;
  const key = drawing && "image" in drawing ? drawing.image : "";
  return { ...made, key, planes: made.images.get(key)!.planes };
}

const at = (planes: Float32Array, x: number, y: number): number[] =>
  [0, 1, 2, 3].map((channel) => Number(planes[channel * count + y * sizePx + x]!.toFixed(2)));

it("words beside a drawing say a badge, what it lies in, or that it is off", () => {
  const drawing = theDrawing;
  for (const [caption, parts] of [
    ["add", { how: "with", first: drawing, second: "plus" }],
    ["Pending", { how: "with", first: drawing, second: "clock" }],
    ["with a heart", { how: "with", first: drawing, second: "heart" }],
    ["heart", { how: "with", first: drawing, second: "heart" }],
    ["add a star", { how: "with", first: drawing, second: "star" }],
    ["and a dog", { how: "both", first: drawing, second: "dog" }],
    ["in a circle", { how: "with", first: "circle", second: drawing, isHeld: true }],
    ["off", { how: "crossedOut", first: drawing }],
    ["not allowed", { how: "crossedOut", first: drawing }],
  ] as const)
    assert.deepEqual(
      { ...partsBeside(caption), ...("second" in parts && { together: "" }) },
      { ...parts, ...("second" in parts && { together: "" }) },
      caption,
    );
});

it("a badge is drawn beside the drawing, in its ink, and named; the drawing's own style stays", async () => {
  const { request, sources, planes, key } = await said("gem", squareOf([0.2, 0.1, 0.1]));
  assert.deepEqual(request.condition.style, { images: [digest] });
  assert.equal(request.condition.caption, undefined);
  assert.deepEqual(
    sources?.map(({ icon }) => icon),
    ["gem"],
  );
  assert.deepEqual(at(planes, 12, 12), [0.2, 0.1, 0.1, 1]);
  assert.notEqual(key, (await said("plus", squareOf([0.2, 0.1, 0.1]))).key);
  // At the lower right, though a filled square has room within.
  assert.deepEqual(
    [at(planes, 20, 20), at(planes, 38, 38)],
    [
      [0.2, 0.1, 0.1, 1],
      [0.2, 0.1, 0.1, 1],
    ],
  );
  const gap = Array.from({ length: 40 }, (_, place) => at(planes, 8 + place, 8 + place)[3]!);
  assert.ok(gap.filter((alpha) => alpha < 0.3).length >= 2, "the badge is told apart");
  assert.deepEqual((await said("gem", squareOf([0.2, 0.1, 0.1]))).planes, planes);
});

it("a drawing of several colours keeps them, and its badge lies at the lower right", async () => {
  const { planes } = await said("gem", squareOf([0.8, 0.2, 0.1], [0.1, 0.2, 0.9]));
  assert.deepEqual(at(planes, 12, 12), [0.8, 0.2, 0.1, 1]);
  assert.deepEqual(at(planes, 12, 44), [0.1, 0.2, 0.9, 1]);
  const badge = at(planes, 38, 38);
  assert.equal(badge[3], 1);
  assert.deepEqual(badge.slice(0, 3), [0.1, 0.2, 0.9]);
  // In its own style all of it stays, badge included, in the style's darkest colour.
  const coloured = squareOf([0.8, 0.2, 0.1], [0.1, 0.2, 0.9]);
  for (const style of [undefined, { images: [digest, mask] }]) {
    const { kept } = await said("gem", coloured, {}, style);
    assert.deepEqual([kept!.planes, kept!.hole.every((share) => share === 0)], [planes, true]);
  }
  assert.equal((await said("gem", coloured, {}, { images: [mask] })).kept, undefined, "in another style");
  assert.equal((await said("gem", coloured, {}, undefined, { temperature: 0.5 })).kept, undefined, "with variety");
  await assert.rejects(said("in a box", squareOf([0.8, 0.2, 0.1], [0.1, 0.2, 0.9])), { code: "invalid_request" });
  assert.deepEqual(
    (await said("in a box")).sources?.map(({ icon }) => icon),
    ["box"],
  );
});

it("what is off is crossed out and has no source; what finds nothing, and a mask, are refused", async () => {
  const off = await said("off");
  assert.equal(off.sources, undefined);
  assert.equal(at(off.planes, 28, 28)[3], 1);
  assert.equal(at(off.planes, 33, 28)[3], 0);
  await assert.rejects(said("zebra"), { code: "caption_unknown" });
  await assert.rejects(said("gem", undefined, { mask }), /no caption beside a mask/);
});

it("a badge has the colour that the caption gives it: told apart in one ink, painted where there are several", async () => {
  const one = await said("with a red gem");
  assert.equal(one.parts?.colours[1]?.name, "red");
  assert.deepEqual(
    one.sources?.map(({ icon }) => icon),
    ["gem"],
  );
  const ink = at(one.planes, 12, 12).slice(0, 3);
  assert.deepEqual(at(one.planes, 38, 38).slice(0, 3), ink, "one drawing in one ink, until all is drawn");
  const several = await said("with a red gem", squareOf([0.1, 0.5, 0.1], [0.1, 0.1, 0.8]), {}, undefined, {});
  const [red, green, blue] = at(several.planes, 38, 38);
  assert.ok(red! > green! + 0.3 && red! > blue! + 0.3, `${red} ${green} ${blue}`);
  const dot = await said("red dot");
  assert.deepEqual([dot.sources, dot.parts?.isFrontSolid], [undefined, true]);
  assert.notEqual(dot.key, (await said("blue dot")).key, "the child knows pictures by their keys");
  assert.equal((await said("gem")).parts, undefined);
});

it("a drawing of one colour in a set of several keeps its pixels, and may be moved", async () => {
  const dark = squareOf([0.1, 0.1, 0.1]);
  const style = { images: [digest, mask] };
  const request = ResolvedRequestSchema.parse({
    ...{ translation: "restyle", count: 1, seed: 1, temperature: 0 },
    condition: { caption: "gem", style, drawing: { image: digest, style } },
  });
  const images = new Map([
    [digest, dark],
    [mask, squareOf([0.9, 0.1, 0.1])],
  ]);
  assert.ok((await withSaidOfDrawing(translation, request, images)).kept, "not drawn by the flow");
  const moved = { ...request, condition: { ...request.condition, caption: "in a box" } };
  await withSaidOfDrawing(translation, moved, images);
});
