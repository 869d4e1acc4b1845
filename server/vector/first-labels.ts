/**
 * A first label for every pixel inside, and how much it counts. Pixels of even areas take the nearest colour. A pixel between areas takes
 * the nearest of the colours around it. The more it looks like a mixture of two of them, the less it counts. So the rims of anti-aliasing
 * do not count, but a thin line does, which is no mixture of its neighbours.
 */
import { type Lab, labDistance } from "../../shared/colour/oklab.ts";
import { findColours, histogramOf, nearestTo } from "./colours.ts";
import { insideFrom, type Picture } from "./picture.ts";

export interface FirstLabels {
  /** [height · width]; index of `colours`, −1 outside. */
  readonly labels: Int16Array;
  /** [height · width], 0 to 1. */
  readonly weights: Float32Array;
  readonly colours: readonly Lab[];
}

const [coloursMax, extrasMax] = [16, 6];
const reachPx = 3;
/** Farther from every mixture than this, in OKLab, a pixel is something of its own. */
const ownFrom = 0.09;

/** @param speckPx pixels of the least thing that is kept */
export function labelFirst(picture: Picture, speckPx: number): FirstLabels {
  const { alpha, isFlat } = picture;
  const count = alpha.length;
  const isInside = (at: number): boolean => alpha[at]! >= insideFrom;
  const flatCount = isFlat.reduce((sum, flat) => sum + flat, 0);
  const insideCount = alpha.reduce((sum, value) => sum + Number(value >= insideFrom), 0);
  // Of a picture of noise or hairlines hardly anything is even: then everything counts.
  const isEven = flatCount > 0.1 * insideCount ? (at: number) => isFlat[at] === 1 : isInside;
  let colours = findColours(histogramOf(picture, isEven), { most: coloursMax, apart: 0.05, least: speckPx });
  const labels = new Int16Array(count).fill(-1);
  const weights = new Float32Array(count);
  const labOf = (at: number): Lab => [picture.lightness[at]!, picture.a[at]!, picture.b[at]!];
  const labelEven = (): void => {
    for (let at = 0; at < count; at += 1)
      if (isInside(at) && isEven(at)) {
        labels[at] = nearestTo(labOf(at), colours);
        weights[at] = 1;
      }
  };
  labelEven();
  const own = new Uint8Array(count);
  const settle = (): void => {
    for (let at = 0; at < count; at += 1) {
      if (!isInside(at) || isEven(at)) continue;
      const around = labelsAround(picture, at, (other) => (isEven(other) ? labels[other]! : -1));
      const lab = labOf(at);
      const off =
        around.length === 0
          ? 1
          : distanceToMixtures(
              lab,
              around.map((label) => colours[label]!),
            );
      own[at] = Number(off > ownFrom);
      weights[at] = Math.min(1, off / ownFrom) ** 2;
      labels[at] =
        own[at] || around.length === 0
          ? nearestTo(lab, colours)
          : around[
              nearestTo(
                lab,
                around.map((label) => colours[label]!),
              )
            ]!;
    }
  };
  /** Beside a thin line lie mixtures of its colour, which was not known when they were looked at first. */
  const unmix = (): void => {
    const before = labels.slice();
    for (let at = 0; at < count; at += 1) {
      if (!own[at]) continue;
      const lab = labOf(at);
      const around = labelsAround(picture, at, (other) => (own[other] || isEven(other) ? before[other]! : -1));
      const others = around.filter((label) => labDistance(colours[label]!, lab) > ownFrom);
      if (
        others.length < 2 ||
        distanceToMixtures(
          lab,
          others.map((label) => colours[label]!),
        ) >
          ownFrom / 2
      )
        continue;
      labels[at] =
        others[
          nearestTo(
            lab,
            others.map((label) => colours[label]!),
          )
        ]!;
      weights[at] = 0;
    }
  };
  settle();
  const extras = histogramOf(picture, (at) => own[at] === 1);
  const more = findColours(extras, {
    most: colours.length + extrasMax,
    apart: 0.12,
    least: speckPx / 2,
    given: colours,
  });
  if (more.length > colours.length) {
    colours = [...colours, ...more.slice(colours.length)];
    settle();
    unmix();
  }
  return { labels, weights, colours };
}

/** Labels within reach of a pixel, each once. */
function labelsAround({ widthPx, heightPx }: Picture, at: number, labelOf: (pixel: number) => number): number[] {
  const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
  const found: number[] = [];
  for (let v = Math.max(0, y - reachPx); v <= Math.min(heightPx - 1, y + reachPx); v += 1)
    for (let u = Math.max(0, x - reachPx); u <= Math.min(widthPx - 1, x + reachPx); u += 1) {
      const label = labelOf(v * widthPx + u);
      if (label >= 0 && !found.includes(label)) found.push(label);
    }
  return found;
}

/** Distance in OKLab to the nearest colour, or mixture of two, of `colours`. */
function distanceToMixtures(lab: Lab, colours: readonly Lab[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [index, first] of colours.entries())
    for (const second of colours.slice(index)) {
      const line = [second[0] - first[0], second[1] - first[1], second[2] - first[2]] as const;
      const from = [lab[0] - first[0], lab[1] - first[1], lab[2] - first[2]] as const;
      const length = line[0] ** 2 + line[1] ** 2 + line[2] ** 2;
      const along = length === 0 ? 0 : (line[0] * from[0] + line[1] * from[1] + line[2] * from[2]) / length;
      const share = Math.min(1, Math.max(0, along));
      least = Math.min(least, Math.hypot(...from.map((value, channel) => value - share * line[channel]!)));
    }
  return least;
}
