/**
 * Examples: latents of training drawings, by label and style, each less the middle of its style. Where a drawing of some label in some style
 * is asked for, those of the same label in other styles say what it looks like; where a caption names no label, those of the nearest names do.
 * Put on the middle of the style that is asked for they are a start, from which the flow goes on (server/engine/examples.ts).
 *
 * Idea: a small model and a database of examples beside it (Blattmann et al., NeurIPS 2022, arXiv 2204.11824).
 */
import { z } from "zod";
import { AppError } from "../../shared/problem.ts";
import type { ExampleRequest, ExampleStart, Examples } from "../engine/interfaces.ts";
import { dot } from "../engine/sphere.ts";
import { addFourBits, type FourBitRows } from "../onnx/four-bits.ts";
import { readTensorFile, type TensorFile, writeTensorFile } from "../onnx/tensor-file.ts";

/** One example: a label in a style, by their indices. */
export interface Example {
  readonly label: number;
  readonly style: number;
}

export interface ExamplesContent {
  /** Of a latent and of a caption's vector. */
  readonly dims: number;
  readonly keyDims: number;
  /** Ids, in the order of their indices. */
  readonly labels: readonly string[];
  readonly styles: readonly string[];
  /** Middle latent of each style and, last, of all of them, [styles + 1, dims]. */
  readonly middles: Float32Array;
  /** A caption's vector of each label's own name, [labels, keyDims]. */
  readonly keys: FourBitRows;
  readonly examples: readonly Example[];
  /** Latents of the examples less their styles' middles, [examples, dims]. */
  readonly values: FourBitRows;
  /** Log-weight of an example in the second style for what is asked for in the first, [styles, styles]. */
  readonly affinities: Float32Array;
  /**
   * Of a translation that draws in one style of its own: captions that its flow has learned, [captions, keyDims]. What is like one of these has
   * no start.
   */
  readonly ownKeys?: FourBitRows;
  /**
   * Of such a translation whose examples lie as its own images do (server/training/lay-drawings.ts): log-weight of an example of each style, [styles].
   */
  readonly ownAffinities?: Float32Array;
}

/** Labels that a caption's start is made of where it names none. */
const neighbours = 3;
/** Log-weight of an example for each unit of cosine between its label's name and the caption. */
const likenessWeight = 30;
/** Share of a style's likeness that counts among names: what is drawn matters more there than how. */
const likenessOfStyles = 0.75;
/** A caption whose nearest name is further away has no start. */
const likenessMin = 0.35;
/**
 * How much nearer to a name than to what the flow has learned in a style of its own a caption must be for a start. Laid as that style's images are, drawings
 * of what a caption names are better than what the flow makes of a caption that only sounds like one of them. Others, moved to its middle, are better where it
 * knows nothing alike: chosen on the held-out captions of two styles (docs/training.md).
 */
const learnedMargin = (areLaid: boolean): number => (areLaid ? 0.05 : 0.4);
/** How much further from a caption than the nearest name others may be whose drawings, laid on different grounds, a seed chooses from. */
const asNear = 0.1;

export class ExampleStore implements Examples {
  readonly #content: ExamplesContent;
  readonly #ofLabel: ReadonlyMap<number, readonly number[]>;
  readonly #indexOfLabel: ReadonlyMap<string, number>;
  readonly #indexOfStyle: ReadonlyMap<string, number>;
  /** Unit vectors of the labels' names, [labels, keyDims]: each caption is compared with all of them. */
  readonly #names: Float32Array;
  /** The same of captions that the flow has learned in a style of its own. */
  readonly #own: Float32Array;

  /** What was found for a caption, by the style that was asked for. */
  readonly #found = new WeakMap<Float32Array, Map<number | undefined, Weighed[]>>();

  constructor(content: ExamplesContent) {
    this.#content = content;
    this.#ofLabel = byLabel(content.examples);
    this.#indexOfLabel = new Map(content.labels.map((id, index) => [id, index]));
    this.#indexOfStyle = new Map(content.styles.map((id, index) => [id, index]));
    this.#names = unitVectors(content.keys, content.keyDims);
    this.#own = content.ownKeys ? unitVectors(content.ownKeys, content.keyDims) : new Float32Array(0);
  }

  /** @throws AppError `pack_corrupt` when the file is missing or does not fit latents and captions of so many values */
  static async open(path: string, dims: number, keyDims: number): Promise<ExampleStore> {
    return new ExampleStore(await readExamples(path, dims, keyDims));
  }

