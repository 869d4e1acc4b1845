/**
 * Upscaling as translation between networks: Φ reads features at every pixel and answers with a mean, τ draws what that answer lacks, given
 * the features, folded to 2 · 2 · 3 values a pixel (SRFlow, Lugmayr et al. 2020, for the idea of a flow on detail), and Ψ decodes what was drawn to
 * details that neighbours agree on. Two stages of ×2 make ×4; at temperature 0 the answer alone is taken. After each the picture is
 * moved as little as possible to where it shrinks to the input. Colour and alpha are enlarged apart.
 */
import { AppError } from "../../shared/problem.ts";
import { requireFits } from "../../shared/upscaling.ts";
import { refuseCancelled } from "./cancelled.ts";
import { fillColour } from "./fill-colour.ts";
import type { Pixels, UpscaleOptions, Upscaler } from "./interfaces.ts";
import {
  alphaOf,
  type Box,
  clearInvisible,
  coloursOf,
  emptyPlanes,
  type Planes,
  readBox,
  type WriteTile,
  writeAlpha,
  writeBox,
  writeColours,
} from "./picture-planes.ts";
import { drawPixelResidual, residualDims } from "./pixel-noise.ts";
import { countTiles, enlargeBox, growBox, tilesOf } from "./tiles.ts";

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
  /** Side of a tile's core, px of a stage's input; for tests. */
  readonly corePx?: number;
}

/** Cores of this side keep a stage's buffers around 20 MB each, and runs short enough to be cancelled between. */
const defaultCorePx = 256;

/** Temperature below which what Ψ adds is faded in: it never learned from colder draws, and decodes even the middle to sharp details. */
const fadedBelow = 0.3;

/** What a run is told besides the picture. */
interface Run extends Omit<UpscaleOptions, "temperature"> {
  /** 0 = Φ's answer, which is the mean that τ spreads around; `centre` = τ at v = 0. */
  readonly temperature: number | "centre";
}

export function createUpscaler({ stages, consistency, corePx = defaultCorePx }: UpscalerParts) {
  const scales = [2, 4] as const;

  /** One colour picture, ×2 or ×4; what comes out goes to `write` tile by tile. */
  async function enlarge(low: Planes, run: Run, write: WriteTile): Promise<void> {
    let picture = await runStage(low, 0, run);
    if (run.scale === 4) {
      const twice = emptyPlanes(picture.widthPx, picture.heightPx);
      await makeConsistent(picture, low, 2, run, (tile, outer, inner) => writeBox(twice, tile, outer, inner));
      picture = await runStage(twice, 1, run);
    }
    await makeConsistent(picture, low, run.scale, run, write);
  }

  async function runStage(from: Planes, stage: number, run: Run): Promise<Planes> {
    const { network } = stages[stage]!;
    const to = emptyPlanes(2 * from.widthPx, 2 * from.heightPx);
    const marginPx = network.marginPx + (decoderOf(stage, run)?.marginPx ?? 0);
    for (const { core, whole } of tilesOf(from.widthPx, from.heightPx, corePx, marginPx)) {
      refuseCancelled(run.signal);
      const tile = [readBox(from, whole), whole.widthPx, whole.heightPx] as const;
      const cutAnswers = (rows: Float32Array): Float32Array => cutRows(rows, residualDims, whole, core);
      let answers: Float32Array;
      if (run.temperature === 0) answers = cutAnswers(await network.answer(...tile));
      else {
        const read = await network.read(...tile);
        answers = cutAnswers(read.answers);
        const details = await drawDetails(read.features, stage, run, from, whole, core);
        for (let at = 0; at < answers.length; at += 1) answers[at]! += details[at]!;
      }
      writeBox(to, unfold(answers, core), enlargeBox(core, 2), enlargeBox(core, 2));
      await run.onTile?.();
    }
    return to;
  }

  /** What is added to the answers of a tile's core, [core pixels, 12]. */
  async function drawDetails(
    features: Float32Array,
    stage: number,
    run: Run,
    picture: Planes,
    whole: Box,
    core: Box,
  ): Promise<Float32Array> {
    const { network, flow } = stages[stage]!;
    const decoder = decoderOf(stage, run);
    const drawn = growBox(core, decoder?.marginPx ?? 0, picture);
    const spread = run.temperature === "centre" ? 0 : run.temperature;
    const given = cutRows(features, network.featureDims, whole, drawn);
    const residual = drawPixelResidual(run.seed, stage, drawn, spread);
    const latent = requireNumbers(
      await flow.inverse(residual, given, drawn.widthPx * drawn.heightPx),
      "details of the flow",
    );
    if (!decoder) return latent;
    const details = requireNumbers(
      await decoder.decode(given, latent, drawn.widthPx, drawn.heightPx),
      "details of their decoder",
    );
    const share = Math.min(1, spread / fadedBelow);
    const cut = cutRows(details, residualDims, drawn, core);
    for (let at = 0; at < cut.length; at += 1) cut[at]! *= share;
    return cut;
  }

  /** Ψ, where details are drawn; the middle of what τ draws is looked at as it is. */
  const decoderOf = (stage: number, { temperature }: Run): DetailDecoder | undefined =>
    typeof temperature === "number" && temperature > 0 ? stages[stage]!.details : undefined;

  async function makeConsistent(
    picture: Planes,
    low: Planes,
    factor: 2 | 4,
    run: Run,
    write: WriteTile,
  ): Promise<void> {
    const { marginPx, project } = consistency[factor];
    for (const { core, whole } of tilesOf(low.widthPx, low.heightPx, projectedPx(factor), marginPx)) {
      refuseCancelled(run.signal);
      const outer = enlargeBox(whole, factor);
      const tile = await project(readBox(picture, outer), readBox(low, whole), whole.widthPx, whole.heightPx);
      write(tile, outer, enlargeBox(core, factor));
      await run.onTile?.();
    }
  }

  /** Side of a projection's core, px of the input: larger than a network's, because its buffers are fewer, and its margin wider. */
  const projectedPx = (factor: 2 | 4): number => (4 * corePx) / factor;

  function countAll({ widthPx, heightPx }: Pixels, scale: 2 | 4): number {
    const twice = countTiles(widthPx, heightPx, corePx) + countTiles(widthPx, heightPx, projectedPx(2));
    if (scale === 2) return twice;
    return twice + countTiles(2 * widthPx, 2 * heightPx, corePx) + countTiles(widthPx, heightPx, projectedPx(4));
  }

  async function upscalePixels(image: Pixels, run: Run): Promise<Pixels> {
    requireFits(image.widthPx, image.heightPx, run.scale);
    const { isOpaque, isEmpty, isGrey } = lookAt(image);
    const [widthPx, heightPx] = [run.scale * image.widthPx, run.scale * image.heightPx];
    const result: Pixels = { rgba: new Uint8Array(4 * widthPx * heightPx), widthPx, heightPx };
    if (isEmpty) return result;
    if (isOpaque) result.rgba.fill(255);
    await enlarge(isOpaque ? coloursOf(image) : fillColour(image), run, writeColours(result, isGrey));
    if (isOpaque) return result;
    // A shape has one accurate outline; only what it holds is drawn.
    await enlarge(alphaOf(image), { ...run, temperature: 0 }, writeAlpha(result));
    clearInvisible(result);
    return result;
  }

  return {
    scales,
    tilesOf(image: Pixels, scale: 2 | 4): number {
      const { isOpaque, isEmpty } = lookAt(image);
      return isEmpty ? 0 : countAll(image, scale) * (isOpaque ? 1 : 2);
    },
    upscale: (image: Pixels, options: UpscaleOptions): Promise<Pixels> => upscalePixels(image, options),
    /** τ at v = 0: how far the middle of what it draws lies from Φ's answer. */
    centreOf: (image: Pixels, scale: 2 | 4): Promise<Pixels> =>
      upscalePixels(image, { scale, temperature: "centre", seed: 0 }),
  } satisfies Upscaler & { centreOf: unknown };
}

