/**
 * Every importer against the stored answers of an independent implementation in PyTorch, at small sizes (references/write.py). Weights come
 * from a hash that both sides compute.
 */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { Checkpoint } from "../../server/checkpoints/checkpoint.ts";
import { type ImportKind, kindOf } from "../../server/importers/kinds.ts";
import type { Tensor } from "../../server/onnx/session.ts";
import { differences, importInMemory } from "./compare.ts";

interface Described {
  readonly shape: readonly number[];
  readonly values?: readonly number[];
  readonly scale?: number;
  readonly offset?: number;
}

interface Input extends Described {
  readonly hash?: number;
  readonly isWhole?: boolean;
}

interface Reference {
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
const tokenizer = fileURLToPath(new URL("../../server/packs/default/icons/text/tokenizer.json", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "tau-importers-"));
after(() => rm(folder, { recursive: true }));

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

const valuesOf = ({ shape, values, scale = 0, offset = 0 }: Described, index: number): Float32Array =>
  values
    ? Float32Array.from(values)
    : Float32Array.from(uniform(index, sizeOf(shape)), (value) => offset + scale * value);

function checkpointOf({ tensors, prefix }: Reference): Checkpoint {
  const named = tensors.map(
    (tensor, index) =>
      [
        prefix + tensor.name,
        { shape: tensor.shape, type: "float32", read: async () => valuesOf(tensor, index) },
      ] as const,
  );
  return { path: "in memory", format: "safetensors", tensors: new Map(named), close: async () => undefined };
}

function feedOf(input: Input): Tensor {
  const data = input.isWhole ? BigInt64Array.from(input.values!, BigInt) : valuesOf(input, input.hash ?? 0);
  return { data, dims: input.shape };
}

describe("an imported network gives what PyTorch gives, to within 1e-4:", () => {
  for (const name of [
    "biggan",
    "biggan-deep",
    "net2net-flow",
    "invariances-dense",
    "invariances-spatial",
    "bigae",
    "bigae-actnorm",
    "basicae",
    "resnet",
    "resnet-basic",
    "deeplabv3",
    "bert",
    "mpnet",
  ])
    it(name, async () => {
      const reference = JSON.parse(await readFile(join(references, `${name}.json`), "utf8")) as Reference;
      const checkpoint = checkpointOf(reference);
      assert.equal(kindOf(checkpoint), reference.kind);
      if (reference.config) {
        await writeFile(join(folder, "config.json"), JSON.stringify(reference.config));
        await copyFile(tokenizer, join(folder, "tokenizer.json"));
      }
      const unused = await importInMemory(checkpoint, reference.kind, folder, reference.options);
      assert.deepEqual(
        unused.filter((tensor) => !/weight_v$|fc\.|^linear/.test(tensor)),
        [],
      );
      const runs = reference.runs.map(({ file, inputs, outputs }) => ({
        file,
        feeds: Object.fromEntries(Object.entries(inputs).map(([key, input]) => [key, feedOf(input)])),
        outputs,
      }));
      const found = await differences(folder, runs);
      console.log(`${name}: ${JSON.stringify(found)}`);
      for (const [output, difference] of Object.entries(found))
        assert.ok(difference <= 1e-4, `${output}: ${difference}`);
    });
});
