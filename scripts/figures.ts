/** Makes the figures of the docs: `npm run figures [-- NAME…] [--packs DIR]`. */
import { parseArgs } from "node:util";
import { captionFigure } from "./figures/captions.ts";
import { layoutFigure, lowResolutionFigure, sketchFigure } from "./figures/conditions.ts";
import { angleFigure, attributeFigure, blendFigure, depthFigure, restyleFigure } from "./figures/edits.ts";
import { playgroundFigure } from "./figures/playground.ts";

const figures: Readonly<Record<string, (path: string, packsDir?: string) => Promise<unknown>>> = {
  captions: captionFigure,
  playground: playgroundFigure,
  restyle: restyleFigure,
  depth: depthFigure,
  angle: angleFigure,
  blend: blendFigure,
  attribute: attributeFigure,
  sketch: sketchFigure,
  layout: layoutFigure,
  "low-resolution": lowResolutionFigure,
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { packs: { type: "string" } } });
const all = Object.keys(figures);
const unknown = positionals.find((name) => !all.includes(name));
if (unknown !== undefined) {
  console.error(`figures: expected ${all.join(", ")}, got "${unknown}"`);
  process.exit(2);
}
for (const name of positionals.length > 0 ? positionals : all) {
  const path = `docs/figures/${name}.png`;
  await figures[name]!(path, values.packs);
  console.log(path);
}
