/**
 * The catalogue: the packs of a folder and what each can do, from their manifests alone. It loads no weights, so the HTTP
 * process can use it; server/packs/load.ts loads packs in the inference child.
 */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type ConditionField,
  conditionFields,
  depths,
  fieldOf,
  isPictureQuery,
} from "../../shared/contract/conditions.ts";
import type { PackInfo, TranslationInfo } from "../../shared/contract/meta.ts";
import { networkScales } from "../../shared/contract/upscale-scales.ts";
import { usualLayout } from "../../shared/contract/usual-layout.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { type ExpertEntry, latentDimsOf, stylesIn, type TargetEntry } from "../manifest/expert-entries.ts";
import type { PackManifest, TranslationEntry } from "../manifest/manifest.ts";
import {
  manifestFile,
  type ReadManifest,
  readManifest,
  readWanted,
  type UncheckedManifest,
} from "../manifest/read-manifest.ts";
import { styleKindsOf } from "./style-kind.ts";
import { verifyPack } from "./verify.ts";

export interface CatalogueEntry extends ReadManifest {
  readonly folder: string;
  /** Part of the release, not made by the user; its errors stop the start. */
  readonly isShipped: boolean;
}

/** The folder of shipped packs: beside this file in the source tree, also found from the bundle in dist/server. */
export function packsHome(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = [join(here, "default"), join(here, "../../server/packs/default")];
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

/** A user's pack that was left out, and why. */
export interface PackFault {
  readonly folder: string;
  readonly error: AppError;
}

/** Any error of a user's pack in the form in which it is reported. */
export const packFaultOf = (folder: string, error: unknown): PackFault => ({
  folder,
  error:
    error instanceof AppError
      ? error
      : new AppError("pack_corrupt", `${folder}: expected a readable pack, got ${String(error)}`, { cause: error }),
});

export class Catalogue {
  readonly entries: readonly CatalogueEntry[];
  /** User packs that could not be read and were left out. */
  readonly faults: readonly PackFault[];

  private constructor(entries: readonly CatalogueEntry[], faults: readonly PackFault[]) {
    this.entries = entries;
    this.faults = faults;
  }

  /**
   * Reads the manifests of all shipped packs, then of the user's packs; the user's folders need not exist and may be the same.
   * @throws AppError `pack_unavailable` when no pack ships, `pack_corrupt` when a shipped manifest does not parse or repeats a
   *   translation; a user's pack with the same error is left out
   */
  static open(shipped: string, ...userFolders: readonly string[]): Promise<Catalogue> {
    return Catalogue.openSome(() => true, shipped, ...userFolders);
  }

  /**
   * The same without the packs that are not wanted, whose manifests are not checked. It may be empty.
   * @throws AppError as `open`
   */
  static async openSome(
    isWanted: (manifest: UncheckedManifest) => boolean,
    shipped: string,
    ...userFolders: readonly string[]
  ): Promise<Catalogue> {
    const names = await readdir(shipped).catch((cause: unknown) => {
      throw new AppError("pack_unavailable", `packs: expected a folder at ${shipped}, got none`, { cause });
    });
    const entries: CatalogueEntry[] = [];
    const faults: PackFault[] = [];
    const add = async (folder: string, isShipped: boolean): Promise<void> => {
      const read = await readWanted(folder, isWanted);
      if (read) entries.push(withOwnNames({ folder, isShipped, ...read }, entries));
    };
    const shippedFolders = packFolders(shipped, names);
    for (const folder of shippedFolders) await add(folder, true);
    if (shippedFolders.length === 0)
      throw new AppError(
        "pack_unavailable",
        `packs: expected at least one <pack>/manifest.json in ${shipped}, got none`,
      );
    for (const userFolder of userFolders.filter((path) => existsSync(path) && resolve(path) !== resolve(shipped))) {
      const userNames = await readdir(userFolder).catch((error: unknown) => {
        faults.push(packFaultOf(userFolder, error));
        return [];
      });
      for (const folder of packFolders(userFolder, userNames))
        try {
          await add(folder, false);
        } catch (error) {
          faults.push(packFaultOf(folder, error));
        }
    }
    return new Catalogue(entries, faults);
  }

  /** The packs as GET /v1/meta lists them. */
  packs(): PackInfo[] {
    const all = this.entries.flatMap(({ manifest }) => manifest.translations);
    const lenders = new Map(all.filter(({ retrieval }) => retrieval !== undefined).map((one) => [one.id, one]));
    return this.entries.map(({ manifest, digest }) => ({
      id: manifest.id,
      version: manifest.version,
      digest,
      licence: manifest.licence,
      sizeBytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
      translations: manifest.translations.map((translation) => describe(manifest, translation, lenders)),
      ...(manifest.upscaler
        ? { upscaler: { id: manifest.id, label: manifest.upscaler.label, scales: [...networkScales] } }
        : {}),
      parts: manifest.parts,
    }));
  }

  /** Verifies the digests of all files. @throws AppError `pack_corrupt` at the first that does not match */
  async verify(): Promise<void> {
    for (const { folder, manifest } of this.entries) await verifyPack(folder, manifest);
  }
}

/** Folders of packs, sorted; hidden ones are still being written. */
const packFolders = (home: string, names: readonly string[]): string[] =>
  names
    .filter((name) => !name.startsWith(".") && existsSync(join(home, name, manifestFile)))
    .sort()
    .map((name) => join(home, name));

/** Requests name a translation without its pack, so no two packs may share an id or a translation. */
function withOwnNames(entry: CatalogueEntry, others: readonly CatalogueEntry[]): CatalogueEntry {
  const { id, translations } = entry.manifest;
  const pack = others.find(({ manifest }) => manifest.id === id);
  if (pack)
    throw new AppError("pack_corrupt", `packs: expected one pack "${id}", got ${pack.folder} and ${entry.folder}`);
  const names = [...others, entry].flatMap(({ manifest }) =>
    manifest.translations.map((translation) => translation.id),
  );
  const otherUpscaler = entry.manifest.upscaler && others.find(({ manifest }) => manifest.upscaler);
  if (otherUpscaler)
    throw new AppError(
      "pack_corrupt",
      `packs: expected one pack with an upscaler, got ${otherUpscaler.folder} and ${entry.folder}`,
    );
  const twice = translations.find((translation) => names.indexOf(translation.id) !== names.lastIndexOf(translation.id));
  if (twice)
    throw new AppError(
      "pack_corrupt",
      `${entry.folder}: expected each translation in one pack, got "${twice.id}" in two`,
    );
  return entry;
}

/**
 * Reads one pack from its folder. @throws AppError `pack_unavailable` when it has no manifest, `pack_corrupt` when it does not
 * parse
 */
export const readEntry = async (folder: string, isShipped: boolean): Promise<CatalogueEntry> => ({
  folder,
  isShipped,
  ...(await readManifest(folder)),
});

/** @param lenders translations whose drawings captions of another one may find */
function describe(
  { experts }: PackManifest,
  translation: TranslationEntry,
  lenders: ReadonlyMap<string, TranslationEntry>,
): TranslationInfo {
  const { id, label, conditions, defaultStyle, captions } = translation;
  const lender = captions && lenders.get(captions.translation);
  const drawings = translation.drawings ?? lender?.drawings;
  // The manifest's schema has checked that the experts exist and have fitting kinds.
  const target = experts[translation.target] as TargetEntry;
  const expertOf = (field: ConditionField): ExpertEntry | undefined =>
    experts[conditions.find(({ name }) => fieldOf(name) === field)?.expert ?? ""];
  const vocabularyOf = (field: ConditionField): TranslationInfo["labels"] => {
    const offered = stylesIn(expertOf(field)).filter(({ groups }) => groups?.length !== 0);
    return offered.map(({ id, label }) => ({ id, label }));
  };
  const kinds = styleKindsOf(expertOf("style"));
  const layout = expertOf("layout");
  const isBetweenStyles = expertOf("style")?.kind === "drawing-style";
  return {
    id,
    label,
    conditions: conditionFields.filter(
      (field) =>
        conditions.some(({ name }) => fieldOf(name) === field) ||
        (field === "caption" && lender !== undefined) ||
        // Clean lines of a sketch, and areas of a layout, are a drawing (inference/drawings/given-drawings.ts).
        (isPictureQuery(field) && isBetweenStyles),
    ),
    ...(lender ? { captionsFrom: lender.id } : {}),
    styles: vocabularyOf("style").map((style) => {
      const kind = kinds.get(style.id);
      return kind === undefined ? style : { ...style, kind };
    }),
    ...(isBetweenStyles ? { styleImagesMax: limits.styleImagesMax } : {}),
    labels: vocabularyOf("label"),
    depths: depths.filter((depth) => conditions.some(({ name }) => name === `image-${depth}`)),
    ...(layout?.kind === "layout"
      ? { layout: { columns: layout.columns, rows: layout.rows, palette: layout.palette } }
      : isBetweenStyles
        ? { layout: usualLayout }
        : {}),
    ...(defaultStyle === undefined ? {} : { defaultStyle }),
    ...(target.kind === "onnx-generator" ? { isInvertible: false } : {}),
    ...(translation.retrieval === undefined ? {} : { hasRetrieval: true }),
    hasDiversity: true,
    ...(captions && captions.library === undefined ? { hasDrawings: false } : {}),
    ...(isBetweenStyles ? { hasNodes: true } : {}),
    ...(drawings ? { licences: [...new Set(drawings.map(({ licence }) => licence))].sort() } : {}),
    ...(translation.published === undefined ? {} : { hasGuidance: false }),
    // A flow between styles moves one style's code from another's, and no other condition (flow/style-flow.ts).
    ...(isBetweenStyles ? { guidedBy: ["style" as const] } : {}),
    widthPx: target.imageSizePx,
    heightPx: target.imageSizePx,
    latentDims: latentDimsOf(target),
  };
}
