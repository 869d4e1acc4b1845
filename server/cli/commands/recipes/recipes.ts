/** `tau recipes`: the systems of the paper, from experts to a served pack (docs/published-experts.md). */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { limits } from "../../../../shared/limits.ts";
import { defaultHub } from "../../../hub/fetch-expert.ts";
import { type Recipe, type RecipeName, recipeDefaults, recipeNames, recipes } from "../../../recipes/recipe.ts";
import { type RecipeOptions, type RecipeReport, runRecipe } from "../../../recipes/run-recipe.ts";
import { describeCost } from "../../../training/cost-card.ts";
import { ProgressLine } from "../../progress-line.ts";
import { type FlagValues, interruptSignal, numberFlag, wholeFlag, wrongFlag } from "../../train-flags.ts";
import { drawFigure, options as figureOptions, figureUsage } from "./recipes-figure.ts";
import { joinFlow, options as joinOptions, joinUsage } from "./recipes-join.ts";

const usage = `Usage: npm run -s tau -- recipes list
       npm run -s tau -- recipes run NAME --experts DIR [options]
       npm run -s tau -- recipes join --experts DIR --flow NAME --target NAME --labels NAMES [options]
       npm run -s tau -- recipes figure depths|labels --pack NAMES --images DIR --to FILE [options]

list    says what each recipe joins, what it needs and what the paper reports.
run     finds the experts in DIR (tau experts import; or sources.json, a list of files on hubs to fetch and import), joins them in a pack, fits
        the flow, publishes it, fits an MLP in its place with the same budget, measures both and prints the cost beside the paper's.
        Writes OUT/NAME (the pack), OUT/NAME.json (the report) and OUT/NAME.png (the target's own images, the flow's, the MLP's).

  --experts DIR      the experts; for captions also classes.txt, the name of each class of the generator, a line a class;
                     feature-net.json names the net that judges, else the default pack's small one does
  --images DIR       images to train on, where the target has an encoder; for labels and domains one subfolder each
  --attributes FILE  labels in the place of subfolders: CelebA's list_attr_celeba.txt, or a CSV file whose first column names the image
  --attribute NAMES  columns of it, separated by commas; 1 and -1 mean NAME and "not NAME"
  --to OUT           (default: recipes)
  --samples N        images that a generator draws (default ${recipeDefaults.samples})
  --steps N          optimiser steps, of the MLP as many (default ${recipeDefaults.steps})
  --batch N          images a step (default ${recipeDefaults.batch})
  --learning-rate X  peak (default ${recipeDefaults.learningRate})
  --measure N        images that each side is measured with (default ${recipeDefaults.measured})
  --seed N           of draws and weights (default 1)
  --threads N        0 = all cores (default 0)
  --hub URL          (default: ${defaultHub})
  --mirror DIR       offline mirror of the hub
  --json             the report as JSON

${joinUsage}

${figureUsage}`;

const options = {
  experts: { type: "string" },
  images: { type: "string" },
  attributes: { type: "string" },
  attribute: { type: "string" },
  to: { type: "string" },
  samples: { type: "string" },
  steps: { type: "string" },
  batch: { type: "string" },
  "learning-rate": { type: "string" },
  measure: { type: "string" },
  seed: { type: "string" },
  threads: { type: "string" },
  hub: { type: "string" },
  mirror: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

const wrongUsage = (got: string): number => {
  console.error(
    `tau recipes: expected list, run NAME --experts DIR, join or figure depths|labels, got ${got}\n\n${usage}`,
  );
  return 2;
};

const needs = {
  draws: "no images",
  images: "a folder of images",
  groups: "a folder of images, a subfolder a label, or a list of attributes",
} as const;

function list(): number {
  for (const name of recipeNames) {
    const { summary, target, condition, data, paper }: Recipe = recipes[name];
    console.log(`${name}\n  ${summary}`);
    console.log(`  needs ${[target.join(" or "), ...condition.from, needs[data]].join(", ")}`);
    console.log(`  paper: ${paper}`);
  }
  return 0;
}

async function run([action, ...args]: string[]): Promise<number> {
  if (action === "list" && args.length === 0) return list();
  if (action === "join") return joinFlow(parseArgs({ args, options: joinOptions }).values);
  if (action === "figure") {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: figureOptions });
    const [which, ...more] = positionals;
    if ((which !== "depths" && which !== "labels") || more.length > 0)
      return wrongUsage(`figure ${positionals.join(" ")}`);
    return drawFigure(which, values);
  }
  if (action !== "run") return wrongUsage(action === undefined ? "nothing" : [action, ...args].join(" "));
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const name = recipeNames.find((known) => known === positionals[0]);
  if (name === undefined || positionals.length > 1 || values.experts === undefined)
    return wrongUsage(`run ${positionals.join(" ")}${values.experts === undefined ? " without --experts" : ""}`);
  const line = new ProgressLine();
  const report = await runRecipe(name as RecipeName, {
    experts: resolve(values.experts),
    images: values.images,
    attributes: attributesOf(values),
    to: resolve(values.to ?? "recipes"),
    samples: wholeFlag(values, "samples", recipeDefaults.samples, 100, 1e7),
    steps: wholeFlag(values, "steps", recipeDefaults.steps, 1, 1e8),
    batch: wholeFlag(values, "batch", recipeDefaults.batch, 1, 65_536),
    learningRate: numberFlag(values, "learning-rate", recipeDefaults.learningRate, { min: 0, max: 1 }),
    measured: wholeFlag(values, "measure", recipeDefaults.measured, 16, 1e6),
    seed: wholeFlag(values, "seed", 1, 0, limits.seedMax),
    threads: wholeFlag(values, "threads", 0, 0, 1024),
    hub: { hub: values.hub, mirror: values.mirror },
    signal: interruptSignal(),
    onProgress: (what) => line.show(what),
  });
  line.end();
  console.log(values.json ? JSON.stringify(report, null, 2) : describe(report).join("\n"));
  return 0;
}

function attributesOf({ attributes: path, attribute }: Pick<FlagValues, string>): RecipeOptions["attributes"] {
  if (path === undefined && attribute === undefined) return undefined;
  if (typeof path === "string" && typeof attribute === "string") return { path, names: attribute.split(",") };
  throw wrongFlag("attributes", "--attributes FILE and --attribute NAMES together", "one of both");
}

function describe(report: RecipeReport): string[] {
  const { metrics, scoreName, distanceName } = report;
  const nats = (name: string): string => (metrics[name] ?? Number.NaN).toFixed(4);
  return [
    `${report.recipe}: ${report.experts.condition} to ${report.experts.target}, fitted on ${report.trainedOn} images`,
    `pack    ${report.pack}, digest ${report.digest.slice(0, 12)}`,
    `nats    ${nats("heldOutNatsPerDim")} a dimension held out; ${nats("shuffledNatsPerDim")} with shuffled conditions; ${nats("diagonalGaussianNatsPerDim")} by a Gaussian`,
    `        ${scoreName}; ${distanceName} to the target's own images; ${report.measured} images each`,
    ...report.scores.map(({ who, score, distance }) => {
      const of = score ? `${score.mean.toFixed(2)} ± ${score.deviation.toFixed(2)}` : "";
      return `  ${who.padEnd(20)}  ${of.padEnd(14)}  ${distance.toFixed(4)}`;
    }),
    `paper   ${report.paper}`,
    ...describeCost(report.cost),
  ];
}

export const command = { name: "recipes", summary: "build the paper's systems from published experts", usage, run };
