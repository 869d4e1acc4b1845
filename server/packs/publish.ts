/**
 * Writes a pack's folder; nothing else makes new versions (workers copy those of others: app/many/shared-packs.ts). New files get names derived from their content. All files of the manifest are
 * digested and flushed; then renaming the manifest switches to all of them at once. A new pack is filled in a hidden folder
 * that is renamed. A crash or a full disk at any moment leaves the old version served, and the next publication removes
 * leftovers.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { filesOfExpert } from "../manifest/expert-entries.ts";
import {
  type DraftManifest,
  type FileDigests,
  filesOfPack,
  type PackManifest,
  PackManifestSchema,
} from "../manifest/manifest.ts";
import { entryOf, type PackDraft } from "../manifest/pack-draft.ts";
import { manifestFile, type ReadManifest, readDraft } from "../manifest/read-manifest.ts";
import { asStorageError, syncFolder, writeFileAtomically } from "../platform/files/atomic-file.ts";
import { makeFolders } from "../platform/files/make-folders.ts";
import { takeLock } from "../platform/files/process-lock.ts";
import { sha256Of, sha256OfFile } from "../platform/sha256.ts";
import { fileMode, isMadeFor, isPartialWrite, type MadeFiles, writeMadeFiles } from "./made-files.ts";

/** Between two looks at a lock that another holds. */
const lockPauseMs = 20;

export interface PublishedPack {
  readonly folder: string;
  readonly version: string;
  /** SHA-256 of the manifest. */
  readonly digest: string;
}

export interface Publication {
  /** The pack's folder; a new one appears complete. */
  readonly folder: string;
  /** Id of the translation of the new files. */
  readonly translation: string;
  /** Files of the version before; removed unless this version needs them too. */
  readonly oldFiles: readonly string[];
  /** Puts new files into a folder that holds the pack, or will; returns its manifest and the digests that files must have. */
  fill(into: string): Promise<{ readonly manifest: DraftManifest; readonly expected: FileDigests }>;
}

/**
 * @throws AppError `storage_full`, `pack_unavailable` when a file is missing, `pack_corrupt` when one has another digest than
 *   expected; the folder is unchanged then
 */
export async function publish(publication: Publication): Promise<ReadManifest> {
  const { folder, fill } = publication;
  const isNew = !existsSync(folder);
  const into = isNew ? join(dirname(folder), `.${basename(folder)}-${randomBytes(4).toString("hex")}`) : folder;
  const found = new Set(isNew ? [] : await filesIn(folder));
  try {
    const { manifest, expected } = await fill(into);
    const written = await writeManifest(into, manifest, expected);
    if (isNew) {
      await rename(into, folder);
      await syncFolder(dirname(folder));
    }
    await tidy(publication, written.manifest);
    return written;
  } catch (error) {
    await (isNew ? rm(into, { recursive: true, force: true }) : removeAllBut(folder, found)).catch(() => undefined);
    throw asStorageError(error);
  }
}

/**
 * Publishes new files of one of a pack's translations in the pack itself. Its other translations stay unchanged.
 * @param trainedOn the experts' digests when the training set was encoded
 * @throws AppError as `publish`; `pack_corrupt` when an expert that encoded the set was replaced since, because the flow would
 *   not match it
 */
export function publishInPack(
  folder: string,
  draft: PackDraft,
  trainedOn: FileDigests,
  { metrics, ...made }: MadeFiles & { readonly metrics?: Readonly<Record<string, number>> },
): Promise<ReadManifest> {
  const { id, calibration, ...described } = draft.translation;
  const encoding = encodingFiles(draft);
  return whilePublishing(folder, async () => {
    const now = new Map((await readDraft(folder)).translations.map((translation) => [translation.id, translation]));
    const oldFiles = [described.flow, ...(calibration ? [calibration.file] : [])];
    return publish({
      folder,
      translation: id,
      oldFiles,
      fill: async (into) => {
        const places = await writeMadeFiles(into, id, draft.manifest.version, made);
        // A calibration belongs to one flow, so a new flow starts without.
        const kept = made.flow || !calibration ? {} : { calibration };
        const entry = { id, ...described, ...kept, ...places, ...(metrics && { metrics }) };
        const translations = draft.manifest.translations.map((other) =>
          other.id === id ? entry : (now.get(other.id) ?? other),
        );
        return {
          manifest: { ...draft.manifest, translations },
          expected: new Map([...trainedOn].filter(([path]) => encoding.has(path))),
        };
      },
    });
  });
}

/**
 * Files that determine the translation's vectors and latents. The decoder is not among them: it may improve under a finished
 * flow.
 */
function encodingFiles(draft: PackDraft): Set<string> {
  const conditions = draft.translation.conditions.flatMap(({ expert }) => filesOfExpert(entryOf(draft, expert)));
  return new Set([...conditions, filesOfExpert(draft.target)[0]!]);
}

