/** Is what is drawn nearer to the true variant than the source is? Families, made-up styles and concepts that nothing was trained on. */

import { atLeast } from "../goals.ts";
import { mean, shareOf } from "../metrics/statistics.ts";
import type { Column, Figure, Row } from "../report.ts";
import { tileSheet } from "../tile-sheet.ts";
import { rebuilt, type StylesContext } from "./context.ts";
import type { StylesData } from "./data.ts";
import { type Distances, distancesTo, seenTruth } from "./nearness.ts";
import { always, percent, type StylesSection } from "./section.ts";
import { isReal, type Pair, type StyleDrawing, shuffled } from "./style-drawings.ts";

const measures = ["pixels", "lpips", "features"] as const;
const columns: readonly Column[] = [
  { key: "pixels", label: "nearer in pixels", digits: 1, isShare: true, better: "higher" },
  { key: "lpips", label: "by LPIPS-AlexNet", digits: 1, isShare: true, better: "higher" },
  { key: "features", label: "in features", digits: 1, isShare: true, better: "higher" },
  { key: "error", label: "squared error, of the source's", digits: 1, isShare: true, better: "lower" },
];
const goals = { pixels: 90, lpips: 85, features: 85 } as const;
const names = { pixels: "pixels", lpips: "LPIPS-AlexNet", features: "features" } as const;
/** LPIPS between two drawings below which nobody sees a difference. */
const seenFrom = 0.01;
/** Pictures of the sheet of failures. */
const shownMost = 16;

const kinds: Readonly<Record<string, (target: StyleDrawing) => boolean>> = {
  "plain variants": isReal,
  "made-up styles": ({ isProcedural }) => isProcedural,
  "in colour": ({ isColour, isProcedural }) => isColour && !isProcedural,
};

export const nearnessSection: StylesSection = {
  id: "nearness",
  title: "Nearness to the true variant",
  missing: always,
  async run(context, data) {
    const { drawings, settings } = context;
    const { seed, limit } = settings;
    const families = await measure(context, data, "families never seen", data.pairs, await data.made());
    const others: Row[] = [];
    for (const [what, split] of [
      ["made-up styles never seen", "heldOutStyle"],
      ["concepts never seen", "heldOutConcept"],
    ] as const) {
      const pairs = await drawings.differingPairs((target) => target.split === split, limit, seed);
      if (pairs.length === 0) continue;
      const { rows } = await measure(context, data, what, pairs, await data.restyleAll(what, pairs), false);
      others.push(...rows);
    }
    const { rows, nearer } = families;
    return {
      about:
        `Pairs whose target is held out and differs from the source, else unpicked: the source, restyled at temperature 0 in the style that up to ${16} other drawings of the target's variant show, beside the true ` +
        "variant. A share says how often it is nearer than the source itself. Pixels: mean squared error of premultiplied RGBA. Features: cosine distance of three depths of " +
        `${context.features?.name ?? "an image expert (none here)"}, each with mean 0 and deviation 1 over the truth. The server reads icons of one ink in one ink and decides ink where a style has one. ` +
        `Source and truth differ to the eye: by an LPIPS of ${seenFrom} or more. ` +
        "A flow that decides wrongly is farther off in pixels than a smear (Blau & Michaeli 2018).",
      tables: [{ title: "Nearer to the true variant than the source", columns, rows: [...rows, ...others] }],
      figures: [await worstFigure(context, data, families.errors)],
      goals: measures.flatMap((by) => {
        const found = nearer[by];
        if (!found) return [];
        return [
          atLeast(
            `families never seen: nearer than the source by ${names[by]}, %`,
            found.length,
            percent(shareOf(found)),
            goals[by],
          ),
        ];
      }),
    };
  },
};

interface Measured {
  readonly rows: Row[];
  readonly nearer: Readonly<Partial<Record<(typeof measures)[number], readonly boolean[]>>>;
  /** Squared error of each picture, of its source's. */
  readonly errors: readonly number[];
}

