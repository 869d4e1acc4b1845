/**
 * A drawing in one ink: of a picture of outlines and fills the darker part stays, as ink on nothing, and the lighter part goes. Where
 * all is about as light, all of it is ink. The bound between dark and light is Otsu's (1979). Pure; pixels of a size in, pixels out.
 */
import { labOf } from "../../../shared/colour/oklab.ts";
import { channelsOfHex } from "./hex-colour.ts";
import { usualInk } from "./usual-ink.ts";

const ink = channelsOfHex(usualInk);
const bins = 64;
/** Difference of the mean lightnesses, 0 to 1, from which on a drawing has a dark and a light part. */
const apartFrom = 0.12;
/** Lightness around the bound over which ink fades, so that edges stay smooth. */
const fadeOver = 0.1;
const opaqueFrom = 0.1;

/** @param planes premultiplied RGBA [4, pixels] in [0, 1] @returns new planes */
export function inOneInk(planes: Float32Array): Float32Array {
  const count = planes.length / 4;
  const lightness = Float64Array.from({ length: count }, (_, at) => lightnessAt(planes, count, at));
  const bound = boundOf(planes.subarray(3 * count), lightness);
  const inked = new Float32Array(planes.length);
  for (let at = 0; at < count; at += 1) {
    const share = Math.min(1, Math.max(0, 0.5 + (bound - lightness[at]!) / fadeOver));
    const alpha = Math.min(1, Math.max(0, planes[3 * count + at]!)) * share;
    for (const [channel, value] of ink.entries()) inked[channel * count + at] = value * alpha;
    inked[3 * count + at] = alpha;
  }
  return inked;
}

/** OKLab lightness of a pixel's own colour; 1 where nothing is drawn. */
function lightnessAt(planes: Float32Array, count: number, at: number): number {
  const alpha = planes[3 * count + at]!;
  if (alpha < opaqueFrom) return 1;
  const byte = (channel: number): number =>
    Math.round(255 * Math.min(1, Math.max(0, planes[channel * count + at]! / alpha)));
  return labOf((byte(0) << 16) | (byte(1) << 8) | byte(2))[0];
}

/** Lightness below which a drawing is ink; above all of it where its parts are not apart. */
function boundOf(alphas: Float32Array, lightness: Float64Array): number {
  const areas = new Float64Array(bins);
  for (const [at, alpha] of alphas.entries())
    if (alpha >= opaqueFrom) areas[Math.min(bins - 1, Math.floor(lightness[at]! * bins))]! += alpha;
  const middleOf = (bin: number): number => (bin + 0.5) / bins;
  const total = areas.reduce((sum, area) => sum + area, 0);
  const weighted = areas.reduce((sum, area, bin) => sum + area * middleOf(bin), 0);
  let [best, bound, apart] = [0, 2, 0];
  for (let bin = 0, below = 0, sum = 0; bin < bins - 1; bin += 1) {
    below += areas[bin]!;
    sum += areas[bin]! * middleOf(bin);
    if (below === 0 || below >= total) continue;
    const [dark, light] = [sum / below, (weighted - sum) / (total - below)];
    const between = below * (total - below) * (light - dark) ** 2;
    if (between > best) [best, bound, apart] = [between, (dark + light) / 2, light - dark];
  }
  return apart >= apartFrom ? bound : 2;
}
