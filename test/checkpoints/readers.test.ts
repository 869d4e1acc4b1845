/** Checkpoints of every format, as PyTorch wrote them (write_fixtures.py): what is read, what is refused, and damaged files. */
import assert from "node:assert/strict";
import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import type { Checkpoint } from "../../server/checkpoints/checkpoint.ts";
import { openCheckpoint } from "../../server/checkpoints/open-checkpoint.ts";
import { readPickle } from "../../server/checkpoints/pickle.ts";
import { torchHost } from "../../server/checkpoints/torch-globals.ts";
import { AppError } from "../../shared/problem.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const fixtures = fileURLToPath(new URL("../fixtures/checkpoints/", import.meta.url));
const folder = temporaryFolder("checkpoints");

const ramp = (length: number): number[] => Array.from({ length }, (_, index) => index / 4 - 1);

/** The first row of shape [4, 6], as the fixtures share it. */
const shared = (row: number, column: number): number => (6 * row + column) / 4 - 1;

const expected: Readonly<Record<string, { shape: number[]; values: number[] }>> = {
  float32: { shape: [2, 3, 4], values: ramp(24) },
  float64: { shape: [5], values: ramp(5) },
  float16: { shape: [5], values: ramp(5) },
  bfloat16: { shape: [5], values: ramp(5) },
  int64: { shape: [7], values: [3, 1, 0, 6, 5, 2, 4] },
  uint8: { shape: [], values: [1] },
  bool: { shape: [2], values: [1, 0] },
  scalar: { shape: [], values: [0.5] },
  transposed: { shape: [6, 4], values: Array.from({ length: 24 }, (_, at) => shared(at % 4, Math.floor(at / 4))) },
  rows: { shape: [2, 6], values: ramp(24).slice(6, 18) },
  columns: { shape: [4, 2], values: Array.from({ length: 8 }, (_, at) => shared(Math.floor(at / 2), 2 + (at % 2))) },
  parameter: { shape: [3], values: ramp(3) },
  empty: { shape: [0, 3], values: [] },
};

async function reading<T>(path: string, use: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const checkpoint = await openCheckpoint(path);
  try {
    return await use(checkpoint);
  } finally {
    await checkpoint.close();
  }
}

const refusal = (file: string): Promise<AppError> =>
  openCheckpoint(join(fixtures, file)).then(
    async (checkpoint) => {
      await checkpoint.close();
      return assert.fail(`${file} was opened`);
    },
    (error: unknown) => {
      assert.ok(error instanceof AppError, String(error));
      assert.equal(error.code, "pack_corrupt");
      return error;
    },
  );

describe("a checkpoint", () => {
  for (const [file, format] of [
    ["zip.pth", "PyTorch zip"],
    ["deflated.pth", "PyTorch zip"],
    ["legacy.pth", "PyTorch legacy"],
    ["all.safetensors", "safetensors"],
  ] as const)
    it(`gives every tensor of ${file} with its shape and values`, () =>
      reading(join(fixtures, file), async (checkpoint) => {
        assert.equal(checkpoint.format, format);
        assert.deepEqual([...checkpoint.tensors.keys()].sort(), Object.keys(expected).sort());
        for (const [name, { shape, values }] of Object.entries(expected)) {
          const tensor = checkpoint.tensors.get(name)!;
          assert.deepEqual(tensor.shape, shape, name);
          assert.deepEqual([...(await tensor.read())], values, name);
        }
      }));

  it("names the tensors of a Lightning file by their path, and keeps the classes that it mentions as names", () =>
    reading(join(fixtures, "lightning.ckpt"), async ({ tensors }) => {
      assert.deepEqual([...tensors.keys()].filter((name) => !name.startsWith("state_dict.")).sort(), [
        "callbacks.__main__.ForeignCallback.best_model_score",
        "optimizer_states.0.state.0.exp_avg",
      ]);
      assert.deepEqual(tensors.get("state_dict.conv.weight")!.shape, [3, 2, 3, 3]);
      assert.equal(tensors.get("state_dict.norm.num_batches_tracked")!.type, "int64");
    }));
});