async function measure(
  context: StylesContext,
  data: StylesData,
  name: string,
  pairs: readonly Pair[],
  made: readonly Float32Array[],
  isWhole = true,
): Promise<Measured> {
  const { drawings, settings } = context;
  const read = async (list: readonly StyleDrawing[]): Promise<Float32Array[]> => {
    const planes: Float32Array[] = [];
    for (const drawing of list) planes.push((await drawings.read(drawing)).slice());
    return planes;
  };
  const truth = await read(pairs.map(({ target }) => target));
  const seen = await seenTruth(context, truth);
  const start = await distancesTo(context, seen, await read(pairs.map(({ source }) => source)));
  const all = pairs.map((_, at) => at);
  const row = (what: string, role: Row["role"], found: Distances, kept = all): Row => ({
    what: `${name}${what}`,
    role,
    n: kept.length,
    values: {
      ...Object.fromEntries(
        measures.map((by) => [by, found[by] && shareOf(kept.map((at) => found[by]![at]! < start[by]![at]!))]),
      ),
      error: mean(kept.map((at) => found.pixels[at]!)) / mean(kept.map((at) => start.pixels[at]!)),
    },
  });
  const own = await distancesTo(context, seen, made);
  const rows = [row(": restyled", "measured", own)];
  if (isWhole)
    for (const [kind, isKind] of Object.entries(kinds)) {
      const kept = all.filter((at) => isKind(pairs[at]!.target));
      if (kept.length > 0) rows.push(row(`, ${kind}: restyled`, "measured", own, kept));
    }
  const differing = all.filter((at) => start.lpips && start.lpips[at]! >= seenFrom);
  if (isWhole && differing.length > 0)
    rows.push(row(", source and truth differ to the eye: restyled", "control", own, differing));
  if (isWhole)
    for (const [what, options] of [
      [": restyled, eight drawings show the style", { examples: 8 }],
      [": restyled, the source shows its own style alone", { isSourceAlone: true }],
    ] as const)
      rows.push(row(what, "control", await distancesTo(context, seen, await data.restyleAll(what, pairs, options))));
  rows.push(row(": the source as it is", "floor", start));
  const random = pairs.map(({ target }) => shuffled(drawings.membersOf(target), settings.seed, target)[0]!);
  rows.push(row(": a random drawing of the style", "floor", await distancesTo(context, seen, await read(random))));
  const ceiling: Float32Array[] = [];
  for (const planes of truth) ceiling.push(await rebuilt(context, planes));
  rows.push(row(": the truth through encoder and decoder", "ceiling", await distancesTo(context, seen, ceiling)));
  return {
    rows,
    nearer: Object.fromEntries(
      measures.flatMap((by) => (own[by] ? [[by, own[by].map((value, at) => value < start[by]![at]!)]] : [])),
    ),
    errors: own.pixels.map((value, at) => value / (start.pixels[at]! || 1)),
  };
}

/** The answers that are farthest off: the largest squared error of the source's. */
async function worstFigure(
  { drawings, sizePx }: StylesContext,
  { pairs, made }: StylesData,
  errors: readonly number[],
): Promise<Figure> {
  const worst = [...errors.keys()].sort((one, other) => errors[other]! - errors[one]!).slice(0, shownMost);
  const drawn = await made();
  const rows: Float32Array[][] = [[], [], []];
  for (const at of worst) {
    rows[0]!.push((await drawings.read(pairs[at]!.source)).slice());
    rows[1]!.push(drawn[at]!);
    rows[2]!.push((await drawings.read(pairs[at]!.target)).slice());
  }
  return {
    file: "worst.png",
    caption: `The ${worst.length} pairs whose answers have the largest squared error of the source's own, the worst first: source, answer, truth.`,
    data: await tileSheet(rows, sizePx),
  };
}
