/**
 * Draws, inverts and reconstructs in bulk with the serving engine. Latents are kept and images decoded on demand, because some
 * hundred images would not fit in memory.
 */
import { isRetrievalQuery } from "../../shared/contract/conditions.ts";
import { type EncodedConditions, namesOf } from "../engine/conditions.ts";
import { type GuidanceWeights, guidanceTermsOf } from "../engine/guidance.ts";
import { type DrawnLatent, drawLatents, measureLatents, type Row } from "../engine/translation.ts";
import { sampleRow } from "../retrieval/retrieved-prior.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { forEachChunk } from "./progress-reporter.ts";

/**
 * What defines one sample. Temperature, guidance and retrieval default to the settings, v is drawn from the seed unless given.
 * Retrieval applies to words, sketches and layouts, as in requests.
 */
export interface SampleRequest extends Partial<GuidanceWeights> {
  readonly conditions: EncodedConditions;
  readonly seed: number;
  readonly temperature?: number;
  readonly residual?: Float32Array;
  readonly retrieval?: number;
}

/** Rows between two progress reports: whole batches of the flow. */
const rowsAtOnce = 32;

/** z = τ(v|c) of each row with its likelihood. */
export async function drawAll(
  context: EvaluationContext,
  what: string,
  wanted: readonly SampleRequest[],
): Promise<DrawnLatent[]> {
  const { translation, settings, progress } = context;
  const drawn: DrawnLatent[] = [];
  await forEachChunk(progress, what, wanted.length, rowsAtOnce, async (start, end) => {
    const rows = wanted.slice(start, end).map(({ residual, conditions, seed, ...row }): Row => {
      const weights = { guidance: row.guidance ?? settings.guidance, guidanceOf: row.guidanceOf };
      if (residual) return { residual, conditions, guidance: guidanceTermsOf(weights, conditions) };
      const temperature = row.temperature ?? settings.temperature;
      const retrieval = row.retrieval ?? (namesOf(conditions).every(isRetrievalQuery) ? settings.retrieval : 0);
      return sampleRow(translation, conditions, { ...weights, seed, temperature, retrieval });
    });
    drawn.push(...(await drawLatents(translation, rows)));
  });
  return drawn;
}

/** v = τ⁻¹(z|c) of each latent. */
export async function invertAll(
  { translation, progress }: EvaluationContext,
  what: string,
  latents: readonly Float32Array[],
  conditions: readonly EncodedConditions[],
): Promise<Float32Array[]> {
  const residuals: Float32Array[] = [];
  await forEachChunk(progress, what, latents.length, rowsAtOnce, async (start, end) => {
    const measured = await measureLatents(translation, latents.slice(start, end), conditions.slice(start, end));
    residuals.push(...measured.map(({ residual }) => residual));
  });
  return residuals;
}

/** z = Θ(y) of images that are read one by one. */
export async function encodeLatents(
  { translation: { target }, progress }: EvaluationContext,
  what: string,
  count: number,
  image: (at: number) => Promise<Float32Array>,
): Promise<Float32Array[]> {
  const latents: Float32Array[] = [];
  await forEachChunk(progress, what, count, 1, async (at) => {
    latents.push(await target.encode(await image(at), 1));
  });
  return latents;
}

/** y = Λ(z): premultiplied planes [4, size, size]. */
export const decode = ({ translation }: EvaluationContext, latent: Float32Array): Promise<Float32Array> =>
  translation.target.decode(latent, 1);

/** Λ(Θ(y)): the best that any sample of the translation can look like. */
export const reconstruct = async (context: EvaluationContext, planes: Float32Array): Promise<Float32Array> =>
  decode(context, await context.translation.target.encode(planes, 1));
