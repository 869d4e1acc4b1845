/** The sum of many values. It is finite only if all of them are: the cheapest check of a network's output. */

/** Four independent sums, because each addition to a single one would wait for the one before. */
export function sumOf(values: Float32Array): number {
  const whole = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let at = 0; at < whole; at += 4) {
    a += values[at]!;
    b += values[at + 1]!;
    c += values[at + 2]!;
    d += values[at + 3]!;
  }
  for (let at = whole; at < values.length; at += 1) a += values[at]!;
  return a + b + c + d;
}
