/**
 * Draws a small set of icons for tests of pre-training, as server/pretrain/data/render-icons.mjs writes them: six shapes in six colours,
 * three styles and two sizes. One shape is a held-out concept, three pairs of shape and style are held out, and some icons have a
 * recoloured copy.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageItem } from "../../server/training/dataset/image-set.ts";

const sidePx = 128;
const colours = {
  red: [221, 46, 68],
  yellow: [252, 194, 27],
  green: [76, 175, 80],
  blue: [47, 111, 219],
  black: [31, 35, 40],
  white: [245, 245, 245],
} as const;
type Colour = keyof typeof colours;
const recoloured: Partial<Record<Colour, Colour>> = { red: "green", blue: "yellow" };

/** Signed distance of a place to the edge of a shape that is about 1 wide, negative inside. */
const shapes: Readonly<Record<string, (x: number, y: number) => number>> = {
  circle: (x, y) => Math.hypot(x, y) - 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) - 0.85,
  diamond: (x, y) => (Math.abs(x) + Math.abs(y) - 1.1) / Math.SQRT2,
  triangle: (x, y) => Math.max(0.87 * Math.abs(x) - 0.5 * y - 0.45, y - 0.8),
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.75) - 0.25,
  cross: (x, y) => Math.max(Math.min(Math.abs(x), Math.abs(y)) - 0.3, Math.max(Math.abs(x), Math.abs(y)) - 0.9),
};
/** Styles of the pack's vocabulary: plain, outlined, shaded. */
const styles = ["twemoji", "noto", "fluent-3d"] as const;
const heldOutConcept = "cross";
const heldOutPairs: readonly string[] = ["square twemoji", "ring noto", "diamond fluent-3d"];

/** Writes `images.rgba` and `index.jsonl` to the folder, which it makes. */
export async function drawToyIcons(folder: string): Promise<void> {
  const items: ImageItem[] = [];
  const pictures: Uint8Array[] = [];
  const add = (item: Omit<ImageItem, "row">, picture: Uint8Array): void => {
    items.push({ row: items.length, ...item });
    pictures.push(picture);
  };
  const draw = (concept: string, colour: Colour, style: string, size: number, origin?: Colour): void => {
    const idOf = (of: Colour): string => `toy-${style}:${concept}-${of}-${size}`;
    const split =
      concept === heldOutConcept
        ? "heldOutConcept"
        : heldOutPairs.includes(`${concept} ${style}`)
          ? "heldOutPair"
          : "train";
    if (origin && split !== "train") return;
    const captions = [`${colour} ${concept}`, ...(origin ? [] : [concept, `a ${colour} ${concept}`])];
    const id = origin ? `${idOf(origin)}@120` : idOf(colour);
    const copy = origin ? { augmentedFrom: idOf(origin) } : {};
    add({ id, style, concept, captions, split, ...copy }, paint(concept, colours[colour], style, size));
  };
  const all = Object.keys(shapes).flatMap((concept) =>
    styles.flatMap((style) =>
      (Object.keys(colours) as Colour[]).flatMap((colour) => [0, 1].map((size) => ({ concept, style, colour, size }))),
    ),
  );
  for (const { concept, style, colour, size } of all) draw(concept, colour, style, size);
  for (const { concept, style, colour, size } of all) {
    const to = recoloured[colour];
    if (to && size === 0) draw(concept, to, style, size, colour);
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "images.rgba"), Buffer.concat(pictures));
  await writeFile(join(folder, "index.jsonl"), `${items.map((item) => JSON.stringify(item)).join("\n")}\n`);
}

/** Premultiplied RGBA of one icon, 8 bits. */
function paint(concept: string, colour: readonly number[], style: string, size: number): Uint8Array {
  const distance = shapes[concept]!;
  const radius = size === 0 ? 48 : 36;
  const bytes = new Uint8Array(4 * sidePx * sidePx);
  for (let y = 0; y < sidePx; y += 1)
    for (let x = 0; x < sidePx; x += 1) {
      const [u, v] = [(x + 0.5 - sidePx / 2) / radius, (y + 0.5 - sidePx / 2) / radius];
      const depth = -distance(u, v) * radius;
      const alpha = Math.min(1, Math.max(0, depth + 0.5));
      const isLine = style === "noto" && depth < 6;
      const light = style === "fluent-3d" ? 0.8 - 0.2 * v : 1;
      const at = 4 * (y * sidePx + x);
      for (const [channel, value] of colour.entries())
        bytes[at + channel] = Math.round(alpha * light * (isLine ? 40 : value));
      bytes[at + 3] = Math.round(255 * alpha);
    }
  return bytes;
}
