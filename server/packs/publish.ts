/**
 * From experts and a trained flow to a pack: the draft says what the pack is, the manifest adds what was measured and the
 * digest of every file. The flow's name carries its own digest and the manifest is renamed into place, so one rename switches
 * from the old flow to the new: a crash at any moment leaves a pack that verifies.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import type { FittedFlow } from "../flow/fitted-flow.ts";
import { writeFlowFile } from "../flow/weights.ts";
import {
  besideFlow,
  filesOfExpert,
  type PackManifest,
  PackManifestSchema,
  type TranslationEntry,
} from "../manifest/manifest.ts";
import { writeFileAtomically } from "../platform/atomic-file.ts";
import { calibrationStem } from "./calibration-file.ts";
import { type DraftManifest, entryOf, expertFiles, type PackDraft } from "./pack-draft.ts";

/** SHA-256 by path inside the pack. */
export type FileDigests = ReadonlyMap<string, string>;

/** Of the files that a manifest lists. */
export const digestsIn = ({ files }: Pick<PackManifest, "files">): FileDigests =>
  new Map(files.map(({ path, sha256 }) => [path, sha256]));

/**
 * Digests of every file of the experts: taken before training, so that a missing one is found at once.
 * @throws AppError `pack_unavailable` naming a file that is missing
 */
export const digestExperts = async (pack: string, { manifest }: PackDraft): Promise<FileDigests> =>
  new Map(
    await Promise.all(
      expertFiles(manifest).map(async (path) => [path, sha256Of(await readPackFile(pack, path))] as const),
    ),
  );

/**
 * Writes the flow beside the old one, switches to it by the manifest and removes the old one. Returns the pack's digest.
 * @param trainedOn the experts' digests when the training set was encoded
 * @throws AppError `pack_corrupt` when an expert that encoded the set was replaced since: the flow would not fit it
 */
export async function publishFlow(
  pack: string,
  draft: PackDraft,
  trainedOn: FileDigests,
  { weights, metrics }: Pick<FittedFlow, "weights" | "metrics">,
): Promise<string> {
  const now = await digestExperts(pack, draft);
  for (const path of encodingFiles(draft))
    if (now.get(path) !== trainedOn.get(path))
      throw new AppError(
        "pack_corrupt",
        `${join(pack, path)}: expected SHA-256 ${trainedOn.get(path)}, which encoded the training set, got ${now.get(path)}; put it back, or train anew`,
      );
  const plainPath = draft.translation.flow;
  const bytes = writeFlowFile(weights);
  const flow = plainPath.replace(/(\.onnx)?$/, `-${sha256Of(bytes).slice(0, 8)}.onnx`);
  await mkdir(join(pack, dirname(flow)), { recursive: true });
  await writeFileAtomically(join(pack, flow), bytes, packFileMode);
  const served = await servedTranslations(pack);
  const translations = draft.manifest.translations.map((translation) => {
    const { calibration: _, ...described } = translation;
    // A calibration measures one flow: the new one begins without. Others keep what they are served with.
    if (translation.id === draft.translation.id) return { ...described, flow, metrics };
    const { flow: own = translation.flow, metrics: measured = {}, calibration } = served.get(translation.id) ?? {};
    return { ...described, flow: own, metrics: measured, ...(calibration && { calibration }) };
  });
  const digest = await writeManifest(pack, { ...draft.manifest, translations });
  await removeStale(pack, plainPath, new Set(translations.map((translation) => translation.flow)));
  await removeStaleCalibrations(pack, draft.translation.id, translations);
  return digest;
}

/** Translations of the pack as it is served now, by id. */
async function servedTranslations(pack: string): Promise<ReadonlyMap<string, TranslationEntry>> {
  const json = await readFile(join(pack, "manifest.json"), "utf8").then(
    (text) => JSON.parse(text) as unknown,
    () => undefined,
  );
  const parsed = PackManifestSchema.safeParse(json);
  return new Map(parsed.success ? parsed.data.translations.map((translation) => [translation.id, translation]) : []);
}

/** Files that decide what the translation's vectors and latents are. The decoder may improve under a finished flow. */
function encodingFiles(draft: PackDraft): string[] {
  const conditions = draft.translation.conditions.flatMap(({ expert }) => filesOfExpert(entryOf(draft, expert)));
  return [...new Set([...conditions, filesOfExpert(draft.target)[0]!])];
}

/** Calibrations of a translation that earlier runs published or left half-written. */
export const removeStaleCalibrations = (
  pack: string,
  translationId: string,
  kept: readonly TranslationEntry[],
): Promise<void> =>
  removeStale(
    pack,
    `${calibrationStem(translationId)}.safetensors`,
    new Set(kept.flatMap(({ calibration }) => (calibration ? [calibration.file] : []))),
  );

/** Files named like `plainPath`, with a digest in the name or half-written, that are not kept. */
async function removeStale(pack: string, plainPath: string, kept: ReadonlySet<string>): Promise<void> {
  const extension = extname(plainPath);
  const stem = basename(plainPath, extension);
  const rest = new RegExp(`^(-[0-9a-f]{8})?\\${extension}(\\.[0-9a-f]{12}\\.tmp|\\.writing)?$`);
  for (const name of await readdir(join(pack, dirname(plainPath))).catch(() => [])) {
    const path = join(dirname(plainPath), name).replaceAll("\\", "/");
    if (name.startsWith(stem) && rest.test(name.slice(stem.length)) && !kept.has(path))
      await rm(join(pack, path), { force: true });
  }
}

/** Digests every file that the experts and translations name and writes `manifest.json`. Returns its SHA-256. */
export async function writeManifest(pack: string, draft: DraftManifest): Promise<string> {
  const ofTranslations = draft.translations.flatMap((translation) => [translation.flow, ...besideFlow(translation)]);
  const paths = [...expertFiles(draft), ...ofTranslations];
  const files = await Promise.all(
    [...new Set(paths)].sort().map(async (path) => {
      const bytes = await readPackFile(pack, path);
      return { path, sha256: sha256Of(bytes), bytes: bytes.length };
    }),
  );
  const manifest = PackManifestSchema.parse({ ...draft, files });
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFileAtomically(join(pack, "manifest.json"), text, packFileMode);
  return sha256Of(text);
}

/** A pack holds nothing secret: whoever may read the folder may read its files. */
const packFileMode = 0o644;

const readPackFile = (pack: string, path: string): Promise<Buffer> =>
  readFile(join(pack, path)).catch((cause: unknown) => {
    throw new AppError("pack_unavailable", `${join(pack, path)}: expected a file of the pack, got no readable file`, {
      cause,
    });
  });

const sha256Of = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex");
