/**
 * Measures which colour word an image shows: the circular mean of the hues of saturated, opaque pixels, compared with the hue
 * of each word. Hues are HSV degrees. Black, grey and white have no hue and are ignored.
 */

/** Hue of each colour word in degrees. */
export const hues = { red: 0, orange: 30, yellow: 52, green: 125, blue: 215, purple: 280, pink: 330 } as const;
export type ColourWord = keyof typeof hues;

/** An image with a smaller share of saturated pixels among the opaque ones counts as without colour. */
const colouredShare = 0.05;
const [saturationLeast, valueLeast] = [0.3, 0.2];

/** Mean hue in degrees, weighted by saturation; undefined for an image without colour. */
export function meanHue(planes: Float32Array): number | undefined {
  const pixels = planes.length / 4;
  let [opaque, coloured, x, y] = [0, 0, 0, 0];
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const alpha = planes[3 * pixels + pixel]!;
    if (alpha < 0.5) continue;
    opaque += 1;
    const [red, green, blue] = [0, 1, 2].map((plane) => planes[plane * pixels + pixel]! / alpha) as [
      number,
      number,
      number,
    ];
    const [value, range] = [Math.max(red, green, blue), Math.max(red, green, blue) - Math.min(red, green, blue)];
    if (value < valueLeast || range / value < saturationLeast) continue;
    coloured += 1;
    const angle = (hueOf(red, green, blue, value, range) * Math.PI) / 180;
    x += (range / value) * Math.cos(angle);
    y += (range / value) * Math.sin(angle);
  }
  if (opaque === 0 || coloured < colouredShare * opaque) return undefined;
  return ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;
}

function hueOf(red: number, green: number, blue: number, value: number, range: number): number {
  if (value === red) return (60 * ((green - blue) / range) + 360) % 360;
  return value === green ? 60 * ((blue - red) / range) + 120 : 60 * ((red - green) / range) + 240;
}

/** Degrees between two hues, 0 to 180. */
export const hueDistance = (a: number, b: number): number => 180 - Math.abs(Math.abs(a - b) - 180);

/** Whether the hue is nearer to `word` than to every other word; false for an image without colour. */
export const isNearest = (planes: Float32Array, word: ColourWord): boolean =>
  (Object.keys(hues) as ColourWord[]).every((other) => other === word || obeys(planes, word, other));

/** Whether the hue is nearer to `word` than to `other`; false for an image without colour. */
export function obeys(planes: Float32Array, word: ColourWord, other: ColourWord): boolean {
  const hue = meanHue(planes);
  return hue !== undefined && hueDistance(hue, hues[word]) < hueDistance(hue, hues[other]);
}
