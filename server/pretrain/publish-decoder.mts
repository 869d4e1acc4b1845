/**
 * Puts a decoder that was replaced under a finished flow into the pack's manifest: `node --import tsx
 * server/pretrain/publish-decoder.mts [--pack DIR]` from the repository's root, after export_autoencoder.py --decoder. Every other file
 * must be what the manifest says, the encoder above all, for the flow was trained on its latents; else the pack stays as it is. The version
 * is that of pack.json.
 */
import { existsSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readEntry } from "../packs/catalogue.ts";
import { PackDraftSchema } from "../packs/manifest.ts";
import { verifyPack } from "../packs/verify.ts";
import { recordsFolder } from "../training/fill-pack-folder.ts";
import { writeManifest } from "../training/publish.ts";

const shipped = join(fileURLToPath(new URL(".", import.meta.url)), "../packs/default/icons");
const { values } = parseArgs({ options: { pack: { type: "string", default: shipped } } });

const { manifest } = await readEntry(values.pack, true);
const decoders = new Set(
  Object.values(manifest.experts).flatMap((expert) => (expert.kind === "autoencoder" ? [expert.decoder] : [])),
);
await verifyPack(values.pack, { ...manifest, files: manifest.files.filter(({ path }) => !decoders.has(path)) });
const { version } = PackDraftSchema.parse(JSON.parse(await readFile(join(values.pack, "pack.json"), "utf8")));
// The flow is the same, and so is what tells of its training.
const [from, to] = [manifest.version, version].map((of) => join(values.pack, recordsFolder(of)));
if (from !== to && existsSync(from!)) await cp(from!, to!, { recursive: true });
const digest = await writeManifest(values.pack, { ...manifest, version });
console.log(JSON.stringify({ pack: values.pack, version, digest, decoders: [...decoders] }));
