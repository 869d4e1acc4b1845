/** Keys' cubic convolution kernel with a = −1/2 (Keys 1981), and the pixels and weights by which a line of a picture is enlarged by it. */

/** The kernel, support ±2. */
export function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

/** For each pixel of a line that is `factor` times as long: four pixels of the short one and their weights, [long, 4]. The edge repeats. */
export function tapsOfEnlarging(lengthPx: number, factor: number): { places: Int32Array; weights: Float32Array } {
  const count = lengthPx * factor;
  const [places, weights] = [new Int32Array(4 * count), new Float32Array(4 * count)];
  for (let at = 0; at < count; at += 1) {
    const middle = (at + 0.5) / factor - 0.5;
    const first = Math.floor(middle) - 1;
    for (let tap = 0; tap < 4; tap += 1) {
      places[4 * at + tap] = Math.min(lengthPx - 1, Math.max(0, first + tap));
      weights[4 * at + tap] = cubic(middle - first - tap);
    }
  }
  return { places, weights };
}
