/**
 * The judges of what captions become: the judge of the report on icons (metrics/caption-judge.ts), but on wide features and
 * fitted on many more drawings, which are read block by block. It chooses no drawings.
 */
import { fitPlacing } from "../metrics/caption-judge.ts";
import { pickRows, type Vectors } from "../metrics/vectors.ts";
import type { StylesContext } from "./context.ts";
import type { StyleDrawing } from "./style-drawings.ts";
import { openWideRidge } from "./wide-ridge.ts";

export interface StylesCaptionJudge {
  /** Drawings that it is fitted on. */
  readonly drawings: number;
  /** Whitened vectors of words that the features of pictures predict. */
  predict(features: Vectors): Promise<Vectors>;
  /** Whitened vectors of words. */
  place(words: Vectors): Vectors;
}

export interface StylesCaptionJudges {
  readonly judge: StylesCaptionJudge;
  /** Fitted on fewer. */
  readonly strict: StylesCaptionJudge;
}

/** Measured with real icons of 300 other captions: 512 name fewer, 2,048 as many; no λ from 0.0001 to 0.01 is better by a point. */
const [unitsMost, penalty] = [1024, 0.001];
/** Drawings for each unit at least, so that few drawings are not learnt by heart. */
const drawingsPerUnit = 32;
/** Pictures whose features are kept at a time. */
const chunk = 1024;

/**
 * @param drawings that judges are fitted on
 * @param words their vectors of words
 * @param mayStrictSee whether the strict judge may be fitted on a drawing too
 * @throws AppError `dataset_invalid` for fewer than two drawings
 */
export async function fitCaptionJudges(
  { drawings: { read }, features, threads, progress }: StylesContext,
  drawings: readonly StyleDrawing[],
  words: Vectors,
  mayStrictSee: (drawing: StyleDrawing) => boolean,
): Promise<StylesCaptionJudges> {
  const places = [...drawings.keys()];
  const strictOnes = places.filter((at) => mayStrictSee(drawings[at]!));
  const others = places.filter((at) => !mayStrictSee(drawings[at]!));
  const featuresOf = (what: string, of: readonly number[]): Promise<Vectors> =>
    features!.featuresOf(what, of.length, async (at) => read(drawings[of[at]!]!));
  const { dims: dimsIn } = await featuresOf("a drawing for the judges of captions", places.slice(0, 1));
  const units = Math.min(unitsMost, Math.ceil(drawings.length / drawingsPerUnit));
  const ridge = await openWideRidge({ dimsIn, dimsOut: words.dims, units, penalty, threads });
  const add = async (what: string, of: readonly number[]): Promise<void> => {
    for (let start = 0; start < of.length; start += chunk) {
      const some = of.slice(start, start + chunk);
      const block = `${what}, block ${start / chunk + 1} of ${Math.ceil(of.length / chunk)}: drawings`;
      await ridge.add(await featuresOf(block, some), pickRows(words, some));
    }
  };
  const judgeOf = (of: readonly number[]): StylesCaptionJudge => {
    const [place, predict] = [fitPlacing(pickRows(words, of)), ridge.fit()];
    // Whitening is linear, so what is fitted to vectors of words is fitted to whitened ones.
    return { drawings: of.length, place, predict: async (given) => place(await predict(given)) };
  };
  await add("the judges of captions", strictOnes);
  progress.step("fitting the strict judge", 0, 1);
  const strict = judgeOf(strictOnes);
  await add("the judge of captions", others);
  progress.step("fitting the judge of captions", 0, 1);
  return { strict, judge: judgeOf(places) };
}
