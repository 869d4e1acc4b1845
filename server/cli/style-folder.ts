/** A style as the icons of a folder show it: up to `styleImagesMax` of them, evenly spaced by name. */
import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import type { KeepImage } from "./request-flags.ts";

const extensions = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg"];

/** @throws AppError `not_found` naming the flag when the folder has no images, or what `keep` finds wrong with one */
export async function styleOfFolder(folder: string, keep: KeepImage): Promise<{ images: string[] }> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new AppError("not_found", `--style-from: expected a folder that can be read, got "${folder}"`, { cause });
  });
  const files = names.filter((name) => extensions.includes(extname(name).toLowerCase())).sort();
  if (files.length === 0)
    throw new AppError("not_found", `--style-from: expected images (${extensions.join(", ")}) in ${folder}, got none`);
  const count = Math.min(files.length, limits.styleImagesMax);
  const chosen = Array.from({ length: count }, (_, at) => files[Math.floor((at * files.length) / count)]!);
  return { images: await Promise.all(chosen.map((name) => keep(join(folder, name)))) };
}
