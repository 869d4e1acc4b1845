/** `tau family`: names to icons that belong together, and how alike they are. One JSON line an icon, then one of the family, on standard output. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkCondition, findTranslation } from "../../../../shared/contract/translation-rules.ts";
import { FamilyRequestSchema } from "../../../../shared/contract/vectors.ts";
import { limits } from "../../../../shared/limits.ts";
import { parse } from "../../../../shared/validation.ts";
import { encodePng } from "../../../images/codec.ts";
import { drawFamily } from "../../../jobs/work/draw-family.ts";
import { writeFileAtomically } from "../../../platform/files/atomic-file.ts";
import { makeOutFolder, refuseUsage, withInference } from "../../cli-session.ts";
import * as flags from "../../request-flags.ts";

const usage = `Usage: npm run -s tau -- family NAME... --style NAME --out DIR [options]

Draws one icon for each name (up to ${limits.familyMax}), all from one residual, in one style and in one palette: the given one, or the colours that the
set has most of. Prints one JSON line an icon, and last one with the palette and how alike the icons are: colours, width of strokes and optical
size with their spread over the icons.

  --style NAME       a style of the pack, as \`tau packs list\` names them (default: any)
  --seed N           0 to ${limits.seedMax}, of the one residual (default: drawn at random and printed)
${flags.temperatureUsage}
  --format F         svg or png (default svg)
${flags.paletteUsage} (with svg)
${flags.linesUsage}
${flags.packUsage}
  --out DIR          where the files go, named as the icons`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...flags.temperatureOptions,
      ...flags.vectorOptions,
      ...flags.packOptions,
      style: { type: "string" },
      seed: { type: "string" },
      out: { type: "string" },
    },
  });
  const { out, style, translation, format, lines } = values;
  if (positionals.length === 0) return refuseUsage("family", "expected at least one name, got none", usage);
  if (out === undefined) return refuseUsage("family", "expected --out DIR, got none", usage);
  return withInference(values.packs, async ({ packs, start, line, signal, tracers }) => {
    const given = { style, translation, format, lines, palette: flags.paletteOf(values.palette) };
    const requested = { ...given, temperature: flags.numberOf(values.temperature) };
    const stated = Object.fromEntries(Object.entries(requested).filter(([, value]) => value !== undefined));
    const request = parse(FamilyRequestSchema, { ...stated, names: positionals, seed: flags.seedOf(values) });
    const { pack, translation: found } = findTranslation(packs, request.translation);
    checkCondition(found, { ...(style !== undefined && { style }) }, "condition");
    await makeOutFolder(out);
    const client = await start([pack.id]);
    line.show(`drawing ${positionals.length} icons`);
    const family = await drawFamily(
      { ...request, seed: request.seed! },
      { inference: client, packs, vectorise: (pixels, options) => tracers.trace(pixels, options), encodePng },
      signal,
    );
    line.end();
    const used = new Map<string, number>();
    for (const { name, seed, vector, png } of family.members) {
      const times = (used.get(name) ?? 0) + 1;
      used.set(name, times);
      const words = name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "") || "icon";
      const file = join(out, `${words}${times === 1 ? "" : `-${times}`}.${request.format}`);
      await writeFileAtomically(file, vector ? Buffer.from(vector.svg) : Buffer.from(png!, "base64"), 0o666);
      console.log(JSON.stringify({ file, name, seed, ...(vector && { paths: vector.layers.length }) }));
    }
    const { palette, consistency } = family;
    console.log(JSON.stringify({ seed: request.seed, palette, consistency }));
  });
}

export const command = { name: "family", summary: "draw icons that belong together, from a list of names", usage, run };
