/**
 * How far pixels lie inside of what covers them, read off soft edges (after Gustavson & Strand 2011, "Anti-aliased Euclidean distance transform").
 * Pure.
 */

/**
 * @param cover shares of pixels, [sizePx, sizePx]
 * @param farPx distances end here; whole pixels
 * @returns pixels from the edge, above 0 inside, of the same shape
 */
export function insideOf(cover: Float32Array, sizePx: number, farPx = 3): Float32Array {
  const inside = cover.map((share) => (share >= 0.5 ? farPx : -farPx));
  for (let row = 0; row < sizePx; row += 1)
    for (let column = 0; column < sizePx; column += 1) {
      const at = row * sizePx + column;
      if (!isEdge(cover, at, column, row, sizePx)) continue;
      const own = cover[at]! - 0.5;
      for (let y = Math.max(0, row - farPx); y <= Math.min(sizePx - 1, row + farPx); y += 1)
        for (let x = Math.max(0, column - farPx); x <= Math.min(sizePx - 1, column + farPx); x += 1) {
          const to = y * sizePx + x;
          const away = Math.sqrt((x - column) ** 2 + (y - row) ** 2);
          const sign = cover[to]! >= 0.5 ? 1 : -1;
          // What lies across the edge is nearer by what the edge's pixel covers.
          const far = Math.max(0, away + sign * own);
          if (far < Math.abs(inside[to]!)) inside[to] = sign * far;
        }
    }
  return inside;
}

/** Whether the edge runs through a pixel, or between it and one beside it. */
function isEdge(cover: Float32Array, at: number, column: number, row: number, sizePx: number): boolean {
  const own = cover[at]!;
  if (own > 0 && own < 1) return true;
  const isInside = own >= 0.5;
  return (
    (column > 0 && cover[at - 1]! >= 0.5 !== isInside) ||
    (column < sizePx - 1 && cover[at + 1]! >= 0.5 !== isInside) ||
    (row > 0 && cover[at - sizePx]! >= 0.5 !== isInside) ||
    (row < sizePx - 1 && cover[at + sizePx]! >= 0.5 !== isInside)
  );
}
