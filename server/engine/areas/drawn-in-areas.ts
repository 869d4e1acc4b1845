/**
 * An answer in a style of several flat colours that keeps the edges of the drawing that is restyled: each area of it gets one colour of the style, or
 * none, by what the flow's answer has there. A picture as layers, one a colour, so that it is drawn at any size.
 */
import type { CaptionColour } from "../colour-words.ts";
import type { ShownDrawing } from "../interfaces.ts";
import { lineWidthOf } from "../lines/line-width.ts";
import { linesApart } from "../lines/necks.ts";
import { type Redrawn, redrawLines } from "../lines/redraw-lines.ts";
import { type Shape, shapeOf } from "../lines/shape.ts";
import { asTubes } from "../lines/tubes.ts";
import { type Ink, inInk, inkOf } from "../pixels/ink-colour.ts";
import type { LayeredImage } from "../pixels/layered-image.ts";
import { alikeAreas, together, votesTogether } from "./alike.ts";
import { onAreasGround } from "./areas-ground.ts";
import { areThin, aroundOf, inkOfFlat, opaqueFrom } from "./around.ts";
import { chooseColours, fewColoursOf } from "./colours/choose-colours.ts";
import type { Wanted } from "./colours/wanted.ts";
import { inLayers } from "./in-layers.ts";
import { type Behind, inOneColour } from "./in-one-colour.ts";
import { loopsOf, seenThrough, withBays } from "./openings.ts";
import type { Paint } from "./paint.ts";
import type { Area, Partition } from "./partition.ts";
import { insideOf } from "./signed-distance.ts";
import { anyPartitionOf } from "./smooth-areas.ts";
import type { Outline, StyleAreas, StylePalette } from "./style-areas.ts";
import { alikeInColour, type Vote, votesOf } from "./votes.ts";
import { withOutlines } from "./with-outlines.ts";
import { type WithoutLines, withoutLines } from "./without-lines.ts";

/** Alpha of an answer from which on it draws what the drawing leaves empty, and from which on it keeps what the drawing has. */
const [filledFrom, keptFrom] = [0.5, 0.25] as const;
/** The same of what lines enclose: a style of fills seldom leaves it empty, and in one of few colours an answer is sure of these. */
const enclosedFrom = 0.3;
/** And of what hairlines do, which an answer often smears, and what is nothing even then. */
const [smearedFrom, smearedLeast] = [0.15, 0.04] as const;
/** Share of a drawing's ink that is deeper than lines, from which on it is of fills. */
const solidLeast = 0.25;
const areasMost = 400;
/** Pixels that hairlines get broad, of which none is wholly theirs else. */
const hairPx = 2.6;
/** Pixels from a drawing's edge on which an answer draws away from it. */
const awayPx = 3;
/** Share of what a drawing takes that the answer may draw away from it; more is a ground or a frame. */
const elsewhereMost = 0.4;

/** What is still done with an answer in areas. */
type AreasLooks = Behind & { readonly colour?: CaptionColour | undefined };

/** An answer as `drawnInAreas` gives it, in the one colour that is requested, if any, with what is put behind it. */
export async function paintedInAreas(
  drawing: Pick<ShownDrawing, "planes" | "known">,
  sizePx: number,
  { areas, colour, shadows, plate }: AreasLooks & { readonly areas: StyleAreas },
  answerOf: () => Promise<Float32Array>,
): Promise<{ readonly layers: LayeredImage; readonly looks: AreasLooks } | undefined> {
  const layers = await drawnInAreas(drawing, sizePx, areas, answerOf, plate !== undefined);
  if (!layers) return undefined;
  if (!colour) return { layers, looks: { shadows, plate } };
  const { layers: coloured, behind } = inOneColour(layers, colour, { shadows, plate });
  return { layers: coloured, looks: behind };
}

/**
 * @param drawing premultiplied RGBA [4, sizePx, sizePx]
 * @param answerOf the flow's answer, of the same shape
 * @param isOnPlate whether the answer will lie on a plate (plate.ts)
 * @returns undefined where the drawing is neither of flat colours nor of gradients or of too many areas, where a part of it is to be drawn anew,
 * where the answer draws away from it, and where it lacks a ground that the style has
 */
