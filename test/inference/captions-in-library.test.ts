/** What captions find in a library, in the look and at the size that the requested style has. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { createConditionImageLoader } from "../../server/inference/conditions/condition-images.ts";
import { createService } from "../../server/inference/service.ts";
import { Catalogue } from "../../server/packs/catalogue.ts";
import { loadPacks } from "../../server/packs/load.ts";
import { writeLibraryFile } from "../../server/retrieval/library/drawing-library-file.ts";
import { blocksOf, lineOf } from "../../server/retrieval/library/library-blocks.ts";
import { looks, writeLooksFile } from "../../server/retrieval/library/library-looks.ts";
import { makeLibrary } from "../../server/retrieval/library/make-library.ts";
import { DrawingsRequestSchema } from "../../shared/contract/generations/drawings.ts";
import { findTranslation } from "../../shared/contract/translation-rules.ts";
import { limits } from "../../shared/limits.ts";
import { drawRestyled } from "../fixtures/draw-restyled.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyFullDraft, tinyLabels, tinyStyles, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { packStyles, tinyStyleDraft, writeTinyStylePack } from "../fixtures/tiny-style-pack.ts";

const root = temporaryFolder("library");
const load = createConditionImageLoader(async () => undefined, limits.decodedImagesMax);
const [translation] = tinyStyleDraft.translations;
const own = { ...translation!, captions: { translation: "caption", styles: tinyStyles.slice(0, 1) } };

interface Shape {
  readonly viewBox: string;
  readonly body: string;
}

const square: Shape = { viewBox: "0 0 8 8", body: '<path d="M1 1h6v6H1z" fill="currentColor"/>' };
const svgOf = ({ viewBox, body }: Shape): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}">${body}</svg>`;

before(() => writeTinyPack(join(root, "lends"), withRetrieval(tinyFullDraft)));

/** A library of one set, which draws all labels in one shape, and what is known of its drawings and of the pack's styles besides. */
interface OneShape {
  readonly shape: Shape;
  readonly stylesAs: (at: number) => object;
  readonly captions: object;
  readonly beside?: (packFolder: string) => Promise<void>;
  readonly sets?: readonly string[];
  /** Shapes of single sets. */
  readonly shapeOf?: Readonly<Record<string, Shape>>;
}

/** Serves a pack with such a library. @returns what draws with it */
async function drawingFrom(
  name: string,
  { shape, stylesAs, captions, beside, sets = ["squares"], shapeOf = {} }: OneShape,
) {
  const style = tinyStyleDraft.experts["style"]!;
  assert.ok(style.kind === "drawing-style", "the tiny pack has styles");
  const vocabulary = style.vocabulary.map((entry, at) => ({ ...entry, ...stylesAs(at) }));
  const library = "drawings/drawings.safetensors";
  const folder = join(root, name);
  await mkdir(join(folder, "tiny-styles/drawings"), { recursive: true });
  const words = (await loadPacks(await Catalogue.open(join(root, "lends")), { threads: 1 })).translations[0]!;
  const reader = words.conditions.find((condition) => condition.name === "caption")!.expert;
  const content = await makeLibrary(
    sets.flatMap((set) => tinyLabels.map((label) => ({ set, name: label, ...(shapeOf[set] ?? shape) }))),
    reader.dims,
    2,
    (names) => reader.encode(names.map((text) => ({ kind: "text" as const, text }))),
  );
  await writeLibraryFile(join(folder, "tiny-styles", library), content);
  await beside?.(join(folder, "tiny-styles"));
  await writeTinyStylePack(folder, {
    ...tinyStyleDraft,
    experts: { ...tinyStyleDraft.experts, style: { ...style, vocabulary } },
    translations: [{ ...own, captions: { ...own.captions, library, ...captions } }],
  });
  const catalogue = await Catalogue.open(join(root, "lends"), folder);
  const served = createService((await loadPacks(catalogue, { threads: 1 })).translations, 8);
  const found = findTranslation(catalogue.packs(), "restyle").translation;
  const drawn = async (condition: object, fields: object = {}) =>
    (await drawRestyled({ service: served, info: found, load }, condition, fields))[0]!.rgba;
  const drawings = (asked: object) =>
    served.drawings(DrawingsRequestSchema.parse(asked), new Map(), new AbortController().signal);
  return Object.assign(drawn, { drawings });
}

