/**
 * A translation: conditioning experts, flow and target expert joined (arXiv 2005.13580, section 3). Short steps, so that the caller
 * can stop between them: encode the conditions, draw latents, decode one image. No clock, no files, no hidden randomness: the same
 * input gives the same output. It runs the sessions of its experts and flow.
 * An image depends on its own row alone, never on its neighbours in a batch.
 */

import type { DrawingSet } from "../../shared/contract/generations/sources.ts";
import { AppError } from "../../shared/problem.ts";
import { paintedInAreas } from "./areas/drawn-in-areas.ts";
import { besideEachOther } from "./areas/in-layers.ts";
import type { StyleAreas } from "./areas/style-areas.ts";
import type { Calibration } from "./calibration.ts";
import type { CaptionColour } from "./colour-words.ts";
import { batchConditions, type ConditionReaders, type EncodedConditions } from "./conditions.ts";
import { settleIn } from "./edits/crisp-part.ts";
import { type KeptPixels, keepOutside } from "./edits/kept-pixels.ts";
import { combine } from "./edits/sphere.ts";
import { type ByHand, byHand } from "./hand-drawn/by-hand.ts";
import type {
  DrawingFinder,
  Flow,
  GuidanceTerm,
  Likelihood,
  RetrievedDrawing,
  Retriever,
  ShownDrawing,
  TargetExpert,
  TracedPixels,
} from "./interfaces.ts";
import { joinRows } from "./join-rows.ts";
import { drawnInLines, type WantedLines } from "./lines/drawn-in-lines.ts";
import { tintsBesideInk } from "./lines/tones/in-parts.ts";
import { logNormal } from "./log-normal.ts";
import { type Apart, finish, type Looks } from "./pixels/finish.ts";
import { inPalette } from "./pixels/in-palette.ts";
import { inTints } from "./pixels/in-tints.ts";
import { drawLayers, type LayeredImage } from "./pixels/layered-image.ts";
import { type StraightImage, toStraightRgba } from "./pixels/pixels.ts";
import { recolour } from "./pixels/recolour.ts";

export interface Translation {
  readonly id: string;
  readonly flow: Flow;
  readonly target: TargetExpert;
  /** Flow condition → the expert that encodes it, in the flow's order. */
  readonly conditions: ConditionReaders;
  /** Absent for a translation that was never measured on held-out data. */
  readonly calibration?: Calibration;
  /** The retrieval index; absent where the pack has none. */
  readonly retriever?: Retriever;
  /** `recolourLatent`, which may know the answer already; absent = it is worked out. */
  readonly recoloured?: (latent: Float32Array, colour: CaptionColour) => Promise<Float32Array>;
  /** Whose the index's drawings are, by the ids of their styles. */
  readonly drawings?: ReadonlyMap<string, DrawingSet>;
  /** The style of requests that name none: of a translation between styles that was made for it. */
  readonly defaultStyle?: string;
  /** Where captions find the drawing that is restyled, and the ids of the styles whose drawings suit. */
  readonly captions?: {
    readonly from: Translation;
    readonly styles: ReadonlySet<string>;
    /** Drawings of the pack's own, which then are found instead. */
    readonly library?: DrawingFinder | undefined;
  };
}

/** Everything that fixes one image. */
export interface Row {
  /** v, [dims]: drawn from a seed (`drawResidual`), or kept from an image (`invert`) and perhaps moved. */
  readonly residual: Float32Array;
  readonly conditions: EncodedConditions;
  readonly guidance: readonly GuidanceTerm[];
  /** A retrieved latent: a share of its v, given what it shows, is added to `residual` (retrieval/retrieved-prior.ts). */
  readonly prior?: {
    readonly latent: Float32Array;
    readonly shows: EncodedConditions;
    readonly share: number;
    /** The drawings of which it is made. */
    readonly drawings?: readonly RetrievedDrawing[];
    /** The colour that the drawing gets before anything else. */
    readonly colour?: CaptionColour;
  };
}

