/**
 * A heat colour map: from black over purple, red and orange to pale yellow, like black-body radiation. Lightness (CIE L*) rises
 * evenly, so equal steps look equal, also in grey and with any kind of colour vision.
 */

/** Evenly spaced colours with L* 0, 14, 26, 39, 53, 66, 80, 96. */
const anchors = [
  [0, 0, 0],
  [46, 20, 84],
  [104, 24, 110],
  [170, 34, 98],
  [224, 74, 58],
  [245, 128, 24],
  [250, 188, 56],
  [254, 246, 190],
] as const;

/** The colours (0 to 255) of shares from 0 (coldest) to 1, interpolated between the anchors. */
const table = Uint8Array.from({ length: 256 * 3 }, (_, at) => {
  const place = (Math.floor(at / 3) / 255) * (anchors.length - 1);
  const below = Math.min(anchors.length - 2, Math.floor(place));
  const [from, to] = [anchors[below]![at % 3]!, anchors[below + 1]![at % 3]!];
  return Math.round(from + (to - from) * (place - below));
});

/** Writes the opaque colour of a share at `at`. Shares above 1 are as bright as 1. */
export function paintHeat(rgba: Uint8Array, at: number, share: number): void {
  const row = 3 * Math.round(255 * Math.min(1, share));
  rgba[at] = table[row]!;
  rgba[at + 1] = table[row + 1]!;
  rgba[at + 2] = table[row + 2]!;
  rgba[at + 3] = 255;
}
