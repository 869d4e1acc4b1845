/** Picture conditions as they are checked: what is extracted again from an image, how it is compared, how it looks in a figure. */
import { averageAreas } from "../../engine/areas.ts";
import { edgesOf } from "../../experts/sketch/line-drawing.ts";
import type { EvaluationContext } from "../evaluation-context.ts";
import { asImage } from "../images.ts";
import { edgeOverlap } from "../metrics/edge-overlap.ts";
import { psnrDb } from "../metrics/pixels.ts";
import { shareOf } from "../metrics/statistics.ts";
import type { Column } from "../report.ts";

/** Ink, cells of a layout, or pixels of a small image. */
type Extracted = ArrayLike<number>;

export interface Picture {
  readonly id: string;
  readonly title: string;
  readonly condition: "sketch" | "layout" | "lowResolution";
  /** The condition in a sentence. */
  readonly name: string;
  /** First column of the figure. */
  readonly given: string;
  readonly about: string;
  readonly column: Column;
  /** What the condition is in an image, from premultiplied planes of the target's size. */
  extract(subject: EvaluationContext, planes: Float32Array): Extracted;
  /** How well an image obeys, by what was extracted from it and from the image that was given. */
  score(made: Extracted, given: Extracted): number;
  /** The extracted condition as a tile of the target's size. */
  draw(subject: EvaluationContext, given: Float32Array): Float32Array;
}

const tolerancePx = 2;
/** Infinity would spoil a mean; equal images count as this. */
const psnrMaxDb = 100;

const sizeOf = ({ translation }: EvaluationContext): number => translation.target.imageSizePx;

export const sketchPicture: Picture = {
  id: "sketch",
  title: "Sketch consistency",
  condition: "sketch",
  name: "sketch",
  given: "Sketch",
  about:
    "The sketch is the edges of a held-out image, extracted as for training, and so is what it is compared with: edges of the image that was made. " +
    `Intersection over union of the edges with a tolerance of ${tolerancePx} px, in the expert's own frame, which is normalised for size and place.`,
  column: { key: "score", label: "IoU of edges", digits: 3, better: "higher" },
  extract: (subject, planes) => edgesOf(planes, sizeOf(subject)),
  score: (made, given) => edgeOverlap(made, given, Math.sqrt(made.length), tolerancePx),
  draw(subject, given) {
    const ink = edgesOf(given, sizeOf(subject));
    return enlarge(
      Float32Array.from({ length: 4 * ink.length }, (_, at) => (at < 3 * ink.length ? 1 - ink[at % ink.length]! : 1)),
      Math.sqrt(ink.length),
      sizeOf(subject),
    );
  },
};

export const layoutPicture: Picture = {
  id: "layout",
  title: "Layout consistency",
  condition: "layout",
  name: "layout",
  given: "Layout",
  about:
    "The layout is a held-out image reduced to the palette's label map; the image that was made is reduced the same way. Share of cells with the " +
    "same label, over all cells: transparent ones count too, so any two icons agree on a good part.",
  column: { key: "score", label: "cells equal", digits: 1, isShare: true, better: "higher" },
  extract: (subject, planes) => cellsOf(subject, planes),
  score: (made, given) => shareOf(Array.from(made, (cell, at) => cell === given[at])),
  draw(subject, given) {
    const { columns, rows } = subject.layout!.expert;
    const cells = cellsOf(subject, given);
    const colours = subject.layout!.palette.map((hex) => Number.parseInt(hex.slice(1), 16));
    const sizePx = sizeOf(subject);
    return Float32Array.from({ length: 4 * sizePx ** 2 }, (_, at) => {
      const [channel, pixel] = [Math.floor(at / sizePx ** 2), at % sizePx ** 2];
      const row = Math.floor((Math.floor(pixel / sizePx) * rows) / sizePx);
      const column = Math.floor(((pixel % sizePx) * columns) / sizePx);
      const cell = cells[row * columns + column]!;
      if (cell === 0) return 0;
      return channel === 3 ? 1 : ((colours[cell - 1]! >> (16 - 8 * channel)) & 255) / 255;
    });
  },
};

const cellsOf = (subject: EvaluationContext, planes: Float32Array): readonly number[] =>
  // Cells are read from the pixels alone; the key is for experts that keep vectors.
  subject.layout!.expert.cellsOf(asImage(planes, sizeOf(subject), ""));

export const lowResolutionPicture: Picture = {
  id: "low-resolution",
  title: "Low resolution",
  condition: "lowResolution",
  name: "low resolution",
  given: "Low resolution",
  about:
    "A held-out image averaged down to the size that the expert reads; the image that was made is averaged down the same way. PSNR of " +
    "the two small images in dB (LR-PSNR): how far the result shrinks to its condition.",
  column: { key: "score", label: "LR-PSNR, dB", digits: 2, better: "higher" },
  extract: (subject, planes) => averageAreas(planes, sizeOf(subject), subject.lowResolutionPx!),
  score: (made, given) => Math.min(psnrMaxDb, psnrDb(made, given)),
  draw(subject, given) {
    const sidePx = subject.lowResolutionPx!;
    return enlarge(averageAreas(given, sizeOf(subject), sidePx), sidePx, sizeOf(subject));
  },
};

/** Planes [4, from, from] → [4, to, to], each pixel the nearest of the small image. */
const enlarge = (planes: Float32Array, fromPx: number, toPx: number): Float32Array =>
  Float32Array.from({ length: 4 * toPx ** 2 }, (_, at) => {
    const [channel, pixel] = [Math.floor(at / toPx ** 2), at % toPx ** 2];
    const y = Math.floor((Math.floor(pixel / toPx) * fromPx) / toPx);
    const x = Math.floor(((pixel % toPx) * fromPx) / toPx);
    return planes[(channel * fromPx + y) * fromPx + x]!;
  });
