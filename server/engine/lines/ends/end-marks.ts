/**
 * Where lines of ink on an area of a tint end: an outline that became part of the tint met them, and what is left of where they met would be a knob. So
 * they end round, beside the middle of that outline. Pure.
 */
import { distancesTo } from "../distances.ts";

/** Share of half a line's width from which on a cell is its middle. */
const middleShare = 0.7;
/** How far the middle of a line ends before that of an outline, of a line's width. */
const apart = 0.7;
/** Share of its middle that a line must keep, or it stays as it was; but not as small as this, of the square of a line's width: it is where lines met. */
const [leftLeast, metMost] = [0.25, 1.5] as const;

interface MarkEnds {
  /** The line of each cell, 0 = none. */
  readonly lines: Uint16Array;
  /** Of ink to what is none, in cells. */
  readonly away: Float32Array;
  /** Width of lines, in cells. */
  readonly thick: number;
  readonly sidePx: number;
  /** Whether a line is such a mark, and whether it has the tint. */
  isMark(line: number): boolean;
  isTinted(line: number): boolean;
}

/** @param mask cells of ink, changed in place */
export function endMarks(mask: Uint8Array, { lines, away, thick, sidePx, isMark, isTinted }: MarkEnds): void {
  const far = (middleShare * thick) / 2;
  const count = lines.reduce((most, line) => Math.max(most, line), 0) + 1;
  const [sizes, whole, left] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)];
  for (const line of lines) sizes[line]! += 1;
  const [marks, tinted] = [new Uint8Array(count), new Uint8Array(count)];
  for (let line = 1; line < count; line += 1) {
    if (sizes[line] === 0) continue;
    marks[line] = isMark(line) ? 1 : 0;
    tinted[line] = isTinted(line) ? 1 : 0;
  }
  if (!marks.includes(1) || !tinted.includes(1)) return;
  const isSmall = (line: number): boolean => sizes[line]! <= metMost * thick ** 2;
  const middles = Uint8Array.from(lines, (line, cell) => (marks[line] === 1 && away[cell]! >= far ? 1 : 0));
  const others = Uint8Array.from(lines, (line, cell) => (tinted[line] === 1 && away[cell]! >= far ? 1 : 0));
  // Where marks meet each other they go on.
  const met = Uint8Array.from(lines, (line, cell) => {
    if (marks[line] === 0 || isSmall(line)) return 0;
    const isOther = (near: number | undefined): boolean =>
      near !== undefined && near !== line && marks[near] === 1 && !isSmall(near);
    return isOther(lines[cell + 1]) || isOther(lines[cell + sidePx]) ? 1 : 0;
  });
  const [toOthers, toMet] = [distancesTo(1, others, sidePx, thick + 1), distancesTo(1, met, sidePx, thick + 1)];
  for (let cell = 0; cell < middles.length; cell += 1) {
    if (middles[cell] === 0) continue;
    whole[lines[cell]!]! += 1;
    if (toOthers[cell]! < apart * thick && toMet[cell]! >= thick) middles[cell] = 0;
    else left[lines[cell]!]! += 1;
  }
  const ends = (line: number): boolean =>
    marks[line] === 1 && (left[line]! >= leftLeast * whole[line]! || isSmall(line));
  const ended = Uint8Array.from(lines, (line) => (ends(line) ? 1 : 0));
  const [toMiddle, toEnded] = [distancesTo(1, middles, sidePx, far + 1), distancesTo(1, ended, sidePx, thick + 1)];
  for (let cell = 0; cell < mask.length; cell += 1)
    if (ended[cell] === 1 || (toEnded[cell]! < thick && tinted[lines[cell]!] === 1))
      mask[cell] = toMiddle[cell]! <= far ? 1 : 0;
}
