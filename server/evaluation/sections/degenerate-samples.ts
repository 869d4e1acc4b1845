/** Soundness: round trips through the flow, reconstructions by the autoencoder, and the share of degenerate samples. */

import type { EncodedConditions } from "../../engine/conditions.ts";
import { checkInversion, invertImage } from "../../engine/edits/invert.ts";
import { averageAreas } from "../../engine/pixels/areas.ts";
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
/**
 * Quantile of the edge energy of real images below which an image counts as one of low edge energy; real images reach this rate by
 * construction.
 */
const lowEdgeEnergyQuantile = 0.01;

export const soundnessSection: SectionPlan = {
  id: "soundness",
  title: "Soundness",
  missing: () => undefined,
  async run(context, data) {
    const sheet = await drawSheet(context, true);
    const inversion = await invertibility(context, data, sheet);
    const { table, threshold } = await lowEdgeEnergy(context, data, sheet);
    const sizePx = context.translation.target.imageSizePx;
    const shownPx = Math.min(tilePx, sizePx);
    const tiles = Array.from({ length: sheetSide }, (_, row) =>
      sheet.slice(row * sheetSide, (row + 1) * sheetSide).map(({ planes }) => averageAreas(planes, sizePx, shownPx)),
    );
    return {
      about:
        "Round trip: largest |z − τ(τ⁻¹(z))| over all images and dimensions, and PSNR of the autoencoder's reconstruction over premultiplied RGBA. " +
        `Blank: less than ${100 * blankShare} % of the pixels are opaque. Low edge energy: ` +
        (threshold === undefined
          ? "not measured without a set, because the threshold comes from real images."
          : `the mean difference of neighbouring pixels is below ${threshold.toFixed(4)}, as in ${100 * lowEdgeEnergyQuantile} % of training images. ` +
            "It finds blank and blurred images; wrong shapes show in the alignment."),
      tables: [inversion, table],
      figures: [
        {
          file: "sheet.png",
          caption: `${sheet.length} samples without selection: ${everydayNouns.length} everyday nouns, each in ${sheet.length / everydayNouns.length} styles taking turns.`,
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

/** Samples of everyday nouns, each in as many styles as fill the sheet. */
async function drawSheet(context: EvaluationContext, hasStyle: boolean): Promise<Sample[]> {
  const styles = context.vocabularies.get("style") ?? [];
  const conditions: EncodedConditions[] = [];
  for (let at = 0; at < sheetSide ** 2; at += 1) {
    const style = styles[at % Math.max(1, styles.length)];
    const caption = everydayNouns[Math.floor((at * everydayNouns.length) / sheetSide ** 2)]!;
    conditions.push(await encodeWords(context, { caption, ...(hasStyle && style !== undefined && { style }) }));
  }
  const drawn = await drawAll(
    context,
    "a sheet of samples",
    conditions.map((own, at) => ({ conditions: own, seed: imageSeed(context.settings.seed, at) })),
  );
  const samples: Sample[] = [];
  for (const [at, { latent }] of drawn.entries())
    samples.push({ conditions: conditions[at]!, planes: await decode(context, latent) });
  return samples;
}

async function invertibility(
  context: EvaluationContext,
  data: EvaluationData | undefined,
  sheet: readonly Sample[],
): Promise<Table> {
  const row = async (what: string, images: ReadonlyArray<() => Promise<Sample>>): Promise<Row> => {
    const [errors, psnrs] = [[] as number[], [] as number[]];
    await forEachChunk(context.progress, `round trips of ${what}`, images.length, 1, async (at) => {
      const { planes, conditions } = await images[at]!();
      const inverted = await invertImage(context.translation, planes, conditions);
      const check = await checkInversion(context.translation, planes, inverted, conditions);
      errors.push(check.roundTripError);
      psnrs.push(check.reconstructionPsnrDb);
    });
    return { what, role: "measured", n: images.length, values: { error: Math.max(...errors), psnr: mean(psnrs) } };
  };
  const items = data?.known.items.slice(0, checkedMax) ?? [];
  const real = items.map((item) => async () => ({
    planes: await data!.images.read(item),
    conditions: await encodeOwn(context, item, wordsOf(context)),
  }));
  return {
    title: "Round trips",
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

async function lowEdgeEnergy(context: EvaluationContext, data: EvaluationData | undefined, sheet: readonly Sample[]) {
  const { translation, progress, settings } = context;
  const sizePx = translation.target.imageSizePx;
  const real: Float32Array[] = [];
  const energies: number[] = [];
  const items = data?.images.train.slice(0, settings.limit) ?? [];
  await forEachChunk(progress, "edges of training images", items.length, 1, async (at) => {
    const planes = await data!.images.read(items[at]!);
    energies.push(edgeEnergy(planes, sizePx));
    if (real.length < checkedMax) real.push(planes);
  });
  const threshold = energies.length > 0 ? quantile(energies, lowEdgeEnergyQuantile) : undefined;
  const row = (what: string, role: Role, images: readonly Float32Array[]): Row => ({
    what,
    role,
    n: images.length,
    values: {
      blank: shareOf(images.map((planes) => opaqueShare(planes) < blankShare)),
      lowEdgeEnergy:
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
  if ((context.vocabularies.get("style") ?? []).length > 0)
    rows.push(
      row(
        "samples without a style",
        "measured",
        (await drawSheet(context, false)).map(({ planes }) => planes),
      ),
    );
  if (real.length > 0) rows.push(row("training images", "ceiling", real));
  const table: Table = {
    title: "Degenerate samples",
    columns: [
      { key: "blank", label: "blank", digits: 1, isShare: true, better: "lower" },
      { key: "lowEdgeEnergy", label: "low edge energy", digits: 1, isShare: true, better: "lower" },
    ],
    rows,
  };
  return { table, threshold };
}
