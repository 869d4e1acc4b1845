/** Figures of picture conditions, alone and with words: sketch, layout, low resolution. One seed, no selection. */
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { example, type Figure } from "./edits.ts";
import { type SheetRow, writeSheet } from "./sheet.ts";
import { withStudio } from "./studio.ts";

const [seed, temperature] = [1, 0.2];
/** Pictures have less effect on this flow than words, so they are guided. */
const guidance = 2;
const style = "fluent-flat";

/** Hand-drawn sketches, and what they show. */
export const sketches = [
  ["heart", "red heart"],
  ["house", "house"],
  ["star", "yellow star"],
  ["mushroom", "mushroom"],
  ["fish", "blue fish"],
  ["cat", "cat face"],
] as const;

export const sketchFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async ({ draw }) => {
    const rows: SheetRow[] = [];
    for (const [name, caption] of sketches) {
      const svg = await readFile(example(`sketch-${name}.svg`), "utf8");
      const sketch = { svg };
      const one = async (condition: object) =>
        (await draw({ condition, count: 1, seed, temperature, guidance, guidanceOf: { sketch: guidance } }))[0];
      rows.push({
        label: caption,
        tiles: [
          Buffer.from(svg),
          await one({ sketch }),
          await one({ sketch, style }),
          await one({ sketch, caption, style }),
          await one({ sketch, caption, style: "noto" }),
          (await draw({ condition: { caption, style }, count: 1, seed, temperature, guidance }))[0],
        ],
      });
    }
    const columns = ["sketch", "alone", "+ style", "+ caption", "in noto", "no sketch"];
    return writeSheet(path, [{ columns, rows }]);
  });

/** Label maps of 8 × 8 cells: a letter is a palette colour, a dot is transparent. */
const maps = [
  ["tree", ["..gggg..", ".gggggg.", "gggggggg", "gggggggg", ".gggggg.", "...bb...", "...bb...", "...bb..."]],
  ["house", ["...rr...", "..rrrr..", ".rrrrrr.", "rrrrrrrr", ".yyyyyy.", ".yybbyy.", ".yybbyy.", ".yybbyy."]],
  ["flower", ["..p..p..", ".pppppp.", "..pyyp..", ".ppyypp.", "..pppp..", "...gg...", ".gggg...", "...gg..."]],
  ["balloon", ["..rrrr..", ".rrrrrr.", ".rrrrrr.", ".rrrrrr.", "..rrrr..", "...rr...", "...k....", "....k..."]],
] as const;
const colourOf: Readonly<Record<string, string>> = {
  g: "green",
  b: "brown",
  r: "red",
  y: "yellow",
  p: "pink",
  k: "black",
};

export const layoutFigure: Figure = async (path, packsDir) => {
  const { manifest } = (await Catalogue.open(packsDir ?? packsHome())).entries[0]!;
  const expert = Object.values(manifest.experts).find(({ kind }) => kind === "layout");
  if (expert?.kind !== "layout") throw new Error(`${manifest.id}: expected a layout expert, got none`);
  const { palette, columns: side } = expert;
  return withStudio(packsDir, async ({ draw }) => {
    const rows: SheetRow[] = [];
    for (const [caption, lines] of maps) {
      const cells = [...lines.join("")].map((letter) => 1 + palette.findIndex(({ id }) => id === colourOf[letter]));
      const layout = { cells };
      const one = async (condition: object) => (await draw({ condition, count: 1, seed, temperature, guidance }))[0];
      rows.push({
        label: caption,
        tiles: [
          await picture(cells, palette, side),
          await one({ layout }),
          await one({ layout, style }),
          await one({ layout, caption, style }),
          await one({ layout, caption, style: "noto" }),
          await one({ caption, style }),
        ],
      });
    }
    return writeSheet(path, [{ columns: ["layout", "alone", "+ style", "+ caption", "in noto", "no layout"], rows }]);
  });
};

/** The label map as squares of its colours. */
function picture(
  cells: readonly number[],
  palette: ReadonlyArray<{ readonly hex: string }>,
  side: number,
): Promise<Buffer> {
  const rgba = cells.flatMap((label) => {
    const bits = label === 0 ? 0 : Number.parseInt(palette[label - 1]!.hex.slice(1), 16);
    return [bits >> 16, (bits >> 8) & 255, bits & 255, label === 0 ? 0 : 255];
  });
  return sharp(Uint8Array.from(rgba), { raw: { width: side, height: cells.length / side, channels: 4 } })
    .resize(128, 128, { kernel: "nearest" })
    .png()
    .toBuffer();
}

const small = ["bear", "strawberry", "tulip", "light-bulb", "rabbit"] as const;

export const lowResolutionFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async ({ keep, draw }) => {
    const samples = 3;
    const rows: SheetRow[] = [];
    for (const name of small) {
      const icon = await readFile(example(`${name}.png`));
      const lowResolution = { image: await keep(example(`${name}.png`)) };
      const input = await sharp(icon).resize(32, 32).png().toBuffer();
      const shown = await sharp(input).resize(128, 128, { kernel: "nearest" }).png().toBuffer();
      const drawn = await draw({ condition: { lowResolution }, count: samples, seed, temperature: 0.5, guidance: 0 });
      const likely = await draw({ condition: { lowResolution }, count: 1, seed, temperature: 0, guidance: 0 });
      rows.push({ label: name, tiles: [shown, ...likely, ...drawn, icon] });
    }
    const columns = [
      "32 px",
      "most likely",
      ...Array.from({ length: samples }, (_, at) => `sample ${at + 1}`),
      "truth",
    ];
    return writeSheet(path, [{ columns, rows }]);
  });
