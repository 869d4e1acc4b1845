/**
 * An answer in a style of several flat colours that keeps the edges of the drawing that is restyled: each area of it gets one colour of the style, or
 * none, by what the flow's answer has there. A picture as layers, one a colour, so that it is drawn at any size.
 */
import type { ShownDrawing } from "../interfaces.ts";
import { redrawLines } from "../lines/redraw-lines.ts";
import { type Ink, inInk, inkOf } from "../pixels/ink-colour.ts";
import { type LayeredImage, paintValues } from "../pixels/layered-image.ts";
import { chooseColours } from "./choose-colours.ts";
import { type Partition, partitionOf } from "./partition.ts";
import { farPx, insideOf } from "./signed-distance.ts";
import { colourAround, type StyleAreas } from "./style-areas.ts";
import { type Vote, votesOf } from "./votes.ts";

/** Log-odds between two layers a pixel away from their edge: their logistic curve is nearest to the share of a pixel that an edge leaves. */
const oddsPerPx = 5;
/** Alpha of an answer from which on it draws what the drawing leaves empty, and from which on it keeps what the drawing has. */
const [filledFrom, keptFrom] = [0.5, 0.25] as const;
const areasMost = 400;
/** Share of what a drawing takes that the answer may draw away from it; more is a ground or a frame. */
const elsewhereMost = 0.4;

/**
 * @param drawing premultiplied RGBA [4, sizePx, sizePx]
 * @param answerOf the flow's answer, of the same shape
 * @returns undefined where the drawing is not of flat colours, or where a part of it is to be drawn anew
 */
export async function drawnInAreas(
  { planes, known }: Pick<ShownDrawing, "planes" | "known">,
  sizePx: number,
  style: StyleAreas,
  answerOf: () => Promise<Float32Array>,
): Promise<LayeredImage | undefined> {
  if (known.some((share) => share < 1)) return undefined;
  const own = inkOf([{ planes, sizePx }]);
  const lines =
    own.ink && own.isOneInk ? redrawLines(planes.subarray(3 * sizePx ** 2), sizePx, style.outline?.width) : undefined;
  const partition = partitionOf({ planes: lines ? inkedBy(lines.alphas, own.ink!) : planes, sizePx });
  if (!partition || partition.areas.length > areasMost) return undefined;
  const { areas } = partition;
  const answer = await answerOf();
  if (drawnElsewhere(partition, answer) > elsewhereMost) return undefined;
  const votes = votesOf(partition, answer);
  const around = style.outline && colourAround(partition);
  const isAround = (colour: number): boolean =>
    lines ? colour > 0 : colour === around && areas.some((area) => area.colour > 0 && area.colour !== around);
  const wanted = areas.flatMap((area, at) => {
    if (area.isOutside || !isDrawn(area.colour, votes[at]!)) return [];
    return [{ area: at, ...(style.outline && isAround(area.colour) && { fixed: style.outline.ink }) }];
  });
  if (wanted.length === 0) return undefined;
  const { inks } = chooseColours(areas, votes, wanted, style.palettes);
  return inLayers(partition, inks);
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
    else if (inside[at]! >= farPx) elsewhere += answer[3 * pixels + at]!;
  }
  return own === 0 ? 0 : elsewhere / own;
}

function inkedBy(alphas: Float32Array, ink: Ink): Float32Array {
  const planes = new Float32Array(4 * alphas.length);
  planes.set(alphas, 3 * alphas.length);
  return inInk(planes, ink);
}

/** A layer of each ink, whose edges are those of the areas that have it. @param inks of areas; the others are empty */
function inLayers({ labels, others, shares, sizePx }: Partition, inks: ReadonlyMap<number, Ink>): LayeredImage {
  const pixels = sizePx ** 2;
  const used = [...new Set(inks.values())];
  const layerOf = (label: number): number => {
    const ink = inks.get(label);
    return ink ? 1 + used.indexOf(ink) : 0;
  };
  const layers = new Map<number, number>();
  for (const label of labels) if (!layers.has(label)) layers.set(label, layerOf(label));
  const covers = Array.from({ length: used.length + 1 }, () => new Float32Array(pixels));
  for (let at = 0; at < pixels; at += 1) {
    covers[layers.get(labels[at]!)!]![at]! += shares[at]!;
    covers[layers.get(others[at]!)!]![at]! += 1 - shares[at]!;
  }
  const logits = new Float32Array((used.length + 1) * pixels);
  for (const [layer, cover] of covers.entries()) {
    const inside = insideOf(cover, sizePx);
    for (let at = 0; at < pixels; at += 1) logits[layer * pixels + at] = (oddsPerPx / 2) * inside[at]!;
  }
  const paints = new Float32Array(used.length * paintValues);
  for (const [layer, ink] of used.entries()) paints.set([...ink, 1], layer * paintValues);
  return { logits, paints, sizePx };
}
