/**
 * The caption figure of the README: twenty everyday captions in seven of the styles as they came: one seed, no picking. The six
 * captions that the first pack was made to get right come first.
 */
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

export const captionFigure = (path: string, packsDir?: string): Promise<number> =>
  withStudio(packsDir, async ({ draw }) => {
    const blocks: SheetBlock[] = [];
    for (const columns of captions) {
      const rows = [];
      for (const style of styles) {
        const tiles = [];
        for (const caption of columns) tiles.push(...(await draw({ condition: { caption, style }, count: 1, seed })));
        rows.push({ label: style, tiles });
      }
      blocks.push({ columns, rows });
    }
    return writeSheet(path, blocks);
  });
