/** A labelled grid of pictures as one PNG, the form of all figures of the docs. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import sharp, { type OverlayOptions } from "sharp";

export interface SheetRow {
  readonly label: string;
  /** PNG files; an absent one leaves its cell empty. */
  readonly tiles: ReadonlyArray<Uint8Array | undefined>;
}

/** A block of rows below one line of column titles. */
export interface SheetBlock {
  readonly columns: readonly string[];
  readonly rows: readonly SheetRow[];
}

const [labelPx, gapPx] = [26, 8];

const escapeXml = (text: string): string => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
/** @param widthPx width for the text; longer text gets smaller letters, of about 0.68 em each when bold */
const textAt = (
  x: number,
  y: number,
  content: string,
  { anchor = "middle", weight = 400, widthPx = Number.POSITIVE_INFINITY } = {},
): string =>
  `<text x="${x}" y="${y}" font-family="Inter, DejaVu Sans, sans-serif" font-size="${Math.min(12, widthPx / (0.68 * content.length)).toFixed(1)}" font-weight="${weight}" text-anchor="${anchor}" fill="#333">${escapeXml(content)}</text>`;

/**
 * Draws blocks, one below the other, and writes them to `path`. Returns the file's length in bytes.
 * @param options.ground what it is drawn on; white unless said
 * @param options.isPhotographic keeps all colours, where 256 would make bands of a sky; the file is about four times as large
 */
export async function writeSheet(
  path: string,
  blocks: readonly SheetBlock[],
  { cellPx = 112, marginPx = 150, isPhotographic = false, ground = "#fff" } = {},
): Promise<number> {
  const columns = Math.max(...blocks.map((block) => block.columns.length));
  const images: OverlayOptions[] = [];
  const labels: string[] = [];
  let top = 0;
  for (const block of blocks) {
    for (const [column, title] of block.columns.entries())
      labels.push(textAt(marginPx + (column + 0.5) * cellPx, top + 18, title, { weight: 600, widthPx: cellPx - 6 }));
    top += labelPx;
    for (const { label, tiles } of block.rows) {
      labels.push(textAt(marginPx - 10, top + cellPx / 2 + 4, label, { anchor: "end", widthPx: marginPx - 12 }));
      for (const [column, tile] of tiles.entries()) {
        if (!tile) continue;
        const input = await sharp(tile)
          .resize(cellPx - gapPx, cellPx - gapPx, { kernel: "lanczos3", fit: "contain", background: "#ffffff00" })
          .png()
          .toBuffer();
        images.push({ input, left: marginPx + column * cellPx + gapPx / 2, top: top + gapPx / 2 });
      }
      top += cellPx;
    }
  }
  const [widthPx, heightPx] = [marginPx + columns * cellPx, top + 12];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}"><rect width="100%" height="100%" fill="${ground}"/>${labels.join("")}</svg>`;
  const figure = await sharp(Buffer.from(svg))
    .composite(images)
    .png(
      isPhotographic
        ? { compressionLevel: 9, adaptiveFiltering: true }
        : { compressionLevel: 9, palette: true, colours: 256 },
    )
    .toBuffer();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, figure);
  return figure.length;
}
