/**
 * One translation of a manifest with its experts: for training, calibration and evaluation, and as a start.
 */
import { AppError } from "../../shared/problem.ts";
import { type ConditioningEntry, type ExpertEntry, isTarget, type TargetEntry } from "./expert-entries.ts";
import type { DraftManifest, TranslationEntry } from "./manifest.ts";
import { readDraft } from "./read-manifest.ts";

/** A manifest, and the selected one of its translations. */
export interface PackDraft {
  readonly manifest: DraftManifest;
  readonly translation: TranslationEntry;
  readonly target: TargetEntry;
}

/**
 * Reads the manifest in a folder, published or draft.
 * @param translationId absent = the first translation
 * @throws AppError `pack_unavailable` when the folder has no manifest, `pack_corrupt` when it does not describe the
 *   translation, `translation_unknown`
 */
export const draftOf = async (folder: string, translationId?: string): Promise<PackDraft> =>
  selectTranslation(await readDraft(folder), translationId);

/**
 * @param translationId absent = the first
 * @throws AppError `translation_unknown`, `pack_corrupt` when the pack has none, or lacks experts of this one
 */
export function selectTranslation(manifest: DraftManifest, translationId?: string): PackDraft {
  const { id, translations, experts } = manifest;
  const where = `pack ${id}`;
  if (translations.length === 0)
    throw new AppError("pack_corrupt", `${where}: expected a pack with a translation, got one without any`);
  const translation =
    translationId === undefined ? translations[0] : translations.find(({ id }) => id === translationId);
  if (!translation) {
    const expected = `one of ${translations.map(({ id }) => id).join(", ")}`;
    throw new AppError("translation_unknown", `--translation: expected ${expected}, got "${translationId}"`, {
      field: "--translation",
      expected,
      received: String(translationId),
    });
  }
  const target = experts[translation.target];
  if (!target || !isTarget(target))
    throw new AppError(
      "pack_corrupt",
      `${where}: translations.${translation.id}.target: expected an expert that decodes images, got ${describe(translation.target, target)}`,
    );
  for (const { name, expert } of translation.conditions) {
    const entry = experts[expert];
    if (!entry || isTarget(entry))
      throw new AppError(
        "pack_corrupt",
        `${where}: translations.${translation.id}: ${name}: expected an expert that reads conditions, got ${describe(expert, entry)}`,
      );
  }
  return { manifest, translation, target };
}

const describe = (name: string, entry: ExpertEntry | undefined): string =>
  entry ? `"${name}" of kind ${entry.kind}` : `none named "${name}"`;

/** The manifest entry of a condition's expert. */
export const entryOf = ({ manifest }: PackDraft, expert: string): ConditioningEntry =>
  manifest.experts[expert] as ConditioningEntry;

/** The vocabulary of a translation's labels or styles; undefined if it reads none. */
export function vocabularyOf(
  draft: PackDraft,
  condition: "label" | "style",
): Extract<ConditioningEntry, { kind: "label" }>["vocabulary"] | undefined {
  const found = draft.translation.conditions.find(({ name }) => name === condition);
  const entry = found && entryOf(draft, found.expert);
  return entry?.kind === "label" ? entry.vocabulary : undefined;
}
