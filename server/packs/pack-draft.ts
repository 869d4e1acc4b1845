/**
 * `pack.json`: what a pack is (experts, licences, sources, translations) before its files are digested. Training reads it to
 * know which experts a translation joins; publish.ts makes the manifest from it.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { AppError } from "../../shared/problem.ts";
import {
  type ConditioningEntry,
  type ExpertEntry,
  filesOfExpert,
  isTarget,
  PackDraftSchema,
  type TargetEntry,
  type TranslationEntry,
} from "../manifest/manifest.ts";

export type DraftManifest = z.infer<typeof PackDraftSchema>;

/** A draft, and the one of its translations that is trained. */
export interface PackDraft {
  readonly manifest: DraftManifest;
  readonly translation: TranslationEntry;
  readonly target: TargetEntry;
}

const draftName = "pack.json";

/**
 * Reads the draft of a pack.
 * @param translationId which translation is trained; absent = the first
 * @throws AppError `pack_unavailable` when the folder has no draft, `pack_corrupt` when it does not describe the translation
 */
export async function draftOf(pack: string, translationId?: string): Promise<PackDraft> {
  const path = join(pack, draftName);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("pack_unavailable", `${path}: expected the description of a pack, got no readable file`, {
      cause,
    });
  });
  return selectTranslation(parseDraft(text, path), path, translationId);
}

/** @param where the file that messages name */
export function selectTranslation(manifest: DraftManifest, where: string, translationId?: string): PackDraft {
  const { translations, experts } = manifest;
  if (translations.length === 0)
    throw new AppError(
      "pack_corrupt",
      `${where}: expected a pack with a translation, got "${manifest.id}" without any`,
    );
  const translation =
    translationId === undefined ? translations[0]! : translations.find(({ id }) => id === translationId);
  if (!translation)
    throw new AppError(
      "pack_corrupt",
      `${where}: expected a translation "${translationId}", got ${translations.map(({ id }) => id).join(", ")}`,
    );
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

/** The vocabulary of a translation's labels or styles; undefined where it reads none. */
export function vocabularyOf(
  draft: PackDraft,
  condition: "label" | "style",
): Extract<ConditioningEntry, { kind: "label" }>["vocabulary"] | undefined {
  const found = draft.translation.conditions.find(({ name }) => name === condition);
  const entry = found && entryOf(draft, found.expert);
  return entry?.kind === "label" ? entry.vocabulary : undefined;
}

/** Files of a pack's experts, used by a translation or not. */
export const expertFiles = ({ experts }: DraftManifest): string[] => Object.values(experts).flatMap(filesOfExpert);

function parseDraft(text: string, path: string): DraftManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError("pack_corrupt", `${path}: expected JSON, got ${text.length} characters that do not parse`, {
      cause,
    });
  }
  const parsed = PackDraftSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AppError("pack_corrupt", `${path}: ${issue.path.join(".") || "draft"}: ${issue.message}`);
}
