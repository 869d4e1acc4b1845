/**
 * Inversion: an image → z = Θ(y) → v = τ⁻¹(z|c), with its exact likelihood. Only an invertible network has a v for any image at all;
 * every edit of an image starts here.
 */
import { AppError } from "../../../shared/problem.ts";
import { batchConditions, type EncodedConditions, requireVector } from "../conditions.ts";
import type { Likelihood } from "../interfaces.ts";
import { measureLatents, type Translation } from "../translation.ts";

export interface Inverted extends Likelihood {
  /** z = Θ(y), the posterior's mean, [dims] */
  readonly latent: Float32Array;
  /** v, [dims] */
  readonly residual: Float32Array;
}

/**
 * @param planes premultiplied RGBA [4, size, size] in [0, 1], of the target's size
 * @param conditions what the image is known to show; it is taken out of v
 * @throws AppError `tensor_mismatch` for planes of another size, or when an expert or the flow gave no numbers
 */
export async function invertImage(
  translation: Translation,
  planes: Float32Array,
  conditions: EncodedConditions,
): Promise<Inverted> {
  const { id, target, flow } = translation;
  const expected = 4 * target.imageSizePx ** 2;
  if (planes.length !== expected)
    throw new AppError(
      "tensor_mismatch",
      `image: expected ${expected} values, got ${planes.length} (translation ${id})`,
    );
  const latent = await target.encode(planes, 1);
  requireVector(latent, flow.dims, `target expert's latent (translation ${id})`);
  const [measured] = await measureLatents(translation, [latent], [conditions]);
  requireVector(measured!.residual, flow.dims, `flow's residual (translation ${id})`);
  return { latent, ...measured! };
}

/** How exact an inversion is: the flow's error of going there and back, and what the autoencoder keeps of the image. */
export interface InversionCheck {
  /** Largest |z − τ(v)| */
  readonly roundTripError: number;
  /** PSNR of Λ(z) against the image in dB over all premultiplied values, 100 at most. */
  readonly reconstructionPsnrDb: number;
}

export async function checkInversion(
  { flow, target }: Translation,
  planes: Float32Array,
  { latent, residual }: Inverted,
  conditions: EncodedConditions,
): Promise<InversionCheck> {
  const { values } = await flow.inverse(residual, batchConditions(flow, [conditions]), 1);
  const reconstruction = await target.decode(latent, 1);
  const squares = planes.reduce((sum, value, at) => sum + (value - reconstruction[at]!) ** 2, 0);
  return {
    roundTripError: latent.reduce((most, value, axis) => Math.max(most, Math.abs(value - values[axis]!)), 0),
    reconstructionPsnrDb: Math.min(100, -10 * Math.log10(squares / planes.length)),
  };
}
