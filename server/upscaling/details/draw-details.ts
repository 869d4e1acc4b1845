/** Draws the details that Φ's answer lacks: τ draws z at each pixel, and Ψ makes details of it that neighbours agree on. */

import type { NetworkScale } from "../../../shared/contract/upscale-scales.ts";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { sumOf } from "../../platform/sum.ts";
import type { Box } from "../picture-planes.ts";
import type { Details } from "../unfold.ts";
import { drawPixelResidual } from "./pixel-noise.ts";

/** τ of one factor: the details that the means lack, one sample a pixel. */
export interface PixelFlow {
  inverse(residual: Float32Array, features: Float32Array, rows: number): Promise<Float32Array>;
}

/** Ψ of one factor: decodes the samples that τ draws at each pixel independently to details that agree with their neighbours. */
export interface DetailDecoder {
  /** Radius in pixels that a pixel's details depend on. */
  readonly marginPx: number;
  /** Features [heightPx · widthPx, featureDims], τ's z and Φ's answer [heightPx · widthPx, 3 · factor²] → details, shaped as z. */
  decode(
    features: Float32Array,
    latent: Float32Array,
    answers: Float32Array,
    widthPx: number,
    heightPx: number,
  ): Promise<Float32Array>;
}

/** τ and Ψ of one factor. Without Ψ, the samples of τ are added directly. */
export interface DetailParts {
  readonly flow: PixelFlow;
  readonly details?: DetailDecoder;
}

/** 0 = Φ's mean prediction; `centre` = τ at v = 0. */
export type Temperature = number | "centre";

/** Which v is drawn. */
export interface DrawnResidual {
  readonly factor: NetworkScale;
  readonly seed: number;
  readonly temperature: Temperature;
}

/** Temperature of what Ψ decodes, the one that it was trained on; of a lower one its details are added by a share. */
const decodedTemperature = limits.upscaleTemperatureMax;

/** Whether Ψ decodes the samples of τ; τ at v = 0 is used directly. */
export const isDecoded = (temperature: Temperature): boolean => typeof temperature === "number" && temperature > 0;

/** What Φ reads of a tile's core and, where details are decoded, of what Ψ, `livelyShares` and `keepMeans` see around it: rows of a box. */
export interface ReadBox {
  readonly box: Box;
  readonly features: Float32Array;
  readonly answers: Float32Array;
}

/** Draws the details of a box. @throws AppError `tensor_mismatch` for details that are not finite */
export async function drawDetails(
  { flow, details }: DetailParts,
  { factor, seed, temperature }: DrawnResidual,
  { box, features, answers }: ReadBox,
): Promise<Details> {
  const spread = temperature === "centre" ? 0 : temperature;
  const decoder = isDecoded(temperature) ? details : undefined;
  const residual = drawPixelResidual(seed, factor, box, decoder ? decodedTemperature : spread);
  const latent = await flow.inverse(residual, features, box.widthPx * box.heightPx);
  requireFiniteSum(latent, "details of the flow");
  if (!decoder) return { rows: latent, box, share: 1 };
  const rows = await decoder.decode(features, latent, answers, box.widthPx, box.heightPx);
  requireFiniteSum(rows, "details of their decoder");
  return { rows, box, share: spread / decodedTemperature };
}

/** @throws AppError `tensor_mismatch` for values that are not finite, which would become black pixels */
function requireFiniteSum(values: Float32Array, what: string): void {
  const sum = sumOf(values);
  if (!Number.isFinite(sum))
    throw new AppError("tensor_mismatch", `upscale: expected finite ${what}, got a sum of ${sum}`);
}
