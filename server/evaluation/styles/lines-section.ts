/** Are thin lines whole? Pieces, holes and ends of lines of what is drawn, against the truth's. */
import { atLeast } from "../goals.ts";
import { shareOf } from "../metrics/statistics.ts";
import { hasSameParts, isWhole, type LineFacts, lineFactsOf } from "../metrics/whole-lines.ts";
import type { Column, Row } from "../report.ts";
import { rebuilt } from "./context.ts";
import { always, percent, type StylesSection } from "./section.ts";
import { isReal, type Pair } from "./style-drawings.ts";

/** Lines of at most 2.25 px where the icon has 24, and width of hairlines, which are below. */
const [thinOf24Px, hairOf24Px] = [2.25, 1] as const;

const columns: readonly Column[] = [
  { key: "whole", label: "lines whole", digits: 1, isShare: true, better: "higher" },
  { key: "pieces", label: "as many pieces and holes", digits: 1, isShare: true, better: "higher" },
];

export const linesSection: StylesSection = {
  id: "lines",
  title: "Thin lines",
  missing: always,
  async run(context, data) {
    const { drawings, sizePx, settings } = context;
    const { seed, limit } = settings;
    const candidates = drawings.pairs(
      (target) => target.split === "heldOutFamily" && isReal(target) && target.look === "line",
      3 * limit,
      seed,
    );
    const pairs: Pair[] = [];
    const truth: LineFacts[] = [];
    for (const pair of candidates) {
      const facts = lineFactsOf(await drawings.read(pair.target), sizePx);
      if (pairs.length === limit || facts.widthPx > (thinOf24Px / 24) * sizePx) continue;
      pairs.push(pair);
      truth.push(facts);
    }
    const about =
      `Icons of families never seen whose lines are at most ${thinOf24Px} px wide at 24 px. Whole: as many pieces of ink and holes as the truth (8 pixels at least, alpha from a half on), ` +
      "and every end of a line has one of the truth's within 6 px, and the other way round. Ends are those of skeletons, without branches into corners. Restyled: another variant in this icon's style.";
    if (pairs.length === 0) return { about, tables: [] };
    const made = await data.restyleAll("thin lines", pairs);
    type Picture = (at: number) => Promise<Float32Array>;
    const row = async (what: string, role: Row["role"], picture: Picture, places = [...pairs.keys()]): Promise<Row> => {
      const wholes: boolean[] = [];
      const pieces: boolean[] = [];
      for (const at of places) {
        const [facts, wanted] = [lineFactsOf(await picture(at), sizePx), truth[at]!];
        wholes.push(isWhole(facts, wanted));
        pieces.push(hasSameParts(facts, wanted));
      }
      return { what, role, n: places.length, values: { whole: shareOf(wholes), pieces: shareOf(pieces) } };
    };
    const copied: Float32Array[] = [];
    for (const { target } of pairs) copied.push(await rebuilt(context, await drawings.read(target)));
    const what = "reconstructed: the truth through encoder and decoder";
    const again = await row(what, "measured", async (at) => copied[at]!);
    const broad = [...pairs.keys()].filter((at) => truth[at]!.widthPx >= (hairOf24Px / 24) * sizePx);
    const ofBroad =
      broad.length > 0
        ? [await row("reconstructed, lines of 1 px at least", "control", async (at) => copied[at]!, broad)]
        : [];
    const own = await data.restyleAll(
      "thin lines in their own style",
      pairs.map(({ target }) => ({ target, source: target })),
    );
    const kept = await row("in its own style, as the server draws it", "measured", async (at) => own[at]!);
    const restyled = await row("restyled", "measured", async (at) => made[at]!);
    const alike: number[] = [];
    for (const [at, pair] of pairs.entries())
      if (isWhole(lineFactsOf(await drawings.read(pair.source), sizePx), truth[at]!)) alike.push(at);
    const same = "restyled, where the source has the truth's lines";
    const followed = alike.length > 0 ? [await row(same, "control", async (at) => made[at]!, alike)] : [];
    const source = await row("the source as it is", "floor", (at) => drawings.read(pairs[at]!.source));
    const real = await row("real icons", "ceiling", (at) => drawings.read(pairs[at]!.target));
    const goal = (what: string, { values }: Row, least: number): Row =>
      atLeast(`thin lines whole, ${what}, %`, pairs.length, percent(values["whole"]!), least);
    return {
      about,
      tables: [
        {
          title: "Thin lines that are whole",
          columns,
          rows: [again, ...ofBroad, kept, restyled, ...followed, source, real],
        },
      ],
      goals: [goal("reconstruction", again, 95), goal("restyle", restyled, 85)],
    };
  },
};
