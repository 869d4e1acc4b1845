/**
 * Antialiased bicubic shrinking: the map D of consistency and LR-PSNR. Keys' kernel with a = −1/2 (Keys 1981), widened by the
 * factor and renormalised at borders, as in MATLAB's imresize, PIL and libvips. Written independently of the graphs of the pack
 * `super-resolution`, so that it can check them.
 */

/** Keys' cubic convolution kernel, support ±2. */
export function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

/** Weights of the pixels from 2·factor before a cell to 2·factor after its end; their sum is 1. */
function tapsOf(factor: number): Float64Array {
  const raw = Float64Array.from({ length: 5 * factor }, (_, tap) => cubic((tap - 2 * factor + 0.5) / factor - 0.5));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
}

/**
 * Shrinks one channel [heightPx, widthPx], both multiples of `factor`, to [heightPx / factor, widthPx / factor]. Neither
 * rounded nor clamped.
 */
export function shrinkBicubic(plane: Float32Array, widthPx: number, heightPx: number, factor: 2 | 4): Float32Array {
  const taps = tapsOf(factor);
  const narrow = new Float32Array((widthPx / factor) * heightPx);
  shrinkLines(plane, narrow, taps, factor, {
    lines: heightPx,
    length: widthPx,
    ...{ lineStep: widthPx, step: 1 },
    ...{ outLineStep: widthPx / factor, outStep: 1 },
  });
  const small = new Float32Array((widthPx / factor) * (heightPx / factor));
  shrinkLines(narrow, small, taps, factor, {
    lines: widthPx / factor,
    length: heightPx,
    ...{ lineStep: 1, step: widthPx / factor },
    ...{ outLineStep: 1, outStep: widthPx / factor },
  });
  return small;
}

/** Layout of pixel lines in a buffer: rows or columns. */
interface Lines {
  readonly lines: number;
  readonly length: number;
  readonly lineStep: number;
  readonly step: number;
  readonly outLineStep: number;
  readonly outStep: number;
}

function shrinkLines(from: Float32Array, to: Float32Array, taps: Float64Array, factor: number, shape: Lines): void {
  const { lines, length, lineStep, step, outLineStep, outStep } = shape;
  for (let cell = 0; cell < length / factor; cell += 1) {
    const first = (cell - 2) * factor;
    const begin = Math.max(0, -first);
    const end = Math.min(taps.length, length - first);
    let share = 0;
    for (let tap = begin; tap < end; tap += 1) share += taps[tap]!;
    for (let line = 0; line < lines; line += 1) {
      let sum = 0;
      let at = line * lineStep + (first + begin) * step;
      for (let tap = begin; tap < end; tap += 1, at += step) sum += taps[tap]! * from[at]!;
      to[line * outLineStep + cell * outStep] = sum / share;
    }
  }
}
