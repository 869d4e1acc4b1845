/**
 * What the engine needs of the rooms below it: a flow τ and its experts, as interfaces that it declares itself.
 * Every tensor is a row-major Float32Array; the callee never keeps a buffer that it was given.
 */

/** One condition for a batch: `values` [batch, dims]; `present` [batch], 1 where given, 0 where the learned "absent" vector stands in. */
export interface ConditionBatch {
  readonly values: Float32Array;
  readonly present: Float32Array;
}

/** Conditions by name (`caption`, `style`), for all names that the flow was trained with. */
export type ConditionBatches = Readonly<Record<string, ConditionBatch>>;

export interface FlowResult {
  /** v (forward) or z (inverse), [batch, dims]. */
  readonly values: Float32Array;
  /** log |det J| of the direction that ran, nats, [batch]. */
  readonly logDet: Float32Array;
}

/** The cINN between latent z and residual v, given conditions (arXiv 2005.13580, eq. 2). */
export interface Flow {
  readonly dims: number;
  /** Name → width of each condition. */
  readonly conditions: ReadonlyArray<{ readonly name: string; readonly dims: number }>;
  /** z → v, for likelihood. */
  forward(latent: Float32Array, conditions: ConditionBatches, batch: number): Promise<FlowResult>;
  /** v → z, for sampling; `guidance` [batch], 0 = the exact inverse of `forward`. */
  inverse(
    residual: Float32Array,
    conditions: ConditionBatches,
    batch: number,
    guidance: Float32Array,
  ): Promise<FlowResult>;
}

/** Turns a condition's raw value (caption text, style id) into one vector. */
export interface ConditioningExpert {
  readonly dims: number;
  encode(values: readonly string[]): Promise<Float32Array>;
}

/** Autoencoder Λ∘Θ on premultiplied RGBA in [0, 1], [batch, 4, size, size]. */
export interface TargetExpert {
  readonly latentDims: number;
  readonly imageSizePx: number;
  encode(images: Float32Array, batch: number): Promise<Float32Array>;
  decode(latents: Float32Array, batch: number): Promise<Float32Array>;
}
