/**
 * A foreign graph of a pack, opened as declared: with the listed weight files only, up to the layer that is read, and only if
 * all inputs and outputs are as declared. The expert that owns it interprets the numbers.
 */
import { dirname, join, posix } from "node:path";
import { joinRows } from "../../engine/join-rows.ts";
import { type Feeds, Session, type SessionOptions, type Tensor } from "../../onnx/session.ts";
import { type Promised, requireFinite, requirePromised, requireShape } from "../check.ts";
import type { ExpertOptions } from "../expert.ts";
import { SharedFiles } from "../shared-files.ts";

export interface GraphDeclaration {
  /** Path of the graph inside the pack. */
  readonly path: string;
  /** Name of the graph in messages. */
  readonly label: string;
  /** Pack paths of its weight files. */
  readonly data: readonly string[] | undefined;
  /** The value to read: an output, or an inner value that becomes the output. */
  readonly layer: string;
  readonly inputs: readonly Promised[];
  /** Float32 inputs of any shape with a constant value. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Shape of `layer` without its batch, if it is known before the first run. */
  readonly shape?: readonly number[];
}

/** A tensor with a batch axis before its shape. */
export const withBatch = (name: string, shape: readonly number[], type = "float32"): Promised => ({
  name,
  type,
  shape: ["batch", ...shape],
});

export interface DeclaredGraph {
  /** The layer for one input, including its batch of 1. */
  run(feeds: Feeds): Promise<Tensor>;
  /** The layer's values for one input. @throws AppError `tensor_mismatch` when its shape differs or it is not finite */
  read(feeds: Feeds, shape: readonly number[]): Promise<Float32Array>;
}

/** @throws AppError `pack_corrupt` naming expert, expected and received inputs, outputs and files */
export async function openGraph(
  packFolder: string,
  { path, label, data = [], layer, inputs, constants = {}, shape }: GraphDeclaration,
  { shared = new SharedFiles(), ...options }: ExpertOptions,
): Promise<DeclaredGraph> {
  const file = join(packFolder, path);
  const named = [...inputs.map(({ name }) => name), ...Object.keys(constants)];
  const settings: SessionOptions = {
    ...options,
    label,
    layer,
    inputs: named,
    folder: dirname(file),
    externalData: data.map((beside) => posix.relative(posix.dirname(path), beside)),
  };
  // With weights in other files, the graph file's bytes do not identify the graph.
  const weights = data.length > 0 ? dirname(file) : "";
  const kind = `session ${options.provider ?? "cpu"} ${layer} ${named.join(" ")} ${weights}`;
  const session = await shared.open(file, kind, (bytes) => Session.create(bytes, settings));
  const fixed = Object.keys(constants).map((name) => ({
    ...withBatch(name, []),
    shape: session.inputs.get(name)?.shape ?? [],
  }));
  requirePromised(session, [...inputs, ...fixed], shape ? [withBatch(layer, shape)] : [], label);
  const always = Object.fromEntries(
    fixed.map(({ name, shape: axes }) => {
      const dims = axes.map((size) => (typeof size === "number" && size > 0 ? size : 1));
      const length = dims.reduce((product, size) => product * size, 1);
      return [name, { data: new Float32Array(length).fill(constants[name]!), dims }];
    }),
  );
  const run = async (feeds: Feeds): Promise<Tensor> => (await session.run({ ...always, ...feeds }))[layer]!;
  return {
    run,
    async read(feeds, expected) {
      const tensor = await run(feeds);
      requireShape(tensor, [1, ...expected], label);
      requireFinite(tensor.data as Float32Array, label);
      return tensor.data as Float32Array;
    },
  };
}

/** Applies `each` to the rows of a [batch, …] buffer, one after the other, and joins the results. */
export async function mapRows(
  values: Float32Array,
  batch: number,
  each: (row: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const width = values.length / batch;
  const rows: Float32Array[] = [];
  for (let row = 0; row < batch; row += 1) rows.push(await each(values.slice(row * width, (row + 1) * width)));
  return joinRows(rows);
}