export interface DrawnLatent extends Likelihood {
  /** z, [dims] */
  readonly latent: Float32Array;
  /** The drawing among its conditions. */
  readonly drawing?: ShownDrawing | undefined;
}

/** z = τ(v|c) of every row, and its exact likelihood. */
export async function drawLatents(translation: Translation, rows: readonly Row[]): Promise<DrawnLatent[]> {
  const { flow } = translation;
  const residuals = joinRows(await addPriors(translation, rows));
  const conditions = rows.map((row) => row.conditions);
  const guidance = rows.map((row) => row.guidance);
  const drawn = await flow.inverse(residuals, batchConditions(flow, conditions), rows.length, guidance);
  const { values, manners, likelihoods } = drawn;
  const latents = rows.map((_, row) => values.slice(row * flow.dims, (row + 1) * flow.dims));
  const measured = likelihoods ?? (await measureLatents(translation, latents, conditions));
  return latents.map((latent, row) => {
    const { logLikelihood, conditionGain } = measured[row]!;
    return { latent, logLikelihood, conditionGain, drawing: shownDrawing(conditions[row]!, flow.dims, manners?.[row]) };
  });
}

/** The drawing among encoded conditions, if any. Its vector is a latent [dims], and whether each place is known. */
export function shownDrawing(
  { drawing }: EncodedConditions,
  dims: number,
  manner: Float32Array | undefined,
): ShownDrawing | undefined {
  // Decoders never saw a drawing that is there in part, as in blends.
  if (!manner || !drawing?.planes || drawing.presence < 1) return undefined;
  return { planes: drawing.planes, known: drawing.vector.slice(dims), manner };
}

/** Premultiplied planes of a latent, beside the drawing that it was made from where the decoder sees one. */
export const decodeDrawn = (
  { target }: Pick<Translation, "target">,
  { latent, drawing }: Pick<DrawnLatent, "latent" | "drawing">,
): Promise<Float32Array> =>
  drawing && target.decodeBeside ? target.decodeBeside(latent, drawing) : target.decode(latent, 1);

/** v of every row plus its share of the prior's residual. */
async function addPriors(translation: Translation, rows: readonly Row[]): Promise<Float32Array[]> {
  const { flow, recoloured = (...of) => recolourLatent(translation, ...of) } = translation;
  const started = rows.filter(({ prior }) => prior !== undefined);
  const starts = started.map(({ prior }) => prior!);
  if (starts.length === 0) return rows.map(({ residual }) => residual);
  const given = batchConditions(
    flow,
    starts.map(({ shows }) => shows),
  );
  const latents: Float32Array[] = [];
  // One at a time, so that a latent never depends on its neighbours.
  for (const { latent, colour } of starts) latents.push(colour ? await recoloured(latent, colour) : latent);
  const { values } = await flow.forward(joinRows(latents), given, starts.length);
  return rows.map((row) => {
    const { residual, prior } = row;
    if (!prior) return residual;
    const from = started.indexOf(row) * flow.dims;
    return residual.map((value, axis) => value + prior.share * values[from + axis]!);
  });
}

/** The latent of the same drawing with its main colour replaced. */
export async function recolourLatent(
  { target }: Pick<Translation, "target">,
  latent: Float32Array,
  colour: CaptionColour,
): Promise<Float32Array> {
  return target.encode(recolour(await target.decode(latent, 1), colour), 1);
}

