/** Sketches in any style, by a tiny pack with random weights: their clean lines are what is restyled. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import type { Translation } from "../../../server/engine/translation.ts";
import { createConditionImageLoader } from "../../../server/inference/conditions/condition-images.ts";
import { withGivenDrawings } from "../../../server/inference/drawings/given-drawings.ts";
import type { InferenceService } from "../../../server/inference/service.ts";
import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import type { TranslationInfo } from "../../../shared/contract/meta.ts";
import { limits } from "../../../shared/limits.ts";
import { drawRestyled, serveTinyStyles } from "../../fixtures/draw-restyled.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { styleSizePx } from "../../fixtures/tiny-style-pack.ts";
import { arc, handDrawn, sketchSvg } from "../../tidy/sketches.ts";

const folder = temporaryFolder("clean-sketch");
const load = createConditionImageLoader(async () => undefined, limits.decodedImagesMax);
let service: InferenceService;
let translation: Translation;
let info: TranslationInfo;

before(async () => {
  ({ info, translation, service } = await serveTinyStyles(join(folder, "packs")));
});

const circle = (radius: number, off: number): string => sketchSvg([handDrawn(arc([100, 100], radius), off)]);
const draw = (condition: object, fields: object = {}) => drawRestyled({ service, info, load }, condition, fields);
const hexOf = async (condition: object, fields?: object): Promise<string> =>
  Buffer.from((await draw(condition, fields))[0]!.rgba).toString("hex");

/** The drawing that a sketch becomes. */
async function drawingOf(svg: string, condition: object = {}): Promise<Float32Array> {
  const request: { condition: PartialCondition } = { condition: { ...condition, sketch: { svg } } };
  const clean = withGivenDrawings(translation, request, await load(request, styleSizePx));
  const { drawing }: PartialCondition = clean.request.condition;
  return clean.images.get((drawing as { readonly image: string }).image)!.planes;
}

test("a trembling circle and a steady one, larger or smaller, become one drawing, in the middle and with even edges", async () => {
  const [rough, steady, small] = [
    await drawingOf(circle(70, 1.5)),
    await drawingOf(circle(70, 0)),
    await drawingOf(circle(30, 0)),
  ];
  const off = (one: Float32Array, other: Float32Array): number =>
    Math.max(...one.map((value, at) => Math.abs(value - other[at]!)));
  assert.ok(off(rough, steady) < 0.12, `${off(rough, steady)}`);
  assert.ok(off(small, steady) < 0.3, `${off(small, steady)}`);
  const alpha = rough.subarray(3 * styleSizePx ** 2);
  assert.ok(Math.max(...alpha) > 0.3 && alpha[0] === 0);
  const mirrored = alpha.map((_, at) => alpha[at - (at % styleSizePx) + styleSizePx - 1 - (at % styleSizePx)]!);
  assert.ok(off(alpha, mirrored) < 1e-4);
});

test("a sketch is restyled as its clean lines are, in a style by name or in its own, the same each time", async () => {
  const sketch = { svg: circle(70, 1.5) };
  const filled = await hexOf({ sketch, style: "filled" });
  assert.equal(await hexOf({ sketch, style: "filled" }), filled);
  assert.notEqual(await hexOf({ sketch, style: "outline" }), filled);
  assert.notEqual(
    await hexOf({
      sketch: {
        svg: sketchSvg([
          handDrawn([
            [20, 20],
            [180, 180],
          ]),
        ]),
      },
      style: "filled",
    }),
    filled,
  );
  assert.equal((await draw({ sketch }))[0]!.rgba.length, 4 * styleSizePx ** 2);
});

test("an empty sketch, and one beside a drawing, are refused by the name of their field", async () => {
  const empty = { svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"/>' };
  await assert.rejects(draw({ sketch: empty, style: "filled" }), { code: "sketch_empty" });
  const [sketch, drawing] = [{ svg: circle(60, 1) }, { svg: circle(50, 0) }];
  await assert.rejects(
    draw({ sketch, drawing, style: "filled" }),
    /condition.sketch: expected no other drawing or caption beside it.*got a drawing/,
  );
});

test("what is filled all over is no sketch: it stays the drawing that it is", async () => {
  const disc =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4" fill="#1f2328"/></svg>';
  const planes = await drawingOf(disc);
  const middle = (styleSizePx / 2) * styleSizePx + styleSizePx / 2;
  assert.ok(planes[3 * styleSizePx ** 2 + middle]! > 0.99);
});

test("a translation that reads sketches itself, and a request without one, stay as they are", async () => {
  const images = new Map();
  const request = { condition: { style: "filled" } };
  assert.equal(withGivenDrawings(translation, request, images).request.condition.style, "filled");
  const reader = {
    ...translation,
    conditions: [...translation.conditions, { ...translation.conditions[0]!, name: "sketch" as const }],
  };
  const own = { condition: { sketch: { svg: circle(60, 1) } } };
  assert.deepEqual(withGivenDrawings(reader, own, images).request, own);
});
