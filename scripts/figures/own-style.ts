/**
 * Captions by the flow between styles, unpicked, at temperature 0: 24 everyday ones in three named styles, ten that are composed, and four seeds of others.
 */
import { drawSheet } from "./captions.ts";
import type { Figure } from "./edits.ts";
import { type SheetBlock, writeSheet } from "./sheet.ts";
import { withStudio } from "./studio.ts";

interface Layout {
  readonly cellPx: number;
  readonly marginPx: number;
}

const captions = [
  ["house", "key", "lock", "camera", "light bulb", "book", "pencil", "envelope"],
  ["gift", "trophy", "magnifying glass", "umbrella", "rocket", "shopping cart", "cat face", "cup of coffee"],
  ["bicycle", "calendar", "bell", "cloud", "red heart", "airplane", "clock", "music note"],
];
const styles = ["tabler", "phosphor-fill", "solar-linear"];

/** One image of each caption in each style, unpicked, at temperature 0. */
const captionsFigure =
  (lines: ReadonlyArray<readonly string[]>, rowStyles: readonly string[], layout: Layout): Figure =>
  (path, packsDir) =>
    drawSheet(path, packsDir, lines, rowStyles, { translation: "restyle", temperature: 0 }, layout);

export const ownStyleFigure = captionsFigure(captions, styles, { cellPx: 84, marginPx: 110 });

/** Of two things, of a thing and what is said of it, and of what is off: no drawing of the library is called so. */
const composed = [
  ["mountain with flag", "guitar with heart", "pizza with clock", "flame in a shield", "cat and dog"],
  ["add guitar", "credit card declined", "drone settings", "download brain", "no drones"],
];

export const composedCaptionsFigure = captionsFigure(composed, ["lucide", "phosphor-duotone", "solar-bold"], {
  cellPx: 120,
  marginPx: 130,
});

/** Parts with colours of their own. */
const coloured = [
  ["bell with a red dot", "user with red heart", "cloud with blue arrow down"],
  ["yellow star in a circle", "red apple and green pear"],
];

export const partColoursFigure = captionsFigure(coloured, ["lucide", "material-two-tone", "solar-bold"], {
  cellPx: 128,
  marginPx: 130,
});

const inColour = [
  ["house", "bell", "gift", "rocket", "camera", "shopping cart", "cup of coffee", "user with red heart"],
];
const colouredStyles = [
  ...["flat-color-icons", "fluent-gradient", "streamline-color", "streamline-flat"],
  ...["streamline-ultimate-color", "iconpark"],
];

export const colouredCaptionsFigure = captionsFigure(inColour, colouredStyles, { cellPx: 84, marginPx: 150 });

const words = ["house", "bell", "gift", "car", "dog", "tree", "coffee", "phone", "star", "fish", "ship", "hand"];
const seedsOf = ["tabler", "phosphor-fill", "phosphor-duotone"];

/** Four seeds of each caption in each style, unpicked, at temperature 0: each starts from another drawing. */
const seedsFigure =
  (captions: readonly string[], styles: readonly string[], layout: Layout): Figure =>
  (path, packsDir) =>
    withStudio(packsDir, async ({ draw }) => {
      const blocks: SheetBlock[] = [];
      for (const style of styles) {
        const drawn: Uint8Array[][] = [];
        for (const caption of captions)
          drawn.push(
            await draw({ translation: "restyle", condition: { caption, style }, count: 4, seed: 1, temperature: 0 }),
          );
        const rows = [0, 1, 2, 3].map((image) => ({
          label: image === 0 ? style : "",
          tiles: drawn.map((images) => images[image]!),
        }));
        blocks.push({ columns: [...captions], rows });
      }
      return writeSheet(path, blocks, layout);
    });

export const captionSeedsFigure = seedsFigure(words, seedsOf, { cellPx: 76, marginPx: 130 });

/** As designers type them: actions, states, several things, a slip, other languages. */
const phrases = [
  ...["add user", "no wifi", "credit card declined", "team meeting", "espresso machine", "cat sleeping", "umbrela"],
  ...["Datei löschen", "gâteau d'anniversaire", "carrito de compras"],
];

export const captionPhrasesFigure = seedsFigure(phrases, ["lucide", "solar-bold"], { cellPx: 116, marginPx: 90 });
