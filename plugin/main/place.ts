/** Finds free space on the page: the spot nearest to a wished centre where nothing is covered. Pure geometry in px. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const overlaps = (a: Box, b: Box, gapPx: number): boolean =>
  a.x < b.x + b.width + gapPx &&
  b.x < a.x + a.width + gapPx &&
  a.y < b.y + b.height + gapPx &&
  b.y < a.y + a.height + gapPx;

/**
 * Top-left corner for a box of `size`, at least `gapPx` away from all obstacles and as near to `centre` as the edges of
 * the obstacles allow: the best spot always touches the gap of one, or of two at a corner.
 */
export function findFreeSpot(
  size: { readonly width: number; readonly height: number },
  centre: { readonly x: number; readonly y: number },
  obstacles: readonly Box[],
  gapPx: number,
): { x: number; y: number } {
  const wished = { x: Math.round(centre.x - size.width / 2), y: Math.round(centre.y - size.height / 2) };
  const isFree = (spot: { x: number; y: number }): boolean =>
    !obstacles.some((obstacle) => overlaps({ ...spot, ...size }, obstacle, gapPx));
  if (isFree(wished)) return wished;
  const candidates = obstacles.flatMap((obstacle) => {
    const right = Math.ceil(obstacle.x + obstacle.width + gapPx);
    const left = Math.floor(obstacle.x - gapPx - size.width);
    const below = Math.ceil(obstacle.y + obstacle.height + gapPx);
    const above = Math.floor(obstacle.y - gapPx - size.height);
    const top = Math.round(obstacle.y);
    return [
      { x: right, y: wished.y },
      { x: right, y: top },
      { x: left, y: wished.y },
      { x: left, y: top },
      { x: wished.x, y: below },
      { x: Math.round(obstacle.x), y: below },
      { x: wished.x, y: above },
      { x: Math.round(obstacle.x), y: above },
    ];
  });
  const distance = (spot: { x: number; y: number }): number => Math.hypot(spot.x - wished.x, spot.y - wished.y);
  candidates.sort((a, b) => distance(a) - distance(b));
  // Right of the rightmost obstacle is always free, so a spot exists whenever there is an obstacle.
  return candidates.find(isFree) ?? wished;
}
