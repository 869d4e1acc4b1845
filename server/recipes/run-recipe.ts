/**
 * Runs a recipe from experts to a served pack: finds or fetches the experts, joins them in a pack, draws or reads the training set, fits τ,
 * publishes it, fits the MLP of the paper's ablation with the same budget, and measures both. Everything lies in one folder at the end.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { tileSheet } from "../evaluation/tile-sheet.ts";
import { isGenerator } from "../experts/custom/generator.ts";
import type { FittedFlow } from "../flow/fitted-flow.ts";
import { defaultTrainOptions, type TrainOptions } from "../flow/trainer.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import { writeFlowFile } from "../flow/weights.ts";
import type { FetchOptions } from "../hub/fetch-expert.ts";
import { draftOf } from "../manifest/pack-draft.ts";
import { digestExperts, publishInPack } from "../packs/publish.ts";
import { writeFileAtomically } from "../platform/files/atomic-file.ts";
import { type CostCard, costCard, stopwatch } from "../training/cost-card.ts";
import { generatorSet } from "../training/dataset/generator-set.ts";
import { openSetExperts, type SetCondition, type SetExperts } from "../training/encode/pack-experts.ts";
import { fitFlow } from "../training/fit-flow.ts";
import { fitGenerator } from "../training/fit-generator.ts";
import { assemblePack, type RecipeExperts } from "./assemble-pack.ts";
import { readAttributes } from "./attribute-list.ts";
import { openJudge } from "./feature-net.ts";
import { findExperts, pickExpert } from "./found-experts.ts";
import { measureRecipe, type Score } from "./measure.ts";
import { fitMlp } from "./mlp-ablation.ts";
import { labelledBy, type PictureFile, pictureSet, picturesIn } from "./picture-set.ts";
import { type Recipe, type RecipeName, recipes } from "./recipe.ts";

export interface RecipeOptions extends Pick<TrainOptions, "steps" | "batch" | "learningRate" | "seed" | "threads"> {
  /** Folder of the experts. */
  readonly experts: string;
  /** Folder that the pack's folder is written to. */
  readonly to: string;
  /** Folder of images, where the recipe needs one. */
  readonly images?: string | undefined;
  /** A list of the images' attributes, and those that make labels; absent = subfolders do. */
  readonly attributes?: { readonly path: string; readonly names: readonly string[] } | undefined;
  /** Images that a generator draws to train on. */
  readonly samples: number;
  /** Images that each side is measured with. */
  readonly measured: number;
  readonly hub: Omit<FetchOptions, "to">;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((what: string) => void) | undefined;
}

export interface RecipeReport {
  readonly recipe: RecipeName;
  readonly paper: string;
  readonly pack: string;
  readonly digest: string;
  readonly experts: Readonly<Record<"target" | "condition", string>>;
  readonly trainedOn: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly scoreName: string;
  readonly distanceName: string;
  readonly measured: number;
  readonly scores: readonly Score[];
  readonly cost: CostCard;
}

