/** Styles on a ground or with accents, by a tiny pack with random weights: every kind of request paints them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { toPremultipliedPlanes } from "../../server/engine/pixels/pixels.ts";
import { styleInkOf } from "../../server/engine/pixels/style-ink.ts";
import { entryOfGround } from "../../server/experts/style-entries/ground-entry.ts";
import { decodeRgba, encodePng } from "../../server/images/codec.ts";
import { createConditionImageLoader } from "../../server/inference/conditions/condition-images.ts";
import { conditionValues } from "../../server/inference/conditions/condition-values.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { createService, type InferenceService } from "../../server/inference/service.ts";
import { Catalogue } from "../../server/packs/catalogue.ts";
import { loadPacks } from "../../server/packs/load.ts";
import { sha256Of } from "../../server/platform/sha256.ts";
import type { TranslationInfo } from "../../shared/contract/meta.ts";
import { limits } from "../../shared/limits.ts";
import { drawRestyled, serveTinyStyles } from "../fixtures/draw-restyled.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { styleSizePx, tinyStyleDraft, writeTinyStylePack } from "../fixtures/tiny-style-pack.ts";

type Rgb = readonly [red: number, green: number, blue: number];
const [blue, red, white, black]: Rgb[] = [
  [20, 60, 200],
  [200, 40, 20],
  [255, 255, 255],
  [10, 10, 10],
];
const folder = temporaryFolder("grounds");
const uploads = new Map<string, Uint8Array>();
const load = createConditionImageLoader(async (digest) => uploads.get(digest), limits.decodedImagesMax);
let service: InferenceService;
let info: TranslationInfo;

async function upload(colourAt: (x: number, y: number) => readonly [number, number, number, number]): Promise<string> {
  const pixels = new Uint8Array(4 * styleSizePx ** 2);
  for (let at = 0; at < styleSizePx ** 2; at += 1)
    pixels.set(colourAt(at % styleSizePx, Math.floor(at / styleSizePx)), 4 * at);
  const png = await encodePng(pixels, styleSizePx, styleSizePx);
  uploads.set(sha256Of(png), png);
  return sha256Of(png);
}

/** A tile with a short stroke. */
const tile = (ground: Rgb, at: number, ink: Rgb = white!) =>
  upload((x, y) => [...(y === 3 + (at % 2) && x >= 2 && x < 5 ? ink : ground), 255]);
const tiles = () => Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((at) => tile(at < 5 ? blue! : red!, at)));
/** A line of an ink and a line of an accent. */
const lined = () => upload((x, y) => (x % 4 === 1 || y === 0 ? [...(y === 0 ? red! : black!), 255] : [0, 0, 0, 0]));
const stripes = () => upload((x) => (x % 2 === 0 ? [...black!, 255] : [0, 0, 0, 0]));

const draw = (condition: object, fields: object = {}): Promise<ImageResult[]> =>
  drawRestyled({ service, info, load }, condition, fields);
const one = async (condition: object, fields: object = {}) => (await draw(condition, fields))[0]!.rgba;

/** Of each pixel whether its colour lies between two. */
const between = (rgba: ArrayLike<number>, from: Rgb, to: Rgb, within = 3): boolean[] =>
  Array.from({ length: rgba.length / 4 }, (_, at) => {
    const along = to.map((value, channel) => value - from[channel]!);
    const apart = along.map((_, channel) => rgba[4 * at + channel]! - from[channel]!);
    const length = along.reduce((sum, value) => sum + value ** 2, 0);
    const share = along.reduce((sum, value, channel) => sum + value * apart[channel]!, 0) / length;
    return along.every((value, channel) => Math.abs(apart[channel]! - share * value) <= within);
  });
const isOnTile = (rgba: ArrayLike<number>, ground: Rgb, ink: Rgb = white!): boolean =>
  between(rgba, ground, ink).every(Boolean) && Array.from(rgba).every((value, at) => at % 4 !== 3 || value === 255);

