/**
 * Masks on which drawings are found and thinned: 128×128 with an empty pixel around at least, so that neighbours always exist. Growing,
 * shrinking and thinning to lines of one pixel, for line-drawing.ts. Pure.
 *
 * Thinning after Guo and Hall (CACM 1989, algorithm A1).
 */

/** Side of the picture that a mask stands for, and pixels from one row of the mask to the next: whole words of four, for `grow`. */
export const workPx = 128;
export const stride = workPx + 4;
/** Steps to the eight neighbours in a mask, clockwise from north. */
export const around = [-stride, -stride + 1, 1, stride + 1, stride, stride - 1, -1, -stride - 1] as const;

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Smallest box around the pixels that pass, ends included; undefined when none does. */
export function boundsOf(rowPx: number, rows: number, passes: (at: number) => boolean): Box | undefined {
  let [left, top, right, bottom] = [rowPx, rows, -1, -1];
  for (let y = 0, at = 0; y < rows; y += 1)
    for (let x = 0; x < rowPx; x += 1, at += 1) {
      if (!passes(at)) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  return right < 0 ? undefined : { left, top, right, bottom };
}

/**
 * The mask grown by so many pixels inside the frame, round enough: four neighbours and eight in turn. Four pixels, a byte each, are read and
 * written as one word, ten times as fast as one by one.
 */
export function grow(mask: Uint8Array, px: number): Uint8Array {
  const result = mask.slice();
  let [grown, from]: [Uint32Array, Uint32Array] = [wordsOf(result), growRoom];
  // Turn by turn from one to the other, so that the last ends in the result.
  if (px % 2 === 1) {
    from.set(grown);
    [grown, from] = [from, grown];
  }
  for (let turn = 0; turn < px; turn += 1) {
    [from, grown] = [grown, from];
    growOnce(from, grown, turn % 2 === 1);
  }
  return result;
}

/** Room for every other turn, used again for each mask. */
const growRoom = new Uint32Array((stride * stride) / 4);

const wordsOf = ({ buffer, length }: Uint8Array): Uint32Array => new Uint32Array(buffer, 0, length / 4);
const rowWords = stride / 4;
/** Of the first word of a row the pixel on the frame, of the last one all but the picture's last: they stay as they are. */
const [firstKept, lastKept] = [0x0000_00ff, 0xffff_ff00];

/** Sets, inside the frame, every pixel of `grown` that has one of its four neighbours, or eight, in `from`. */
function growOnce(from: Uint32Array, grown: Uint32Array, isSquare: boolean): void {
  grown.set(from);
  // What lies one pixel to either side: the first of a word's four is its lowest byte, as processors have it that onnxruntime-node is built for.
  for (let at = 0, before = 0, word = from[0]!; at < from.length; at += 1) {
    const after = at + 1 < from.length ? from[at + 1]! : 0;
    widened[at] = word | (word << 8) | (word >>> 8) | (before >>> 24) | (after << 24);
    before = word;
    word = after;
  }
  const upright = isSquare ? widened : from;
  for (let y = 1; y <= workPx; y += 1) {
    const [first, last] = [y * rowWords, (y + 1) * rowWords - 1];
    for (let at = first; at <= last; at += 1)
      grown[at] = widened[at]! | upright[at - rowWords]! | upright[at + rowWords]!;
    grown[first] = (grown[first]! & ~firstKept) | (from[first]! & firstKept);
    grown[last] = (grown[last]! & ~lastKept) | (from[last]! & lastKept);
  }
}

const widened = new Uint32Array((stride * stride) / 4);

/** What is left of the mask when everything outside has grown by so many pixels. */
export function shrink(mask: Uint8Array, px: number): Uint8Array {
  return invert(grow(invert(mask), px));
}

function invert(mask: Uint8Array): Uint8Array {
  const inverse = new Uint8Array(mask.length);
  for (let at = 0; at < mask.length; at += 1) inverse[at] = 1 - mask[at]!;
  return inverse;
}

/**
 * Which of the 256 neighbourhoods (bit n: around[n] is set) each half step removes, bits 0 and 1. Guo and Hall (CACM 1989, algorithm
 * A1), because Zhang and Suen (1984) wipe out squares of 2×2 and diagonals of 2 px.
 */
const removable = Uint8Array.from({ length: 256 }, (_, code) => {
  const set = (at: number): number => (code >> (at & 7)) & 1;
  const corners = [0, 2, 4, 6];
  const runs = corners.filter((at) => !set(at) && (set(at + 1) || set(at + 2))).length;
  const pairsBefore = corners.filter((at) => set(at - 1) || set(at)).length;
  const pairsAfter = corners.filter((at) => set(at) || set(at + 1)).length;
  const pairs = Math.min(pairsBefore, pairsAfter);
  if (runs !== 1 || pairs < 2 || pairs > 3) return 0;
  const [north, northEast, east, southEast, south, southWest, west, northWest] = [0, 1, 2, 3, 4, 5, 6, 7].map(set);
  const first = (south || southWest || !northWest) && west;
  const second = (north || northEast || !southEast) && east;
  return (first ? 0 : 1) | (second ? 0 : 2);
});

/** Rooms of `thin`, used again for each mask: pixels that are set, and those of them that go next. */
const alive = new Int32Array(stride * stride);
const leaving = new Int32Array(stride * stride);

/** The mask thinned to lines of one pixel, in place. */
export function thin(mask: Uint8Array): Uint8Array {
  const [n0, n1, n2, n3, n4, n5, n6, n7] = around;
  let count = 0;
  for (let at = 0; at < mask.length; at += 1) if (mask[at]) alive[count++] = at;
  for (let half = 1, idle = 0; idle < 2; half = 3 - half) {
    let going = 0;
    for (let next = 0; next < count; next += 1) {
      const at = alive[next]!;
      const low = mask[at + n0]! | (mask[at + n1]! << 1) | (mask[at + n2]! << 2) | (mask[at + n3]! << 3);
      const high = mask[at + n4]! | (mask[at + n5]! << 1) | (mask[at + n6]! << 2) | (mask[at + n7]! << 3);
      if (removable[low | (high << 4)]! & half) leaving[going++] = at;
    }
    for (let next = 0; next < going; next += 1) mask[leaving[next]!] = 0;
    let staying = 0;
    for (let next = 0; next < count; next += 1) if (mask[alive[next]!]) alive[staying++] = alive[next]!;
    count = staying;
    idle = going === 0 ? idle + 1 : 0;
  }
  return mask;
}