describe("a checkpoint is refused", () => {
  it("when it calls a function, by the name of the function", async () => {
    assert.match((await refusal("calls.pth")).message, /a call of (posix|nt)\.getcwd/);
  });

  it("when it holds a whole module, by the name of its class", async () => {
    assert.match((await refusal("module.pth")).message, /a call of torch\.nn\.modules\.container\.Sequential/);
    assert.match((await refusal("legacy-module.pth")).message, /a whole module of __main__\.Whole/);
  });

  it("when it has no tensors", async () => {
    assert.match((await refusal("no-tensors.pth")).message, /expected tensors/);
  });

  it("when an entry unpacks to hundreds of times its size", async () => {
    assert.match((await refusal("bomb.pth")).message, /at most 200 times/);
  });

  it("when a few bytes of its pickle make more values than a checkpoint has, made or copied", async () => {
    const global = (module: string, name: string) => Buffer.from(`c${module}\n${name}\n`);
    /** A list of 60,000 empty lists in the memo, then calls that copy it: 0.4 MB. */
    const copies = Buffer.concat([
      Buffer.from([0x80, 2]),
      ...[Buffer.from("](")],
      Buffer.from("K\x01K\x02\x86".repeat(60_000), "latin1"),
      Buffer.from("eq\x010"),
      global("collections", "OrderedDict"),
      Buffer.from("q\x020"),
      Buffer.from("h\x02h\x01\x85R".repeat(20_000), "latin1"),
      Buffer.from("."),
    ]);
    const lists = Buffer.concat([Buffer.from([0x80, 2]), Buffer.alloc(8_000_000, "]"), Buffer.from(".")]);
    for (const pickle of [copies, lists])
      assert.throws(
        () => readPickle(pickle, "x.pth", torchHost("x.pth")),
        (error: unknown) =>
          error instanceof AppError &&
          error.code === "pack_corrupt" &&
          error.message === "x.pth: expected at most 4000000 values, got more",
      );
  });

  it("when it is something else, or nothing", async () => {
    const text = join(folder, "text.pth");
    await writeFile(text, "this is no checkpoint");
    await assert.rejects(openCheckpoint(text), /expected a PyTorch checkpoint/);
    await assert.rejects(openCheckpoint(join(folder, "missing.pth")), /expected a file/);
    await assert.rejects(openCheckpoint(folder), /expected a file/);
  });
});

describe("damaged checkpoints", () => {
  // Goal B4.
  it("are read or refused, and never fail in another way", async () => {
    const files = await readdir(fixtures);
    const contents = new Map<string, Buffer>();
    for (const file of files) contents.set(file, await readFile(join(fixtures, file)));
    const damaged = join(folder, "damaged");
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)), {
          maxLength: 12,
        }),
        fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        async (file, edits, cut) => {
          const bytes = Buffer.from(contents.get(file)!);
          // Half of the edits hit the first kilobyte, where pickles and headers lie.
          for (const [index, [place, byte]] of edits.entries())
            bytes[Math.floor(place * (index % 2 === 0 ? Math.min(1024, bytes.length) : bytes.length))] = byte;
          await writeFile(damaged, cut === null ? bytes : bytes.subarray(0, Math.floor(cut * bytes.length)));
          try {
            await reading(damaged, async ({ tensors }) => {
              for (const tensor of tensors.values()) await tensor.read();
            });
          } catch (error) {
            if (!(error instanceof AppError) || error.code !== "pack_corrupt") throw error;
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});

describe("a large checkpoint", () => {
  it("is read tensor by tensor, so that memory grows by one tensor and not by the file", async () => {
    const path = join(folder, "large.safetensors");
    const [count, bytes] = [24, 16 * 1024 * 1024];
    const entries = Array.from({ length: count }, (_, at) => [
      `w${at}`,
      { dtype: "F32", shape: [bytes / 4], data_offsets: [at * bytes, (at + 1) * bytes] },
    ]);
    const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(json.length));
    await writeFile(path, Buffer.concat([head, json]));
    const file = await open(path, "r+");
    // A file of holes: it has its size without its bytes.
    await file.truncate(8 + json.length + count * bytes);
    await file.close();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    await reading(path, async ({ tensors }) => {
      for (const tensor of tensors.values()) {
        assert.equal((await tensor.read()).length, bytes / 4);
        globalThis.gc?.();
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
    });
    // Without forced collections some finished tensors wait for theirs.
    assert.ok(most < (count * bytes) / 2, `${most} bytes at once for a file of ${count * bytes}`);
  });
});
