/** Drawings without their hard shadows (hard-shadow.ts). Pure; planes are premultiplied RGBA [4, sizePx, sizePx]. */
import { type Drawing, inkOf } from "../ink-colour.ts";
import { separated } from "./apart.ts";
import { coverOfLayer } from "./cover.ts";
import { explainedBy } from "./fit.ts";
import { type HardShadow, hardShadowOf } from "./hard-shadow.ts";

/** Share of a pixel that a shadow covers, below which it does not explain the paint there; and pixels, and share, of an area that is the drawing's own then. */
const [coverLeast, ownPx, ownShare] = [0.3, 6, 0.04];
/** Share of the paint in a pixel that may be the drawing's own. */
const paintedFrom = 0.5;
/** Alpha of what is opaque, difference of a channel to the mean of a drawing of one colour, and share of it that is as near. */
const [opaqueFrom, oneColourWithin, oneColourLeast] = [0.95, 0.2, 0.9];
/** Layers on each other that are looked for. */
const layersMost = 2;

/** Layers of a style's drawings, the innermost first, and the drawings without them; undefined where they have none. */
export function shadowsOf<Shown extends Drawing>(
  drawings: readonly Shown[],
): { readonly shadows: readonly HardShadow[]; readonly alone: readonly Shown[] } | undefined {
  const shadows: HardShadow[] = [];
  let alone = drawings;
  for (let count = 0; count < layersMost; count += 1) {
    const { isOneInk, ink } = inkOf(alone);
    const outer = isOneInk ? undefined : hardShadowOf(alone, ink !== undefined);
    if (!outer) break;
    shadows.unshift(outer);
    alone = alone.map((drawing) => ({ ...drawing, planes: offLayer(drawing, outer).planes }));
  }
  return shadows.length === 0 ? undefined : { shadows, alone };
}

/** @param shadows the innermost first */
export function withoutShadows({ planes, sizePx }: Drawing, shadows: readonly HardShadow[]): OffLayer {
  let off: OffLayer = { planes, explained: 1 };
  for (const layer of [...shadows].reverse()) {
    const { planes: alone, explained } = offLayer({ planes: off.planes, sizePx }, layer);
    off = { planes: alone, explained: Math.min(off.explained, explained) };
  }
  return off;
}

interface OffLayer {
  /** The drawing alone. */
  readonly planes: Float32Array;
  /** Of what shows a layer or should, the share that is where it is expected: of several the least. */
  readonly explained: number;
}

/** What is known of drawings, by the layer and their planes: looking at a style takes them off as well. */
const known = new WeakMap<HardShadow, WeakMap<Float32Array, OffLayer>>();

function offLayer(drawing: Drawing, shadows: HardShadow): OffLayer {
  const ofLayer = known.get(shadows) ?? new WeakMap<Float32Array, OffLayer>();
  known.set(shadows, ofLayer);
  const off = ofLayer.get(drawing.planes) ?? takeOff(drawing, shadows);
  ofLayer.set(drawing.planes, off);
  return off;
}

function takeOff(drawing: Drawing, shadows: HardShadow): OffLayer {
  const { sizePx } = drawing;
  const alphasOf = (planes: Float32Array): Float32Array => planes.subarray(3 * sizePx ** 2);
  const first = separated(drawing, shadows.paint);
  const cover = coverOfLayer(alphasOf(first.planes), shadows);
  const isBare = (at: number): boolean => cover[at]! < coverLeast;
  const own = new Set<number>();
  // What a drawing of several colours encloses in the margin's colour is its own; in one of one ink a margin goes into holes.
  const ownsFills = shadows.around !== undefined && !isNearlyOneColour(first.planes);
  for (const fill of first.fills)
    if (ownsFills || fill.filter(isBare).length >= Math.max(ownPx, ownShare * fill.length))
      for (const at of fill) own.add(at);
  // Marks of a tint that lie elsewhere than they should are the layer's all the same: drawings have no such tint.
  if (shadows.paint.alpha === 1)
    for (const at of clumpsOf((pixel) => first.layer[pixel]! > paintedFrom && isBare(pixel), sizePx)) own.add(at);
  const seen = own.size === 0 ? first : separated(drawing, shadows.paint, (at) => own.has(at));
  const alphas = alphasOf(seen.planes);
  const free = alphas.map((alpha, at) => (own.has(at) ? 0 : 1 - alpha));
  const expected = own.size === 0 ? cover : coverOfLayer(alphas, shadows);
  return { planes: seen.planes, explained: explainedBy(expected, { layer: seen.layer, free }) };
}

/** Whether most of what is opaque is nearly of its mean colour; edges may keep some of what lay beside them. */
function isNearlyOneColour(planes: Float32Array): boolean {
  const pixels = planes.length / 4;
  const opaque: number[] = [];
  for (let at = 0; at < pixels; at += 1) if (planes[3 * pixels + at]! >= opaqueFrom) opaque.push(at);
  const means = [0, 1, 2].map(
    (channel) => opaque.reduce((sum, at) => sum + planes[channel * pixels + at]!, 0) / opaque.length,
  );
  const near = opaque.filter((at) =>
    means.every((mean, channel) => Math.abs(planes[channel * pixels + at]! - mean) <= oneColourWithin),
  );
  return near.length >= oneColourLeast * opaque.length;
}

/** Pixels of squares of three by three that all are so. */
function clumpsOf(is: (at: number) => boolean, sizePx: number): ReadonlySet<number> {
  const clumps = new Set<number>();
  const square = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => down * sizePx + right));
  for (let y = 1; y < sizePx - 1; y += 1)
    for (let x = 1; x < sizePx - 1; x += 1) {
      const at = y * sizePx + x;
      if (is(at) && square.every((by) => is(at + by))) for (const by of square) clumps.add(at + by);
    }
  return clumps;
}
