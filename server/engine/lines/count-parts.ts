/** Counts the pieces of ink of a drawing, and of what is no ink: lines that broke or ran together have other numbers. Pure. */

/** Smaller ones are specks. */
const pieceLeastPx = 4;
const inkFrom = 0.5;

export interface Parts {
  /** Of ink; pixels that touch at a corner hang together. */
  readonly pieces: number;
  /** Of what is no ink, the ground around counted. */
  readonly holes: number;
}

/** @param alphas [sizePx, sizePx] */
export function countParts(alphas: Float32Array, sizePx: number): Parts {
  const ink = new Uint8Array(alphas.length);
  for (let at = 0; at < ink.length; at += 1) ink[at] = alphas[at]! >= inkFrom ? 1 : 0;
  return { pieces: countPieces(ink, 1, sizePx), holes: countPieces(ink, 0, sizePx) };
}

function countPieces(ink: Uint8Array, wanted: 0 | 1, sizePx: number): number {
  const isSeen = new Uint8Array(ink.length);
  const piece = new Int32Array(ink.length);
  let pieces = 0;
  for (let start = 0; start < ink.length; start += 1) {
    if (ink[start] !== wanted || isSeen[start] === 1) continue;
    isSeen[start] = 1;
    piece[0] = start;
    let length = 1;
    for (let next = 0; next < length; next += 1) {
      const at = piece[next]!;
      const column = at % sizePx;
      for (let y = -1; y <= 1; y += 1)
        for (let x = -1; x <= 1; x += 1) {
          // What is no ink hangs together along sides alone.
          if (column + x < 0 || column + x >= sizePx || (wanted === 0 && x !== 0 && y !== 0)) continue;
          const near = at + y * sizePx + x;
          if (near < 0 || near >= ink.length || ink[near] !== wanted || isSeen[near] === 1) continue;
          isSeen[near] = 1;
          piece[length] = near;
          length += 1;
        }
    }
    if (length >= pieceLeastPx) pieces += 1;
  }
  return pieces;
}
