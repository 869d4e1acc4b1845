/** Are colours obeyed: a word of the caption, and a colour that a request gives beside a drawing? */
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { atLeast } from "../goals.ts";
import { type ColourWord, hues, isNearest } from "../metrics/colour-words.ts";
import { shareOf } from "../metrics/statistics.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Column, Row } from "../report.ts";
import { everydayNouns } from "../sections/captions.ts";
import { ask, conditionOf } from "./context.ts";
import { needsCaptions, percent, type StylesSection } from "./section.ts";

const columns: readonly Column[] = [
  { key: "obeyed", label: "nearest of seven hues", digits: 1, isShare: true, better: "higher" },
];
/** A plain colour of each hue. */
const hexOf: Readonly<Record<ColourWord, string>> = {
  ...{ red: "#e02020", orange: "#f08010", yellow: "#f0d010", green: "#20a030" },
  ...{ blue: "#2060e0", purple: "#8030c0", pink: "#f050a0" },
};

export const coloursSection: StylesSection = {
  id: "colours",
  title: "Colours",
  missing: needsCaptions,
  async run(context, data) {
    const { namedStyles, settings, progress } = context;
    const words = Object.keys(hues) as ColourWord[];
    const requested = Array.from(
      { length: Math.min(settings.limit, everydayNouns.length * words.length) },
      (_, at) => ({
        noun: everydayNouns[at % everydayNouns.length]!,
        word: words[at % words.length]!,
        style: namedStyles[at % namedStyles.length]!,
      }),
    );
    const found = { words: [] as boolean[], none: [] as boolean[], given: [] as boolean[] };
    const drawn = async (caption: string, style: string) =>
      ask(context, { condition: { caption, style } }).catch((error: unknown) => {
        if (error instanceof AppError && error.code === "caption_unknown") return [];
        throw error;
      });
    await forEachChunk(progress, "colours", requested.length, 1, async (at) => {
      const { noun, word, style } = requested[at]!;
      const [coloured] = await drawn(`${word} ${noun}`, style);
      const [plain] = await drawn(noun, style);
      if (coloured) found.words.push(isNearest(coloured.planes, word));
      if (plain) found.none.push(isNearest(plain.planes, word));
      const pair = data.pairs[at % data.pairs.length]!;
      const { condition, shown } = conditionOf(context, pair, { examples: limits.styleImagesMax });
      const [given] = await ask(context, { condition: { ...condition, colours: [hexOf[word]] } }, shown);
      found.given.push(isNearest(given!.planes, word));
    });
    const row = (what: string, role: Row["role"], obeyed: readonly boolean[]): Row => ({
      ...{ what, role, n: obeyed.length, values: { obeyed: shareOf(obeyed) } },
    });
    const { words: named, none, given } = found;
    return {
      about:
        "Everyday nouns with a colour word in turn, in named styles of one ink: the mean hue of what is drawn must be nearest to the word's among seven. The server recolours what it drew; the flow does not. " +
        "Restyled: a drawing of a family never seen in another variant's style, with one colour given as a condition of the flow.",
      tables: [
        {
          title: "Colours obeyed",
          columns,
          rows: [
            row("colour word in the caption", "measured", named),
            row("colour given beside a drawing", "measured", given),
            row("the caption without the word", "floor", none),
            { what: "chance", role: "floor", n: requested.length, values: { obeyed: 1 / words.length } },
          ],
        },
      ],
      goals: named.length > 0 ? [atLeast("colour words obeyed, %", named.length, percent(shareOf(named)), 95)] : [],
    };
  },
};
