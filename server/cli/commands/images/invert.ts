/** `tau invert`: an image to its latent z, its residual v and its likelihood, and back to its reconstruction as a check. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { InversionRequestSchema } from "../../../../shared/contract/generations/inversion.ts";
import { parse } from "../../../../shared/validation.ts";
import { writeFileAtomically } from "../../../platform/files/atomic-file.ts";
import { refuseUsage, withCliSession } from "../../cli-session.ts";
import { makeOutFolder } from "../../out-folder.ts";
import * as flags from "../../request-flags.ts";

const usage = `Usage: npm run -s tau -- invert FILE [options]

Finds the residual v of an image: what its conditions leave open. Name what the image shows. Prints JSON: logLikelihood,
natsPerDimension, conditionGain, typicalityPercentile, roundTripError, reconstructionPsnrDb.

${flags.conditionUsage}
${flags.imageUsage}
${flags.packUsage}
  --out DIR          writes reconstruction.png, and inversion.json with z (latent) and v (residual)`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...flags.conditionOptions, ...flags.imageOptions, ...flags.packOptions, out: { type: "string" } },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    return refuseUsage("invert", `expected one image file, got ${positionals.length}`, usage);
  const { out, translation } = values;
  return withCliSession(values.packs, async ({ keep, invert, draw }) => {
    const requested = { image: await keep(file), condition: await flags.conditionOf(values, keep), translation };
    const request = parse(InversionRequestSchema, requested);
    if (out !== undefined) await makeOutFolder(out);
    const found = await invert(request);
    const { latent, residual, request: _, ...about } = found;
    console.log(JSON.stringify({ file, ...about, dimensions: latent.length }));
    if (out === undefined) return;
    await writeFileAtomically(join(out, "inversion.json"), `${JSON.stringify(found)}\n`, 0o666);
    const { condition, image } = request;
    const edit = { condition, count: 1, seed: 0, keepResidualOf: { image, condition } };
    await draw(flags.requestOf({ ...values, guidance: "0" }, edit), out, { nameOf: () => "reconstruction.png" });
  });
}

export const command = { name: "invert", summary: "find the latent, residual and likelihood of an image", usage, run };
