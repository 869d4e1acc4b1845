/**
 * What is done to one tile of an upscale, by itself, so that tiles can be shared out to threads: a stage reads features and answers and
 * draws what the answers lack, a projection moves the tile to where it shrinks to the input. How tiles are cut and put together is
 * upscale.ts's business. Pure.
 */
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { sumOf } from "../platform/sum.ts";
import type { Box } from "./picture-planes.ts";
import { drawPixelResidual, residualDims } from "./pixel-noise.ts";
import { growBox } from "./tiles.ts";

/** Φ of one ×2 stage. */
export interface UpscaleNetwork {
  /** Pixels to each side that a pixel's features and answer depend on. */
  readonly marginPx: number;
  readonly featureDims: number;
  /** Tile [3, heightPx, widthPx] in [0, 1] → features [pixels, featureDims] and answers [pixels, 12] = (colour, row, column). */
  read(
    tile: Float32Array,
    widthPx: number,
    heightPx: number,
  ): Promise<{ readonly features: Float32Array; readonly answers: Float32Array }>;
  /** The answers alone, which is a fifth to a third faster. */
  answer(tile: Float32Array, widthPx: number, heightPx: number): Promise<Float32Array>;
}

/** τ of one stage: what the answer lacks, one sample a pixel. */
export interface PixelFlow {
  inverse(residual: Float32Array, features: Float32Array, rows: number): Promise<Float32Array>;
}

/** Ψ of one stage: makes details that neighbours agree on of what τ draws at each pixel alone. */
export interface DetailDecoder {
  /** Pixels to each side that a pixel's details depend on. */
  readonly marginPx: number;
  /** Features [heightPx · widthPx, featureDims] and τ's z [heightPx · widthPx, 12] → details [heightPx · widthPx, 12]. */
  decode(features: Float32Array, latent: Float32Array, widthPx: number, heightPx: number): Promise<Float32Array>;
}

/** The way back onto the pictures that shrink to `low`. */
export interface Consistency {
  /** Low-resolution pixels to each side that a result depends on. */
  readonly marginPx: number;
  /** Picture [3, factor · heightPx, factor · widthPx] and low [3, heightPx, widthPx] → picture, in [0, 1]. */
  project(picture: Float32Array, low: Float32Array, widthPx: number, heightPx: number): Promise<Float32Array>;
}

export interface UpscalerParts {
  /** Without Ψ, what τ draws is added as it is. */
  readonly stages: ReadonlyArray<{
    readonly network: UpscaleNetwork;
    readonly flow: PixelFlow;
    readonly details?: DetailDecoder;
  }>;
  readonly consistency: Readonly<Record<2 | 4, Consistency>>;
}

/** One tile's share of a stage. */
export interface StageTask {
  readonly kind: "stage";
  /** 0 for the first ×2. */
  readonly stage: number;
  /** Colours of `whole`, [3, heightPx, widthPx] in [0, 1]. */
  readonly tile: Float32Array;
  readonly whole: Box;
  readonly core: Box;
  /** Of the picture that the tile is of. */
  readonly picture: Pick<Box, "widthPx" | "heightPx">;
  readonly seed: number;
  /** 0 = Φ's answer, which is the mean that τ spreads around; `centre` = τ at v = 0. */
  readonly temperature: Temperature;
}

export type Temperature = number | "centre";

