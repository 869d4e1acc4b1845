/**
 * An answer in a style of several flat colours that keeps the edges of the drawing that is restyled: each area of it gets one colour of the style, or
 * none, by what the flow's answer has there. A picture as layers, one a colour, so that it is drawn at any size.
 */
import type { CaptionColour } from "../colour-words.ts";
import type { ShownDrawing } from "../interfaces.ts";
import { lineWidthOf } from "../lines/line-width.ts";
import { redrawLines } from "../lines/redraw-lines.ts";
import { shapeOf } from "../lines/shape.ts";
import { type Drawing, type Ink, inInk, inkOf } from "../pixels/ink-colour.ts";
import type { LayeredImage } from "../pixels/layered-image.ts";
import { onAreasGround } from "./areas-ground.ts";
import { areThin, aroundOf, inkOfFlat, opaqueFrom } from "./around.ts";
import { chooseColours, type Wanted } from "./choose-colours.ts";
import { inLayers } from "./in-layers.ts";
import { type Behind, inOneColour } from "./in-one-colour.ts";
import { labOfInk } from "./lab-of-ink.ts";
import type { Paint } from "./paint.ts";
import { type Area, edgesOf, type Partition, partitionOf } from "./partition.ts";
import { insideOf } from "./signed-distance.ts";
import { smoothAreasOf } from "./smooth-areas.ts";
import type { StyleAreas } from "./style-areas.ts";
import { alikeInColour, type Vote, votesOf } from "./votes.ts";
import { withOutlines } from "./with-outlines.ts";
import { type WithoutLines, withoutLines } from "./without-lines.ts";

/** Alpha of an answer from which on it draws what the drawing leaves empty, and from which on it keeps what the drawing has. */
const [filledFrom, keptFrom] = [0.5, 0.25] as const;
const areasMost = 400;
/** Share of a drawing of gradients that must lie in areas. */
const smoothLeast = 0.7;
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
  const alphas = planes.subarray(3 * sizePx ** 2);
  const { ground } = style;
  const width = ground ? undefined : style.outline?.width;
  const lines = own.ink && own.isOneInk ? redrawLines(alphas, sizePx, width) : undefined;
  if (lines && style.hasGrounds) return undefined;
  const shown = lines && !ground ? inkedBy(lines.alphas, own.ink!) : planes;
  const seen = { planes: ground ? onAreasGround({ planes: shown, sizePx }, ground) : shown, sizePx };
  const partition = partitionOf(seen) ?? smoothPartitionOf(seen);
  if (!partition || partition.areas.length > areasMost) return undefined;
  const answer = await answerOf();
  const elsewhere = drawnElsewhere(partition, answer);
  // Lines in a style of lines, or on a plate, which the flow does not see: what the answer draws beside them is a smear, as most is in a style
  // of gradients.
  const isSmear = style.hasGradients || (lines !== undefined && (isOnPlate || style.outline !== undefined));
  if (!isSmear && elsewhere > (style.outline ? elsewhereMost : elsewhereMost / 2)) return undefined;
  return lines && !ground
    ? linesInAreas(partition, style, answer, { widthPx: widthOfLines(lines.alphas, sizePx), isOnPlate })
    : fillsInAreas(partition, style, answer, {
        isOnPlate,
        isColoured: own.ink === undefined,
        isThin: own.ink !== undefined && style.outline !== undefined && areThin(alphas, sizePx),
      });
}

/** A drawing of gradients, each as an area of its mean colour; undefined where much of it lies in none. */
function smoothPartitionOf(drawing: Drawing): Partition | undefined {
  const smooth = smoothAreasOf(drawing);
  if (!smooth || smooth.covered < smoothLeast) return undefined;
  const { colours, labels, areas } = smooth.partition;
  return { ...smooth.partition, ...edgesOf(drawing, colours, labels, areas) };
}

