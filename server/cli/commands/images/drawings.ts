/** `tau drawings`: the drawings that a caption may start from, for `tau generate --start-from`. One line a drawing on standard output. */
import { parseArgs } from "node:util";
import { titleOf } from "../../../../shared/contract/generations/attribution.ts";
import { DrawingsRequestSchema, type FittingDrawing } from "../../../../shared/contract/generations/drawings.ts";
import type { PackInfo } from "../../../../shared/contract/meta.ts";
import { limits } from "../../../../shared/limits.ts";
import { parse } from "../../../../shared/validation.ts";
import { captionsIn } from "../../captions-in.ts";
import { refuseUsage, withCliSession } from "../../cli-session.ts";
import { isForPrograms } from "../../drawn-line.ts";
import { numberOf } from "../../request-flags.ts";
import { styleOfFolder } from "../../style-folder.ts";
import { styleNamed } from "../../style-named.ts";

const usage = `Usage: npm run -s tau -- drawings CAPTION [options]

Lists the drawings that a caption may start from, the one that fits best first, none like one before it. \`tau generate
--start-from ID\` starts from one. Prints one JSON line a drawing: id, icon (its name), set, its title, licence, author, home,
svg; on a terminal id, name, title of the set and licence.

  --style NAME       the style that is drawn in, whose own sets come first (default: the translation's own)
  --style-from DIR   instead of --style: the style of the icons in this folder
  --count N          at most so many, 1 to ${limits.drawingsMax} (default ${limits.drawingsDefault})
  --licences LIST    only drawings under these licences, e.g. "MIT,Apache-2.0"
  --translation ID   which translation (default: one that draws in the style)
  --packs DIR        folder of packs (default: the packs that ship)
  --json             the JSON lines on a terminal too`;

async function run(args: string[]): Promise<number> {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...{ style: text, "style-from": text, count: text, licences: text, translation: text, packs: text },
      json: { type: "boolean" },
    },
  });
  const [caption, ...more] = positionals;
  if (caption === undefined || more.length > 0)
    return refuseUsage("drawings", `expected one caption, got ${positionals.length}`, usage);
  const { "style-from": folder, licences, json } = values;
  if (values.style !== undefined && folder !== undefined)
    return refuseUsage("drawings", "expected --style NAME or --style-from DIR, got both", usage);
  return withCliSession(
    values.packs,
    async ({ keep, packs, drawings }) => {
      const named = styleNamed(packs, values.style, values.translation);
      const style = folder === undefined ? named : await styleOfFolder(folder, keep);
      const found = await drawings(
        parse(DrawingsRequestSchema, {
          translation: values.translation ?? captionsIn(packs, { style: named, folder }) ?? withLibrary(packs),
          condition: { caption, ...(style !== undefined && { style }) },
          licences: licences?.split(",").map((licence) => licence.trim()),
          count: numberOf(values.count, "count"),
        }),
      );
      for (const line of isForPrograms(json) ? found.map((each) => JSON.stringify(each)) : columnsOf(found))
        console.log(line);
    },
    { "condition.caption": "CAPTION" },
  );
}

/** The translation that a request without one means. */
const withLibrary = (packs: readonly PackInfo[]): string | undefined =>
  packs
    .flatMap(({ translations }) => translations)
    .find(({ captionsFrom, hasDrawings }) => captionsFrom !== undefined && hasDrawings !== false)?.id;

/** Lines whose parts stand below each other. */
function columnsOf(found: readonly FittingDrawing[]): string[] {
  const rows = found.map((each) => {
    const { id, icon, licence = "" } = each;
    return [id, icon.replaceAll("-", " "), titleOf(each), licence];
  });
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]!.length))) ?? [];
  return rows.map((row) =>
    row
      .map((part, at) => part.padEnd(widths[at]!))
      .join("  ")
      .trimEnd(),
  );
}

export const command = { name: "drawings", summary: "list the drawings that a caption may start from", usage, run };
