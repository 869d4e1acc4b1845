/**
 * From experts and a trained flow to a pack: `pack.json` says what the pack is (experts, licences, sources), the manifest
 * adds what was measured and the digest of every file. The flow is written first and the manifest last, each by rename.
 */
import { createHash } from "node:crypto";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { writeFlowFile } from "../flow/weights.ts";
import type { AutoencoderExpertEntry, LabelExpertEntry, PackManifest, TextExpertEntry } from "../packs/manifest.ts";
import { PackManifestSchema } from "../packs/manifest.ts";
import type { CaptionFlowResult } from "./train-caption-flow.ts";

export interface PackDraft {
  readonly manifest: Omit<PackManifest, "files">;
  /** The experts that the caption translation joins. */
  readonly captionExperts: {
    readonly text: TextExpertEntry;
    readonly style: LabelExpertEntry;
    readonly target: AutoencoderExpertEntry;
  };
}

const draftName = "pack.json";

/** @throws AppError `pack_unavailable` when the folder has no draft, `pack_corrupt` when it does not describe a caption translation */
export async function draftOf(pack: string): Promise<PackDraft> {
  const path = join(pack, draftName);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("pack_unavailable", `${path}: expected the description of a pack, got no readable file`, {
      cause,
    });
  });
  const manifest = JSON.parse(text) as Omit<PackManifest, "files">;
  const translation = manifest.translations.find(({ id }) => id === "caption");
  const expertFor = (condition: string) =>
    manifest.experts[translation?.conditions.find(({ name }) => name === condition)?.expert ?? ""];
  const [textExpert, styleExpert, target] = [
    expertFor("caption"),
    expertFor("style"),
    manifest.experts[translation?.target ?? ""],
  ];
  if (textExpert?.kind !== "text" || styleExpert?.kind !== "label" || target?.kind !== "autoencoder")
    throw new AppError(
      "pack_corrupt",
      `${path}: expected a translation "caption" that joins a text, a label and an autoencoder expert`,
    );
  return { manifest, captionExperts: { text: textExpert, style: styleExpert, target } };
}

/** Writes the flow and the manifest. Returns the pack's digest. */
export async function publishFlow(
  pack: string,
  draft: PackDraft,
  translationId: string,
  result: CaptionFlowResult,
): Promise<string> {
  const translations = draft.manifest.translations.map((translation) =>
    translation.id === translationId ? { ...translation, metrics: result.metrics } : translation,
  );
  const { flow } = translations.find(({ id }) => id === translationId)!;
  await replaceFile(join(pack, flow), writeFlowFile(result.weights));
  return writeManifest(pack, { ...draft.manifest, translations });
}

/** Digests every file that the experts and translations name and writes `manifest.json`. Returns its SHA-256. */
export async function writeManifest(pack: string, draft: Omit<PackManifest, "files">): Promise<string> {
  const named = Object.values(draft.experts).flatMap((expert) =>
    expert.kind === "text"
      ? [expert.model, expert.tokenizer]
      : expert.kind === "autoencoder"
        ? [expert.encoder, expert.decoder]
        : [],
  );
  const paths = [...new Set([...named, ...draft.translations.map(({ flow }) => flow)])].sort();
  const files = await Promise.all(
    paths.map(async (path) => {
      const bytes = await readFile(join(pack, path));
      return {
        path,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        bytes: (await stat(join(pack, path))).size,
      };
    }),
  );
  const manifest = PackManifestSchema.parse({ ...draft, files });
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await replaceFile(join(pack, "manifest.json"), text);
  return createHash("sha256").update(text).digest("hex");
}

async function replaceFile(path: string, data: Uint8Array | string): Promise<void> {
  const temporary = `${path}.writing`;
  await writeFile(temporary, data, { flush: true });
  await rename(temporary, path);
}
