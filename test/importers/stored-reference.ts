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
/** Numbers from −0.5 to 0.5, as `uniform` of write.py. */
function uniform(index: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, at) => {
    let h = (at + Math.imul(index, 0x9e3779b9)) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
    return h / 2 ** 32 - 0.5;
  });
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export const valuesOf = ({ shape, values, scale = 0, offset = 0 }: Described, index: number): Float32Array =>
  values
    ? Float32Array.from(values)
    : Float32Array.from(uniform(index, sizeOf(shape)), (value) => offset + scale * value);

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
