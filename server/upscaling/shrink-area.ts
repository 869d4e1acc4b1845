/**
 * Area averaging: the last step to a size between the factors that networks draw. Each pixel of the result is the mean of what it
 * covers, weighted by how much of each pixel that is; colours count by their alpha, so that transparent pixels add none.
 */
import type { Pixels } from "../engine/interfaces.ts";

/** Rows between two pauses: some 20 ms. */
const rowsAtOnce = 64;

/** What one cell of a line covers: pixels from `first`, and the share of the cell that each has. */
interface Cover {
  readonly first: number;
  readonly shares: Float64Array;
}

/** Cells that a line of `from` pixels is divided into. */
function coversOf(from: number, to: number): Cover[] {
  const step = from / to;
  return Array.from({ length: to }, (_, cell) => {
    const [begin, end] = [cell * step, (cell + 1) * step];
    const first = Math.floor(begin + 1e-9);
    const last = Math.min(from, Math.ceil(end - 1e-9));
    const shares = Float64Array.from({ length: last - first }, (_, tap) => {
      const pixel = first + tap;
      return (Math.min(end, pixel + 1) - Math.max(begin, pixel)) / step;
    });
    return { first, shares };
  });
}

/**
 * @param size no larger than the picture on either side
 * @param pause lets others run between two bands of rows; what it throws ends the work
 */
export async function shrinkArea(
  picture: Pixels,
  size: Pick<Pixels, "widthPx" | "heightPx">,
  pause: () => Promise<void> | void,
): Promise<Pixels> {
  const { widthPx, heightPx } = size;
  if (widthPx === picture.widthPx && heightPx === picture.heightPx) return picture;
  const [across, down] = [coversOf(picture.widthPx, widthPx), coversOf(picture.heightPx, heightPx)];
  const rgba = new Uint8Array(4 * widthPx * heightPx);
  const [sums, narrow] = [new Float64Array(4 * widthPx), new Float64Array(4 * widthPx)];
  let narrowed = -1;
  for (const [y, { first, shares }] of down.entries()) {
    if (y % rowsAtOnce === 0) await pause();
    sums.fill(0);
    for (const [tap, share] of shares.entries()) {
      // Two rows of the result share the pixel row between them.
      if (narrowed !== first + tap) shrinkRow(picture, first + tap, across, narrow);
      narrowed = first + tap;
      for (let at = 0; at < sums.length; at += 1) sums[at]! += share * narrow[at]!;
    }
    writeRow(rgba, 4 * y * widthPx, sums);
  }
  return { rgba, widthPx, heightPx };
}

/** Colours times alpha, and alpha, of one row, averaged across. */
function shrinkRow({ rgba, widthPx }: Pixels, row: number, across: readonly Cover[], narrow: Float64Array): void {
  for (const [cell, { first, shares }] of across.entries()) {
    let [red, green, blue, alpha] = [0, 0, 0, 0];
    for (let tap = 0, at = 4 * (row * widthPx + first); tap < shares.length; tap += 1, at += 4) {
      const weight = shares[tap]! * rgba[at + 3]!;
      red += weight * rgba[at]!;
      green += weight * rgba[at + 1]!;
      blue += weight * rgba[at + 2]!;
      alpha += weight;
    }
    narrow[4 * cell] = red;
    narrow[4 * cell + 1] = green;
    narrow[4 * cell + 2] = blue;
    narrow[4 * cell + 3] = alpha;
  }
}

/** Straight colours; none where nothing shows. */
function writeRow(rgba: Uint8Array, start: number, sums: Float64Array): void {
  for (let at = 0; at < sums.length; at += 4) {
    const alpha = sums[at + 3]!;
    if (alpha < 0.5) continue;
    for (let channel = 0; channel < 3; channel += 1)
      rgba[start + at + channel] = Math.round(sums[at + channel]! / alpha);
    rgba[start + at + 3] = Math.round(alpha);
  }
}
