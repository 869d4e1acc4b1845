/**
 * A translation: conditioning experts, flow and target expert joined (arXiv 2005.13580, section 3). Three short steps, so that
 * the caller can stop between them: encode the condition, draw latents, decode one image. Pure: no clock, no I/O, no hidden
 * randomness. An image depends on its own row alone: never on its neighbours in a batch.
 */
import { AppError } from "../../shared/problem.ts";
import type { ConditionBatches, ConditioningExpert, Flow, TargetExpert } from "./interfaces.ts";
import { type StraightImage, toStraightRgba } from "./pixels.ts";
import { normals, streams } from "./random.ts";

export interface Translation {
  readonly id: string;
  readonly flow: Flow;
  readonly target: TargetExpert;
  /** Request field → the expert that encodes it, in the flow's order. */
  readonly conditions: ReadonlyArray<{ readonly name: string; readonly expert: ConditioningExpert }>;
}

/** Encoded conditions of one request; an absent one is undefined. */
export type EncodedConditions = Readonly<Record<string, Float32Array | undefined>>;

/** Everything that fixes one image. */
export interface Row {
  readonly seed: number;
  readonly temperature: number;
  readonly guidance: number;
  readonly conditions: EncodedConditions;
}

export interface DrawnLatent {
  /** z, [dims] */
  readonly latent: Float32Array;
  /** log p(z|c) in nats: log N(v; 0, I) + log |det ∂v/∂z|, by one pass forward, with or without guidance. */
  readonly logLikelihood: number;
}

/**
 * c = Φ(x) for each condition that was given.
 * @throws AppError `invalid_request` naming a given condition that the translation does not read, or the expert's own fault
 */
export async function encodeConditions(
  translation: Translation,
  given: Readonly<Record<string, string | undefined>>,
): Promise<EncodedConditions> {
  const read = translation.conditions.map(({ name }) => name);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || read.includes(name)) continue;
    const expected = read.join(", ");
    throw new AppError(
      "invalid_request",
      `condition.${name}: expected only ${expected}, as the translation reads, got ${name} (translation ${translation.id})`,
      { field: `condition.${name}`, expected, received: name },
    );
  }
  const encoded: Record<string, Float32Array | undefined> = {};
  for (const { name, expert } of translation.conditions) {
    const value = given[name];
    encoded[name] = value === undefined ? undefined : await expert.encode([value]);
  }
  return encoded;
}

/** v ~ N(0, T²I), z = τ(v|c), and the exact likelihood of each z. */
export async function drawLatents(translation: Translation, rows: readonly Row[]): Promise<DrawnLatent[]> {
  const { flow } = translation;
  const residual = new Float32Array(rows.length * flow.dims);
  for (const [index, { seed, temperature }] of rows.entries())
    residual.set(
      normals(seed, streams.residual, flow.dims).map((value) => value * temperature),
      index * flow.dims,
    );
  const conditions = batchConditions(translation, rows);
  const { values: latents } = await flow.inverse(
    residual,
    conditions,
    rows.length,
    Float32Array.from(rows, ({ guidance }) => guidance),
  );
  const { values: recovered, logDet } = await flow.forward(latents, conditions, rows.length);
  return rows.map((_, index) => ({
    latent: latents.slice(index * flow.dims, (index + 1) * flow.dims),
    logLikelihood: logNormal(recovered.subarray(index * flow.dims, (index + 1) * flow.dims)) + logDet[index]!,
  }));
}

/**
 * y = Λ(z) as 8-bit straight RGBA; one image a run, so that its bytes never depend on a batch.
 * @throws AppError `tensor_mismatch` when the flow or the decoder gave values that are no numbers
 */
export async function decodeImage(translation: Translation, drawn: DrawnLatent): Promise<StraightImage> {
  const { latent, logLikelihood } = drawn;
  if (!Number.isFinite(logLikelihood) || !latent.every(Number.isFinite))
    throw new AppError(
      "tensor_mismatch",
      `flow: expected finite latents and likelihood, got log-likelihood ${logLikelihood} (translation ${translation.id})`,
    );
  const planes = await translation.target.decode(latent, 1);
  return toStraightRgba(planes, translation.target.imageSizePx);
}

/** log N(v; 0, I) in nats. */
export function logNormal(v: Float32Array): number {
  const squares = v.reduce((sum, value) => sum + value * value, 0);
  return -0.5 * squares - 0.5 * v.length * Math.log(2 * Math.PI);
}

function batchConditions(translation: Translation, rows: readonly Row[]): ConditionBatches {
  return Object.fromEntries(
    translation.flow.conditions.map(({ name, dims }) => {
      const values = new Float32Array(rows.length * dims);
      const present = new Float32Array(rows.length);
      for (const [index, { conditions }] of rows.entries()) {
        const vector = conditions[name];
        if (!vector) continue;
        values.set(vector, index * dims);
        present[index] = 1;
      }
      return [name, { values, present }];
    }),
  );
}