/** One tile's share of a projection; its result is [3, factor · heightPx, factor · widthPx]. */
export interface ProjectionTask {
  readonly kind: "projection";
  readonly factor: 2 | 4;
  /** [3, factor · heightPx, factor · widthPx] */
  readonly picture: Float32Array;
  /** [3, heightPx, widthPx] */
  readonly low: Float32Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** `isAlone`: no other tile is worked on meanwhile, so that this one may have every core. */
export type TileTask = (StageTask | ProjectionTask) & { readonly isAlone: boolean };

/** Margins of an upscaler's graphs, px of their inputs. */
export interface UpscalerMargins {
  readonly stages: ReadonlyArray<{ readonly network: number; readonly details?: number }>;
  readonly consistency: Readonly<Record<2 | 4, number>>;
}

/** Who works on tiles. */
export interface TileDrawer {
  readonly margins: UpscalerMargins;
  /** Tiles that it works on at once. */
  readonly lanes: number;
  /** The core of a stage twice as large, [3, 2 · heightPx, 2 · widthPx], or the tile projected. The task's buffers may be gone afterwards. */
  draw(task: TileTask): Promise<Float32Array>;
}

/** Temperature below which what Ψ adds is faded in: it never learned from colder draws, and decodes even the middle to sharp details. */
const fadedBelow = 0.3;

/** Whether Ψ decodes what τ draws: the middle of it is looked at as it is. */
export const isDecoded = (temperature: Temperature): boolean => typeof temperature === "number" && temperature > 0;

interface HasMargin {
  readonly marginPx: number;
}

/** Of an upscaler as its manifest says it. */
export const marginsOf = ({
  stages,
  consistency,
}: {
  readonly stages: ReadonlyArray<HasMargin & { readonly details?: HasMargin | undefined }>;
  readonly consistency: Readonly<Record<2 | 4, HasMargin>>;
}): UpscalerMargins => ({
  stages: stages.map(({ marginPx, details }) => ({
    network: marginPx,
    ...(details ? { details: details.marginPx } : {}),
  })),
  consistency: { 2: consistency[2].marginPx, 4: consistency[4].marginPx },
});

/** Works on tiles in this thread. */
export const drawHere = (parts: UpscalerParts): TileDrawer => ({
  margins: marginsOf({ ...parts, stages: parts.stages.map(({ network, details }) => ({ ...network, details })) }),
  lanes: 1,
  draw: (task) => drawTile(parts, task),
});

/** Runs every graph but those of accurate answers alone on a small tile, so that their memory is planned before the first request waits for it. */
export async function warmUpTiles(parts: UpscalerParts): Promise<void> {
  const [widthPx, heightPx] = [16, 16];
  const whole = { left: 0, top: 0, widthPx, heightPx };
  const tile = new Float32Array(3 * widthPx * heightPx);
  const about = { tile, whole, core: whole, picture: whole, seed: 0, temperature: limits.upscaleTemperatureMax };
  for (const stage of parts.stages.keys()) await drawTile(parts, { kind: "stage", stage, isAlone: true, ...about });
  for (const factor of [2, 4] as const) {
    const picture = new Float32Array(factor ** 2 * tile.length);
    const planes = { picture, low: tile, widthPx, heightPx };
    await drawTile(parts, { kind: "projection", factor, isAlone: true, ...planes });
  }
}

export function drawTile(parts: UpscalerParts, task: TileTask): Promise<Float32Array> {
  if (task.kind === "stage") return enlargeTile(parts, task);
  const { factor, picture, low, widthPx, heightPx } = task;
  return parts.consistency[factor].project(picture, low, widthPx, heightPx);
}

async function enlargeTile(parts: UpscalerParts, task: StageTask): Promise<Float32Array> {
  const { stage, tile, whole, core, temperature } = task;
  const { network } = parts.stages[stage]!;
  const { widthPx, heightPx } = whole;
  if (temperature === 0) return unfold(core, { rows: await network.answer(tile, widthPx, heightPx), box: whole });
  const { features, answers } = await network.read(tile, widthPx, heightPx);
  return unfold(core, { rows: answers, box: whole }, await drawDetails(parts, task, features));
}

/** Values of a box's pixels, [box pixels, 12]. */
interface Folded {
  readonly rows: Float32Array;
  readonly box: Box;
}

/** What is added to answers, times `share`. */
interface Details extends Folded {
  readonly share: number;
}

/** What the answers of a tile's core lack, drawn. */
async function drawDetails(parts: UpscalerParts, task: StageTask, features: Float32Array): Promise<Details> {
  const { stage, whole, core, picture, seed, temperature } = task;
  const { network, flow, details } = parts.stages[stage]!;
  const decoder = isDecoded(temperature) ? details : undefined;
  const box = growBox(core, decoder?.marginPx ?? 0, picture);
  const spread = temperature === "centre" ? 0 : temperature;
  const given = cutRows(features, network.featureDims, whole, box);
  const residual = drawPixelResidual(seed, stage, box, spread);
  const latent = await flow.inverse(residual, given, box.widthPx * box.heightPx);
  requireNumbers(latent, "details of the flow");
  if (!decoder) return { rows: latent, box, share: 1 };
  const rows = await decoder.decode(given, latent, box.widthPx, box.heightPx);
  requireNumbers(rows, "details of their decoder");
  return { rows, box, share: Math.min(1, spread / fadedBelow) };
}

/** @throws AppError `tensor_mismatch` for values that are no numbers, which would end as black pixels */
function requireNumbers(values: Float32Array, what: string): void {
  const sum = sumOf(values);
  if (!Number.isFinite(sum))
    throw new AppError("tensor_mismatch", `upscale: expected finite ${what}, got a sum of ${sum}`);
}

/** The rows of a box within a tile, [box pixels, width]. */
function cutRows(rows: Float32Array, width: number, whole: Box, part: Box): Float32Array {
  const cut = new Float32Array(part.widthPx * part.heightPx * width);
  for (let y = 0; y < part.heightPx; y += 1) {
    const from = rowWithin(whole, part, y) * width;
    cut.set(rows.subarray(from, from + part.widthPx * width), y * part.widthPx * width);
  }
  return cut;
}

/** Index in `whole` of the first pixel in row `y` of `part`. */
const rowWithin = (whole: Box, part: Box, y: number): number =>
  (part.top - whole.top + y) * whole.widthPx + part.left - whole.left;

/** A box's answers and details, added, as the picture [3, 2 · heightPx, 2 · widthPx]. */
function unfold(core: Box, answers: Folded, details?: Details): Float32Array {
  const { widthPx, heightPx } = core;
  const picture = new Float32Array(residualDims * widthPx * heightPx);
  const line = 2 * widthPx;
  const { rows: drawn, share } = details ?? { rows: answers.rows, share: 0 };
  for (let y = 0; y < heightPx; y += 1) {
    let from = rowWithin(answers.box, core, y) * residualDims;
    let beside = details ? rowWithin(details.box, core, y) * residualDims : from;
    for (let x = 0; x < widthPx; x += 1)
      for (let channel = 0; channel < 3; channel += 1, from += 4, beside += 4) {
        const to = (channel * 2 * heightPx + 2 * y) * line + 2 * x;
        picture[to] = answers.rows[from]! + share * drawn[beside]!;
        picture[to + 1] = answers.rows[from + 1]! + share * drawn[beside + 1]!;
        picture[to + line] = answers.rows[from + 2]! + share * drawn[beside + 2]!;
        picture[to + line + 1] = answers.rows[from + 3]! + share * drawn[beside + 3]!;
      }
  }
  return picture;
}
