/**
 * Publishes a style of one's own as a pack: everything of a pack with a flow between styles, hard-linked if possible, with a vocabulary
 * of the one style and its code. server/packs/publish.ts puts it in place.
 */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { StyleInk } from "../engine/pixels/style-ink.ts";
import { readCodes } from "../experts/drawing-style.ts";
import { entryOfLooks } from "../experts/style-entries/looks-entry.ts";
import type { ExpertEntry } from "../manifest/expert-entries.ts";
import type { PackManifest, TranslationEntry } from "../manifest/manifest.ts";
import { toFloat16 } from "../onnx/float16.ts";
import { writeFileAtomically } from "../platform/files/atomic-file.ts";
import { sha256Of } from "../platform/sha256.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { fileMode } from "./made-files.ts";
import { copyLicences, moved, nextVersion, placeExpertFile } from "./own-pack.ts";
import { ownPackAt, ownPart } from "./pack-name.ts";
import { type PublishedPack, publish, whilePublishing } from "./publish.ts";

/** A pack with a flow between styles. */
export interface StyleBase {
  readonly folder: string;
  readonly manifest: PackManifest;
  readonly translation: TranslationEntry;
  /** Side of its images. */
  readonly imageSizePx: number;
  /** Ids of its named styles. */
  readonly styles: readonly string[];
  /** Spread of the latents that its flow was trained on. */
  readonly posteriorStd: number;
}

/** The first translation between styles of a pack; undefined where it has none. */
export function styleBaseIn({ folder, manifest }: Pick<CatalogueEntry, "folder" | "manifest">): StyleBase | undefined {
  for (const translation of manifest.translations) {
    const expert = expertOfStyle(manifest, translation);
    const target = manifest.experts[translation.target];
    if (expert?.kind !== "drawing-style" || target?.kind !== "autoencoder") continue;
    const styles = expert.vocabulary.map(({ id }) => id);
    const { imageSizePx, posteriorStd } = target;
    return { folder, manifest, translation, imageSizePx, styles, posteriorStd };
  }
  return undefined;
}

const keyOfStyle = ({ conditions }: TranslationEntry): string =>
  conditions.find(({ name }) => name === "style")?.expert ?? "";
const expertOfStyle = ({ experts }: PackManifest, translation: TranslationEntry): ExpertEntry | undefined =>
  experts[keyOfStyle(translation)];

export interface NewStyle {
  /** Id of pack, translation and style. */
  readonly name: string;
  readonly label: string;
  readonly code: Float32Array;
  readonly styleInk: StyleInk;
  readonly metrics: Readonly<Record<string, number>>;
  /** SHA-256 of its icons. */
  readonly icons: string;
  /** Where its icons came from, for the list of parts. */
  readonly source: string;
}

/** Whether a style may take a name unasked: no pack of one's own has it, or one that is a style too. @throws AppError as `ownPackAt` */
export async function isFreeForStyle(packs: string, name: string): Promise<boolean> {
  const folder = join(packs, name);
  const own = await ownPackAt(folder, name);
  return own === undefined || styleBaseIn({ folder, manifest: own.manifest }) !== undefined;
}

/** What is published of a style of these icons on this base; undefined where the name is free, or holds another. @throws AppError as `ownPackAt` */
export async function publishedStyle(
  packs: string,
  base: StyleBase,
  { name, icons }: Pick<NewStyle, "name" | "icons">,
): Promise<Pick<NewStyle, "code" | "metrics"> | undefined> {
  const folder = join(packs, name);
  const old = await ownPackAt(folder, name);
  const expert = old?.manifest.experts[keyOfStyle(base.translation)];
  if (!old || expert?.kind !== "drawing-style" || !isOfBase(old.manifest, base)) return undefined;
  if (expert.vocabulary.length !== 1 || expert.vocabulary[0]!.icons !== icons) return undefined;
  // A damaged code is learned anew.
  const code = await readCodes(folder, expert).catch(() => undefined);
  return code && { code, metrics: old.manifest.translations[0]!.metrics ?? {} };
}

/** The same style again stays the version that it is. @throws AppError as `publish`, `config_invalid` when the name's folder holds something else */
export function publishStylePack(packs: string, base: StyleBase, made: NewStyle): Promise<PublishedPack> {
  const { name, label, code, styleInk, metrics, icons, source } = made;
  const folder = join(packs, name);
  return whilePublishing(folder, async () => {
    const old = await ownPackAt(folder, name);
    const codes = new Uint8Array(toFloat16(code).buffer);
    const codesAt = `style/${name}-${sha256Of(codes).slice(0, 8)}.f16`;
    const vocabulary = [{ id: name, label, ...entryOfLooks(styleInk), icons }];
    if (old && isSameStyle(old.manifest, base, { codesAt, vocabulary }))
      return { folder, version: old.manifest.version, digest: old.digest };
    const version = nextVersion(old?.manifest.version);
    const { digest } = await publish({
      folder,
      translation: name,
      oldFiles: old?.manifest.files.map(({ path }) => path) ?? [],
      fill: async (into) => {
        await copyLicences(base, into);
        const expert = expertOfStyle(base.manifest, base.translation);
        const digests = new Map(base.manifest.files.map((file) => [file.path, file.sha256]));
        await mkdir(dirname(join(into, codesAt)), { recursive: true });
        await writeFileAtomically(join(into, codesAt), codes, fileMode);
        const places = new Map<string, string>();
        for (const path of digests.keys())
          if (expert?.kind !== "drawing-style" || path !== expert.codes)
            places.set(path, await placeExpertFile(into, { folder: base.folder, files: digests }, path));
        const { experts, translations } = moved(
          { experts: base.manifest.experts, translations: [base.translation] },
          places,
        );
        const key = keyOfStyle(base.translation);
        return {
          expected: new Map([...places].map(([path, place]) => [place, digests.get(path)!])),
          manifest: {
            ...base.manifest,
            ...{ id: name, version, label },
            licence: `${base.manifest.licence}; style: as its icons`,
            parts: [
              ...base.manifest.parts,
              { name: ownPart(name), licence: "as its icons", source: `read from ${source}` },
            ],
            experts: { ...experts, [key]: { ...experts[key]!, vocabulary, codes: codesAt } as ExpertEntry },
            translations: [{ ...translations[0]!, id: name, label, metrics, defaultStyle: name }],
          },
        };
      },
    });
    return { folder, version, digest };
  });
}

/** Whether a pack has this style of this base already. */
function isSameStyle(
  manifest: PackManifest,
  base: StyleBase,
  { codesAt, vocabulary }: { readonly codesAt: string; readonly vocabulary: readonly object[] },
): boolean {
  const expert = manifest.experts[keyOfStyle(base.translation)];
  return (
    expert?.kind === "drawing-style" &&
    expert.codes === codesAt &&
    // As it would be read: without undefined, and in whatever order.
    isDeepStrictEqual(expert.vocabulary, JSON.parse(JSON.stringify(vocabulary))) &&
    isOfBase(manifest, base)
  );
}

/** Whether a pack has all files of a base but its codes. */
function isOfBase({ files }: PackManifest, { manifest, translation }: StyleBase): boolean {
  const ofBase = expertOfStyle(manifest, translation);
  const known = new Set(files.map(({ sha256 }) => sha256));
  return (
    ofBase?.kind === "drawing-style" &&
    manifest.files.every(({ path, sha256 }) => path === ofBase.codes || known.has(sha256))
  );
}
