/** Areas that lie beneath lines end in the middle of these, so that lines may be made thinner or broader without showing more of them. Pure. */
import { distancesTo } from "../../engine/lines/distances.ts";
import type { Strokes } from "./strokes-of.ts";

/** How far beyond the middle areas of one colour on both sides of a line meet, in pixels. */
const beyondPx = 0.7;

/**
 * @param fields of inks, 1 where they are and where they go on beneath others, [height, width]; the lowest first
 * @param seen shares of what is seen of each
 * @param strokes of each
 */
export function upToMiddles(
  fields: readonly Float32Array[],
  seen: readonly Float32Array[],
  strokes: ReadonlyArray<Strokes | undefined>,
  gridPx: number,
): Float32Array[] {
  const reach = reachOf(seen, strokes);
  const most = Math.max(...strokes.map(reachBeneath));
  return fields.map((field, ink) => {
    if (strokes[ink] || !reach) return field;
    const away = awayFrom(seen[ink]!, gridPx, most + 1);
    return field.map((share, at) =>
      reach[at] === 0 ? share : Math.min(share, Math.max(0, Math.min(1, reach[at]! + 0.5 - away[at]!))),
    );
  });
}

/** How far areas go on beneath lines of an ink. */
const reachBeneath = (own: Strokes | undefined): number => (own ? (own.groups[0]?.widthPx ?? 0) / 2 + beyondPx : 0);

/** Of each pixel that a line covers how far areas go on beneath; 0 elsewhere. Undefined without lines. */
function reachOf(seen: readonly Float32Array[], strokes: ReadonlyArray<Strokes | undefined>): Float32Array | undefined {
  if (strokes.every((own) => own === undefined)) return undefined;
  const reach = new Float32Array(seen[0]!.length);
  for (const [ink, own] of strokes.entries()) {
    if (!own) continue;
    const half = reachBeneath(own);
    for (let at = 0; at < reach.length; at += 1)
      if (seen[ink]![at]! >= 0.5 && own.left[at]! < 0.5) reach[at] = Math.max(reach[at]!, half);
  }
  return reach;
}

/** From each pixel to the nearest that is seen, in pixels. */
function awayFrom(seen: Float32Array, gridPx: number, reach: number): Float32Array {
  const heightPx = seen.length / gridPx;
  const side = Math.max(gridPx, heightPx);
  const mask = new Uint8Array(side ** 2);
  for (let at = 0; at < seen.length; at += 1)
    if (seen[at]! >= 0.5) mask[Math.floor(at / gridPx) * side + (at % gridPx)] = 1;
  const distances = distancesTo(1, mask, side, Math.ceil(reach));
  return seen.map((_, at) => distances[Math.floor(at / gridPx) * side + (at % gridPx)]!);
}
