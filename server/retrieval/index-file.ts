/**
 * The file of a retrieval index: its content, writing and reading. Rows are int4, because there are thousands of them and weights stay in
 * a repository's history.
 */
import { z } from "zod";
import { AppError } from "../../shared/problem.ts";
import { readTensorFile, type TensorFile, writeTensorFile } from "../platform/files/tensor-file.ts";
import type { Int4Rows } from "./int4.ts";
import { classesMost, type QuantizedCodes } from "./quantized-codes.ts";

/** One drawing of the index: positions of its label and style. */
export interface IndexEntry {
  readonly label: number;
  readonly style: number;
}

export interface IndexContent {
  /** Width of a latent. */
  readonly dims: number;
  /** Width of a caption's vector. */
  readonly keyDims: number;
  /** Ids, in the order of their indices. */
  readonly labels: readonly string[];
  readonly styles: readonly string[];
  /** Mean latent of each style and, last, of all of them, [styles + 1, dims]. */
  readonly styleMeans: Float32Array;
  /** Caption vector of each label's name, [labels, keyDims]. */
  readonly keys: Int4Rows;
  readonly entries: readonly IndexEntry[];
  /** Latents of the entries minus the means of their styles, [entries, dims]. */
  readonly values: Int4Rows;
  /** Log-weight of an entry in the second style for a query in the first, [styles, styles]. */
  readonly affinities: Float32Array;
  /** Only for a user's style: vectors of the captions that its flow was trained on, [captions, keyDims]. Captions near them get no prior. */
  readonly ownKeys?: Int4Rows;
  /** Only for entries that were transferred to a user's style (server/training/transfer): log-weight of each style of the base, [styles]. */
  readonly ownAffinities?: Float32Array;
  /** Codes of the entries' pictures by condition (`sketch`, `layout`), [entries, dims]. */
  readonly pictures?: ReadonlyMap<string, QuantizedCodes>;
}

/** Writes them as one file, whole or not at all. @throws AppError `storage_full` */
export function writeIndexFile(path: string, content: IndexContent): Promise<void> {
  const { labels, styles, styleMeans, entries, affinities, keys, values, ownKeys, ownAffinities } = content;
  const pictures = [...(content.pictures ?? [])];
  return writeTensorFile(
    path,
    new Map([
      ["styleMeans", styleMeans],
      ["affinities", affinities],
      ["keySteps", keys.steps],
      ["valueSteps", values.steps],
      ["labels", Float32Array.from(entries, ({ label }) => label)],
      ...(ownKeys ? [["ownKeySteps", ownKeys.steps] as const] : []),
      ...(ownAffinities ? [["ownAffinities", ownAffinities] as const] : []),
      ...pictures.flatMap(([name, codes]) => (codes.kind === "dense" ? [[stepsOf(name), codes.steps] as const] : [])),
    ]),
    {
      labels: JSON.stringify(labels),
      styles: JSON.stringify(styles),
      ...(pictures.length > 0 && { pictures: JSON.stringify(Object.fromEntries(pictures.map(described))) }),
    },
    new Map([
      ["keys", keys.bytes],
      ["values", values.bytes],
      ["styles", Int8Array.from(entries, ({ style }) => style)],
      ...(ownKeys ? [["ownKeys", ownKeys.bytes] as const] : []),
      ...pictures.map(([name, { bytes }]) => [bytesOf(name), bytes] as const),
    ]),
  );
}

const bytesOf = (picture: string): string => `picture.${picture}`;
const stepsOf = (picture: string): string => `picture.${picture}.steps`;

const described = ([name, codes]: readonly [string, QuantizedCodes]) =>
  [name, { kind: codes.kind, dims: codes.dims, ...(codes.kind === "cells" && { cells: codes.cells }) }] as const;

const DescribedSchema = z.record(
  z.string(),
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("dense"), dims: z.number().int().positive().multipleOf(2) }),
    z.strictObject({
      kind: z.literal("cells"),
      dims: z.number().int().positive(),
      cells: z.number().int().positive().multipleOf(2),
    }),
  ]),
);

