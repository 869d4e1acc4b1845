/** How likely true variants are under their condition, and under another pair's. */
import { mean, shareOf } from "../metrics/statistics.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Column, Row } from "../report.ts";
import { conditionOf, digestOf, imagesOf, type StylesContext } from "./context.ts";
import { always, type StylesSection } from "./section.ts";
import type { Pair } from "./style-drawings.ts";

const columns: readonly Column[] = [
  { key: "nats", label: "nats a dimension", digits: 3, better: "lower" },
  { key: "roundTrip", label: "largest error of z after z → v → z", digits: 5, better: "lower" },
];

export const likelihoodSection: StylesSection = {
  id: "likelihood",
  title: "Likelihood",
  missing: always,
  async run(context, { pairs }) {
    const own: number[] = [];
    const others: number[] = [];
    let worst = 0;
    await forEachChunk(context.progress, "likelihood", pairs.length, 1, async (at) => {
      const { nats, roundTrip } = await invert(context, pairs[at]!, pairs[at]!);
      own.push(nats);
      worst = Math.max(worst, roundTrip);
      others.push((await invert(context, pairs[at]!, pairs[(at + 1) % pairs.length]!)).nats);
    });
    const row = (what: string, role: Row["role"], nats: readonly number[], more = {}): Row => ({
      ...{ what, role, n: nats.length, values: { nats: mean(nats), ...more } },
    });
    return {
      about:
        "−log p(z given c) of true variants of families never seen, by the flow's graph; a change of variables, so exact (server/pretrain/styles/check_exported_flow.py compares it with a Jacobian). " +
        `With another pair's drawing and styles it must be less likely: it is for ${(100 * shareOf(own.map((value, at) => value < others[at]!))).toFixed(1)} % of the pairs.`,
      tables: [
        {
          title: "Held-out likelihood",
          columns,
          rows: [
            row("the pair's own condition", "measured", own, { roundTrip: worst }),
            row("another pair's condition", "floor", others),
          ],
        },
      ],
    };
  },
};

async function invert(context: StylesContext, { target }: Pair, under: Pair) {
  const { condition, shown } = conditionOf(context, under);
  const request = { translation: context.translation.id, image: digestOf(target), condition };
  const images = await imagesOf(context, [target, ...shown]);
  const { natsPerDimension, roundTripError } = await context.service.invert(
    request,
    images,
    new AbortController().signal,
  );
  return { nats: natsPerDimension, roundTrip: roundTripError };
}
