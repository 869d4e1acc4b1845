/** Stored references (references/write.py): shapes and answers of small networks, whose weights come from a hash that both sides compute. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Checkpoint } from "../../server/checkpoints/checkpoint.ts";
import type { ImportKind } from "../../server/importers/kinds.ts";

export interface Described {
  readonly shape: readonly number[];
  readonly values?: readonly number[];
  readonly scale?: number;
  readonly offset?: number;
}

export interface Input extends Described {
  readonly hash?: number;
  readonly isWhole?: boolean;
}

export interface Reference {
  readonly kind: ImportKind;
  readonly options: Record<string, number>;
  readonly config: unknown;
  readonly prefix: string;
  readonly tensors: ReadonlyArray<Described & { readonly name: string }>;
  readonly runs: ReadonlyArray<{
    readonly file: string;
    readonly inputs: Readonly<Record<string, Input>>;
    readonly outputs: Readonly<Record<string, { shape: number[]; step: number; values: number[] }>>;
  }>;
}

const references = fileURLToPath(new URL("references/", import.meta.url));
/** Hashes as numbers from −0.5 to 0.5, as `uniform` of write.py, times `scale`, plus `offset`. A loop, because millions are made. */
function hashed(index: number, count: number, scale: number, offset: number): Float32Array {
  const values = new Float32Array(count);
  const salt = Math.imul(index, 0x9e3779b9);
  for (let at = 0; at < count; at += 1) {
    let h = (at + salt) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
    values[at] = offset + scale * (h / 2 ** 32 - 0.5);
  }
  return values;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export const valuesOf = ({ shape, values, scale = 0, offset = 0 }: Described, index: number): Float32Array =>
  values ? Float32Array.from(values) : hashed(index, sizeOf(shape), scale, offset);

/** The checkpoint of a reference, in memory. */
export function checkpointOf({ tensors, prefix }: Reference): Checkpoint {
  const named = tensors.map(
    (tensor, index) =>
      [
        prefix + tensor.name,
        { shape: tensor.shape, type: "float32", read: async () => valuesOf(tensor, index) },
      ] as const,
  );
  return { path: "in memory", format: "safetensors", tensors: new Map(named), close: async () => undefined };
}

export const readReference = async (name: string): Promise<Reference> =>
  JSON.parse(await readFile(`${references}${name}.json`, "utf8")) as Reference;