/** Widths of what a translation's latents, captions and pictures are in numbers. */
export interface IndexWidths {
  readonly dims: number;
  readonly keyDims: number;
  /** By condition. */
  readonly pictures: ReadonlyMap<string, number>;
}

/** Those of a flow's architecture that reads captions, as the manifest's schema wants where there are entries. */
export const indexWidths = ({
  dims,
  conditions,
}: {
  readonly dims: number;
  readonly conditions: ReadonlyArray<{ readonly name: string; readonly dims: number }>;
}): IndexWidths => ({
  dims,
  keyDims: conditions.find(({ name }) => name === "caption")!.dims,
  pictures: new Map(conditions.map(({ name, dims: width }) => [name, width])),
});

/** @throws AppError `pack_corrupt` when the file is missing or does not fit latents, captions and pictures of so many values */
export async function readIndexFile(path: string, widths: IndexWidths): Promise<IndexContent> {
  const file = await readTensorFile(path).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("pack_corrupt", `retrieval index ${path}: expected an index file (${why})`, { cause });
  });
  return contentOf(file, path, widths);
}

function contentOf(
  { metadata, tensors, bytes }: TensorFile,
  path: string,
  { dims, keyDims, pictures: widths }: IndexWidths,
): IndexContent {
  const refuse = (expected: string, got: unknown): never => {
    throw new AppError("pack_corrupt", `retrieval index ${path}: expected ${expected}, got ${got}`);
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
  const picture = (name: string, { kind, dims: width, ...map }: Described[string]): QuantizedCodes => {
    if (width !== widths.get(name)) refuse(`"${name}" of ${widths.get(name) ?? "no"} values`, width);
    if (!("cells" in map))
      return {
        kind: "dense",
        dims: width,
        bytes: of(bytes, bytesOf(name), (count * width) / 2),
        steps: of(tensors, stepsOf(name), count),
      };
    if (width % map.cells !== 0) refuse(`"${name}" of ${map.cells} cells of as many values each`, width);
    const codes = {
      kind: "cells" as const,
      dims: width,
      cells: map.cells,
      bytes: of(bytes, bytesOf(name), (count * map.cells) / 2),
    };
    const most = classesMost(codes);
    if (!(most < width / map.cells)) refuse(`classes below ${width / map.cells} in "${name}"`, most);
    return codes;
  };
  const pictures = Object.entries(
    readDescribed(metadata["pictures"]) ?? refuse("pictures that say what they are", metadata["pictures"]),
  );
  const ownSteps = tensors.has("ownKeySteps") || bytes.has("ownKeys") ? of(tensors, "ownKeySteps") : undefined;
  return {
    dims,
    keyDims,
    labels,
    styles,
    styleMeans: of(tensors, "styleMeans", (styles.length + 1) * dims),
    keys: { bytes: of(bytes, "keys", (labels.length * keyDims) / 2), steps: of(tensors, "keySteps", labels.length) },
    entries: Array.from(ofExample, (label, at) => ({ label, style: ofStyle[at]! })),
    values: { bytes: of(bytes, "values", (count * dims) / 2), steps: of(tensors, "valueSteps", count) },
    affinities: of(tensors, "affinities", styles.length ** 2),
    ...(ownSteps && { ownKeys: { bytes: of(bytes, "ownKeys", (ownSteps.length * keyDims) / 2), steps: ownSteps } }),
    ...(tensors.has("ownAffinities") && { ownAffinities: of(tensors, "ownAffinities", styles.length) }),
    ...(pictures.length > 0 && {
      pictures: new Map(pictures.map(([name, description]) => [name, picture(name, description)])),
    }),
  };
}

type Described = z.infer<typeof DescribedSchema>;

function readDescribed(json = "{}"): Described | undefined {
  try {
    return DescribedSchema.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function readIds(json = ""): string[] | undefined {
  try {
    return z.array(z.string()).parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
