/**
 * How unlike each other the images of one request are, and how many still show their caption: the sixty everyday captions,
 * four images each, without and with `diversity`, beside one image. Writes a sheet of each on request.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Translation } from "../../../server/engine/translation.ts";
import { tileSheet } from "../../../server/evaluation/tile-sheet.ts";
import type { ImageResult } from "../../../server/inference/protocol.ts";
import { createService } from "../../../server/inference/service.ts";
import { Catalogue, packsHome } from "../../../server/packs/catalogue.ts";
import { loadTranslations } from "../../../server/packs/load.ts";
import { ResolvedRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import { everyday } from "../../figures/captions.ts";
import { median } from "../measure.ts";
import { fitDrawingJudges } from "./drawing-judge.ts";

const captions = everyday.flat();
const seed = 1;
const variants = [
  { label: "one image", count: 1, diversity: 0 },
  { label: "four, diversity 0", count: 4, diversity: 0 },
  { label: "four, diversity 0.5", count: 4, diversity: 0.5 },
  { label: "four, diversity 1", count: 4, diversity: 1 },
] as const;
/** Sets side by side in a sheet. */
const setsPerLine = 3;

/** @param folder for the sheets; absent = none */
export async function benchDiversity(folder?: string, styles: readonly string[] = ["fluent-flat"]): Promise<void> {
  const entry = (await Catalogue.open(packsHome())).entries[0]!;
  const translation = (await loadTranslations(entry, { threads: 2 }))[0]!;
  const judges = await fitDrawingJudges(entry, translation, captions);
  console.log(
    "| style | images | median difference, of 255 | own caption first | by a judge without these things | processor ms a set |\n| --- | --- | --: | --: | --: | --: |",
  );
  for (const style of styles)
    for (const { label, count, diversity } of variants) {
      const sets: Set[] = [];
      for (const caption of captions)
        sets.push(await draw(translation, { condition: { caption, style }, count, diversity, seed }));
      const captionOf = sets.flatMap(({ images }, index) => images.map(() => index));
      const { all, unseen } = await judges.hitsOf(
        sets.flatMap(({ images }) => images.map(({ planes }) => planes)),
        captionOf,
      );
      const differences = sets.flatMap(({ images }) => (images.length > 1 ? [meanDifference(images)] : []));
      const cells = [
        style,
        label,
        differences.length > 0 ? median(differences).toFixed(1) : "",
        `${(100 * all).toFixed(1)} %`,
        `${(100 * unseen).toFixed(1)} %`,
        median(sets.map(({ ms }) => ms)).toFixed(0),
      ];
      console.log(`| ${cells.join(" | ")} |`);
      if (folder !== undefined && count > 1) {
        await mkdir(folder, { recursive: true });
        const path = join(folder, `${style}-${diversity}.png`);
        await writeFile(path, await sheetOf(sets, translation.target.imageSizePx));
      }
    }
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

/** Mean absolute difference of a value, over all pairs. */
function meanDifference(images: readonly Drawn[]): number {
  const pairs = images.flatMap(({ onWhite: a }, index) =>
    images.slice(index + 1).map(({ onWhite: b }) => [a, b] as const),
  );
  const differences = pairs.map(([a, b]) => a.reduce((sum, value, at) => sum + Math.abs(value - b[at]!), 0) / a.length);
  return differences.reduce((sum, value) => sum + value, 0) / differences.length;
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
