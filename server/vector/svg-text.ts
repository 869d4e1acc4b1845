/**
 * Layers → the text of an SVG: one path a layer, named, filled or stroked with one colour or a linear gradient, a soft shadow blurred; nothing else, so that
 * programs read it alike.
 */
import { movedPath, type Path, type Point, pathData } from "../../shared/vectors/vector-path.ts";
import { blurText, blurUse, titleText } from "../../shared/vectors/vector-svg.ts";
import { sha256Of } from "../platform/sha256.ts";
import type { StrokeLook } from "./strokes/stroke-cover.ts";

/** A gradient from one point to another, in pixels of the picture. */
export interface LinearGradient {
  readonly from: Point;
  readonly to: Point;
  /** `#rrggbb` at shares of the way, 0 to 1. */
  readonly stops: ReadonlyArray<readonly [share: number, hex: string]>;
}

export interface Layer {
  readonly name: string;
  /** `#rrggbb`; of a gradient, its mean. */
  readonly hex: string;
  readonly gradient?: LinearGradient;
  /** Absent where it is opaque. */
  readonly opacity?: number;
  /** Deviation of the Gaussian that blurs it, in pixels of the picture; absent where it is sharp. */
  readonly blurPx?: number;
  /** Outer outlines and holes: what lies within an odd number of them is filled. Of strokes the middles of lines. */
  readonly outlines: readonly Path[];
  /** Absent for fills. */
  readonly stroke?: LayerStroke;
  /** Of a stroke: what its outlines are filled with, `#rrggbb`; absent for nothing. */
  readonly fillHex?: string;
  /** Absent: `evenodd`, as of outlines that are traced. */
  readonly fillRule?: "nonzero" | "evenodd";
  /** Of sharp joins; absent: 4, as where nothing is said. */
  readonly miterLimit?: number;
}

/** Strokes that are traced, and what drawings that were given may have besides. */
export interface LayerStroke {
  readonly widthPx: number;
  readonly cap: StrokeLook["cap"] | "square";
  readonly join: StrokeLook["join"] | "bevel";
}

/** Digits after the point, but one more is written: a fiftieth of a pixel at 128 px, which no one sees. */
const digitsFor = (sidePx: number): number => (sidePx > 700 ? 0 : sidePx > 90 ? 1 : 2);

interface SvgTextOptions {
  /** Size of the drawing in its own units. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** From the outlines' pixels to these units, on each axis. */
  readonly scale?: Point;
  /** Where the outlines' corner comes to lie. */
  readonly corner?: Point;
  /** What the picture shows. */
  readonly title?: string;
  /** Whether all colours are `currentColor`. */
  readonly isCurrent?: boolean;
}

/** Ids that something refers to end in a mark of the drawing: in a page with many drawings the first of equal ids would stand for all. */
export function svgText(layers: readonly Layer[], options: SvgTextOptions): string {
  const text = textOf(layers, options, "");
  const hasReferences = layers.some(({ gradient, blurPx }) => gradient !== undefined || blurPx !== undefined);
  return hasReferences ? textOf(layers, options, `-${sha256Of(text).slice(0, 8)}`) : text;
}

function textOf(
  layers: readonly Layer[],
  { widthPx, heightPx, scale = [1, 1], corner = [0, 0], title, isCurrent = false }: SvgTextOptions,
  mark: string,
): string {
  const digits = digitsFor(Math.max(widthPx, heightPx)) + 1;
  const place = ([x, y]: Point): Point => [x * scale[0] + corner[0], y * scale[1] + corner[1]];
  const gradients = layers.flatMap(({ gradient }, index) =>
    gradient ? [gradientText(gradient, `gradient-${index + 1}${mark}`, place, digits)] : [],
  );
  const blurs = layers.flatMap(({ blurPx }, index) =>
    blurPx === undefined
      ? []
      : [blurText(index, Number((blurPx * scale[0]).toFixed(digits)), { width: widthPx, height: heightPx }, mark)],
  );
  const paths = layers.map(({ name, hex, gradient, opacity, blurPx, outlines, stroke, ...own }, index) => {
    const fill = isCurrent ? "currentColor" : gradient ? `url(#gradient-${index + 1}${mark})` : hex;
    const moved = outlines.map((outline) => movedPath(outline, place));
    // Figma and Illustrator take the name of a layer from its id, so that layers of many drawings have the same.
    const id = `id="${name.replaceAll(" ", "-")}"${blurPx === undefined ? "" : blurUse(index, mark)}`;
    const faint = (what: string): string =>
      opacity === undefined ? "" : ` ${what}-opacity="${Number(opacity.toFixed(3))}"`;
    const data = `d="${pathData(moved, digits)}"`;
    if (!stroke) return `<path ${id} fill="${fill}"${faint("fill")} fill-rule="${own.fillRule ?? "evenodd"}" ${data}/>`;
    const widthPx = Number((stroke.widthPx * scale[0]).toFixed(digits));
    const look = `stroke-width="${widthPx}" stroke-linecap="${stroke.cap}" stroke-linejoin="${stroke.join}"${own.miterLimit === undefined ? "" : ` stroke-miterlimit="${own.miterLimit}"`}`;
    const rule = own.fillHex !== undefined && own.fillRule === "evenodd" ? ' fill-rule="evenodd"' : "";
    const inside = own.fillHex === undefined ? "none" : isCurrent ? "currentColor" : own.fillHex;
    return `<path ${id} fill="${inside}"${rule} stroke="${fill}"${faint("stroke")} ${look} ${data}/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}" fill="none">`,
    ...(title === undefined ? [] : [titleText(title)]),
    ...(gradients.length + blurs.length === 0 ? [] : [`<defs>${[...gradients, ...blurs].join("")}</defs>`]),
    ...paths,
    "</svg>\n",
  ].join("\n");
}

function gradientText(
  { from, to, stops }: LinearGradient,
  id: string,
  place: (point: Point) => Point,
  digits: number,
): string {
  const [x1, y1, x2, y2] = [...place(from), ...place(to)].map((value) => Number(value.toFixed(digits)));
  const marks = stops
    .map(([share, hex]) => `<stop offset="${Number(share.toFixed(3))}" stop-color="${hex}"/>`)
    .join("");
  return `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}">${marks}</linearGradient>`;
}
