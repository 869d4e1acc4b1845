/**
 * Every importer against the stored answers of an independent implementation in PyTorch, at small sizes (references/write.py). Weights come
 * from a hash that both sides compute.
 */
import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { kindOf } from "../../server/importers/kinds.ts";
import type { Tensor } from "../../server/onnx/session.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { differences, importInMemory } from "./compare.ts";
import { checkpointOf, type Input, readReference, valuesOf } from "./stored-reference.ts";

const tokenizer = fileURLToPath(new URL("../../server/packs/default/icons/text/tokenizer.json", import.meta.url));
const folder = temporaryFolder("importers");

function feedOf(input: Input): Tensor {
  const data = input.isWhole ? BigInt64Array.from(input.values!, BigInt) : valuesOf(input, input.hash ?? 0);
  return { data, dims: input.shape };
}

describe("an imported network gives what PyTorch gives, to within 1e-4:", () => {
  // Goal Q3.
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
      const reference = await readReference(name);
      const checkpoint = checkpointOf(reference);
      assert.equal(kindOf(checkpoint), reference.kind);
      if (reference.config) {
        await writeFile(join(folder, "config.json"), JSON.stringify(reference.config));
        await copyFile(tokenizer, join(folder, "tokenizer.json"));
      }
      const unused = await importInMemory(checkpoint, reference.kind, folder, reference.options);
      assert.deepEqual(
        unused.filter((tensor) => !/fc\.|^linear/.test(tensor)),
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
