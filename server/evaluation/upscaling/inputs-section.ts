/** The section of inputs as they are: JPEGs, and icons and interfaces that were drawn at their size, enlarged four times. */
import type { Picture, Pixels } from "../../engine/interfaces.ts";
import { encodeJpeg } from "../../images/codec.ts";
import { decodePicture } from "../../images/picture.ts";
import { drawHypotheses } from "../../upscaling/hypotheses.ts";
import { lumaPsnrDb, rgbPsnrDb } from "../metrics/picture-psnr.ts";
import { mean } from "../metrics/statistics.ts";
import type { Column, Row, Section } from "../report.ts";
import { fewPictures, type Truth, type UpscalingContext } from "./context.ts";
import { drawnSet, onGround } from "./drawn-set.ts";
import { cutMiddle } from "./ground-truth.ts";
import { bicubic, resample, shrinkTruth } from "./resample.ts";

const [scale, cropPx] = [4, 256] as const;
const qualities = [30, 50, 70, 90];
const columns: readonly Column[] = [
  { key: "psnr", label: "PSNR, dB", digits: 2, better: "higher" },
  { key: "psnrY", label: "PSNR-Y, dB", digits: 2, better: "higher" },
  { key: "blockiness", label: "blockiness", digits: 2, better: "lower" },
];
const drawnColumns: readonly Column[] = [
  { key: "white", label: "on white or as it is: PSNR, dB", digits: 2, better: "higher" },
  { key: "black", label: "on black: PSNR, dB", digits: 2, better: "higher" },
  { key: "halo", label: "farthest beyond the paper, levels", digits: 0, better: "lower" },
];

export async function inputsSection(context: UpscalingContext, few: readonly Truth[]): Promise<Section> {
  const photos = few.filter(({ group }) => group === (context.set.groups.includes("photos") ? "photos" : group));
  const tables = [];
  for (const [at, quality] of qualities.entries()) {
    context.progress.step(`JPEG of quality ${quality}`, at, qualities.length);
    tables.push({
      title: `×${scale}, JPEG of quality ${quality}`,
      columns,
      rows: await jpegRows(context, photos, quality),
    });
  }
  tables.push({ title: `×${scale}, drawn at their size`, columns: drawnColumns, rows: await drawnRows(context) });
  return {
    id: "inputs",
    title: "Inputs as they are",
    about:
      `Photographs: the central ${cropPx} px of the first ${fewPictures} at most, shrunk bicubically, then compressed. Blockiness: mean difference of neighbours across the enlarged 8 px grid over that in the ` +
      "middle of blocks; 1 = none. Icons and interfaces: the stated set (drawn-set.ts), drawn at the size of the input and of the truth; bicubic is premultiplied. Beyond the paper: how far any pixel of the " +
      "lines of text goes beyond the paper's level, away from the ink.",
    tables,
    figures: [],
  };
}

/** The accurate answer to an input, as a request gives it. */
async function answerTo({ upscaler, seed }: UpscalingContext, image: Picture, clean: number): Promise<Pixels> {
  let answer: Pixels | undefined;
  const request = { scale, detail: 0, clean, letters: true, seed, count: 1, variance: false, outlines: false };
  await drawHypotheses(upscaler, image, request, {
    onImage: (picture) => {
      answer = picture;
    },
    pause: async () => {},
  });
  return answer!;
}

const enlarge = (image: Pixels): Pixels => resample(image, scale * image.widthPx, scale * image.heightPx, bicubic);

async function jpegRows(context: UpscalingContext, photos: readonly Truth[], quality: number): Promise<Row[]> {
  const found = new Map<string, Array<{ psnr: number; psnrY: number; blockiness: number }>>();
  for (const { truth: whole } of photos) {
    const truth = cutMiddle(whole, cropPx, cropPx);
    const { pixels } = await decodePicture(await encodeJpeg(shrinkTruth(truth, scale), quality));
    const made: Array<[string, Pixels]> = [
      ["bicubic", enlarge(pixels)],
      ["tau, clean 0", await answerTo(context, pixels, 0)],
      ["tau, clean 1", await answerTo(context, pixels, 1)],
      ["the truth", truth],
    ];
    for (const [what, picture] of made) {
      const own = found.get(what) ?? [];
      found.set(what, own);
      const isTruth = picture === truth;
      own.push({
        psnr: isTruth ? Number.NaN : rgbPsnrDb(picture, truth, scale),
        psnrY: isTruth ? Number.NaN : lumaPsnrDb(picture, truth, scale),
        blockiness: blockinessOf(picture),
      });
    }
  }
  return [...found].map(([what, values]) => {
    const isTruth = what === "the truth";
    const blockiness = mean(values.map((value) => value.blockiness));
    const distances = { psnr: mean(values.map(({ psnr }) => psnr)), psnrY: mean(values.map(({ psnrY }) => psnrY)) };
    return {
      what,
      role: isTruth ? "control" : what === "bicubic" ? "floor" : "measured",
      n: values.length,
      values: { ...(isTruth ? {} : distances), blockiness },
    };
  });
}

/** Mean difference of neighbours near the borders of enlarged 8 px blocks over that at their centres. */
export function blockinessOf({ rgba, widthPx, heightPx }: Pixels): number {
  const period = 8 * scale;
  const [near, middle] = [
    { sum: 0, count: 0 },
    { sum: 0, count: 0 },
  ];
  for (let y = 1; y < heightPx; y += 1)
    for (let x = 1; x < widthPx; x += 1) {
      const at = 4 * (y * widthPx + x) + 1;
      for (const [place, step] of [
        [x, 4],
        [y, 4 * widthPx],
      ] as const) {
        const phase = place % period;
        const isNear = Math.min(phase, period - phase) <= 2;
        const isMiddle = Math.abs(phase - period / 2) <= 2;
        if (!isNear && !isMiddle) continue;
        const part = isNear ? near : middle;
        part.sum += Math.abs(rgba[at]! - rgba[at - step]!);
        part.count += 1;
      }
    }
  return near.sum / near.count / (middle.sum / middle.count);
}

async function drawnRows(context: UpscalingContext): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, isIcon, paper, draw } of drawnSet) {
    const [image, truth] = [await draw(1), await draw(scale)];
    const answer = await answerTo(context, image, 1);
    const compared = (what: string, role: Row["role"], on: (level: number) => Pixels): Row => ({
      what: `${name}: ${what}`,
      role,
      n: 1,
      values: {
        white: rgbPsnrDb(on(255), onGround(truth, 255), 0),
        ...(isIcon ? { black: rgbPsnrDb(on(0), onGround(truth, 0), 0) } : {}),
        ...(paper === undefined ? {} : { halo: haloOf(on(255), paper) }),
      },
    });
    rows.push(
      compared("bicubic", "floor", (level) => enlarge(onGround(image, level))),
      compared("tau", "measured", (level) => onGround(answer, level)),
    );
  }
  return rows;
}

/** How far pixels of the two lines of text go beyond the paper, away from the ink. */
function haloOf({ rgba, widthPx }: Pixels, paper: number): number {
  const away = paper > 127 ? 1 : -1;
  let most = 0;
  for (let y = 45 * scale; y < 82 * scale; y += 1)
    for (let x = 0; x < widthPx; x += 1) most = Math.max(most, away * (rgba[4 * (y * widthPx + x)]! - paper));
  return most;
}
