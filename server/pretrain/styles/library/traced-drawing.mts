/**
 * Drawings that the server's own drawing of SVG refuses, since they cut parts out with masks or use a shape twice: rendered large, and traced by
 * the server's tracer (server/vector) to paths of one ink.
 */
import sharp from "sharp";
import { inUsualInk } from "../../../images/svg.ts";
import type { NamedDrawing } from "../../../retrieval/library/library-blocks.ts";
import { vectorise } from "../../../vector/vectorise.ts";

/** Larger side that is traced, px: 20 for each of most sets' units. */
const sidePx = 480;

/** @returns the same drawing in paths of `currentColor`; undefined where nothing is to be seen, or no picture can be made of it */
export async function traced({ set, name, viewBox, body }: NamedDrawing): Promise<NamedDrawing | undefined> {
  const [, , width, height] = viewBox.split(" ").map(Number) as [number, number, number, number];
  const scale = sidePx / Math.max(width, height);
  const size = `width="${Math.round(scale * width)}" height="${Math.round(scale * height)}"`;
  const svg = inUsualInk(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}" ${size}>${body}</svg>`);
  try {
    const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const pixels = { rgba: new Uint8Array(data), widthPx: info.width, heightPx: info.height };
    const drawn = vectorise(pixels, { shown: { widthPx: width, heightPx: height } });
    return { set, name, viewBox: `0 0 ${width} ${height}`, body: pathsOf(drawn.svg) };
  } catch {
    return undefined;
  }
}

/** What lies inside of the root, in `currentColor`, on one line. */
const pathsOf = (svg: string): string =>
  svg
    .slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"))
    .replace(/ id="[^"]*"/g, "")
    .replace(/="#[0-9a-f]{6}"/g, '="currentColor"')
    .replace(/\s*\n\s*/g, "");
