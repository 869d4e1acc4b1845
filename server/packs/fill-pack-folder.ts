/**
 * Puts the files of a user's translation into a folder: the base's experts, the new flow with its calibration and index, the records of
 * its training. Overwrites nothing that an older version in the same folder reads, and leaves the manifest to the caller.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { type PackManifest, PackManifestSchema } from "../manifest/manifest.ts";
import { writeFileAtomically } from "../platform/atomic-file.ts";
import { linkOrCopy } from "../platform/link-or-copy.ts";
import { type IndexContent, writeIndexFile } from "../retrieval/index-file.ts";
import type { BasePack } from "./base-pack.ts";
import { type FittedCalibration, writeCalibration } from "./calibration-file.ts";
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
  /** Of the flow; absent where too few images were held out. */
  readonly calibration?: FittedCalibration | undefined;
  /** Drawings of the base that new ones start from, seen from the new style; absent where the base has none. */
  readonly index?: IndexContent | undefined;
  /** Where the training images come from, for the list of parts. */
  readonly source: string;
  /** Files that tell of the training, by name: they lie in `recordsFolder` and are not needed to serve. */
  readonly records: ReadonlyMap<string, Uint8Array | string>;
}

/** A pack holds nothing secret: whoever may read the folder may read its files. */
export const fileMode = 0o644;

/** Where a version's records lie in its pack. */
export const recordsFolder = (version: string): string => `training/${version}`;

/** Puts every file of the new version into the folder but manifest and licences; gives the manifest. */
export async function fillFolder(
  folder: string,
  base: BasePack,
  { name, label, draft, flow, metrics, calibration: fitted, index: own, source, records }: NewTranslation,
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
  const calibration = fitted && (await writeCalibration(folder, name, fitted));
  const index = own && (await writeOwnIndex(folder, base, name, own));
  await mkdir(join(folder, recordsFolder(version)), { recursive: true });
  for (const [file, data] of records)
    await writeFileAtomically(join(folder, recordsFolder(version), file), data, fileMode);
  const sizes = new Map(base.manifest.files.map(({ path, bytes }) => [path, bytes]));
  const files = [...places].map(([path, place]) => ({
    path: place,
    sha256: base.files.get(path)!,
    bytes: sizes.get(path)!,
  }));
  const list = (path: string, bytes: Uint8Array): unknown =>
    files.push({ path, sha256: sha256Of(bytes), bytes: bytes.length });
  list(flowPath, flow);
  for (const path of [calibration?.file, index]) if (path !== undefined) list(path, await readFile(join(folder, path)));
  const { id, version: baseVersion, licence, parts } = base.manifest;
  return PackManifestSchema.parse({
    format: 1,
    id: name,
    version,
    label,
    licence: `experts${index === undefined ? "" : " and retrieval index"}: ${licence}; flow: as its training images`,
    parts: [
      ...(index === undefined ? parts.filter(({ name: part }) => !part.startsWith("retrieval:")) : parts),
      {
        name: `flow: ${name}`,
        licence: "as its training images",
        source: `trained from ${source}, started from ${id} ${baseVersion}`,
      },
    ],
    experts: moved(experts, places),
    translations: [
      {
        id: name,
        label,
        conditions: translation.conditions,
        target: translation.target,
        flow: flowPath,
        metrics,
        ...(calibration && { calibration }),
        ...(index !== undefined && { retrieval: index }),
      },
    ],
    files,
  });
}

/** Writes the index under a name that differs with what is in them; gives their place. */
async function writeOwnIndex(folder: string, base: BasePack, name: string, own: IndexContent): Promise<string> {
  const hash = createHash("sha256").update(base.digest).update(own.styleMeans).update(JSON.stringify(own.entries));
  if (own.ownAffinities) hash.update(own.ownAffinities);
  for (const { bytes, steps } of [own.values, ...(own.ownKeys ? [own.ownKeys] : [])]) hash.update(bytes).update(steps);
  for (const [picture, codes] of own.pictures ?? []) {
    hash.update(picture).update(codes.bytes);
    if (codes.kind === "dense") hash.update(codes.steps);
  }
  const place = `${indexStem(name)}-${hash.digest("hex").slice(0, 8)}.safetensors`;
  await mkdir(dirname(join(folder, place)), { recursive: true });
  await writeIndexFile(join(folder, place), own);
  return place;
}

/** Where a translation's index lies, before their digest. */
export const indexStem = (translation: string): string => `retrieval/${translation}`;

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
const moved = (experts: PackManifest["experts"], places: ReadonlyMap<string, string>): PackManifest["experts"] =>
  JSON.parse(JSON.stringify(experts), (_, value: unknown) =>
    typeof value === "string" ? (places.get(value) ?? value) : value,
  ) as PackManifest["experts"];

const sha256Of = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex");
