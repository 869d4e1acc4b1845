/** Layouts in any style, by a tiny pack with random weights and by the pack that ships: their areas are what is restyled. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { encodePng } from "../../../server/images/codec.ts";
import { createConditionImageLoader } from "../../../server/inference/conditions/condition-images.ts";
import { withGivenDrawings } from "../../../server/inference/drawings/given-drawings.ts";
import type { ImageResult } from "../../../server/inference/protocol.ts";
import { createService, type InferenceService } from "../../../server/inference/service.ts";
import { Catalogue, packsHome } from "../../../server/packs/catalogue.ts";
import { loadPacks } from "../../../server/packs/load.ts";
import { sha256Of } from "../../../server/platform/sha256.ts";
import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import type { TranslationInfo } from "../../../shared/contract/meta.ts";
import { checkCondition } from "../../../shared/contract/translation-rules.ts";
import { usualLayout } from "../../../shared/contract/usual-layout.ts";
import { limits } from "../../../shared/limits.ts";
import { drawRestyled, serveTinyStyles } from "../../fixtures/draw-restyled.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { styleSizePx } from "../../fixtures/tiny-style-pack.ts";
import { house } from "../../tidy/cells.ts";

const folder = temporaryFolder("given-layout");
const files = new Map<string, Uint8Array>();
const load = createConditionImageLoader(async (digest) => files.get(digest), limits.decodedImagesMax);
let service: InferenceService;
let info: TranslationInfo;

before(async () => {
  ({ info, service } = await serveTinyStyles(join(folder, "packs")));
});

const draw = (condition: object, fields: object = {}) => drawRestyled({ service, info, load }, condition, fields);
const hexOf = async (condition: object): Promise<string> =>
  Buffer.from((await draw(condition))[0]!.rgba).toString("hex");

/** Digest of a picture of one red square and, where wanted, white paper. */
async function upload(of: "nothing" | "square" | "square on paper" | "speck on paper" | "paper"): Promise<string> {
  const rgba = new Uint8Array(4 * 64 ** 2);
  for (let at = 0; at < 64 ** 2; at += 1) {
    const sidePx = of === "nothing" || of === "paper" ? 0 : of === "speck on paper" ? 1 : 16;
    const [x, y] = [at % 64, Math.floor(at / 64)];
    const isSquare = y >= 8 && y < 8 + sidePx && x >= 8 && x < 8 + sidePx;
    if (isSquare) rgba.set([221, 46, 68, 255], 4 * at);
    else if (of.endsWith("paper")) rgba.fill(255, 4 * at, 4 * at + 4);
  }
  const bytes = await encodePng(rgba, 64, 64);
  files.set(sha256Of(bytes), bytes);
  return sha256Of(bytes);
}

/** The size of those packs that ship. */
const drawnPx = 128;

/** The drawing that a layout becomes. */
async function drawingOf(layout: NonNullable<PartialCondition["layout"]>): Promise<Float32Array> {
  const request: { condition: PartialCondition } = { condition: { layout } };
  const reader = { conditions: [{ name: "drawing" }], target: { imageSizePx: drawnPx } };
  const { images, request: read } = withGivenDrawings(reader as never, request, await load(request, drawnPx));
  return images.get((read.condition.drawing as { readonly image: string }).image)!.planes;
}

test("what a server says of the translation names layouts, with the grid and colours of the pack that ships", async () => {
  assert.ok(info.conditions.includes("layout"));
  assert.deepEqual(info.layout, usualLayout);
  const shipped = (await Catalogue.open(packsHome())).packs().flatMap(({ translations }) => translations);
  for (const id of ["caption", "restyle"])
    assert.deepEqual(shipped.find((one) => one.id === id)?.layout, usualLayout, `${id}: another layout`);
});

test("a layout is restyled as its areas are, in a style by name or in its own, the same each time", async () => {
  const layout = { cells: house };
  const filled = await hexOf({ layout, style: "filled" });
  assert.equal(await hexOf({ layout, style: "filled" }), filled);
  assert.notEqual(await hexOf({ layout, style: "outline" }), filled);
  assert.notEqual(await hexOf({ layout: { cells: [...house].reverse() }, style: "filled" }), filled);
  assert.notEqual(await hexOf({ layout: { image: await upload("square") }, style: "filled" }), filled);
  assert.equal((await draw({ layout }))[0]!.rgba.length, 4 * styleSizePx ** 2);
});

