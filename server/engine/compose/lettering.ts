/**
 * Letters and other signs in a row, as of "ATM", also in a frame as "HD" or between lines as "VIP": a badge on them would cover one, and words
 * are read as wholes. Told by their pieces: side by side and about as high, as lines of text are found in pictures (Fletcher & Kasturi 1988,
 * PAMI 10). Pure; planes are alphas, [side, side].
 */
import { labelAreas } from "../lines/label-areas.ts";
import { inkFrom } from "../pixels/strokes.ts";
import { boxOf } from "./layers.ts";

/** Height of each sign at least, and width of the row at least, of the row's height. */
const [heightLeast, widthLeast] = [0.7, 1.3] as const;
const signsLeast = 2;
/** Width of a frame and of lines above and below, of the drawing's width, and width and height of a row within, of the drawing's box. */
const [frameWidth, withinWidth, withinHeight] = [0.9, 0.45, 0.2] as const;

interface Sign {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Whether a drawing is a row of signs, or such a row in a frame or between lines, and nothing else. */
export function isLettering(alphas: Float32Array): boolean {
  const box = boxOf(alphas);
  if (!box) return false;
  const pieces = piecesIn(alphas);
  if (isRow(inColumns(pieces))) return true;
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const within = pieces.filter(({ left, right }) => right - left < frameWidth * width);
  // What is above each other in a frame is no letter: a face and lines on a card.
  if (within.length === pieces.length || !isRow(within)) return false;
  const row = around(within);
  return row.right - row.left >= withinWidth * width && row.bottom - row.top >= withinHeight * height;
}

/** Whether signs are about as high as all of them together. */
function isRow(signs: readonly Sign[]): boolean {
  if (signs.length < signsLeast) return false;
  const { left, right, top, bottom } = around(signs);
  const height = bottom - top;
  return right - left >= widthLeast * height && signs.every((sign) => sign.bottom - sign.top >= heightLeast * height);
}

const around = (signs: readonly Sign[]): Sign => ({
  left: Math.min(...signs.map(({ left }) => left)),
  right: Math.max(...signs.map(({ right }) => right)),
  top: Math.min(...signs.map(({ top }) => top)),
  bottom: Math.max(...signs.map(({ bottom }) => bottom)),
});

/** Pieces of ink. */
function piecesIn(alphas: Float32Array): Sign[] {
  const side = Math.sqrt(alphas.length);
  const pieces: Sign[] = [];
  const ink = Uint8Array.from(alphas, (alpha) => Number(alpha >= inkFrom));
  for (const [at, piece] of labelAreas(ink, 1, side, true).entries()) {
    if (piece === 0) continue;
    const [x, y] = [at % side, Math.floor(at / side)];
    const own = pieces[piece] ?? { left: x, right: x, top: y, bottom: y };
    pieces[piece] = own;
    own.left = Math.min(own.left, x);
    own.right = Math.max(own.right, x + 1);
    own.bottom = y + 1;
  }
  return pieces.filter((piece) => piece !== undefined);
}

/** Pieces above each other are one sign, as in "i". */
function inColumns(pieces: readonly Sign[]): Sign[] {
  const signs: Sign[] = [];
  for (const piece of [...pieces].sort((one, other) => one.left - other.left)) {
    const before = signs.at(-1);
    if (!before || piece.left >= before.right) signs.push({ ...piece });
    else {
      before.right = Math.max(before.right, piece.right);
      before.top = Math.min(before.top, piece.top);
      before.bottom = Math.max(before.bottom, piece.bottom);
    }
  }
  return signs;
}
