/**
 * A picture of which nothing is known → layers: areas of even colour first (regions.ts), then few colours (inks.ts), then where one ends to a fraction of a pixel
 * (memberships.ts), then layers without seams (layers.ts).
 */
import { namesOfColours } from "../../shared/colour/colour-names.ts";
import { bitsOfLab, hexOf, type Lab, labOfHex } from "../../shared/colour/oklab.ts";
import { assignPalette } from "../../shared/colour/recolour.ts";
import { limits } from "../../shared/limits.ts";
import type { TracedPixels } from "../engine/interfaces.ts";
import { asOutlines, drawLayers, hiddenTest, type InkToDraw, stackingOf, type Traced } from "./draw-layers.ts";
import { labelFirst } from "./first-labels.ts";
import { gradientOf } from "./gradients.ts";
import { chooseInks, type Ink } from "./inks.ts";
import { stackLayers } from "./layers.ts";
import { membershipsOf } from "./memberships.ts";
import { isEvenOf, noiseOf, type Picture, readPicture } from "./picture.ts";
import { findRegions } from "./regions.ts";
import { fitFor, leastOutlinePx, smoothing, speckPxOf, usualPx } from "./sizes.ts";
import { upToMiddles } from "./strokes/beneath.ts";
import type { VectorOptions } from "./vector-options.ts";

/** Share of the picture from which an area may have a gradient. */
const gradientShare = 0.02;
/** Squared error in OKLab that a pixel of border may save at `usualPx`: of clean drawings, growing with roughness, up to that of rough ones. */
const borderPrice = { clean: 0.005, byRoughness: 5, most: 0.03 };

/** The width that lines are meant to have, in pixels of the picture that is traced. */
const linePxIn = (
  { widthPx }: Pick<Picture, "widthPx">,
  { linePx, widthPx: ownPx }: TracedPixels,
): number | undefined => linePx && (linePx * widthPx) / ownPx;

/** Undefined where there is nothing in the picture. */
export function tracePicture(pixels: TracedPixels, { palette, lines }: VectorOptions): Traced | undefined {
  const picture = readPicture(pixels);
  const { widthPx, heightPx, isSharp } = picture;
  const area = widthPx * heightPx;
  const unit = Math.max(widthPx, heightPx) / usualPx;
  const speckPx = speckPxOf(area, isSharp);
  const price = Math.min(borderPrice.most, borderPrice.clean + borderPrice.byRoughness * picture.roughness);
  const { ids, regions } = findRegions(picture, labelFirst(picture, speckPx), { speckPx, price: price * unit });
  if (regions.length === 0) return undefined;
  const noise = noiseOf(regions.map(({ sums }) => sums));
  const found = chooseInks(regions, { most: limits.vectorColoursMax, largePx: gradientShare * area });
  const inks = (palette ? painted(found, palette) : found).sort((one, two) => two.sizePx - one.sizePx);
  const inkOf = new Int16Array(regions.length);
  for (const [index, ink] of inks.entries()) for (const region of ink.regions) inkOf[region] = index;
  const labels = Int16Array.from(ids, (id) => (id < 0 ? -1 : inkOf[id]!));
  const planes = membershipsOf(picture, labels, inks.length, colourAtOf(inks, found, ids, inkOf), noise);
  // What is meant to be lines is; edges of what is even are where they were drawn.
  const isClean = pixels.linePx === undefined && isEvenOf(picture) && noise < smoothing.noiseFrom;
  const fit = fitFor(Math.max(widthPx, heightPx), noise, isSharp);
  const { order, placeOf, strokes } =
    lines === "outlines"
      ? asOutlines(inks.length)
      : stackingOf(planes.slice(0, -1), {
          ...{ widthPx, fit, linePx: linePxIn(picture, pixels), isClean },
          mayBeStrokes: (ink) => !inks[ink]!.gradient,
        });
  const memberships = [...order.map((ink) => planes[ink]!), planes.at(-1)!];
  const stacked = stackLayers(labels.map(placeOf), memberships, widthPx);
  const fields = upToMiddles(
    stacked,
    memberships,
    order.map((ink) => strokes[ink]),
    widthPx,
  );
  const names = namesOfColours(inks.map(({ lab }) => lab));
  const toDraw = order.map((ink, place): InkToDraw => {
    const { hex, lab, gradient, sizePx } = inks[ink]!;
    return {
      name: names[ink]!,
      hex: hex ?? hexOf(bitsOfLab(lab)),
      ...(gradient && { gradient: gradientOf(gradient, labels, ink, widthPx) }),
      share: sizePx / area,
      field: fields[place]!,
      strokes: strokes[ink],
      isHidden: hiddenTest(memberships, place, widthPx),
    };
  });
  const middle = noise > smoothing.noiseFrom ? smoothing.noisy : smoothing.clean;
  const drawn = drawLayers(toDraw, { widthPx, leastPx: leastOutlinePx(speckPx), middle, fit });
  return drawn.layers.length === 0 ? undefined : { widthPx, heightPx, ...drawn, memberships };
}

/** Inks in the palette's colours; those that get the same one become one. */
function painted(inks: readonly Ink[], palette: readonly string[]): Ink[] {
  const colours = inks.map(({ lab, sizePx }) => ({ hex: hexOf(bitsOfLab(lab)), share: sizePx }));
  const together = new Map<string, Ink>();
  for (const [index, choice] of assignPalette(colours, palette).entries()) {
    const hex = palette[choice]!;
    const { regions, sizePx } = inks[index]!;
    const known = together.get(hex);
    together.set(hex, {
      lab: labOfHex(hex),
      hex,
      regions: [...(known?.regions ?? []), ...regions],
      sizePx: (known?.sizePx ?? 0) + sizePx,
    });
  }
  return [...together.values()];
}

/** The colour that an ink has in the picture: a palette's is not what its pixels are mixed of. */
function colourAtOf(inks: readonly Ink[], found: readonly Ink[], ids: Int32Array, inkOf: Int16Array) {
  const original = new Map<number, Ink>();
  for (const ink of found) for (const region of ink.regions) original.set(region, ink);
  const means = inks.map((ink): Ink => {
    const parts = [...new Set(ink.regions.map((region) => original.get(region)!))];
    return parts.reduce((most, part) => (part.sizePx > most.sizePx ? part : most));
  });
  return (ink: number, x: number, y: number, at: number): Lab => {
    const region = ids[at]!;
    return colourOf(region >= 0 && inkOf[region] === ink ? original.get(region)! : means[ink]!, x, y);
  };
}

function colourOf({ lab, gradient }: Ink, x: number, y: number): Lab {
  if (!gradient) return lab;
  const [dx, dy] = [x - gradient.centreX, y - gradient.centreY];
  const at = (channel: 0 | 1 | 2): number =>
    gradient.mean[channel] + gradient.slopeX[channel] * dx + gradient.slopeY[channel] * dy;
  return [at(0), at(1), at(2)];
}
