/**
 * Drawings of Open Clip Art from Debian's package `openclipart-svg` (public domain): objects only, no cards, flags or scenes.
 * Expects the unpacked or the packed `.deb` in a folder. They are one variant of a family of their own and have no made-up styles.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { slugOf } from "../concepts.mjs";
import type { DrawnSet } from "./collect-variants.mts";
import type { Drawing } from "./plan-drawings.mts";
import { splitOf } from "./split.mts";

export const clipartSet: DrawnSet = {
  set: "openclipart",
  title: "Open Clip Art Library 0.18 (Debian package openclipart-svg)",
  author: "contributors of the Open Clip Art Library",
  authorUrl: "https://openclipart.org",
  licence: "CC0-1.0",
  licenceUrl: "https://creativecommons.org/publicdomain/zero/1.0/",
};

const objects =
  /^(animals|buildings|computer|containers|education|electronics|food|office|people|plants|recreation|science|shapes|special|tools|transportation|unsorted)\//;
const unwanted = /card|flag|logo|scene|map|background|border|template/i;
const largestBytes = 120_000;

/** @param folder where the package is; it is unpacked there when it is not yet */
export function clipartDrawings(folder: string): Drawing[] {
  const home = join(folder, "usr/share/openclipart/svg");
  if (!existsSync(home)) {
    const packed = readdirSync(folder).find((name) => name.endsWith(".deb"));
    if (packed === undefined) return [];
    execFileSync("dpkg-deb", ["-x", join(folder, packed), folder]);
  }
  const files = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".svg"))
    .map((entry) => relative(home, join(entry.parentPath, entry.name)))
    .filter((path) => objects.test(path) && !unwanted.test(path));
  return files.sort().flatMap((path) => {
    const text = readFileSync(join(home, path), "utf8");
    if (text.length > largestBytes) return [];
    const title =
      /<dc:title>([^<]+)</.exec(text)?.[1]?.trim() || path.replace(/^.*\/|\.svg$/g, "").replaceAll("_", " ");
    const concept = slugOf(title);
    return [
      {
        id: `openclipart:${path.replace(/\.svg$/, "")}`,
        family: "openclipart",
        variant: "openclipart",
        set: "openclipart",
        base: concept,
        concept,
        words: concept.replaceAll("-", " "),
        tags: [path.split("/").at(-2) ?? ""],
        split: splitOf("openclipart", concept),
        look: /Gradient/.test(text) ? ("gradient" as const) : ("flat" as const),
        isColour: true,
        isProcedural: false,
        svgOf: () => text,
      },
    ];
  });
}
