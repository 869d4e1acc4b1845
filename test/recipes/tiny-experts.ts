/**
 * Tiny experts of random weights, in the layouts of the published ones (the small networks of test/importers/references), imported from checkpoint files
 * as a user would import his own; and a folder of tiny images. As a program: node --import tsx test/recipes/tiny-experts.ts DIR
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodePng } from "../../server/images/codec.ts";
import { importExpert } from "../../server/importers/import-expert.ts";
import type { ImportKind } from "../../server/importers/kinds.ts";
import { letterTokenizer } from "../fixtures/tiny-text.ts";
import { checkpointOf, readReference } from "../importers/stored-reference.ts";

/** Which small network stands for which published one. */
const tiny: ReadonlyArray<readonly [reference: string, kind: ImportKind]> = [
  ["biggan", "biggan"],
  ["bert", "sentence-encoder"],
  ["resnet", "resnet"],
  ["deeplabv3", "deeplabv3"],
  ["bigae", "bigae"],
  ["basicae", "basicae"],
];

/** The tensors of a reference as a safetensors file. */
export async function writeCheckpoint(reference: string, path: string): Promise<void> {
  const { tensors } = checkpointOf(await readReference(reference));
  const header: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  let at = 0;
  for (const [name, { shape, read }] of tensors) {
    const values = await read();
    header[name] = { dtype: "F32", shape, data_offsets: [at, at + values.byteLength] };
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    at += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  await writeFile(path, Buffer.concat([length, json, ...parts]));
}

export async function writeTinyExperts(folder: string): Promise<void> {
  const checkpoints = join(folder, "checkpoints");
  await mkdir(checkpoints, { recursive: true });
  const { config } = await readReference("bert");
  await writeFile(join(checkpoints, "config.json"), JSON.stringify(config));
  await writeFile(join(checkpoints, "sentence_bert_config.json"), JSON.stringify({ max_seq_length: 40 }));
  await writeFile(join(checkpoints, "tokenizer.json"), JSON.stringify(letterTokenizer()[0]));
  for (const [reference, kind] of tiny) {
    const path = join(checkpoints, `${reference}.safetensors`);
    await writeCheckpoint(reference, path);
    await importExpert(path, { to: folder, kind, name: kind, imageSizePx: kind === "deeplabv3" ? 96 : 64 });
  }
  await writeFile(join(folder, "classes.txt"), "cat\ndog\nred house\nblue sea\n");
}

/** Squares and discs of many colours, in two subfolders. */
export async function writeTinyImages(folder: string, each = 40): Promise<void> {
  const sizePx = 32;
  for (const [kind, label] of ["discs", "squares"].entries()) {
    await mkdir(join(folder, label), { recursive: true });
    for (let index = 0; index < each; index += 1) {
      const rgba = new Uint8Array(sizePx * sizePx * 4).fill(255);
      const [x0, y0, radius] = [10 + ((7 * index) % 12), 10 + ((5 * index) % 12), 5 + (index % 5)];
      for (let y = 0; y < sizePx; y += 1)
        for (let x = 0; x < sizePx; x += 1) {
          const distance = kind === 0 ? Math.hypot(x - x0, y - y0) : Math.max(Math.abs(x - x0), Math.abs(y - y0));
          if (distance <= radius)
            rgba.set([(53 * index) % 256, (101 * index) % 256, (197 * index) % 256], 4 * (y * sizePx + x));
        }
      await writeFile(join(folder, label, `${index}.png`), await encodePng(rgba, sizePx, sizePx));
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? "tiny-experts";
  await writeTinyExperts(folder);
  await writeTinyImages(join(folder, "images"));
  console.log(`${folder}: experts, classes.txt and images`);
}
