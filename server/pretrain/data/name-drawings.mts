/**
 * Says in a pack's manifest whose the drawings of its retrieval index are: `node --import tsx server/pretrain/data/name-drawings.mts --version X.Y.Z
 * [--pack DIR]` from the repository's root. Sets, licences and authors are those of the pack's LICENCES.md, which render-icons.mjs writes from the sets' packages;
 * their styles those of sets.mjs.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { draftOf } from "../../manifest/pack-draft.ts";
import { updateManifest } from "../update-manifest.mts";
import { ICON_SETS } from "./sets.mjs";

const { values } = parseArgs({
  options: {
    pack: { type: "string", default: fileURLToPath(new URL("../../packs/default/icons", import.meta.url)) },
    version: { type: "string" },
  },
});
const table = await readFile(join(values.pack, "LICENCES.md"), "utf8");
const drawings = ICON_SETS.filter(({ isHeldBack }) => !isHeldBack).map(({ name, style, suffixStyles = {} }) => {
  const cells = table
    .split("\n")
    .find((line) => line.startsWith(`| ${name} |`))
    ?.split("|")
    .map((cell) => cell.trim());
  const [, , author, licence, home] = cells ?? [];
  const spdx = /^\[([^\]]+)\]/.exec(licence ?? "")?.[1];
  if (!spdx)
    throw new Error(`LICENCES.md: expected a row of ${name} with its licence, got ${cells?.join(" | ") ?? "none"}`);
  return {
    styles: [style, ...Object.values(suffixStyles)],
    set: name,
    licence: spdx,
    ...(author && { author }),
    ...(home && { home }),
  };
});
const { manifest, translation } = await draftOf(values.pack);
const translations = manifest.translations.map((entry) =>
  entry.id === translation.id ? { ...entry, drawings } : entry,
);
await updateManifest(values.pack, { ...manifest, translations }, values.version);
console.log(`${drawings.length} sets, ${new Set(drawings.map(({ licence }) => licence)).size} licences`);
