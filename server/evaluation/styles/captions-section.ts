/** Do captions come out as what they say, and are four seeds four pictures? By a judge that saw no variant of a drawing that was found. */
import { atLeast } from "../goals.ts";
import { meanPairDifference } from "../metrics/pixels.ts";
import { rankCaptions } from "../metrics/r-precision.ts";
import { median, shareOf } from "../metrics/statistics.ts";
import { pickRows, type Vectors } from "../metrics/vectors.ts";
import type { Column, Row } from "../report.ts";
import type { StylesCaptionJudge } from "./caption-judges.ts";
import { rebuilt, type StylesContext } from "./context.ts";
import type { Captioned, StylesData } from "./data.ts";
import { needsCaptions, needsFeatures, percent, type StylesSection } from "./section.ts";

/** Mismatched captions that are ranked with the true one. */
const distractors = 99;

const columns: readonly Column[] = [
  { key: "precision", label: "own caption first", digits: 1, isShare: true, better: "higher" },
  { key: "found", label: "captions that find a drawing", digits: 1, isShare: true, better: "higher" },
];

export const captionsSection: StylesSection = {
  id: "captions",
  title: "Captions",
  missing: (context) => needsCaptions(context) ?? needsFeatures(context),
  async run(context, data) {
    const groups = [
      { name: "known concepts", items: await data.known(), goal: 70 },
      { name: "concepts never seen", items: await data.unseen(), goal: 40 },
      { name: "unseen styles", items: await data.unseenStyle(), goal: 60 },
    ].filter(({ items }) => items.some(({ answers }) => answers.length > 0));
    const rows: Row[] = [];
    const goals: Row[] = [];
    for (const { name, items, goal } of groups) {
      const found = await rowsOf(context, data, name, items);
      rows.push(...found);
      goals.push(
        atLeast(
          `R-precision@1 of ${distractors + 1}, ${name}, %`,
          items.length,
          percent(found[0]!.values["precision"]!),
          goal,
        ),
      );
    }
    const { judge } = await data.captionJudges();
    return {
      about:
        `R-precision@1 among ${distractors + 1} captions, or as many different ones as there are. A caption is what a drawing is called, in up to three words. Known: of families never seen, ` +
        "with a concept that was trained on in others; in a named style of one ink, in turn. Never seen: concepts that nothing was trained on. Unseen styles: the known captions in the style " +
        "that eight icons of a family never seen show. A caption that finds no drawing is refused and counts as wrong. The judge maps " +
        `features of ${context.features!.name}, with random units beside them, to whitened vectors of words by ridge regression. It is fitted on ${judge.drawings} real drawings, one of each wording first, then ` +
        "others, evenly over all families: none is a caption's own drawing, and none shows a thing that a caption found in the library, or bears its name, in any variant of its family. Other families' drawings of " +
        "the same concept are among them. Its size was chosen by how it ranks real icons of other captions. The net that looks had no part in what is drawn; the vectors of words did find the drawing, and drawings of a name were ranked by what another net (AlexNet) sees. Real icons are the captions' own drawings, in " +
        "their own styles. That judge saw other variants of many of them; the strict one, of none.",
      tables: [{ title: "R-precision@1", columns, rows }],
      goals,
    };
  },
};

