/** `tau blend`: frames from one image to another: v on the great circle between theirs, the condition interpolated. */
import { parseArgs } from "node:util";
import { limits } from "../../../../shared/limits.ts";
import { type CliSession, refuseUsage, withCliSession } from "../../cli-session.ts";
import * as flags from "../../request-flags.ts";

const usage = `Usage: npm run -s tau -- blend FROM TO --frames N --out DIR [options]

Draws frames from one image to another.

  --frames N            2 to ${limits.countMax} images, the first and last being reconstructions of FROM and TO
  --from-caption TEXT   what the first image shows; --from-style NAME its style
  --to-caption TEXT     what the second image shows; --to-style NAME its style
  --from-label NAME, --to-label NAME   their labels (default: those that the captions name; "" = none)
${flags.drawUsage}
${flags.packUsage}
  --out DIR          where the PNG files go`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...flags.drawOptions,
      ...flags.packOptions,
      "from-caption": { type: "string" },
      "from-style": { type: "string" },
      "to-caption": { type: "string" },
      "to-style": { type: "string" },
      "from-label": { type: "string" },
      "to-label": { type: "string" },
      frames: { type: "string" },
      out: { type: "string" },
    },
  });
  const [from, to, ...more] = positionals;
  const { frames, out } = values;
  const refuse = (complaint: string): number => refuseUsage("blend", complaint, usage);
  if (from === undefined || to === undefined || more.length > 0)
    return refuse(`expected two image files, got ${positionals.length}`);
  if (frames === undefined || out === undefined) return refuse("expected --frames N and --out DIR");
  const work = async ({ keep, draw }: CliSession): Promise<void> => {
    const sourceOf = async (file: string, end: "from" | "to") => {
      const [caption, style, label] = [values[`${end}-caption`], values[`${end}-style`], values[`${end}-label`]];
      return { image: await keep(file), condition: await flags.conditionOf({ caption, style, label }, keep) };
    };
    const keepResidualOf = await sourceOf(from, "from");
    const blendWith = await sourceOf(to, "to");
    const edit = { count: flags.numberOf(frames, "frames"), seed: flags.seedOf(values), keepResidualOf, blendWith };
    await draw(flags.requestOf(values, { condition: {}, ...edit }), out);
  };
  return withCliSession(values.packs, work, { count: "frames" });
}

export const command = { name: "blend", summary: "draw the frames between two images", usage, run };
