/** `tau restyle`: images to the same images in another style or with another caption: v is kept, the condition changes. */
import { parse as parsePath } from "node:path";
import { parseArgs } from "node:util";
import { createSemaphore } from "../../platform/semaphore.ts";
import { refuseUsage, withCliSession } from "../cli-session.ts";
import * as flags from "../request-flags.ts";

/** Images under way at once: four full batches of the flow, so that the child is never idle and no one waits past a deadline. */
const parallelMax = 32;

const usage = `Usage: npm run -s tau -- restyle FILE... --style NAME --out DIR [options]

Keeps the residual of each image and changes its conditions. Name what the images show now with --from-caption and
--from-style; conditions that you do not change stay. Prints one JSON line an image, as generate does.

  --from-caption TEXT   what the images show now
  --from-style NAME     the style that they have now
  --from-label NAME     their label (default: the one that the caption names; "" = none)
${flags.conditionUsage}
${flags.drawUsage}
${flags.attributeUsage}
${flags.vectorUsage}
${flags.packUsage}
  --out DIR          where the files go, named by their number and their source`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...flags.conditionOptions,
      ...flags.drawOptions,
      ...flags.attributeOptions,
      ...flags.vectorOptions,
      ...flags.packOptions,
      "from-caption": { type: "string" },
      "from-style": { type: "string" },
      "from-label": { type: "string" },
      out: { type: "string" },
    },
  });
  const { out } = values;
  if (positionals.length === 0) return refuseUsage("restyle", "expected at least one image file, got none", usage);
  if (out === undefined) return refuseUsage("restyle", "expected --out DIR, got none", usage);
  return withCliSession(values.packs, async ({ keep, draw }) => {
    const [caption, style, label] = [values["from-caption"], values["from-style"], values["from-label"]];
    const from = await flags.conditionOf({ caption, style, label }, keep);
    const condition = await flags.conditionOf(values, keep);
    const gate = createSemaphore(parallelMax);
    const requests = await Promise.all(
      positionals.map(async (file) =>
        flags.requestOf(values, {
          condition,
          count: 1,
          seed: flags.seedOf(values),
          keepResidualOf: { image: await keep(file), condition: from },
        }),
      ),
    );
    const nameOf = (at: number) => `${String(at).padStart(3, "0")}-${parsePath(positionals[at]!).name}.png`;
    await Promise.all(requests.map((request, at) => gate(() => draw(request, out, () => nameOf(at)))));
  });
}

export const command = { name: "restyle", summary: "give images another style or caption", usage, run };