  get #areLaid(): boolean {
    return this.#content.ownAffinities !== undefined;
  }

  startFor({ label, style, caption, noise }: ExampleRequest): ExampleStart | undefined {
    const { dims, values, examples, middles, styles } = this.#content;
    const asked = this.#indexOfStyle.get(style ?? "");
    const named = this.#weighed(this.#indexOfLabel.get(label ?? ""), asked);
    const chosen = named.length > 0 ? named : caption ? this.#nearest(caption, asked) : [];
    if (chosen.length === 0) return undefined;
    const drawn = noise(chosen.length);
    const logWeights = chosen.map(({ logWeight }, index) => logWeight + drawn[index]!);
    // A mean of different grounds is none.
    const shares = this.#areLaid ? heaviestAlone(logWeights) : softmax(logWeights);
    const middle = asked ?? styles.length;
    const latent = middles.slice(middle * dims, (middle + 1) * dims);
    for (const [index, { at }] of chosen.entries()) addFourBits(values, at, dims, shares[index]!, latent);
    return named.length > 0 ? { latent, caption: this.#nameOf(examples[chosen[0]!.at]!.label) } : { latent };
  }

  /** Examples of a label with their weights; none in the style that is asked for: a new drawing is no copy of the one that is there. */
  #weighed(label: number | undefined, asked: number | undefined, { more = 0, times = 1 } = {}): Weighed[] {
    const { examples, affinities, styles, ownAffinities } = this.#content;
    const affinityOf = (style: number): number =>
      ownAffinities?.[style] ?? (asked === undefined ? 0 : times * affinities[asked * styles.length + style]!);
    return (this.#ofLabel.get(label ?? -1) ?? []).flatMap((at) => {
      const { style } = examples[at]!;
      if (style === asked) return [];
      return [{ at, logWeight: more + affinityOf(style) }];
    });
  }

  /**
   * Examples of the labels that are nearest to a caption, those counting more that styles like the one asked for draw. Kept by the vector
   * itself: the images of a request differ by their noise alone.
   */
  #nearest(caption: Float32Array, asked: number | undefined): Weighed[] {
    const kept = this.#found.get(caption) ?? new Map<number | undefined, Weighed[]>();
    this.#found.set(caption, kept);
    const found = kept.get(asked) ?? this.#search(caption, asked);
    kept.set(asked, found);
    return found;
  }

  #search(caption: Float32Array, asked: number | undefined): Weighed[] {
    const found = this.#content.labels.flatMap((_, label) => {
      const cosine = dot(rowOf(this.#names, label, caption.length), caption);
      const weighed = this.#weighed(label, asked, { more: likenessWeight * cosine, times: likenessOfStyles });
      return weighed.length > 0 ? [{ cosine, weighed }] : [];
    });
    const nearest = found.reduce((most, { cosine }) => Math.max(most, cosine), Number.NEGATIVE_INFINITY);
    const learned = this.#ownLikeness(caption) + learnedMargin(this.#areLaid);
    if (nearest < Math.max(likenessMin, learned)) return [];
    return found
      .filter(({ cosine }) => !this.#areLaid || cosine >= nearest - asNear)
      .map(({ weighed }) => weighed)
      .sort((a, b) => heaviest(b) - heaviest(a))
      .slice(0, neighbours)
      .flat();
  }

  /** Cosine to the nearest caption that the flow has learned in a style of its own. */
  #ownLikeness(caption: Float32Array): number {
    let most = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < this.#own.length / caption.length; row += 1)
      most = Math.max(most, dot(rowOf(this.#own, row, caption.length), caption));
    return most;
  }

  #nameOf(label: number): Float32Array {
    const { keyDims } = this.#content;
    return this.#names.slice(label * keyDims, (label + 1) * keyDims);
  }
}

/** Examples of each label that has some, by their indices. */
export function byLabel(examples: readonly Example[]): Map<number, number[]> {
  const ofLabel = new Map<number, number[]>();
  for (const [at, { label }] of examples.entries()) ofLabel.set(label, [...(ofLabel.get(label) ?? []), at]);
  return ofLabel;
}

interface Weighed {
  /** Index of the example. */
  readonly at: number;
  readonly logWeight: number;
}

const heaviest = (weighed: readonly Weighed[]): number =>
  weighed.reduce((most, { logWeight }) => Math.max(most, logWeight), Number.NEGATIVE_INFINITY);

function heaviestAlone(logWeights: readonly number[]): number[] {
  const heaviest = logWeights.indexOf(Math.max(...logWeights));
  return logWeights.map((_, index) => (index === heaviest ? 1 : 0));
}

