/** Drawings in any style, by a tiny pack with random weights: what a request may say, and what each part of it changes. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { encodeConditions } from "../../server/engine/conditions.ts";
import type { ConditionValue } from "../../server/engine/interfaces.ts";
import { spreadOf } from "../../server/engine/pixels/colour-spread.ts";
import { drawLayers } from "../../server/engine/pixels/layered-image.ts";
import { toPremultipliedPlanes } from "../../server/engine/pixels/pixels.ts";
import { normals } from "../../server/engine/random.ts";
import { decodeDrawn, decodeImage, drawLatents, type Translation } from "../../server/engine/translation.ts";
import { resolveGeneration } from "../../server/http/resolve-request.ts";
import { decodeRgba, encodePng } from "../../server/images/codec.ts";
import { createConditionImageLoader } from "../../server/inference/conditions/condition-images.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { createService, type InferenceService } from "../../server/inference/service.ts";
import { Catalogue } from "../../server/packs/catalogue.ts";
import { loadPacks } from "../../server/packs/load.ts";
import { sha256Of } from "../../server/platform/sha256.ts";
import type { PartialCondition } from "../../shared/contract/conditions.ts";
import { ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import type { TranslationInfo } from "../../shared/contract/meta.ts";
import { checkCondition } from "../../shared/contract/translation-rules.ts";
import { limits } from "../../shared/limits.ts";
import { drawRestyled, serveTinyStyles } from "../fixtures/draw-restyled.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { packStyles, styleSizePx, tinyStyleDraft, writeTinyStylePack } from "../fixtures/tiny-style-pack.ts";

const folder = temporaryFolder("restyle");
const uploads = new Map<string, Uint8Array>();
const load = createConditionImageLoader(async (digest) => uploads.get(digest), limits.decodedImagesMax);
let service: InferenceService;
let translation: Translation;
let info: TranslationInfo;
let catalogue: Catalogue;

/** An upload of `styleSizePx` pixels a side. */
async function upload(colourAt: (x: number, y: number) => readonly [number, number, number, number]): Promise<string> {
  const rgba = new Uint8Array(4 * styleSizePx ** 2);
  for (let at = 0; at < styleSizePx ** 2; at += 1)
    rgba.set(colourAt(at % styleSizePx, Math.floor(at / styleSizePx)), 4 * at);
  const png = await encodePng(rgba, styleSizePx, styleSizePx);
  uploads.set(sha256Of(png), png);
  return sha256Of(png);
}
const stripes = (every: number, red: number) => upload((x) => (x % every === 0 ? [red, 40, 90, 255] : [0, 0, 0, 0]));

const draw = (condition: object, fields: object = {}): Promise<ImageResult[]> =>
  drawRestyled({ service, info, load }, condition, fields);
const pixelsOf = async (condition: object, fields: object = {}): Promise<string> =>
  Buffer.from((await draw(condition, fields))[0]!.rgba).toString("hex");

before(async () => {
  ({ catalogue, info, translation, service } = await serveTinyStyles(join(folder, "packs")));
});

