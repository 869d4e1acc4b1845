/**
 * A picture → an SVG of few stacked, named, closed paths: areas of even colour first (regions.ts), then few colours (inks.ts), then where one ends to a fraction of a
 * pixel (memberships.ts), then layers without seams (layers.ts), then lines and curves (fit.ts). The preparation decides how a tracing looks, not the tracer: docs/vectors.md
 * shows it beside others. A pure function: equal pixels and options give equal bytes.
 */

import { namesOfColours } from "../../shared/colour/colour-names.ts";
import { bitsOfLab, hexOf, type Lab, labOfHex } from "../../shared/colour/oklab.ts";
import { assignPalette } from "../../shared/colour/recolour.ts";
import type { Vector, VectorLayer } from "../../shared/contract/vectors.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { movedPath } from "../../shared/vectors/vector-path.ts";
import type { Pixels, TracedPixels } from "../engine/interfaces.ts";
import { areaOf, type Outline, outlinesOf } from "../engine/outlines/contours.ts";
import type { StackedLayer } from "../engine/pixels/ground/stack.ts";
import { labelFirst } from "./first-labels.ts";
import { fitOutline } from "./fit.ts";
import { gradientOf } from "./gradients.ts";
import { chooseInks, type Ink } from "./inks.ts";
import { blur, isCovered, stackLayers } from "./layers.ts";
import { type Memberships, membershipsOf, strongestOf } from "./memberships.ts";
import { noiseOf, readPicture, roughnessOf } from "./picture.ts";
import { findRegions } from "./regions.ts";
import { strokeWidthOf } from "./stroke-width.ts";
import { type Layer, svgText } from "./svg-text.ts";

export interface VectorOptions {
  /** What the picture shows; becomes the drawing's title. */
  readonly title?: string | undefined;
  /** `#rrggbb`; the vector is made of exactly these colours, of some of them or all. */
  readonly palette?: readonly string[] | undefined;
  /** Whether known layers keep their gradients beside a palette, as those between requested colours; else they become solid. */
  readonly keepsGradients?: boolean | undefined;
  /** Size of the drawing where the pixels show it larger; absent = their own. */
  readonly shown?: { readonly widthPx: number; readonly heightPx: number } | undefined;
}

/** Side in pixels for which lengths below are meant. */
const usualPx = 128;
/** Share of the picture that the least thing has, and the least outline; things of four pixels and less are none. */
const [speckShare, speckLeastPx, outlineShare] = [0.0007, 4, 0.6];
/** Share of the picture from which an area may have a gradient. */
const gradientShare = 0.02;
/** Squared error in OKLab that a pixel of border may save at `usualPx`: of clean drawings, growing with roughness, up to that of rough ones. */
const borderPrice = { clean: 0.005, byRoughness: 5, most: 0.03 };
/** Distance in pixels, at `usualPx`, that curves may have from outlines, growing with noise. */
const tolerance = { clean: 0.28, byNoise: 6, most: 0.9 };
/** From this noise on outlines are smoothed as much as those of a decoder need; how heavy the middle of that mean is, for others and for these. */
const smoothing = { noiseFrom: 0.012, clean: 4, noisy: 2 };

/** @throws AppError image_rejected for a picture with nothing in it */
export function vectorise(pixels: TracedPixels, options: VectorOptions = {}): Vector {
  const { stack, parts, beneath, widthPx, heightPx } = pixels;
  const size = { ...options, shown: options.shown ?? { widthPx, heightPx } };
  const known = stack ?? parts;
  const drawn = known
    ? vectoriseStack(known, pixels, options, known === parts)
    : vectorisePicture(pixels, options.palette);
  if (!beneath) return written(drawn, size);
  // These have the colours that they should have already.
  const below = named(vectoriseStack(beneath, pixels, {}), "behind");
  const scale = [drawn.widthPx / widthPx, drawn.heightPx / heightPx] as const;
  const moved = below.layers.map((layer) => ({
    ...layer,
    outlines: layer.outlines.map((outline) => movedPath(outline, ([x, y]) => [x * scale[0], y * scale[1]])),
  }));
  return written(
    {
      ...drawn,
      layers: [...moved, ...drawn.layers],
      about: [...below.about, ...drawn.about],
      leftOutCount: drawn.leftOutCount + below.leftOutCount,
    },
    size,
  );
}

