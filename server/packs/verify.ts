/**
 * Verifies a pack: every listed file exists, is a plain file inside the pack, and has the listed length and SHA-256. Runs
 * before any file reaches the runtime, whose parser is not made for hostile input.
 */
import { lstat, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { AppError } from "../../shared/problem.ts";
import type { PackManifest } from "../manifest/manifest.ts";
import { sha256OfFile } from "../platform/sha256.ts";

/** @throws AppError `pack_corrupt` naming pack, file, expected and received digest */
export async function verifyPack(folder: string, manifest: PackManifest): Promise<void> {
  const root = await realpath(folder);
  const name = `${manifest.id}@${manifest.version}`;
  for (const { path, sha256, bytes } of manifest.files) {
    const file = join(root, path);
    const info = await lstat(file).catch(() => undefined);
    if (!info?.isFile() || !(await realpath(file)).startsWith(root + sep))
      throw new AppError(
        "pack_corrupt",
        `pack ${name}, ${path}: expected a plain file inside the pack, got ${info ? "a link or folder" : "nothing"}`,
      );
    if (info.size !== bytes) throw corrupt(name, path, `${bytes} bytes`, `${info.size} bytes`);
    const digest = await sha256OfFile(file);
    if (digest !== sha256) throw corrupt(name, path, `SHA-256 ${sha256}`, digest);
  }
}

const corrupt = (name: string, path: string, expected: string, received: string): AppError =>
  new AppError("pack_corrupt", `pack ${name}, ${path}: expected ${expected}, got ${received}; fetch the pack again`, {
    field: path,
    expected,
    received,
  });