export async function drawnInAreas(
  { planes, known }: Pick<ShownDrawing, "planes" | "known">,
  sizePx: number,
  style: StyleAreas,
  answerOf: () => Promise<Float32Array>,
  isOnPlate = false,
): Promise<LayeredImage | undefined> {
  if (known.some((share) => share < 1)) return undefined;
  const own = inkOf([{ planes, sizePx }]);
  const { ground } = style;
  const width = ground ? undefined : style.outline?.width;
  const asDrawn = planes.subarray(3 * sizePx ** 2);
  const parted = own.isOneInk ? linesApart(asDrawn, sizePx, width) : undefined;
  const alphas = parted?.alphas ?? asDrawn;
  const shape = parted?.shape ?? (own.ink && shapeOf(alphas, sizePx));
  const tubes = shape && own.isOneInk && !ground ? tubesIn(alphas, sizePx, shape, style.outline) : undefined;
  const redrawn = !tubes && shape && own.isOneInk ? redrawLines(alphas, sizePx, width, shape) : undefined;
  const isOfLines = redrawn !== undefined && !ground;
  if (redrawn && style.hasGrounds) return undefined;
  const cutBy = (lined: Redrawn | undefined): Partition | undefined => {
    const shown = tubes ? inkedBy(tubes, own.ink!) : isOfLines && lined ? inkedBy(lined.alphas, own.ink!) : planes;
    return anyPartitionOf({ planes: ground ? onAreasGround({ planes: shown, sizePx }, ground) : shown, sizePx });
  };
  const asWide = cutBy(redrawn);
  const broader = !asWide && isOfLines ? redrawLines(alphas, sizePx, hairPx / sizePx, shape) : undefined;
  const lines = broader ?? redrawn;
  const partition = asWide ?? (broader && cutBy(broader));
  if (!partition || partition.areas.length > areasMost) return undefined;
  const answer = await answerOf();
  const elsewhere = drawnElsewhere(partition, answer);
  // What the answer draws beside lines, tubes too, is a smear or fills a bay, as most is a smear in a style of gradients.
  const isSmear = style.hasGradients || isOfLines || tubes !== undefined;
  if (!isSmear && elsewhere > (style.outline ? elsewhereMost : elsewhereMost / 2)) return undefined;
  return isOfLines && lines
    ? linesInAreas(partition, style, answer, {
        areHair: broader !== undefined,
        widthPx: lines.width * sizePx,
        drawnPx: sizePx * (lineWidthOf(shape!, sizePx)?.width ?? 0),
        isOnPlate,
      })
    : fillsInAreas(partition, style, answer, {
        isOnPlate,
        isColoured: own.ink === undefined,
        isThin: !tubes && shape !== undefined && style.outline !== undefined && areThin(alphas, sizePx),
        isSolid: shape !== undefined && !ground && shape.deep >= solidLeast,
        areTubes: tubes !== undefined,
      });
}

const tubesIn = (alphas: Float32Array, sizePx: number, shape: Shape, outline: Outline | undefined) =>
  outline?.tubes && asTubes(alphas, sizePx, shape, { ...outline.tubes, outline: outline.width })?.alphas;

/**
 * A drawing of lines of one width: they are the style's lines, or in a style of fills they go where areas meet.
 * @param about whether the lines are hairlines, how broad they are, and were before they were redrawn, and whether a plate will be behind them
 */
