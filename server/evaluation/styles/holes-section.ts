/** Holes: a part of a drawing is drawn anew in the drawing's own style. Is it nearer to what was there than nothing is? */

import { limits } from "../../../shared/limits.ts";
import { TrainingRandom } from "../../flow/random.ts";
import type { ConditionImage } from "../../inference/protocol.ts";
import { sha256Of } from "../../platform/sha256.ts";
import { meanSquaredError } from "../metrics/pixels.ts";
import { mean, shareOf } from "../metrics/statistics.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Column, Row } from "../report.ts";
import { ask, digestOf, rebuilt } from "./context.ts";
import { always, type StylesSection } from "./section.ts";
import { numberOf } from "./style-drawings.ts";

/** Side of a hole, of the picture's, and the least ink in it, of the fullest one. */
const [holeOfSide, inkOfFullest] = [3 / 8, 0.5];
/** Steps between places of a hole, of the picture's side. */
const stepsOfSide = 16;

const columns: readonly Column[] = [
  { key: "nearer", label: "nearer than an empty hole", digits: 1, isShare: true, better: "higher" },
  { key: "error", label: "squared error, of an empty hole's", digits: 1, isShare: true, better: "lower" },
];

export const holesSection: StylesSection = {
  id: "holes",
  title: "Holes",
  missing: always,
  async run(context, data) {
    const { drawings, sizePx, settings, progress } = context;
    const targets = data.pairs.map(({ target }) => target);
    const found: Record<"drawn" | "copied" | "empty", number[]> = { drawn: [], copied: [], empty: [] };
    await forEachChunk(progress, "holes", targets.length, 1, async (at) => {
      const target = targets[at]!;
      const truth = (await drawings.read(target)).slice();
      const isInside = chooseHole(truth, sizePx, new TrainingRandom(settings.seed, numberOf(target), "evaluation"));
      const mask: ConditionImage = { planes: maskOf(isInside, sizePx), sizePx };
      const key = sha256Of(`hole of drawing ${target.row}`);
      const sisters = drawings.examplesOf(target, limits.styleImagesMax, settings.seed);
      const [answer] = await ask(
        context,
        {
          condition: {
            drawing: { image: digestOf(target), mask: key, style: { images: sisters.map(digestOf) } },
          },
        },
        [target, ...sisters],
        new Map([[key, mask]]),
      );
      const part = (planes: Float32Array): Float32Array => planes.filter((_, place) => isInside(place % sizePx ** 2));
      const there = part(truth);
      found.drawn.push(meanSquaredError(part(answer!.planes), there));
      found.copied.push(meanSquaredError(part(await rebuilt(context, truth)), there));
      found.empty.push(meanSquaredError(new Float32Array(there.length), there));
    });
    const row = (what: string, role: Row["role"], errors: readonly number[]): Row => ({
      ...{ what, role, n: errors.length },
      values: {
        nearer: shareOf(errors.map((error, at) => error < found.empty[at]!)),
        error: mean(errors) / mean(found.empty),
      },
    });
    return {
      about:
        `Drawings of families never seen with a square hole of ${holeOfSide} of the side over ink, drawn anew by a mask in the drawing's own style, which up to ${limits.styleImagesMax} sisters show. ` +
        "Errors are those inside the hole.",
      tables: [
        {
          title: "Holes drawn anew",
          columns,
          rows: [
            row("drawn anew", "measured", found.drawn),
            row("an empty hole", "floor", found.empty),
            row("the truth through encoder and decoder", "ceiling", found.copied),
          ],
        },
      ],
    };
  },
};

/** Which pixels are in a hole that is at random among those over much ink. */
function chooseHole(planes: Float32Array, sizePx: number, random: TrainingRandom): (pixel: number) => boolean {
  const side = Math.max(1, Math.round(holeOfSide * sizePx));
  const step = Math.max(1, Math.floor(sizePx / stepsOfSide));
  const alpha = planes.subarray(3 * sizePx * sizePx);
  const within = (left: number, top: number) => (pixel: number) => {
    const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)];
    return x >= left && x < left + side && y >= top && y < top + side;
  };
  const places: { readonly isInside: (pixel: number) => boolean; readonly ink: number }[] = [];
  for (let top = 0; top + side <= sizePx; top += step)
    for (let left = 0; left + side <= sizePx; left += step) {
      const isInside = within(left, top);
      places.push({ isInside, ink: alpha.reduce((sum, value, pixel) => sum + (isInside(pixel) ? value : 0), 0) });
    }
  const most = Math.max(...places.map(({ ink }) => ink));
  const full = places.filter(({ ink }) => ink >= inkOfFullest * most);
  return full[random.permutation(full.length)[0]!]!.isInside;
}

/** White where the drawing is drawn anew, and nothing elsewhere: premultiplied planes. */
const maskOf = (isInside: (pixel: number) => boolean, sizePx: number): Float32Array =>
  Float32Array.from({ length: 4 * sizePx ** 2 }, (_, at) => (isInside(at % sizePx ** 2) ? 1 : 0));
