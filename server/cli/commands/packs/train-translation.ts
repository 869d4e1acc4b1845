/**
 * `tau train DIR --name NAME`: a folder of captioned images becomes a translation of its own, in a pack beside those that ship.
 * All the work is in server/training/train-translation.ts; here are flags, progress and the report.
 */
import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { limits } from "../../../../shared/limits.ts";
import { AppError } from "../../../../shared/problem.ts";
import { readConfig } from "../../../app/config.ts";
import { Catalogue } from "../../../packs/catalogue.ts";
import { isFreeForStyle, styleBaseIn } from "../../../packs/style-pack.ts";
import { makeFolders } from "../../../platform/files/make-folders.ts";
import { defaultCostFactors, describeCost } from "../../../training/cost-card.ts";
import { describeIssues } from "../../../training/dataset/dataset-issues.ts";
import { previewPng } from "../../../training/preview.ts";
import { triesDefault } from "../../../training/style/learn-style.ts";
import {
  type TrainedTranslation,
  type TranslationProgress,
  trainTranslation,
} from "../../../training/train-translation.ts";
import { defaultTranslationSettings as defaults } from "../../../training/translation-settings.ts";
import { ProgressLine } from "../../progress-line.ts";
import { type FlagValues, interruptSignal, numberFlag, timeLeft, wholeFlag } from "../../train-flags.ts";
import { learnOwn, styleBaseFor } from "./learn-style.ts";

export const usage = `Usage: npm run -s tau -- train DIR --name NAME [options]

Trains a translation of your own on DIR, a folder of SVG, PNG, JPEG, WebP or GIF images, with subfolders. Icons of one ink, also
on a shared disc or tile, or with flat accents, need no captions: their style is read and published in seconds by the pack
with a flow between styles, and a better code is searched for afterwards. Other images become a translation from captions,
and icons do with --base icons. Captions come from one CSV (file,caption,style) or JSON Lines file, else from .txt files
beside the images, else from the file names. The base's experts stay frozen. Its flow learns the images, beside the base's
drawings transferred into their style, and stops when held-out images stop gaining. The pack appears in DATA/packs/NAME only
if it beats its start. After Ctrl-C or a crash the same command goes on. See docs/training.md.
Exit codes: 0 published, 1 not better than its start or failed, 2 wrong usage.

  --name NAME        id of the new pack and its translation; a pack of that name gets a new version
  --label TEXT       what people see (default: the name)
  --base ID          pack to start from, one that ships or one of yours: "styles" learns a style, "icons" trains from
                     captions (default: by the images; a flag of training, from --from-scratch to --patience, means captions)
  --tries N          codes that the search for a style tries (default ${triesDefault})
  --from-scratch     fresh weights, without the base's drawings
  --force            publishes even what is no better than its start
  --steps N          most optimiser steps (default ${defaults.steps})
  --batch N          images a step, beside as many drawings of the base (default ${defaults.batch}, fewer for small sets)
  --learning-rate X  its peak (default ${defaults.learningRate})
  --dropout X        on embeddings and hidden layers (default ${defaults.dropout})
  --patience N       evaluations without gain before it stops, one each ${defaults.evaluateEvery} steps (default ${defaults.patience})
  --seed N           of batches and noise (default ${defaults.seed})
  --threads N        0 = all cores (default 0)
  --checkpoint-seconds N   how often the state is saved (default ${defaults.checkpointEverySeconds}; Ctrl-C always saves)
  --previews DIR     where samples of held-out captions go, at temperature 0, at each evaluation
  --watts X          of one busy core, for the cost card (default ${defaultCostFactors.wattsPerCore})
  --euros-per-kwh X  (default ${defaultCostFactors.eurosPerKwh})
  --co2-per-kwh X    grams (default ${defaultCostFactors.co2GramsPerKwh})
  --data DIR         the data folder (default: as tau serve)
  --packs DIR        the packs that ship (default: as tau serve)`;

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;
export const options = {
  name: text,
  label: text,
  base: text,
  tries: text,
  "from-scratch": flag,
  force: flag,
  steps: text,
  batch: text,
  "learning-rate": text,
  dropout: text,
  patience: text,
  seed: text,
  threads: text,
  "checkpoint-seconds": text,
  previews: text,
  watts: text,
  "euros-per-kwh": text,
  "co2-per-kwh": text,
  data: text,
  packs: text,
} as const;

type Values = {
  readonly [Name in keyof typeof options]?: (typeof options)[Name] extends typeof text ? string : boolean;
};

export async function trainOwn(folder: string, name: string, values: Values): Promise<number> {
  const { settings, threads, costFactors } = parseSettings(values);
  const { packsDir, userPacksDir, dataDir } = readConfig({ data: values.data, packs: values.packs });
  const { entries } = await Catalogue.open(packsDir, userPacksDir);
  const ofStyles =
    values.base === undefined
      ? await styleBaseFor(folder, entries, values, () => isFreeForStyle(userPacksDir, name))
      : undefined;
  const base = values.base === undefined ? entries[0]! : entries.find(({ manifest }) => manifest.id === values.base);
  if (!base) {
    const expected = `one of ${entries.map(({ manifest }) => manifest.id).join(", ")}`;
    throw new AppError("pack_unavailable", `--base: expected ${expected}, got "${values.base}"`, { field: "--base" });
  }
  const styleBase = ofStyles ?? styleBaseIn(base);
  const taken = entries
    .filter(({ isShipped, manifest }) => isShipped || manifest.id !== name)
    .map(({ manifest }) => manifest);
  if (values.previews !== undefined) await requireFolder(values.previews, folder);
  if (ofStyles)
    console.error(
      `the icons are drawings of one ink or of few flat colours, so their style is learned on pack ${ofStyles.manifest.id}; --base ${base.manifest.id} trains from captions`,
    );
  if (styleBase) return learnOwn(folder, { name, base: styleBase, taken, packs: userPacksDir, values });
  const line = new ProgressLine();
  const result = await trainTranslation({
    folder,
    basePack: base.folder,
    name,
    // A pack of the name that the user trained gets a new version.
    taken,
    packs: userPacksDir,
    work: join(dataDir, "training", name),
    settings,
    threads,
    costFactors,
    ...(values.label !== undefined && { label: values.label }),
    isFromScratch: values["from-scratch"] === true,
    isForced: values.force === true,
    signal: interruptSignal(),
    async onProgress(progress) {
      show(line, progress);
      if (values.previews !== undefined) await writePreviews(values.previews, progress);
    },
  }).finally(() => line.end());
  return report(result);
}