/** Serves the tiny pack with looks of its style `outline` while `work` runs. */
async function withNamed(looks: object, work: () => Promise<void>): Promise<void> {
  const style = tinyStyleDraft.experts["style"]!;
  if (style.kind !== "drawing-style") throw new Error(`expected a drawing-style expert, got ${style.kind}`);
  const vocabulary = style.vocabulary.map((entry) => (entry.id === "outline" ? { ...entry, ...looks } : entry));
  const home = join(folder, sha256Of(JSON.stringify(looks)).slice(0, 8));
  await writeTinyStylePack(home, {
    ...tinyStyleDraft,
    experts: { ...tinyStyleDraft.experts, style: { ...style, vocabulary } },
  });
  const usual = service;
  service = createService((await loadPacks(await Catalogue.open(home), { threads: 1 })).translations, 8);
  try {
    await work();
  } finally {
    service = usual;
  }
}

before(async () => {
  ({ info, service } = await serveTinyStyles(join(folder, "packs")));
});

test("a drawing restyled in a style on a tile lies on it, as pixels and to be traced, and alike for the same seed", async () => {
  const condition = { drawing: { image: await stripes() }, style: { images: await tiles() } };
  const [made] = await draw(condition, { format: "svg", temperature: 1 });
  assert.ok([blue!, red!].some((ground) => isOnTile(made!.rgba, ground)));
  assert.ok([blue!, red!].some((ground) => isOnTile(made!.enlarged!.rgba, ground)));
  const stack = made!.enlarged!.stack!;
  assert.deepEqual([stack.length, stack[1]!.hex, stack[0]!.cover.length], [2, "#ffffff", made!.enlarged!.widthPx ** 2]);
  assert.deepEqual((await draw(condition, { format: "svg", temperature: 1 }))[0], made);
});

test("a drawing on the style's tile keeps its colour there, comes off it in a style without, and is read alike on any colour", async () => {
  const style = { images: await tiles() };
  const [onBlue, onRed] = [await tile(blue!, 0), await tile(red!, 0)];
  assert.ok(isOnTile(await one({ drawing: { image: onBlue }, style }), blue!));
  assert.ok(isOnTile(await one({ drawing: { image: onRed }, style }), red!));
  const plain = { images: [await stripes()] };
  const off = await Promise.all([onBlue, onRed].map((image) => one({ drawing: { image, style }, style: plain })));
  assert.deepEqual(off[0], off[1]);
  assert.ok(Array.from(off[0]!).some((value, at) => at % 4 === 3 && value < 255));
  assert.notDeepEqual(off[0], await one({ drawing: { image: onBlue }, style: plain }));
});

test("a part of a drawing on a tile is drawn anew on the same tile, and the rest keeps its pixels", async () => {
  const image = await tile(red!, 0);
  const mask = await upload((x) => (x >= 4 ? [255, 255, 255, 255] : [0, 0, 0, 255]));
  const made = await one({ drawing: { image, mask }, style: { images: await tiles() } }, { temperature: 1 });
  assert.ok(isOnTile(made, red!));
  const { rgba: before } = await decodeRgba(uploads.get(image)!);
  for (let at = 0; at < styleSizePx ** 2; at += 1)
    if (at % styleSizePx < 4)
      assert.deepEqual([...made.slice(4 * at, 4 * at + 4)], [...before.slice(4 * at, 4 * at + 4)]);
});

test("an image with a kept residual stays on its tile, also turned by an angle, and gets requested colours or leaves it for a requested style", async () => {
  const style = { images: await tiles() };
  const image = await tile(red!, 0);
  for (const condition of [{ style }, { style, drawing: { image: await stripes() } }, { drawing: { image, style } }]) {
    const keepResidualOf = { image, condition };
    const [same, again] = [await one({}, { keepResidualOf }), await one({}, { keepResidualOf })];
    assert.ok(isOnTile(same, red!));
    assert.deepEqual(same, again);
    for (const turned of await draw({}, { keepResidualOf, angleDegrees: 60, count: 2 }))
      assert.ok(isOnTile(turned.rgba, red!));
    const green: Rgb = [0, 128, 0];
    assert.ok(isOnTile(await one({ colours: ["#008000"] }, { keepResidualOf }), green));
    const alone = await one({ style: { images: [await stripes()] } }, { keepResidualOf });
    assert.ok(Array.from(alone).some((value, at) => at % 4 === 3 && value < 255));
    for (let at = 0; at < alone.length; at += 4)
      if (alone[at + 3]! > 0) assert.deepEqual([...alone.slice(at, at + 3)], black);
  }
});

