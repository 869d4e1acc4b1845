/** Are samples copies of training images? Distances to the nearest training latents, compared with those of held-out images. */
import { imageSeed } from "../../engine/random.ts";
import { decode, drawAll } from "../draw.ts";
import type { EvaluationContext } from "../evaluation-context.ts";
import type { EvaluationData } from "../groups.ts";
import { nearestRows } from "../metrics/nearest.ts";
import { median, quantile, shareOf } from "../metrics/statistics.ts";
import { pickRows, stackRows, type Vectors } from "../metrics/vectors.ts";
import type { Role, Row } from "../report.ts";
import { tileSheet } from "../tile-sheet.ts";
import { needsImages, type SectionPlan } from "./section.ts";

/** Queries of each row; each is compared with every training image. */
const queriesMax = 200;
const figureRows = 8;
const neighboursShown = 3;

export const memorisationSection: SectionPlan = {
  id: "memorisation",
  title: "Nearest training images",
  missing: (context) => needsImages(context) || undefined,
  async run(context, data) {
    const { images, known, latents } = data!;
    const n = Math.min(known.items.length, queriesMax);
    const all = await latents();
    const train = pickRows(
      all,
      images.trained.map(({ row }) => row),
    );
    const wide = await drawAll(
      context,
      "samples at temperature 1",
      (await known.words()).slice(0, n).map((conditions, at) => ({
        conditions,
        seed: imageSeed(context.settings.seed, at),
        temperature: 1,
        guidance: 0,
      })),
    );
    const drawn = (await known.drawn()).slice(0, n);
    const queries: ReadonlyArray<readonly [what: string, role: Role, rows: Vectors]> = [
      [
        "held-out images",
        "control",
        pickRows(
          all,
          known.items.slice(0, n).map(({ row }) => row),
        ),
      ],
      [
        "samples",
        "measured",
        stackRows(
          drawn.map(({ latent }) => latent),
          all.dims,
        ),
      ],
      [
        "samples, temperature 1, no guidance",
        "measured",
        stackRows(
          wide.map(({ latent }) => latent),
          all.dims,
        ),
      ],
      ["reconstructed training images, encoded again", "floor", await rebuiltTraining(context, data!, n)],
    ];
    const distances = queries.map(([what, role, rows]) => {
      context.progress.step(`neighbours of ${what}`, 0, 1);
      return { what, role, nearest: nearestRows(rows, train, neighboursShown) };
    });
    const closest = quantile(
      distances[0]!.nearest.map(([first]) => first!.distance),
      0.05,
    );
    return {
      about:
        `Euclidean distance in z to the nearest of all ${images.trained.length} training images, including recoloured copies. A flow that had memorised ` +
        "would place its samples nearer to training images than held-out images are. Reconstructions of training images show the distance of a copy. " +
        "Samples at a low temperature are nearer to all images, because they are nearer to the mean: temperature 1 is the fair row.",
      tables: [
        {
          title: "Distance to the nearest training image",
          columns: [
            { key: "median", label: "median", digits: 2 },
            { key: "low", label: "5 % quantile", digits: 2 },
            { key: "close", label: "below the 5 % quantile of held-out images", digits: 1, isShare: true },
          ],
          rows: distances.map(({ what, role, nearest }): Row => {
            const first = nearest.map(([neighbour]) => neighbour!.distance);
            const close = shareOf(first.map((distance) => distance < closest));
            return { what, role, n, values: { median: median(first), low: quantile(first, 0.05), close } };
          }),
        },
      ],
      figures: [
        {
          file: "nearest.png",
          caption: `Sample (left) and its ${neighboursShown} nearest training images, for the first ${figureRows} held-out captions.`,
          data: await figure(context, data!, distances[1]!.nearest.slice(0, figureRows)),
        },
      ],
    };
  },
};

/** Latents of reconstructed training images: z of an exact copy. */
async function rebuiltTraining(context: EvaluationContext, { images }: EvaluationData, n: number): Promise<Vectors> {
  const { target } = context.translation;
  const rows: Float32Array[] = [];
  for (const [at, item] of images.train.slice(0, n).entries()) {
    context.progress.step("copies of training images", at, n);
    const latent = await target.encode(await images.read(item), 1);
    rows.push(await target.encode(await decode(context, latent), 1));
  }
  return stackRows(rows, target.latentDims);
}

async function figure(
  context: EvaluationContext,
  { images, known }: EvaluationData,
  nearest: ReadonlyArray<ReadonlyArray<{ readonly row: number }>>,
): Promise<Uint8Array> {
  const drawn = await known.drawn();
  const rows: Float32Array[][] = [];
  for (const [at, neighbours] of nearest.entries()) {
    const tiles = [await decode(context, drawn[at]!.latent)];
    for (const { row } of neighbours) tiles.push(await images.read(images.trained[row]!));
    rows.push(tiles);
  }
  const headings = ["sample", ...Array.from({ length: neighboursShown }, (_, at) => `neighbour ${at + 1}`)];
  return tileSheet(rows, context.translation.target.imageSizePx, { headings, gapAfter: [0] });
}
