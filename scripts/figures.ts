/** Makes the figures of the docs: `npm run figures [-- captions|playground] [--packs DIR]`. */
import { parseArgs } from "node:util";
import { captionFigure } from "./figures/captions.ts";
import { playgroundFigure } from "./figures/playground.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { packs: { type: "string" } } });
const all = ["captions", "playground"];
const wanted = new Set(positionals.length > 0 ? positionals : all);
for (const name of wanted)
  if (!all.includes(name)) {
    console.error(`figures: expected ${all.join(" or ")}, got "${name}"`);
    process.exit(2);
  }
if (wanted.has("captions")) await captionFigure("docs/figures/captions.png", values.packs);
if (wanted.has("playground")) await playgroundFigure("docs/figures/playground.png");