function linesInAreas(
  drawing: Partition,
  { outline, isOfFills, palettes }: StyleAreas,
  answer: Float32Array,
  about: Record<"widthPx" | "drawnPx", number> & Record<"areHair" | "isOnPlate", boolean>,
): LayeredImage | undefined {
  const { widthPx, drawnPx, isOnPlate } = about;
  // In a style without outlines they are where areas end.
  const areHair = about.areHair && outline === undefined;
  const partition = withBays(drawing, drawnPx, answer);
  const leaders = alikeAreas(partition);
  const votes = votesTogether(votesOf(partition, answer), leaders);
  const isEmpty = loopsOf(partition, widthPx, drawnPx);
  const from = areHair ? hairFrom(partition, votes) : outline && !fewColoursOf(palettes) ? filledFrom : enclosedFrom;
  const areKept = outline !== undefined || areHair;
  const wanted = wantedOf(partition, votes, (colour) => areKept && colour > 0, isEmpty, from);
  if (wanted.length === 0) return undefined;
  const places = new Set(wanted.map(({ area }) => area));
  const parted =
    isOfFills || areHair
      ? withoutLines(
          partition,
          (label) => partition.areas[label]!.colour > 0,
          (label) => places.has(label),
          widthPx,
        )
      : undefined;
  if (!parted) return inLayers(partition, paintsOf(partition.areas, votes, wanted, palettes, leaders));
  const drawn = parted.areas.reduce((sum, { isOutside, size }) => (isOutside ? sum : sum + size), 0);
  const shared = votes.map((vote, label) => ({ ...vote, share: parted.areas[label]!.size / (drawn || 1) }));
  const left = wanted.filter(({ area }) => parted.areas[area]!.size > 0);
  const paints = paintsOf(parted.areas, shared, openIn(parted, left, !outline && !isOnPlate), palettes, leaders);
  return inLayers(withLinesBetween(parted, partition, paints), paints, false);
}

/**
 * Any other: what goes around its areas is what goes around the style's, and in a style of lines around areas they get such lines.
 * @param about whether the drawing's colours say something, whether all its ink is lines, of whatever widths, or most of it fills, whether it is
 * lines that are tubes, and whether a plate will be behind it
 */
function fillsInAreas(
  partition: Partition,
  { outline, ground, hasGrounds, palettes }: StyleAreas,
  answer: Float32Array,
  about: Record<"isColoured" | "isThin" | "isSolid" | "areTubes" | "isOnPlate", boolean>,
): LayeredImage | undefined {
  const { colours, sizePx } = partition;
  const { isColoured, isThin, isSolid, areTubes, isOnPlate } = about;
  const around = aroundOf(partition);
  const isGround = around && !around.isAlone && (ground !== undefined || !around.width);
  if ((hasGrounds || ground) && !isGround) return undefined;
  const isKept = ground ? isGround : outline && (isThin || around?.width !== undefined);
  const keptColour =
    outline && isThin && !ground ? colours.findIndex(([, , , alpha]) => alpha >= opaqueFrom) : around?.colour;
  const votes = votesTogether(votesOf(partition, answer), alikeAreas(partition));
  const holesOf = (of: Partition): ReadonlySet<number> =>
    areTubes ? emptyIn(of) : isSolid ? seenThrough(of) : new Set();
  const holes = holesOf(partition);
  const lined =
    outline && !ground && !isKept
      ? withOutlines(
          partition,
          (label) =>
            !partition.areas[label]!.isOutside &&
            !holes.has(label) &&
            (areTubes || isDrawn(partition.areas[label]!.colour, votes[label]!)),
          outline.width * sizePx,
          [...outline.ink, 1],
        )
      : undefined;
  const made = lined ?? partition;
  const aroundColour = lined ? lined.colours.length - 1 : isKept ? keptColour : undefined;
  const leaders = alikeAreas(made);
  const ownVotes = lined ? votesTogether(votesOf(lined, answer), leaders) : votes;
  // A ground's colour may be none that the drawing has.
  const saysNothing = (colour: number): boolean => !isColoured || (ground !== undefined && colour === aroundColour);
  const madeVotes = alikeInColour(made, ownVotes, saysNothing);
  const goesAround = (colour: number, { beside }: Area): boolean =>
    // What a ground shows through is another area.
    colour === aroundColour && (!ground || [...beside.keys()].some((near) => made.areas[near]!.isOutside));
  const wanted = wantedOf(made, madeVotes, goesAround, lined ? holesOf(lined) : holes);
  if (wanted.length === 0) return undefined;
  const own = made.colours.map((colour, at) =>
    saysNothing(at) || colour[3] < opaqueFrom ? undefined : inkOfFlat(colour),
  );
  const withOwn = wanted.map((one) => ({ ...one, own: own[made.areas[one.area]!.colour] }));
  const open = openIn(made, withOwn, !outline && !ground && !isOnPlate);
  return inLayers(made, paintsOf(made.areas, madeVotes, open, palettes, leaders));
}

