/**
 * Makes the figures of the docs: `npm run figures [-- NAME…] [--packs DIR]`. `training` trains two translations of ten minutes
 * each and so has to be named; `--steps N` shortens it, `--keep DIR` keeps the packs, each in its own data folder. `upscaling` and
 * `upscaling-inputs` need downloaded pictures, `upscaling-letters` fonts, and `restyle-matrix`, `unseen-pairs`, `eight-icons`, `style-colours`, `coloured-styles`, `hand-drawn`, `stickers`, `rings`, `soft-shadows`, `contours`, `tubes`, `line-styles` and `in-coloured-styles` rendered styles; they have to be named, too.
 */
import { parseArgs } from "node:util";
import { autoencoderFigure } from "./figures/autoencoder.ts";
import { captionFigure, everydayFigure, failureFigure, retrievalFigure } from "./figures/captions.ts";
import { colouredDrawingsFigure, inColouredStylesFigure } from "./figures/coloured-drawings.ts";
import { badgesFigure } from "./figures/composed/badges.ts";
import { layoutFigure, lowResolutionFigure, sketchFigure } from "./figures/conditions.ts";
import { angleFigure, attributeFigure, blendFigure, depthFigure, restyleFigure } from "./figures/edits.ts";
import { handDrawnFigure } from "./figures/hand-drawn.ts";
import { layoutsRestyledFigure } from "./figures/layouts-restyled.ts";
import { redrawnPartsFigure } from "./figures/own-icons/redrawn-parts.ts";
import { tenNewIconsFigure } from "./figures/own-icons/ten-new-icons.ts";
import {
  captionPhrasesFigure,
  captionSeedsFigure,
  colouredCaptionsFigure,
  composedCaptionsFigure,
  ownStyleFigure,
  partColoursFigure,
} from "./figures/own-style.ts";
import { playgroundFigure } from "./figures/playground.ts";
import { cleanSketchesFigure, overlapsFigure } from "./figures/restyled-examples.ts";
import {
  colouredStylesFigure,
  contoursFigure,
  eightIconsFigure,
  lineStylesFigure,
  restyleMatrixFigure,
  ringsFigure,
  softShadowsFigure,
  stickersFigure,
  styleColoursFigure,
  tubesFigure,
  unseenPairsFigure,
} from "./figures/styles.ts";
import { trainingFigures } from "./figures/training.ts";
import { upscalingFigures } from "./figures/upscaling.ts";
import { upscalingInputFigures } from "./figures/upscaling-inputs.ts";
import { upscalingLetterFigures } from "./figures/upscaling-letters.ts";

type Figures = Readonly<Record<string, (path: string, packsDir?: string) => Promise<unknown>>>;

const figures: Figures = {
  captions: captionFigure,
  everyday: everydayFigure,
  retrieval: retrievalFigure,
  failures: failureFigure,
  autoencoder: autoencoderFigure,
  playground: playgroundFigure,
  restyle: restyleFigure,
  depth: depthFigure,
  angle: angleFigure,
  blend: blendFigure,
  attribute: attributeFigure,
  sketch: sketchFigure,
  layout: layoutFigure,
  "ten-new-icons": tenNewIconsFigure,
  "redrawn-parts": redrawnPartsFigure,
  "own-style": ownStyleFigure,
  "caption-seeds": captionSeedsFigure,
  "caption-phrases": captionPhrasesFigure,
  "composed-captions": composedCaptionsFigure,
  "part-colours": partColoursFigure,
  "coloured-captions": colouredCaptionsFigure,
  badges: badgesFigure,
  "coloured-drawings": colouredDrawingsFigure,
  "clean-sketches": cleanSketchesFigure,
  overlaps: overlapsFigure,
  "layouts-restyled": layoutsRestyledFigure,
  "low-resolution": lowResolutionFigure,
};

/** Those on rendered styles. */
const styleFigures: Figures = {
  "restyle-matrix": restyleMatrixFigure,
  "unseen-pairs": unseenPairsFigure,
  "eight-icons": eightIconsFigure,
  "style-colours": styleColoursFigure,
  "coloured-styles": colouredStylesFigure,
  "hand-drawn": handDrawnFigure,
  stickers: stickersFigure,
  rings: ringsFigure,
  "soft-shadows": softShadowsFigure,
  contours: contoursFigure,
  tubes: tubesFigure,
  "line-styles": lineStylesFigure,
  "in-coloured-styles": inColouredStylesFigure,
};

/** Several figures each, of upscaling. */
const upscalingSheets: Readonly<Record<string, typeof upscalingFigures>> = {
  upscaling: upscalingFigures,
  "upscaling-inputs": upscalingInputFigures,
  "upscaling-letters": upscalingLetterFigures,
};
/** Folders of docs/figures, by the page that shows them; what is not named is a figure of generation. */
const folders: Readonly<Record<string, string>> = {
  autoencoder: "training",
  playground: "plugin",
  "ten-new-icons": "own-icons",
  "redrawn-parts": "own-icons",
  "own-style": "styles",
  "caption-seeds": "styles",
  "caption-phrases": "styles",
  "composed-captions": "composed",
  "part-colours": "composed",
  "coloured-captions": "styles",
  badges: "composed",
  "coloured-drawings": "drawings",
  "clean-sketches": "drawings",
  overlaps: "drawings",
  "layouts-restyled": "drawings",
  ...Object.fromEntries(Object.keys(styleFigures).map((name) => [name, "styles"])),
  training: "training",
  ...Object.fromEntries(Object.keys(upscalingSheets).map((name) => [name, "upscaling"])),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { packs: { type: "string" }, steps: { type: "string" }, keep: { type: "string" } },
});
const all = Object.keys(figures);
const known = [...all, ...Object.keys(styleFigures), "training", ...Object.keys(upscalingSheets)];
const unknown = positionals.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`figures: expected ${known.join(", ")}, got "${unknown}"`);
  process.exit(2);
}
for (const name of positionals.length > 0 ? positionals : all) {
  const folder = `docs/figures/${folders[name] ?? "generation"}`;
  const path = `${folder}/${name}.png`;
  if (name === "training") {
    const steps = values.steps === undefined ? undefined : Number(values.steps);
    for (const made of await trainingFigures(folder, { packsDir: values.packs, steps, keep: values.keep }))
      console.log(made);
    continue;
  }
  const upscaled = upscalingSheets[name];
  if (upscaled) {
    for (const made of await upscaled(folder, values.packs)) console.log(made);
    continue;
  }
  await (figures[name] ?? styleFigures[name])!(path, values.packs);
  console.log(path);
}
