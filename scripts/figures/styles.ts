/**
 * Figures of the flow between styles on rendered drawings of families that nothing was trained on (server/pretrain/styles): a matrix of styles, a
 * style of eight icons, colours. What is shown is stated by a rule: the first things by name that a family draws, one seed, temperature 0.
 */

import type { Drawing } from "../../server/engine/pixels/ink-colour.ts";
import { isSoft } from "../../server/engine/pixels/shadows/shadow.ts";
import { shadowsOf } from "../../server/engine/pixels/shadows/without-shadows.ts";
import { styleInkOf } from "../../server/engine/pixels/style-ink.ts";
import { ringOf } from "../../server/engine/rings/find-ring.ts";
import { type ColourWord, hues } from "../../server/evaluation/metrics/colour-words.ts";
import {
  grouped,
  type Pair,
  type StyleDrawing,
  StyleDrawings,
  styleOf,
} from "../../server/evaluation/styles/style-drawings.ts";
import { limits } from "../../shared/limits.ts";
import type { Figure } from "./edits.ts";
import { type Shown, shownOf } from "./example-icons.ts";
import { type SheetBlock, type SheetRow, writeSheet } from "./sheet.ts";
import { spaced } from "./spaced.ts";
import { type Studio, withStudio } from "./studio.ts";

const rendered = "server/pretrain/.cache/styles";
const sizePx = 128;
const columns = 10;
const shownMost = 8;

interface Board extends Studio {
  /** The first drawings of a variant, by name, evenly spaced over it. */
  first(variant: string, count: number): Promise<Shown[]>;
  /**
   * Made-up styles that nothing was trained on, by their numbers, evenly spaced over them: drawings of each, evenly spaced too.
   * @param look of all drawings of a style; absent = any
   */
  madeUp(styles: number, count: number, look?: string): Promise<Shown[][]>;
  /** Those of all such styles that are wanted, also of made-up ones of families that nothing was trained on if `families` says so. */
  madeUpWhere(
    count: number,
    isWanted: (drawings: readonly Drawing[]) => boolean,
    families?: boolean,
  ): Promise<Shown[][]>;
  /** Variants of families that nothing was trained on, evenly spaced by name: so many pairs of each as the report takes, with what shows their styles. */
  unseenPairs(variants: number, count: number): Promise<ReadonlyArray<{ variant: string; pairs: UnseenPair[] }>>;
  restyle(source: Shown, style: object | string, more?: object, seed?: number): Promise<Uint8Array | undefined>;
  caption(caption: string, style: object | string): Promise<Uint8Array | undefined>;
}

/** Another variant of a family, the true one, and other icons of both. */
interface UnseenPair {
  readonly source: Shown;
  readonly truth: Shown;
  readonly style: readonly Shown[];
  readonly own: readonly Shown[];
}

export async function withBoard<T>(packsDir: string | undefined, work: (board: Board) => Promise<T>): Promise<T> {
  const drawings = await StyleDrawings.open(rendered, sizePx);
  const show = async (drawing: StyleDrawing, studio: Studio): Promise<Shown> =>
    shownOf(await drawings.read(drawing), studio);
  try {
    return await withStudio(packsDir, (studio) => {
      const draw = async (condition: object, seed = 1): Promise<Uint8Array | undefined> => {
        const request = { translation: "restyle", condition, count: 1, seed, temperature: 0 };
        return (await studio.draw(request))[0];
      };
      return work({
        ...studio,
        async first(variant, count) {
          const all = drawings.all
            .filter((one) => one.variant === variant && !one.isProcedural)
            .sort((one, other) => (one.base < other.base ? -1 : 1));
          const shown: Shown[] = [];
          for (const drawing of spaced(all, count)) shown.push(await show(drawing, studio));
          return shown;
        },
        async madeUpWhere(count, isWanted, families = false) {
          const shown: Shown[][] = [];
          const splits = families ? ["heldOutStyle", "heldOutFamily"] : ["heldOutStyle"];
          for (const [, members] of madeUpStyles(drawings, count, undefined, splits)) {
            const some = [];
            for (const drawing of spaced(members, count))
              some.push({ planes: (await drawings.read(drawing)).slice(), sizePx });
            if (isWanted(some)) shown.push(await Promise.all(some.map(({ planes }) => shownOf(planes, studio))));
          }
          return shown;
        },
        async madeUp(styles, count, look) {
          const shown: Shown[][] = [];
          for (const [, members] of spaced(madeUpStyles(drawings, count, look), styles)) {
            const some: Shown[] = [];
            for (const drawing of spaced(members, count)) some.push(await show(drawing, studio));
            shown.push(some);
          }
          return shown;
        },
        async unseenPairs(variants, count) {
          const held = drawings.all.filter(({ split, isProcedural }) => split === "heldOutFamily" && !isProcedural);
          const found: Array<{ variant: string; pairs: Pair[] }> = [];
          for (const [variant] of [...grouped(held, styleOf)].sort(([one], [other]) => (one < other ? -1 : 1))) {
            const pairs = await drawings.differingPairs(
              (one) => styleOf(one) === variant && !one.isProcedural,
              count,
              1,
            );
            if (pairs.length === count) found.push({ variant, pairs });
          }
          const examplesOf = (one: StyleDrawing): Promise<Shown[]> =>
            Promise.all(drawings.examplesOf(one, limits.styleImagesMax, 1).map((example) => show(example, studio)));
          const shown: Array<{ variant: string; pairs: UnseenPair[] }> = [];
          for (const { variant, pairs } of spaced(found, variants)) {
            const own: UnseenPair[] = [];
            for (const { source, target } of pairs) {
              const [from, truth] = [await show(source, studio), await show(target, studio)];
              own.push({ source: from, truth, style: await examplesOf(target), own: await examplesOf(source) });
            }
            shown.push({ variant, pairs: own });
          }
          return shown;
        },
        restyle: (source, style, more = {}, seed) => draw({ drawing: { image: source.image }, style, ...more }, seed),
        caption: (caption, style) => draw({ caption, style }),
      });
    });
  } finally {
    await drawings.close();
  }
}

