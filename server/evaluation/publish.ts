/**
 * Publishes a report's folder: writes all files beside it and renames the folder, so that a reader sees the old report, the new
 * one or none, never a part.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { writeFileAtomically } from "../platform/files/atomic-file.ts";
import { makeFolders } from "../platform/files/make-folders.ts";
import { toMarkdown } from "./markdown.ts";
import { type Report, toJson, type UpscalingReport } from "./report.ts";

export const [markdownFile, jsonFile] = ["report.md", "report.json"];

/** Reports are not secret: all users who may read the folder may read its files. */
const fileMode = 0o644;

/**
 * Only a missing or empty folder or an earlier report may be replaced, for it is deleted.
 * @throws AppError `config_invalid` for no folder at all, and for one with files that this command did not write
 */
export async function requireReplaceable(folder: string): Promise<void> {
  const refuse = (complaint: string, cause?: unknown): AppError =>
    new AppError("config_invalid", `--out: expected ${complaint}`, { field: "--out", cause });
  // No name would be the folder that one stands in.
  if (folder === "") throw refuse('the name of a folder, got ""');
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [] as string[];
    throw refuse(`a folder or nothing at ${folder}, got ${error.code}`, error);
  });
  const markdown = names.includes(jsonFile) ? await readFile(join(folder, markdownFile), "utf8").catch(() => "") : "";
  const isOfReport = (name: string): boolean =>
    name === markdownFile || name === jsonFile || markdown.includes(`](${name})`);
  const others = markdown === "" ? names : names.filter((name) => !isOfReport(name));
  if (others.length > 0)
    throw refuse(`a new folder or an earlier report at ${folder}, got one with ${others.length} other files`);
}

/** Writes `report.md`, `report.json` and all figures. @throws AppError as `requireReplaceable`, `storage_full` */
export async function publishReport(report: Report | UpscalingReport, out: string): Promise<void> {
  await requireReplaceable(out);
  const folder = resolve(out);
  const [writing, old] = [`${folder}.writing`, `${folder}.old`];
  await makeFolders(dirname(folder));
  await rm(writing, { recursive: true, force: true });
  try {
    await mkdir(writing);
    for (const { file, data } of report.sections.flatMap(({ figures }) => figures))
      await writeFileAtomically(join(writing, file), data, fileMode);
    await writeFileAtomically(join(writing, markdownFile), toMarkdown(report), fileMode);
    await writeFileAtomically(join(writing, jsonFile), toJson(report), fileMode);
    await rm(old, { recursive: true, force: true });
    // A folder can't be renamed to one that has files, so the earlier report is moved first.
    if (existsSync(folder)) await rename(folder, old);
    await rename(writing, folder);
    await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(writing, { recursive: true, force: true });
    throw error;
  }
}
