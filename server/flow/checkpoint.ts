/**
 * The checkpoint of a training run in one tensor file: optimiser state, best weights so far and position. It also records what
 * determines the run (architecture, settings, data), because steps on anything else would be another run.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { z } from "zod";
import { AppError } from "../../shared/problem.ts";
import { readTensorFile, writeTensorFile } from "../platform/files/tensor-file.ts";
import type { TrainingSet } from "./training-set.ts";
import { contentOf } from "./vector-table.ts";
import type { FlowWeights } from "./weights.ts";

export interface Position {
  readonly step: number;
  readonly bestNats: number;
  readonly bestStep: number;
}

/** What determines every step of a run, as text or number by name. Only a run with the same identity resumes a checkpoint. */
export type RunIdentity = Readonly<Record<string, string | number>>;

const count = z.number().int().nonnegative();
const PositionSchema = z.object({ step: count, bestNats: z.number(), bestStep: count });
const IdentitySchema = z.record(z.string(), z.union([z.string(), z.number()]));

const bestPrefix = "best:";

/** @param settings numbers that change the steps; patience and thread counts do not */
export function identifyRun(
  { architecture, tensors }: FlowWeights,
  set: TrainingSet,
  settings: Readonly<Record<string, number>>,
): RunIdentity {
  const start = createHash("sha256");
  for (const data of tensors.values()) start.update(bytesOf(data));
  return {
    architecture: JSON.stringify(architecture),
    ...settings,
    data: digestSet(set),
    [startKey]: start.digest("hex"),
  };
}

const startKey = "start";
/** Settings of checkpoints that do not record them. */
const impliedSettings: RunIdentity = { conditionNoise: 0, injectorWeight: 0, rehearsed: 0 };

/** Older checkpoints do not record their start; values that can't be compared are accepted. */
const isSame = (key: string, got: string | number | undefined, expected: string | number): boolean =>
  (got ?? impliedSettings[key]) === expected || (key === startKey && got === undefined);

const bytesOf = (data: Float32Array | Int32Array | Uint16Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export async function writeCheckpoint(
  path: string,
  identity: RunIdentity,
  position: Position,
  state: ReadonlyMap<string, Float32Array>,
  best: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  const tensors = new Map(state);
  for (const [name, data] of best) tensors.set(`${bestPrefix}${name}`, data);
  await writeTensorFile(path, tensors, { position: JSON.stringify(position), identity: JSON.stringify(identity) });
}

/**
 * Reads a checkpoint; undefined when there is none.
 * @throws AppError `dataset_invalid` when it is broken or belongs to another run, naming what differs
 */
export async function readCheckpoint(
  path: string,
  expected: RunIdentity,
  stateSizes: ReadonlyMap<string, number>,
): Promise<{ position: Position; state: Map<string, Float32Array>; best: Map<string, Float32Array> } | undefined> {
  if (!existsSync(path)) return undefined;
  const { metadata, tensors } = await readTensorFile(path);
  const identity = parse(path, IdentitySchema, metadata["identity"], "the identity of its run");
  for (const [key, value] of Object.entries(expected))
    if (!isSame(key, identity[key], value)) throw otherRun(path, key, identity[key], value);
  const position = parse(path, PositionSchema, metadata["position"], "its position");
  const state = new Map<string, Float32Array>();
  for (const [name, length] of stateSizes) {
    const data = tensors.get(name);
    if (data?.length !== length)
      throw new AppError(
        "dataset_invalid",
        `${path}: ${name}: expected ${length} values, got ${data?.length ?? "none"}; delete it to start again`,
      );
    state.set(name, data);
  }
  const best = new Map(
    [...tensors].flatMap(
      ([name, data]): Array<[string, Float32Array]> =>
        name.startsWith(bestPrefix) ? [[name.slice(bestPrefix.length), data]] : [],
    ),
  );
  return { position, state, best };
}

function parse<T>(path: string, schema: z.ZodType<T>, json: string | undefined, what: string): T {
  try {
    return schema.parse(JSON.parse(json ?? ""));
  } catch (cause) {
    throw new AppError(
      "dataset_invalid",
      `${path}: expected ${what} in the metadata, got none; delete it to start again`,
      {
        cause,
      },
    );
  }
}

function otherRun(path: string, key: string, got: string | number | undefined, expected: string | number): AppError {
  const differences =
    typeof expected === "number" ? `${key} ${expected}, got ${got ?? "none"}` : `the same ${key}, got another`;
  return new AppError(
    "dataset_invalid",
    `${path}: expected a checkpoint of this run: ${differences}; give the settings it was made with, or delete it to start again`,
  );
}

/** SHA-256 over all data of the batches. */
export function digestSet(set: TrainingSet): string {
  const hash = createHash("sha256");
  const add = (data: Float32Array | Int32Array | Uint16Array): void =>
    void hash.update(`${data.length};`).update(bytesOf(data));
  add(set.latents);
  hash.update(`${set.posteriorStd};`);
  for (const { table, options } of set.conditions) {
    add(contentOf(table));
    for (const entries of options) add(Int32Array.from(entries));
  }
  add(set.trainRows);
  add(set.heldOutRows);
  if (set.rehearsedRows) add(set.rehearsedRows);
  return hash.digest("hex");
}
