/**
 * Pictures on white paper are read without it, as screenshots and exported frames are: the flow between styles knows drawings on nothing, and would draw the
 * paper too. White that shapes enclose stays; where only thin lines lie on the paper, all white goes, also what they enclose. Pure.
 */
import { areThin } from "./areas/around.ts";
import { borderAway, type Partition } from "./areas/partition.ts";
import { anyPartitionOf } from "./areas/smooth-areas.ts";
import type { Drawing } from "./pixels/ink-colour.ts";

/** Least channel of paper, alpha among them. */
const whiteFrom = 0.96;
/** Share of a picture that may be taken for paper and is darker, as around the edges of a JPEG. */
const darkerMost = 0.02;
/** Alpha from which on what is darker than paper is something, wherever it lies. */
const inkFrom = 0.15;

/**
 * A picture without white paper that fills it.
 * @returns premultiplied RGBA [4, sizePx, sizePx]; undefined where there is none, or no edges tell what lies on it
 */
export function planesOffPaper(drawing: Drawing): Float32Array | undefined {
  const { planes, sizePx } = drawing;
  const pixels = sizePx ** 2;
  if (!liesOnWhite(drawing)) return undefined;
  const partition = anyPartitionOf(drawing);
  const isPaper = partition && papersIn(partition);
  if (!isPaper || isPaper.every((is) => is)) return undefined;
  const { labels, others, shares } = partition;
  const bare = new Float32Array(4 * pixels);
  let darker = 0;
  for (let at = 0; at < pixels; at += 1) {
    const [own, beside] = [isPaper[labels[at]!]!, isPaper[labels[others[at]!]!]!];
    const inShares = own === beside ? Number(!own) : own ? 1 - shares[at]! : shares[at]!;
    if (own && beside && !isWhiteAt(drawing, at)) darker += 1;
    // Paper shows through no more than as it is white.
    const least =
      1 - Math.min(...[0, 1, 2].map((channel) => planes[channel * pixels + at]! / planes[channel * pixels]!));
    const alpha = own === beside && least < inkFrom ? inShares : Math.min(1, Math.max(inShares, least));
    bare[3 * pixels + at] = alpha;
    for (let channel = 0; channel < 3; channel += 1) {
      const seen = planes[channel * pixels + at]! - (1 - alpha) * planes[channel * pixels]!;
      bare[channel * pixels + at] = Math.min(alpha, Math.max(0, seen));
    }
  }
  // A pale shape has no edges to white.
  return darker > darkerMost * pixels ? undefined : bare;
}

/** Whether a picture is opaque, and white along its border. */
export function liesOnWhite(drawing: Drawing): boolean {
  const pixels = drawing.sizePx ** 2;
  for (let at = 0; at < pixels; at += 1) {
    if (drawing.planes[3 * pixels + at]! < whiteFrom) return false;
    if (borderAway(at, drawing.sizePx) === 0 && !isWhiteAt(drawing, at)) return false;
  }
  return true;
}

/** Whether a pixel of an opaque picture may be paper. */
export function isWhiteAt({ planes, sizePx }: Drawing, at: number): boolean {
  const pixels = sizePx ** 2;
  return planes[at]! >= whiteFrom && planes[pixels + at]! >= whiteFrom && planes[2 * pixels + at]! >= whiteFrom;
}

/** Which areas are paper. */
function papersIn({ areas, labels, sizePx }: Partition): boolean[] {
  const white = areas[labels[0]!]!.colour;
  const isWhite = areas.map(({ colour }) => colour === white);
  const ink = Float32Array.from(labels, (label) => Number(!isWhite[label]));
  if (areThin(ink, sizePx)) return isWhite;
  const reaching = new Set(labels.filter((_, at) => borderAway(at, sizePx) === 0));
  return isWhite.map((is, label) => is && reaching.has(label));
}
