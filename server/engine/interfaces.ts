/**
 * The engine's view of flows, experts, retrieval and upscaling. Other rooms implement these interfaces.
 * Every tensor is a row-major Float32Array; a callee never keeps a buffer that it was given.
 */
import type { ConditionField } from "../../shared/contract/conditions.ts";
import type { NetworkScale, UpscaleTarget } from "../../shared/contract/upscale-scales.ts";
import type { CaptionColour } from "./colour-words.ts";
import type { StackedLayer } from "./pixels/ground/stack.ts";
import type { LayeredImage } from "./pixels/layered-image.ts";
import type { StyleInk } from "./pixels/style-ink.ts";

/**
 * One condition of a batch: `values` [batch, dims]; `present` [batch], 1 = given, 0 = the learned "absent" vector takes its place.
 * Blends use values between the two.
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
  /** log |det J| of the direction that ran, nats, [batch]; sampling needs none. */
  readonly logDet: Float32Array;
  /** Flows between styles that say it only: how a decoder is to see the drawing of each answer, [batch] of [mannerDims]. */
  readonly manners?: readonly Float32Array[];
  /** Sampling by flows that say it in the same run, of each row. */
  readonly likelihoods?: readonly Likelihood[];
}

/** How likely a latent is, in nats. */
export interface Likelihood {
  /** log p(z|c) = log N(v; 0, I) + log |det ∂v/∂z|, by one pass forward, with or without guidance. */
  readonly logLikelihood: number;
  /** log p(z|c) − log p(z|nothing): how much the conditions explain. */
  readonly conditionGain: number;
}

/** One term of guidance: the given conditions against a base without some of them, times `weight` (> 0). */
export interface GuidanceTerm {
  readonly weight: number;
  /** Conditions that the base leaves out. */
  readonly without: readonly string[];
}

/** The cINN between latent z and residual v, given conditions (arXiv 2005.13580, eq. 2). */
export interface Flow {
  readonly dims: number;
  /** False: it was never trained without its conditions, so that guidance has nothing to contrast with. */
  readonly hasGuidance?: boolean;
  /** Fields that `guidanceOf` may name; absent = those of all its conditions. */
  readonly guidedBy?: readonly ConditionField[];
  /** Values of what `inverse` says of how a decoder is to see a drawing. */
  readonly mannerDims?: number;
  /** Name → width of each condition. */
  readonly conditions: ReadonlyArray<{ readonly name: string; readonly dims: number }>;
  /** Rows are run one after the other, so that a batch saves no time. */
  readonly areRowsApart?: boolean;
  /** z → v, for likelihood. */
  forward(latent: Float32Array, conditions: ConditionBatches, batch: number): Promise<FlowResult>;
  /**
   * v → z, for sampling.
   * @param guidance terms of each row; none = the exact inverse of `forward`
   * @throws AppError `invalid_request` for more terms in a row than the flow has room for, or for any where it has no guidance
   */
  inverse(
    residual: Float32Array,
    conditions: ConditionBatches,
    batch: number,
    guidance?: ReadonlyArray<readonly GuidanceTerm[]>,
  ): Promise<Pick<FlowResult, "values"> & Partial<Omit<FlowResult, "values">>>;
}

/**
 * The raw value of a condition: words, an image as premultiplied RGBA planes [4, sizePx, sizePx] in [0, 1], several of them, or a label map. `none` = absent,
 * even where a caption names it.
 */
export type ConditionValue =
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "image";
      readonly planes: Float32Array;
      readonly sizePx: number;
      /** Drawings only: [sizePx, sizePx], 1 = drawn anew. */
      readonly hole?: Float32Array;
      /** Content address of the pixels: equal keys, equal planes. Experts cache their codes by it. */
      readonly key: string;
    }
  | { readonly kind: "images"; readonly images: ReadonlyArray<Extract<ConditionValue, { kind: "image" }>> }
  /** `#rrggbb`, most of it first. */
  | { readonly kind: "colours"; readonly colours: readonly string[] }
  | { readonly kind: "cells"; readonly cells: readonly number[] };