/** A drawing of lines of one width: they are the style's lines, or in a style of fills they go where areas meet. */
function linesInAreas(
  partition: Partition,
  { outline, isOfFills, palettes }: StyleAreas,
  answer: Float32Array,
  { widthPx, isOnPlate }: { readonly widthPx: number; readonly isOnPlate: boolean },
): LayeredImage | undefined {
  const votes = votesOf(partition, answer);
  const wanted = wantedOf(partition, votes, (colour) => outline !== undefined && colour > 0);
  if (wanted.length === 0) return undefined;
  const places = new Set(wanted.map(({ area }) => area));
  const parted = isOfFills
    ? withoutLines(
        partition,
        (label) => partition.areas[label]!.colour > 0,
        (label) => places.has(label),
        widthPx,
      )
    : undefined;
  if (!parted) return inLayers(partition, chooseColours(partition.areas, votes, wanted, palettes).paints);
  const drawn = parted.areas.reduce((sum, { isOutside, size }) => (isOutside ? sum : sum + size), 0);
  const shared = votes.map((vote, label) => ({ ...vote, share: parted.areas[label]!.size / (drawn || 1) }));
  const left = wanted.filter(({ area }) => parted.areas[area]!.size > 0);
  const { paints } = chooseColours(parted.areas, shared, openIn(parted, left, !outline && !isOnPlate), palettes);
  return inLayers(withLinesBetween(parted, partition, paints), paints, false);
}

/**
 * Any other: what goes around its areas is what goes around the style's, and in a style of lines around areas they get such lines.
 * @param about whether the drawing's colours say something, whether all its ink is lines, of whatever widths, and whether a plate will be behind it
 */
function fillsInAreas(
  partition: Partition,
  { outline, ground, hasGrounds, palettes }: StyleAreas,
  answer: Float32Array,
  about: { readonly isColoured: boolean; readonly isThin: boolean; readonly isOnPlate: boolean },
): LayeredImage | undefined {
  const { colours, sizePx } = partition;
  const { isColoured, isThin, isOnPlate } = about;
  const around = aroundOf(partition);
  const isGround = around && !around.isAlone && (ground !== undefined || !around.width);
  if ((hasGrounds || ground) && !isGround) return undefined;
  const isKept = ground ? isGround : outline && (isThin || around?.width !== undefined);
  const keptColour = isThin && !ground ? colours.findIndex(([, , , alpha]) => alpha >= opaqueFrom) : around?.colour;
  const votes = votesOf(partition, answer);
  const lined =
    outline && !ground && !isKept
      ? withOutlines(
          partition,
          (label) => !partition.areas[label]!.isOutside && isDrawn(partition.areas[label]!.colour, votes[label]!),
          outline.width * sizePx,
          [...outline.ink, 1],
        )
      : undefined;
  const made = lined ?? partition;
  const aroundColour = lined ? lined.colours.length - 1 : isKept ? keptColour : undefined;
  const ownVotes = lined ? votesOf(lined, answer) : votes;
  // A ground's colour may be none that the drawing has.
  const saysNothing = (colour: number): boolean => !isColoured || (ground !== undefined && colour === aroundColour);
  const madeVotes = alikeInColour(made, ownVotes, saysNothing);
  const wanted = wantedOf(made, madeVotes, (colour, { beside }) => {
    // What a ground shows through is another area.
    return colour === aroundColour && (!ground || [...beside.keys()].some((near) => made.areas[near]!.isOutside));
  });
  if (wanted.length === 0) return undefined;
  const own = made.colours.map((colour, at) =>
    saysNothing(at) || colour[3] < opaqueFrom ? undefined : labOfInk(inkOfFlat(colour)),
  );
  const withOwn = wanted.map((one) => ({ ...one, own: own[made.areas[one.area]!.colour] }));
  const open = openIn(made, withOwn, !outline && !ground && !isOnPlate);
  return inLayers(made, chooseColours(made.areas, madeVotes, open, palettes).paints);
}

/** The areas that get a colour. */
const wantedOf = (
  { areas }: Partition,
  votes: readonly Vote[],
  goesAround: (colour: number, area: Area) => boolean,
): Wanted[] =>
  areas.flatMap((area, at) => {
    const isAround = goesAround(area.colour, area);
    return !area.isOutside && (isAround || isDrawn(area.colour, votes[at]!)) ? [{ area: at, isAround }] : [];
  });

/** With what lies open. @param isBare whether nothing goes around a drawing, nor is anything behind it */
const openIn = ({ areas }: Partition, wanted: readonly Wanted[], isBare: boolean): Wanted[] =>
  wanted.map((one) => {
    const isBeside = [...areas[one.area]!.beside.keys()].some((near) => areas[near]!.isOutside);
    return { ...one, isOpen: isBare && isBeside };
  });

const widthOfLines = (alphas: Float32Array, sizePx: number): number =>
  sizePx * (lineWidthOf(shapeOf(alphas, sizePx), sizePx)?.width ?? 0);

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

const isDrawn = (colour: number, { alpha }: Vote): boolean => alpha >= (colour === 0 ? filledFrom : keptFrom);

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
