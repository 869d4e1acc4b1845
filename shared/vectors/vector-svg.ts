/** SVG text as Tau's tracer writes it: its size, its colours, and the same drawing fitted to a small size. Without a DOM, for both worlds of the plugin. */
import { type FitLayer, fitToPixels } from "./pixel-fit.ts";
import { pathData, pathsOf } from "./vector-path.ts";

export interface SvgSize {
  readonly width: number;
  readonly height: number;
}

/** Size of the drawing itself, whatever size it is shown at; undefined for text without one. */
export function viewSizeOf(svg: string): SvgSize | undefined {
  const tag = /<svg\b[^>]*>/.exec(svg)?.[0] ?? "";
  const [, , , width, height] = /viewBox="([-\d.]+)[ ,]+([-\d.]+)[ ,]+([\d.]+)[ ,]+([\d.]+)"/.exec(tag) ?? [];
  const size = { width: Number(width ?? side(tag, "width")), height: Number(height ?? side(tag, "height")) };
  return size.width > 0 && size.height > 0 ? size : undefined;
}

const side = (tag: string, name: string): number =>
  Number.parseFloat(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "0");

/** The same drawing shown at another size in px. */
export function resizedSvg(svg: string, { width, height }: SvgSize): string {
  const size = viewSizeOf(svg);
  return svg.replace(/<svg\b[^>]*>/, (tag) => {
    const bare = tag.replace(/\s(?:width|height)="[^"]*"/g, "");
    const view = bare.includes("viewBox=") || !size ? "" : ` viewBox="0 0 ${size.width} ${size.height}"`;
    return bare.replace("<svg", `<svg width="${width}" height="${height}"${view}`);
  });
}

/** Largest size of the drawing within a box; a line, which has one side, stands for a square. */
export function fittedSize(svg: string, box: SvgSize): SvgSize {
  const [width, height] = [box.width || box.height, box.height || box.width];
  const size = viewSizeOf(svg) ?? { width, height };
  const scale = Math.min(width / size.width, height / size.height);
  return { width: size.width * scale, height: size.height * scale };
}

/** What a drawing shows, as the element that says it; what XML can't hold, control characters and halves of others, is left out. */
export const titleText = (title: string): string =>
  `<title>${title.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[\p{Cc}\p{Cs}]/gu, "")}</title>`;

/** The drawing, which has no title yet, with one. */
export const titledSvg = (svg: string, title: string): string =>
  svg.replace(/<svg\b[^>]*>/, (tag) => `${tag}\n${titleText(title)}`);

/**
 * A blur of a path as the tracer writes it, within the picture.
 * @param index of the path
 * @param deviation in the drawing's units
 * @param mark of the drawing, which tells its ids from those of others in a page
 */
export const blurText = (index: number, deviation: number, { width, height }: SvgSize, mark = ""): string =>
  `<filter id="blur-${index + 1}${mark}" filterUnits="userSpaceOnUse" x="0" y="0" width="${width}" height="${height}" color-interpolation-filters="sRGB"><feGaussianBlur stdDeviation="${deviation}"/></filter>`;
export const blurUse = (index: number, mark = ""): string => ` filter="url(#blur-${index + 1}${mark})"`;

const blurIn =
  /<filter id="blur-(\d{1,2})(?:-[0-9a-f]{8})?" filterUnits="userSpaceOnUse" x="0" y="0" width="[\d.]+" height="[\d.]+" color-interpolation-filters="sRGB"><feGaussianBlur stdDeviation="([\d.]+)"\/><\/filter>/g;

/** Deviations of the blurs of paths that the tracer wrote, by the paths' indices, in the drawing's units. */
export const blursOf = (svg: string): ReadonlyMap<number, number> =>
  new Map([...svg.matchAll(blurIn)].map(([, path, deviation]) => [Number(path) - 1, Number(deviation)]));

/** Without these blurs. */
export const sharpSvg = (svg: string): string =>
  svg
    .replace(blurIn, "")
    .replace(/<defs><\/defs>\n?/, "")
    .replace(/ filter="url\(#blur-\d{1,2}(?:-[0-9a-f]{8})?\)"/g, "");