/** Layers of a picture, lowest first, and what is told of them. */
interface Traced extends Pick<Pixels, "widthPx" | "heightPx"> {
  readonly layers: readonly Layer[];
  readonly about: readonly VectorLayer[];
  readonly memberships: Memberships;
  readonly leftOutCount: number;
}

const named = ({ layers, about, ...traced }: Traced, after: string): Traced => ({
  ...traced,
  layers: layers.map((layer) => ({ ...layer, name: `${layer.name} ${after}` })),
  about: about.map((layer) => ({ ...layer, name: `${layer.name} ${after}` })),
});

function vectorisePicture(pixels: Pixels, palette: VectorOptions["palette"]): Traced {
  const picture = readPicture(pixels);
  const { widthPx, heightPx } = picture;
  const area = widthPx * heightPx;
  const unit = Math.max(widthPx, heightPx) / usualPx;
  const speckPx = Math.min(area, Math.max(speckLeastPx, speckShare * area));
  const price = Math.min(borderPrice.most, borderPrice.clean + borderPrice.byRoughness * roughnessOf(picture));
  const { ids, regions } = findRegions(picture, labelFirst(picture, speckPx), { speckPx, price: price * unit });
  if (regions.length === 0) throw nothingIn(pixels);
  const noise = noiseOf(regions.map(({ sums }) => sums));
  const found = chooseInks(regions, { most: limits.vectorColoursMax, largePx: gradientShare * area });
  const inks = (palette ? painted(found, palette) : found).sort((one, two) => two.sizePx - one.sizePx);
  const inkOf = new Int16Array(regions.length);
  for (const [index, ink] of inks.entries()) for (const region of ink.regions) inkOf[region] = index;
  const labels = Int16Array.from(ids, (id) => (id < 0 ? -1 : inkOf[id]!));
  const memberships = membershipsOf(picture, labels, inks.length, colourAtOf(inks, found, ids, inkOf), noise);
  const outlines = largestOutlines(stackLayers(labels, memberships, widthPx), widthPx, noise, outlineShare * speckPx);
  const tolerancePx = Math.min(tolerance.most, tolerance.clean + tolerance.byNoise * noise) * Math.sqrt(unit);
  const names = namesOfColours(inks.map(({ lab }) => lab));
  const layers = inks.flatMap((ink, index): Layer[] => {
    const own = outlines.kept.filter((outline) => outline.ink === index);
    if (own.length === 0) return [];
    const isHidden = hiddenTest(memberships, index, widthPx);
    return [
      {
        name: names[index]!,
        hex: ink.hex ?? hexOf(bitsOfLab(ink.lab)),
        ...(ink.gradient && { gradient: gradientOf(ink.gradient, labels, index, widthPx) }),
        outlines: own.map(({ outline }) => fitOutline(outline, tolerancePx, isHidden)),
      },
    ];
  });
  if (layers.length === 0) throw nothingIn(pixels);
  const about = layers.map((layer): VectorLayer => aboutLayer(layer, inks, names, area));
  return { widthPx, heightPx, layers, about, memberships, leftOutCount: outlines.leftOutCount };
}