test("a picture's areas are a drawing in the middle, the same with and without the paper that they lie on", async () => {
  const planes = await drawingOf({ image: await upload("square") });
  const middle = (drawnPx / 2) * drawnPx + drawnPx / 2;
  const pixels = drawnPx ** 2;
  for (const [channel, value] of [221 / 255, 46 / 255, 68 / 255, 1].entries())
    assert.ok(
      Math.abs(planes[channel * pixels + middle]! - value) < 0.02,
      `${channel}: ${planes[channel * pixels + middle]}`,
    );
  assert.equal(planes[3 * pixels], 0);
  const onPaper = await drawingOf({ image: await upload("square on paper") });
  assert.ok(planes.every((value, at) => Math.abs(value - onPaper[at]!) < 0.2));
});

test("an empty layout, one beside a drawing or a sketch, and cells that do not fit are refused by the name of their field", async () => {
  const style = "filled";
  const empty = { cells: new Array(64).fill(0) };
  await assert.rejects(
    draw({ layout: empty, style }),
    /condition.layout: expected .* one colour, got cells that are all/,
  );
  await assert.rejects(draw({ layout: { image: await upload("nothing") }, style }), {
    code: "layout_invalid",
    message: /got one that is transparent/,
  });
  const drawing = { image: await upload("square") };
  await assert.rejects(draw({ layout: { cells: house }, drawing, style }), {
    code: "invalid_request",
    message: /condition.layout: expected no other drawing or caption beside it.*got a drawing/,
  });
  const sketch = { svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1L8 8"/></svg>' };
  await assert.rejects(draw({ layout: { cells: house }, sketch, style }), /condition.sketch: .*got a layout/);
  for (const cells of [house.slice(1), [...house.slice(1), 14]])
    assert.throws(() => checkCondition(info, { layout: { cells } }), { code: "layout_invalid" });
});

/** Share of the points in which two pictures agree whether something is there, beyond what chance gives (phi). */
function correlation(first: readonly number[], second: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(first), mean(second)];
  let [both, one, other] = [0, 0, 0];
  for (const [at, value] of first.entries()) {
    both += (value - a) * (second[at]! - b);
    one += (value - a) ** 2;
    other += (second[at]! - b) ** 2;
  }
  return both / Math.sqrt(one * other);
}

test("in a style of fills of the pack that ships the ink lies where the layout was painted, and in one of lines along its borders", async () => {
  const catalogue = await Catalogue.openSome(({ id }) => id === "styles", packsHome());
  const shipped = createService((await loadPacks(catalogue, { threads: 1 })).translations, 8);
  const sizePx = drawnPx;
  const alphaIn = async (style: string): Promise<number[]> => {
    const info = catalogue.packs()[0]!.translations[0]!;
    const condition = { layout: { cells: house }, style };
    const images: ImageResult[] = await drawRestyled({ service: shipped, info, load }, condition);
    return Array.from({ length: sizePx ** 2 }, (_, at) => images[0]!.rgba[4 * at + 3]! / 255);
  };
  // A style's live area is known: the cells lie in the middle of it.
  const cellAt = (area: number, at: number): number => {
    const cell = (place: number): number =>
      Math.floor((8 * (place + 0.5 - (sizePx * (1 - area)) / 2)) / (sizePx * area));
    const [x, y] = [cell(at % sizePx), cell(Math.floor(at / sizePx))];
    return x < 0 || y < 0 || x > 7 || y > 7 ? 0 : house[8 * y + x]!;
  };
  const solid = await alphaIn("tabler-filled");
  const cells = solid.map((_, at) => Number(cellAt(0.828, at) > 0));
  assert.ok(correlation(solid, cells) > 0.8, `fills: ${correlation(solid, cells)}`);
  const lines = await alphaIn("tabler");
  const reach = 4;
  const isBorder = lines.map((_, at) => {
    const own = cellAt(0.875, at);
    return Number([-reach, reach, -reach * sizePx, reach * sizePx].some((step) => cellAt(0.875, at + step) !== own));
  });
  assert.ok(correlation(lines, isBorder) > 0.4, `lines: ${correlation(lines, isBorder)}`);
  assert.ok(correlation(lines, [...isBorder].reverse()) < 0.2);
});

test("white paper alone is refused, and a speck on it is drawn without it", async () => {
  await assert.rejects(drawingOf({ image: await upload("paper") }), { code: "layout_invalid" });
  const planes = await drawingOf({ image: await upload("speck on paper") });
  const pixels = drawnPx ** 2;
  const isRed = (at: number): boolean => planes[at]! > planes[pixels + at]! + 0.2;
  const drawn = Array.from({ length: pixels }, (_, at) => at).filter((at) => planes[3 * pixels + at]! > 0.5);
  assert.ok(drawn.length > 0 && drawn.filter(isRed).length > drawn.length / 2, `${drawn.length}`);
});