/** Alpha from which on what hairlines enclose is filled: of a paler smear the darker part is. */
function hairFrom({ areas }: Partition, votes: readonly Vote[]): number {
  const most = areas.reduce(
    (found, { colour, isOutside }, at) => (colour > 0 || isOutside ? found : Math.max(found, votes[at]!.alpha)),
    0,
  );
  return Math.min(smearedFrom, Math.max(smearedLeast, most / 2));
}

/** A paint of each wanted area, the same of alike ones. @param leaders of each area the first that is alike */
function paintsOf(
  areas: readonly Area[],
  votes: readonly Vote[],
  wanted: readonly Wanted[],
  palettes: readonly StylePalette[],
  leaders: readonly number[],
): ReadonlyMap<number, Paint> {
  const all = together(areas, votes, wanted, leaders);
  return all.ofAll(chooseColours(all.areas, all.votes, all.wanted, palettes).paints);
}

/** The areas that get a colour. @param isEmpty those that stay empty whatever the answer has there */
const wantedOf = (
  { areas }: Partition,
  votes: readonly Vote[],
  goesAround: (colour: number, area: Area) => boolean,
  isEmpty: ReadonlySet<number>,
  from: number = filledFrom,
): Wanted[] =>
  areas.flatMap((area, at) => {
    const isAround = goesAround(area.colour, area);
    return !area.isOutside && !isEmpty.has(at) && (isAround || isDrawn(area.colour, votes[at]!, from))
      ? [{ area: at, isAround }]
      : [];
  });

/** With what lies open. @param isBare whether nothing goes around a drawing, nor is anything behind it */
const openIn = ({ areas }: Partition, wanted: readonly Wanted[], isBare: boolean): Wanted[] =>
  wanted.map((one) => {
    const isBeside = [...areas[one.area]!.beside.keys()].some((near) => areas[near]!.isOutside);
    return { ...one, isOpen: isBare && isBeside };
  });

/** The lines between areas of one colour come back. */
function withLinesBetween(parted: WithoutLines, before: Partition, paints: ReadonlyMap<number, Paint>): Partition {
  const [labels, others, shares] = [parted.labels.slice(), parted.others.slice(), parted.shares.slice()];
  for (let at = 0; at < labels.length; at += 1) {
    const [first, second] = [Math.floor(parted.parted[at]! / 256), parted.parted[at]! % 256];
    if (first === 0 || !paints.has(first - 1) || paints.get(first - 1) !== paints.get(second - 1)) continue;
    labels[at] = before.labels[at]!;
    others[at] = before.others[at]!;
    shares[at] = before.shares[at]!;
  }
  return { ...parted, labels, others, shares };
}

const isDrawn = (colour: number, { alpha }: Vote, from: number = filledFrom): boolean =>
  alpha >= (colour === 0 ? from : keptFrom);

/** What a drawing leaves empty. */
const emptyIn = ({ areas }: Partition): ReadonlySet<number> =>
  new Set([...areas.keys()].filter((label) => areas[label]!.colour === 0));

/** How much an answer draws away from a drawing, of what the drawing takes. */
function drawnElsewhere({ labels, areas, sizePx }: Partition, answer: Float32Array): number {
  const pixels = sizePx ** 2;
  const inside = insideOf(
    Float32Array.from(labels, (label) => Number(areas[label]!.isOutside)),
    sizePx,
  );
  let [elsewhere, own] = [0, 0];
  for (let at = 0; at < pixels; at += 1) {
    if (inside[at]! < 0) own += 1;
    else if (inside[at]! >= awayPx) elsewhere += answer[3 * pixels + at]!;
  }
  return own === 0 ? 0 : elsewhere / own;
}

function inkedBy(alphas: Float32Array, ink: Ink): Float32Array {
  const planes = new Float32Array(4 * alphas.length);
  planes.set(alphas, 3 * alphas.length);
  return inInk(planes, ink);
}
