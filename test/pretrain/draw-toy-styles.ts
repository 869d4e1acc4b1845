/**
 * Draws a small set of style data as server/pretrain/data/styles/render-styles.mts writes it: two made-up sets of two variants, one of the
 * sets held out, and some made-up styles of them.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { collectVariants } from "../../server/pretrain/data/styles/collect-variants.mts";
import { halvePixels, premultiply } from "../../server/pretrain/data/styles/pixels.mts";
import { inOrder, planDrawings } from "../../server/pretrain/data/styles/plan-drawings.mts";

const largeEvery = 4;
const iconCount = 44;

/** What an icon looks like as a line and as an area: polygons of 3 to 9 corners, of several sizes. */
function bodiesOf(at: number, turn: number): { line: string; area: string } {
  const corners = 3 + (at % 7);
  const radius = 5 + (at % 5);
  const points = Array.from({ length: corners }, (_, corner) => {
    const angle = (2 * Math.PI * corner) / corners + at + turn;
    return `${(12 + radius * Math.cos(angle)).toFixed(2)} ${(12 + radius * Math.sin(angle)).toFixed(2)}`;
  });
  const d = `M${points.join("L")}z`;
  return {
    line: `<path fill="none" stroke="currentColor" stroke-width="2" d="${d}"/>`,
    area: `<path fill="currentColor" d="${d}"/>`,
  };
}

/** A folder like `@iconify/json`: a trained family, one that is held out, and the sets that brands are read from. */
export async function writeToySets(folder: string): Promise<void> {
  await mkdir(join(folder, "json"), { recursive: true });
  const iconsOf = (turn: number): object =>
    Object.fromEntries(
      Array.from({ length: iconCount }, (_, at) => {
        const { line, area } = bodiesOf(at, turn);
        return [
          [`thing${at}-line`, { body: line }],
          [`thing${at}-fill`, { body: area }],
        ];
      }).flat(),
    );
  const collection = {
    name: "Toy",
    total: 88,
    palette: false,
    author: { name: "A" },
    license: { title: "MIT", spdx: "MIT" },
  };
  const sets = ["mingcute", "basil"];
  for (const [turn, set] of sets.entries()) {
    const file = { width: 24, height: 24, suffixes: { line: "Line", fill: "Fill" }, icons: iconsOf(turn / 3) };
    await writeFile(join(folder, `json/${set}.json`), JSON.stringify(file));
  }
  for (const set of ["fa7-brands", "bxl", "cib", "simple-icons"])
    await writeFile(join(folder, `json/${set}.json`), JSON.stringify({ icons: {} }));
  await writeFile(
    join(folder, "collections.json"),
    JSON.stringify(Object.fromEntries(sets.map((set) => [set, collection]))),
  );
}

/** Writes `images.rgba`, `images-256.rgba` and `index.jsonl` to the folder, which it makes. */
export async function drawToyStyles(folder: string): Promise<void> {
  await writeToySets(folder);
  const { variants } = collectVariants(folder, { trained: iconCount, heldOut: iconCount });
  const lines: string[] = [];
  const pictures: Uint8Array[] = [];
  const large: Uint8Array[] = [];
  for (const { svgOf, ...drawing } of inOrder(planDrawings(variants, new Map(), 4, 30))) {
    const isLarge = drawing.split === "train" && lines.length % largeEvery === 0;
    const side = isLarge ? 256 : 128;
    const pixels = await sharp(Buffer.from(svgOf(side)))
      .ensureAlpha()
      .raw()
      .toBuffer();
    premultiply(pixels);
    lines.push(JSON.stringify({ row: lines.length, ...drawing, ...(isLarge ? { largeRow: large.length } : {}) }));
    if (isLarge) large.push(pixels);
    pictures.push(isLarge ? halvePixels(pixels, 256) : pixels);
  }
  await writeFile(join(folder, "images.rgba"), Buffer.concat(pictures));
  await writeFile(join(folder, "images-256.rgba"), Buffer.concat(large));
  await writeFile(join(folder, "index.jsonl"), `${lines.join("\n")}\n`);
}
