/** Colour words: the same noun, style and seed with two colours; each image must be nearer to its own word. */
import { imageSeed } from "../../engine/random.ts";
import { decode, drawAll, type SampleRequest } from "../draw.ts";
import { type EvaluationContext, encodeWords } from "../evaluation-context.ts";
import type { EvaluationData } from "../groups.ts";
import { type ColourWord, hues, isNearest, obeys } from "../metrics/colour-words.ts";
import { shareOf } from "../metrics/statistics.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Row } from "../report.ts";
import { everydayNouns } from "./captions.ts";
import { needsCondition, type SectionPlan } from "./section.ts";

const pairs: ReadonlyArray<readonly [ColourWord, ColourWord]> = [
  ["red", "blue"],
  ["green", "purple"],
  ["yellow", "blue"],
  ["orange", "green"],
  ["pink", "green"],
  ["red", "green"],
  ["purple", "yellow"],
  ["blue", "orange"],
];

interface ColourSample {
  readonly word: ColourWord;
  readonly other: ColourWord;
  readonly isObeyed: boolean;
  /** Nearer to its word than to all others. */
  readonly isExact: boolean;
}

export const coloursSection: SectionPlan = {
  id: "colours",
  title: "Colour words",
  missing: (context) => needsCondition(context, "caption") || undefined,
  async run(context, data) {
    const requested = await drawColours(context);
    const pairsObeyed = requested
      .filter((_, at) => at % 2 === 0)
      .map((first, at) => first.isObeyed && requested[2 * at + 1]!.isObeyed);
    const n = requested.length / 2;
    const row = (
      what: string,
      role: Row["role"],
      count: number,
      image: number,
      pair?: number,
      exact?: number,
    ): Row => ({
      what,
      role,
      n: count,
      values: { image, pair, exact },
    });
    const exactShare = (some: readonly ColourSample[]): number => shareOf(some.map(({ isExact }) => isExact));
    const rows = [
      row(
        "all pairs",
        "measured",
        n,
        shareOf(requested.map(({ isObeyed }) => isObeyed)),
        shareOf(pairsObeyed),
        exactShare(requested),
      ),
      row("guessing", "floor", n, 0.5, 0.25, 1 / Object.keys(hues).length),
    ];
    const real = data && (await realColours(context, data));
    if (real && real.length > 0)
      rows.push(row("real images whose captions name one colour", "ceiling", real.length, shareOf(real)));
    return {
      about:
        `${n} pairs of captions, ${everydayNouns.length} nouns × ${pairs.length} pairs of colours, styles taking turns, both images of a pair from one seed. ` +
        "An image shows its word when the mean hue of its saturated opaque pixels is nearer to its own word than to the other's; in the last column than to all seven.",
      tables: [
        {
          title: "Images that show their colour word",
          columns: [
            { key: "image", label: "images", digits: 1, isShare: true, better: "higher" },
            { key: "pair", label: "both of a pair", digits: 1, isShare: true, better: "higher" },
            { key: "exact", label: "nearest of all words", digits: 1, isShare: true, better: "higher" },
          ],
          rows,
        },
        {
          title: "By word",
          columns: [{ key: "image", label: "images", digits: 1, isShare: true, better: "higher" }],
          rows: (Object.keys(hues) as ColourWord[]).map((word) => {
            const own = requested.filter((image) => image.word === word);
            return row(word, "measured", own.length, shareOf(own.map(({ isObeyed }) => isObeyed)));
          }),
        },
      ],
      figures: [],
    };
  },
};

/** Draws both images of every pair, one after the other. */
async function drawColours(context: EvaluationContext): Promise<ColourSample[]> {
  const { seed } = context.settings;
  const styles = context.vocabularies.get("style") ?? [];
  const requested = everydayNouns.flatMap((noun, at) =>
    pairs.flatMap(([first, second], pair) => {
      const style = styles[(at * pairs.length + pair) % Math.max(1, styles.length)];
      const image = (word: ColourWord, other: ColourWord) => ({
        word,
        other,
        words: { caption: `${word} ${noun}`, ...(style === undefined ? {} : { style }) },
        seed: imageSeed(seed, at * pairs.length + pair),
      });
      return [image(first, second), image(second, first)];
    }),
  );
  const wanted: SampleRequest[] = [];
  for (const { words, seed: own } of requested)
    wanted.push({ conditions: await encodeWords(context, words), seed: own });
  const drawn = await drawAll(context, "colour words", wanted);
  const results: ColourSample[] = [];
  await forEachChunk(context.progress, "colours of samples", requested.length, 1, async (at) => {
    const { word, other } = requested[at]!;
    const planes = await decode(context, drawn[at]!.latent);
    results.push({ word, other, isObeyed: obeys(planes, word, other), isExact: isNearest(planes, word) });
  });
  return results;
}

/** Whether real training images whose captions name one colour show it rather than the colour of its pair. */
async function realColours(
  { settings: { limit }, progress }: EvaluationContext,
  { images }: EvaluationData,
): Promise<boolean[]> {
  const chosen = images.train
    .flatMap((item) => {
      const words = (Object.keys(hues) as ColourWord[]).filter((word) =>
        item.captions.some((caption) => caption.startsWith(`${word} `)),
      );
      const pair = pairs.find((candidate) => words.length === 1 && candidate.includes(words[0]!));
      return pair ? [{ item, word: words[0]!, other: pair[0] === words[0] ? pair[1] : pair[0] }] : [];
    })
    .slice(0, limit);
  const obeyed: boolean[] = [];
  await forEachChunk(progress, "colours of real images", chosen.length, 1, async (at) => {
    const { item, word, other } = chosen[at]!;
    obeyed.push(obeys(await images.read(item), word, other));
  });
  return obeyed;
}
