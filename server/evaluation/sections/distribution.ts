/** Do samples, taken together, look like images of the set? Distances and neighbourhoods in the features of a named net. */
import type { EvaluationContext } from "../evaluation-context.ts";
import { densityAndCoverage } from "../metrics/density-coverage.ts";
import { frechetDistance } from "../metrics/frechet-distance.ts";
import { kernelDistance, kernelDistanceOfSubsets } from "../metrics/kernel-distance.ts";
import { countOf, pickRows, type Vectors } from "../metrics/vectors.ts";
import type { Role, Row } from "../report.ts";
import { firstOf, needsFeatures, needsImages, type SectionPlan } from "./section.ts";

/** Neighbours that make a neighbourhood: the default of the authors of density and coverage. */
const neighbours = 5;
const subsets = 20;

export const distributionSection: SectionPlan = {
  id: "distribution",
  title: "Distribution of samples",
  missing: (subject) => firstOf(needsImages(subject), needsFeatures(subject)),
  async run(subject, material) {
    const { known, trainFeatures } = material!;
    const { name, deepest } = subject.features!;
    const train = deepest(await trainFeatures());
    const n = Math.min(known.items.length, countOf(train));
    const reference = firstRows(train, n);
    const compare = (what: string, role: Role, features: Vectors): Row =>
      measure(subject, what, role, firstRows(deepest(features), n), reference);
    return {
      about:
        `The deepest features of ${name}, ${train.dims} values, of ${n} images a side; the reference are ${n} training images, the samples follow captions and styles ` +
        "of held-out images. KD: kernel distance, unbiased, polynomial kernel, × 1000, with its deviation over " +
        `${subsets} subsets of half the images. FD: Fréchet distance, biased upwards by few images` +
        `${n < 4 * train.dims ? ", heavily so here" : ""}. Neither is comparable with any FID or KID, nor with another N. ` +
        `Density and coverage with k = ${neighbours}. Samples at a low temperature are less varied than images and pay for it here.`,
      tables: [
        {
          title: "Against training images",
          columns: [
            { key: "kd", label: "KD × 1000", digits: 2, better: "lower" },
            { key: "kdStd", label: "± of KD", digits: 2 },
            { key: "fd", label: "FD", digits: 2, better: "lower" },
            { key: "density", label: "density", digits: 3, better: "higher" },
            { key: "coverage", label: "coverage", digits: 1, isShare: true, better: "higher" },
          ],
          rows: [
            compare("samples", "measured", await known.features.drawn()),
            compare("held-out images (real against real)", "floor", await known.features.real()),
            compare("reconstructions of held-out images", "ceiling", await known.features.rebuilt()),
          ],
        },
      ],
      figures: [],
    };
  },
};

const firstRows = (vectors: Vectors, count: number): Vectors =>
  pickRows(
    vectors,
    Array.from({ length: count }, (_, at) => at),
  );

function measure(
  { settings: { seed }, watch }: EvaluationContext,
  what: string,
  role: Role,
  features: Vectors,
  reference: Vectors,
): Row {
  const n = countOf(features);
  watch.step(`distances of ${what}`, 0, 1);
  const spread = kernelDistanceOfSubsets(features, reference, { subsets, size: Math.max(2, Math.floor(n / 2)), seed });
  return {
    what,
    role,
    n,
    values: {
      kd: 1000 * kernelDistance(features, reference),
      kdStd: 1000 * spread.std,
      fd: frechetDistance(features, reference),
      ...densityAndCoverage(reference, features, neighbours),
    },
  };
}
