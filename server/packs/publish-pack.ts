/**
 * Publishes a user's translation as a pack of its own: the base's expert files (hard-linked where the file system can), the new
 * flow and its entries, what it cost. A new pack is written into a hidden folder, verified and renamed; a new version of a pack is written beside
 * the old files and takes over by the rename of the manifest. A crash or a full disk at any moment leaves the old version served.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { AppError } from "../../shared/problem.ts";
import type { PackManifest } from "../manifest/manifest.ts";
import { asStorageError, syncFolder, writeFileAtomically } from "../platform/atomic-file.ts";
import { takeLock } from "../platform/process-lock.ts";
import type { BasePack } from "./base-pack.ts";
import { calibrationStem } from "./calibration-file.ts";
import { fileMode, fillFolder, indexStem, type NewTranslation, recordsFolder } from "./fill-pack-folder.ts";
import { ownPackAt } from "./pack-name.ts";
import { verifyPack } from "./verify.ts";

export interface PublishedPack {
  readonly folder: string;
  readonly version: string;
  /** SHA-256 of the manifest. */
  readonly digest: string;
}

/**
 * @param journal a file of the run, where the publication leaves which version it replaces, and that version's files: called again
 * after a crash, it knows whether it was done already, and what is left to remove
 * @throws AppError `storage_full`, `pack_corrupt` when a copied file is not what the base promised, `config_invalid` when the
 * name's folder holds something else; the packs are then as they were
 */
export async function publishPack(
  packs: string,
  base: BasePack,
  made: NewTranslation,
  journal: string,
): Promise<PublishedPack> {
  let release: (() => void) | undefined;
  try {
    await mkdir(packs, { recursive: true });
    release = takeLock(join(packs, `.${made.name}.lock`), (pid) => {
      const message = `pack ${made.name}: expected one publication at a time, got another by process ${pid}`;
      return new AppError("config_invalid", message, { field: "name", received: `in use by process ${pid}` });
    });
    return await publishLocked(packs, base, made, journal);
  } catch (error) {
    throw asStorageError(error);
  } finally {
    release?.();
  }
}

async function publishLocked(
  packs: string,
  base: BasePack,
  made: NewTranslation,
  journal: string,
): Promise<PublishedPack> {
  const home = join(packs, made.name);
  const old = await ownPackAt(home, made.name);
  const replaced = old ? sha256Of(old.bytes) : "";
  const [noted, ...notedFiles] = (await readFile(journal, "utf8").catch(() => undefined))?.split("\n") ?? [];
  if (old && noted !== undefined && noted !== replaced && holdsFlow(old.manifest, made.flow)) {
    await tidy(packs, made, base, old.manifest, notedFiles);
    return { folder: home, version: old.manifest.version, digest: replaced };
  }
  const oldFiles = old?.manifest.files.map(({ path }) => path) ?? [];
  await writeFileAtomically(journal, [replaced, ...oldFiles].join("\n"));
  const found = new Set(old && (await filesIn(home)));
  const folder = old ? home : join(packs, `.${made.name}-${randomBytes(4).toString("hex")}`);
  try {
    const manifest = await fillFolder(folder, base, made, nextVersion(old?.manifest.version));
    if (!old) await copyLicences(base, folder);
    await verifyPack(folder, manifest);
    // What the manifest names must be there before it is.
    for (const place of foldersOf(manifest)) await syncFolder(join(folder, place));
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    await writeFileAtomically(join(folder, "manifest.json"), text, fileMode);
    if (!old) {
      await rename(folder, home);
      await syncFolder(packs);
    }
    await tidy(packs, made, base, manifest, oldFiles);
    return { folder: home, version: manifest.version, digest: sha256Of(text) };
  } catch (error) {
    await (old ? removeAllBut(home, found) : rm(folder, { recursive: true, force: true })).catch(() => undefined);
    throw error;
  }
}

