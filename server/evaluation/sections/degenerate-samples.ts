/** Is the machine sound? There and back through the flow, what the autoencoder keeps, and how many samples show nothing. */
import { averageAreas } from "../../engine/areas.ts";
import type { EncodedConditions } from "../../engine/conditions.ts";
import { checkInversion, invertImage } from "../../engine/invert.ts";
import { imageSeed } from "../../engine/random.ts";
import { decode, drawAll } from "../draw.ts";
import { type EvaluationContext, encodeOwn, encodeWords, wordsOf } from "../evaluation-context.ts";
import type { EvaluationData } from "../groups.ts";
import { edgeEnergy, opaqueShare } from "../metrics/pixels.ts";
import { mean, quantile, shareOf } from "../metrics/statistics.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Role, Row, Table } from "../report.ts";
import { tileSheet } from "../tile-sheet.ts";
import { everydayNouns } from "./captions.ts";
import type { SectionPlan } from "./section.ts";

const [sheetSide, tilePx] = [10, 64];
const checkedMax = 100;
const blankShare = 0.02;
/** Real images with less edge energy than this share of them count as shapeless; so real images score this by construction. */
const shapelessQuantile = 0.01;

export const soundnessSection: SectionPlan = {
  id: "soundness",
  title: "Soundness",
  missing: () => undefined,
  async run(subject, material) {
    const sheet = await drawSheet(subject, true);
    const inversion = await invertibility(subject, material, sheet);
    const { table, threshold } = await shapelessness(subject, material, sheet);
    const sizePx = subject.translation.target.imageSizePx;
    const shownPx = Math.min(tilePx, sizePx);
    const tiles = Array.from({ length: sheetSide }, (_, row) =>
      sheet.slice(row * sheetSide, (row + 1) * sheetSide).map(({ planes }) => averageAreas(planes, sizePx, shownPx)),
    );
    return {
      about:
        "Round trip: largest |z − τ(τ⁻¹(z))| over all images and dimensions, and PSNR of the autoencoder's reconstruction over premultiplied RGBA. " +
        `Blank: less than ${100 * blankShare} % of the pixels are opaque. Shapeless: ` +
        (threshold === undefined
          ? "not judged without a set, because its threshold is calibrated on real images."
          : `the mean step between neighbouring pixels is below ${threshold.toFixed(4)}, which ${100 * shapelessQuantile} % of training images are. ` +
            "It finds blanks and fogs, not wrong shapes; alignment does that."),
      tables: [inversion, table],
      figures: [
        {
          file: "sheet.png",
          caption: `${sheet.length} samples as they came: ${everydayNouns.length} everyday nouns, each in ${sheet.length / everydayNouns.length} styles in turn.`,
          data: await tileSheet(tiles, shownPx),
        },
      ],
    };
  },
};

interface Sample {
  readonly conditions: EncodedConditions;
  readonly planes: Float32Array;
}

/** Everyday nouns, each in as many styles as fill the sheet. */
async function drawSheet(subject: EvaluationContext, hasStyle: boolean): Promise<Sample[]> {
  const styles = subject.vocabularies.get("style") ?? [];
  const conditions: EncodedConditions[] = [];
  for (let at = 0; at < sheetSide ** 2; at += 1) {
    const style = styles[at % Math.max(1, styles.length)];
    const caption = everydayNouns[Math.floor((at * everydayNouns.length) / sheetSide ** 2)]!;
    conditions.push(await encodeWords(subject, { caption, ...(hasStyle && style !== undefined && { style }) }));
  }
  const drawn = await drawAll(
    subject,
    "a sheet of samples",
    conditions.map((own, at) => ({ conditions: own, seed: imageSeed(subject.settings.seed, at) })),
  );
  const samples: Sample[] = [];
  for (const [at, { latent }] of drawn.entries())
    samples.push({ conditions: conditions[at]!, planes: await decode(subject, latent) });
  return samples;
}

async function invertibility(
  subject: EvaluationContext,
  material: EvaluationData | undefined,
  sheet: readonly Sample[],
): Promise<Table> {
  const row = async (what: string, images: ReadonlyArray<() => Promise<Sample>>): Promise<Row> => {
    const [errors, psnrs] = [[] as number[], [] as number[]];
    await forEachChunk(subject.watch, `round trips of ${what}`, images.length, 1, async (at) => {
      const { planes, conditions } = await images[at]!();
      const inverted = await invertImage(subject.translation, planes, conditions);
      const check = await checkInversion(subject.translation, planes, inverted, conditions);
      errors.push(check.roundTripError);
      psnrs.push(check.reconstructionPsnrDb);
    });
    return { what, role: "measured", n: images.length, values: { error: Math.max(...errors), psnr: mean(psnrs) } };
  };
  const items = material?.known.items.slice(0, checkedMax) ?? [];
  const real = items.map((item) => async () => ({
    planes: await material!.images.read(item),
    conditions: await encodeOwn(subject, item, wordsOf(subject)),
  }));
  return {
    title: "There and back",
    columns: [
      { key: "error", label: "largest error in z", digits: 6, better: "lower" },
      { key: "psnr", label: "reconstruction, dB", digits: 2, better: "higher" },
    ],
    rows: [
      ...(real.length > 0 ? [await row("held-out images", real)] : []),
      await row(
        "samples",
        sheet.slice(0, checkedMax).map((sample) => async () => sample),
      ),
    ],
  };
}

async function shapelessness(
  subject: EvaluationContext,
  material: EvaluationData | undefined,
  sheet: readonly Sample[],
) {
  const { translation, watch, settings } = subject;
  const sizePx = translation.target.imageSizePx;
  const real: Float32Array[] = [];
  const energies: number[] = [];
  const items = material?.images.train.slice(0, settings.limit) ?? [];
  await forEachChunk(watch, "edges of training images", items.length, 1, async (at) => {
    const planes = await material!.images.read(items[at]!);
    energies.push(edgeEnergy(planes, sizePx));
    if (real.length < checkedMax) real.push(planes);
  });
  const threshold = energies.length > 0 ? quantile(energies, shapelessQuantile) : undefined;
  const row = (what: string, role: Role, images: readonly Float32Array[]): Row => ({
    what,
    role,
    n: images.length,
    values: {
      blank: shareOf(images.map((planes) => opaqueShare(planes) < blankShare)),
      shapeless:
        threshold === undefined ? undefined : shareOf(images.map((planes) => edgeEnergy(planes, sizePx) < threshold)),
    },
  });
  const rows = [
    row(
      "samples",
      "measured",
      sheet.map(({ planes }) => planes),
    ),
  ];
  if ((subject.vocabularies.get("style") ?? []).length > 0)
    rows.push(
      row(
        "samples without a style",
        "measured",
        (await drawSheet(subject, false)).map(({ planes }) => planes),
      ),
    );
  if (real.length > 0) rows.push(row("training images", "ceiling", real));
  const table: Table = {
    title: "Samples that show nothing",
    columns: [
      { key: "blank", label: "blank", digits: 1, isShare: true, better: "lower" },
      { key: "shapeless", label: "shapeless", digits: 1, isShare: true, better: "lower" },
    ],
    rows,
  };
  return { table, threshold };
}
