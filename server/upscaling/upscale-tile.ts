/**
 * Draws one tile of an upscale independently, so that tiles can run in threads. Φ predicts features and means, τ draws
 * the details that the means lack; a soft projection moves the tile towards what shrinks to its input. upscale.ts cuts and joins the tiles.
 * Pure.
 */

import type { NetworkScale } from "../../shared/contract/upscale-scales.ts";
import { limits } from "../../shared/limits.ts";
import { collectObjects, collectYoungObjects } from "../platform/processes/collect-garbage.ts";
import { yieldToEventLoop } from "../platform/yield-to-event-loop.ts";
import { boundDetails } from "./details/details-gate.ts";
import {
  type DetailDecoder,
  type DetailParts,
  drawDetails,
  isDecoded,
  type ReadBox,
  type Temperature,
} from "./details/draw-details.ts";
import { keepMeans, meansReachPx } from "./details/keep-means.ts";
import { livelyReachPx, livelyShares } from "./details/lively-places.ts";
import { residualDimsOf } from "./details/pixel-noise.ts";
import { addLetters, type EnlargedBox } from "./letters/add-letters.ts";
import type { TextFinder } from "./letters/find-text.ts";
import { type LetterDrawer, type LetterReader, letterPlanes, readLetters } from "./letters/read-letters.ts";
import type { Box } from "./picture-planes.ts";
import { takeOffGrain } from "./projection/level-grain.ts";
import { softenProjection } from "./projection/soft-projection.ts";
import { growBox } from "./tiles.ts";
import { cutRows, unfold } from "./unfold.ts";
import { type FactorMargins, knowsForeignOf, marginsOf, type UpscalerMargins } from "./upscaler-margins.ts";

/** What predicts means alone. */
export interface MeanNetwork {
  /** Tile [3, heightPx, widthPx] in [0, 1] → means [pixels, 3 · factor²] = (colour, row, column). */
  predictMeans(tile: Float32Array, widthPx: number, heightPx: number): Promise<Float32Array>;
}

/** Φ of one factor. Its means alone are a fifth to a third faster than its features and means. */
export interface UpscaleNetwork extends MeanNetwork {
  /** Radius in pixels that a pixel's features and mean depend on. */
  readonly marginPx: number;
  readonly featureDims: number;
  /** Tile [3, heightPx, widthPx] in [0, 1] → features [pixels, featureDims] and means [pixels, 3 · factor²] = (colour, row, column). */
  read(
    tile: Float32Array,
    widthPx: number,
    heightPx: number,
  ): Promise<{ readonly features: Float32Array; readonly means: Float32Array }>;
}

/** The projection onto pictures that shrink to `low`. */
export interface Consistency {
  /** Radius in low-resolution pixels that a result depends on. */
  readonly marginPx: number;
  /** Picture [3, factor · heightPx, factor · widthPx] and low [3, heightPx, widthPx] → picture, in [0, 1]. */
  project(picture: Float32Array, low: Float32Array, widthPx: number, heightPx: number): Promise<Float32Array>;
}

/** What enlarges by one factor. Without Ψ, the samples of τ are added directly. */
export interface FactorParts extends DetailParts {
  readonly network: UpscaleNetwork;
  /** Φ for pictures that nobody shrank; without it `network` serves for all. */
  readonly foreignNetwork?: UpscaleNetwork;
  /** Φ for drawings and text that were shrunk; without it `network` serves for them. */
  readonly drawnNetwork?: UpscaleNetwork;
  /** Φ for places of small text, with the margin of the others, which serve for them without it. */
  readonly textNetwork?: MeanNetwork;
}

/** Which Φ reads a picture: the one of photographs, of pictures that nobody shrank, or of shrunk drawings. */
export type Reader = "network" | "foreignNetwork" | "drawnNetwork";

export interface UpscalerParts {
  readonly factors: Readonly<Record<NetworkScale, FactorParts>>;
  /** What small text may say, and how it looks. Without them text is enlarged as all else. */
  readonly letters?: {
    readonly finder: TextFinder;
    readonly reader: LetterReader;
    readonly drawer: LetterDrawer;
  };
  readonly consistency: Readonly<Record<NetworkScale, Consistency>>;
}

/** One tile to enlarge. */
export interface EnlargeTask {
  readonly kind: "enlarge";
  readonly factor: NetworkScale;
  /** Of `whole`, [3, heightPx, widthPx] in [0, 1], or one plane of a picture without colours. */
  readonly tile: Float32Array;
  /** Where the input is drawn (places/drawn-places.ts), by pixel of `whole`. */
  readonly isDrawn: Uint8Array;
  readonly whole: Box;
  readonly core: Box;
  /** Size of the tile's picture. */
  readonly picture: Pick<Box, "widthPx" | "heightPx">;
  readonly seed: number;
  /** 0 = Φ's mean prediction; `centre` = τ at v = 0. */
  readonly temperature: Temperature;
  /** Where a factor lacks it, `network` reads. */
  readonly reader: Reader;
  /** Whether the core holds little but letters (places/text-places.ts). */
  readonly isText: boolean;
  /** Letters that were chosen in `whole` (letters/picture-letters.ts), where there are any. */
  readonly letters?: Float32Array;
}

