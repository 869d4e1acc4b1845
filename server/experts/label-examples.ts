/**
 * What examples of a label have in common: the mean of their latents, each less the middle of its own style, those of styles that draw
 * alike counting more. A label so given says how the thing was drawn in other styles, which a place in a vocabulary can't.
 *
 * Idea: conditions looked up in a database of examples (Blattmann et al., NeurIPS 2022, arXiv 2204.11824). Here the database is closed, its
 * key is the label, and the flow still learns everything else.
 */
import { z } from "zod";
import { AppError } from "../../shared/problem.ts";
import { readTensorFile, type TensorFile, writeTensorFile } from "../onnx/tensor-file.ts";

/** One example of a label in a style. */
export interface Example {
  /** Index of the label in its vocabulary. */
  readonly label: number;
  readonly style: string;
}

export interface ExamplesContent {
  readonly dims: number;
  readonly styles: readonly string[];
  readonly examples: readonly Example[];
  /** [examples, dims], in units of `step`. */
  readonly values: Int8Array;
  readonly step: number;
  /** Log-weight of an example in the second style for a label that is asked for in the first, [styles, styles]. */
  readonly affinities: Float32Array;
}

/** Which examples count. */
export interface ExamplesAsked {
  /** The style that is asked for: examples in it are left out, the others weighed by it. Absent: all count alike. */
  readonly style?: string | undefined;
  /** A style whose examples are left out without being asked for. */
  readonly leftOut?: string | undefined;
}

export class LabelExamples {
  readonly dims: number;
  readonly #content: ExamplesContent;
  readonly #ofLabel = new Map<number, number[]>();
  readonly #indexOfStyle: ReadonlyMap<string, number>;

  constructor(content: ExamplesContent) {
    this.dims = content.dims;
    this.#content = content;
    this.#indexOfStyle = new Map(content.styles.map((style, index) => [style, index]));
    for (const [at, { label }] of content.examples.entries())
      this.#ofLabel.set(label, [...(this.#ofLabel.get(label) ?? []), at]);
  }

  /** @throws AppError `pack_corrupt` when the file is missing or does not fit `dims` values an example and `labels` labels */
  static async open(path: string, dims: number, labels: number): Promise<LabelExamples> {
    const file = await readTensorFile(path).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new AppError("pack_corrupt", `label expert ${path}: expected a file of examples (${why})`, { cause });
    });
    return new LabelExamples(contentOf(file, path, dims, labels));
  }

  /** The mean of the examples that count, [dims], about unit length at most; undefined where none does. */
  vectorOf(label: number, { style, leftOut }: ExamplesAsked = {}): Float32Array | undefined {
    const { examples, values, step, affinities, styles } = this.#content;
    const asked = this.#indexOfStyle.get(style ?? "");
    const sum = new Float32Array(this.dims);
    let total = 0;
    for (const at of this.#ofLabel.get(label) ?? []) {
      const own = examples[at]!.style;
      if (own === style || own === leftOut) continue;
      const weight =
        asked === undefined ? 1 : Math.exp(affinities[asked * styles.length + this.#indexOfStyle.get(own)!]!);
      total += weight;
      for (let axis = 0, from = at * this.dims; axis < this.dims; axis += 1, from += 1)
        sum[axis]! += weight * values[from]!;
    }
    return total === 0 ? undefined : sum.map((value) => (value * step) / total);
  }
}

export function writeExamples(path: string, content: ExamplesContent): Promise<void> {
  const { styles, examples, values, step, affinities } = content;
  const indexOf = new Map(styles.map((style, index) => [style, index]));
  return writeTensorFile(
    path,
    new Map([
      ["step", Float32Array.of(step)],
      ["affinities", affinities],
      ["labels", Float32Array.from(examples, ({ label }) => label)],
      ["styles", Float32Array.from(examples, ({ style }) => indexOf.get(style)!)],
    ]),
    { styles: JSON.stringify(styles) },
    new Map([["values", values]]),
  );
}

function contentOf(
  { metadata, tensors, bytes }: TensorFile,
  path: string,
  dims: number,
  labels: number,
): ExamplesContent {
  const refuse = (expected: string, got: unknown): never => {
    throw new AppError("pack_corrupt", `label expert ${path}: expected ${expected}, got ${got}`);
  };
  const styles =
    readStyles(metadata["styles"]) ?? refuse("its styles as a list of texts", metadata["styles"] ?? "none");
  const floats = (name: string, length?: number): Float32Array => {
    const tensor = tensors.get(name);
    if (!tensor || (length !== undefined && tensor.length !== length))
      return refuse(`${length ?? "some"} values in "${name}"`, tensor?.length ?? "none");
    return tensor;
  };
  const ofExample = floats("labels");
  const ofStyle = floats("styles", ofExample.length);
  const values = bytes.get("values");
  if (values?.length !== ofExample.length * dims)
    return refuse(`${ofExample.length * dims} values of ${ofExample.length} examples`, values?.length ?? "none");
  const fits = (index: number, count: number): boolean => Number.isInteger(index) && index >= 0 && index < count;
  const strange =
    ofExample.find((label) => !fits(label, labels)) ?? ofStyle.find((style) => !fits(style, styles.length));
  if (strange !== undefined) return refuse(`indices of ${labels} labels and ${styles.length} styles`, strange);
  return {
    dims,
    styles,
    examples: Array.from(ofExample, (label, at) => ({ label, style: styles[ofStyle[at]!]! })),
    values,
    step: floats("step", 1)[0]!,
    affinities: floats("affinities", styles.length ** 2),
  };
}

function readStyles(json = ""): string[] | undefined {
  try {
    return z.array(z.string()).parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
