/**
 * Gets a file of a hub: from the folder where it is already, from an offline mirror (a folder `<owner>/<name>/<revision>/<path>`), or from the hub or a
 * mirror of it on the network. Whatever the way, the bytes must have the expected SHA-256.
 */
import { copyFile, mkdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { sha256OfFile } from "../platform/sha256.ts";
import { type DownloadOptions, download } from "./download.ts";
import { addressOf, checkHubFile, type HubFile } from "./hub-file.ts";

export const defaultHub = "https://huggingface.co";

export interface FetchOptions extends DownloadOptions {
  readonly to: string;
  /** Address of the hub, or of a mirror with the same paths. */
  readonly hub?: string | undefined;
  /** Folder of an offline mirror: nothing is asked of the network then. */
  readonly mirror?: string | undefined;
}

/** @returns path of the file. @throws AppError `config_invalid` when it can't be had or has other bytes */
export async function fetchExpert(
  file: HubFile,
  { to, hub = defaultHub, mirror, ...options }: FetchOptions,
): Promise<string> {
  const checked = checkHubFile(file);
  const path = join(to, basename(checked.path));
  if (mirror === undefined) await download(addressOf(hub, checked), path, checked.sha256, options);
  else await copyFromMirror(mirror, checked, path, to);
  return path;
}

async function copyFromMirror(mirror: string, file: HubFile, path: string, to: string): Promise<void> {
  const source = join(mirror, file.repository, file.revision, file.path);
  const received = await sha256OfFile(source).catch(() => undefined);
  if (received !== file.sha256)
    throw new AppError("config_invalid", `${source}: expected SHA-256 ${file.sha256}, got ${received ?? "no file"}`, {
      expected: file.sha256,
      received: received ?? "no file",
    });
  await mkdir(to, { recursive: true });
  await copyFile(source, `${path}.part`);
  await rename(`${path}.part`, path);
}
