/**
 * The caption figure of the README: twenty everyday captions in seven of the styles as they came: one seed, no picking. The six
 * captions that the first pack was made to get right come first. Usage: npm run figures
 */
import { mkdir, writeFile } from "node:fs/promises";
import sharp, { type OverlayOptions } from "sharp";
import { encodePng } from "../../server/images/codec.ts";
import { createInferenceClient } from "../../server/inference/client.ts";
import { packsHome } from "../../server/packs/catalogue.ts";
import { limits } from "../../shared/limits.ts";

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
const [seed, temperature, guidance] = [1, limits.temperatureDefault, limits.guidanceDefault];
const [cell, labelPx, marginPx] = [112, 26, 150];

const escapeXml = (text: string): string => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
const text = (x: number, y: number, content: string, { size = 13, anchor = "middle", weight = 400 } = {}): string =>
  `<text x="${x}" y="${y}" font-family="Inter, DejaVu Sans, sans-serif" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="#333">${escapeXml(content)}</text>`;

export async function captionFigure(path: string, packsDir = packsHome()): Promise<void> {
  const client = createInferenceClient({ packsDir });
  await client.start();
  const [columns, blockPx] = [captions[0]!.length, labelPx + styles.length * cell];
  const [widthPx, heightPx] = [marginPx + columns * cell, captions.length * blockPx + 12];
  const images: OverlayOptions[] = [];
  const labels: string[] = [];
  try {
    for (const [block, row] of captions.entries())
      for (const [column, caption] of row.entries()) {
        labels.push(text(marginPx + (column + 0.5) * cell, block * blockPx + 18, caption, { size: 12, weight: 600 }));
        for (const [line, style] of styles.entries()) {
          const top = block * blockPx + labelPx + line * cell;
          if (column === 0) labels.push(text(marginPx - 10, top + cell / 2 + 4, style, { size: 12, anchor: "end" }));
          await client.generate(
            { translation: "caption", condition: { caption, style }, count: 1, seed, temperature, guidance },
            {
              onImage: async ({ rgba, widthPx: width, heightPx: height }) => {
                const tile = await sharp(await encodePng(rgba, width, height))
                  .resize(cell - 8, cell - 8, { kernel: "lanczos3" })
                  .png()
                  .toBuffer();
                images.push({ input: tile, left: marginPx + column * cell + 4, top: top + 4 });
              },
            },
          );
        }
      }
  } finally {
    await client.close();
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}"><rect width="100%" height="100%" fill="#fff"/>${labels.join("")}</svg>`;
  const figure = await sharp(Buffer.from(svg))
    .composite(images)
    .png({ compressionLevel: 9, palette: true, colours: 256 })
    .toBuffer();
  await mkdir("docs/figures", { recursive: true });
  await writeFile(path, figure);
  console.log(
    `${path}: ${captions.flat().length} captions × ${styles.length} styles, seed ${seed}, temperature ${temperature}, guidance ${guidance}, ${Math.round(figure.length / 1024)} kB`,
  );
}
