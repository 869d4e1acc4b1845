/**
 * A Gaussian blur as SVG's `feGaussianBlur` and Figma's effects have it, by three box blurs whose ends count in part, so that any deviation
 * is met exactly (Gwosdek, Grewenig, Bruhn & Weickert 2011, Theoretical Foundations of Gaussian Convolution by Extended Box Filtering). Pure.
 */

const passes = 3;

/** @param plane [side, side]; nothing lies beyond it @param deviationPx of the Gaussian */
export function blurred(plane: Float32Array, side: number, deviationPx: number): Float32Array {
  const variance = deviationPx ** 2 / passes;
  const reach = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2);
  // Weight of the two places beyond the reach, where that of the others is 1.
  const ends = ((2 * reach + 1) * (reach * (reach + 1) - 3 * variance)) / (6 * (variance - (reach + 1) ** 2));
  const box = { reach, ends, total: 2 * reach + 1 + 2 * ends };
  let now = plane;
  for (let pass = 0; pass < passes; pass += 1) {
    now = boxed(now, side, box, [side, 1]);
    now = boxed(now, side, box, [1, side]);
  }
  return now;
}

interface BoxFilter {
  readonly reach: number;
  readonly ends: number;
  readonly total: number;
}

/** Along one axis. @param strides from one line to the next, and from one place of a line to the next */
function boxed(
  plane: Float32Array,
  side: number,
  { reach, ends, total }: BoxFilter,
  [toLine, toNext]: readonly [number, number],
): Float32Array {
  const made = new Float32Array(plane.length);
  const values = new Float32Array(side + 2 * (reach + 1) + 1);
  for (let line = 0; line < side; line += 1) {
    const start = line * toLine;
    // The line with nothing before and behind it.
    for (let place = 0; place < side; place += 1) values[reach + 1 + place] = plane[start + place * toNext]!;
    let sum = 0;
    for (let place = 1; place <= 2 * reach + 1; place += 1) sum += values[place]!;
    for (let place = 0; place < side; place += 1) {
      const last = place + 2 * reach + 2;
      made[start + place * toNext] = Math.max(0, sum + ends * (values[place]! + values[last]!)) / total;
      sum += values[last]! - values[place + 1]!;
    }
  }
  return made;
}