/** @throws AppError `tensor_mismatch` for values that are no numbers, which would end as black pixels */
function requireNumbers(values: Float32Array, what: string): Float32Array {
  let sum = 0;
  // By index: an iterator takes six times as long over millions of values.
  for (let at = 0; at < values.length; at += 1) sum += values[at]!;
  if (Number.isFinite(sum)) return values;
  throw new AppError("tensor_mismatch", `upscale: expected finite ${what}, got a sum of ${sum}`);
}

/** The rows of a box within a tile, [box pixels, width]. */
function cutRows(rows: Float32Array, width: number, whole: Box, part: Box): Float32Array {
  const cut = new Float32Array(part.widthPx * part.heightPx * width);
  for (let y = 0; y < part.heightPx; y += 1) {
    const from = ((part.top - whole.top + y) * whole.widthPx + part.left - whole.left) * width;
    cut.set(rows.subarray(from, from + part.widthPx * width), y * part.widthPx * width);
  }
  return cut;
}

/** Folded rows [pixels, 12] of a box to the picture [3, 2 · heightPx, 2 · widthPx]. */
function unfold(rows: Float32Array, { widthPx, heightPx }: Box): Float32Array {
  const picture = new Float32Array(rows.length);
  const line = 2 * widthPx;
  let from = 0;
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1)
      for (let channel = 0; channel < 3; channel += 1, from += 4) {
        const to = (channel * 2 * heightPx + 2 * y) * line + 2 * x;
        picture[to] = rows[from]!;
        picture[to + 1] = rows[from + 1]!;
        picture[to + line] = rows[from + 2]!;
        picture[to + line + 1] = rows[from + 3]!;
      }
  return picture;
}

function lookAt({ rgba }: Pixels): { isOpaque: boolean; isEmpty: boolean; isGrey: boolean } {
  let [isOpaque, isEmpty, isGrey] = [true, true, true];
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3]!;
    if (alpha !== 255) isOpaque = false;
    if (alpha === 0) continue;
    isEmpty = false;
    if (rgba[at] !== rgba[at + 1] || rgba[at] !== rgba[at + 2]) isGrey = false;
  }
  return { isOpaque, isEmpty, isGrey };
}
