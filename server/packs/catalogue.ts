/**
 * The catalogue: which packs a folder holds and what each can do, from their manifests alone. Loads no weights, so the
 * HTTP process can use it; server/packs/load.ts brings a pack to life in the inference child.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PackInfo, TranslationInfo } from "../../shared/contract.ts";
import { AppError } from "../../shared/problem.ts";
import { type PackManifest, PackManifestSchema, type TranslationEntry } from "./manifest.ts";
import { verifyPack } from "./verify.ts";

export interface CatalogueEntry {
  readonly folder: string;
  readonly manifest: PackManifest;
  /** SHA-256 of the manifest's bytes: names every weight of the pack. */
  readonly digest: string;
}

/** The packs that ship: beside this file in the source tree, and found from the bundle in dist/server. */
export function packsHome(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = [join(here, "default"), join(here, "../../server/packs/default")];
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

export class Catalogue {
  readonly entries: readonly CatalogueEntry[];

  private constructor(entries: readonly CatalogueEntry[]) {
    this.entries = entries;
  }

  /**
   * Reads the manifest of every pack below a folder.
   * @throws AppError `pack_unavailable` when there is none, `pack_corrupt` when a manifest does not parse
   */
  static async open(packsFolder: string): Promise<Catalogue> {
    const names = await readdir(packsFolder).catch((cause: unknown) => {
      throw new AppError("pack_unavailable", `packs: expected a folder at ${packsFolder}, got none`, { cause });
    });
    const folders = names.sort().map((name) => join(packsFolder, name));
    const entries = await Promise.all(
      folders.filter((folder) => existsSync(join(folder, "manifest.json"))).map(readEntry),
    );
    if (entries.length === 0)
      throw new AppError(
        "pack_unavailable",
        `packs: expected at least one <pack>/manifest.json in ${packsFolder}, got none`,
      );
    return new Catalogue(entries);
  }

  /** What GET /v1/meta tells of each pack. */
  packs(): PackInfo[] {
    return this.entries.map(({ manifest, digest }) => ({
      id: manifest.id,
      version: manifest.version,
      digest,
      licence: manifest.licence,
      sizeBytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
      translations: manifest.translations.map((translation) => describe(manifest, translation)),
      parts: manifest.parts,
    }));
  }

  /** Digests every file of every pack. @throws AppError `pack_corrupt` at the first that does not fit */
  async verify(): Promise<void> {
    for (const { folder, manifest } of this.entries) await verifyPack(folder, manifest);
  }
}

async function readEntry(folder: string): Promise<CatalogueEntry> {
  const path = join(folder, "manifest.json");
  const bytes = await readFile(path);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new AppError("pack_corrupt", `${path}: expected JSON, got ${bytes.length} bytes that do not parse`, {
      cause,
    });
  }
  const parsed = PackManifestSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AppError("pack_corrupt", `${path}: ${issue.path.join(".") || "manifest"}: ${issue.message}`);
  }
  return { folder, manifest: parsed.data, digest: createHash("sha256").update(bytes).digest("hex") };
}

function describe(manifest: PackManifest, translation: TranslationEntry): TranslationInfo {
  const target = manifest.experts[translation.target]!;
  if (target.kind !== "autoencoder")
    throw new AppError(
      "pack_corrupt",
      `pack ${manifest.id}, translation ${translation.id}: expected an autoencoder as target, got ${target.kind}`,
    );
  const styleExpert = manifest.experts[translation.conditions.find(({ name }) => name === "style")?.expert ?? ""];
  const styles = styleExpert?.kind === "label" ? styleExpert.vocabulary : [];
  const { defaultStyle } = translation;
  return {
    id: translation.id,
    label: translation.label,
    conditions: translation.conditions.map(({ name }) => name),
    styles,
    ...(defaultStyle === undefined ? {} : { defaultStyle }),
    widthPx: target.imageSizePx,
    heightPx: target.imageSizePx,
    latentDims: target.latentShape.reduce((product, size) => product * size, 1),
  };
}