/** Layers that are known, each a path of its own that goes on beneath the next. @param areBeside whether they lie beside each other as they are given */
function vectoriseStack(
  stack: readonly StackedLayer[],
  { widthPx, heightPx }: Pixels,
  { palette, keepsGradients = palette === undefined }: Pick<VectorOptions, "palette" | "keepsGradients">,
  areBeside = false,
): Traced {
  const area = widthPx * heightPx;
  const covers = stack.map(({ cover }) => Float32Array.from(cover, (value) => value / 255));
  const memberships = [
    ...(areBeside
      ? covers
      : covers.map((cover, at) => cover.map((share, pixel) => Math.max(0, share - (covers[at + 1]?.[pixel] ?? 0))))),
    covers[0]!.map(
      (_, pixel) => 1 - (areBeside ? covers : covers.slice(0, 1)).reduce((sum, own) => sum + own[pixel]!, 0),
    ),
  ];
  const inks = stack.map(({ hex }, at) => ({ hex, sizePx: memberships[at]!.reduce((sum, share) => sum + share, 0) }));
  const chosen =
    palette &&
    assignPalette(
      inks.map(({ hex, sizePx }) => ({ hex, share: sizePx })),
      palette,
    );
  const isOwn = ({ gradient }: StackedLayer): boolean => !chosen || (keepsGradients && gradient !== undefined);
  const hexes = stack.map((layer, at) => (isOwn(layer) ? layer.hex : palette![chosen![at]!]!));
  const names = namesOfColours(hexes.map(labOfHex));
  const least = outlineShare * Math.max(speckLeastPx, speckShare * area);
  // Of all but what is drawn the edges are long curves, whose steps show.
  const even = areBeside
    ? stackLayers(strongestOf(memberships), memberships, widthPx)
    : covers.map((cover, at) => (at < covers.length - 1 ? blur(cover, widthPx, smoothing.noisy) : cover));
  const outlines = largestOutlines(even, widthPx, 0, least);
  const tolerancePx = tolerance.clean * Math.sqrt(Math.max(widthPx, heightPx) / usualPx);
  const layers = stack.flatMap(({ gradient, opacity = 1 }, at): Layer[] => {
    const own = outlines.kept.filter((outline) => outline.ink === at);
    if (own.length === 0) return [];
    const isHidden = areBeside ? hiddenTest(memberships, at, widthPx) : () => false;
    const stops = gradient?.hexes.map((hex, end): readonly [number, string] => [end, hex]) ?? [];
    return [
      {
        name: names[at]!,
        hex: hexes[at]!,
        ...(opacity < 1 && { opacity }),
        ...(gradient && keepsGradients && { gradient: { from: gradient.from, to: gradient.to, stops } }),
        outlines: own.map(({ outline }) => fitOutline(outline, tolerancePx, isHidden)),
      },
    ];
  });
  const about = layers.map((layer): VectorLayer => aboutLayer(layer, inks, names, area));
  return { widthPx, heightPx, layers, about, memberships, leftOutCount: outlines.leftOutCount };
}

/** Layers as text, and their measures. */
function written(
  { layers, about, memberships, leftOutCount, widthPx, heightPx }: Traced,
  { shown: size, title }: Pick<VectorOptions, "title"> & { readonly shown: NonNullable<VectorOptions["shown"]> },
): Vector {
  const scale = [size.widthPx / widthPx, size.heightPx / heightPx] as const;
  return {
    svg: svgText(layers, { ...size, scale, ...(title !== undefined && { title }) }),
    widthPx: size.widthPx,
    heightPx: size.heightPx,
    segmentCount: layers.flatMap(({ outlines }) => outlines).reduce((sum, { segments }) => sum + segments.length, 0),
    strokePx: strokeWidthOf(memberships, widthPx) * scale[0],
    layers: [...about],
    leftOutCount,
  };
}

function nothingIn({ widthPx, heightPx }: Pixels): AppError {
  const [expected, received] = [
    "a picture with something opaque in it",
    `${widthPx} × ${heightPx} px that are transparent`,
  ];
  return new AppError("image_rejected", `image: expected ${expected}, got ${received}`, {
    field: "image",
    expected,
    received,
  });
}

const aboutLayer = (
  { name, hex, gradient, outlines }: Layer,
  inks: readonly Pick<Ink, "sizePx">[],
  names: readonly string[],
  area: number,
) => ({
  name,
  hex,
  isGradient: gradient !== undefined,
  share: inks[names.indexOf(name)]!.sizePx / area,
  outlineCount: outlines.length,
});

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

const hiddenTest =
  (memberships: Memberships, ink: number, widthPx: number) =>
  (point: readonly [number, number]): boolean =>
    isCovered(memberships, ink, widthPx, point);

interface InkOutline {
  readonly ink: number;
  readonly outline: Outline;
  readonly areaPx: number;
}

/** Outlines of all fields, lowest layer first; of too many the largest. */
function largestOutlines(
  fields: readonly Float32Array[],
  widthPx: number,
  noise: number,
  leastPx: number,
): { kept: readonly InkOutline[]; leftOutCount: number } {
  const middle = noise > smoothing.noiseFrom ? smoothing.noisy : smoothing.clean;
  const all = fields.flatMap((field, ink) =>
    outlinesOf(blur(field, widthPx, middle), widthPx)
      .map((outline): InkOutline => ({ ink, outline, areaPx: Math.abs(areaOf(outline)) }))
      .filter(({ areaPx }) => areaPx >= leastPx),
  );
  const most = limits.vectorOutlinesMax;
  const kept = new Set([...all].sort((one, two) => two.areaPx - one.areaPx).slice(0, most));
  return { kept: all.filter((outline) => kept.has(outline)), leftOutCount: all.length - kept.size };
}
