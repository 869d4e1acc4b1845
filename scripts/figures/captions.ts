/**
 * Samples from captions without selection, with one seed: twenty captions in seven styles for the README, beginning with the
 * six that the first pack was made for; sixty in four styles; and captions beyond the pack.
 */
import type { GenerationInput } from "../../shared/contract/generations/generation-request.ts";
import type { Figure } from "./edits.ts";
import { type SheetBlock, writeSheet } from "./sheet.ts";
import { withStudio } from "./studio.ts";

const captions = [
  [
    "red apple",
    "sad face",
    "rocket",
    "birthday cake",
    "blue car",
    "green tree",
    "yellow star",
    "red heart",
    "cat face",
    "dog face",
  ],
  ["pizza", "house", "sun", "purple flower", "robot", "fish", "cup of coffee", "butterfly", "orange pumpkin", "camera"],
];
const styles = [
  "noto",
  "twemoji",
  "fluent-flat",
  "emojione",
  "streamline-core-flat",
  "streamline-flex",
  "streamline-sharp-flat",
];
const seed = 1;

export const captionFigure: Figure = (path, packsDir) => drawSheet(path, packsDir, captions, styles);

/** Sixty everyday captions in the four most different styles: the sheet by which a pack is judged. */
export const everyday = [
  [
    "apple",
    "banana",
    "strawberry",
    "pizza",
    "hamburger",
    "birthday cake",
    "ice cream",
    "cup of coffee",
    "bread",
    "egg",
  ],
  ["cat face", "dog face", "bear", "rabbit", "fish", "bird", "butterfly", "turtle", "elephant", "snake"],
  ["happy face", "sad face", "angry face", "sleeping face", "robot", "ghost", "baby", "hand", "eye", "red heart"],
  ["sun", "moon", "yellow star", "cloud", "snowflake", "fire", "green tree", "purple flower", "mushroom", "mountain"],
  ["house", "blue car", "bus", "bicycle", "airplane", "rocket", "ship", "train", "clock", "umbrella"],
  ["key", "lock", "camera", "light bulb", "book", "pencil", "envelope", "gift", "trophy", "magnifying glass"],
];
export const everydayStyles = ["noto", "fluent-flat", "streamline-core-flat", "streamline-flex"];

export const everydayFigure: Figure = (path, packsDir) => drawSheet(path, packsDir, everyday, everydayStyles);

/** The effect of retrieval: captions by its share, in an emoji and an interface style, then seeds of one caption. */
export const retrievalFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async ({ draw }) => {
    const columns = [
      "umbrella",
      "wine glass",
      "blue car",
      "red car",
      "key",
      "bird",
      "top hat",
      "balloon",
      "robot",
      "a cozy cabin",
    ];
    const blocks: SheetBlock[] = [];
    for (const style of ["fluent-flat", "streamline-core-flat"]) {
      const rows = [];
      for (const retrieval of [0, 0.5, 0.9, 1]) {
        const tiles = [];
        for (const caption of columns)
          tiles.push(...(await draw({ condition: { caption, style }, count: 1, seed, retrieval })));
        rows.push({ label: `${style}, ${retrieval}`, tiles });
      }
      blocks.push({ columns, rows });
    }
    const seeds = Array.from({ length: columns.length }, (_, at) => seed + at);
    const rows = [];
    for (const caption of ["bird", "house"]) {
      const condition = { caption, style: "fluent-flat" };
      rows.push({ label: `${caption}, 0.9`, tiles: await draw({ condition, count: seeds.length, seed }) });
    }
    blocks.push({ columns: seeds.map((own) => `seed ${own}`), rows });
    return writeSheet(path, blocks, { marginPx: 200 });
  });

/** Captions that one caption vector can't express, and captions that this flow has not learned. */
const failures: ReadonlyArray<readonly [why: string, captions: readonly string[]]> = [
  ["two things at once", ["a cat riding a bicycle", "apple and banana"]],
  ["counting", ["three red apples", "two hearts"]],
  ["letters", ["the word hello", "letter R"]],
  ["not", ["a face that is not sad", "car without wheels"]],
  ["never seen", ["octopus playing drums", "steam engine"]],
];

export const failureFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async ({ draw }) => {
    const rows = [];
    for (const [why, captions] of failures)
      for (const caption of captions) {
        const tiles = [];
        for (const style of [...everydayStyles, undefined])
          tiles.push(...(await draw({ condition: style ? { caption, style } : { caption }, count: 1, seed })));
        rows.push({ label: `${why}: ${caption}`, tiles });
      }
    return writeSheet(path, [{ columns: [...everydayStyles, "no style"], rows }], { marginPx: 290 });
  });

/** One picture of each caption in each style, by seed 1: a block for every line of captions, a row for every style. */
export const drawSheet = (
  path: string,
  packsDir: string | undefined,
  lines: ReadonlyArray<readonly string[]>,
  rowStyles: readonly string[],
  request: Partial<GenerationInput> = {},
  layout?: Parameters<typeof writeSheet>[2],
): Promise<number> =>
  withStudio(packsDir, async ({ draw }) => {
    const blocks: SheetBlock[] = [];
    for (const columns of lines) {
      const rows = [];
      for (const style of rowStyles) {
        const tiles = [];
        for (const caption of columns)
          tiles.push(...(await draw({ ...request, condition: { caption, style }, count: 1, seed })));
        rows.push({ label: style, tiles });
      }
      blocks.push({ columns, rows });
    }
    return writeSheet(path, blocks, layout);
  });
