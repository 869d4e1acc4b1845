/**
 * sRGB ↔ OKLab, in which equal distances look about equally different (Ottosson 2020, "A perceptual color space for image processing").
 * Colours cross files as `#rrggbb`. L is 0 to 1; a and b stay within ±0.4.
 */

export type Lab = readonly [lightness: number, a: number, b: number];

/** sRGB byte → linear light, 0 to 1. */
const linearOf = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** sRGB, 24 bits, red the highest byte → OKLab. */
export function labOf(bits: number): Lab {
  const [r, g, b] = [linearOf[bits >> 16]!, linearOf[(bits >> 8) & 255]!, linearOf[bits & 255]!];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const byteOf = (linear: number): number => {
  const value = linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, value)));
};

/** OKLab → sRGB, 24 bits; what no screen shows is cut off channel by channel. */
export function bitsOfLab([lightness, a, b]: Lab): number {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = byteOf(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = byteOf(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = byteOf(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return (red << 16) | (green << 8) | blue;
}

export const hexOf = (bits: number): string => `#${bits.toString(16).padStart(6, "0")}`;
/** @param hex `#rrggbb` */
export const bitsOfHex = (hex: string): number => Number.parseInt(hex.slice(1), 16);
/** @param hex `#rrggbb` */
export const labOfHex = (hex: string): Lab => labOf(bitsOfHex(hex));

/** Chroma, and hue in degrees from 0 to 360: OKLab in polar coordinates, as CSS has them in `oklch()`. */
export const polarOf = ([, a, b]: Lab): { chroma: number; hue: number } => ({
  chroma: Math.hypot(a, b),
  hue: ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360,
});

/** Euclidean distance in OKLab: 0.02 is just visible between neighbours, black and white are 1 apart. */
export const labDistance = (first: Lab, second: Lab): number =>
  Math.hypot(first[0] - second[0], first[1] - second[1], first[2] - second[2]);