/** v = τ⁻¹(z|c) and likelihood of latents, each under its own conditions. */
export async function measureLatents(
  { flow }: Pick<Translation, "flow">,
  latents: readonly Float32Array[],
  conditions: readonly EncodedConditions[],
): Promise<Array<Likelihood & { readonly residual: Float32Array }>> {
  // Without conditions in the same run, which has room for twice the rows.
  const nothing = conditions.map(() => ({}));
  const given = batchConditions(flow, [...conditions, ...nothing]);
  const { values, logDet } = await flow.forward(joinRows([...latents, ...latents]), given, 2 * latents.length);
  const residualOf = (row: number): Float32Array => values.slice(row * flow.dims, (row + 1) * flow.dims);
  const logLikelihoodOf = (row: number): number => logNormal(residualOf(row)) + logDet[row]!;
  return latents.map((_, row) => {
    const logLikelihood = logLikelihoodOf(row);
    const conditionGain = logLikelihood - logLikelihoodOf(latents.length + row);
    return { residual: residualOf(row), logLikelihood, conditionGain };
  });
}

/**
 * y = Λ(z) as 8-bit straight RGBA; one image a run, so that its bytes never depend on a batch.
 * @param finish what is done with the decoded picture
 * @throws AppError `tensor_mismatch` when the flow or the decoder gave values that are no numbers
 */
export async function decodeImage(
  translation: Pick<Translation, "id" | "target">,
  drawn: Pick<DrawnLatent, "latent" | "logLikelihood" | "drawing">,
  { kept, enlargedBy, towards, ...looks }: Finish = {},
): Promise<DecodedImage> {
  const { latent, logLikelihood } = drawn;
  if (!Number.isFinite(logLikelihood) || !latent.every(Number.isFinite))
    throw new AppError(
      "tensor_mismatch",
      `flow: expected finite latents and likelihood, got log-likelihood ${logLikelihood} (translation ${translation.id})`,
    );
  const { imageSizePx } = translation.target;
  const factor = kept ? undefined : enlargedBy;
  const one = await paint(translation, drawn, { ...looks, kept }, factor);
  const both = towards ? mixed(one, await paint(translation, drawn, towards.paints, factor), towards.share) : one;
  const image = toStraightRgba(kept ? keepOutside(both.planes, kept) : both.planes, imageSizePx);
  if (factor === undefined || !both.enlarged) return image;
  const { planes: traced, beneath } = both.apart ?? { planes: both.enlarged };
  return {
    ...image,
    enlarged: {
      ...toStraightRgba(traced, factor * imageSizePx),
      ...both.known,
      ...(beneath && { beneath }),
    },
  };
}

/** Premultiplied planes of an image, and of the same drawn larger where the target has layers. */
interface Painted {
  readonly planes: Float32Array;
  readonly enlarged?: Float32Array | undefined;
  /** What is drawn larger as layers, where they are known. */
  readonly known?: Pick<TracedPixels, "stack" | "parts" | "linePx">;
  /** What is drawn larger without its shadows, and these. */
  readonly apart?: Apart | undefined;
}

/**
 * A decoded picture in its colours.
 * @param factor how much larger it is drawn besides; absent = it is not
 */