describe("a pack that translates between styles", () => {
  it("a pack that translates between styles decides the ink of a style that is marked as one ink, and of no other", async () => {
    const style = tinyStyleDraft.experts["style"]!;
    assert.ok(style.kind === "drawing-style");
    const vocabulary = style.vocabulary.map((entry) => (entry.id === "outline" ? { ...entry, isOneInk: true } : entry));
    const experts = { ...tinyStyleDraft.experts, style: { ...style, vocabulary } };
    await writeTinyStylePack(join(folder, "marked"), { ...tinyStyleDraft, experts });
    const drawing = { image: await stripes(2, 250) };
    const drawBoth = async () => [
      await pixelsOf({ drawing, style: "outline" }),
      await pixelsOf({ drawing, style: "filled" }),
    ];
    const before = await drawBoth();
    const usual = service;
    const marked = await loadPacks(await Catalogue.open(join(folder, "marked")), { threads: 1 });
    service = createService(marked.translations, 8);
    const after = await drawBoth();
    service = usual;
    assert.notEqual(after[0], before[0]);
    assert.equal(after[1], before[1]);
  });

  it("a translation between styles with a default style draws in it, unless a style or a hole is given", async () => {
    const [own] = tinyStyleDraft.translations;
    const translations = [{ ...own!, defaultStyle: "filled" }];
    await writeTinyStylePack(join(folder, "default"), { ...tinyStyleDraft, translations });
    const drawing = { image: await stripes(2, 250) };
    const mask = await upload((x) => (x < 4 ? [255, 255, 255, 255] : [0, 0, 0, 255]));
    const conditions = [
      { drawing },
      { drawing, style: "filled" },
      { drawing, style: "outline" },
      { drawing: { ...drawing, mask } },
    ];
    const drawAll = async () => {
      const drawn: string[] = [];
      for (const condition of conditions) drawn.push(await pixelsOf(condition));
      return drawn;
    };
    const [none, filled, outline, holed] = await drawAll();
    const usual = service;
    const made = await loadPacks(await Catalogue.open(join(folder, "default")), { threads: 1 });
    service = createService(made.translations, 8);
    const inDefault = await drawAll();
    service = usual;
    assert.deepEqual(inDefault, [filled, filled, outline, holed]);
    assert.notEqual(none, filled);
  });

  it("a pack that translates between styles draws a style of one ink in the ink of its images, alike but for the colour", async () => {
    const drawing = { image: await stripes(2, 250) };
    const inInk = async (red: number) =>
      (await draw({ drawing, style: { images: [await stripes(3, red), await stripes(4, red)] } }))[0]!.rgba;
    const [dim, bright] = [await inInk(20), await inInk(220)];
    const channel = (rgba: Uint8ClampedArray | Uint8Array, at: number) =>
      [...rgba].filter((_, byte) => byte % 4 === at);
    assert.deepEqual(channel(dim, 3), channel(bright, 3));
    assert.ok(channel(dim, 3).some((alpha) => alpha > 0));
    for (const [rgba, red] of [
      [dim, 20],
      [bright, 220],
    ] as const)
      for (const [pixel, alpha] of channel(rgba, 3).entries())
        if (alpha > 0) assert.deepEqual([...rgba.subarray(4 * pixel, 4 * pixel + 3)], [red, 40, 90]);
  });

  it("a style whose images show several colours gives its answers their mean colour, unless colours are requested", async () => {
    const drawing = { image: await stripes(2, 250) };
    const twoColours = async (...[one, other]: readonly [number, number, number][]) => ({
      images: [await upload((x) => [...(x % 2 === 0 ? one! : other!), 255])],
    });
    const [green, pink] = [
      await twoColours([70, 110, 60], [10, 170, 120]),
      await twoColours([250, 60, 90], [190, 120, 150]),
    ];
    const meanOf = ({ rgba }: ImageResult): number[] => {
      const planes = toPremultipliedPlanes(new Uint8Array(rgba), styleSizePx);
      return spreadOf([{ planes }])!.mean.map((value) => Math.round(255 * value));
    };
    const means = [];
    for (const condition of [{ style: green }, { style: pink }, { style: pink, colours: ["#40b060"] }])
      means.push(meanOf((await draw({ drawing, ...condition }))[0]!));
    const [inGreen, inPink, requested] = means;
    const distance = (one: number[], other: number[]): number =>
      Math.hypot(...one.map((value, at) => value - other[at]!));
    assert.ok(distance(inGreen!, [40, 140, 90]) < 50, String(inGreen));
    assert.ok(distance(inPink!, [220, 90, 120]) < 50, String(inPink));
    assert.ok(distance(requested!, [220, 90, 120]) > 50, String(requested));
  });

  it("a named style with an ink is drawn alike from drawings of any one colour and painted in its ink, kept residuals too", async () => {
    const style = tinyStyleDraft.experts["style"]!;
    assert.ok(style.kind === "drawing-style");
    const vocabulary = style.vocabulary.map((entry) =>
      entry.id === "outline" ? { ...entry, isOneInk: true, ink: "#1450c8" } : entry,
    );
    const experts = { ...tinyStyleDraft.experts, style: { ...style, vocabulary } };
    await writeTinyStylePack(join(folder, "in-ink"), { ...tinyStyleDraft, experts });
    const usual = service;
    const inInk = await loadPacks(await Catalogue.open(join(folder, "in-ink")), { threads: 1 });
    service = createService(inInk.translations, 8);
    const [one, other] = [await stripes(2, 250), await stripes(2, 10)];
    const drawn = await Promise.all([one, other].map((image) => pixelsOf({ drawing: { image }, style: "outline" })));
    const keep = (image: string, condition: object) =>
      draw(condition, { keepResidualOf: { image, condition: { drawing: { image }, style: "outline" } } });
    const [kept, restyled, requested, blended] = [
      (await keep(one, {}))[0]!.rgba,
      (await keep(one, { style: "outline" }))[0]!.rgba,
      (await keep(other, { style: "outline", colours: ["#ff8000"] }))[0]!.rgba,
      await draw(
        {},
        {
          count: 3,
          keepResidualOf: { image: one, condition: { drawing: { image: one }, style: "outline" } },
          blendWith: { image: other, condition: { drawing: { image: other }, style: "outline" } },
        },
      ),
    ];
    service = usual;
    assert.equal(drawn[0], drawn[1]);
    const alphas = (rgba: ArrayLike<number>) => Array.from(rgba).filter((_, at) => at % 4 === 3);
    assert.ok(alphas(kept).some((alpha) => alpha > 0));
    for (const [rgba, ink] of [
      [Buffer.from(drawn[0]!, "hex"), [0x14, 0x50, 0xc8]],
      [kept, [250, 40, 90]],
      [restyled, [0x14, 0x50, 0xc8]],
      [requested, [0xff, 0x80, 0]],
      ...blended.map((image, at) => [image.rgba, [250 - 120 * at, 40, 90]] as const),
    ] as const)
      for (let at = 0; at < rgba.length; at += 4)
        if (rgba[at + 3]! > 0) assert.deepEqual([...rgba.slice(at, at + 3)], ink);
    for (const rgba of [restyled, requested, ...blended.map((image) => image.rgba)])
      assert.deepEqual(alphas(rgba), alphas(kept));
  });

  it("an answer of several colours is drawn in the requested ones alone, as pixels and to be traced, of kept residuals too", async () => {
    const image = await upload((x) => (x < styleSizePx / 2 ? [20, 40, 220, 255] : [220, 200, 20, 255]));
    const [first, second] = [
      [0x10, 0x20, 0x40],
      [0xf0, 0xe0, 0x60],
    ] as const;
    const colours = ["#102040", "#f0e060"];
    const isBetween = (rgba: ArrayLike<number>): boolean => {
      for (let at = 0; at < rgba.length; at += 4) {
        if (rgba[at + 3]! < 128) continue;
        const shares = [0, 1, 2].map((axis) => (rgba[at + axis]! - first[axis]!) / (second[axis]! - first[axis]!));
        if (Math.max(...shares) - Math.min(...shares) > 0.06 || shares.some((share) => share < -0.06 || share > 1.06))
          return false;
      }
      return true;
    };
    const drawing = { image };
    const keepResidualOf = { image, condition: { drawing } };
    for (const [condition, fields] of [
      [{ drawing, colours }, {}],
      [{ colours }, { keepResidualOf }],
    ] as const) {
      const [made] = await draw(condition, { ...fields, format: "svg" });
      assert.ok(isBetween(made!.rgba) && isBetween(made!.enlarged!.rgba));
    }
    for (const [condition, fields] of [
      [{ drawing }, {}],
      [{}, { keepResidualOf }],
    ] as const)
      assert.ok(!isBetween((await draw(condition, fields))[0]!.rgba));
  });

  it("a style of one ink and its tint is drawn in two requested colours and no others, as pixels and to be traced", async () => {
    const tinted = await upload((x) => [20, 40, 90, x < 3 ? 255 : 80]);
    const condition = { drawing: { image: tinted }, style: { images: [tinted] }, colours: ["#ff0000", "#0000ff"] };
    const [made] = await draw(condition, { format: "svg" });
    const inOrange = await draw({ ...condition, colours: ["#ff0000", "#ff8000"] }, { format: "svg" });
    assert.notDeepEqual(inOrange[0]!.rgba, made!.rgba);
    for (const rgba of [made!.rgba, made!.enlarged!.rgba]) {
      let inFirst = 0;
      for (let at = 0; at < rgba.length; at += 4)
        if (rgba[at + 3]! > 0) {
          assert.equal(rgba[at + 1], 0);
          assert.ok(Math.abs(rgba[at]! + rgba[at + 2]! - 255) <= 1, `${rgba.slice(at, at + 4)}`);
          inFirst += Number(rgba[at]! > 250 && rgba[at + 3]! > 250);
        }
      assert.ok(inFirst > 0, "the first colour is drawn");
    }
  });

  it("a pack that reads colours and whose target gives no layers, which get them, is refused", async () => {
    const { layers: _, ...target } = tinyStyleDraft.experts["target"] as { layers: number };
    const experts = { ...tinyStyleDraft.experts, target: target as never };
    await writeTinyStylePack(join(folder, "unlayered"), { ...tinyStyleDraft, experts });
    await assert.rejects(loadPacks(await Catalogue.open(join(folder, "unlayered")), { threads: 1 }), {
      code: "pack_corrupt",
      message: /expected a target with layers/,
    });
  });

  it("a pack that translates between styles says that it reads drawings, the names of its styles and how many images may show one", () => {
    assert.deepEqual(info.conditions, ["style", "sketch", "layout", "drawing", "colours"]);
    assert.deepEqual(
      info.styles.map(({ id }) => id),
      packStyles,
    );
    assert.equal(info.styleImagesMax, limits.styleImagesMax);
  });

  it("a restyled drawing follows the drawing, its own style, the requested style by name or by images, colours, and the seed where there is temperature", async () => {
    const [image, other] = [await stripes(2, 250), await stripes(3, 250)];
    // Lines of one width alone would be lines of the same style.
    const third = await upload((x, y) => (x > 1 && y > 1 ? [10, 40, 90, 255] : [0, 0, 0, 0]));
    const drawing = { image };
    const conditions: PartialCondition[] = [
      { drawing, style: "outline" },
      { drawing, style: "filled" },
      { drawing: { image: other }, style: "outline" },
      { drawing: { image, style: "filled" }, style: "outline" },
      { drawing: { image, style: { images: [other, third] } }, style: "outline" },
      { drawing, style: { images: [third] } },
      { drawing, style: { images: [other, third] } },
      { drawing, style: "outline", colours: ["#0000ff"] },
      { drawing, style: "outline", colours: ["#0000ff", "#ffcc00"] },
      { drawing },
      { style: "outline" },
    ];
    const drawn = await Promise.all(conditions.map((condition) => pixelsOf(condition)));
    assert.equal(new Set(drawn).size, conditions.length);
    const warm = { temperature: 1 };
    const seeds = [await pixelsOf(conditions[0]!, warm), await pixelsOf(conditions[0]!, { ...warm, seed: 4 })];
    assert.equal(new Set([drawn[0], ...seeds]).size, 3);
  });

  it("a drawing of lines in a style of lines keeps its lines, whatever the seed, up to the usual temperature and no further", async () => {
    const [image, shown] = [await stripes(2, 250), await stripes(3, 40)];
    const drawn = async (seed: number, temperature: number) =>
      (await draw({ drawing: { image }, style: { images: [shown] } }, { seed, temperature }))[0]!.rgba;
    const [usual, again, warm] = [await drawn(3, 0.2), await drawn(4, 0.2), await drawn(3, 1)];
    assert.deepEqual(usual, again);
    assert.notDeepEqual(warm, usual);
    const alphaOf = (x: number, y: number) => usual[4 * (y * styleSizePx + x) + 3]!;
    for (let x = 2; x < styleSizePx - 2; x += 1)
      assert.ok(x % 2 === 0 ? alphaOf(x, 4) > 128 : alphaOf(x, 4) < 128, `${x}: ${alphaOf(x, 4)}`);
    assert.ok(Math.abs(usual[4 * (4 * styleSizePx + 4)]! - 40) < 6);
  });

  it("of several images of a drawing each is made again by its seed: the first as it is, others with diversity, which makes all differ", async () => {
    const [image, shown] = [await stripes(2, 250), await stripes(3, 40)];
    const drawn = (fields: object) =>
      draw({ drawing: { image }, style: { images: [shown] } }, { temperature: 0.2, ...fields });
    const [first, second] = await drawn({ count: 2 });
    const again = async (seed: number, fields: object = {}) => (await drawn({ seed, ...fields }))[0]!.rgba;
    assert.deepEqual(await again(first!.seed), first!.rgba);
    assert.deepEqual(await again(second!.seed, { diversity: 0.5 }), second!.rgba);
    const different = await drawn({ count: 4, diversity: 0.5 });
    assert.equal(new Set(different.map(({ rgba }) => Buffer.from(rgba).toString("hex"))).size, 4);
    for (const { seed, rgba } of different) assert.deepEqual(await again(seed, { diversity: 0.5 }), rgba);
  });

  it("a coloured drawing in a style of several flat colours keeps its areas, each in a colour of the style, up to the usual temperature and no further", async () => {
    const [teal, pink, plum] = [
      [20, 150, 140, 255],
      [250, 170, 200, 255],
      [110, 30, 90, 255],
    ] as const;
    const nothing = [0, 0, 0, 0] as const;
    const image = await upload((x, y) => {
      if (y < 1 || y > 6) return nothing;
      return x < styleSizePx / 2 ? [20, 40, 220, 255] : [220, 200, 20, 255];
    });
    const images = await Promise.all(
      [
        { left: teal, right: pink, wide: 7, high: 8 },
        { left: plum, right: pink, wide: 8, high: 5 },
        { left: teal, right: plum, wide: 6, high: 6 },
      ].map(({ left, right, wide, high }) =>
        upload((x, y) => (x >= wide || y >= high ? nothing : x < 3 ? left : right)),
      ),
    );
    const drawn = async (seed: number, temperature: number) =>
      (await draw({ drawing: { image }, style: { images } }, { seed, temperature }))[0]!.rgba;
    const usual = await drawn(3, 0.2);
    const colourAt = (rgba: ArrayLike<number>, x: number, y: number) =>
      [0, 1, 2, 3].map((channel) => rgba[4 * (y * styleSizePx + x) + channel]!);
    const isOfStyle = (colour: readonly number[]) =>
      [teal, pink, plum].some((own) => own.every((value, channel) => Math.abs(value - colour[channel]!) <= 6));
    const [left, right] = [colourAt(usual, 1, 3), colourAt(usual, 6, 3)];
    assert.ok(isOfStyle(left) && isOfStyle(right), `${left}; ${right}`);
    assert.notDeepEqual(left, right);
    for (const [x, y, own] of [
      [2, 2, left],
      [1, 5, left],
      [5, 2, right],
      [6, 5, right],
    ] as const)
      assert.deepEqual(colourAt(usual, x, y), own);
    assert.ok(!isOfStyle(colourAt(await drawn(3, 1), 1, 3)));
  });

  it("a drawing for which no style is requested is drawn in its own, inverted in it, and painted in its ink", async () => {
    const image = await stripes(2, 250);
    const own = { images: [image] };
    const unstyled = await draw({ drawing: { image } });
    assert.deepEqual(unstyled, await draw({ drawing: { image }, style: own }));
    assert.deepEqual(
      await draw({ drawing: { image, style: "filled" } }),
      await draw({ drawing: { image, style: "filled" }, style: "filled" }),
    );
    const inverted = async (condition: PartialCondition) => {
      const request = { translation: "restyle", image, condition };
      return service.invert(request, await load(request, styleSizePx), new AbortController().signal);
    };
    const alone = await inverted({ drawing: { image } });
    assert.deepEqual(alone, await inverted({ drawing: { image }, style: own }));
    const keepResidualOf = { image, condition: { drawing: { image } } };
    const kept = await draw({}, { keepResidualOf });
    assert.deepEqual(
      kept,
      await draw({}, { keepResidualOf: { image, condition: { drawing: { image }, style: own } } }),
    );
  });

  it("guidance moves the requested style's code from the drawing's own, by its weight, and no other condition's", async () => {
    const drawing = { image: await stripes(2, 250) };
    const condition = { drawing, style: "outline" };
    const at = (fields: object) => pixelsOf(condition, fields);
    const [none, usual, more] = await Promise.all([0, 1, 2].map((guidance) => at({ guidance })));
    assert.equal(new Set([none, usual, more]).size, 3);
    assert.equal(await at({}), usual);
    assert.equal(await at({ guidance: 1, guidanceOf: { style: 1 } }), more);
    const alone = await Promise.all([0, 2].map((guidance) => pixelsOf({ style: "outline" }, { guidance })));
    assert.equal(alone[0], alone[1], "without a drawing there is no style to move from");
    // The API refuses before there is a job.
    assert.deepEqual(info.guidedBy, translation.flow.guidedBy);
    const request = ResolvedRequestSchema.parse({
      ...{ translation: "restyle", condition, guidanceOf: { drawing: 1 }, count: 1, seed: 3 },
    });
    const deps = { catalogue, uploads: { hold: async () => {}, touch: async () => true }, checkDrawing: () => {} };
    await assert.rejects(resolveGeneration(request, deps as never), {
      code: "invalid_request",
      message: /guidanceOf.drawing: expected only style/,
    });
    // What is refused leaves those that are drawn beside it alone.
    const [refused, beside] = await Promise.allSettled([at({ guidanceOf: { drawing: 1 } }), at({})]);
    assert.match(String((refused as PromiseRejectedResult).reason), /guidanceOf.drawing: expected only style/);
    assert.deepEqual(beside, { status: "fulfilled", value: usual });
  });

  it("a restyled drawing is the same whatever the order of the images that show the style, beside other requests and again", async () => {
    const [image, a, b] = [await stripes(2, 250), await stripes(3, 250), await stripes(4, 10)];
    const requested = (...images: string[]) => pixelsOf({ drawing: { image }, style: { images } }, { temperature: 1 });
    const [first, swapped] = await Promise.all([requested(a, b), requested(b, a)]);
    assert.equal(first, swapped);
    assert.equal(await requested(a, b), first);
  });

  it("an SVG drawn inline is the drawing that it shows, in its colours", async () => {
    const svg = (fill: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1h5v5H1z" fill="${fill}"/></svg>`;
    const of = (fill: string) => pixelsOf({ drawing: { svg: svg(fill) }, style: "outline" });
    assert.notEqual(await of("#ff0000"), await of("#0000ff"));
    assert.equal(await of("currentColor"), await of("#1f2328"));
  });

  it("v that is kept gives the drawing's latent back in its own style, and another picture in another", async () => {
    const image = await stripes(2, 250);
    const own = { drawing: { image }, style: "outline" };
    const keepResidualOf = { image, condition: own };
    const [same] = await draw({}, { keepResidualOf });
    const [again] = await draw({}, { keepResidualOf });
    assert.deepEqual(same!.rgba, again!.rgba);
    const [restyled] = await draw({ style: "filled" }, { keepResidualOf });
    assert.notDeepEqual(restyled!.rgba, same!.rgba);
    const inverted = await service.invert(
      { translation: "restyle", image, condition: own },
      await load({ condition: own, translation: "restyle", image } as never, styleSizePx),
      new AbortController().signal,
    );
    assert.ok(inverted.roundTripError < 1e-3, `${inverted.roundTripError}`);
  });

  it("the decoder sees the drawing that an answer was made from, and which places of it are drawn anew", async () => {
    const { target } = translation;
    const { rgba: shown } = await decodeRgba(uploads.get(await stripes(2, 250))!);
    const planes = toPremultipliedPlanes(shown, styleSizePx);
    const image = { kind: "image", planes, sizePx: styleSizePx, key: "stripes" } as const;
    const hole = new Float32Array(styleSizePx ** 2).map((_, at) => Number(at % styleSizePx >= styleSizePx / 2));
    const drawnFrom = async (drawing: ConditionValue) => {
      const [style, own] = [{ kind: "text", text: "outline" } as const, { kind: "images", images: [image] } as const];
      const conditions = await encodeConditions(translation, { drawing, style, "drawing-style": own });
      return (await drawLatents(translation, [{ residual: new Float32Array(8), conditions, guidance: [] }]))[0]!;
    };
    const [whole, holed] = [await drawnFrom(image), await drawnFrom({ ...image, hole, key: "with a hole" })];
    assert.deepEqual([...whole.drawing!.known, ...holed.drawing!.known], [1, 1, 1, 1, 1, 0, 1, 0]);
    assert.deepEqual(whole.drawing!.planes, planes);
    const [size, ...rest] = whole.drawing!.manner;
    assert.ok(size! > 0 && size! < 1 && rest.length === 2);
    assert.notDeepEqual(whole.drawing!.manner, holed.drawing!.manner);
    const seen = await decodeDrawn(translation, whole);
    assert.deepEqual(seen, await target.decodeBeside!(whole.latent, whole.drawing!));
    assert.notDeepEqual(seen, await target.decode(whole.latent, 1));
    const [answer] = await draw({ drawing: { image: await stripes(2, 250) }, style: "outline" }, { guidance: 0 });
    const { rgba } = await decodeImage(translation, whole);
    assert.deepEqual([...answer!.rgba], [...rgba]);
    const layered = (await decodeImage(translation, whole, { enlargedBy: 1 })).enlarged!;
    assert.equal(layered.rgba.length, rgba.length);
    const alone = await decodeImage(translation, { ...whole, drawing: undefined }, { enlargedBy: 1 });
    assert.notDeepEqual(layered.rgba, alone.enlarged!.rgba);
  });

  it("a decoder that sees drawings is refused beside a flow that does not say their manner", async () => {
    await writeTinyStylePack(join(folder, "mannerless"), tinyStyleDraft, { says: "nothing" });
    const catalogue = await Catalogue.open(join(folder, "mannerless"));
    await assert.rejects(loadPacks(catalogue, { threads: 1 }), {
      code: "pack_corrupt",
      message: /expected an output manner of 3 values, as the decoder reads, got 0/,
    });
  });

  it("a pack that was made before flows said more than the size of a drawing is served as before", async () => {
    const { target, ...others } = tinyStyleDraft.experts;
    const { mannerDims: _, ...before } = target as Extract<typeof target, { kind: "autoencoder" }>;
    const draft = { ...tinyStyleDraft, experts: { ...others, target: { ...before, seesDrawing: true } } };
    await writeTinyStylePack(join(folder, "before"), draft, { says: "size" });
    const catalogue = await Catalogue.open(join(folder, "before"));
    const [older] = (await loadPacks(catalogue, { threads: 1 })).translations;
    const planes = normals(4, 1, 4 * styleSizePx ** 2).map((value) => Math.min(1, Math.abs(value)));
    const image = { kind: "image", planes, sizePx: styleSizePx, key: "noise" } as const;
    const style = { kind: "text", text: "filled" } as const;
    const own = { kind: "images", images: [image] } as const;
    const conditions = await encodeConditions(older!, { drawing: image, style, "drawing-style": own });
    const [drawn] = await drawLatents(older!, [{ residual: new Float32Array(8), conditions, guidance: [] }]);
    assert.equal(drawn!.drawing!.manner.length, 1);
    assert.ok((await decodeDrawn(older!, drawn!)).every(Number.isFinite));
    assert.notDeepEqual(await decodeDrawn(older!, drawn!), await older!.target.decode(drawn!.latent, 1));
  });

  it("a hole in a drawing of several colours is drawn anew without their mean", async () => {
    const image = await upload((x) => (x < styleSizePx / 2 ? [20, 40, 220, 255] : [220, 40, 20, 255]));
    const mask = await upload((x) => (x < styleSizePx / 2 ? [0, 0, 0, 255] : [255, 255, 255, 255]));
    const requested = { drawing: { image, mask } };
    const drawing = { ...requested.drawing, style: { images: [image] } };
    const alike = await draw({ ...requested, style: { images: [image] } });
    assert.notDeepEqual((await draw(requested))[0]!.rgba, alike[0]!.rgba);
    assert.deepEqual((await draw({ drawing }))[0]!.rgba, (await draw(requested))[0]!.rgba);
  });

  it("a mask's dark pixels stay as they are, its light ones are drawn anew, and one that marks nothing is refused", async () => {
    const image = await stripes(2, 250);
    const right = await upload((x) => (x >= styleSizePx / 2 ? [255, 255, 255, 255] : [0, 0, 0, 255]));
    const [source] = await draw({ drawing: { image }, style: "outline" });
    const [masked] = await draw({ drawing: { image, mask: right } });
    let changed = 0;
    for (let at = 0; at < styleSizePx ** 2; at += 1) {
      const x = at % styleSizePx;
      const pixel = [...masked!.rgba.subarray(4 * at, 4 * at + 4)];
      if (x < styleSizePx / 2) assert.deepEqual(pixel, x % 2 === 0 ? [250, 40, 90, 255] : [0, 0, 0, 0]);
      else if (pixel.join() !== (x % 2 === 0 ? "250,40,90,255" : "0,0,0,0")) changed += 1;
    }
    assert.ok(changed > 0);
    assert.ok(source);
    const dark = await upload(() => [0, 0, 0, 255]);
    await assert.rejects(draw({ drawing: { image, mask: dark } }), {
      code: "invalid_request",
      message: /condition\.drawing\.mask: expected white where/,
    });
  });

  it("an image that is to be traced comes from its layers too, twice as large", async () => {
    const [image] = await draw({ drawing: { image: await stripes(2, 250) }, style: "outline" }, { format: "svg" });
    assert.deepEqual([image!.enlarged?.widthPx, image!.widthPx], [2 * styleSizePx, styleSizePx]);
  });

  it("what is traced of a coloured answer gets the colours of its pixels, though its own mean is another", async () => {
    // A decoder whose image is twice as bright as its layers: each by its own mean, they would be equally bright.
    const { target } = translation;
    const shown = await target.decode(new Float32Array(target.latentDims), 1);
    const dimmed = Object.assign(Object.create(target) as typeof target, {
      decode: async () => shown.map((value, at) => (at < 3 * styleSizePx ** 2 ? 2 : 1) * value),
    });
    const spread = { mean: [0.5, 0.5, 0.5], deviation: [0.1, 0.1, 0.1] } as const;
    const drawn = { latent: new Float32Array(target.latentDims), logLikelihood: 0, conditionGain: 0 };
    const { rgba, enlarged } = await decodeImage({ ...translation, target: dimmed }, drawn, { spread, enlargedBy: 1 });
    const meanOf = (pixels: Uint8Array) => spreadOf([{ planes: toPremultipliedPlanes(pixels, styleSizePx) }])!.mean;
    const [image, traced] = [meanOf(rgba), meanOf(enlarged!.rgba)];
    for (const channel of [0, 1, 2] as const)
      assert.ok(image[channel] - traced[channel] > 0.05, `${image[channel]} and ${traced[channel]}`);
  });

  it("styles by images are refused where styles have names only, and unknown names everywhere", async () => {
    const image = await stripes(2, 250);
    await assert.rejects(draw({ drawing: { image }, style: "cubist" }), { code: "style_unknown" });
    await assert.rejects(draw({ drawing: { image, style: "cubist" }, style: "outline" }), {
      code: "style_unknown",
      message: /^condition\.drawing\.style: /,
    });
    const { styleImagesMax: _, ...named } = info;
    assert.throws(() => checkCondition(named, { style: { images: [image] } }), {
      code: "invalid_request",
      message: /condition\.style: expected the id of a style \(translation restyle\), got 1 images/,
    });
    const many = Array.from({ length: limits.styleImagesMax + 1 }, () => image);
    assert.equal(
      ResolvedRequestSchema.safeParse({ condition: { drawing: { image }, style: { images: many } }, seed: 1 }).success,
      false,
    );
  });

  it("a pack whose codes or graphs do not match its manifest is refused, saying which", async () => {
    const home = join(folder, "broken");
    const pack = await writeTinyStylePack(home);
    const entries = (await Catalogue.open(home)).entries;
    await writeFile(join(pack, "style/codes.f16"), new Uint8Array(7));
    await assert.rejects(loadPacks({ entries, faults: [] } as never, { threads: 1 }), { code: "pack_corrupt" });
    const wrong = { ...tinyStyleDraft, id: "wrong" };
    wrong.experts = { ...wrong.experts, style: { ...(wrong.experts["style"] as object), dims: 4 } as never };
    await writeTinyStylePack(join(folder, "wrong"), wrong);
    await assert.rejects(loadPacks(await Catalogue.open(join(folder, "wrong")), { threads: 1 }), {
      code: "pack_corrupt",
      message: /style/,
    });
  });
});

describe("layers of a picture", () => {
  it("layers that are drawn at their own size are their soft-max times their paints, with slopes over the picture", () => {
    const sizePx = 2;
    // Layer 1 fills the left column, nothing the right one.
    const logits = Float32Array.of(-9, 9, -9, 9, 9, -9, 9, -9);
    const paints = Float32Array.of(0.5, 0.25, 1, 0.8, 0.2, 0, 0, 0, 0.4, 0);
    const planes = drawLayers({ logits, paints, sizePx }, 1);
    const at = (channel: number, pixel: number) => planes[4 * channel + pixel]!;
    const near = (got: number, expected: number) =>
      assert.ok(Math.abs(got - expected) < 1e-4, `${got} for ${expected}`);
    near(at(3, 0), 0.8);
    near(at(3, 1), 0);
    // x = −0.25 and y = ∓0.25.
    near(at(0, 0), 0.8 * (0.5 - 0.25 * 0.2));
    near(at(1, 0), 0.8 * (0.25 - 0.25 * 0.4));
    near(at(1, 2), 0.8 * (0.25 + 0.25 * 0.4));
    near(at(2, 0), 0.8);
  });

  it("layers that are enlarged keep edges one pixel wide", () => {
    const sizePx = 8;
    const logits = new Float32Array(2 * 64);
    for (let at = 0; at < 64; at += 1) {
      const side = at % 8 < 4 ? 1 : -1;
      logits[at] = -20 * side;
      logits[64 + at] = 20 * side;
    }
    const planes = drawLayers({ logits, paints: Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0, 0), sizePx }, 4);
    const row = planes.subarray(3 * 32 * 32 + 16 * 32, 3 * 32 * 32 + 17 * 32);
    const between = [...row].filter((alpha) => alpha > 0.02 && alpha < 0.98).length;
    assert.ok(between <= 2, `${between} pixels between`);
    assert.ok(row[0]! > 0.98 && row[31]! < 0.02);
  });
});