/** Folders of a manifest's files in the pack, each before the one that it lies in, the pack's own last. */
function foldersOf({ files }: PackManifest): string[] {
  const folders = new Set(
    files.flatMap(({ path }) => path.split("/").map((_, depth, parts) => parts.slice(0, depth).join("/"))),
  );
  return [...folders].sort((a, b) => b.length - a.length);
}

const holdsFlow = ({ translations, files }: PackManifest, flow: Uint8Array): boolean => {
  const path = translations[0]!.flow;
  return files.find((file) => file.path === path)?.sha256 === sha256Of(flow);
};

/** After the switch nothing may fail any more: what can't be tidied now is tidied by the next version. */
async function tidy(
  packs: string,
  made: NewTranslation,
  base: BasePack,
  manifest: PackManifest,
  oldFiles: readonly string[],
): Promise<void> {
  const home = join(packs, made.name);
  for (const step of [
    () => copyLicences(base, home),
    () => removeOld(home, manifest, oldFiles),
    () => removeOldRecords(home, made, manifest.version),
    () => removeHalves(packs, made.name),
  ])
    await step().catch(() => undefined);
}

async function copyLicences({ folder }: BasePack, to: string): Promise<void> {
  const text = await readFile(join(folder, "LICENCES.md")).catch(() => undefined);
  if (text) await writeFileAtomically(join(to, "LICENCES.md"), text, fileMode);
}

/** Removes an older version's files that this one does not need, those of versions that never came to be, and halves of writes. */
async function removeOld(home: string, { files, id }: PackManifest, oldFiles: readonly string[]): Promise<void> {
  const kept = new Set(files.map(({ path }) => path));
  const old = new Set(oldFiles);
  const made = [`flow/${id}`, calibrationStem(id), indexStem(id)];
  for (const place of await filesIn(home)) {
    const isMade = made.some((stem) => place.startsWith(`${stem}-`) && digestEnd.test(place.slice(stem.length)));
    if ((old.has(place) || isMade || halfEnd.test(place)) && !kept.has(place)) await rm(join(home, place));
  }
}

/** What this publication gives a name to: a digest ends it, as of half a write. */
const digestEnd = /^-[0-9a-f]{8}\.(onnx|safetensors)$/;
const halfEnd = /\.([0-9a-f]{12}\.tmp|writing)$/;

/** Removes the records of other versions, and their folders where nothing else lies in them. */
async function removeOldRecords(home: string, { records }: NewTranslation, version: string): Promise<void> {
  for (const folder of await readdir(join(home, "training"))) {
    if (!/^\d+\.\d+\.\d+$/.test(folder) || `training/${folder}` === recordsFolder(version)) continue;
    for (const name of records.keys()) await rm(join(home, "training", folder, name), { force: true });
    await rmdir(join(home, "training", folder)).catch(() => undefined);
  }
}

/** Removes what came into a pack since these files were all that it held. */
async function removeAllBut(home: string, kept: ReadonlySet<string>): Promise<void> {
  for (const place of await filesIn(home)) if (!kept.has(place)) await rm(join(home, place), { force: true });
}

/** Every file of a pack's folder by its place there, with forward slashes. */
async function filesIn(home: string): Promise<string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isFile() ? [relative(home, join(entry.parentPath, entry.name)).replaceAll("\\", "/")] : [],
  );
}

/** Hidden folders that interrupted publications of this pack left. */
async function removeHalves(packs: string, name: string): Promise<void> {
  for (const entry of await readdir(packs))
    if (entry.startsWith(`.${name}-`) && /^[0-9a-f]{8}$/.test(entry.slice(name.length + 2)))
      await rm(join(packs, entry), { recursive: true, force: true });
}

/** The first version is 0.1.0, each training the next minor one. */
function nextVersion(old: string | undefined): string {
  const [major, minor] = (old ?? "0.0.0").split(".").map(Number);
  return `${major}.${minor! + 1}.0`;
}

const sha256Of = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex");
