/**
 * A training in the server whose images are icons of one colour: their style is learned on a pack with a flow between styles
 * (learn-style.ts), with the progress and the result of a training from captions (train-translation.ts).
 */
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { readEntry } from "../../packs/catalogue.ts";
import type { PublishedPack } from "../../packs/publish.ts";
import { type StyleBase, styleBaseIn } from "../../packs/style-pack.ts";
import { asStorageError } from "../../platform/files/atomic-file.ts";
import { costCard, stopwatch } from "../cost-card.ts";
import type { TrainedTranslation, TrainTranslationOptions, TranslationProgress } from "../train-translation.ts";
import { learnStyle, triesDefault } from "./learn-style.ts";

export interface StyleProgress extends TranslationProgress {
  /** The style as it was read: it can be used while a better code is searched for. */
  readonly published?: PublishedPack;
}

export interface TrainStyleOptions
  extends Pick<TrainTranslationOptions, "folder" | "name" | "label" | "packs" | "signal" | "settings" | "threads"> {
  /** Folder of a pack with a flow between styles. */
  readonly basePack: string;
  /** Awaited at publications and samples. */
  onProgress(progress: StyleProgress): void | Promise<void>;
}

/** @throws AppError `pack_unavailable` for a pack without a flow between styles, else as `learnStyle` */
export async function trainStyle(options: TrainStyleOptions): Promise<TrainedTranslation> {
  const { basePack, name, label = name, onProgress } = options;
  const clock = stopwatch();
  const search = new SearchClock();
  const learned = await learnStyle({
    ...options,
    base: await openStyleBase(basePack),
    label,
    tries: triesDefault,
    seed: options.settings?.seed ?? 1,
    iconsLeast: limits.examplesMin,
    onStage: (stage, done, total, nats) =>
      void onProgress({
        stage: { reading: "reading", redrawing: "encoding", searching: "training" }[
          stage
        ] as TranslationProgress["stage"],
        done,
        total,
        ...(nats && { trainNats: nats.searched, heldOutNats: nats.heldOut, bestNats: nats.heldOut }),
        ...(stage === "searching" && { secondsLeft: search.secondsLeft(done, total) }),
      }),
    onPublish: () => onProgress({ stage: "publishing", done: 0, total: 1 }),
    onPublished: (published, isFirst) =>
      onProgress({ stage: "publishing", done: 1, total: 1, ...(isFirst && { published }) }),
    onSamples: (preview, step) => onProgress({ stage: "training", done: step, total: triesDefault, step, preview }),
  }).catch((error: unknown) => {
    throw asStorageError(error);
  });
  const { pack, icons, heldOut, issues } = learned;
  // As many icons as a training asks for leave some to hold out.
  const { startNats, foundNats, foundAt, isBetter, worseBy } = learned.search!;
  return {
    name,
    pack,
    isBetter,
    ...(!isBetter && worseBy && { worseBy }),
    records: pack.folder,
    startNats,
    finalNats: isBetter ? foundNats : startNats,
    images: { usable: icons, heldOut, issues },
    reason: isBetter ? "finished" : "no improvement",
    steps: triesDefault,
    bestStep: isBetter ? foundAt : 0,
    cost: costCard(clock()),
  };
}

/** @throws AppError `pack_unavailable` for a pack without a flow between styles */
export async function openStyleBase(folder: string): Promise<StyleBase> {
  const base = styleBaseIn(await readEntry(folder, true));
  if (base) return base;
  throw new AppError("pack_unavailable", `base: expected a pack with a flow between styles, got ${folder}`);
}

/** How long a search goes on, by how long its tries took so far. */
class SearchClock {
  #startedMs: number | undefined;

  secondsLeft(done: number, total: number): number {
    this.#startedMs ??= performance.now();
    return Math.round(((performance.now() - this.#startedMs) / 1000 / Math.max(1, done - 1)) * (total - done));
  }
}