test("a blend of images on tiles of two colours goes from the one to the other, and one with an image on nothing fades the tile in", async () => {
  const style = { images: await tiles() };
  const end = async (image: string) => ({ image, condition: { style } });
  const [from, to] = [await end(await tile(blue!, 0)), await end(await tile(red!, 1))];
  const frames = await draw({}, { count: 3, keepResidualOf: from, blendWith: to });
  const middle = blue!.map((value, channel) => (value + red![channel]!) / 2) as unknown as Rgb;
  for (const [at, ground] of [blue!, middle, red!].entries()) assert.ok(isOnTile(frames[at]!.rgba, ground), `${at}`);
  assert.deepEqual(frames[0]!.rgba, await one({}, { keepResidualOf: from }));
  const faded = await draw({}, { count: 3, keepResidualOf: await end(await stripes()), blendWith: to });
  const alphaAt = (frame: number): number =>
    Math.min(...Array.from(faded[frame]!.rgba).filter((_, at) => at % 4 === 3));
  assert.ok(alphaAt(0) < 120 && alphaAt(1) >= 120 && alphaAt(1) < 255, `${alphaAt(0)}, ${alphaAt(1)}`);
  assert.ok(isOnTile(faded[2]!.rgba, red!));
});

test("a named style on a tile draws as its icons do, for kept residuals too, and an inversion reads the same drawing on tiles of any colour", async () => {
  const images = await tiles();
  const shown = images.map(async (digest) => {
    const { rgba } = await decodeRgba(uploads.get(digest)!);
    return { planes: toPremultipliedPlanes(rgba, styleSizePx), sizePx: styleSizePx };
  });
  const { ground } = styleInkOf(await Promise.all(shown));
  await withNamed({ isOneInk: true, ground: entryOfGround(ground!) }, async () => {
    const drawn = await one({ drawing: { image: await stripes() }, style: "outline" });
    assert.ok([blue!, red!].some((colour) => isOnTile(drawn, colour)));
    const image = await tile(red!, 0);
    assert.ok(isOnTile(await one({}, { keepResidualOf: { image, condition: { style: "outline" } } }), red!));
    const residuals: (readonly number[])[] = [];
    for (const uploaded of [image, await tile(blue!, 0)]) {
      const request = { translation: "restyle", image: uploaded, condition: { style: "outline" } };
      const given = await load(request as never, styleSizePx);
      residuals.push((await service.invert(request, given, new AbortController().signal)).residual);
    }
    assert.ok(residuals[0]!.every((value, at) => Math.abs(value - residuals[1]![at]!) < 0.02));
  });
});

test("an image of lines or areas with accents and a kept residual is drawn in these colours again, or in requested ones", async () => {
  const image = await lined();
  const keepResidualOf = { image, condition: { style: "outline" } };
  const accents = [{ ink: "#c82814", share: 0.4 }];
  const assertDrawnIn = (rgba: ArrayLike<number>, from: Rgb, to: Rgb): void => {
    const strange = between(rgba, from, to).findIndex((isBetween, at) => !isBetween && rgba[4 * at + 3]! >= 16);
    assert.equal(strange, -1, `${Array.from(rgba).slice(4 * strange, 4 * strange + 4)}`);
    assert.equal(
      Array.from(rgba).some((value, at) => at % 4 === 3 && value > 100),
      true,
      "nothing is drawn",
    );
  };
  for (const isOneInk of [true, false])
    await withNamed({ isOneInk, ink: "#0a0a0a", accents }, async () => {
      const same = await one({}, { keepResidualOf });
      assertDrawnIn(same, black!, red!);
      assert.deepEqual(await one({}, { keepResidualOf }), same);
      assertDrawnIn(await one({ colours: ["#0000ff", "#00ff00"] }, { keepResidualOf }), [0, 0, 255], [0, 255, 0]);
      assertDrawnIn(await one({ drawing: { image }, style: "outline" }), black!, red!);
      const plain = { drawing: { image, style: "outline" }, style: { images: [await stripes()] } };
      assertDrawnIn(await one(plain), black!, black!.map((value) => value + 1) as unknown as Rgb);
    });
});

