/**
 * Publishes a user's translation as a pack of its own: the base's expert files (hard-linked where the file system can), the new
 * flow, what it cost. A new pack is written into a hidden folder, verified and renamed; a new version of a pack is written beside
 * the old files and takes over by the rename of the manifest. A crash or a full disk at any moment leaves the old version served.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { asStorageError, writeFileAtomically } from "../files/atomic-file.ts";
import { takeLock } from "../files/process-lock.ts";
import type { PackManifest } from "../packs/manifest.ts";
import { verifyPack } from "../packs/verify.ts";
import type { BasePack } from "./base-pack.ts";
import { fileMode, fillFolder, type NewTranslation, recordsFolder } from "./fill-pack-folder.ts";
import { ownPackAt } from "./pack-name.ts";

export interface PublishedPack {
  readonly folder: string;
  readonly version: string;
  /** SHA-256 of the manifest. */
  readonly digest: string;
}

/**
 * @param journal a file of the run, where the publication leaves which version it replaces: called again after a crash, it knows
 * whether it was done already
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
      const message = `${join(packs, made.name)}: expected one publication at a time, got another by process ${pid}`;
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
  const noted = await readFile(journal, "utf8").catch(() => undefined);
  if (old && noted !== undefined && noted !== replaced && holdsFlow(old.manifest, made.flow)) {
    await tidy(packs, made.name, base, old.manifest);
    return { folder: home, version: old.manifest.version, digest: replaced };
  }
  await writeFileAtomically(journal, replaced);
  const folder = old ? home : join(packs, `.${made.name}-${randomBytes(4).toString("hex")}`);
  try {
    const manifest = await fillFolder(folder, base, made, nextVersion(old?.manifest.version));
    if (!old) await copyLicences(base, folder);
    await verifyPack(folder, manifest);
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    await writeFileAtomically(join(folder, "manifest.json"), text, fileMode);
    if (!old) await rename(folder, home);
    await tidy(packs, made.name, base, manifest);
    return { folder: home, version: manifest.version, digest: sha256Of(text) };
  } catch (error) {
    await (old ? keepOnly(home, old.manifest) : rm(folder, { recursive: true, force: true })).catch(() => undefined);
    throw error;
  }
}

const holdsFlow = ({ translations, files }: PackManifest, flow: Uint8Array): boolean => {
  const path = translations[0]!.flow;
  return files.find((file) => file.path === path)?.sha256 === sha256Of(flow);
};

/** After the switch nothing may fail any more: what can't be tidied now is tidied by the next version. */
async function tidy(packs: string, name: string, base: BasePack, manifest: PackManifest): Promise<void> {
  const home = join(packs, name);
  for (const step of [() => copyLicences(base, home), () => keepOnly(home, manifest), () => removeHalves(packs, name)])
    await step().catch(() => undefined);
}

async function copyLicences({ folder }: BasePack, to: string): Promise<void> {
  const text = await readFile(join(folder, "LICENCES.md")).catch(() => undefined);
  if (text) await writeFileAtomically(join(to, "LICENCES.md"), text, fileMode);
}

/** Removes what this version does not need from the pack's sub-folders: files of another version, and halves of interrupted writes. */
async function keepOnly(home: string, { version, files }: PackManifest): Promise<void> {
  const kept = new Set(files.map(({ path }) => path));
  const records = `${recordsFolder(version)}/`;
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const place = path.slice(home.length + 1).replaceAll("\\", "/");
    const isOurs = place.includes("/") ? !kept.has(place) && !place.startsWith(records) : place.endsWith(".tmp");
    if (isOurs) await rm(path, { force: true });
  }
  for (const folder of await readdir(join(home, "training")).catch(() => []))
    if (`training/${folder}` !== recordsFolder(version))
      await rm(join(home, "training", folder), { recursive: true, force: true });
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