async function rowsOf(
  context: StylesContext,
  data: StylesData,
  name: string,
  items: readonly Captioned[],
): Promise<Row[]> {
  const { drawings } = context;
  const drawn = items.filter(({ answers }) => answers.length > 0);
  const found = drawn.length / items.length;
  const { judge, strict } = await data.captionJudges();
  const ranked = (by: StylesCaptionJudge, features: Vectors, of = items) =>
    rank(context, data, by, of, features, items);
  const features = await featuresOf(context, drawn, ({ answers }) => answers[0]!.planes);
  const shifted = drawn.map((_, at) => (at + Math.floor(drawn.length / 2)) % drawn.length);
  const realFeatures = await featuresOf(context, items, ({ drawing }) => drawings.read(drawing));
  const real = await ranked(judge, realFeatures);
  const again = await featuresOf(context, items, async ({ drawing }) =>
    rebuilt(context, (await drawings.read(drawing)).slice()),
  );
  const known = drawn.flatMap((item) => {
    const source = data.foundFor(item.answers[0]!);
    return source ? [{ item, source }] : [];
  });
  const sources = known.map(({ item }) => item);
  const asFound = await featuresOf(context, sources, (item) => drawings.read(known[sources.indexOf(item)]!.source));
  const row = (what: string, role: Row["role"], values: Row["values"], n = items.length): Row => ({
    ...{ what: `${name}: ${what}`, role, n, values },
  });
  const precision = async (by: StylesCaptionJudge, features: Vectors, of = items) =>
    (await ranked(by, features, of)).precision;
  return [
    row("drawn", "measured", { precision: (await precision(judge, features, drawn)) * found, found }),
    row("drawn, the strict judge", "control", { precision: (await precision(strict, features, drawn)) * found }),
    ...(sources.length > 0
      ? [
          row(
            "the drawing that was found, as it is",
            "control",
            { precision: await precision(judge, asFound, sources) },
            sources.length,
          ),
        ]
      : []),
    row("chance", "floor", { precision: real.chance }),
    row("drawn for other captions", "floor", {
      precision: (await precision(judge, pickRows(features, shifted), drawn)) * found,
    }),
    row("real icons through encoder and decoder", "ceiling", { precision: await precision(judge, again) }),
    row("real icons", "ceiling", { precision: real.precision }),
    row("real icons, the strict judge", "ceiling", { precision: await precision(strict, realFeatures) }),
  ];
}

const featuresOf = (
  { features }: StylesContext,
  items: readonly Captioned[],
  picture: (item: Captioned) => Float32Array | Promise<Float32Array>,
): Promise<Vectors> => features!.featuresOf("features", items.length, async (at) => picture(items[at]!));

/** Ranks items by their features, among the captions of all. */
async function rank(
  { settings: { seed } }: StylesContext,
  data: StylesData,
  judge: StylesCaptionJudge,
  items: readonly Captioned[],
  features: Vectors,
  all = items,
) {
  const ordered = [...items, ...all.filter((item) => !items.includes(item))].map(({ caption }) => caption);
  return rankCaptions(await judge.predict(features), judge.place(await data.vectorsOf(ordered)), ordered, {
    ...{ distractors, seed },
  });
}

const seedColumns: readonly Column[] = [
  { key: "precision", label: "own caption first", digits: 1, isShare: true, better: "higher" },
  { key: "difference", label: "median mean difference of four, of 255", digits: 1, better: "higher" },
];

export const seedsSection: StylesSection = {
  id: "seeds",
  title: "Four seeds",
  missing: captionsSection.missing,
  async run(context, data) {
    const items = (await data.known()).filter(({ answers }) => answers.length === 4);
    const about =
      "The known captions with four seeds at temperature 0: each seed finds a drawing of its own among those whose names fit. Differences are means over premultiplied RGBA and all pairs of the four.";
    if (items.length === 0) return { about, tables: [] };
    const { judge } = await data.captionJudges();
    const isFirst: (readonly boolean[])[] = [];
    for (const at of [0, 1, 2, 3])
      isFirst.push(
        (
          await rank(
            context,
            data,
            judge,
            items,
            await featuresOf(context, items, ({ answers }) => answers[at]!.planes),
          )
        ).isFirst,
      );
    const precisions = isFirst.map(shareOf);
    const best = shareOf(items.map((_, item) => isFirst.some((first) => first[item]!)));
    const difference = median(
      items.map(({ answers }) => 255 * meanPairDifference(answers.map(({ planes }) => planes))),
    );
    const mean = precisions.reduce((sum, value) => sum + value, 0) / 4;
    const row = (what: string, role: Row["role"], values: Row["values"]): Row => ({
      ...{ what, role, n: items.length, values },
    });
    const rows = [
      row("all four, on average", "measured", { precision: mean, difference }),
      row("the first alone", "control", { precision: precisions[0]!, difference: 0 }),
      row("the best of four, chosen by the judge", "ceiling", { precision: best }),
    ];
    return {
      about,
      tables: [{ title: "Four seeds of a caption", columns: seedColumns, rows }],
      goals: [
        atLeast("four seeds: median mean difference, of 255", items.length, difference, 20),
        atLeast(
          "four seeds: R-precision of all four above that of one, points",
          items.length,
          percent(mean - precisions[0]!),
          -5,
        ),
      ],
    };
  },
};
