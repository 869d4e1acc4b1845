/** The bearer token: 256 random bits, made at the first start, kept in the data folder for its owner alone. */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { writeFileAtomically } from "../platform/files/atomic-file.ts";

export interface Token {
  readonly value: string;
  readonly path: string;
  /** True at the first start. */
  readonly isNew: boolean;
}

/** @throws AppError config_invalid when the file holds something else */
export async function loadToken(dataDir: string): Promise<Token> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "token");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) {
    const value = randomBytes(32).toString("base64url");
    await writeFileAtomically(path, `${value}\n`);
    return { value, path, isNew: true };
  }
  const value = text.trim();
  if (!/^[\x21-\x7e]{16,200}$/.test(value))
    throw new AppError(
      "config_invalid",
      `${path}: expected a token of 16 to 200 visible characters, got ${value.length}; delete the file to get a new one`,
    );
  await chmod(path, 0o600);
  return { value, path, isNew: false };
}
