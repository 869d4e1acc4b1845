/**
 * Reads `manifest.json`, the one description of a pack. A complete one can be served; a draft lacks digests, which publishing
 * adds (server/packs/publish.ts). Nothing else parses manifests.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { AppError } from "../../shared/problem.ts";
import { sha256Of } from "../platform/sha256.ts";
import { type DraftManifest, DraftManifestSchema, type PackManifest, PackManifestSchema } from "./manifest.ts";

export const manifestFile = "manifest.json";

export interface ReadManifest {
  readonly manifest: PackManifest;
  /** SHA-256 of the file; it covers every weight of the pack. */
  readonly digest: string;
}

/** The fields of a manifest before they are checked. */
export type UncheckedManifest = Readonly<Record<string, unknown>>;

/** @throws AppError `pack_unavailable` when there is no manifest, `pack_corrupt` when it does not parse */
export async function readManifest(folder: string): Promise<ReadManifest> {
  return (await readWanted(folder, () => true))!;
}

/** Checks a manifest only if it is wanted, because that takes longer than reading it. @throws AppError as `readManifest` */
export async function readWanted(
  folder: string,
  isWanted: (manifest: UncheckedManifest) => boolean,
): Promise<ReadManifest | undefined> {
  const [bytes, path] = await readBytes(folder);
  const value = parseJson(bytes, path);
  if (typeof value === "object" && value !== null && !isWanted(value as UncheckedManifest)) return undefined;
  return { manifest: check(PackManifestSchema, value, path), digest: sha256Of(bytes) };
}

/** Reads a draft; a published pack is one, too. @throws AppError as `readManifest` */
export async function readDraft(folder: string): Promise<DraftManifest> {
  const [bytes, path] = await readBytes(folder);
  return check(DraftManifestSchema, parseJson(bytes, path), path);
}

async function readBytes(folder: string): Promise<[bytes: Buffer, path: string]> {
  const path = join(folder, manifestFile);
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const message = `${path}: expected the manifest of a pack, got no readable file (${cause.code})`;
    throw new AppError("pack_unavailable", message, { cause });
  });
  return [bytes, path];
}

function parseJson(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new AppError("pack_corrupt", `${path}: expected JSON, got ${bytes.length} bytes that do not parse`, {
      cause,
    });
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AppError("pack_corrupt", `${path}: ${issue.path.join(".") || "manifest"}: ${issue.message}`);
}