describe("captions that find a drawing in a library", () => {
  it("a style of fills starts from what a set filled, one of lines from its outline, another from the drawing as it is", async () => {
    const lines = [{ isAll: true, width: 0.2 }, { isAll: false }, undefined];
    const outline = { viewBox: "0 0 8 8", body: '<path d="M1 1h6v6H1z" fill="none" stroke="currentColor"/>' };
    const looksFile = "drawings/looks.safetensors";
    const drawnBy = await drawingFrom("looks", {
      shape: outline,
      stylesAs: (at) => ({ ...(lines[at] && { lines: lines[at] }) }),
      captions: { looks: looksFile },
      beside: (folder) =>
        writeLooksFile(join(folder, looksFile), {
          looks: new Uint8Array(tinyLabels.length).fill(looks.lines),
          others: Float32Array.from(tinyLabels.keys()),
          ...blocksOf(tinyLabels.map(() => lineOf(square))),
        }),
    });
    for (const [at, shape] of [outline, square, outline].entries()) {
      const requested = { style: packStyles[at]! };
      const [other] = [outline, square].filter((one) => one !== shape);
      const drawn = await drawnBy({ caption: tinyLabels[0]!, ...requested });
      assert.deepEqual(drawn, await drawnBy({ drawing: { svg: svgOf(shape) }, ...requested }), requested.style);
      assert.notDeepEqual(drawn, await drawnBy({ drawing: { svg: svgOf(other!) }, ...requested }), requested.style);
    }
  });

  it("fits of names that a manifest names are read with the library, and must be of as many drawings", async () => {
    const nameFits = "drawings/name-fits.i8";
    const drawingWith = (id: string, drawings: number) =>
      drawingFrom(id, {
        shape: square,
        stylesAs: () => ({}),
        captions: { nameFits },
        beside: (folder) => writeFile(join(folder, nameFits), new Int8Array(drawings)),
      });
    const drawnBy = await drawingWith("fits", tinyLabels.length);
    assert.ok((await drawnBy({ caption: tinyLabels[0]!, style: packStyles[0]! })).length > 0);
    // The pack is left out.
    const drawnByShort = await drawingWith("short-fits", 1);
    await assert.rejects(drawnByShort({ caption: tinyLabels[0]! }), { code: "translation_unknown" });
  });

  it("a request may name the drawing that its caption starts from, as the list of what fits does", async () => {
    const bar = { viewBox: "0 0 8 8", body: '<path d="M3 1h2v6H3z" fill="currentColor"/>' };
    const [sets, style, caption] = [["squares", "bars"], packStyles[0]!, tinyLabels[0]!];
    const shapeOf = { bars: bar };
    const drawnBy = await drawingFrom("named", { shape: square, stylesAs: () => ({}), captions: {}, sets, shapeOf });
    const listed = await drawnBy.drawings({ condition: { caption, style } });
    assert.deepEqual(
      listed
        .slice(0, 2)
        .map(({ id }) => id)
        .sort(),
      sets.map((set) => `${set}:${caption}`).sort(),
    );
    for (const [set, shape] of Object.entries({ squares: square, bars: bar })) {
      const { svg } = listed.find(({ id }) => id === `${set}:${caption}`)!;
      assert.ok(svg.includes(shape.body.match(/d="[^"]+"/)![0]), svg);
      for (const seed of [1, 2, 3])
        assert.deepEqual(
          await drawnBy({ caption, style }, { startFrom: `${set}:${caption}`, seed }),
          await drawnBy({ drawing: { svg: svgOf(shape) }, style }, { seed }),
          `${set} by seed ${seed}`,
        );
    }
    assert.equal((await drawnBy.drawings({ condition: { caption, style }, count: 1 })).length, 1);
    await assert.rejects(drawnBy.drawings({ condition: { caption: "zzzzz" } }), { code: "caption_unknown" });
    await assert.rejects(drawnBy({ caption, style }, { startFrom: "bars:nothing" }), {
      code: "invalid_request",
      message: "startFrom: expected the id of a drawing of the library, such as lucide:piggy-bank, got bars:nothing",
    });
  });

  it("icons of a family start from one set, whichever of them is asked for, and with any seed", async () => {
    const bar = { viewBox: "0 0 8 8", body: '<path d="M3 1h2v6H3z" fill="currentColor"/>' };
    const [sets, style, captions] = [["squares", "bars"], packStyles[0]!, tinyLabels.slice(0, 3)];
    const shapeOf = { bars: bar };
    const drawnBy = await drawingFrom("family", { shape: square, stylesAs: () => ({}), captions: {}, sets, shapeOf });
    const setsOf = async (family?: readonly string[]): Promise<string[]> => {
      const found = new Set<string>();
      for (const caption of captions)
        for (let seed = 1; seed <= 6; seed += 1) {
          const drawn = await drawnBy({ caption, style }, { seed, ...(family && { family }) });
          for (const set of sets) {
            const alone = await drawnBy({ caption, style }, { startFrom: `${set}:${caption}`, seed });
            if (Buffer.compare(Buffer.from(alone), Buffer.from(drawn)) === 0) found.add(set);
          }
        }
      return [...found];
    };
    assert.equal((await setsOf()).length, 2, "alone each seed has its own");
    assert.equal((await setsOf(captions)).length, 1);
    await assert.rejects(drawnBy({ drawing: { svg: svgOf(bar) }, style }, { family: captions }), /family/);
  });

  it("a slip is read as the name that it is near to", async () => {
    const sets = ["squares", "boxes", "tiles"];
    const drawnBy = await drawingFrom("slips", { shape: square, stylesAs: () => ({}), captions: {}, sets });
    const style = packStyles[0]!;
    await assert.rejects(drawnBy({ caption: "zzzzz", style }), { code: "caption_unknown" });
    assert.deepEqual(await drawnBy({ caption: "greeen", style }), await drawnBy({ caption: "green", style }));
  });

  it("a drawing of a set is as large as the icons of the style, where both sizes are known", async () => {
    const drawnBy = await drawingFrom("live-areas", {
      shape: square,
      stylesAs: (at) => (at === 0 ? { liveArea: 0.6 } : {}),
      captions: { liveAreas: { squares: 0.75 } },
    });
    for (const [at, viewBox] of ["-1 -1 10 10", square.viewBox].entries()) {
      const requested = { style: packStyles[at]! };
      assert.deepEqual(
        await drawnBy({ caption: tinyLabels[0]!, ...requested }),
        await drawnBy({ drawing: { svg: svgOf({ ...square, viewBox }) }, ...requested }),
      );
    }
  });
});