/** Reads the letters of a tile; its result is as `readLetters` gives it. */
export interface LettersTask {
  readonly kind: "letters";
  /** As that of an `EnlargeTask`. */
  readonly tile: Float32Array;
  /** Where the input is drawn, by pixel of `whole`: letters elsewhere are left. */
  readonly isDrawn: Uint8Array;
  readonly whole: Box;
  readonly core: Box;
}

/** One tile of a projection; its result is shaped as its picture. */
export interface ProjectionTask {
  readonly kind: "projection";
  readonly factor: NetworkScale;
  /** [planes, factor · heightPx, factor · widthPx] */
  readonly picture: Float32Array;
  /** [planes, heightPx, widthPx] */
  readonly low: Float32Array;
  /** Where the input is drawn (places/drawn-places.ts), [heightPx, widthPx] */
  readonly isDrawn: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
  /** How far it may move (projection/soft-projection.ts); 0 = no projection. */
  readonly largestShare: number;
}

/** `isAlone`: no other tile is being drawn, so this one may use every core. */
export type TileTask = (EnlargeTask | LettersTask | ProjectionTask) & { readonly isAlone: boolean };

/** Draws tiles. */
export interface TileDrawer {
  readonly margins: UpscalerMargins;
  /** Whether each factor has a network of foreign pictures. */
  readonly knowsForeign: boolean;
  /** Whether letters are read and drawn. */
  readonly knowsLetters: boolean;
  /** Whether a factor has a network of text. */
  knowsText(factor: NetworkScale): boolean;
  /** Tiles that are drawn at a time. */
  readonly concurrency: number;
  /**
   * The enlarged core, [planes, factor · heightPx, factor · widthPx], or the projected tile. The task's buffers may be gone
   * afterwards.
   */
  draw(task: TileTask): Promise<Float32Array>;
}

const marginsIn = ({ network, details }: FactorParts): FactorMargins => ({ ...network, details });

/** Draws tiles in this thread. */
export const drawHere = (parts: UpscalerParts): TileDrawer => ({
  margins: marginsOf({
    factors: { 2: marginsIn(parts.factors[2]), 4: marginsIn(parts.factors[4]) },
    letters: parts.letters && {
      finderMarginPx: parts.letters.finder.marginPx,
      readerMarginPx: parts.letters.reader.marginPx,
      drawerMarginPx: parts.letters.drawer.marginPx,
    },
    consistency: parts.consistency,
  }),
  knowsForeign: knowsForeignOf(parts.factors),
  knowsLetters: parts.letters !== undefined,
  knowsText: (factor) => parts.factors[factor].textNetwork !== undefined,
  concurrency: 1,
  draw: (task) => drawTile(parts, task),
});

/**
 * Runs every graph on a small tile, except those for means alone, so that the runtime plans its memory before the first
 * request.
 */
export async function warmUpTiles(parts: UpscalerParts): Promise<void> {
  const [widthPx, heightPx] = [16, 16];
  const whole = { left: 0, top: 0, widthPx, heightPx };
  const tile = new Float32Array(3 * widthPx * heightPx);
  const isDrawn = new Uint8Array(widthPx * heightPx).fill(1);
  const about = {
    tile,
    isDrawn,
    whole,
    core: whole,
    picture: whole,
    seed: 0,
    temperature: limits.upscaleTemperatureMax,
    reader: "network" as const,
    isText: false,
  };
  if (parts.letters) {
    await drawTile(parts, { kind: "letters", isAlone: true, ...about });
    // Letters that were not found are read and drawn here.
    await parts.letters.reader.read(tile.subarray(0, widthPx * heightPx), widthPx, heightPx);
  }
  const letters = new Float32Array(letterPlanes * widthPx * heightPx).fill(1);
  for (const factor of [2, 4] as const) {
    await drawTile(parts, { kind: "enlarge", factor, isAlone: true, ...about, ...(parts.letters && { letters }) });
    const picture = new Float32Array(factor ** 2 * tile.length);
    const planes = { picture, low: tile, isDrawn, widthPx, heightPx, largestShare: 1 };
    await drawTile(parts, { kind: "projection", factor, isAlone: true, ...planes });
  }
}

