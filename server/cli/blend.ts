/** `tau blend`: frames from one image to another: v on the great circle between theirs, the condition interpolated. */
import { parseArgs } from "node:util";
import { limits } from "../../shared/limits.ts";
import * as flags from "./request-flags.ts";
import { refuseUsage, type Workbench, withWorkbench } from "./workbench.ts";

const usage = `Usage: npm run -s tau -- blend FROM TO --frames N --out DIR [options]

  --frames N            2 to ${limits.countMax} images, from the first file to the second
  --from-caption TEXT   what the first image shows; --from-style NAME its style
  --to-caption TEXT     what the second image shows; --to-style NAME its style
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
  const work = async ({ keep, draw }: Workbench): Promise<void> => {
    const sourceOf = async (file: string, caption: string | undefined, style: string | undefined) => ({
      image: await keep(file),
      condition: await flags.conditionOf({ caption, style }, keep),
    });
    const keepResidualOf = await sourceOf(from, values["from-caption"], values["from-style"]);
    const blendWith = await sourceOf(to, values["to-caption"], values["to-style"]);
    const edit = { count: flags.numberOf(frames), seed: flags.seedOf(values), keepResidualOf, blendWith };
    await draw(flags.requestOf(values, { condition: {}, ...edit }), out);
  };
  return withWorkbench(values.packs, work, { count: "frames" });
}

export const command = { name: "blend", summary: "draw the frames between two images", usage, run };
