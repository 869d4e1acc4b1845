/**
 * Gives a picture's main colour another name. The hue that most of it has is moved in OKLCH, or its lightness where it is grey. Other
 * colours stay, and so do shading and contrast inside the main one. Pure; pixels of a size in, pixels out.
 */
import { bitsOfLab, labOf } from "../../../shared/colour/oklab.ts";
import type { CaptionColour } from "../colour-words.ts";
import type { Ink } from "./ink-colour.ts";

/** From this chroma on a pixel has a hue. */
const hueFrom = 0.045;
/** Share of what is drawn that must have hues for the main colour to be a hue. */
const colouredShare = 0.18;
/** Degrees around the main hue that move wholly, and at which nothing moves any more. */
const [wholeWithin, nothingFrom] = [40, 70];
/** The same of lightness, where the main colour is a grey. */
const [wholeLightness, noLightness] = [0.12, 0.24];
/** Darker greys are outlines, as long as something else is drawn. */
const outlineBelow = 0.32;
const opaqueFrom = 0.1;
const bins = 36;
const tau = 2 * Math.PI;

interface Pixel {
  readonly at: number;
  readonly lightness: number;
  readonly chroma: number;
  /** Radians. */
  readonly hue: number;
  readonly alpha: number;
}

/** @param planes premultiplied RGBA [4, pixels] in [0, 1] @returns new planes, or the same where nothing is drawn */
export const recolour = (planes: Float32Array, requested: CaptionColour): Float32Array =>
  towardsColour(planes, requested)(planes);

/**
 * What gives a picture's main colour another name. It recolours other decodings of the same answer alike, whatever their own colours are.
 * @param of planes that the main colour is found in
 */
export function towardsColour(of: Float32Array, requested: CaptionColour): (planes: Float32Array) => Float32Array {
  const pixels = pixelsOf(of);
  if (pixels.length === 0) return (planes) => planes;
  const weightOf = mainColour(pixels);
  let [total, lightness, chroma] = [0, 0, 0];
  for (const pixel of pixels) {
    const weight = weightOf(pixel) * pixel.alpha;
    total += weight;
    lightness += weight * pixel.lightness;
    chroma += weight * pixel.chroma;
  }
  const move = moveOf(requested, lightness / total, chroma / total);
  return (planes) => {
    const count = planes.length / 4;
    const recoloured = planes.slice();
    for (const pixel of planes === of ? pixels : pixelsOf(planes)) {
      const weight = weightOf(pixel);
      if (weight <= 0) continue;
      const bits = move(pixel, weight);
      recoloured[pixel.at] = ((bits >> 16) / 255) * pixel.alpha;
      recoloured[count + pixel.at] = (((bits >> 8) & 255) / 255) * pixel.alpha;
      recoloured[2 * count + pixel.at] = ((bits & 255) / 255) * pixel.alpha;
    }
    return recoloured;
  };
}

/** One colour as a picture's colours are changed. */
export function inkBy(change: (planes: Float32Array) => Float32Array, ink: Ink): Ink {
  const [red, green, blue] = change(Float32Array.of(...ink, 1));
  return [red!, green!, blue!];
}

/**
 * The new colour of a pixel that belongs to the main colour by a weight.
 * @param lightness mean of the main colour, and its chroma
 */
function moveOf(requested: CaptionColour, lightness: number, chroma: number): (pixel: Pixel, weight: number) => number {
  const [least, most] = requested.lightness;
  const towards = Math.min(most, Math.max(least, lightness));
  const hue = ((requested.hue ?? 0) * Math.PI) / 180;
  return (pixel, weight) => {
    // Shading keeps its order and, as far as there is room, its size.
    const shade = pixel.lightness - lightness;
    const room = shade > 0 ? (1 - towards) / Math.max(1e-3, 1 - lightness) : towards / Math.max(1e-3, lightness);
    const newLightness = towards + shade * Math.min(1, room);
    // Greys have no chroma to scale; near black and white none can be seen, and yellow is light.
    const visible = Math.min(1, 7 * (1 - newLightness), 4 * newLightness);
    const scaled =
      chroma < hueFrom ? requested.chroma * visible : requested.chroma * Math.min(1.6, pixel.chroma / chroma);
    const mix = (own: number, other: number): number => own + weight * (other - own);
    const [a, b] = [
      mix(pixel.chroma * Math.cos(pixel.hue), scaled * Math.cos(hue)),
      mix(pixel.chroma * Math.sin(pixel.hue), scaled * Math.sin(hue)),
    ];
    return bitsOfLab([mix(pixel.lightness, newLightness), a, b]);
  };
}

function pixelsOf(planes: Float32Array): Pixel[] {
  const count = planes.length / 4;
  const pixels: Pixel[] = [];
  for (let at = 0; at < count; at += 1) {
    const alpha = planes[3 * count + at]!;
    if (alpha < opaqueFrom) continue;
    const byte = (channel: number): number =>
      Math.round(255 * Math.min(1, Math.max(0, planes[channel * count + at]! / alpha)));
    const [lightness, a, b] = labOf((byte(0) << 16) | (byte(1) << 8) | byte(2));
    pixels.push({ at, lightness, chroma: Math.hypot(a, b), hue: (Math.atan2(b, a) + tau) % tau, alpha });
  }
  return pixels;
}

/** How far a pixel belongs to the main colour, 0 to 1. */
function mainColour(pixels: readonly Pixel[]): (pixel: Pixel) => number {
  const areaOf = (some: readonly Pixel[]): number => some.reduce((sum, { alpha }) => sum + alpha, 0);
  const coloured = pixels.filter(({ chroma }) => chroma >= hueFrom);
  if (areaOf(coloured) >= colouredShare * areaOf(pixels)) {
    const main = peakOf(coloured, ({ hue }) => hue / tau, true) * tau;
    return ({ hue, chroma }) => {
      const turn = Math.abs(hue - main) % tau;
      const degrees = (Math.min(turn, tau - turn) * 360) / tau;
      return fade(degrees, wholeWithin, nothingFrom) * Math.min(1, chroma / hueFrom);
    };
  }
  const light = pixels.filter(({ lightness }) => lightness >= outlineBelow);
  const drawn = areaOf(light) >= colouredShare * areaOf(pixels) ? light : pixels;
  const main = peakOf(drawn, ({ lightness }) => lightness, false);
  return ({ lightness }) => fade(Math.abs(lightness - main), wholeLightness, noLightness);
}

const fade = (distance: number, whole: number, nothing: number): number =>
  Math.min(1, Math.max(0, (nothing - distance) / (nothing - whole)));

/** Where on [0, 1) most area lies, by a histogram that is smoothed once. */
function peakOf(pixels: readonly Pixel[], placeOf: (pixel: Pixel) => number, isCircle: boolean): number {
  const counts = new Float64Array(bins);
  for (const pixel of pixels) counts[Math.min(bins - 1, Math.floor(placeOf(pixel) * bins))]! += pixel.alpha;
  const near = (bin: number): number => counts[isCircle ? (bin + bins) % bins : Math.min(bins - 1, Math.max(0, bin))]!;
  const smooth = counts.map((own, bin) => 2 * own + near(bin - 1) + near(bin + 1));
  return (smooth.indexOf(Math.max(...smooth)) + 0.5) / bins;
}
