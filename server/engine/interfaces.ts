/**
 * What the engine needs of the rooms below it: a flow τ and its experts, as interfaces that it declares itself.
 * Every tensor is a row-major Float32Array; the callee never keeps a buffer that it was given.
 */

/**
 * One condition for a batch: `values` [batch, dims]; `present` [batch], 1 where given, 0 where the learned "absent" vector stands in,
 * between them in the frames of a blend that gains or loses the condition.
 */
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

/** One contrast of guidance: the given conditions against a base that leaves some out, times `weight` (> 0). */
export interface GuidanceTerm {
  readonly weight: number;
  /** Names of the conditions that the base does without. */
  readonly without: readonly string[];
}

/** The cINN between latent z and residual v, given conditions (arXiv 2005.13580, eq. 2). */
export interface Flow {
  readonly dims: number;
  /** Name → width of each condition. */
  readonly conditions: ReadonlyArray<{ readonly name: string; readonly dims: number }>;
  /** z → v, for likelihood. */
  forward(latent: Float32Array, conditions: ConditionBatches, batch: number): Promise<FlowResult>;
  /**
   * v → z, for sampling.
   * @param guidance terms of each row; none = the exact inverse of `forward`
   * @throws AppError `invalid_request` for more terms in a row than the flow has room for
   */
  inverse(
    residual: Float32Array,
    conditions: ConditionBatches,
    batch: number,
    guidance?: ReadonlyArray<readonly GuidanceTerm[]>,
  ): Promise<FlowResult>;
}

/**
 * The raw value of a condition: words, an image as premultiplied RGBA planes [4, sizePx, sizePx] in [0, 1], or a label map. `none` says that
 * the condition is absent, even where another one would bring it along.
 */
export type ConditionValue =
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "image";
      readonly planes: Float32Array;
      readonly sizePx: number;
      /** Content address of the pixels: equal keys, equal planes. Experts keep what they encoded by it. */
      readonly key: string;
    }
  | { readonly kind: "cells"; readonly cells: readonly number[] };

/** Turns raw values of a condition into vectors [values, dims], about unit length each. */
export interface ConditioningExpert {
  readonly dims: number;
  /** @throws AppError `invalid_request` for a kind of value that the expert can't read, or the expert's own fault */
  encode(values: readonly ConditionValue[]): Promise<Float32Array>;
  /**
   * Of an expert of labels: the one that words name, if any.
   * @param group of the style that is asked for: what no style of it draws is not named
   */
  labelIn?(words: string, group?: string): string | undefined;
  /** Of an expert of labels: words without the colours among them, where there are some. */
  plainOf?(words: string): string | undefined;
  /** Of an expert of styles: the group that a style belongs to, if any. */
  groupOf?(style: string): string | undefined;
}

/** Vectors of pictures that entries are found by (shared/conditions.ts), as their experts code them. */
export type PictureVectors = Readonly<Partial<Record<"sketch" | "layout", Float32Array>>>;

/** What an example is wanted for. */
export interface RetrievalQuery {
  /** Unit vector of the caption, its colours left out; looked at where no label is given or known. */
  readonly caption?: Float32Array | undefined;
  /** Ids of label and style. */
  readonly label?: string | undefined;
  readonly style?: string | undefined;
  /** Examples that look alike count more, and are all that is looked for where words name nothing that is known. */
  readonly pictures?: PictureVectors;
  /** What is added to the log-weights of `count` entries: what differs from seed to seed. */
  noise(count: number): Float32Array;
}

export interface RetrievedPrior {
  /** z of what was drawn in other styles, moved into the style that is asked for, [dims]. */
  readonly latent: Float32Array;
  /** Vector of what it shows, as a caption's: the name of the label. Absent where it stands for the caption that is asked for. */
  readonly caption?: Float32Array;
  /** The same of each picture that was asked for. */
  readonly pictures?: PictureVectors;
  /** Of what was found by its looks alone, and shows nothing of the words: how like it is, 0 to 1. Absent where words found it. */
  readonly likeness?: number;
}

/** Drawings that are known, as latents: where a new one can start from. */
export interface Retriever {
  /** undefined where nothing near to it is known, and where a picture is asked for that the entries are not known by */
  retrieve(asked: RetrievalQuery): RetrievedPrior | undefined;
  /** Whether the entries are known by what they show as a sketch, or as a layout. */
  knows(picture: keyof PictureVectors): boolean;
}

/** Autoencoder Λ∘Θ on premultiplied RGBA in [0, 1], [batch, 4, size, size]. */
export interface TargetExpert {
  readonly latentDims: number;
  readonly imageSizePx: number;
  encode(images: Float32Array, batch: number): Promise<Float32Array>;
  decode(latents: Float32Array, batch: number): Promise<Float32Array>;
}

/** Straight 8-bit sRGB with alpha, [heightPx, widthPx, 4]. */
export interface Pixels {
  readonly rgba: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface UpscaleOptions {
  readonly scale: 2 | 4;
  /** Factor on the residual's standard deviation; 0 = the accurate answer. */
  readonly temperature: number;
  readonly seed: number;
  /** Looked at between tiles. @throws its reason, as an AppError `cancelled` */
  readonly signal?: AbortSignal;
  /** Called after each tile and waited for. */
  onTile?(): void | Promise<void>;
}

/** Enlarges pictures of any size and proportion. */
export interface Upscaler {
  readonly scales: readonly (2 | 4)[];
  /** Tiles that `upscale` will work through: the unit of progress. */
  tilesOf(image: Pixels, scale: 2 | 4): number;
  /** @throws AppError `upscale_too_large`, `cancelled` */
  upscale(image: Pixels, options: UpscaleOptions): Promise<Pixels>;
}
