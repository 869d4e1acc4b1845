/**
 * Mean and deviation of the colours of drawings, and a picture moved to those of others: a flow draws a style of several colours in
 * about their mean, and its icons say what they are. Colour transfer by mean and deviation comes from Reinhard et al. 2001,
 * "Color transfer between images". Pure; planes are premultiplied RGBA [4, pixels] in [0, 1].
 */

/** Of straight red, green and blue, weighted by alpha. */
export interface ColourSpread {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Contrast is raised or lowered by this factor at most. */
const gainMost = 2;
const channels = [0, 1, 2] as const;
/** Fainter pixels have no colour to speak of. */
const visibleFrom = 1 / 255;

/** Undefined where nothing is drawn. */
export function spreadOf(drawings: ReadonlyArray<{ readonly planes: Float32Array }>): ColourSpread | undefined {
  const [sums, squares] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  let weight = 0;
  for (const { planes } of drawings) {
    const count = planes.length / 4;
    for (let at = 0; at < count; at += 1) {
      const alpha = planes[3 * count + at]!;
      if (alpha < visibleFrom) continue;
      weight += alpha;
      for (const channel of channels) {
        const value = planes[channel * count + at]!;
        sums[channel]! += value;
        squares[channel]! += (value * value) / alpha;
      }
    }
  }
  if (weight === 0) return undefined;
  const mean = sums.map((sum) => sum / weight);
  const deviation = squares.map((square, channel) => Math.sqrt(Math.max(0, square / weight - mean[channel]! ** 2)));
  return { mean, deviation };
}

/** The picture with mean and deviation of `requested`. @returns new planes, or the same where nothing is drawn */
export function inSpread(planes: Float32Array, requested: ColourSpread): Float32Array {
  const own = spreadOf([{ planes }]);
  if (!own) return planes;
  const count = planes.length / 4;
  const moved = planes.slice();
  for (const channel of channels) {
    const ratio = requested.deviation[channel]! / Math.max(1e-3, own.deviation[channel]!);
    const gain = Math.min(gainMost, Math.max(1 / gainMost, ratio));
    for (let at = 0; at < count; at += 1) {
      const alpha = planes[3 * count + at]!;
      const value =
        gain * (planes[channel * count + at]! - own.mean[channel]! * alpha) + requested.mean[channel]! * alpha;
      moved[channel * count + at] = Math.min(alpha, Math.max(0, value));
    }
  }
  return moved;
}
