/** Where the other half of a drawing shows what a part of it may have had: as a mirror image, or turned by half. Pure. */

/** Pixels by which the middle may lie beside that of the picture, of the side. */
const shiftMost = 0.08;
/** Share of the drawn pixels, all and those around the part, whose image has the same colour. */
const [alikeLeast, aroundLeast] = [0.8, 0.85] as const;
/** Pixels around a part that are compared first, of the side. */
const aroundShare = 0.12;
/** Of so many pixels one is compared; no divisor of a picture's side, so that they lie spread. */
const every = 5;

/**
 * @param colours of each pixel, [sizePx, sizePx]; 0 = nothing
 * @param isSame whether two pixels have the same colour
 * @param isFree 1 where the part is, of which nothing is known
 * @returns from a pixel to its image, -1 outside of the picture; undefined where the drawing is not its own mirror image
 */
export function mirrorOf(
  colours: Uint8Array,
  isFree: Uint8Array,
  sizePx: number,
  isSame = (at: number, other: number): boolean => colours[at] === colours[other],
): ((at: number) => number) | undefined {
  const most = Math.round(shiftMost * sizePx);
  const box = boxOf(isFree, sizePx, Math.round(aroundShare * sizePx));
  let best: { readonly mirror: (at: number) => number; readonly score: number } | undefined;
  for (const [turnsX, turnsY] of [
    [true, false],
    [false, true],
    [true, true],
  ] as const)
    for (let shiftX = turnsX ? -most : 0; shiftX <= (turnsX ? most : 0); shiftX += 1)
      for (let shiftY = turnsY ? -most : 0; shiftY <= (turnsY ? most : 0); shiftY += 1) {
        const mirror = (at: number): number => {
          const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
          const [x, y] = [turnsX ? sizePx - 1 - column + shiftX : column, turnsY ? sizePx - 1 - row + shiftY : row];
          return x >= 0 && y >= 0 && x < sizePx && y < sizePx ? y * sizePx + x : -1;
        };
        const all = alike(mirror, isSame, colours, isFree);
        if (all < alikeLeast) continue;
        const around = alike(mirror, isSame, colours, isFree, box);
        if (around < aroundLeast) continue;
        if (!best || all + around > best.score) best = { mirror, score: all + around };
      }
  return best?.mirror;
}

/**
 * Draws a part as its mirror image, where the drawing has one. @param planes and colours, changed in place
 * @param isFree 1 where the part is
 * @param sameWithin difference of a channel of equal colours: soft edges need not lie alike
 * @returns 1 where the part is still unknown
 */
export function mirrorInto(
  planes: Float32Array,
  colours: Uint8Array,
  isFree: Uint8Array,
  sizePx: number,
  sameWithin = 0.12,
): Uint8Array {
  const pixels = sizePx ** 2;
  const isSame = (at: number, other: number): boolean => {
    for (let channel = 0; channel < planes.length; channel += pixels)
      if (Math.abs(planes[channel + at]! - planes[channel + other]!) > sameWithin) return false;
    return true;
  };
  const isOpen = isFree.slice();
  const mirror = mirrorOf(colours, isFree, sizePx, isSame);
  if (!mirror) return isOpen;
  for (let at = 0; at < pixels; at += 1) {
    const other = isFree[at] === 1 ? mirror(at) : -1;
    if (other < 0 || isFree[other] === 1) continue;
    [isOpen[at], colours[at]] = [0, colours[other]!];
    for (let channel = 0; channel < planes.length; channel += pixels) planes[channel + at] = planes[channel + other]!;
  }
  return isOpen;
}

/** Share of drawn pixels whose image has their colour. */
function alike(
  mirror: (at: number) => number,
  isSame: (at: number, other: number) => boolean,
  colours: Uint8Array,
  isFree: Uint8Array,
  isSeen: (at: number) => boolean = () => true,
): number {
  let [drawn, same] = [0, 0];
  for (let at = 0; at < colours.length; at += every) {
    if (isFree[at] === 1 || !isSeen(at)) continue;
    const other = mirror(at);
    const colour = other < 0 ? 0 : colours[other]!;
    if ((other >= 0 && isFree[other] === 1) || (colours[at] === 0 && colour === 0)) continue;
    drawn += 1;
    if (other >= 0 && isSame(at, other)) same += 1;
  }
  return drawn > 0 ? same / drawn : 0;
}

/** Whether a pixel lies in the box around the part, or so near. */
function boxOf(isFree: Uint8Array, sizePx: number, reachPx: number): (at: number) => boolean {
  let [left, right, top, bottom] = [sizePx, -1, sizePx, -1];
  for (let at = 0; at < isFree.length; at += 1) {
    if (isFree[at] === 0) continue;
    const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
    [left, right, top, bottom] = [
      Math.min(left, column),
      Math.max(right, column),
      Math.min(top, row),
      Math.max(bottom, row),
    ];
  }
  return (at) => {
    const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
    return column >= left - reachPx && column <= right + reachPx && row >= top - reachPx && row <= bottom + reachPx;
  };
}
