/**
 * Mean and deviation of the colours of drawings, and a picture moved to those of others: a flow draws a style of several colours in
 * about their mean, and its icons say what they are. Colour transfer by mean and deviation comes from Reinhard et al. 2001,
 * "Color transfer between images". Pure; planes are premultiplied RGBA [4, pixels] in [0, 1].
 */

type Channels = readonly [red: number, green: number, blue: number];

/** Of straight red, green and blue in [0, 1], weighted by alpha. */
export interface ColourSpread {
  readonly mean: Channels;
  readonly deviation: Channels;
}

/** Contrast is raised or lowered by this factor at most. */
const gainMost = 2;
const channels = [0, 1, 2] as const;
/** Fainter pixels have no colour to speak of. */
const visibleFrom = 1 / 255;

const ofAll = (of: (channel: 0 | 1 | 2) => number): Channels => [of(0), of(1), of(2)];
/** Manifests keep five digits; floats may be a little above 1. */
const rounded = (value: number): number => Math.min(1, Math.round(1e5 * value) / 1e5);

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
  const meanOf = (channel: 0 | 1 | 2): number => rounded(sums[channel]! / weight);
  const deviationOf = (channel: 0 | 1 | 2): number =>
    rounded(Math.sqrt(Math.max(0, squares[channel]! / weight - (sums[channel]! / weight) ** 2)));
  return { mean: ofAll(meanOf), deviation: ofAll(deviationOf) };
}

/**
 * What gives a picture the requested mean and deviation. It moves other decodings of the same answer alike, whatever their own are.
 * @param of planes that the map is worked out from
 */
export function towardsSpread(of: Float32Array, requested: ColourSpread): (planes: Float32Array) => Float32Array {
  const own = spreadOf([{ planes: of }]);
  if (!own) return (planes) => planes;
  const gains = ofAll((channel) => {
    const ratio = requested.deviation[channel] / Math.max(1e-3, own.deviation[channel]);
    return Math.min(gainMost, Math.max(1 / gainMost, ratio));
  });
  return (planes) => {
    const count = planes.length / 4;
    const moved = planes.slice();
    for (const channel of channels)
      for (let at = 0; at < count; at += 1) {
        const alpha = planes[3 * count + at]!;
        const apart = planes[channel * count + at]! - own.mean[channel] * alpha;
        moved[channel * count + at] = Math.min(
          alpha,
          Math.max(0, gains[channel] * apart + requested.mean[channel] * alpha),
        );
      }
    return moved;
  };
}
