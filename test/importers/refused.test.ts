/** Checkpoints that are not what an importer expects: each is refused with the tensor, the file and what came. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { it } from "node:test";
import type { Checkpoint, CheckpointTensor } from "../../server/checkpoints/checkpoint.ts";
import { kindOf } from "../../server/importers/kinds.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { importInMemory } from "./compare.ts";
import { checkpointOf, readReference } from "./stored-reference.ts";

const folder = temporaryFolder("refused");

async function changed(
  reference: string,
  change: (tensors: Map<string, CheckpointTensor>) => void,
): Promise<Checkpoint> {
  const checkpoint = checkpointOf(await readReference(reference));
  const tensors = new Map(checkpoint.tensors);
  change(tensors);
  return { ...checkpoint, tensors };
}

it("A checkpoint without a tensor that its kind needs is refused by the tensor's name", async () => {
  const checkpoint = await changed("resnet", (tensors) => tensors.delete("layer2.1.bn2.running_var"));
  await assert.rejects(
    importInMemory(checkpoint, "resnet", folder, {}),
    /in memory: expected a tensor layer2\.1\.bn2\.running_var \[\d+\], got none/,
  );
});

it("A tensor of another shape is refused with both shapes", async () => {
  const checkpoint = await changed("biggan", (tensors) =>
    tensors.set("attention.gamma", { ...tensors.get("attention.gamma")!, shape: [2] }),
  );
  await assert.rejects(
    importInMemory(checkpoint, "biggan", folder, {}),
    /expected a tensor attention\.gamma \[1\], got \[2\]/,
  );
});

it("A shuffle that is no permutation is refused", async () => {
  const name = "state_dict.flow.sub_layers.1.shuffle.forward_shuffle_idx";
  const checkpoint = await changed("net2net-flow", (tensors) => {
    const tensor = tensors.get(name)!;
    tensors.set(name, { ...tensor, read: async () => new Float32Array(tensor.shape[0]!) });
  });
  await assert.rejects(importInMemory(checkpoint, "net2net-flow", folder, {}), /expected a permutation of 6 places/);
});

it("A truncation between the stored ones is refused", async () => {
  const checkpoint = await changed("biggan-deep", () => undefined);
  await assert.rejects(
    importInMemory(checkpoint, "biggan-deep", folder, { truncation: 0.3 }),
    /truncation: expected a multiple of 0\.25 from 0 to 1, got 0\.3/,
  );
});

it("A layer that a ResNet has not is refused by name", async () => {
  const checkpoint = await changed("resnet", () => undefined);
  await assert.rejects(
    importInMemory(checkpoint, "resnet", folder, { layer: "layer9.9" }),
    /expected a layer as layer3\.5, avgpool or logits, got "layer9\.9"/,
  );
});

it("A checkpoint of no known kind, and one of the wrong kind, are refused", async () => {
  const strange = await changed("resnet", (tensors) => tensors.clear());
  assert.throws(() => kindOf(strange), /expected a checkpoint of one of the kinds biggan, .*, got one of none of them/);
  const checkpoint = await changed("bert", () => undefined);
  await assert.rejects(
    importInMemory(checkpoint, "deeplabv3", folder, {}),
    /expected a checkpoint of kind deeplabv3, with one tensor …classifier\.0\.convs\.0\.0\.weight, got none among/,
  );
});

it("An import that fails while weights are written leaves no file behind", async () => {
  const checkpoint = await changed("basicae", (tensors) => {
    const [name, tensor] = [...tensors].at(-1)!;
    tensors.set(name, { ...tensor, read: () => Promise.reject(new Error("unreadable")) });
  });
  await assert.rejects(importInMemory(checkpoint, "basicae", folder, {}), /unreadable/);
  assert.deepEqual(await readdir(folder), []);
});
