/**
 * `tau train DIR --name NAME` on a pack with a flow between styles: the style of the icons, at once, and then a better code. Also
 * whether a folder is learned so when no pack is named.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "../../../../shared/limits.ts";
import type { CatalogueEntry } from "../../../packs/catalogue.ts";
import { type Named, requireName } from "../../../packs/pack-name.ts";
import { type StyleBase, styleBaseIn } from "../../../packs/style-pack.ts";
import { describeIssues } from "../../../training/dataset/dataset-issues.ts";
import type { CaptionedPreview } from "../../../training/fit-translation.ts";
import { previewPng } from "../../../training/preview.ts";
import { learnStyle, type StyleNats, triesDefault } from "../../../training/style/learn-style.ts";
import { isOfFlatColours } from "../../../training/style/style-icons.ts";
import { ProgressLine } from "../../progress-line.ts";
import { type FlagValues, interruptSignal, wholeFlag } from "../../train-flags.ts";

/** Flags that say something of a training from captions alone. */
const flagsOfCaptions = ["steps", "batch", "learning-rate", "dropout", "patience", "from-scratch", "force"] as const;

interface LearnOptions {
  readonly name: string;
  readonly base: StyleBase;
  readonly taken: readonly Named[];
  readonly packs: string;
  readonly values: FlagValues & { readonly label?: string };
}

/**
 * The pack with a flow between styles that a folder without `--base` is learned on: the first that ships, if the icons are of one ink
 * and no flag asks for a training from captions.
 * @param isFree whether a style may take the name
 * @throws AppError `dataset_invalid` without such a folder
 */
export async function styleBaseFor(
  folder: string,
  entries: readonly CatalogueEntry[],
  values: FlagValues,
  isFree: () => Promise<boolean>,
): Promise<StyleBase | undefined> {
  if (flagsOfCaptions.some((flag) => values[flag] !== undefined && values[flag] !== false)) return undefined;
  const [base] = entries.flatMap((entry) => (entry.isShipped ? (styleBaseIn(entry) ?? []) : []));
  return base && (await isFree()) && (await isOfFlatColours(folder, base.imageSizePx)) ? base : undefined;
}

export async function learnOwn(folder: string, { name, base, taken, packs, values }: LearnOptions): Promise<number> {
  requireName(name, taken);
  const startedMs = performance.now();
  const seconds = (): string => ((performance.now() - startedMs) / 1000).toFixed(1);
  const line = new ProgressLine();
  const previews = values["previews"];
  const { pack, search, issues, ...counts } = await learnStyle({
    ...{ folder, base, name, label: values.label ?? name, packs },
    tries: wholeFlag(values, "tries", triesDefault, 1, 10_000),
    seed: wholeFlag(values, "seed", 1, 0, limits.seedMax),
    signal: interruptSignal(),
    onStage: (stage, done, total, nats) => line.show(`${stage} ${done} of ${total}${describeNats(nats)}`),
    onPublished: ({ version }, isFirst) => {
      if (isFirst) line.log(`style ${name} ${version} can be used after ${seconds()} s; a better code is searched for`);
    },
    ...(typeof previews === "string" && { onSamples: (samples, tried) => writeSamples(previews, samples, tried) }),
  }).finally(() => line.end());
  console.error(
    [
      ...describeIssues(issues),
      `${counts.icons} icons, ${counts.heldOut} of them held out`,
      search === undefined
        ? "too few icons to hold any out: the code that was read is kept"
        : `held-out nats per dimension: ${search.startNats.toFixed(4)} as read, ${search.foundNats.toFixed(4)} found; ` +
          `named by the style judge: ${percent(search.startJudge)} and ${percent(search.foundJudge)}`,
      search?.worseBy ? `what was found ${faults[search.worseBy]}, so the code of before is kept` : "",
      `${name} ${pack.version} after ${seconds()} s`,
    ]
      .filter(Boolean)
      .join("\n"),
  );
  console.log(JSON.stringify({ name, ...pack, ...counts, ...search, seconds: Number(seconds()) }));
  return 0;
}

const faults = { nats: "is no likelier", judge: "is likelier, but named less often" };

const describeNats = (nats?: StyleNats): string => (nats ? `, best ${nats.searched.toFixed(4)} nats/dim` : "");

async function writeSamples(folder: string, samples: readonly CaptionedPreview[], tried: number): Promise<void> {
  for (const [index, image] of samples.entries())
    await writeFile(join(folder, `try-${String(tried).padStart(5, "0")}-${index + 1}.png`), await previewPng(image));
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
