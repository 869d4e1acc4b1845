/** Colours of procedural styles, drawn in OKLCH so that lightness and contrast are what they say. Hexadecimal sRGB goes out. */
import type { Draw } from "./random.mts";

/** The colours of one style. */
export interface Palette {
  /** Lines and main areas. */
  readonly ink: string;
  /** The second colour. */
  readonly accent: string;
  /** What a gradient of the ink goes to. */
  readonly inkEnd: string;
  /** Ground behind the drawing, if there is one: one colour for all, or several that take turns. */
  readonly grounds: readonly string[];
  readonly groundEnd: string;
  /** Line around everything. */
  readonly outline: string;
  /** Ink on a ground. */
  readonly onGround: string;
}

/** @param light 0 to 1 @param chroma 0 to about 0.3 @param hue degrees */
export function oklch(light: number, chroma: number, hue: number): string {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${linear.map(byteOf).join("")}`;
}

const byteOf = (linear: number): string => {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.max(0, linear) ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, value)))
    .toString(16)
    .padStart(2, "0");
};

/** Red, green and blue of a hexadecimal colour, 0 to 255. */
export function rgbOf(hex: string): [number, number, number] {
  const long = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  return [1, 3, 5].map((at) => Number.parseInt(long.slice(at, at + 2), 16)) as [number, number, number];
}

/** Brightness of a hexadecimal colour, 0 to 1. */
export function lumaOf(hex: string): number {
  const [red, green, blue] = rgbOf(hex);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}

/** A colour between two, in sRGB. */
export function mix(from: string, to: string, share: number): string {
  const [a, b] = [rgbOf(from), rgbOf(to)];
  return `#${a
    .map((value, at) =>
      Math.round(value + (b[at]! - value) * share)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** A palette of related hues: one, its neighbours, its opposite, or neutral ink beside one hue. */
export function drawPalette(draw: Draw): Palette {
  const hue = draw.between(0, 360);
  const second = hue + draw.pick([0, 25, -40, 90, 150, 180, 210]);
  const isNeutral = draw.chance(0.3);
  const ink = isNeutral
    ? oklch(draw.between(0.12, 0.4), draw.between(0, 0.03), hue)
    : oklch(draw.between(0.28, 0.72), draw.between(0.09, 0.22), hue);
  const accent = oklch(draw.between(0.62, 0.92), draw.between(0.06, 0.18), second);
  const isDark = draw.chance(0.45);
  const groundLight = isDark ? draw.between(0.25, 0.62) : draw.between(0.84, 0.97);
  const turns = draw.chance(0.3) ? draw.pick([3, 4, 5]) : 1;
  const grounds = Array.from({ length: turns }, (_, at) =>
    oklch(groundLight, isDark ? draw.between(0.06, 0.19) : draw.between(0.02, 0.09), second + (360 / turns) * at),
  );
  const onGround = isDark
    ? draw.pick(["#ffffff", oklch(0.95, 0.04, second + 60), oklch(0.9, 0.12, second + 180)])
    : ink;
  return {
    ink,
    accent,
    inkEnd: oklch(draw.between(0.45, 0.85), draw.between(0.1, 0.2), hue + draw.pick([-70, -40, 40, 70, 120])),
    grounds,
    groundEnd: oklch(isDark ? groundLight - 0.12 : groundLight - 0.15, 0.12, second + draw.pick([-60, 0, 50])),
    outline: draw.chance(0.5) ? "#ffffff" : oklch(draw.between(0.12, 0.35), 0.04, second),
    onGround,
  };
}
