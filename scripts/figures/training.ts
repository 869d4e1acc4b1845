/**
 * The figures of training: two styles that the pack has never seen, trained like `tau train DIR --name NAME` within ten minutes
 * each. Columns are held-out captions; rows are samples of the base and of the new translation. Then words that neither folder
 * contains, and sketches. Prints the table.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { openImageSet } from "../../server/training/dataset/image-set.ts";
import { prepareFolder } from "../../server/training/dataset/prepare-folder.ts";
import { type TrainedTranslation, trainTranslation } from "../../server/training/train-translation.ts";
import { defaultTranslationSettings } from "../../server/training/translation-settings.ts";
import { AppError } from "../../shared/problem.ts";
import { sketches } from "./conditions.ts";
import { example } from "./edits.ts";
import { type SheetRow, writeSheet } from "./sheet.ts";
import { withStudio } from "./studio.ts";
import { writeStyleFolder } from "./style-folder.ts";

const styles = [
  { style: "meteocons", name: "meteocons" },
  { style: "streamline-kameleon", name: "kameleon" },
] as const;
const [imagesMax, columnsMax, seed] = [200, 10, 1];
/** Everyday objects that no caption of either style names. */
const words = ["guitar", "bicycle", "fish", "bird", "carrot", "crown", "rocket", "banana", "scissors", "anchor"];
const budgetSeconds = 600;
const { evaluateEvery, steps: defaultSteps } = defaultTranslationSettings;

interface Trained extends TrainedTranslation {
  /** Seconds from opening the folder to the published pack. */
  readonly seconds: number;
}

export interface TrainingFigures {
  readonly packsDir?: string | undefined;
  /** Most steps; fewer if ten minutes are not enough. */
  readonly steps?: number | undefined;
  /** Folder in which the images and packs of each style are kept; absent = they are removed. */
  readonly keep?: string | undefined;
}

/** Writes `<name>.png` for each style, `words.png` and `sketches.png` into a folder. */
export async function trainingFigures(
  folder: string,
  { packsDir = packsHome(), steps = defaultSteps, keep }: TrainingFigures,
): Promise<string[]> {
  const paths: string[] = [];
  const table = [
    "| style | images | held out | steps | seconds | nats before | after | kWh | € | g CO₂ |",
    "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
  ];
  const wordRows: SheetRow[] = [];
  const svgs = await Promise.all(sketches.map(([sketch]) => readFile(example(`sketch-${sketch}.svg`), "utf8")));
  const sketchRows: SheetRow[] = [{ label: "sketch", tiles: svgs.map((svg) => Buffer.from(svg)) }];
  for (const { style, name } of styles) {
    const home = keep === undefined ? await mkdtemp(join(tmpdir(), "tau-training-")) : join(keep, name);
    try {
      const images = join(home, "images");
      await writeStyleFolder(style, images, imagesMax);
      const known = (await readdir(images)).find((file) => words.some((word) => file.includes(word)));
      if (known) throw new Error(`${style}: expected no image of ${words.join(", ")}, got ${known}`);
      const trained = await train(home, images, name, packsDir, steps);
      const { cost, images: used, startNats, finalNats } = trained;
      table.push(
        `| ${style} | ${used.usable} | ${used.heldOut} | ${trained.steps} (${trained.reason}; kept ${trained.bestStep}) | ${trained.seconds.toFixed(0)} | ${startNats.toFixed(4)} | ` +
          `${finalNats.toFixed(4)} | ${cost.kwh.toPrecision(2)} | ${cost.euros.toPrecision(2)} | ${cost.co2Grams.toPrecision(2)} |`,
      );
      const path = join(folder, `${name}.png`);
      await drawSheet(path, { home, images, name, packsDir, trained });
      paths.push(path);
      if (!trained.pack) continue;
      wordRows.push(...(await drawRows(home, name, packsDir, wordRowsOf(name))));
      sketchRows.push(...(await drawRows(home, name, packsDir, sketchRowsOf(name, svgs))));
    } finally {
      if (keep === undefined) await rm(home, { recursive: true });
    }
  }
  for (const [name, columns, rows] of [
    ["words", words, wordRows],
    ["sketches", sketches.map(([sketch]) => sketch), sketchRows],
  ] as const) {
    const path = join(folder, `${name}.png`);
    await writeSheet(path, [{ columns, rows }], { marginPx: 190 });
    paths.push(path);
  }
  console.log(table.join("\n"));
  return paths;
}

/** A row of samples of a trained translation, all with one seed. */
interface Drawn {
  readonly label: string;
  readonly requests: ReadonlyArray<{ readonly condition: object; readonly retrieval?: number }>;
}

