/**
 * `tau family`: names to icons that belong together, and how alike they are. One line an icon, then one of the family, on standard output:
 * JSON, unless that is a terminal.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findTranslation } from "../../../../shared/contract/translation-rules.ts";
import { FamilyRequestSchema } from "../../../../shared/contract/vectors.ts";
import { limits } from "../../../../shared/limits.ts";
import { AppError } from "../../../../shared/problem.ts";
import { parse } from "../../../../shared/validation.ts";
import { writeFileAtomically } from "../../../platform/files/atomic-file.ts";
import { captionsIn } from "../../captions-in.ts";
import { refuseUsage, withCliSession } from "../../cli-session.ts";
import { isForPrograms, shortLine } from "../../drawn-line.ts";
import { createStems } from "../../file-names.ts";
import * as flags from "../../request-flags.ts";
import { styleOfFolder } from "../../style-folder.ts";
import { styleNamed } from "../../style-named.ts";

const usage = `Usage: npm run -s tau -- family NAME... [--style NAME | --style-from DIR] --out DIR [options]

Draws one icon for each name (up to ${limits.familyMax}), all from one residual, in one style and in one palette: the given one, or the colours that the
set has most of. Prints one JSON line an icon, and last one with the palette and how alike the icons are: colours, width of strokes and optical
size with their spread over the icons; on a terminal short lines. Names that no drawing shows are listed there as \`refused\`; the others are drawn, and the command
fails with the reasons.

  --style NAME       a style, as \`tau packs list\` names them, which chooses the pack (default: any of the usual one)
  --style-from DIR   instead of --style: the style of the icons in this folder
  --seed N           0 to ${limits.seedMax}, of the one residual (default: drawn at random and printed)
${flags.temperatureUsage}
  --format F         svg or png (default svg)
${flags.paletteUsage} (with svg)
${flags.linesUsage} (with svg)
${flags.viewBoxUsage} (with svg)
${flags.inkUsage} (with svg)
${flags.packUsage}
${flags.printUsage}
  --out DIR          where the files go, named as the icons`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...flags.temperatureOptions,
      ...flags.vectorOptions,
      ...flags.packOptions,
      ...flags.printOptions,
      style: { type: "string" },
      "style-from": { type: "string" },
      seed: { type: "string" },
      out: { type: "string" },
    },
  });
  const { out, style: named, "style-from": folder, format, lines, ink } = values;
  if (positionals.length === 0) return refuseUsage("family", "expected at least one name, got none", usage);
  if (out === undefined) return refuseUsage("family", "expected --out DIR, got none", usage);
  if (named !== undefined && folder !== undefined)
    return refuseUsage("family", "expected --style NAME or --style-from DIR, got both", usage);
  return withCliSession(values.packs, async ({ packs, keep, family: draw }) => {
    const id = styleNamed(packs, named, values.translation);
    const style = folder === undefined ? id : await styleOfFolder(folder, keep);
    const translation = values.translation ?? captionsIn(packs, { style: id, folder });
    // What is restyled has one likeliest answer.
    const isRestyled =
      translation !== undefined && findTranslation(packs, translation).translation.captionsFrom !== undefined;
    const temperature = flags.numberOf(values.temperature, "temperature") ?? (isRestyled ? 0 : undefined);
    const [palette, viewBox] = [flags.paletteOf(values.palette), flags.numberOf(values["view-box"], "view-box")];
    const given = { style, translation, temperature, format, lines, ink, palette, viewBox };
    const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const request = parse(FamilyRequestSchema, { ...stated, names: positionals, seed: flags.seedOf(values) });
    const family = await draw({ ...request, seed: request.seed! }, out);
    const isJson = isForPrograms(values.json);
    const stemOf = createStems();
    for (const { name, seed, sources, vector, png } of family.members) {
      const words = name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "") || "icon";
      const file = join(out, `${stemOf(words)}.${request.format}`);
      await writeFileAtomically(file, vector ? Buffer.from(vector.svg) : Buffer.from(png!, "base64"), 0o666);
      const paths = vector && { paths: vector.layers.length };
      console.log(
        isJson
          ? JSON.stringify({ file, name, seed, ...(sources && { sources }), ...paths })
          : shortLine(name, { file, sources }),
      );
    }
    const { consistency, refused } = family;
    const left = refused.map(({ name, problem: { code } }) => ({ name, code }));
    const { palette: drawnIn } = family;
    const shortly = [`seed ${request.seed}`, drawnIn.join(" "), ...left.map(({ name }) => `left out: ${name}`)];
    console.log(
      isJson
        ? JSON.stringify({ seed: request.seed, palette: drawnIn, consistency, refused: left })
        : shortly.join(" · "),
    );
    // As with pictures that are restyled: the others are there, and the command says that not all are.
    const [first] = refused;
    if (first) throw new AppError(first.problem.code, refused.map(({ problem }) => problem.detail).join("; "));
  });
}

export const command = { name: "family", summary: "draw icons that belong together, from a list of names", usage, run };