/** @throws AppError `config_invalid` when previews can't go to a folder, or would be images of the next training */
async function requireFolder(previews: string, images: string): Promise<void> {
  const refuse = (expected: string, cause?: unknown): AppError =>
    new AppError("config_invalid", `--previews: expected ${expected}, got "${previews}"`, {
      field: "--previews",
      expected,
      received: previews,
      cause,
    });
  if (!relative(images, previews).startsWith("..")) throw refuse("a folder outside the images");
  await makeFolders(previews).catch((cause: unknown) => {
    throw refuse("a folder that can be written", cause);
  });
}

/** @throws AppError `config_invalid` naming the flag, what was expected, what came */
function parseSettings(values: FlagValues) {
  const positive = (name: string, fallback: number): number => numberFlag(values, name, fallback, { min: 0, max: 1e6 });
  return {
    settings: {
      steps: wholeFlag(values, "steps", defaults.steps, 1, 1e6),
      batch: wholeFlag(values, "batch", defaults.batch, 1, 4096),
      learningRate: numberFlag(values, "learning-rate", defaults.learningRate, { min: 0, max: 1 }),
      dropout: numberFlag(values, "dropout", defaults.dropout, { min: 0, max: 0.9 }),
      patience: wholeFlag(values, "patience", defaults.patience, 1, 1e6),
      seed: wholeFlag(values, "seed", defaults.seed, 0, limits.seedMax),
      checkpointEverySeconds: wholeFlag(values, "checkpoint-seconds", defaults.checkpointEverySeconds, 0, 86_400),
    },
    threads: wholeFlag(values, "threads", 0, 0, 1024),
    costFactors: {
      wattsPerCore: positive("watts", defaultCostFactors.wattsPerCore),
      eurosPerKwh: positive("euros-per-kwh", defaultCostFactors.eurosPerKwh),
      co2GramsPerKwh: positive("co2-per-kwh", defaultCostFactors.co2GramsPerKwh),
    },
  };
}

function show(line: ProgressLine, progress: TranslationProgress): void {
  const { stage, done, total } = progress;
  if (stage !== "training") {
    line.show(`${stage} ${done} of ${total}`);
    return;
  }
  const { epoch = 0, trainNats = 0, heldOutNats = 0, bestNats = 0, secondsLeft = 0 } = progress;
  line.log(
    `step ${done} of ${total}  epoch ${epoch.toFixed(1)}  train ${trainNats.toFixed(4)}  held-out ${heldOutNats.toFixed(4)} nats/dim ` +
      `(best ${bestNats.toFixed(4)})  at most ${timeLeft(secondsLeft)} left`,
  );
}

async function writePreviews(folder: string, { preview = [], step = 0 }: TranslationProgress): Promise<void> {
  for (const [index, image] of preview.entries())
    await writeFile(join(folder, `step-${String(step).padStart(5, "0")}-${index + 1}.png`), await previewPng(image));
}

/** The result as JSON on standard output, what people should know on standard error. */
function report(result: TrainedTranslation): number {
  const { name, pack, records, startNats, finalNats, startStyle, images, cost, reason, steps, bestStep } = result;
  const { startJudge, finalJudge } = result;
  const judge =
    startJudge === undefined || finalJudge === undefined
      ? ""
      : `; style named by the judge: ${Math.round(100 * startJudge)} % before, ${Math.round(100 * finalJudge)} % after`;
  const nats = `held-out nats per dimension, given captions: ${startNats.toFixed(4)} before, ${finalNats.toFixed(4)} after${judge}`;
  const fault =
    result.worseBy === "judge"
      ? "likelier, but the style judge names the style less often"
      : "no better than its start";
  const lines = [
    ...describeIssues(images.issues),
    `${images.usable} images used, ${images.heldOut} of them held out`,
    startStyle === undefined ? "" : `started as the base's style ${startStyle}`,
    `${steps} steps (${reason}), kept the flow of step ${bestStep}`,
    ...describeCost(cost),
    `log and loss curve: ${records}`,
    pack
      ? `${name} ${pack.version}: ${nats}${result.isBetter ? "" : `, ${fault}; published because --force was given`}`
      : `${name}: ${nats}, ${fault}, so nothing was published; more or clearer images help, --force publishes anyway (docs/training.md)`,
  ];
  console.error(lines.filter(Boolean).join("\n"));
  console.log(
    JSON.stringify({
      name,
      ...pack,
      records,
      startNats,
      finalNats,
      startJudge,
      finalJudge,
      worseBy: result.worseBy,
      startStyle,
      reason,
      steps,
      bestStep,
      cost,
    }),
  );
  return pack ? 0 : 1;
}