/** Words that the folder does not contain, by the flow alone and with retrieval. */
const wordRowsOf = (name: string): Drawn[] => [
  { label: `${name}, flow alone`, requests: words.map((caption) => ({ condition: { caption }, retrieval: 0 })) },
  { label: `${name}, as it comes`, requests: words.map((caption) => ({ condition: { caption } })) },
];

/** Sketches, alone and with words. */
const sketchRowsOf = (name: string, svgs: readonly string[]): Drawn[] => [
  { label: `${name}, alone`, requests: svgs.map((svg) => ({ condition: { sketch: { svg } } })) },
  {
    label: `${name}, with words`,
    requests: svgs.map((svg, index) => ({ condition: { sketch: { svg }, caption: sketches[index]![1] } })),
  },
];

async function drawRows(home: string, name: string, packsDir: string, wanted: readonly Drawn[]): Promise<SheetRow[]> {
  const rows: SheetRow[] = [];
  await withStudio(
    packsDir,
    async ({ draw }) => {
      for (const { label, requests } of wanted) {
        const tiles: Uint8Array[] = [];
        for (const request of requests)
          tiles.push(...(await draw({ translation: name, count: 1, seed, temperature: 0.2, ...request })));
        rows.push({ label, tiles });
      }
    },
    join(home, "packs"),
  );
  return rows;
}

/** Trains. If the first evaluations show that the budget is too small, trains again once with fewer steps. */
async function train(home: string, folder: string, name: string, packsDir: string, steps: number): Promise<Trained> {
  const basePack = (await Catalogue.open(packsDir)).entries[0]!.folder;
  const [packs, work] = [join(home, "packs"), join(home, "work")];
  const began = performance.now();
  const secondsNow = (): number => (performance.now() - began) / 1000;
  const abort = new AbortController();
  let fewer = steps;
  const attempt = (most: number, signal?: AbortSignal): Promise<TrainedTranslation> =>
    trainTranslation({
      folder,
      basePack,
      name,
      packs,
      work,
      settings: { steps: most },
      ...(signal && { signal }),
      onProgress: ({ stage, done, total, heldOutNats = 0, secondsLeft = 0 }) => {
        if (stage !== "training") return;
        console.error(
          `${name}: step ${done} of ${total}, held-out ${heldOutNats.toFixed(4)}, ${secondsNow().toFixed(0)} s`,
        );
        if (!signal || signal.aborted || secondsNow() + secondsLeft <= budgetSeconds) return;
        const perStep = secondsLeft / Math.max(1, total - done);
        const affordable = Math.floor((budgetSeconds - secondsNow()) / perStep / evaluateEvery) * evaluateEvery;
        fewer = Math.max(evaluateEvery, affordable);
        abort.abort();
      },
    });
  const trained = await attempt(steps, abort.signal).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== "cancelled") throw error;
    console.error(`${name}: ${steps} steps would take longer than ${budgetSeconds} s here, so ${fewer}`);
    return attempt(fewer);
  });
  return { ...trained, seconds: secondsNow() };
}

interface Sheet {
  readonly home: string;
  readonly images: string;
  readonly name: string;
  readonly packsDir: string;
  readonly trained: Trained;
}

/** Without selection: the held-out images in the order of their names, one seed for all. */
async function drawSheet(path: string, { home, images, name, packsDir, trained }: Sheet): Promise<number> {
  const base = (await Catalogue.open(packsDir)).packs()[0]!.translations[0]!;
  const set = join(home, "set");
  await prepareFolder({ folder: images, set, sizePx: base.widthPx });
  const { items, close } = await openImageSet(set, base.widthPx);
  await close();
  const heldOut = items.filter(({ split }) => split === "heldOutPair").slice(0, columnsMax);
  const truth = await Promise.all(heldOut.map(({ id }) => readFile(join(images, id))));
  const style = trained.startStyle;
  const rows: SheetRow[] = [{ label: "true icon", tiles: truth }];
  await withStudio(
    packsDir,
    async ({ draw }) => {
      const row = async (label: string, request: object, condition: object): Promise<void> => {
        const tiles: Uint8Array[] = [];
        for (const { captions } of heldOut)
          tiles.push(
            ...(await draw({ count: 1, seed, condition: { caption: captions[0]!, ...condition }, ...request })),
          );
        rows.push({ label, tiles });
      };
      await row(
        `before${style ? `, as ${style}` : ""}`,
        { translation: base.id, temperature: 0.2 },
        { ...(style && { style }) },
      );
      if (!trained.pack) return;
      await row("after, flow alone, T 0.2", { translation: name, temperature: 0.2, retrieval: 0 }, {});
      for (const temperature of [0.2, 0.7])
        await row(`after, as it comes, T ${temperature}`, { translation: name, temperature }, {});
    },
    join(home, "packs"),
  );
  return writeSheet(path, [{ columns: heldOut.map(({ captions }) => captions[0]!), rows }], { marginPx: 190 });
}
