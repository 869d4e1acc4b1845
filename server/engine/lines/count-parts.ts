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
  const ink = Uint8Array.from(alphas, (alpha) => Number(alpha >= inkFrom));
  return { pieces: countPieces(ink, 1, sizePx), holes: countPieces(ink, 0, sizePx) };
}

function countPieces(ink: Uint8Array, wanted: 0 | 1, sizePx: number): number {
  const isSeen = new Uint8Array(ink.length);
  let pieces = 0;
  for (let start = 0; start < ink.length; start += 1) {
    if (ink[start] !== wanted || isSeen[start] === 1) continue;
    isSeen[start] = 1;
    const piece = [start];
    const visit = (at: number): void => {
      if (ink[at] !== wanted || isSeen[at] === 1) return;
      isSeen[at] = 1;
      piece.push(at);
    };
    for (let next = 0; next < piece.length; next += 1) {
      const at = piece[next]!;
      const column = at % sizePx;
      const [hasLeft, hasRight] = [column > 0, column < sizePx - 1];
      for (const row of [at - sizePx, at, at + sizePx]) {
        if (row < 0 || row >= ink.length) continue;
        if (row !== at) visit(row);
        if (row !== at && wanted === 0) continue;
        if (hasLeft) visit(row - 1);
        if (hasRight) visit(row + 1);
      }
    }
    if (piece.length >= pieceLeastPx) pieces += 1;
  }
  return pieces;
}
