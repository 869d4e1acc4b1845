/**
 * Puts graphs that were replaced under a finished flow into the pack's manifest: `node --import tsx server/pretrain/publish-graphs.mts
 * --of decoder|encoders [--pack DIR] [--version X.Y.Z]` from the repository's root, after export_autoencoder.py --decoder (which is meant where nothing is said),
 * quantise_experts.py or fetch_text_expert.py. Every other file must be what the manifest says, else the pack stays as it is: a flow was
 * trained on what its encoders say, so they may change by a rounding at most. Without --version the version stays.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { ExpertEntry } from "../manifest/expert-entries.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import { verifyPack } from "../packs/verify.ts";
import { updateManifest } from "./update-manifest.mts";

const shipped = join(fileURLToPath(new URL(".", import.meta.url)), "../packs/default/icons");
const { values } = parseArgs({
  options: {
    pack: { type: "string", default: shipped },
    of: { type: "string", default: "decoder" },
    version: { type: "string" },
  },
});
if (values.of !== "decoder" && values.of !== "encoders") {
  console.error(`publish-graphs: --of: expected decoder or encoders, got "${values.of}"`);
  process.exit(2);
}

const { manifest } = await readManifest(values.pack);
const replaced = new Set(Object.values(manifest.experts).flatMap(values.of === "decoder" ? decoderOf : encoderOf));
await verifyPack(values.pack, { ...manifest, files: manifest.files.filter(({ path }) => !replaced.has(path)) });
const { version = manifest.version } = values;
const digest = await updateManifest(values.pack, manifest, version);
console.log(JSON.stringify({ pack: values.pack, version, digest, replaced: [...replaced] }));

function decoderOf(expert: ExpertEntry): string[] {
  return expert.kind === "autoencoder" ? [expert.decoder] : [];
}

/** Graphs that quantise_experts.py brings to 8 bits, and that of the text expert. */
function encoderOf(expert: ExpertEntry): string[] {
  if (expert.kind === "autoencoder") return [expert.encoder];
  return ["image", "sketch", "low-resolution", "text"].includes(expert.kind) && "model" in expert ? [expert.model] : [];
}
