/** Pictures whose upscale is timed: colour waves, an interface, a page of a newspaper, and pages that are full of small text. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { rasterise } from "../../server/images/codec.ts";

/** Font sizes of a page of text, px, line by line: those that are read letter by letter. */
const smallSizes = [5, 6, 7, 8, 9, 10];
const font = "DejaVu Sans, Liberation Sans, sans-serif";

export function waves(side: number): Pixels {
  const rgba = new Uint8Array(4 * side * side).fill(255);
  for (let pixel = 0; pixel < side * side; pixel += 1) {
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    for (let channel = 0; channel < 3; channel += 1)
      rgba[4 * pixel + channel] = 128 + 60 * Math.sin(x / (5 + channel)) + 60 * Math.cos(y / (9 - channel));
  }
  return { rgba, widthPx: side, heightPx: side };
}

/**
 * The licence, again and again, from left to right and from top to bottom.
 * @param lead from line to line, in font sizes
 */
export async function pageOfText(side: number, lead = 1.3): Promise<Pixels> {
  const words = await wordsOfLicence();
  const lines: string[] = [];
  for (let y = 4, at = 0, line = 0; y < side; line += 1) {
    const size = smallSizes[line % smallSizes.length]!;
    y += lead * size;
    // Letters are about half as wide as they are high.
    const count = Math.ceil(side / (0.5 * size));
    let text = "";
    for (; text.length < count; at += 1) text += `${words[at % words.length]} `;
    lines.push(textAt(4, y, size, "#222", text));
  }
  return draw(side, lines);
}

/** Cards with a heading, lines of text, a button and a caption. */
export async function interfaceOf(side: number): Promise<Pixels> {
  const words = await wordsOfLicence();
  const [columns, gap, heightPx] = [4, 16, 150];
  const widthPx = (side - gap) / columns - gap;
  const said = (from: number, count: number): string =>
    Array.from({ length: count }, (_, at) => words[(from + at) % words.length]).join(" ");
  const parts: string[] = [];
  for (let top = gap, card = 0; top + heightPx < side; top += heightPx + gap)
    for (let column = 0; column < columns; column += 1, card += 1) {
      const left = gap + column * (widthPx + gap);
      parts.push(
        `<rect x="${left}" y="${top}" width="${widthPx}" height="${heightPx}" rx="8" fill="#fff" stroke="#d5d8de"/>`,
        `<circle cx="${left + 24}" cy="${top + 24}" r="12" fill="hsl(${(card * 47) % 360} 70% 55%)"/>`,
        textAt(left + 44, top + 30, 16, "#1c2430", said(7 * card, 2)),
        ...[0, 1, 2].map((line) =>
          textAt(left + 12, top + 60 + 18 * line, 12, "#3a4454", said(11 * card + 5 * line, 5)),
        ),
        `<rect x="${left + 12}" y="${top + heightPx - 34}" width="84" height="24" rx="6" fill="#1e66f5"/>`,
        textAt(left + 24, top + heightPx - 18, 12, "#fff", said(3 * card, 1)),
        textAt(left + 110, top + heightPx - 18, 9, "#7a8494", said(5 * card, 3)),
      );
    }
  return draw(side, parts, "#f4f5f7");
}

/** Headings, columns of small text, and pictures of one shape. */
export async function newspaperOf(side: number): Promise<Pixels> {
  const words = await wordsOfLicence();
  const [columnPx, gap, storyPx] = [150, 18, 410];
  const parts = [textAt(gap, 48, 42, "#222", words.slice(0, 4).join(" "))];
  let at = 4;
  const said = (widthPx: number, size: number): string => {
    let text = "";
    // Capitals are wider.
    for (; text.length < widthPx / (0.85 * size); at += 1) text += `${words[at % words.length]} `;
    return text;
  };
  for (let left = gap; left + columnPx < side; left += columnPx + gap)
    for (let top = 70; top + storyPx / 2 < side; top += storyPx) {
      parts.push(textAt(left, top + 20, 15, "#222", `${words[at % words.length]} ${words[(at + 1) % words.length]}`));
      for (let y = top + 36, size = 7 + (at % 2); y < top + 300; y += 1.35 * size)
        parts.push(textAt(left, y, size, "#222", said(columnPx, size)));
      parts.push(
        `<rect x="${left}" y="${top + 308}" width="${columnPx}" height="90" fill="hsl(${at % 360} 50% 60%)"/>`,
        `<circle cx="${left + columnPx / 2}" cy="${top + 353}" r="30" fill="#fff"/>`,
      );
    }
  return draw(side, parts);
}

const wordsOfLicence = async (): Promise<string[]> => {
  const text = await readFile(fileURLToPath(new URL("../../LICENSE", import.meta.url)), "utf8");
  return text.match(/[A-Za-z0-9]+/g) ?? [];
};

const textAt = (x: number, y: number, size: number, colour: string, text: string): string =>
  `<text x="${x}" y="${y}" font-family="${font}" font-size="${size}" fill="${colour}">${text}</text>`;

const draw = (side: number, parts: readonly string[], paper = "#fff"): Promise<Pixels> =>
  rasterise(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="100%" height="100%" fill="${paper}"/>${parts.join("")}</svg>`,
  );