/** @throws AppError `pack_unavailable` naming an expert that is missing, `training_failed`, `cancelled`, or the fault of a part */
export async function runRecipe(name: RecipeName, options: RecipeOptions): Promise<RecipeReport> {
  const recipe: Recipe = recipes[name];
  const { experts: from, seed, threads, signal, onProgress = () => undefined } = options;
  const pictures = recipe.data === "draws" ? [] : await picturesOf(name, options);
  const chosen = await choose(recipe, options, pictures);
  const pack = await assemblePack(name, recipe, chosen, from, options.to);
  const draft = await draftOf(pack);
  const digests = await digestExperts(pack, draft);
  const spent = stopwatch();
  const opened = await openSetExperts({ pack, draft, files: digests }, { threads });
  const set = await setOf(recipe, opened, pictures, options);
  const training = trainingOf(options, (what) => onProgress(what));
  const fitted = await fit(opened, set, training);
  const { digest } = await publishInPack(pack, draft, digests, {
    flow: writeFlowFile(fitted.weights),
    metrics: fitted.metrics,
  });
  const cost = costCard(spent());
  onProgress("fitting the MLP in the place of τ");
  const mlp = await fitMlp(set, fitted.weights, training);
  const judge = await openJudge(from);
  const { scores, pictures: drawn } = await measureRecipe({
    set,
    target: opened.target,
    flow: fitted.weights,
    mlp,
    judge,
    samples: options.measured,
    seed,
    onProgress: (done, total) => onProgress(`measuring ${done} of ${total}`),
  });
  if (signal?.aborted) throw new AppError("cancelled", `${name}: stopped after publication`);
  const report: RecipeReport = {
    recipe: name,
    paper: recipe.paper,
    pack,
    digest,
    experts: {
      target: chosen.target.name,
      condition: "declaration" in chosen.condition ? chosen.condition.name : `${chosen.condition.length} labels`,
    },
    trainedOn: set.trainRows.length,
    metrics: fitted.metrics,
    scoreName: judge.scoreName,
    distanceName: judge.distanceName,
    measured: options.measured,
    scores,
    cost,
  };
  const rows = drawn[0]!.map((_, row) => drawn.map((column) => column[row]));
  const headings = ["target's own", "flow, T 1", "MLP"];
  const sheet = await tileSheet(rows, opened.target.imageSizePx, { headings });
  await writeFileAtomically(join(options.to, `${name}.png`), sheet, 0o644);
  await writeFileAtomically(join(options.to, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`, 0o644);
  return report;
}

async function picturesOf(name: RecipeName, { images, attributes }: RecipeOptions): Promise<PictureFile[]> {
  if (images !== undefined) {
    const pictures = await picturesIn(images);
    return attributes
      ? labelledBy(await readAttributes(attributes.path, attributes.names), pictures, images)
      : pictures;
  }
  throw new AppError("config_invalid", `--images: expected a folder of images for ${name}, got none`, {
    field: "--images",
  });
}

async function choose(
  { target, condition, data }: Recipe,
  { experts: folder, hub }: RecipeOptions,
  pictures: readonly PictureFile[],
): Promise<RecipeExperts> {
  const found = await findExperts(folder, hub);
  const chosen = pickExpert(
    found.filter(({ declaration, name }) => declaration.kind !== "onnx" && !name.endsWith("-embedding")),
    target,
    "a target",
    folder,
  );
  if (data === "groups") {
    const labels = [...new Set(pictures.map(({ label }) => label))].sort();
    if (labels.length < 2 || labels.includes(""))
      throw new AppError(
        "dataset_invalid",
        `--images: expected two or more subfolders, one a label, got ${labels.filter(Boolean).length}, and images beside them: ${labels.includes("")}`,
      );
    return { target: chosen, condition: labels };
  }
  const readers = found.filter(({ declaration }) => declaration.kind === "onnx");
  return {
    target: chosen,
    condition: pickExpert(readers, condition.from, "an expert of conditions", folder, condition.variant),
  };
}

async function setOf(
  recipe: Recipe,
  { target, conditions, posteriorStd }: SetExperts,
  pictures: readonly PictureFile[],
  { experts, images, samples, seed, signal, onProgress = () => undefined }: RecipeOptions,
): Promise<TrainingSet> {
  const condition = conditions[0]!;
  if (recipe.data !== "draws")
    return pictureSet({
      folder: images!,
      pictures,
      target,
      posteriorStd,
      condition,
      seed,
      signal,
      onProgress: (done, total) => onProgress(`encoding ${done} of ${total}`),
    });
  if (!isGenerator(target))
    throw new AppError("pack_corrupt", "target: expected a generator without encoder, got another");
  return generatorSet({
    generator: target,
    conditions: [
      {
        name: condition.name,
        expert: condition.expert,
        ...(readsWords(condition) ? { classNames: await classNames(experts, target.classCount) } : {}),
      },
    ],
    samples,
    heldOut: Math.max(32, Math.floor(samples / 20)),
    seed,
    signal,
    onProgress: (done, total) => onProgress(`drawing ${done} of ${total}`),
  });
}

const readsWords = ({ entry }: SetCondition): boolean => entry.kind === "onnx" && entry.input.kind === "text";

/** What each class of the generator is called, a line a class. */
async function classNames(folder: string, count: number): Promise<string[]> {
  const path = join(folder, "classes.txt");
  const text = await readFile(path, "utf8").catch(() => "");
  const names = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  if (names.length === count) return names;
  throw new AppError(
    "dataset_invalid",
    `${path}: expected ${count} lines, the name of each class, got ${names.length}`,
  );
}

function trainingOf(options: RecipeOptions, onProgress: (what: string) => void): TrainOptions {
  const { steps, batch, learningRate, seed, threads, signal } = options;
  return {
    ...defaultTrainOptions,
    steps,
    batch,
    learningRate,
    seed,
    threads,
    warmupSteps: Math.min(defaultTrainOptions.warmupSteps, Math.ceil(steps / 10)),
    evaluateEvery: Math.min(defaultTrainOptions.evaluateEvery, Math.ceil(steps / 4)),
    ...(signal ? { signal } : {}),
    onProgress: ({ step, heldOutNats }) =>
      onProgress(`step ${step} of ${steps}, held-out ${heldOutNats.toFixed(4)} nats/dim`),
  };
}

async function fit({ target }: SetExperts, set: TrainingSet, training: TrainOptions): Promise<FittedFlow> {
  const fitted = isGenerator(target)
    ? // Drawn pairs are many and exact, so there is little to be learned by heart.
      await fitGenerator(target, set, { ...training, dropout: 0, weightDecay: 0 })
    : await fitFlow(set, training);
  if (fitted.reason === "cancelled") throw new AppError("cancelled", `stopped at step ${fitted.stepsDone}`);
  if (fitted.bestStep > 0) return fitted;
  throw new AppError(
    "training_failed",
    `expected held-out nats to fall in ${fitted.stepsDone} steps, got none better than at the start`,
  );
}
