/**
 * From experts and a trained flow to a pack: `pack.json` says what the pack is (experts, licences, sources), the manifest
 * adds what was measured and the digest of every file. The flow's name carries its own digest and the manifest is renamed
 * into place, so one rename switches from the old flow to the new: a crash at any moment leaves a pack that verifies.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { z } from "zod";
import { AppError } from "../../shared/problem.ts";
import { writeFlowFile } from "../flow/weights.ts";
import {
  type AutoencoderExpertEntry,
  type LabelExpertEntry,
  PackDraftSchema,
  PackManifestSchema,
  type TextExpertEntry,
} from "../packs/manifest.ts";
import type { CaptionFlowResult } from "./train-caption-flow.ts";

type DraftManifest = z.infer<typeof PackDraftSchema>;

export interface PackDraft {
  readonly manifest: DraftManifest;
  /** The experts that the caption translation joins. */
  readonly captionExperts: {
    readonly text: TextExpertEntry;
    readonly style: LabelExpertEntry;
    readonly target: AutoencoderExpertEntry;
  };
}

/** SHA-256 by path inside the pack. */
export type FileDigests = ReadonlyMap<string, string>;

const draftName = "pack.json";

/** @throws AppError `pack_unavailable` when the folder has no draft, `pack_corrupt` when it does not describe a caption translation */
export async function draftOf(pack: string): Promise<PackDraft> {
  const path = join(pack, draftName);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("pack_unavailable", `${path}: expected the description of a pack, got no readable file`, {
      cause,
    });
  });
  const manifest = parseDraft(text, path);
  const translation = manifest.translations.find(({ id }) => id === "caption");
  const expertFor = (condition: string) =>
    manifest.experts[translation?.conditions.find(({ name }) => name === condition)?.expert ?? ""];
  const [textExpert, style, target] = [
    expertFor("caption"),
    expertFor("style"),
    manifest.experts[translation?.target ?? ""],
  ];
  if (textExpert?.kind !== "text" || style?.kind !== "label" || target?.kind !== "autoencoder")
    throw new AppError(
      "pack_corrupt",
      `${path}: expected a translation "caption" that joins a text, a label and an autoencoder expert, got ` +
        (translation
          ? `${textExpert?.kind ?? "none"}, ${style?.kind ?? "none"} and ${target?.kind ?? "none"}`
          : "no such translation"),
    );
  return { manifest, captionExperts: { text: textExpert, style, target } };
}

function parseDraft(text: string, path: string): DraftManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError("pack_corrupt", `${path}: expected JSON, got ${text.length} characters that do not parse`, {
      cause,
    });
  }
  const parsed = PackDraftSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AppError("pack_corrupt", `${path}: ${issue.path.join(".") || "draft"}: ${issue.message}`);
}

/**
 * Digests of every file of the experts: taken before training, so that a missing one is found at once.
 * @throws AppError `pack_unavailable` naming a file that is missing
 */
export const digestExperts = (pack: string, { manifest }: PackDraft): Promise<FileDigests> =>
  digestFiles(pack, expertFiles(manifest));

/**
 * Writes the flow beside the old one, switches to it by the manifest and removes the old one. Returns the pack's digest.
 * @param trainedOn the experts' digests when the training set was encoded
 * @throws AppError `pack_corrupt` when an expert that encoded the set was replaced since: the flow would not fit it
 */
export async function publishFlow(
  pack: string,
  draft: PackDraft,
  trainedOn: FileDigests,
  { weights, metrics }: Pick<CaptionFlowResult, "weights" | "metrics">,
): Promise<string> {
  const { text, target } = draft.captionExperts;
  const now = await digestExperts(pack, draft);
  // The decoder may improve under a finished flow: it reads the latents that the encoder defines.
  for (const path of [text.model, text.tokenizer, target.encoder])
    if (now.get(path) !== trainedOn.get(path))
      throw new AppError(
        "pack_corrupt",
        `${join(pack, path)}: expected SHA-256 ${trainedOn.get(path)}, which encoded the training set, got ${now.get(path)}; put it back, or train anew`,
      );
  const { flow: plainPath } = draft.manifest.translations.find(({ id }) => id === "caption")!;
  const bytes = writeFlowFile(weights);
  const flow = plainPath.replace(/(\.onnx)?$/, `-${sha256Of(bytes).slice(0, 8)}.onnx`);
  await mkdir(join(pack, dirname(flow)), { recursive: true });
  await replaceFile(join(pack, flow), bytes);
  const translations = draft.manifest.translations.map((translation) =>
    translation.id === "caption" ? { ...translation, flow, metrics } : translation,
  );
  const digest = await writeManifest(pack, { ...draft.manifest, translations });
  const kept = new Set(translations.map((translation) => translation.flow));
  await removeStaleFlows(pack, plainPath, kept);
  return digest;
}

/** Flows that earlier runs published or left half-written. */
async function removeStaleFlows(pack: string, plainPath: string, kept: ReadonlySet<string>): Promise<void> {
  const stem = basename(plainPath, ".onnx");
  for (const name of await readdir(join(pack, dirname(plainPath)))) {
    const isOurs = name.startsWith(stem) && /^(-[0-9a-f]{8})?\.onnx(\.writing)?$/.test(name.slice(stem.length));
    const path = join(dirname(plainPath), name).replaceAll("\\", "/");
    if (isOurs && !kept.has(path)) await rm(join(pack, path), { force: true });
  }
}

/** Digests every file that the experts and translations name and writes `manifest.json`. Returns its SHA-256. */
export async function writeManifest(pack: string, draft: DraftManifest): Promise<string> {
  const paths = [...expertFiles(draft), ...draft.translations.map(({ flow }) => flow)];
  const files = await Promise.all(
    [...new Set(paths)].sort().map(async (path) => {
      const bytes = await readPackFile(pack, path);
      return { path, sha256: sha256Of(bytes), bytes: bytes.length };
    }),
  );
  const manifest = PackManifestSchema.parse({ ...draft, files });
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await replaceFile(join(pack, "manifest.json"), text);
  return sha256Of(text);
}

const expertFiles = ({ experts }: DraftManifest): string[] =>
  Object.values(experts).flatMap((expert) =>
    expert.kind === "text"
      ? [expert.model, expert.tokenizer]
      : expert.kind === "autoencoder"
        ? [expert.encoder, expert.decoder]
        : [],
  );

const digestFiles = async (pack: string, paths: readonly string[]): Promise<FileDigests> =>
  new Map(await Promise.all(paths.map(async (path) => [path, sha256Of(await readPackFile(pack, path))] as const)));

const readPackFile = (pack: string, path: string): Promise<Buffer> =>
  readFile(join(pack, path)).catch((cause: unknown) => {
    throw new AppError("pack_unavailable", `${join(pack, path)}: expected a file of the pack, got no readable file`, {
      cause,
    });
  });

const sha256Of = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex");

async function replaceFile(path: string, data: Uint8Array | string): Promise<void> {
  const temporary = `${path}.writing`;
  try {
    await writeFile(temporary, data, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