test("the images of a style are read in one order, whatever the order in which they are named", async () => {
  const names = ["c", "a", "b"];
  const images = new Map(names.map((name) => [name, { planes: new Float32Array(4), sizePx: 1 }]));
  const keys = (style: readonly string[]): string[] => {
    const value = conditionValues(
      { style: { images: [...style] }, drawing: { image: "a", style: { images: names } } },
      images,
    );
    return [value.style, value["drawing-style"]].flatMap((one) =>
      one?.kind === "images" ? one.images.map(({ key }) => key) : [],
    );
  };
  for (const style of [names, ["b", "c", "a"]]) assert.deepEqual(keys(style), ["a", "b", "c", "a", "b", "c"]);
});

test("a part of a drawing in a style with a hard shadow is drawn anew with it, and the rest keeps its pixels and has no second shadow", async () => {
  const image = await stripes();
  const mask = await upload((x) => (x >= 4 ? [255, 255, 255, 255] : [0, 0, 0, 255]));
  const condition = { drawing: { image, mask }, style: "outline" };
  const { rgba: before } = await decodeRgba(uploads.get(image)!);
  const pixelsAt = (rgba: ArrayLike<number>, isNew: boolean): number[][] =>
    Array.from({ length: styleSizePx ** 2 }, (_, at) => at)
      .filter((at) => at % styleSizePx >= 4 === isNew)
      .map((at) => Array.from(rgba).slice(4 * at, 4 * at + 4));
  let bare: Uint8Array | undefined;
  await withNamed({ isOneInk: true, ink: "#0a0a0a" }, async () => {
    bare = await one(condition);
  });
  const shadows = [{ ink: "#c82814", alpha: 1, isFilled: false, right: 1 / styleSizePx, down: 0 }];
  await withNamed({ isOneInk: true, ink: "#0a0a0a", shadows }, async () => {
    const [made] = await draw(condition, { format: "svg" });
    assert.deepEqual(pixelsAt(made!.rgba, false), pixelsAt(before, false));
    assert.equal(made!.enlarged, undefined);
    const reds = pixelsAt(made!.rgba, true).filter(([red, , , alpha]) => alpha! > 100 && red! > 100);
    assert.ok(reds.length > 0);
    for (const [at, pixel] of pixelsAt(bare!, true).entries())
      if (pixel[3] === 255) assert.deepEqual(pixelsAt(made!.rgba, true)[at], pixel);
    assert.deepEqual((await draw(condition, { format: "svg" }))[0], made);
  });
});

test("a style with a hard shadow draws it behind answers and kept residuals, and apart from them where they are traced", async () => {
  const shadows = [{ ink: "#c82814", alpha: 1, isFilled: false, right: 1 / styleSizePx, down: 0 }];
  await withNamed({ isOneInk: true, ink: "#0a0a0a", shadows }, async () => {
    const image = await stripes();
    const [made] = await draw({ drawing: { image }, style: "outline" }, { format: "svg" });
    const isRed = (rgba: ArrayLike<number>, at: number): boolean => rgba[4 * at + 3]! > 100 && rgba[4 * at]! > 100;
    const reds = (rgba: ArrayLike<number>): number =>
      Array.from({ length: rgba.length / 4 }, (_, at) => at).filter((at) => isRed(rgba, at)).length;
    assert.ok(reds(made!.rgba) > 0);
    const { rgba, beneath } = made!.enlarged!;
    assert.deepEqual([reds(rgba), beneath!.length, beneath![0]!.hex], [0, 1, "#c82814"]);
    const kept = await one({}, { keepResidualOf: { image, condition: { style: "outline" } } });
    assert.ok(kept.some((value, at) => at % 4 === 3 && value > 0));
  });
});
