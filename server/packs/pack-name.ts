/**
 * Checks the name of a user's translation. It becomes the id of a pack and of its translation, which requests name without the
 * pack, and the name of a folder.
 */
import { existsSync } from "node:fs";
import { TrainingNameSchema } from "../../shared/contract/training.ts";
import { AppError } from "../../shared/problem.ts";
import type { PackManifest } from "../manifest/manifest.ts";
import { type ReadManifest, readManifest } from "../manifest/read-manifest.ts";

/** Ids of a pack and its translations. */
export type Named = Pick<PackManifest, "id"> & { readonly translations: ReadonlyArray<{ readonly id: string }> };

/**
 * @param taken packs whose names are taken: all installed ones but the one that gets a new version
 * @throws AppError `config_invalid` when it can't be an id, or another pack uses it
 */
export function requireName(name: string, taken: readonly Named[]): void {
  const refuse = (expected: string): AppError =>
    new AppError("config_invalid", `name: expected ${expected}, got "${name}"`, {
      field: "name",
      expected,
      received: name,
    });
  if (!TrainingNameSchema.safeParse(name).success)
    throw refuse("a lower-case letter, then up to 39 lower-case letters, digits and hyphens");
  const other = taken.find(({ id, translations }) => [id, ...translations.map((own) => own.id)].includes(name));
  if (other) throw refuse(`one that pack ${other.id} does not use`);
}

/** The name of the pack's part that records under which name its flow was trained. */
export const ownPart = (name: string): string => `flow: ${name}`;

/**
 * The version that is served now; undefined when the name's folder is free.
 * @throws AppError `config_invalid` when the folder holds something else, which a new version would overwrite
 */
export async function ownPackAt(folder: string, name: string): Promise<ReadManifest | undefined> {
  if (!existsSync(folder)) return undefined;
  const refuse = (received: string, cause?: unknown): AppError =>
    new AppError(
      "config_invalid",
      `pack ${name}: expected no folder, or a translation that was trained under this name, got ${received}; move it away or choose another name`,
      { field: "name", received, cause },
    );
  const read = await readManifest(folder).catch((cause: unknown) => {
    throw refuse("a folder without a manifest that parses", cause);
  });
  const { id, translations, parts } = read.manifest;
  const isOwn = id === name && translations.length === 1 && translations[0]!.id === name;
  if (!isOwn) throw refuse(`pack ${id} with ${translations.map((translation) => translation.id).join(", ")}`);
  if (!parts.some((part) => part.name === ownPart(name))) throw refuse("a pack that was not trained from another");
  return read;
}
