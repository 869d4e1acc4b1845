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
  const sidePx = 2 * farPx + 1;
  const aways = Float32Array.from({ length: sidePx ** 2 }, (_, at) =>
    Math.hypot((at % sidePx) - farPx, Math.floor(at / sidePx) - farPx),
  );
  for (let row = 0; row < sizePx; row += 1)
    for (let column = 0; column < sizePx; column += 1) {
      const at = row * sizePx + column;
      if (!isEdge(cover, at, column, row, sizePx)) continue;
      const own = cover[at]! - 0.5;
      for (let y = Math.max(0, row - farPx); y <= Math.min(sizePx - 1, row + farPx); y += 1)
        for (let x = Math.max(0, column - farPx); x <= Math.min(sizePx - 1, column + farPx); x += 1) {
          const to = y * sizePx + x;
          const away = aways[(y - row + farPx) * sidePx + x - column + farPx]!;
          const before = inside[to]!;
          // What lies across the edge is nearer by what the edge's pixel covers.
          if (before > 0) inside[to] = Math.min(before, Math.max(0, away + own));
          else inside[to] = Math.max(before, Math.min(0, own - away));
        }
    }
  return inside;
}

/** Whether the edge runs through a pixel, or between it and one beside it that is as decided. */
function isEdge(cover: Float32Array, at: number, column: number, row: number, sizePx: number): boolean {
  const own = cover[at]!;
  if (own > 0 && own < 1) return true;
  const other = 1 - own;
  return (
    (column > 0 && cover[at - 1] === other) ||
    (column < sizePx - 1 && cover[at + 1] === other) ||
    (row > 0 && cover[at - sizePx] === other) ||
    (row < sizePx - 1 && cover[at + sizePx] === other)
  );
}
