/** Distances along the columns of a grid, four cells at a time: each word holds four cells, of which none runs over into the next. Pure. */

/** The farthest that a byte tells with its highest bit free. */
const farthest = 126;
const [ones, highest] = [0x01010101, 0x80808080];

/** What the last call returned, which the next one writes over: a new one for each takes as long as a pass. */
let shared = new Uint8Array(0);

/**
 * @param mask [sizePx, sizePx], 1 or 0
 * @param reach whole cells
 * @returns from each cell to the nearest in its column that is of the other kind, `reach` where none is as near; until the next call
 */
export function distancesInColumns(mask: Uint8Array, sizePx: number, reach: number): Uint8Array | Uint16Array {
  if (reach > farthest || sizePx % 4 !== 0 || mask.byteOffset % 4 !== 0) return cellByCell(mask, sizePx, reach);
  if (shared.length !== mask.length) shared = new Uint8Array(mask.length);
  const [kinds, along] = [
    new Uint32Array(mask.buffer, mask.byteOffset, mask.length / 4),
    new Uint32Array(shared.buffer),
  ];
  const width = sizePx / 4;
  // What is added to a distance beyond the reach sets its highest bit.
  const beyond = (farthest + 1 - reach) * ones;
  along.fill(reach * ones, 0, width);
  for (let at = width, up = 0; at < along.length; at += 1, up += 1) {
    const further = along[up]! + ones;
    const isBeyond = ((further + beyond) & highest) >>> 7;
    const isOther = kinds[at]! ^ kinds[up]!;
    along[at] = ((further - isBeyond) & ~wholeBytes(isOther)) | isOther;
  }
  for (let at = along.length - 1 - width, down = along.length - 1; at >= 0; at -= 1, down -= 1) {
    const isOther = kinds[at]! ^ kinds[down]!;
    const below = ((along[down]! + ones) & ~wholeBytes(isOther)) | isOther;
    const above = along[at]!;
    const isBelow = wholeBytes((((above | highest) - below) & highest) >>> 7);
    along[at] = (below & isBelow) | (above & ~isBelow);
  }
  return shared;
}

/** Of bytes that are 0 or 1 those that are 0 or 255. */
const wholeBytes = (bits: number): number => (bits << 8) - bits;

function cellByCell(mask: Uint8Array, sizePx: number, reach: number): Uint16Array {
  const along = new Uint16Array(mask.length).fill(reach, 0, sizePx);
  for (let at = sizePx; at < mask.length; at += 1) {
    const above = mask[at] === mask[at - sizePx] ? along[at - sizePx]! + 1 : 1;
    along[at] = Math.min(above, reach);
  }
  for (let at = mask.length - 1 - sizePx; at >= 0; at -= 1) {
    const below = mask[at] === mask[at + sizePx] ? along[at + sizePx]! + 1 : 1;
    if (below < along[at]!) along[at] = below;
  }
  return along;
}
