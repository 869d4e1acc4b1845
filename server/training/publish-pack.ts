/**
 * Publishes a user's translation as a pack of its own: the base's expert files (hard-linked where the file system can), the new
 * flow, what it cost. A new pack is written into a hidden folder, verified and renamed; a new version of a pack is written beside
 * the old files and takes over by the rename of the manifest. A crash or a full disk at any moment leaves the old version served.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { asStorageError, writeFileAtomically } from "../files/atomic-file.ts";
import { type PackManifest, PackManifestSchema } from "../packs/manifest.ts";
import { verifyPack } from "../packs/verify.ts";
import type { BasePack } from "./base-pack.ts";
import { expertFiles, type PackDraft } from "./pack-draft.ts";

export interface NewTranslation {
  /** Pack id and translation id. */
  readonly name: string;
  readonly label: string;
  /** The base's draft with the conditions of the new flow. */
  readonly draft: PackDraft;
  /** The flow's file. */
  readonly flow: Uint8Array;
  readonly metrics: Readonly<Record<string, number>>;
  /** Where the training images come from, for the list of parts. */
  readonly source: string;
  /** Files that tell of the training, by name: they lie in `training/` and are not needed to serve. */
  readonly records: ReadonlyMap<string, Uint8Array | string>;
}

export interface PublishedPack {
  readonly folder: string;
  readonly version: string;
  /** SHA-256 of the manifest. */
  readonly digest: string;
}

const fileMode = 0o644;

/** @throws AppError `storage_full`, `pack_corrupt` when a copied file is not what the base promised; the pack is then as it was */
export async function publishPack(packs: string, base: BasePack, made: NewTranslation): Promise<PublishedPack> {
  const home = join(packs, made.name);
  const old = await manifestAt(home);
  const folder = existsSync(home) ? home : join(packs, `.${made.name}-${randomBytes(4).toString("hex")}`);
  try {
    const manifest = await fillFolder(folder, base, made, nextVersion(old?.version));
    await verifyPack(folder, manifest);
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    await writeFileAtomically(join(folder, "manifest.json"), text, fileMode);
    if (folder !== home) await rename(folder, home);
    await removeUnlisted(home, manifest, made);
    await removeHalves(packs, made.name);
    return { folder: home, version: manifest.version, digest: sha256Of(text) };
  } catch (error) {
    if (folder !== home) await rm(folder, { recursive: true, force: true });
    throw asStorageError(error);
  }
}

/** Puts every file of the new version into the folder but the manifest, which it gives back. */
async function fillFolder(
  folder: string,
  base: BasePack,
  { name, label, draft, flow, metrics, source, records }: NewTranslation,
  version: string,
): Promise<PackManifest> {
  await mkdir(folder, { recursive: true });
  const { translation, manifest: drafted } = draft;
  const used = new Set([translation.target, ...translation.conditions.map(({ expert }) => expert)]);
  const experts = Object.fromEntries(Object.entries(drafted.experts).filter(([key]) => used.has(key)));
  const places = new Map<string, string>();
  for (const path of new Set(expertFiles({ ...drafted, experts })))
    places.set(path, await placeExpertFile(folder, base, path));
  const flowPath = `flow/${name}-${sha256Of(flow).slice(0, 8)}.onnx`;
  await mkdir(join(folder, "flow"), { recursive: true });
  await writeFileAtomically(join(folder, flowPath), flow, fileMode);
  await mkdir(join(folder, "training"), { recursive: true });
  for (const [file, data] of records) await writeFileAtomically(join(folder, "training", file), data, fileMode);
  await copyLicences(base, folder);
  const sizes = new Map(base.manifest.files.map(({ path, bytes }) => [path, bytes]));
  const files = [...places].map(([path, place]) => ({
    path: place,
    sha256: base.files.get(path)!,
    bytes: sizes.get(path)!,
  }));
  const { id, version: baseVersion, licence, parts } = base.manifest;
  return PackManifestSchema.parse({
    format: 1,
    id: name,
    version,
    label,
    licence: `experts: ${licence}; flow: as its training images`,
    parts: [
      ...parts,
      {
        name: `flow: ${name}`,
        licence: "as its training images",
        source: `trained from ${source}, started from ${id} ${baseVersion}`,
      },
    ],
    experts: moved(experts, places),
    translations: [
      { id: name, label, conditions: translation.conditions, target: translation.target, flow: flowPath, metrics },
    ],
    files: [...files, { path: flowPath, sha256: sha256Of(flow), bytes: flow.length }],
  });
}

/**
 * Brings one file of the base into the folder. Where another file has its name already, which the old version may still be read
 * from, it gets a name of its own.
 */
async function placeExpertFile(folder: string, base: BasePack, path: string): Promise<string> {
  const sha256 = base.files.get(path)!;
  const extension = extname(path);
  const places = [path, `${path.slice(0, path.length - extension.length)}-${sha256.slice(0, 8)}${extension}`];
  for (const place of places) {
    const to = join(folder, place);
    if (existsSync(to)) {
      if (sha256Of(await readFile(to)) === sha256) return place;
      continue;
    }
    await mkdir(dirname(to), { recursive: true });
    const temporary = `${to}.${randomBytes(4).toString("hex")}.tmp`;
    try {
      // Another file system, or one without links, needs a copy.
      await link(join(base.folder, path), temporary).catch(() => copyFile(join(base.folder, path), temporary));
      await rename(temporary, to);
    } finally {
      await rm(temporary, { force: true });
    }
    return place;
  }
  throw new AppError("pack_corrupt", `${join(folder, places[1]!)}: expected SHA-256 ${sha256}, got another file`);
}

/** Expert entries with the paths of their files replaced. */
const moved = (experts: PackManifest["experts"], places: ReadonlyMap<string, string>): PackManifest["experts"] =>
  JSON.parse(JSON.stringify(experts), (_, value: unknown) =>
    typeof value === "string" ? (places.get(value) ?? value) : value,
  ) as PackManifest["experts"];

async function copyLicences({ folder }: BasePack, to: string): Promise<void> {
  const text = await readFile(join(folder, "LICENCES.md")).catch(() => undefined);
  if (text) await writeFileAtomically(join(to, "LICENCES.md"), text, fileMode);
}

/** Files that only the old version needed, and halves of interrupted writes. */
async function removeUnlisted(home: string, manifest: PackManifest, { records }: NewTranslation): Promise<void> {
  const kept = new Set([
    "manifest.json",
    "LICENCES.md",
    ...manifest.files.map(({ path }) => path),
    ...[...records.keys()].map((file) => `training/${file}`),
  ]);
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(path.slice(home.length + 1).replaceAll("\\", "/"))) await rm(path, { force: true });
  }
}

/** Hidden folders that interrupted publications of this pack left. */
async function removeHalves(packs: string, name: string): Promise<void> {
  for (const entry of await readdir(packs))
    if (entry.startsWith(`.${name}-`) && /^[0-9a-f]{8}$/.test(entry.slice(name.length + 2)))
      await rm(join(packs, entry), { recursive: true, force: true });
}

/** The manifest of the version that is served now; undefined when there is none that can be read. */
async function manifestAt(home: string): Promise<PackManifest | undefined> {
  const text = await readFile(join(home, "manifest.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return PackManifestSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The first version is 0.1.0, each training the next minor one. */
function nextVersion(old: string | undefined): string {
  const [major, minor] = (old ?? "0.0.0").split(".").map(Number);
  return `${major}.${minor! + 1}.0`;
}

const sha256Of = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex");
