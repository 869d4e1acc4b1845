/**
 * Tiny networks of random weights, in the layouts of the published ones (the small networks of test/importers/references), as checkpoint files that
 * the pages of docs/recipes import; and a folder of tiny images. As a program, which also imports them and writes an offline mirror of a hub:
 * node --import tsx test/recipes/tiny-experts.ts DIR
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodePng } from "../../server/images/codec.ts";
import { importExpert } from "../../server/importers/import-expert.ts";
import type { ImportKind } from "../../server/importers/kinds.ts";
import { letterTokenizer } from "../fixtures/tiny-text.ts";
import { checkpointOf, readReference } from "../importers/stored-reference.ts";

/** Which small network stands for which published one, and what the pages call its file. */
const tiny = [
  { reference: "biggan", kind: "biggan", file: "biggan-256.pth" },
  { reference: "bert", kind: "sentence-encoder", file: "sentence/model.safetensors" },
  { reference: "resnet", kind: "resnet", file: "resnet50.pth" },
  { reference: "deeplabv3", kind: "deeplabv3", file: "deeplabv3.pth" },
  { reference: "bigae", kind: "bigae", file: "bigae.ckpt" },
  { reference: "basicae", kind: "basicae", file: "basicae.ckpt" },
] as const satisfies ReadonlyArray<{ readonly reference: string; readonly kind: ImportKind; readonly file: string }>;

/** Side of the images that a tiny network reads; its published one reads larger ones. */
export const tinySidePx = (kind: string): number => (kind === "deeplabv3" ? 96 : 64);

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

/** Checkpoints under the names that the pages use. */
export async function writeWeights(folder: string): Promise<void> {
  const sentence = join(folder, "sentence");
  await mkdir(sentence, { recursive: true });
  const { config } = await readReference("bert");
  await writeFile(join(sentence, "config.json"), JSON.stringify(config));
  await writeFile(join(sentence, "sentence_bert_config.json"), JSON.stringify({ max_seq_length: 40 }));
  await writeFile(join(sentence, "tokenizer.json"), JSON.stringify(letterTokenizer()[0]));
  for (const { reference, file } of tiny) await writeCheckpoint(reference, join(folder, file));
}

/** The name of each class of the tiny generator. */
export const tinyClasses = "cat\ndog\nred house\nblue sea\n";

/** An offline mirror of a hub with one repository, `example/networks`. */
export async function writeMirror(folder: string): Promise<void> {
  const repository = join(folder, "example/networks/main");
  await mkdir(repository, { recursive: true });
  for (const reference of ["resnet", "net2net-flow", "basicae"])
    await writeCheckpoint(reference, join(repository, `${reference}.safetensors`));
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

async function writeAll(folder: string): Promise<void> {
  const weights = join(folder, "weights");
  await writeWeights(weights);
  for (const { kind, file } of tiny)
    await importExpert(join(weights, file), { to: folder, kind, name: kind, imageSizePx: tinySidePx(kind) });
  await writeFile(join(folder, "classes.txt"), tinyClasses);
  await writeTinyImages(join(folder, "images"));
  await writeMirror(join(folder, "mirror"));
  console.log(`${folder}: weights, experts, classes.txt, images and mirror`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeAll(process.argv[2] ?? "tiny-experts");