/** Turns raw values of a condition into vectors [values, dims], about unit length each. */
export interface ConditioningExpert {
  readonly dims: number;
  /** @throws AppError `invalid_request` for a kind of value that the expert can't read, or the expert's own fault */
  encode(values: readonly ConditionValue[]): Promise<Float32Array>;
  /**
   * Label experts only: the label that the words name, if any.
   * @param group of the requested style; labels that no style of the group draws are skipped
   */
  labelIn?(words: string, group?: string): string | undefined;
  /** Label experts only: in English, words that are the name of a thing in another language. */
  inEnglish?(words: string): string | undefined;
  /** Label experts only: the words without colour words; undefined when there are none. */
  plainOf?(words: string): string | undefined;
  /** Label experts only: the one colour that the words give to what they name. */
  colourIn?(words: string): CaptionColour | undefined;
  /** Text experts only: whether a word, in lower case, is one of their vocabulary. */
  isWord?(word: string): boolean;
  /** Style experts that read images only: what a named style is drawn in. */
  styleInk?(style: string): StyleInk | undefined;
  /** Style experts only: the group of a style, if any. */
  groupOf?(style: string): string | undefined;
}

/** Vectors of the pictures that retrieval can search by, as their experts encode them. */
export type PictureVectors = Readonly<Partial<Record<"sketch" | "layout", Float32Array>>>;

/** A search for drawings that a new image can start from. */
export interface RetrievalQuery {
  /** Unit vector of the caption without colour words. Used where no known label is given. */
  readonly caption?: Float32Array | undefined;
  /** Ids of label and style. */
  readonly label?: string | undefined;
  readonly style?: string | undefined;
  /** Similar drawings weigh more. Where words find nothing, drawings are found by similarity alone. */
  readonly pictures?: PictureVectors;
  /**
   * How far the drawings of different seeds may differ, 0 to 1. Above 0 each seed starts from one drawing, also of another
   * label whose name is near.
   */
  readonly diversity?: number | undefined;
  /** Ids of the styles whose drawings may be used; absent = all. */
  readonly among?: ReadonlySet<string> | undefined;
  /** Noise for the log-weights of `count` drawings: makes seeds differ. */
  noise(count: number): Float32Array;
}

/** A drawing of the index, and how much of a mixture it is, 0 to 1. */
export interface RetrievedDrawing {
  readonly label: string;
  readonly style: string;
  readonly share: number;
}

export interface RetrievedPrior {
  /** What the latent is made of, most of it first. */
  readonly drawings?: readonly RetrievedDrawing[];
  /** z of the weighted mean of the drawings, moved to the requested style, [dims]. */
  readonly latent: Float32Array;
  /** Caption vector of its label's name. Absent where the drawings were found by the caption itself. */
  readonly caption?: Float32Array;
  /** Code of each picture of the query, as the drawings show it. */
  readonly pictures?: PictureVectors;
  /** Only where similarity alone found it: how similar it is, 0 to 1. */
  readonly similarity?: number;
  /** Only with diversity: the drawing by its place in the index, and its log-weight, less that of the best. */
  readonly idea?: { readonly drawing: number; readonly fit: number };
}

/** A search for one drawing of what words name. */
export type DrawingQuery = Pick<RetrievalQuery, "caption" | "label" | "among" | "noise">;

/** A drawing of the index as its own set drew it. */
export interface FoundDrawing {
  /** z, [dims] */
  readonly latent: Float32Array;
  readonly drawing: RetrievedDrawing;
  /** Cosine of its label's name to the words; 1 for the label itself. */
  readonly cosine: number;
}

/** Sets of a library whose drawings are found sooner, and the set that all others had better look like. */
export interface Hand {
  /** Ids. */
  readonly sets: ReadonlySet<string>;
  readonly like: string | undefined;
}

