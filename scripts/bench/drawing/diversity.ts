/**
 * How unlike each other the images of one request are, and how many still show their caption: the sixty everyday captions,
 * four images each, without and with `diversity`, beside one image. Writes a sheet of each on request.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Translation } from "../../../server/engine/translation.ts";
import { meanPairDifference } from "../../../server/evaluation/metrics/pixels.ts";
import { tileSheet } from "../../../server/evaluation/tile-sheet.ts";
import type { ImageResult } from "../../../server/inference/protocol.ts";
import { createService } from "../../../server/inference/service.ts";
import { Catalogue, packsHome } from "../../../server/packs/catalogue.ts";
import { loadTranslations } from "../../../server/packs/load-translations.ts";
import { ResolvedRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import { limits } from "../../../shared/limits.ts";
import { everyday, everydayStyles } from "../../figures/captions.ts";
import { median } from "../measure.ts";
import { type DrawingJudges, fitDrawingJudges } from "./drawing-judge.ts";

const seed = 1;
/** Sets side by side in a sheet. */
const setsPerLine = 3;
const differing = 4;

interface Options {
  /** For the sheets; absent = none. */
  readonly folder?: string | undefined;
  readonly styles: readonly string[];
  /** Diversities of four images, besides 0. */
  readonly values: readonly number[];
  /** Every so-manieth of the sixty captions: more than 1 for a quick look. */
  readonly every: number;
}

/**
 * @param args `--styles a,b` (the four of the everyday figure), `--values 0.3,0.5` (the plugin's default), `--every 3` (1), and `--folder DIR`
 * @throws TypeError for other arguments
 */
export function diversityOptionsOf(args: readonly string[]): Options {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ args: [...args], options: { styles: text, values: text, every: text, folder: text } });
  return {
    folder: values.folder,
    styles: values.styles?.split(",") ?? everydayStyles,
    values: values.values?.split(",").map(Number) ?? [limits.diversityIdeas],
    every: Number(values.every ?? 1),
  };
}

export async function benchDiversity({ folder, styles, values, every }: Options): Promise<void> {
  const captions = everyday.flat().filter((_, index) => index % every === 0);
  const variants = [
    { label: "one image", count: 1, diversity: 0 },
    ...[0, ...values].map((diversity) => ({ label: `four, diversity ${diversity}`, count: differing, diversity })),
  ];
  const entry = (await Catalogue.open(packsHome())).entries[0]!;
  const translation = (await loadTranslations(entry, { threads: 2 }))[0]!;
  const judges = await fitDrawingJudges(entry, translation, captions);
  console.log(
    "| style | images | median difference, of 255 | own caption first | by a judge without these things | processor ms a set |\n| --- | --- | --: | --: | --: | --: |",
  );
  const measured: Array<Measured & { readonly label: string }> = [];
  for (const style of styles)
    for (const { label, count, diversity } of variants) {
      const sets: Set[] = [];
      for (const caption of captions)
        sets.push(await draw(translation, { condition: { caption, style }, count, diversity, seed }));
      const found = await measure(sets, judges);
      measured.push({ label, ...found });
      console.log(lineOf(style, label, found));
      if (folder !== undefined && count > 1) {
        await mkdir(folder, { recursive: true });
        const path = join(folder, `${style}-${diversity}.png`);
        await writeFile(path, await sheetOf(sets, translation.target.imageSizePx));
      }
    }
  for (const { label } of variants)
    console.log(lineOf("all", label, pooled(measured.filter((one) => one.label === label))));
}

interface Measured {
  /** Of each set of several images, in 255. */
  readonly differences: readonly number[];
  /** Processor time of each set, in milliseconds. */
  readonly ms: readonly number[];
  /** Shares of images, by the judge of all labels and by the one that never saw these things. */
  readonly all: number;
  readonly unseen: number;
}

async function measure(sets: readonly Set[], judges: DrawingJudges): Promise<Measured> {
  const captionOf = sets.flatMap(({ images }, index) => images.map(() => index));
  const planes = sets.flatMap(({ images }) => images.map((image) => image.planes));
  return {
    ...(await judges.hitsOf(planes, captionOf)),
    differences: sets.flatMap(({ images }) =>
      images.length > 1 ? [meanPairDifference(images.map(({ onWhite }) => onWhite))] : [],
    ),
    ms: sets.map((set) => set.ms),
  };
}

/** Of several styles with as many images each. */
const pooled = (parts: readonly Measured[]): Measured => ({
  differences: parts.flatMap(({ differences }) => differences),
  ms: parts.flatMap(({ ms }) => ms),
  all: parts.reduce((sum, { all }) => sum + all, 0) / parts.length,
  unseen: parts.reduce((sum, { unseen }) => sum + unseen, 0) / parts.length,
});

function lineOf(style: string, label: string, { differences, ms, all, unseen }: Measured): string {
  const difference = differences.length > 0 ? median(differences).toFixed(1) : "";
  const hits = [all, unseen].map((share) => `${(100 * share).toFixed(1)} %`);
  return `| ${[style, label, difference, ...hits, median(ms).toFixed(0)].join(" | ")} |`;
}

interface Drawn {
  /** On white, [pixels, 3], 0 to 255. */
  readonly onWhite: Float32Array;
  readonly planes: Float32Array;
}
interface Set {
  readonly images: readonly Drawn[];
  /** Processor time, which other work on the machine hardly changes. */
  readonly ms: number;
}

async function draw(translation: Translation, input: object): Promise<Set> {
  const drawn: ImageResult[] = [];
  const before = process.cpuUsage();
  await createService([translation], 8).generate({
    request: ResolvedRequestSchema.parse(input),
    images: new Map(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onFindings: () => undefined,
    onImage: (image) => void drawn.push(image),
  });
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, images: drawn.map(({ rgba }) => read(rgba)) };
}

function read(rgba: Uint8Array): Drawn {
  const pixels = rgba.length / 4;
  const [onWhite, planes] = [new Float32Array(3 * pixels), new Float32Array(4 * pixels)];
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const alpha = rgba[4 * pixel + 3]! / 255;
    planes[3 * pixels + pixel] = alpha;
    for (let channel = 0; channel < 3; channel += 1) {
      const value = rgba[4 * pixel + channel]!;
      planes[channel * pixels + pixel] = (value / 255) * alpha;
      onWhite[3 * pixel + channel] = value * alpha + 255 * (1 - alpha);
    }
  }
  return { onWhite, planes };
}

function sheetOf(sets: readonly Set[], sizePx: number): Promise<Uint8Array> {
  const lines = Math.ceil(sets.length / setsPerLine);
  const tiles = Array.from({ length: lines }, (_, line) =>
    Array.from({ length: setsPerLine }, (_column, column) => sets[column * lines + line]?.images ?? []).flatMap(
      (images) => images.map(({ planes }) => planes),
    ),
  );
  return tileSheet(tiles, sizePx, { gapAfter: [3, 7] });
}
