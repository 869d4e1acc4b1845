/** Captions in a style that images show: two tiny packs with random weights, of which one lends its drawings to the other. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import type { DrawingFinder } from "../../server/engine/interfaces.ts";
import { encodePng } from "../../server/images/codec.ts";
import { createConditionImageLoader } from "../../server/inference/conditions/condition-images.ts";
import { planGeneration } from "../../server/inference/plan.ts";
import { createService, type InferenceService } from "../../server/inference/service.ts";
import { Catalogue } from "../../server/packs/catalogue.ts";
import { loadPacks } from "../../server/packs/load.ts";
import { sha256Of } from "../../server/platform/sha256.ts";
import { writeLibraryFile } from "../../server/retrieval/library/drawing-library-file.ts";
import { makeLibrary } from "../../server/retrieval/library/make-library.ts";
import { ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import type { TranslationInfo } from "../../shared/contract/meta.ts";
import { checkCondition, findTranslation } from "../../shared/contract/translation-rules.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { drawRestyled } from "../fixtures/draw-restyled.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyFullDraft, tinyLabels, tinyStyles, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { styleSizePx, tinyStyleDraft, writeTinyStylePack } from "../fixtures/tiny-style-pack.ts";

const root = temporaryFolder("own-style");
const uploads = new Map<string, Uint8Array>();
const load = createConditionImageLoader(async (digest) => uploads.get(digest), limits.decodedImagesMax);
const [translation] = tinyStyleDraft.translations;
const borrowing = {
  ...tinyStyleDraft,
  translations: [{ ...translation!, captions: { translation: "caption", styles: tinyStyles.slice(0, 1) } }],
};
let service: InferenceService;
let info: TranslationInfo;

const shapeOf = (set: string) => ({
  viewBox: "0 0 8 8",
  body:
    set === "ovals"
      ? '<circle cx="4" cy="4" r="3" fill="currentColor"/>'
      : '<path d="M1 1h6v6H1z" fill="currentColor"/>',
});

async function iconOf(grey: number): Promise<string> {
  const rgba = Uint8Array.from({ length: 4 * styleSizePx ** 2 }, (_, at) => (at % 4 === 3 ? 255 : (grey * at) % 256));
  const png = await encodePng(rgba, styleSizePx, styleSizePx);
  uploads.set(sha256Of(png), png);
  return sha256Of(png);
}

async function draw(condition: object, fields: object = {}): Promise<string[]> {
  const images = await drawRestyled({ service, info, load }, condition, fields);
  return images.map(({ rgba }) => Buffer.from(rgba).toString("hex"));
}

const infoIn = async (...folders: string[]): Promise<TranslationInfo> => {
  const catalogue = await Catalogue.open(join(root, folders[0]!), ...folders.slice(1).map((name) => join(root, name)));
  return findTranslation(catalogue.packs(), "restyle").translation;
};

const svgOf = ({ viewBox, body }: ReturnType<typeof shapeOf>): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}">${body}</svg>`;

before(async () => {
  await writeTinyPack(join(root, "lends"), withRetrieval(tinyFullDraft));
  await writeTinyStylePack(join(root, "borrows"), borrowing);
  const catalogue = await Catalogue.open(join(root, "lends"), join(root, "borrows"));
  info = await infoIn("lends", "borrows");
  service = createService((await loadPacks(catalogue, { threads: 1 })).translations, 8);
});

describe("captions in a style of one's own", () => {
  it("captions in a style of one's own follow the words, the style's images and the seed, and the same request gives the same pixels", async () => {
    const styles = [{ images: [await iconOf(3)] }, { images: [await iconOf(7), await iconOf(9)] }];
    const drawn = new Set<string>();
    for (const style of styles)
      for (const caption of tinyLabels) {
        const [first] = await draw({ caption, style });
        assert.deepEqual(await draw({ caption, style }), [first]);
        drawn.add(first!);
      }
    assert.equal(drawn.size, styles.length * tinyLabels.length);
    const [style] = styles;
    const several = await draw({ caption: tinyLabels[0], style }, { count: 3, seed: 3 });
    assert.deepEqual(await draw({ caption: tinyLabels[0], style }, { seed: 5 }), [several[2]]);
  });

  it("captions in a style on a tile lie on it, in one of its colours, alike for the same seed", async () => {
    const [ground, ink] = [
      [20, 60, 200, 255],
      [255, 255, 255, 255],
    ];
    const tile = async (at: number): Promise<string> => {
      const rgba = new Uint8Array(4 * styleSizePx ** 2);
      for (let pixel = 0; pixel < styleSizePx ** 2; pixel += 1) {
        const [x, y] = [pixel % styleSizePx, Math.floor(pixel / styleSizePx)];
        rgba.set(y === 3 + (at % 2) && x >= 2 + (at % 3) && x < 5 ? ink! : ground!, 4 * pixel);
      }
      const png = await encodePng(rgba, styleSizePx, styleSizePx);
      uploads.set(sha256Of(png), png);
      return sha256Of(png);
    };
    const style = { images: await Promise.all([0, 1, 2, 3, 4, 5].map(tile)) };
    const [first] = await draw({ caption: tinyLabels[0], style });
    assert.deepEqual(await draw({ caption: tinyLabels[0], style }), [first]);
    const rgba = Buffer.from(first!, "hex");
    for (let at = 0; at < rgba.length; at += 4) {
      const shares = [0, 1, 2].map((channel) => (rgba[at + channel]! - ground![channel]!) / (255 - ground![channel]!));
      const isOnTile = rgba[at + 3] === 255 && Math.max(...shares) - Math.min(...shares) < 0.05;
      assert.equal(isOnTile, true, `${[...rgba.subarray(at, at + 4)]}`);
    }
  });

  it("captions in a style with a hard shadow have it behind what they show, apart from it where they are traced, whatever words say of its colour", async () => {
    const style = tinyStyleDraft.experts["style"]!;
    assert.ok(style.kind === "drawing-style");
    const shadows = [{ ink: "#c82814", alpha: 1, isFilled: false, right: 1 / styleSizePx, down: 0 }];
    const vocabulary = style.vocabulary.map((entry) => ({ ...entry, isOneInk: true, ink: "#0a0a0a", shadows }));
    await writeTinyStylePack(join(root, "shadowed"), {
      ...borrowing,
      experts: { ...borrowing.experts, style: { ...style, vocabulary } },
    });
    const catalogue = await Catalogue.open(join(root, "lends"), join(root, "shadowed"));
    const served = {
      service: createService((await loadPacks(catalogue, { threads: 1 })).translations, 8),
      info: await infoIn("lends", "shadowed"),
      load,
    };
    const reds = (rgba: ArrayLike<number>): number =>
      Array.from({ length: rgba.length / 4 }, (_, at) => at).filter(
        (at) => rgba[4 * at + 3]! > 100 && rgba[4 * at]! > 100 && rgba[4 * at + 2]! < 100,
      ).length;
    const condition = { caption: tinyLabels[0]!, style: style.vocabulary[0]!.id };
    const [made] = await drawRestyled(served, condition, { format: "svg" });
    assert.ok(reds(made!.rgba) > 0);
    const { rgba, beneath } = made!.enlarged!;
    assert.deepEqual([reds(rgba), beneath!.map(({ hex }) => hex)], [0, ["#c82814"]]);
    assert.deepEqual((await drawRestyled(served, condition, { format: "svg" }))[0], made);
    const [coloured] = await drawRestyled(served, { ...condition, caption: `blue ${tinyLabels[0]}` });
    assert.ok(reds(coloured!.rgba) > 0);
  });

  it("captions in a style of one's own are read only where another pack has drawings that they can find", async () => {
    assert.equal(info.captionsFrom, "caption");
    assert.ok(info.conditions.includes("caption"));
    const alone = await infoIn("borrows");
    assert.equal(alone.captionsFrom, undefined);
    assert.throws(
      () => checkCondition(alone, { caption: "red" }),
      /condition.caption: expected only style, sketch, layout, drawing/,
    );
  });

  it("captions find drawings of the pack's own library first, whose sets are named and limited by licences, and several images different ones", async () => {
    const drawings = [
      { set: "ovals", licence: "MIT", styles: ["ovals"] },
      { set: "squares", licence: "CC-BY-4.0", author: "Ada", styles: ["squares"] },
    ];
    const [own] = borrowing.translations;
    const library = "drawings/drawings.safetensors";
    const folder = join(root, "library");
    await mkdir(join(folder, "tiny-styles/drawings"), { recursive: true });
    const words = (await loadPacks(await Catalogue.open(join(root, "lends")), { threads: 1 })).translations[0]!;
    const reader = words.conditions.find(({ name }) => name === "caption")!.expert;
    const named = tinyLabels.flatMap((name) => drawings.map(({ set }) => ({ set, name, ...shapeOf(set) })));
    const content = await makeLibrary(named, reader.dims, 2, (names) =>
      reader.encode(names.map((text) => ({ kind: "text" as const, text }))),
    );
    await writeLibraryFile(join(folder, "tiny-styles", library), content);
    await writeTinyStylePack(folder, {
      ...borrowing,
      translations: [{ ...own!, drawings, captions: { ...own!.captions, library } }],
    });
    const catalogue = await Catalogue.open(join(root, "lends"), folder);
    const found = findTranslation(catalogue.packs(), "restyle").translation;
    assert.deepEqual(found.licences, ["CC-BY-4.0", "MIT"]);
    const served = createService((await loadPacks(catalogue, { threads: 1 })).translations, 8);
    const requested = { caption: tinyLabels[0]!, style: { images: [await iconOf(3)] } };
    for (const [licence, set] of [
      ["MIT", "ovals"],
      ["CC-BY-4.0", "squares"],
    ] as const) {
      const [image] = await drawRestyled({ service: served, info: found, load }, requested, { licences: [licence] });
      assert.deepEqual(
        image!.sources?.map((source) => [source.set, source.icon]),
        [[set, tinyLabels[0]]],
      );
    }
    for (const seed of [1, 2, 3, 4]) {
      const both = await drawRestyled({ service: served, info: found, load }, requested, { seed, count: 2 });
      assert.deepEqual(both.map(({ sources }) => sources![0]!.set).sort(), ["ovals", "squares"]);
      const [best] = await drawRestyled({ service: served, info: found, load }, requested, { seed, bestOf: 3 });
      for (const image of [...both, best!]) {
        const [alone] = await drawRestyled({ service: served, info: found, load }, requested, { seed: image.seed });
        assert.deepEqual([alone!.rgba, alone!.sources], [image.rgba, image.sources]);
      }
    }
    // Beside a drawing a caption puts what it finds on it.
    const drawing = { image: await iconOf(5) };
    const serving = { service: served, info: found, load };
    const [plain] = await drawRestyled(serving, { drawing, style: "outline" });
    const [badged] = await drawRestyled(serving, { drawing, style: "outline", caption: tinyLabels[0]! });
    assert.equal(badged!.sources?.[0]?.icon, tinyLabels[0]);
    assert.equal(plain!.sources, undefined);
    assert.notDeepEqual(badged!.rgba, plain!.rgba);
    assert.deepEqual(
      (await drawRestyled(serving, { drawing, style: "outline", caption: tinyLabels[0]! }))[0]!.rgba,
      badged!.rgba,
    );
    // Whatever the seed, and where images differ, it is the same badge, whose source is named.
    for (const fields of [{ seed: 9 }, { count: 2, diversity: 0.5 }, { count: 2, bestOf: 2 }])
      for (const image of await drawRestyled(serving, { drawing, style: "outline", caption: tinyLabels[0]! }, fields))
        assert.deepEqual(image.sources, badged!.sources, JSON.stringify(fields));
    // Hundreds of candidates take seconds to plan, which a client that leaves ends.
    const leaving = new AbortController();
    const { translations } = await loadPacks(catalogue, { threads: 1 });
    const restyle = translations.find(({ id }) => id === "restyle")!;
    let opened = 0;
    const restOfLibrary = {
      spelled: (caption: string): string => caption,
      namesNear: () => [],
      setsDiffer: () => 0,
      named: () => undefined,
    };
    const find: DrawingFinder["find"] = (asked) => {
      const choice = restyle.captions!.library!.find(asked)!;
      return {
        match: choice.match,
        saysAll: choice.saysAll,
        says: (entry) => choice.says(entry),
        choose: (noise) => choice.choose(noise),
        inOrder: () => choice.inOrder(),
        lossesBySet: () => choice.lossesBySet(),
        likeness: (one, other) => choice.likeness(one, other),
        fit: (entry) => choice.fit(entry),
        open: (entry) => {
          opened += 1;
          if (opened === 3) leaving.abort(new Error("the client left"));
          return choice.open(entry);
        },
      };
    };
    const request = ResolvedRequestSchema.parse({
      ...{ translation: "restyle", condition: { caption: tinyLabels[0]!, style: "filled" } },
      ...{ count: 1, seed: 1, temperature: 0, bestOf: limits.bestOfMax },
    });
    const watched = {
      ...restyle,
      captions: {
        ...restyle.captions!,
        library: { ...restOfLibrary, find },
      },
    };
    await assert.rejects(planGeneration(watched, request, new Map(), leaving.signal), /the client left/);
    assert.ok(opened <= 4, `${opened} were opened, four at once`);
    // A drawing that fits the words less is chosen only where none else is left, and one alone is drawn twice.
    const twoOf = async (entries: readonly number[], unfit?: number): Promise<Array<string | undefined>> => {
      const findFitting: DrawingFinder["find"] = (asked) => ({
        ...{
          match: 1,
          saysAll: true,
          says: () => ({ match: 1, saysAll: true, isPart: false, isContrary: false }),
          inOrder: () => [...entries],
          lossesBySet: () => new Map(),
          likeness: () => 0,
          fit: (entry) => (entry === unfit ? -100 : 0),
        },
        choose: (noise) => {
          const weights = noise(entries.length);
          return { entry: entries[weights.indexOf(Math.max(...weights))]!, cosine: 1 };
        },
        open: (entry) => restyle.captions!.library!.find(asked)!.open(entry),
      });
      const library = { ...restOfLibrary, find: findFitting };
      const judged = { ...restyle, captions: { ...restyle.captions!, library } };
      const plan = await planGeneration(judged, { ...request, count: 2, bestOf: 1 }, new Map());
      return [0, 1].map((image) =>
        plan
          .sourcesOf?.(image, 0)
          ?.map(({ set, icon }) => `${set} ${icon}`)
          .join(),
      );
    };
    const three = [0, 1, 2];
    const [first, second] = await twoOf(three);
    assert.notEqual(first, second);
    const fitting = new Set<string | undefined>();
    for (const unfit of three) {
      const [alone] = await twoOf([unfit]);
      const chosen = await twoOf(three, unfit);
      assert.equal(chosen[0], first, "the first image's seed stays");
      assert.notEqual(chosen[1], first);
      if (alone !== first) assert.notEqual(chosen[1], alone);
      fitting.add(chosen[1]);
    }
    assert.ok(fitting.size > 1);
    assert.deepEqual(await twoOf([1]), [(await twoOf([1]))[0], (await twoOf([1]))[0]]);
    assert.equal(new Set(await twoOf([0, 1], 1)).size, 2);
    // Without a style the drawing keeps its own, as an upload does.
    const drawnBy = async (condition: object, fields: object = {}) =>
      (await drawRestyled({ service: served, info: found, load }, condition, fields))[0]!.rgba;
    const svg = svgOf(shapeOf("ovals"));
    const unstyled = await drawnBy({ caption: tinyLabels[0]! }, { licences: ["MIT"] });
    assert.deepEqual(unstyled, await drawnBy({ drawing: { svg } }));
    assert.notDeepEqual(unstyled, await drawnBy({ drawing: { svg }, style: "filled" }));
  });

  it("a pack of one's own whose library does not open is left out, and the packs that ship are served", async () => {
    const [own] = borrowing.translations;
    const drawings = [{ set: "ovals", licence: "MIT", styles: ["ovals"] }];
    const library = "drawings/drawings.safetensors";
    const folder = join(root, "broken");
    await mkdir(join(folder, "tiny-styles/drawings"), { recursive: true });
    await writeFile(join(folder, "tiny-styles", library), "a library of another version");
    await writeTinyStylePack(folder, {
      ...borrowing,
      translations: [{ ...own!, drawings, captions: { ...own!.captions, library } }],
    });
    const catalogue = await Catalogue.open(join(root, "lends"), folder);
    const { entries, translations, faults } = await loadPacks(catalogue, { threads: 1 });
    assert.deepEqual([entries.length, translations.map(({ id }) => id)], [1, ["caption"]]);
    assert.match(faults[0]!.error.message, /expected a library file/);
    const shipped = catalogue.entries.map((entry) => ({ ...entry, isShipped: true }));
    await assert.rejects(
      loadPacks(Object.assign(Object.create(catalogue) as Catalogue, { entries: shipped }), {}),
      (error) => error instanceof AppError && error.code === "pack_corrupt",
    );
  });

  it("captions in a style of one's own are refused beside a drawing", async () => {
    const drawing = { image: await iconOf(5) };
    await assert.rejects(draw({ caption: "red", drawing, style: "outline" }), /condition.caption: expected no caption/);
  });

  it("captions in a style of one's own are not moved along an attribute, as their words only find drawings", async () => {
    const attribute = { towards: "blue", strength: 1 };
    await assert.rejects(draw({ caption: "red", style: "outline" }, { attribute }), /attribute: expected no attribute/);
  });
});
