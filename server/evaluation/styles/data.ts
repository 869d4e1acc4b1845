/**
 * What several sections of the report on styles share: pairs of families never seen with what was made of them, real drawings to fit judges
 * on with their features, captions with what was drawn of them. Each is made on first use.
 */
import { AppError } from "../../../shared/problem.ts";
import { asText } from "../../experts/values.ts";
import { once } from "../../platform/once.ts";
import { stackRows, type Vectors } from "../metrics/vectors.ts";
import { forEachChunk } from "../progress-reporter.ts";
import { fitCaptionJudges, type StylesCaptionJudges } from "./caption-judges.ts";
import { type Answer, ask, digestOf, type PairOptions, restyled, type StylesContext } from "./context.ts";
import { forCaptionJudge, showsOneOf } from "./judge-drawings.ts";
import { grouped, isReal, type Pair, type StyleDrawing, shuffled, styleOf, thingOf } from "./style-drawings.ts";

/** A caption, the drawing whose name it is, and what the pack drew of it; nothing where the caption was refused. */
export interface Captioned {
  readonly caption: string;
  readonly drawing: StyleDrawing;
  readonly answers: readonly Answer[];
}

export interface StylesData {
  /** Pairs of families never seen, of any look. */
  readonly pairs: readonly Pair[];
  readonly made: () => Promise<readonly Float32Array[]>;
  restyleAll(what: string, pairs: readonly Pair[], options?: PairOptions): Promise<Float32Array[]>;
  /** Real drawings of all families for the judge of styles, of which none is a pair's or a caption's, with their features. */
  readonly fitted: readonly StyleDrawing[];
  readonly fittedFeatures: () => Promise<Vectors>;
  /** Four pictures of each caption whose thing other drawings show, in a named style. */
  readonly known: () => Promise<readonly Captioned[]>;
  /** One of each whose thing no flow was trained on. */
  readonly unseen: () => Promise<readonly Captioned[]>;
  /** One of each known caption in a style that its drawing's sisters show, of a family never seen. */
  readonly unseenStyle: () => Promise<readonly Captioned[]>;
  /** Fitted without any variant of a drawing that a caption found; the strict one without any of the captions' own drawings either. */
  readonly captionJudges: () => Promise<StylesCaptionJudges>;
  /** The drawing that an answer was made from, where it is among the rendered ones. */
  foundFor(answer: Answer): StyleDrawing | undefined;
  /** Vectors of words, unwhitened. */
  vectorsOf(words: readonly string[]): Promise<Vectors>;
}

/** Real drawings that the judge of styles is fitted on, for each picture of a row; and of one variant at most, of which half stay unseen. */
const [fittedPerPicture, fittedMost, fittedOfVariant] = [72, 6000, 48];
/** Of variants that may be named, as many more. */
const timesNamed = 3;
const captionWordsMost = 3;
/**
 * Real drawings that the judge of captions is fitted on, for each caption of a row, and at most. With 6,000, 26 % of the icons
 * of concepts never seen are named by the strict judge, with 20,000 39 %, with 40,000 and with 60,000 47 %.
 */
const [judgedPerPicture, judgedMost] = [480, 40_000];

const sourceKey = (set: string, icon: string): string => `${set}|${icon}`;

