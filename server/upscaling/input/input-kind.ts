/**
 * Estimates what kind of picture an input is: a JPEG, now or before; pixels that were repeated; drawn at its size, as interfaces and
 * icons are; or a photograph. It decides how compression marks are removed and how far a projection may move. Pure.
 */
import type { InputKind, ShrinkKernel } from "../../../shared/contract/upscaling.ts";
import type { JpegTables, Picture, Pixels } from "../../engine/interfaces.ts";
import { coloursOf } from "../picture-planes.ts";
import { findDrawnPlaces } from "../places/drawn-places.ts";
import type { Compression } from "./clean-jpeg.ts";
import { tableAt, usualTables } from "./dct.ts";
import { findJpegTraces } from "./jpeg-traces.ts";
import { estimateKernel } from "./shrink-kernel.ts";
import { isShrunkDrawing } from "./shrunk-drawing.ts";

export interface InputEstimate {
  readonly kind: InputKind;
  /** Of a JPEG: libjpeg's, 1 to 100. */
  readonly jpegQuality?: number;
  readonly compression?: Compression;
  /** Of a photograph: how it was brought to its size, where that is sure. */
  readonly shrunkBy?: ShrinkKernel;
  /** How sure it is that the picture was not shrunk by the projection's kernel, 0 to 1. */
  readonly foreignness: number;
  /** Whether it was drawn and then shrunk. */
  readonly isShrunkDrawing: boolean;
}

/** Levels between neighbours that make an edge. */
const edgeLevels = 24;
/** Pixels to each side of an edge in which a flat area is looked for. */
const reachPx = 6;
/** Edges with fewer of them say nothing. */
const edgesMin = 30;
/** Share of edges beside flat areas above which a picture is drawn; photographs have below 0.2. */
const drawnShare = 0.5;
/** Share of its blocks above which a picture is drawn: a page of text has no flat areas between its lines. Photographs have up to 0.39. */
const drawnPlacesShare = 0.45;
/** Of a photograph's foreignness: 1 would choose Φ of foreign pictures. */
const photographMost = 0.99;

export function estimateInput(image: Picture): InputEstimate {
  const found = compressionOf(image);
  if (found) return { kind: "jpeg", ...found, foreignness: 1, isShrunkDrawing: false };
  if (isRepeated(image)) return { kind: "repeated", foreignness: 1, isShrunkDrawing: false };
  const share = flatEdgeShare(image);
  if (share >= drawnShare || shareOfDrawnPlaces(image) >= drawnPlacesShare) {
    const wasShrunk = isShrunkDrawing(image);
    return { kind: "drawn", foreignness: wasShrunk ? 0 : 1, isShrunkDrawing: wasShrunk };
  }
  const { shrunkBy, probabilities } = estimateKernel(image) ?? {};
  // Areas and Lanczos shrink so nearly alike that the projection does no harm.
  const alike = probabilities ? probabilities.bicubic + probabilities.lanczos + probabilities.area : 1;
  const foreignness = Math.min(photographMost, 1 - (1 - share / drawnShare) * alike);
  return { kind: "photograph", ...(shrunkBy ? { shrunkBy } : {}), foreignness, isShrunkDrawing: false };
}

/** Share of blocks that are drawn. */
function shareOfDrawnPlaces(image: Pixels): number {
  const { blocks } = findDrawnPlaces(coloursOf(image));
  return blocks.reduce((sum, is) => sum + is, 0) / blocks.length;
}

/** How the upscaler is to read a picture that needs no cleaning. */
export function readingOf(image: Picture): Pick<InputEstimate, "foreignness" | "isShrunkDrawing"> {
  const { foreignness, isShrunkDrawing } = estimateInput(image);
  return { foreignness, isShrunkDrawing };
}

function compressionOf(image: Picture): Pick<InputEstimate, "jpegQuality" | "compression"> | undefined {
  if (image.jpeg)
    return { jpegQuality: qualityOf(image.jpeg), compression: { ...image.jpeg, grid: { left: 0, top: 0 } } };
  const traces = findJpegTraces(image);
  if (!traces) return undefined;
  const { quality, grid } = traces;
  const tables = { luma: tableAt(usualTables.luma, quality), chroma: tableAt(usualTables.chroma, quality) };
  // Most encoders halve chroma, except at high quality.
  return { jpegQuality: quality, compression: { ...tables, isChromaHalved: quality < 90, grid } };
}

/** The quality at which libjpeg's table is nearest. */
export function qualityOf({ luma }: JpegTables): number {
  const distance = (quality: number): number =>
    tableAt(usualTables.luma, quality).reduce(
      (sum, step, at) => sum + Math.abs(Math.log(step / Math.max(1, luma[at]!))),
      0,
    );
  let best = 1;
  for (let quality = 2; quality <= 100; quality += 1) if (distance(quality) < distance(best)) best = quality;
  return best;
}

/** Whether every pixel stands twice or more beside itself, in rows and columns, as nearest-neighbour enlarging leaves them. */
function isRepeated({ rgba, widthPx, heightPx }: Pixels): boolean {
  if (widthPx < 8 || heightPx < 8) return false;
  // A Buffer may lie anywhere in a larger one: a copy of its own.
  const pixels = new Uint32Array(Uint8Array.from(rgba).buffer);
  const differsAt = (
    times: number,
    at: (index: number, line: number) => number,
    length: number,
    lines: number,
  ): boolean => {
    let changes = 0;
    for (let line = 0; line < lines; line += 1)
      for (let index = 1; index < length; index += 1)
        if (pixels[at(index, line)] !== pixels[at(index - 1, line)]) {
          if (index % times !== 0) return true;
          changes += 1;
        }
    return changes === 0;
  };
  const across = (index: number, line: number): number => line * widthPx + index;
  const down = (index: number, line: number): number => index * widthPx + line;
  return [2, 3, 4, 5, 6, 8].some(
    (times) => !differsAt(times, across, widthPx, heightPx) && !differsAt(times, down, heightPx, widthPx),
  );
}

/** Share of a row's edges that have an area of one level on each side nearby. */
function flatEdgeShare({ rgba, widthPx, heightPx }: Pixels): number {
  let [edges, beside] = [0, 0];
  const flatAt = (x: number, y: number): boolean => {
    for (let row = y - 1; row <= y + 1; row += 1)
      for (let column = x - 1; column <= x + 1; column += 1)
        if (Math.abs(rgba[4 * (row * widthPx + column) + 1]! - rgba[4 * (y * widthPx + x) + 1]!) > 1) return false;
    return true;
  };
  // Every third row is enough.
  for (let y = 1; y < heightPx - 1; y += 3)
    for (let x = 1; x < widthPx - 1; x += 1) {
      const at = 4 * (y * widthPx + x) + 1;
      if (rgba[at + 2]! === 0 || Math.abs(rgba[at + 4]! - rgba[at - 4]!) < edgeLevels) continue;
      edges += 1;
      for (let column = Math.max(1, x - reachPx); column <= Math.min(widthPx - 2, x + reachPx); column += 1)
        if (flatAt(column, y)) {
          beside += 1;
          break;
        }
    }
  return edges < edgesMin ? 0 : beside / edges;
}