/** Made-up styles that nothing was trained on, of so many drawings at least, by their numbers. */
function madeUpStyles(
  drawings: StyleDrawings,
  count: number,
  look?: string,
  splits: readonly string[] = ["heldOutStyle"],
): Array<[string, StyleDrawing[]]> {
  const all = drawings.all.filter(({ split, isProcedural }) => isProcedural && splits.includes(split));
  return [...grouped(all, styleOf)]
    .filter(([, members]) => members.length >= count && members.every((one) => !look || one.look === look))
    .sort(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
}

export const imagesOf = (shown: readonly Shown[]) => ({ images: shown.map(({ image }) => image) });
export const tilesOf = (shown: readonly Shown[]): Uint8Array[] => shown.map(({ png }) => png);

/** Pairs of families that nothing was trained on, unpicked: the source, the answer in the style that 16 icons of the true variant's set show, the truth. */
export const unseenPairsFigure: Figure = (path, packsDir) =>
  withBoard(packsDir, async ({ unseenPairs, restyle }) => {
    const blocks: SheetBlock[] = [];
    for (const { variant, pairs } of await unseenPairs(9, columns + 2)) {
      const tiles = [];
      for (const { source, style, own } of pairs)
        tiles.push(await restyle(source, imagesOf(style), { drawing: { image: source.image, style: imagesOf(own) } }));
      blocks.push({
        columns: pairs.map(() => ""),
        rows: [
          { label: "source", tiles: pairs.map(({ source }) => source.png) },
          { label: `as ${variant}`, tiles },
          { label: "truth", tiles: pairs.map(({ truth }) => truth.png) },
        ],
      });
    }
    return writeSheet(path, blocks, { cellPx: 64, marginPx: 150 });
  });

/** Outlines and solids of families never seen, in named styles and in those of other families never seen. */
export const restyleMatrixFigure: Figure = (path, packsDir) =>
  withBoard(packsDir, async ({ first, restyle }) => {
    const named = ["tabler", "phosphor-bold", "phosphor-fill", "solar-linear"];
    const unseen = ["basil/outline", "mynaui/solid", "teenyicons/outline", "lsicon/filled"];
    const blocks = [];
    for (const variant of ["uil", "mynaui/solid"]) {
      const sources = await first(variant, columns);
      if (sources.length === 0) continue;
      const rows: SheetRow[] = [{ label: "source", tiles: tilesOf(sources) }];
      for (const style of named) {
        const tiles = [];
        for (const source of sources) tiles.push(await restyle(source, style));
        rows.push({ label: style, tiles });
      }
      for (const other of unseen) {
        const shown = await first(other, shownMost);
        if (other === variant || shown.length === 0) continue;
        const tiles = [];
        for (const source of sources) tiles.push(await restyle(source, imagesOf(shown)));
        rows.push({ label: `as ${other}`, tiles });
      }
      blocks.push({ columns: sources.map((_, at) => (at === 0 ? variant : "")), rows });
    }
    return writeSheet(path, blocks, { cellPx: 76, marginPx: 130 });
  });

const things = ["house", "key", "camera", "book", "shopping cart", "bicycle", "bell", "umbrella", "trophy", "cloud"];

/** Styles that eight icons of a family never seen show: the icons, captions in them, and drawings of another family. */
export const eightIconsFigure: Figure = (path, packsDir) =>
  withBoard(packsDir, async ({ first, restyle, caption }) => {
    const sources = await first("uil", columns);
    const blocks: SheetBlock[] = [];
    for (const variant of ["basil/outline", "mynaui/solid", "teenyicons/outline", "clarity/solid", "pepicons-print"]) {
      const shown = await first(variant, shownMost);
      if (shown.length < shownMost) continue;
      const [captioned, restyled]: (Uint8Array | undefined)[][] = [[], []];
      for (const thing of things) captioned!.push(await caption(thing, imagesOf(shown)));
      for (const source of sources) restyled!.push(await restyle(source, imagesOf(shown)));
      blocks.push(
        { columns: [], rows: [{ label: `eight of ${variant}`, tiles: tilesOf(shown) }] },
        { columns: things, rows: [{ label: "captions", tiles: captioned! }] },
        { columns: [], rows: [{ label: "drawings", tiles: restyled! }] },
      );
    }
    return writeSheet(path, blocks, { cellPx: 76, marginPx: 150 });
  });

/** Drawings of a family never seen in made-up styles never seen, of several colours and of gradients, and in a real one of gradients, each shown by eight of its drawings. */
export const colouredStylesFigure: Figure = (path, packsDir) =>
  withBoard(packsDir, async ({ first, madeUp, restyle }) => {
    const sources = await first("uil", columns);
    const coloured = await madeUp(8, shownMost);
    const shaded = [...(await madeUp(3, shownMost, "gradient")), await first("meteocons/fill", shownMost)];
    return writeSheet(path, [await drawnIn([...coloured, ...shaded], sources, restyle)], { cellPx: 76, marginPx: 150 });
  });

/** Drawings, and each style's icons with the drawings as they come out in it. */
export async function drawnIn(
  styles: readonly Shown[][],
  sources: readonly Shown[],
  restyle: Board["restyle"],
): Promise<SheetBlock> {
  const rows: SheetRow[] = [{ label: "source", tiles: tilesOf(sources) }];
  for (const shown of styles) {
    const tiles = [];
    for (const source of sources) tiles.push(await restyle(source, imagesOf(shown)));
    rows.push({ label: "icons of a style", tiles: tilesOf(shown) }, { label: "drawn in it", tiles });
  }
  return { columns: sources.map(() => ""), rows };
}

/** Drawings of a family never seen in each made-up style that is wanted, as eight of its icons show it. */
const wantedFigureOf =
  (isWanted: (drawings: readonly Drawing[]) => boolean, families: boolean, ground?: string): Figure =>
  (path, packsDir) =>
    withBoard(packsDir, async ({ first, madeUpWhere, restyle }) => {
      const sources = await first("uil", columns);
      const styles = await madeUpWhere(shownMost, isWanted, families);
      const block = await drawnIn(styles, sources, restyle);
      return writeSheet(path, [block], { cellPx: 76, marginPx: 150, ...(ground && { ground }) });
    });

/** Stickers, on a ground that shows their margins. */
export const stickersFigure = wantedFigureOf(
  (drawings) => shadowsOf(drawings)?.shadows.some(({ around }) => around) ?? false,
  false,
  "#c4cbd4",
);

/** Soft shadows. */
export const softShadowsFigure = wantedFigureOf((drawings) => shadowsOf(drawings)?.shadows.some(isSoft) ?? false, true);

/** Contours of lines. */
export const contoursFigure = wantedFigureOf((drawings) => {
  const { tube, tint } = styleInkOf(drawings).lines ?? {};
  return tube !== undefined && tint === undefined;
}, true);

/** Fills between outlines, which lines are, too. */
export const tubesFigure = wantedFigureOf((drawings) => styleInkOf(drawings).areas?.outline?.tubes !== undefined, true);

/** Lines in two tones, and broken ones. */
export const lineStylesFigure: Figure = (path, packsDir) =>
  withBoard(packsDir, async ({ first, restyle }) => {
    const styles = [await first("solar/line-duotone", columns), await first("solar/broken", columns)];
    return writeSheet(path, [await drawnIn(styles, await first("uil", columns), restyle)], {
      cellPx: 76,
      marginPx: 150,
    });
  });

/** Rings and borders. */
export const ringsFigure = wantedFigureOf((drawings) => ringOf(drawings) !== undefined, true);

const palettes: Readonly<Record<string, readonly string[]>> = {
  "no colours": [],
  "one: blue": ["#2060e0"],
  "one: red": ["#e02020"],
  "two: navy, amber": ["#14213d", "#fca311"],
  "three: green, mint, white": ["#1b7f4d", "#a8e6c1", "#ffffff"],
};

/** Colour words of captions in a named style, and colours that are given beside drawings. */
export const styleColoursFigure: Figure = (path, packsDir) =>
  withBoard(packsDir, async ({ first, restyle, caption }) => {
    const words = Object.keys(hues) as ColourWord[];
    const rows: SheetRow[] = [];
    for (const word of words) {
      const tiles = [];
      for (const thing of things) tiles.push(await caption(`${word} ${thing}`, "phosphor-fill"));
      rows.push({ label: word, tiles });
    }
    const sources = await first("uil", columns);
    const given: SheetRow[] = [];
    for (const [label, colours] of Object.entries(palettes)) {
      const more = colours.length > 0 ? { colours } : {};
      const tiles = [];
      for (const source of sources) tiles.push(await restyle(source, "phosphor-duotone", more));
      given.push({ label, tiles });
    }
    return writeSheet(
      path,
      [
        { columns: things, rows },
        { columns: [], rows: given },
      ],
      { cellPx: 76, marginPx: 150 },
    );
  });