/** Drawings as SVG that words find. */
export interface DrawingFinder {
  /**
   * A caption with its slips mended, as far as names have such words; the same one where there are none.
   * @param isWord whether the expert that encodes it knows a word
   * @param among only these words are looked for; absent = all that names have
   */
  spelled(caption: string, isWord: (word: string) => boolean, among?: readonly string[]): string;
  /** The drawings whose names fit; undefined when no set may be used, or no name is near enough. */
  find(requested: {
    /** Unit vector. */
    readonly words: Float32Array;
    /** What it is the vector of: its words count, too. */
    readonly text?: string | undefined;
    /** Ids of the sets that may be used; absent = all. */
    readonly among?: ReadonlySet<string> | undefined;
    /** What the drawings had better look like. */
    readonly look?: "lines" | "fills" | undefined;
    /** Ids of sets that the requested style is of, whose drawings are found sooner. */
    readonly ownSets?: ReadonlySet<string> | undefined;
    /** From which sets the icons of a family start. */
    readonly hand?: Hand | undefined;
    /** Of a name to the words, below which its drawings are not found; absent = all may be. */
    readonly cosineLeast?: number | undefined;
    /** Whether only drawings of what the text calls a thing are found, none that merely fit. */
    readonly onlyCalledSo?: boolean | undefined;
  }): DrawingChoice | undefined;
  /** A drawing by its set and by what the set calls it, with `-` for spaces; undefined where there is none. */
  named(set: string, icon: string, look: "lines" | "fills" | undefined): ReturnType<DrawingChoice["open"]> | undefined;
  /** How unlike the drawings of two sets look: 0 = alike, about 1 = round beside sharp. */
  setsDiffer(one: string, other: string): number;
  /** Names that are near to words, the nearest first, each of another thing: what may be asked for where nothing is called so. */
  namesNear(requested: {
    /** Unit vector. */
    readonly words: Float32Array;
    readonly among?: ReadonlySet<string> | undefined;
  }): string[];
}

/** Drawings among which seeds choose. */
export interface DrawingChoice {
  /** How well the best name fits, up to 1. */
  readonly match: number;
  /** Whether names that fit about as well say all that the words say. */
  readonly saysAll: boolean;
  /**
   * @param noise log-weights that a seed adds, [length]
   * @returns the drawing's place in the library, and the cosine of its name to the words
   */
  choose(noise: (length: number) => Float32Array): { readonly entry: number; readonly cosine: number };
  /** All that a seed may choose, the one that fits best first. */
  inOrder(): number[];
  /** By set, how much the log-weight of its drawing that fits best is below the best of all, 0 or more. */
  lossesBySet(): ReadonlyMap<string, number>;
  /** How alike two drawings look, −1 to 1. */
  likeness(one: number, other: number): number;
  /** Log-weight of a drawing below that of the one that fits the words best, 0 or less. */
  fit(entry: number): number;
  /** How well a drawing's name fits, up to 1, and whether it says all that the words say, a part of it alone, or the opposite of something. */
  says(entry: number): {
    readonly match: number;
    readonly saysAll: boolean;
    readonly isPart: boolean;
    readonly isContrary: boolean;
    /** How well its set suits the request: one of odd drawings 0, any other 1, one that the requested style is of 2; absent = 1. */
    readonly standing?: number | undefined;
  };
  /** A drawing as an SVG in `currentColor` with a `viewBox`, what its set calls it, and the set, with its live area if it is known (live-area.ts). */
  open(entry: number): {
    readonly svg: string;
    readonly name: string;
    readonly set: string;
    readonly liveArea?: number | undefined;
  };
}

/** The retrieval index of a translation. */
export interface Retriever {
  /** The drawing whose name fits best, noise counted; undefined when nothing is near enough. */
  find(requested: DrawingQuery): FoundDrawing | undefined;
  /** @returns undefined when nothing is near enough, or the index has no codes of a picture in the query */
  retrieve(requested: RetrievalQuery): RetrievedPrior | undefined;
  /** Whether the index holds codes of this kind of picture. */
  knows(picture: keyof PictureVectors): boolean;
}

