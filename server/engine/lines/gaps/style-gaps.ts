/**
 * The gaps of a style that breaks its outlines everywhere, as "broken" sets do. Other sets have gaps too, beside arrows that go in or out: what tells
 * them apart is that hardly an outline of theirs is broken. Pure.
 */
import { minus, plus } from "../../outlines/polyline.ts";
import { inkFrom } from "../../pixels/strokes.ts";
import { labelAreas } from "../label-areas.ts";
import { bordered } from "../shape.ts";
import { bridged } from "./bridge-gaps.ts";
import { type Drawn, gapsIn, lengthOf } from "./find-gaps.ts";

/** Share of the outlines of a style that must be broken (0.9 in such a set, at most 0.4 in others), and how many at least. */
const [brokenLeast, drawingsLeast] = [0.6, 3] as const;
/** Area that an outline encloses, of the picture, and what a gap opens. */
const [enclosedLeast, openedLeast] = [0.06, 0.007] as const;
/** Places of gaps that are kept. */
const placesMost = 16;

export interface StyleGaps {
  /** Of what is empty between two ends, of the side, 0 to 1. */
  readonly length: number;
  /** Where they lie, of the side, 0 to 1. */
  readonly places: ReadonlyArray<readonly [x: number, y: number]>;
}

/** @param drawings of lines @param width of these, of the side */
export function gapsOfStyle(drawings: readonly Drawn[], width: number): StyleGaps | undefined {
  const broken = drawings.filter((drawing) => isBroken(drawing, width));
  const whole = drawings.filter(
    (drawing) => !broken.includes(drawing) && holesOf(drawing.alphas, drawing.sizePx, enclosedLeast) > 0,
  );
  if (broken.length < Math.max(drawingsLeast, brokenLeast * (broken.length + whole.length))) return undefined;
  const all = drawings.flatMap((drawing) =>
    gapsIn(drawing, width, "likely").map((gap) => ({ gap, sizePx: drawing.sizePx })),
  );
  const lengths = all.map(({ gap, sizePx }) => lengthOf(gap) / sizePx - width).sort((one, other) => one - other);
  const places = all.slice(0, placesMost).map(({ gap: [one, other], sizePx }): [number, number] => {
    const [x, y] = plus(one.at, minus(other.at, one.at), 0.5);
    return [x / sizePx, y / sizePx];
  });
  return { length: Math.max(0, lengths[lengths.length >> 1]!), places };
}

/** Whether a gap opens what would be enclosed without it. @param width of the drawing's lines, of the side */
export function isBroken(drawing: Drawn, width: number): boolean {
  const gaps = gapsIn(drawing, width, "sure");
  if (gaps.length === 0) return false;
  const { alphas, sizePx } = drawing;
  return holesOf(bridged(drawing, gaps, width), sizePx, openedLeast) > holesOf(alphas, sizePx, openedLeast);
}

/** How many areas are enclosed that are as large. @param least of the picture */
function holesOf(alphas: Float32Array, sizePx: number, least: number): number {
  const ink = bordered(
    Uint8Array.from(alphas, (alpha) => (alpha >= inkFrom ? 1 : 0)),
    sizePx,
  );
  const areas = labelAreas(ink, 0, sizePx + 2);
  const sizes: number[] = [];
  for (const area of areas) if (area !== areas[0]) sizes[area] = (sizes[area] ?? 0) + 1;
  return sizes.filter((pixels, area) => area > 0 && pixels >= least * sizePx ** 2).length;
}
