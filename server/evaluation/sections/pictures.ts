/** The picture conditions of the consistency sections: how each is extracted from an image, compared and shown in a figure. */
import { averageAreas } from "../../engine/pixels/areas.ts";
import { edgesOf } from "../../experts/sketch/line-drawing.ts";
import type { EvaluationContext } from "../evaluation-context.ts";
import { asImage } from "../images.ts";
import { edgeOverlap } from "../metrics/edge-overlap.ts";
import { psnrDb } from "../metrics/pixels.ts";
import { shareOf } from "../metrics/statistics.ts";
import type { Column } from "../report.ts";

/** Ink of a sketch, cells of a layout, or pixels of a small image. */
type Extracted = ArrayLike<number>;

export interface Picture {
  readonly id: string;
  readonly title: string;
  readonly condition: "sketch" | "layout" | "lowResolution";
  /** Name of the condition within a sentence. */
  readonly name: string;
  /** Heading of the first column of the figure. */
  readonly given: string;
  readonly about: string;
  readonly column: Column;
  /** Extracts the condition from premultiplied planes of the target's size. */
  extract(context: EvaluationContext, planes: Float32Array): Extracted;
  /** How well an image follows its condition, from what was extracted from it and from the given image. */
  score(made: Extracted, given: Extracted): number;
  /** The extracted condition as a tile of the target's size. */
  draw(context: EvaluationContext, given: Float32Array): Float32Array;
}

const tolerancePx = 2;
/** The value for equal images, because Infinity would spoil a mean. */
const psnrMaxDb = 100;

const sizeOf = ({ translation }: EvaluationContext): number => translation.target.imageSizePx;

export const sketchPicture: Picture = {
  id: "sketch",
  title: "Sketch consistency",
  condition: "sketch",
  name: "sketch",
  given: "Sketch",
  about:
    "The sketch is the edges of a held-out image, extracted as for training. It is compared with the edges of the sample. " +
    `Intersection over union of the edges with a tolerance of ${tolerancePx} px, in the expert's frame, which is normalised for size and position.`,
  column: { key: "score", label: "IoU of edges", digits: 3, better: "higher" },
  extract: (context, planes) => edgesOf(planes, sizeOf(context)),
  score: (made, given) => edgeOverlap(made, given, Math.sqrt(made.length), tolerancePx),
  draw(context, given) {
    const ink = edgesOf(given, sizeOf(context));
    return enlarge(
      Float32Array.from({ length: 4 * ink.length }, (_, at) => (at < 3 * ink.length ? 1 - ink[at % ink.length]! : 1)),
      Math.sqrt(ink.length),
      sizeOf(context),
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
    "The layout is the label map of a held-out image in the palette's colours; the sample is reduced the same way. Share of cells with the " +
    "same label. Transparent cells count, too, so any two icons agree on many cells.",
  column: { key: "score", label: "cells equal", digits: 1, isShare: true, better: "higher" },
  extract: (context, planes) => cellsOf(context, planes),
  score: (made, given) => shareOf(Array.from(made, (cell, at) => cell === given[at])),
  draw(context, given) {
    const { columns, rows } = context.layout!.expert;
    const cells = cellsOf(context, given);
    const colours = context.layout!.palette.map((hex) => Number.parseInt(hex.slice(1), 16));
    const sizePx = sizeOf(context);
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

const cellsOf = (context: EvaluationContext, planes: Float32Array): readonly number[] =>
  // Cells depend on the pixels alone; the key matters only to experts that cache vectors.
  context.layout!.expert.cellsOf(asImage(planes, sizeOf(context), ""));

export const lowResolutionPicture: Picture = {
  id: "low-resolution",
  title: "Low resolution",
  condition: "lowResolution",
  name: "low resolution",
  given: "Low resolution",
  about:
    "The condition is a held-out image averaged down to the expert's size; the sample is averaged down the same way. PSNR of " +
    "the two small images in dB (LR-PSNR): how well the shrunk sample equals its condition.",
  column: { key: "score", label: "LR-PSNR, dB", digits: 2, better: "higher" },
  extract: (context, planes) => averageAreas(planes, sizeOf(context), context.lowResolutionPx!),
  score: (made, given) => Math.min(psnrMaxDb, psnrDb(made, given)),
  draw(context, given) {
    const sidePx = context.lowResolutionPx!;
    return enlarge(averageAreas(given, sizeOf(context), sidePx), sidePx, sizeOf(context));
  },
};

/** Planes [4, from, from] → [4, to, to] by nearest neighbour. */
const enlarge = (planes: Float32Array, fromPx: number, toPx: number): Float32Array =>
  Float32Array.from({ length: 4 * toPx ** 2 }, (_, at) => {
    const [channel, pixel] = [Math.floor(at / toPx ** 2), at % toPx ** 2];
    const y = Math.floor((Math.floor(pixel / toPx) * fromPx) / toPx);
    const x = Math.floor(((pixel % toPx) * fromPx) / toPx);
    return planes[(channel * fromPx + y) * fromPx + x]!;
  });
