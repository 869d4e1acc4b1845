/**
 * Publishes a user's translation as its own pack: the base's expert files (hard-linked if possible), the new flow with its
 * calibration and retrieval index, and the records. It defines the content; server/packs/publish.ts puts it in place.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { type DraftManifest, type FileDigests, filesOfPack, type PackManifest } from "../manifest/manifest.ts";
import type { PackDraft } from "../manifest/pack-draft.ts";
import type { ReadManifest } from "../manifest/read-manifest.ts";
import { writeFileAtomically } from "../platform/files/atomic-file.ts";
import { linkOrCopy } from "../platform/files/link-or-copy.ts";
import { sha256Of, sha256OfFile } from "../platform/sha256.ts";
import type { BasePack } from "./base-pack.ts";
import { fileMode, type MadeFiles, recordsFolder, writeMadeFiles } from "./made-files.ts";
import { ownPackAt, ownPart } from "./pack-name.ts";
import { type PublishedPack, publish, tidy, whilePublishing, writeManifest } from "./publish.ts";

export interface NewTranslation extends MadeFiles {
  /** Id of the pack and of its translation. */
  readonly name: string;
  readonly label: string;
  /** The base's draft with the conditions of the new flow. */
  readonly draft: PackDraft;
  readonly flow: Uint8Array;
  readonly metrics: Readonly<Record<string, number>>;
  /** Origin of the training images, for the list of parts. */
  readonly source: string;
  readonly records: ReadonlyMap<string, Uint8Array | string>;
}

/**
 * @param journal file of the run in which the publication notes the version that it replaces and that version's files. When
 *   called again after a crash, it so knows whether it was done, and which files to remove
 * @throws AppError as `publish`, `config_invalid` when the name's folder holds something else; the packs are unchanged then
 */
export function publishOwnPack(
  packs: string,
  base: BasePack,
  made: NewTranslation,
  journal: string,
): Promise<PublishedPack> {
  const { name: translation, flow } = made;
  const folder = join(packs, translation);
  return whilePublishing(folder, async () => {
    const old = await ownPackAt(folder, translation);
    const replaced = old?.digest ?? "";
    const [noted, ...notedFiles] = (await readFile(journal, "utf8").catch(() => undefined))?.split("\n") ?? [];
    if (old && noted !== undefined && noted !== replaced && holdsFlow(old.manifest, flow)) {
      await tidy({ folder, translation, oldFiles: notedFiles }, old.manifest);
      await tidyOwn(folder, base, made, old.manifest);
      return { folder, version: old.manifest.version, digest: replaced };
    }
    const oldFiles = old?.manifest.files.map(({ path }) => path) ?? [];
    await writeFileAtomically(journal, [replaced, ...oldFiles].join("\n"));
    const version = nextVersion(old?.manifest.version);
    const { manifest, digest } = await publish({
      folder,
      translation,
      oldFiles,
      fill: async (into) => {
        if (!old) await copyLicences(base, into);
        return fillOwnPack(into, base, made, version);
      },
    });
    await tidyOwn(folder, base, made, manifest);
    return { folder, version, digest };
  });
}

/** Puts all files of the new version into the folder, except manifest and licences. */
async function fillOwnPack(
  folder: string,
  base: BasePack,
  made: NewTranslation,
  version: string,
): Promise<{ readonly manifest: DraftManifest; readonly expected: FileDigests }> {
  const { name, label, metrics, source } = made;
  const { conditions, target, drawings } = made.draft.translation;
  const used = new Set([target, ...conditions.map(({ expert }) => expert)]);
  const experts = Object.fromEntries(Object.entries(base.manifest.experts).filter(([key]) => used.has(key)));
  const places = new Map<string, string>();
  for (const path of filesOfPack({ ...base.manifest, experts, translations: [], upscaler: undefined }))
    places.set(path, await placeExpertFile(folder, base, path));
  const { flow, calibration, retrieval } = await writeMadeFiles(folder, name, version, made);
  const { id, version: baseVersion, licence, parts } = base.manifest;
  return {
    expected: new Map([...places].map(([path, place]) => [place, base.files.get(path)!])),
    manifest: {
      format: 1,
      id: name,
      version,
      label,
      licence: `experts${retrieval === undefined ? "" : " and retrieval index"}: ${licence}; flow: as its training images`,
      parts: [
        ...(retrieval === undefined ? parts.filter(({ name: part }) => !part.startsWith("retrieval:")) : parts),
        {
          name: ownPart(name),
          licence: "as its training images",
          source: `trained from ${source}, started from ${id} ${baseVersion}`,
        },
      ],
      experts: moved(experts, places),
      translations: [
        {
          id: name,
          label,
          conditions,
          target,
          flow: flow!,
          metrics,
          calibration,
          retrieval,
          ...(retrieval !== undefined && drawings && { drawings }),
        },
      ],
    },
  };
}

