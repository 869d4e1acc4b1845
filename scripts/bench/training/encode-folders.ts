/**
 * Encodes folders one after the other and reports the time of each, in a fresh process like `tau train`.
 * Usage: node --import tsx scripts/bench/training/encode-folders.ts PACK IMAGES FOLDER SET [FOLDER SET ...], with IMAGES images in each
 * folder (one JSON line on standard output)
 */
import { resolve } from "node:path";
import { openBasePack } from "../../../server/packs/base-pack.ts";
import { startProgramsOf } from "../../../server/platform/processes/spawn.ts";
import { encodeFolder } from "../../../server/training/encode/encode-folder.ts";
import { type Cost, costOf } from "../cost.ts";

const [packFolder, images, ...places] = process.argv.slice(2);
startProgramsOf(resolve("dist/server"));
const { folder: pack, draft, files } = await openBasePack(packFolder!);
const source = { pack, draft, files };
const costs: Cost[] = [];
for (let at = 0; at < places.length; at += 2) {
  const [folder, set] = [places[at]!, places[at + 1]!];
  const options = { folder, set, sizePx: draft.target.imageSizePx, source, threads: 0 };
  costs.push(await costOf(Number(images), () => encodeFolder(options)));
}
process.stdout.write(`${JSON.stringify(costs)}\n`);
