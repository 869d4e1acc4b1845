/** `tau train`: two kinds of training behind one command: --name (a user's own translation) or --pack (a pack's flow). */
import { parseArgs } from "node:util";
import * as ofPack from "./train-pack.ts";
import * as own from "./train-translation.ts";

const usage = `${own.usage}\n\n${ofPack.usage}`;

async function run(args: string[]): Promise<number> {
  const isOwn = args.some((arg) => arg === "--name" || arg.startsWith("--name="));
  if (isOwn) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: own.options });
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0)
      return wrong("DIR and --name NAME", folder === undefined ? "no DIR" : `also "${more.join(" ")}"`, own.usage);
    return own.trainOwn(folder, values.name!, values);
  }
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: ofPack.options });
  const [folder, ...more] = positionals;
  if (folder === undefined) return wrong("DIR and --name NAME, or SET and --pack DIR", "neither", usage);
  if (values.pack === undefined) return wrong("--name NAME or --pack DIR", "neither", usage);
  if (more.length > 0) return wrong("SET and --pack DIR", `also "${more.join(" ")}"`, ofPack.usage);
  return ofPack.trainPack(folder, values.pack, values);
}

function wrong(expected: string, got: string, explanation: string): number {
  console.error(`tau train: expected ${expected}, got ${got}\n\n${explanation}`);
  return 2;
}

export const command = {
  name: "train",
  summary: "train a translation on your own images, or a pack's flow",
  usage,
  run,
};