/**
 * Runs a publication under the folder's lock. One that is held is waited for: a worker holds it in passing, while it puts a fetched
 * version in place.
 * @throws AppError `config_invalid` when another holds it for longer than `waitMs`
 */
export async function whilePublishing<T>(
  folder: string,
  run: () => Promise<T>,
  waitMs: number = limits.publishWaitMs,
): Promise<T> {
  const name = basename(folder);
  const path = join(dirname(folder), `.${name}.lock`);
  const until = Date.now() + waitMs;
  const refuse = (pid: number): AppError => {
    const message = `pack ${name}: expected one publication at a time, got another by process ${pid}`;
    return new AppError("config_invalid", message, { field: "name", received: `in use by process ${pid}` });
  };
  let release: (() => void) | undefined;
  try {
    await makeFolders(dirname(folder));
    while (!release)
      try {
        release = takeLock(path, refuse);
      } catch (error) {
        if (!(error instanceof AppError) || Date.now() >= until) throw error;
        await sleep(lockPauseMs);
      }
    return await run();
  } catch (error) {
    throw asStorageError(error);
  } finally {
    release?.();
  }
}

/**
 * Digests of all expert files; taken before training, so that a missing one is found at once.
 * @throws AppError `pack_unavailable` naming a file that is missing
 */
export const digestExperts = async (folder: string, { manifest: { experts } }: PackDraft): Promise<FileDigests> =>
  new Map(
    await Promise.all(
      Object.values(experts)
        .flatMap(filesOfExpert)
        .map(async (path) => [path, await digestFile(folder, path)] as const),
    ),
  );

/**
 * Digests and flushes all files of a manifest, then writes it.
 * @param expected digests that files must have
 * @throws AppError `pack_unavailable` naming a missing file, `pack_corrupt` naming one with another digest, `storage_full`
 */
export async function writeManifest(
  folder: string,
  draft: DraftManifest,
  expected: FileDigests = new Map(),
): Promise<ReadManifest> {
  const files = await Promise.all(
    filesOfPack(draft).map(async (path) => ({
      path,
      sha256: await digestFile(folder, path),
      bytes: (await stat(join(folder, path))).size,
    })),
  );
  const wrong = files.find(({ path, sha256 }) => sha256 !== (expected.get(path) ?? sha256));
  if (wrong)
    throw new AppError(
      "pack_corrupt",
      `pack ${draft.id}, ${wrong.path}: expected SHA-256 ${expected.get(wrong.path)}, which encoded the training set, got ${wrong.sha256}; put it back, or train anew`,
    );
  const manifest = PackManifestSchema.parse({ ...draft, files });
  // All files must be on disk before the manifest that names them.
  for (const place of foldersOf(manifest)) await syncFolder(join(folder, place));
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFileAtomically(join(folder, manifestFile), text, fileMode);
  return { manifest, digest: sha256Of(text) };
}

const digestFile = (folder: string, path: string): Promise<string> =>
  sha256OfFile(join(folder, path)).catch((cause: unknown) => {
    throw new AppError("pack_unavailable", `${join(folder, path)}: expected a file of the pack, got no readable file`, {
      cause,
    });
  });

/** Folders of a manifest's files in the pack, inner ones before outer ones, the pack's own last. */
function foldersOf({ files }: PackManifest): string[] {
  const folders = new Set(
    files.flatMap(({ path }) => path.split("/").map((_, depth, parts) => parts.slice(0, depth).join("/"))),
  );
  return [...folders].sort((a, b) => b.length - a.length);
}

/**
 * Removes files of an older version that this one does not need, and leftovers of failed publications. After the switch nothing
 * may fail; what can't be removed now is removed by the next version.
 */
export async function tidy(
  { folder, translation, oldFiles }: Pick<Publication, "folder" | "translation" | "oldFiles">,
  { files }: PackManifest,
): Promise<void> {
  const kept = new Set(files.map(({ path }) => path));
  const old = new Set(oldFiles);
  const isStale = (place: string): boolean => old.has(place) || isMadeFor(translation, place) || isPartialWrite(place);
  const remove = async (): Promise<void> => {
    for (const place of await filesIn(folder)) if (isStale(place) && !kept.has(place)) await rm(join(folder, place));
  };
  const removeHidden = async (): Promise<void> => {
    const start = `.${basename(folder)}-`;
    for (const entry of await readdir(dirname(folder)))
      if (entry.startsWith(start) && /^[0-9a-f]{8}$/.test(entry.slice(start.length)))
        await rm(join(dirname(folder), entry), { recursive: true, force: true });
  };
  await Promise.allSettled([remove(), removeHidden()]);
}

/** Removes all files of a pack except these. */
async function removeAllBut(folder: string, kept: ReadonlySet<string>): Promise<void> {
  for (const place of await filesIn(folder)) if (!kept.has(place)) await rm(join(folder, place), { force: true });
}

/** All files of a pack's folder by relative path, with forward slashes. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isFile() ? [relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/")] : [],
  );
}
