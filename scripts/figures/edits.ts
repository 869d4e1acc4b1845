/**
 * Figures of edits that need an invertible network, on the images of docs/examples: restyle, variations by depth and by angle,
 * blend, attribute direction. One seed, no selection.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type SheetRow, writeSheet } from "./sheet.ts";
import { type Studio, withStudio } from "./studio.ts";

export type Figure = (path: string, packsDir?: string) => Promise<number>;

const seed = 1;
export const example = (name: string): string => join("docs/examples", name);

/** Held-out icons: name, caption and style of each. */
const sources = [
  ["bear", "bear", "noto"],
  ["banana", "banana", "noto"],
  ["turtle", "turtle", "fluent-flat"],
  ["light-bulb", "light bulb", "fluent-flat"],
  ["strawberry", "strawberry", "fluent-3d"],
  ["tulip", "tulip", "twemoji"],
] as const;

const sourceOf = async ({ keep }: Studio, [name, caption, style]: (typeof sources)[number]) => ({
  image: await keep(example(`${name}.png`)),
  condition: { caption, style },
});

const targetStyles = [
  "noto",
  "twemoji",
  "fluent-flat",
  "fluent-3d",
  "emojione",
  "streamline-core-flat",
  "streamline-flex",
];

export const restyleFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const rows: SheetRow[] = [];
    for (const source of sources) {
      const keepResidualOf = await sourceOf(studio, source);
      const tiles: Uint8Array[] = [await readFile(example(`${source[0]}.png`))];
      for (const style of targetStyles)
        tiles.push(
          ...(await studio.draw({ condition: { caption: source[1], style }, count: 1, seed, keepResidualOf })),
        );
      rows.push({ label: `${source[1]}, ${source[2]}`, tiles });
    }
    return writeSheet(path, [{ columns: ["source", ...targetStyles], rows }]);
  });

const depths = ["early", "middle", "last"] as const;

export const depthFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const perDepth = 3;
    const rows: SheetRow[] = [];
    for (const [name] of sources) {
      const image = await studio.keep(example(`${name}.png`));
      const tiles: Uint8Array[] = [await readFile(example(`${name}.png`))];
      for (const depth of depths)
        tiles.push(
          ...(await studio.draw({ condition: { image: { image, depth } }, count: perDepth, seed, temperature: 0.7 })),
        );
      rows.push({ label: name, tiles });
    }
    const columns = ["source", ...depths.flatMap((depth) => new Array<string>(perDepth).fill(depth))];
    return writeSheet(path, [{ columns, rows }]);
  });

const angles = [0, 20, 40, 60, 90] as const;

export const angleFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const rows: SheetRow[] = [];
    for (const source of sources) {
      const keepResidualOf = await sourceOf(studio, source);
      const tiles: Uint8Array[] = [await readFile(example(`${source[0]}.png`))];
      for (const angleDegrees of angles)
        tiles.push(...(await studio.draw({ condition: {}, count: 1, seed, keepResidualOf, angleDegrees })));
      rows.push({ label: source[0], tiles });
    }
    return writeSheet(path, [{ columns: ["source", ...angles.map((angle) => `${angle}°`)], rows }]);
  });

const blends = [
  [sources[0], sources[1]],
  [sources[2], sources[4]],
  [sources[5], sources[3]],
] as const;

export const blendFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async (studio) => {
    const frames = 7;
    const rows: SheetRow[] = [];
    for (const [from, to] of blends) {
      const [keepResidualOf, blendWith] = [await sourceOf(studio, from), await sourceOf(studio, to)];
      const strip = await studio.draw({
        condition: {},
        count: frames,
        seed,
        keepResidualOf,
        blendWith,
      });
      const ends = await Promise.all([from, to].map(([name]) => readFile(example(`${name}.png`))));
      rows.push({ label: `${from[0]} to ${to[0]}`, tiles: [ends[0]!, ...strip, ends[1]!] });
    }
    return writeSheet(path, [
      {
        columns: ["source", ...Array.from({ length: frames }, (_, at) => (at / (frames - 1)).toFixed(2)), "target"],
        rows,
      },
    ]);
  });

/** A caption, and the attribute direction between two words. */
const directions = [
  ["face", "sad face", "happy face"],
  ["heart", "blue heart", "red heart"],
  ["car", "blue car", "yellow car"],
] as const;
const strengths = [-1.5, -0.75, 0, 0.75, 1.5] as const;

export const attributeFigure: Figure = (path, packsDir) =>
  withStudio(packsDir, async ({ draw }) => {
    const rows: SheetRow[] = [];
    for (const [caption, from, towards] of directions) {
      const tiles: Uint8Array[] = [];
      for (const strength of strengths)
        tiles.push(
          ...(await draw({
            condition: { caption, style: "noto" },
            count: 1,
            seed,
            temperature: 0.2,
            attribute: { from, towards, strength },
          })),
        );
      rows.push({ label: `${caption}: ${from} → ${towards}`, tiles });
    }
    return writeSheet(path, [{ columns: strengths.map(String), rows }], { marginPx: 230 });
  });
