/** Do samples as a whole look like images of the set? Distances and neighbourhoods in the features of a named net. */
import type { EvaluationContext } from "../evaluation-context.ts";
import { densityAndCoverage } from "../metrics/density-coverage.ts";
import { frechetDistance } from "../metrics/frechet-distance.ts";
import { kernelDistance, kernelDistanceOfSubsets } from "../metrics/kernel-distance.ts";
import { countOf, pickRows, type Vectors } from "../metrics/vectors.ts";
import type { Role, Row } from "../report.ts";
import { firstOf, needsFeatures, needsImages, type SectionPlan } from "./section.ts";

/** Neighbours that define a neighbourhood: the default of the authors of density and coverage. */
const neighbours = 5;
const subsets = 20;

export const distributionSection: SectionPlan = {
  id: "distribution",
  title: "Distribution of samples",
  missing: (context) => firstOf(needsImages(context), needsFeatures(context)),
  async run(context, data) {
    const { known, trainFeatures } = data!;
    const { name, deepest } = context.features!;
    const train = deepest(await trainFeatures());
    const n = Math.min(known.items.length, countOf(train));
    const reference = firstRows(train, n);
    const compare = (what: string, role: Role, features: Vectors): Row =>
      measure(context, what, role, firstRows(deepest(features), n), reference);
    return {
      about:
        `The deepest features of ${name}, ${train.dims} values, of ${n} images on each side. The reference is ${n} training images; samples follow captions and styles ` +
        "of held-out images. KD: unbiased kernel distance with a polynomial kernel, × 1000, and its standard deviation over " +
        `${subsets} subsets of half the images. FD: Fréchet distance, which few images bias upwards` +
        `${n < 4 * train.dims ? ", heavily so here" : ""}. Neither can be compared with FID or KID, or with another N. ` +
        `Density and coverage with k = ${neighbours}. Samples at a low temperature are less varied than images, which raises their distances.`,
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
            compare("held-out images (real to real)", "floor", await known.features.real()),
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
  { settings: { seed }, progress }: EvaluationContext,
  what: string,
  role: Role,
  features: Vectors,
  reference: Vectors,
): Row {
  const n = countOf(features);
  progress.step(`distances of ${what}`, 0, 1);
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