/**
 * Links or copies one file of the base into the folder. If another file has its name, which the old version may still use, it
 * gets a different name.
 */
export async function placeExpertFile(
  folder: string,
  base: Pick<BasePack, "folder" | "files">,
  path: string,
): Promise<string> {
  const sha256 = base.files.get(path)!;
  const extension = extname(path);
  const places = [path, `${path.slice(0, path.length - extension.length)}-${sha256.slice(0, 8)}${extension}`];
  for (const place of places) {
    const to = join(folder, place);
    if (existsSync(to)) {
      if ((await sha256OfFile(to)) === sha256) return place;
      continue;
    }
    await mkdir(dirname(to), { recursive: true });
    const temporary = `${to}.${randomBytes(6).toString("hex")}.tmp`;
    try {
      await linkOrCopy(join(base.folder, path), temporary);
      await rename(temporary, to);
    } finally {
      await rm(temporary, { force: true });
    }
    return place;
  }
  throw new AppError("pack_corrupt", `${join(folder, places[1]!)}: expected SHA-256 ${sha256}, got another file`);
}

/** Expert entries with the paths of their files replaced. */
export const moved = <Entries>(experts: Entries, places: ReadonlyMap<string, string>): Entries =>
  JSON.parse(JSON.stringify(experts), (_, value: unknown) =>
    typeof value === "string" ? (places.get(value) ?? value) : value,
  ) as Entries;

const holdsFlow = ({ translations, files }: PackManifest, flow: Uint8Array): boolean => {
  const path = translations[0]!.flow;
  return files.find((file) => file.path === path)?.sha256 === sha256Of(flow);
};

/** Updates licences and records to the new version. It may fail: the next version repeats it. */
async function tidyOwn(
  folder: string,
  base: BasePack,
  { records }: NewTranslation,
  { version }: PackManifest,
): Promise<void> {
  await Promise.allSettled([copyLicences(base, folder), removeOldRecords(folder, [...records.keys()], version)]);
}

export async function copyLicences({ folder }: Pick<BasePack, "folder">, to: string): Promise<void> {
  const text = await readFile(join(folder, "LICENCES.md")).catch(() => undefined);
  if (text === undefined) return;
  await mkdir(to, { recursive: true });
  await writeFileAtomically(join(to, "LICENCES.md"), text, fileMode);
}

/**
 * Makes a pack the same under another version, with its records. Run it under the folder's lock.
 * @throws AppError as `writeManifest`; the version stays then
 */
export async function renumberOwnPack(
  folder: string,
  { manifest }: ReadManifest,
  version: string,
): Promise<ReadManifest> {
  const [from, to] = [manifest.version, version].map((of) => join(folder, recordsFolder(of))) as [string, string];
  if (existsSync(from)) await cp(from, to, { recursive: true });
  const digests = new Map(manifest.files.map(({ path, sha256 }) => [path, sha256]));
  const renumbered = await writeManifest(folder, { ...manifest, version }, digests);
  // Where it can't be removed, the next publication does.
  await rm(from, { recursive: true, force: true }).catch(() => undefined);
  return renumbered;
}

/** Removes the records of other versions, and their folders if empty. */
async function removeOldRecords(folder: string, names: readonly string[], version: string): Promise<void> {
  for (const other of await readdir(join(folder, "training"))) {
    if (!/^\d+\.\d+\.\d+$/.test(other) || other === version) continue;
    for (const name of names) await rm(join(folder, recordsFolder(other), name), { force: true });
    await rmdir(join(folder, recordsFolder(other))).catch(() => undefined);
  }
}

/** The first version is 0.1.0; each training raises the minor version. */
export function nextVersion(old: string | undefined): string {
  const [major, minor] = (old ?? "0.0.0").split(".").map(Number);
  return `${major}.${minor! + 1}.0`;
}
