/** A file of a public hub: which repository, which revision, which path, and which bytes it must have. Pure. */
import { AppError } from "../../shared/problem.ts";

export interface HubFile {
  /** owner/name */
  readonly repository: string;
  /** A branch, tag or commit. */
  readonly revision: string;
  /** Inside the repository. */
  readonly path: string;
  /** SHA-256 in 64 hex digits. */
  readonly sha256: string;
}

const part = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

const expected = {
  repository: "owner/name",
  revision: "a branch, tag or commit",
  path: "a path inside the repository",
  sha256: "64 hex digits",
} as const;

/** @throws AppError `config_invalid` naming the part that is not as expected */
export function checkHubFile(file: HubFile): HubFile {
  const segments = file.path.split("/");
  const isFine = {
    repository: file.repository.split("/").length === 2 && file.repository.split("/").every((name) => part.test(name)),
    revision: part.test(file.revision),
    path: segments.every((name) => part.test(name)),
    sha256: /^[0-9a-f]{64}$/i.test(file.sha256),
  };
  for (const field of Object.keys(expected) as Array<keyof HubFile>)
    if (!isFine[field])
      throw new AppError("config_invalid", `${field}: expected ${expected[field]}, got "${file[field]}"`, {
        field,
        expected: expected[field],
        received: file[field],
      });
  return { ...file, sha256: file.sha256.toLowerCase() };
}

/** Address at a hub with the paths of Hugging Face. @throws AppError `config_invalid` when `hub` is no http address */
export function addressOf(hub: string, { repository, revision, path }: HubFile): URL {
  const base = URL.canParse(hub) ? new URL(hub) : undefined;
  if (base?.protocol !== "https:" && base?.protocol !== "http:")
    throw new AppError("config_invalid", `hub: expected an address as https://huggingface.co, got "${hub}"`);
  const root = base.href.replace(/\/$/, "");
  return new URL(`${root}/${repository}/resolve/${revision}/${path}`);
}
