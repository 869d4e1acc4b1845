/** `tau variations`: images like one image, by an angle between residuals or by a depth of the image expert. */
import { parseArgs } from "node:util";
import { limits } from "../../../../shared/limits.ts";
import { type CliSession, refuseUsage, withCliSession } from "../../cli-session.ts";
import * as flags from "../../request-flags.ts";

const usage = `Usage: npm run -s tau -- variations FILE (--angle DEGREES | --depth early|middle|last) --out DIR [options]

Draws images like an image.

  --angle DEGREES    turns the image's residual by this angle, 0 to ${limits.angleMaxDegrees}, each time in another direction
  --depth DEPTH      draws anew, given the image: early = the same picture, last = the same idea
  --count N          1 to ${limits.countMax} variations (default ${limits.countDefault})
${flags.conditionUsage}
${flags.drawUsage}
${flags.temperatureUsage}; with --depth only
${flags.packUsage}
  --out DIR          where the PNG files go`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...flags.conditionOptions,
      ...flags.drawOptions,
      ...flags.temperatureOptions,
      ...flags.packOptions,
      angle: { type: "string" },
      depth: { type: "string" },
      count: { type: "string" },
      out: { type: "string" },
    },
  });
  const [file, ...more] = positionals;
  const { angle, depth, out, ...others } = values;
  const refuse = (complaint: string): number => refuseUsage("variations", complaint, usage);
  if (file === undefined || more.length > 0) return refuse(`expected one image file, got ${positionals.length}`);
  if (out === undefined) return refuse("expected --out DIR, got none");
  if ((angle === undefined) === (depth === undefined)) return refuse("expected either --angle or --depth");
  if (angle !== undefined && others.temperature !== undefined)
    return refuse("--temperature: expected it with --depth, got it with --angle, which keeps the image's residual");
  const work = async ({ keep, draw }: CliSession): Promise<void> => {
    const own = await flags.conditionOf(others, keep);
    const edit =
      depth === undefined
        ? {
            condition: {},
            angleDegrees: flags.numberOf(angle, "angle"),
            keepResidualOf: { image: await keep(file), condition: own },
          }
        : { condition: await flags.conditionOf({ ...others, image: file, depth }, keep) };
    const count = flags.numberOf(values.count, "count");
    await draw(flags.requestOf(others, { ...edit, count, seed: flags.seedOf(values) }), out);
  };
  // With an angle the flags say what the image shows: they are the source's own.
  return withCliSession(values.packs, work, { keepResidualOf: "" });
}

export const command = { name: "variations", summary: "draw images like an image", usage, run };
