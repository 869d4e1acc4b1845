/**
 * Letters and other signs in a row, as of "ATM": a badge on them would cover one, and words are read as wholes. Told by their pieces: side by
 * side and about as high, as lines of text are found in pictures (Fletcher & Kasturi 1988, PAMI 10). Pure; planes are alphas, [side, side].
 */
import { labelAreas } from "../lines/label-areas.ts";
import { inkFrom } from "../pixels/strokes.ts";
import { boxOf } from "./layers.ts";

/** Height of each sign at least, and width of the row at least, of the row's height. */
const [heightLeast, widthLeast] = [0.7, 1.3] as const;
const signsLeast = 2;

interface Sign {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Whether a drawing is a row of signs and nothing else. */
export function isLettering(alphas: Float32Array): boolean {
  const box = boxOf(alphas);
  if (!box) return false;
  const height = box.bottom - box.top;
  const signs = signsIn(alphas);
  return (
    signs.length >= signsLeast &&
    box.right - box.left >= widthLeast * height &&
    signs.every(({ top, bottom }) => bottom - top >= heightLeast * height)
  );
}

/** Pieces of ink; those above each other are one sign, as in "i". */
function signsIn(alphas: Float32Array): Sign[] {
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
  const signs: Sign[] = [];
  for (const piece of pieces.filter((one) => one !== undefined).sort((one, other) => one.left - other.left)) {
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