function softmax(values: readonly number[]): number[] {
  const most = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Rows as vectors of length 1, [rows, width]. */
function unitVectors(rows: FourBitRows, width: number): Float32Array {
  const vectors = new Float32Array(rows.steps.length * width);
  for (const row of rows.steps.keys()) {
    const vector = rowOf(vectors, row, width);
    addFourBits(rows, row, width, 1, vector);
    vector.set(unit(vector));
  }
  return vectors;
}

const rowOf = (vectors: Float32Array, row: number, width: number): Float32Array =>
  vectors.subarray(row * width, (row + 1) * width);

const unit = (vector: Float32Array): Float32Array => {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
};

/** Writes them as one file, whole or not at all. @throws AppError `storage_full` */
export function writeExamples(path: string, content: ExamplesContent): Promise<void> {
  const { labels, styles, middles, examples, affinities, keys, values, ownKeys, ownAffinities } = content;
  return writeTensorFile(
    path,
    new Map([
      ["middles", middles],
      ["affinities", affinities],
      ["keySteps", keys.steps],
      ["valueSteps", values.steps],
      ["labels", Float32Array.from(examples, ({ label }) => label)],
      ...(ownKeys ? [["ownKeySteps", ownKeys.steps] as const] : []),
      ...(ownAffinities ? [["ownAffinities", ownAffinities] as const] : []),
    ]),
    { labels: JSON.stringify(labels), styles: JSON.stringify(styles) },
    new Map([
      ["keys", keys.bytes],
      ["values", values.bytes],
      ["styles", Int8Array.from(examples, ({ style }) => style)],
      ...(ownKeys ? [["ownKeys", ownKeys.bytes] as const] : []),
    ]),
  );
}

/** @throws AppError `pack_corrupt` when the file is missing or does not fit latents and captions of so many values */
export async function readExamples(path: string, dims: number, keyDims: number): Promise<ExamplesContent> {
  const file = await readTensorFile(path).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("pack_corrupt", `examples ${path}: expected a file of examples (${why})`, { cause });
  });
  return contentOf(file, path, dims, keyDims);
}

function contentOf(
  { metadata, tensors, bytes }: TensorFile,
  path: string,
  dims: number,
  keyDims: number,
): ExamplesContent {
  const refuse = (expected: string, got: unknown): never => {
    throw new AppError("pack_corrupt", `examples ${path}: expected ${expected}, got ${got}`);
  };
  const ids = (name: string): string[] =>
    readIds(metadata[name]) ?? refuse(`its ${name} as a list of texts`, metadata[name] ?? "none");
  const of = <T extends Float32Array | Int8Array>(from: ReadonlyMap<string, T>, name: string, length?: number): T => {
    const tensor = from.get(name);
    if (!tensor || (length !== undefined && tensor.length !== length))
      return refuse(`${length ?? "some"} values in "${name}"`, tensor?.length ?? "none");
    const strange = tensor.find((value) => !Number.isFinite(value));
    return strange === undefined ? tensor : refuse(`numbers in "${name}"`, strange);
  };
  if ((dims % 2) + (keyDims % 2) > 0) refuse("latents and captions of even widths", `${dims} and ${keyDims}`);
  const [labels, styles] = [ids("labels"), ids("styles")];
  const ofExample = of(tensors, "labels");
  const count = ofExample.length;
  const ofStyle = of(bytes, "styles", count);
  const fits = (index: number, among: readonly string[]): boolean =>
    Number.isInteger(index) && index >= 0 && index < among.length;
  const strange = ofExample.find((label) => !fits(label, labels)) ?? ofStyle.find((style) => !fits(style, styles));
  if (strange !== undefined) return refuse(`indices of ${labels.length} labels and ${styles.length} styles`, strange);
  const ownSteps = tensors.has("ownKeySteps") || bytes.has("ownKeys") ? of(tensors, "ownKeySteps") : undefined;
  return {
    dims,
    keyDims,
    labels,
    styles,
    middles: of(tensors, "middles", (styles.length + 1) * dims),
    keys: { bytes: of(bytes, "keys", (labels.length * keyDims) / 2), steps: of(tensors, "keySteps", labels.length) },
    examples: Array.from(ofExample, (label, at) => ({ label, style: ofStyle[at]! })),
    values: { bytes: of(bytes, "values", (count * dims) / 2), steps: of(tensors, "valueSteps", count) },
    affinities: of(tensors, "affinities", styles.length ** 2),
    ...(ownSteps && { ownKeys: { bytes: of(bytes, "ownKeys", (ownSteps.length * keyDims) / 2), steps: ownSteps } }),
    ...(tensors.has("ownAffinities") && { ownAffinities: of(tensors, "ownAffinities", styles.length) }),
  };
}

function readIds(json = ""): string[] | undefined {
  try {
    return z.array(z.string()).parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
