/**
 * A style as the icons of a folder show it: up to `styleImagesMax` of them, evenly spaced by name. One that can't be read is left out, with
 * a line on standard error, and another takes its place.
 */
import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import type { KeepImage } from "./request-flags.ts";

const extensions = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg"];

/** @throws AppError `not_found` naming the flag when the folder has no images; what `keep` finds wrong with the first when none can be read */
export async function styleOfFolder(folder: string, keep: KeepImage): Promise<{ images: string[] }> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new AppError("not_found", `--style-from: expected a folder that can be read, got "${folder}"`, { cause });
  });
  let files = names.filter((name) => extensions.includes(extname(name).toLowerCase())).sort();
  if (files.length === 0)
    throw new AppError("not_found", `--style-from: expected images (${extensions.join(", ")}) in ${folder}, got none`);
  const read = new Map<string, Promise<string>>();
  const readOnce = (name: string): Promise<string> => {
    const image = read.get(name) ?? keep(join(folder, name));
    read.set(name, image);
    return image;
  };
  for (;;) {
    const count = Math.min(files.length, limits.styleImagesMax);
    const chosen = Array.from({ length: count }, (_, at) => files[Math.floor((at * files.length) / count)]!);
    const found = await Promise.allSettled(chosen.map(readOnce));
    const faults = found.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    const other = faults.find((fault) => !(fault instanceof AppError));
    if (other !== undefined) throw other;
    if (faults.length === 0) return { images: found.map((one) => (one as PromiseFulfilledResult<string>).value) };
    const left = files.filter((name) => found[chosen.indexOf(name)]?.status !== "rejected");
    if (left.length === 0) throw faults[0];
    for (const fault of faults) console.error(`--style-from: leaves out ${(fault as AppError).message}`);
    files = left;
  }
}
