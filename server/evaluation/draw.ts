/**
 * Samples, inversions and reconstructions in bulk, by the engine that serves. Latents are kept and images decoded when they are
 * looked at, because some hundred images of planes would not fit in memory with all the rest.
 */
import { isRetrievalQuery } from "../../shared/conditions.ts";
import { type EncodedConditions, namesOf } from "../engine/conditions.ts";
import { type GuidanceWeights, guidanceTermsOf } from "../engine/guidance.ts";
import { type DrawnLatent, drawLatents, measureLatents, type Row } from "../engine/translation.ts";
import { sampleRow } from "../retrieval/retrieved-prior.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { forEachChunk } from "./progress-reporter.ts";

/**
 * What one sample is made of; temperature and guidance are the settings' unless given, v is drawn from the seed unless given. Words,
 * sketches and layouts start from retrieved drawings as in requests, unless said otherwise.
 */
export interface Wanted extends Partial<GuidanceWeights> {
  readonly conditions: EncodedConditions;
  readonly seed: number;
  readonly temperature?: number;
  readonly residual?: Float32Array;
  readonly retrieval?: number;
}

/** Rows between two looks at the watch: whole batches of the flow. */
const rowsAtOnce = 32;

/** z = τ(v|c) of each row with its likelihood. */
export async function drawAll(
  subject: EvaluationContext,
  what: string,
  wanted: readonly Wanted[],
): Promise<DrawnLatent[]> {
  const { translation, settings, watch } = subject;
  const drawn: DrawnLatent[] = [];
  await forEachChunk(watch, what, wanted.length, rowsAtOnce, async (start, end) => {
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
  { translation, watch }: EvaluationContext,
  what: string,
  latents: readonly Float32Array[],
  conditions: readonly EncodedConditions[],
): Promise<Float32Array[]> {
  const residuals: Float32Array[] = [];
  await forEachChunk(watch, what, latents.length, rowsAtOnce, async (start, end) => {
    const measured = await measureLatents(translation, latents.slice(start, end), conditions.slice(start, end));
    residuals.push(...measured.map(({ residual }) => residual));
  });
  return residuals;
}

/** z = Θ(y) of images that come one by one. */
export async function encodeLatents(
  { translation: { target }, watch }: EvaluationContext,
  what: string,
  count: number,
  image: (at: number) => Promise<Float32Array>,
): Promise<Float32Array[]> {
  const latents: Float32Array[] = [];
  await forEachChunk(watch, what, count, 1, async (at) => {
    latents.push(await target.encode(await image(at), 1));
  });
  return latents;
}

/** y = Λ(z): premultiplied planes [4, size, size]. */
export const decode = ({ translation }: EvaluationContext, latent: Float32Array): Promise<Float32Array> =>
  translation.target.decode(latent, 1);

/** Λ(Θ(y)): what any sample of the translation could look like at best. */
export const reconstruct = async (subject: EvaluationContext, planes: Float32Array): Promise<Float32Array> =>
  decode(subject, await subject.translation.target.encode(planes, 1));
