/** `tau generate`: conditions to PNG files, or SVG files. One JSON line an image on standard output. */
import { parseArgs } from "node:util";
import { limits } from "../../../shared/limits.ts";
import { refuseUsage, withCliSession } from "../cli-session.ts";
import * as flags from "../request-flags.ts";

const usage = `Usage: npm run -s tau -- generate --caption TEXT --out DIR [options]

Draws PNG files with transparency, or SVG files, from any combination of conditions. Prints one JSON line an image: file, seed,
logLikelihood, natsPerDimension, conditionGain, typicalityPercentile, milliseconds. The same pack and flags give the
same bytes.

${flags.conditionUsage}
${flags.imageUsage}
  --count N          1 to ${limits.countMax} images (default ${limits.countDefault}); image i has seed + i
${flags.drawUsage}
${flags.temperatureUsage}
${flags.attributeUsage}
${flags.vectorUsage}
${flags.packUsage}
  --out DIR          where the files go`;

async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      ...flags.conditionOptions,
      ...flags.imageOptions,
      ...flags.drawOptions,
      ...flags.temperatureOptions,
      ...flags.attributeOptions,
      ...flags.vectorOptions,
      ...flags.packOptions,
      count: { type: "string" },
      out: { type: "string" },
    },
  });
  const { out } = values;
  if (out === undefined) return refuseUsage("generate", "expected --out DIR, got none", usage);
  return withCliSession(values.packs, async ({ keep, draw }) => {
    const condition = await flags.conditionOf(values, keep);
    await draw(
      flags.requestOf(values, { condition, count: flags.numberOf(values.count), seed: flags.seedOf(values) }),
      out,
    );
  });
}

export const command = { name: "generate", summary: "turn captions, sketches and more into PNG files", usage, run };