export async function createStylesData(context: StylesContext): Promise<StylesData> {
  const { drawings, settings, progress, namedStyles, translation } = context;
  const { seed, limit } = settings;
  const pairs = await drawings.differingPairs(({ split }) => split === "heldOutFamily", limit, seed);
  if (pairs.length === 0)
    throw new AppError(
      "dataset_invalid",
      "set: expected drawings of families that are held out, got none that differ in two variants",
    );
  const trained = new Set(drawings.all.filter(({ split }) => split === "train").map(({ concept }) => concept));
  const captioned = (isWanted: (drawing: StyleDrawing) => boolean): StyleDrawing[] => {
    const wanted = drawings.all.filter(
      (one) => isReal(one) && isWanted(one) && one.words.split(" ").length <= captionWordsMost,
    );
    return [...grouped(shuffled(wanted, seed), ({ words }) => words).values()].map(([one]) => one!).slice(0, limit);
  };
  const knownItems = captioned(({ split, concept }) => split === "heldOutFamily" && trained.has(concept));
  const unseenItems = captioned(({ split }) => split === "heldOutConcept");
  const taken = new Set([...pairs.flatMap(({ target, source }) => [target, source]), ...knownItems, ...unseenItems]);
  const real = shuffled(
    drawings.all.filter((one) => !one.isProcedural && !taken.has(one)),
    seed,
  );
  const fitted = [...grouped(real, styleOf).values()]
    .flatMap((of) =>
      of
        .slice(0, Math.min(fittedOfVariant, Math.ceil(of.length / 2)))
        .map((one, at) => ({ one, at: one.split === "heldOutFamily" ? at / timesNamed : at })),
    )
    .sort((a, b) => a.at - b.at)
    .slice(0, Math.min(fittedMost, fittedPerPicture * limit))
    .map(({ one }) => one);
  const restyleAll: StylesData["restyleAll"] = async (what, wanted, options) => {
    const made: Float32Array[] = [];
    await forEachChunk(progress, what, wanted.length, 1, async (at) => {
      made.push(await restyled(context, wanted[at]!, options));
    });
    return made;
  };
  const drawCaptions = async (
    what: string,
    items: readonly StyleDrawing[],
    count: number,
    isInOwnStyle = false,
  ): Promise<Captioned[]> => {
    const drawn: Captioned[] = [];
    await forEachChunk(progress, what, items.length, 1, async (at) => {
      const [drawing, caption] = [items[at]!, items[at]!.words];
      const shown = isInOwnStyle ? drawings.examplesOf(drawing, 8, seed) : [];
      const style = isInOwnStyle ? { images: shown.map(digestOf) } : namedStyles[at % namedStyles.length]!;
      const answers = await ask(context, { condition: { caption, style }, count }, shown).catch((error: unknown) => {
        if (error instanceof AppError && error.code === "caption_unknown") return [];
        throw error;
      });
      drawn.push({ caption, drawing, answers });
    });
    return drawn;
  };
  const known = once(() => drawCaptions("captions", knownItems, 4));
  const unseen = once(() => drawCaptions("captions of concepts never seen", unseenItems, 1));
  const unseenStyle = once(() => drawCaptions("captions in a style never seen", knownItems, 1, true));
  const reader = translation.captions?.from.conditions.find(({ name }) => name === "caption")?.expert;
  const vectorsOf: StylesData["vectorsOf"] = async (words) => {
    const distinct = [...new Set(words)];
    const rows = new Map<string, Float32Array>();
    await forEachChunk(progress, "words", distinct.length, 64, async (start, end) => {
      const chunk = distinct.slice(start, end);
      const vectors = await reader!.encode(chunk.map(asText));
      for (const [at, text] of chunk.entries())
        rows.set(text, vectors.slice(at * reader!.dims, (at + 1) * reader!.dims));
    });
    return stackRows(
      words.map((text) => rows.get(text)!),
      reader!.dims,
    );
  };
  const fittedFeatures = once(() =>
    context.features!.featuresOf("features of real drawings", fitted.length, async (at) => drawings.read(fitted[at]!)),
  );
  const thingsFound = once(async () => {
    const familyOf = new Map(drawings.all.map(({ set, family }) => [set, family]));
    const captions = [...(await known()), ...(await unseen()), ...(await unseenStyle())];
    const sources = captions.flatMap(({ answers }) => answers).flatMap((answer) => answer.sources);
    return new Set(sources.map(({ set, icon }) => thingOf({ family: familyOf.get(set) ?? set, base: icon })));
  });
  const bySource = once(() => new Map(drawings.all.filter(isReal).map((one) => [sourceKey(one.set, one.base), one])));
  const captionJudges = once(async () => {
    const found = await thingsFound();
    const most = Math.min(judgedMost, judgedPerPicture * limit);
    const chosen = forCaptionJudge(
      real.filter((one) => !showsOneOf(one, found)),
      most,
      seed,
    );
    const own = new Set([...knownItems, ...unseenItems].map(thingOf));
    const words = await vectorsOf(chosen.map((one) => one.words));
    return fitCaptionJudges(context, chosen, words, (one) => !own.has(thingOf(one)));
  });
  return {
    pairs,
    made: once(() => restyleAll("restyled", pairs)),
    restyleAll,
    fitted,
    fittedFeatures,
    known,
    unseen,
    unseenStyle,
    vectorsOf,
    captionJudges,
    foundFor: ({ sources: [first] }) => first && bySource().get(sourceKey(first.set, first.icon)),
  };
}