/** With blurs of its paths, by their indices, in the drawing's units. */
function blurredSvg(svg: string, blurs: ReadonlyMap<number, number>, size: SvgSize): string {
  if (blurs.size === 0) return svg;
  let index = 0;
  const texts = [...blurs].map(([path, deviation]) => blurText(path, Number(deviation.toFixed(3)), size));
  return svg
    .replace(/<path\b/g, (tag) => (blurs.has(index++) ? `${tag}${blurUse(index - 1)}` : tag))
    .replace(/<svg\b[^>]*>/, (tag) => `${tag}\n<defs>${texts.join("")}</defs>`);
}

/** A solid colour of a path that the tracer wrote, and what stands before it. */
const paintIn = /(<path\b[^>]*\s(?:fill|stroke)=")(#[0-9a-f]{6})"/g;

/** `#rrggbb` of all solid fills and strokes. */
export const colourOfSvg = (svg: string): string[] => [...new Set([...svg.matchAll(paintIn)].map(([, , hex]) => hex!))];

/** The drawing with other solid colours. */
export const recolouredSvg = (svg: string, colourFor: (hex: string) => string): string =>
  svg.replace(paintIn, (_, before: string, hex: string) => `${before}${colourFor(hex)}"`);

/** The drawing in the middle of a square of `sidePx`. */
function squareSvg(svg: string, sidePx: number, isWhole: boolean): string {
  const size = viewSizeOf(svg) ?? { width: sidePx, height: sidePx };
  const side = Math.max(size.width, size.height);
  const margin = (length: number): number => (side - length) / 2;
  const [left, top] = [margin(size.width), margin(size.height)].map((px) => (isWhole ? Math.round(px) : px));
  return resizedSvg(svg, { width: sidePx, height: sidePx }).replace(
    /viewBox="[^"]*"/,
    `viewBox="${-left! || 0} ${-top! || 0} ${side} ${side}"`,
  );
}

/** Filled and stroked paths in the drawing's own units from 0, 0, and nothing beside them that would stay as large as it was. */
const hasPathsAlone = (svg: string): boolean =>
  !/<(?!\/?(?:svg|title|path)\b)/.test(svg) &&
  !/\s(?:transform|style|class|clip-path|mask|filter)=/.test(svg) &&
  /<svg\b[^>]*\sviewBox="0 0 /.test(svg);

/**
 * The drawing in a square of `toPx` with edges on whole pixels; one that the tracer did not write, or with gradients, only shrinks.
 */
export function fittedSvg(shown: string, toPx: number): string {
  const [svg, blurs] = [sharpSvg(shown), blursOf(shown)];
  const size = viewSizeOf(svg);
  const layers = [...svg.matchAll(/<path\b[^>]*>/g)].map(([tag]) => layerOf(tag));
  const isTraced = layers.length > 0 && layers.every((layer) => layer !== undefined) && hasPathsAlone(svg);
  if (!size || !isTraced) return squareSvg(shown, toPx, false);
  const fromPx = Math.max(size.width, size.height);
  const fitted = fitToPixels(layers, fromPx, toPx);
  let index = 0;
  const view = `viewBox="0 0 ${(size.width * toPx) / fromPx} ${(size.height * toPx) / fromPx}"`;
  const drawn = svg.replace(/viewBox="[^"]*"/, view).replace(/<path\b[^>]*>/g, (tag) => {
    const { paths, strokePx = 0 } = fitted[index++]!;
    return tag.replace(dataIn, ` d="${pathData(paths, 3)}"`).replace(widthIn, ` stroke-width="${strokePx}"`);
  });
  const scale = toPx / fromPx;
  const smaller = new Map([...blurs].map(([path, deviation]) => [path, scale * deviation]));
  return squareSvg(blurredSvg(drawn, smaller, { width: size.width * scale, height: size.height * scale }), toPx, true);
}

const [dataIn, widthIn] = [/\sd="([^"]*)"/, /\sstroke-width="([^"]*)"/];

/** Undefined for a path that the tracer did not write. */
function layerOf(tag: string): FitLayer | undefined {
  const paths = pathsOf(dataIn.exec(tag)?.[1] ?? "?");
  const [isStroke, strokePx] = [/\sstroke="/.test(tag), Number(widthIn.exec(tag)?.[1])];
  if (!paths || (isStroke && !(strokePx > 0))) return undefined;
  return isStroke ? { paths, strokePx, isFlat: !tag.includes('stroke-linecap="round"') } : { paths };
}