export async function paint(
  translation: Pick<Translation, "target">,
  drawn: Pick<DrawnLatent, "latent" | "drawing">,
  { palette, tints, lines, areas, hand, seed, kept, ...looks }: Omit<Finish, "enlargedBy" | "towards">,
  factor?: number,
): Promise<Painted> {
  const [{ target }, { latent, drawing }] = [translation, drawn];
  const settle = kept && drawing && settleIn(kept, drawing.planes, target.imageSizePx, looks);
  let answer: Promise<Float32Array> | undefined;
  const answerOf = (): Promise<Float32Array> => {
    answer ??= settle ? decodeDrawn(translation, drawn).then(settle) : decodeDrawn(translation, drawn);
    return answer;
  };
  const inLines = lines && drawing && (await drawnInLines(drawing, target.imageSizePx, lines, answerOf));
  const tintsOf = async (own: readonly string[]): Promise<LayeredImage> =>
    inTints(inLines ? drawLayers(inLines, 1) : await answerOf(), target.imageSizePx, own);
  const colouredOf = async (): Promise<Float32Array> => (tints ? drawLayers(await tintsOf(tints), 1) : answerOf());
  const inAreas =
    !inLines && !settle && areas && drawing
      ? await paintedInAreas(drawing, target.imageSizePx, { ...looks, areas }, colouredOf)
      : undefined;
  const redrawn = inLines ?? inAreas?.layers;
  const bent = kept ? undefined : hand;
  const needsLayers = !redrawn && (palette || (!tints && (bent || factor !== undefined)));
  const decoded = needsLayers ? await target.decodeLayers?.(latent, drawing) : undefined;
  const joined = decoded && palette && inPalette(decoded, palette);
  const tinted = tints && !inAreas ? await tintsOf(tints) : undefined;
  const made = tinted ?? joined ?? redrawn;
  const straight = made ?? decoded;
  const layers = bent && straight ? byHand(straight, drawing, { hand: bent, seed, width: lines?.width }) : straight;
  const small = layers && (made || bent) ? drawLayers(layers, 1) : (decoded?.planes ?? (await answerOf()));
  // The drawing's own edges are decided already, and so are those of a part.
  const own = redrawn || settle ? (inAreas?.looks ?? { ...looks, isOneInk: false }) : looks;
  const { ring, parts: coloured } = looks;
  const finished = finish(small, { ...own, ring, parts: coloured });
  const { planes, again, stack, apart, inParts, recolour: inkBy = (ink) => ink } = finished;
  if (factor === undefined || !layers) return { planes };
  const large = drawLayers(layers, factor);
  // On a plate and in a ring they lie elsewhere.
  const areBeside = !ring && !(inAreas?.looks ?? looks).plate;
  const beside =
    areBeside &&
    (inAreas
      ? besideEachOther(layers, factor, inkBy)
      : made === inLines && tintsBesideInk(layers, factor, looks, inkBy));
  const enlarged = again(large);
  const parts = beside && inParts ? inParts(beside, enlarged) : beside;
  const width = lines?.edge ?? lines?.width ?? areas?.outline?.width;
  const smaller = ring ? ring.place.sidePx / ring.sizePx : 1;
  const linePx = redrawn && width !== undefined ? width * smaller * factor * target.imageSizePx : undefined;
  const known = { ...(stack && { stack: stack(large) }), ...(parts && { parts }), ...(linePx && { linePx }) };
  return { planes, enlarged, known, apart: apart?.(large) };
}

/** One over the other. @param share of the other, 0 to 1 */
function mixed(one: Painted, other: Painted, share: number): Painted {
  const mix = (from: Float32Array, to: Float32Array): Float32Array => combine(1 - share, from, share, to);
  const enlarged = one.enlarged && other.enlarged && mix(one.enlarged, other.enlarged);
  return { planes: mix(one.planes, other.planes), enlarged };
}

export interface DecodedImage extends StraightImage {
  /** The same image drawn larger from the target's layers; absent where the target has none, or pixels are kept. */
  readonly enlarged?: TracedPixels;
}

export interface Finish extends Looks, ByHand {
  /** What stays outside a hole. */
  readonly kept?: KeptPixels | undefined;
  /** Colours that it is drawn in, where the target gives layers (in-palette.ts). */
  readonly palette?: readonly string[] | undefined;
  /** Colours of an ink and of areas of its tint (in-tints.ts). */
  readonly tints?: readonly string[] | undefined;
  /** Lines of the requested style, where the answer may keep the edges of the drawing that it is made from (lines/drawn-in-lines.ts). */
  readonly lines?: WantedLines | undefined;
  /** The same for a style of several flat colours (areas/drawn-in-areas.ts). */
  readonly areas?: StyleAreas | undefined;
  /** Other colours of the same image, which are painted over it by a share. */
  readonly towards?: { readonly paints: Looks & Pick<Finish, "tints">; readonly share: number } | undefined;
  /** Factor of the enlarged image, which is traced; absent = none is made. */
  readonly enlargedBy?: number | undefined;
}
