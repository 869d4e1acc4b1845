/** Whose style is it? A judge that was fitted on real icons of all families names one of twenty styles never seen. */
import { atLeast, atMost } from "../goals.ts";
import { shareOf } from "../metrics/statistics.ts";
import { fitStyleJudge } from "../metrics/style-judge.ts";
import { rowOf, stackRows, type Vectors } from "../metrics/vectors.ts";
import type { Column, Row } from "../report.ts";
import { rebuilt } from "./context.ts";
import { needsFeatures, percent, type StylesSection } from "./section.ts";
import { grouped, type Pair, styleOf } from "./style-drawings.ts";

const stylesMost = 20;
/** Real drawings of a style that the judge needs, and pictures a style that are judged, of the limit. */
const [fittedLeast, judgedOfLimit] = [6, 10];

const columns: readonly Column[] = [
  { key: "requested", label: "names the requested style", digits: 1, isShare: true, better: "higher" },
  { key: "source", label: "names the source's", digits: 1, isShare: true, better: "lower" },
  { key: "ofReal", label: "of the rate of real icons", digits: 1, isShare: true, better: "higher" },
];

export const judgeSection: StylesSection = {
  id: "judge",
  title: "Whose style is it?",
  missing: needsFeatures,
  async run(context, data) {
    const { drawings, features, settings } = context;
    const { seed, limit } = settings;
    const isHeldOut = (split: string): boolean => split === "heldOutFamily";
    const fittedOf = grouped(data.fitted, styleOf);
    const fitted = new Set(data.fitted);
    const candidates = grouped(
      drawings.all.filter(
        (one) => isHeldOut(one.split) && !one.isProcedural && !fitted.has(one) && drawings.sourcesOf(one).length > 0,
      ),
      styleOf,
    );
    const named = [...candidates]
      .filter(([style]) => (fittedOf.get(style)?.length ?? 0) >= fittedLeast)
      .sort((one, other) => other[1].length - one[1].length || (one[0] < other[0] ? -1 : 1))
      .slice(0, stylesMost)
      .map(([style]) => style)
      .sort();
    const about =
      `Linear discriminant analysis on features of early and middle depth of ${features!.name}, fitted on ${data.fitted.length} real icons of ${fittedOf.size} variants of all families; ` +
      `it names one of ${named.length} variants of families that the pack never saw. None of the drawings that are judged was fitted. The source is another variant of the same family in which the drawing differs, which may not be among those named.`;
    if (named.length < 2) return { about, tables: [] };
    const look = (vectors: Vectors): Vectors => withoutDeepest(vectors);
    const judge = fitStyleJudge(look(await data.fittedFeatures()), data.fitted.map(styleOf), named);
    const each = Math.max(1, Math.ceil(limit / judgedOfLimit));
    const pairs: Pair[] = [];
    for (const style of named) {
      const of = new Set(candidates.get(style));
      pairs.push(...(await drawings.differingPairs((target) => of.has(target), each, seed)));
    }
    const made = await data.restyleAll("restyled, to be judged", pairs);
    const namesOf = async (what: string, picture: (at: number) => Promise<Float32Array>): Promise<string[]> =>
      judge.name(look(await features!.featuresOf(what, pairs.length, picture)));
    const truth = (at: number): Promise<Float32Array> => drawings.read(pairs[at]!.target);
    const real = await namesOf("real icons", truth);
    const isRight = (names: readonly string[]): number =>
      shareOf(names.map((name, at) => name === styleOf(pairs[at]!.target)));
    const realRate = isRight(real);
    const row = (what: string, role: Row["role"], names: readonly string[]): Row => ({
      ...{ what, role, n: pairs.length },
      values: {
        requested: isRight(names),
        source: shareOf(names.map((name, at) => name === styleOf(pairs[at]!.source))),
        ofReal: isRight(names) / realRate,
      },
    });
    const answers = row("restyled", "measured", await namesOf("restyled", async (at) => made[at]!));
    const rows = [
      answers,
      row("the source as it is", "floor", await namesOf("sources", (at) => drawings.read(pairs[at]!.source))),
      { what: "chance", role: "floor" as const, n: pairs.length, values: { requested: 1 / named.length } },
      row(
        "the truth through encoder and decoder",
        "ceiling",
        await namesOf("rebuilt", async (at) => rebuilt(context, await truth(at))),
      ),
      row("real icons", "ceiling", real),
    ];
    return {
      about,
      tables: [{ title: `Styles named among ${named.length}`, columns, rows }],
      goals: [
        atLeast(
          "families never seen: requested style is named, % of the rate of real icons",
          pairs.length,
          percent(answers.values["ofReal"]!),
          80,
        ),
        atMost("families never seen: source's style is named, %", pairs.length, percent(answers.values["source"]!), 5),
      ],
    };
  },
};

/** The look of a picture rather than its content: the first two of three depths. */
function withoutDeepest(vectors: Vectors): Vectors {
  const dims = Math.floor((2 * vectors.dims) / 3);
  const count = vectors.values.length / vectors.dims;
  return stackRows(
    Array.from({ length: count }, (_, row) => rowOf(vectors, row).subarray(0, dims)),
    dims,
  );
}