export function drawTile(parts: UpscalerParts, task: TileTask): Promise<Float32Array> {
  if (task.kind === "enlarge") return enlargeTile(parts, task);
  if (task.kind === "letters") return readLetters(parts.letters!, task.tile, task);
  return projectTile(parts, task);
}

async function projectTile({ consistency }: UpscalerParts, task: ProjectionTask): Promise<Float32Array> {
  const { factor, picture, low, isDrawn, widthPx, heightPx, largestShare } = task;
  const { project } = consistency[factor];
  let made = picture;
  if (largestShare > 0)
    made =
      low.length === widthPx * heightPx
        ? meanOfColours(await project(threeOf(picture), threeOf(low), widthPx, heightPx))
        : await project(picture, low, widthPx, heightPx);
  softenProjection(made, picture, low, { widthPx, heightPx, largestShare });
  takeOffGrain(made, isDrawn, widthPx, factor);
  return made;
}

async function enlargeTile(
  { factors, letters }: UpscalerParts,
  task: EnlargeTask & Pick<TileTask, "isAlone">,
): Promise<Float32Array> {
  const { factor, isDrawn, whole, core, picture, temperature, reader } = task;
  const isGrey = task.tile.length === whole.widthPx * whole.heightPx;
  const tile = isGrey ? threeOf(task.tile) : task.tile;
  const inItsColours = (drawn: Float32Array): Float32Array => (isGrey ? meanOfColours(drawn) : drawn);
  const parts = factors[factor];
  const network = parts[reader] ?? parts.network;
  const box = growBox(core, meansReachPx, picture);
  // Of the tile before. A small picture has none, and collecting takes longer than enlarging it.
  if (!task.isAlone) await freeTensors(temperature === 0 ? collectYoungObjects : collectObjects);
  if (temperature === 0) {
    const ofMeans = task.isText ? (parts.textNetwork ?? network) : network;
    const answer = { rows: await ofMeans.predictMeans(tile, whole.widthPx, whole.heightPx), box: whole };
    if (!task.letters) return inItsColours(unfold(factor, core, answer));
    const plain = inItsColours(unfold(factor, box, answer));
    return withLetters(letters!.drawer, task, { box, detailed: plain.slice(), plain });
  }
  const read = await readAround(network, { ...task, tile }, parts.details);
  // What was not cut out.
  await freeTensors();
  const drawn = await drawDetails(parts, task, read);
  const { box: around, answers } = read;
  const answer = { rows: answers, box: around };
  if (!isDecoded(temperature)) return inItsColours(unfold(factor, core, answer, drawn));
  const lively = livelyShares(answer, factor, box, picture, cutRows(isDrawn, 1, whole, around));
  const detailed = inItsColours(unfold(factor, box, answer, drawn, boundDetails(tile, whole, box), lively));
  const plain = inItsColours(unfold(factor, box, answer));
  if (task.letters) return withLetters(letters!.drawer, task, { box, detailed, plain });
  return keepMeans(detailed, plain, { factor, box, core });
}

/** The core with its letters. */
async function withLetters(drawer: LetterDrawer, task: EnlargeTask, enlarged: EnlargedBox): Promise<Float32Array> {
  await addLetters(drawer, { ...task, letters: task.letters! }, enlarged);
  return keepMeans(enlarged.detailed, enlarged.plain, { ...task, box: enlarged.box });
}

/** The mean of three planes. */
function meanOfColours(drawn: Float32Array): Float32Array {
  const pixels = drawn.length / 3;
  const mean = new Float32Array(pixels);
  for (let at = 0; at < pixels; at += 1) mean[at] = (drawn[at]! + drawn[pixels + at]! + drawn[2 * pixels + at]!) / 3;
  return mean;
}

/** Three planes of one. */
function threeOf(plane: Float32Array): Float32Array {
  const planes = new Float32Array(3 * plane.length);
  for (let channel = 0; channel < 3; channel += 1) planes.set(plane, channel * plane.length);
  return planes;
}

/**
 * Frees tensors that are not needed any more: together they take more memory than any step. Means alone leave young ones, so that a short
 * collection finds them; with details a tenth more memory would stay.
 */
async function freeTensors(collect = collectObjects): Promise<void> {
  collect();
  await yieldToEventLoop();
}

async function readAround(
  network: UpscaleNetwork,
  { factor, tile, whole, core, picture, temperature }: EnlargeTask,
  decoder: DetailDecoder | undefined,
): Promise<ReadBox> {
  const { features, means } = await network.read(tile, whole.widthPx, whole.heightPx);
  const box = growBox(
    core,
    isDecoded(temperature) ? meansReachPx + Math.max(livelyReachPx, decoder?.marginPx ?? 0) : 0,
    picture,
  );
  return {
    box,
    features: cutRows(features, network.featureDims, whole, box),
    answers: cutRows(means, residualDimsOf(factor), whole, box),
  };
}