/** The drawing that a latent was made from: some decoders take edges and corners from it. */
export interface ShownDrawing {
  /** Premultiplied RGBA [4, size, size] in [0, 1]. */
  readonly planes: Float32Array;
  /** Whether each place of the latent's grid is known, 1 or 0, [height, width]; 0 in holes. */
  readonly known: Float32Array;
  /**
   * What both styles say of how it is drawn, as the flow has it. The first value is the size at which the answer shows it, in
   * (0, 1]: styles with grounds draw things smaller.
   */
  readonly manner: Float32Array;
}

/** Autoencoder Λ∘Θ on premultiplied RGBA in [0, 1], [batch, 4, size, size]. */
export interface TargetExpert {
  readonly latentDims: number;
  readonly imageSizePx: number;
  encode(images: Float32Array, batch: number): Promise<Float32Array>;
  decode(latents: Float32Array, batch: number): Promise<Float32Array>;
  /** Values of `ShownDrawing.manner` that `decodeBeside` reads; absent where the decoder sees no drawing. */
  readonly mannerDims?: number;
  /** One latent, beside the drawing that it was made from; absent where the decoder sees none. */
  decodeBeside?(latent: Float32Array, drawing: ShownDrawing): Promise<Float32Array>;
  /** One latent as layers, and `planes` as `decode` or `decodeBeside` gives them; absent where the decoder gives none. */
  decodeLayers?(latent: Float32Array, drawing?: ShownDrawing): Promise<DecodedLayers>;
}

export interface DecodedLayers extends LayeredImage {
  readonly planes: Float32Array;
}

/** Straight 8-bit sRGB with alpha, [heightPx, widthPx, 4]. */
export interface Pixels {
  readonly rgba: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Pixels to be traced, and the layers that they show where these are known, lowest first. */
export interface TracedPixels extends Pixels {
  readonly stack?: readonly StackedLayer[];
  /** Layers that lie beside each other, the largest first. */
  readonly parts?: readonly StackedLayer[];
  /** Layers that lie behind, which the pixels do not show. */
  readonly beneath?: readonly StackedLayer[];
  /** Width that lines are meant to have, in pixels. */
  readonly linePx?: number;
}

/** How a JPEG file was quantised. */
export interface JpegTables {
  /** 64 steps, row by row. */
  readonly luma: readonly number[];
  /** Absent for grey. */
  readonly chroma?: readonly number[];
  /** Chroma is kept at half the width and height. */
  readonly isChromaHalved: boolean;
}

/** A decoded picture; with the tables of its file if its pixels are those of a JPEG, neither turned nor converted. */
export interface Picture extends Pixels {
  readonly jpeg?: JpegTables;
}

export interface UpscaleOptions extends UpscaleTarget {
  /** Factor on the residual's standard deviation; 0 = the accurate answer. */
  readonly temperature: number;
  readonly seed: number;
  /** How sure it is that the picture was not shrunk bicubically, 0 (default) to 1: then no projection onto the input moves the answer. */
  readonly foreignness?: number;
  /** Whether it was drawn and then shrunk: Φ of such pictures serves, where the pack has it. Default false. */
  readonly isShrunkDrawing?: boolean;
  /** Small text is enlarged as all else, its letters are not read. Default false. */
  readonly leavesLetters?: boolean;
  /** Checked between tiles; aborting throws AppError `cancelled`. */
  readonly signal?: AbortSignal;
  /** Awaited after each tile. */
  onTile?(): void | Promise<void>;
}

/** Enlarges pictures of any size and proportion. */
export interface Upscaler {
  /** Factors that networks draw; other sizes are the next one, area-averaged. */
  readonly scales: readonly NetworkScale[];
  /** Whether pictures that nobody shrank have a network of their own. */
  readonly knowsForeign: boolean;
  /** Whether letters of small text are read and drawn. */
  readonly knowsLetters: boolean;
  /** Tiles that `upscale` will work through: the unit of progress. */
  tilesOf(image: Pixels, target: UpscaleTarget): number;
  /**
   * @param image whose pixels stay as they are: what was read in them serves its next hypotheses
   * @throws AppError `upscale_too_large`, `invalid_request` for a width that is no enlargement, `cancelled`
   */
  upscale(image: Pixels, options: UpscaleOptions): Promise<Pixels>;
}
