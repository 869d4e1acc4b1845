/** Drawings without their shadows (shadow.ts). Pure; planes are premultiplied RGBA [4, sizePx, sizePx]. */
import { type Drawing, inkOf } from "../ink-colour.ts";
import { type Apart, separated } from "./apart.ts";
import { coverOfLayer } from "./cover.ts";
import { explainedBy } from "./fit.ts";
import { hardShadowOf } from "./hard-shadow.ts";
import { offSoftShadow } from "./off-soft.ts";
import { isSoft, type OffLayer, type Shadow } from "./shadow.ts";
import { softShadowOf } from "./soft-shadow.ts";

/** Share of a pixel that a shadow covers, below which it does not explain the paint there; and pixels, and share, of an area that is the drawing's own then. */
const [coverLeast, ownPx, ownShare] = [0.3, 6, 0.04];
/** Share of the paint in a pixel that may be the drawing's own. */
const paintedFrom = 0.5;
/** Alpha of what is opaque, difference of a channel to the mean of a drawing of one colour, and share of it that is as near. */
const [opaqueFrom, oneColourWithin, oneColourLeast] = [0.95, 0.2, 0.9];
/** Share of a style's drawings that may show a layer's paint elsewhere, and of what they show of it: the rest says that none has it by itself. */
const [strayMost, elsewhereMost] = [0.3, 0.5] as const;
/** Hard shadows on each other that are looked for, besides a soft one behind them. */
const layersMost = 2;

/**
 * Layers of a style's drawings, the innermost first, and the drawings without them; undefined where they have none.
 * @param isWhole drawings without a soft shadow have no others
 */
export function shadowsOf<Shown extends Drawing>(
  drawings: readonly Shown[],
  isWhole: (bare: readonly Shown[]) => boolean = () => false,
): { readonly shadows: readonly Shadow[]; readonly alone: readonly Shown[] } | undefined {
  const shadows: Shadow[] = [];
  let alone = drawings;
  const takeOff = (layer: Shadow): void => {
    shadows.unshift(layer);
    alone = alone.map((drawing) => ({ ...drawing, planes: offLayer(drawing, layer).planes }));
  };
  const soft = softShadowOf(drawings);
  if (soft) takeOff(soft);
  for (let count = 0; count < layersMost && !isWhole(alone); count += 1) {
    const { isOneInk, ink } = inkOf(alone);
    const outer = isOneInk ? undefined : hardShadowOf(alone, ink !== undefined);
    if (!outer) break;
    takeOff({ ...outer, ...(hasAllPaint(alone, outer) && { hasAllPaint: true }) });
  }
  return shadows.length === 0 ? undefined : { shadows, alone };
}

/** Whether what few drawings show of an opaque paint elsewhere is the layer's as well: most have none of their own. */
function hasAllPaint(drawings: readonly Drawing[], layer: Shadow): boolean {
  if (layer.paint.alpha < 1 || layer.around !== undefined) return false;
  const stray = drawings.map((drawing) => ownOf(drawing, layer)).filter(({ own }) => own.size > 0);
  const isLittle = ({ own, first }: (typeof stray)[number]): boolean =>
    own.size <= elsewhereMost * first.layer.filter((share) => share > paintedFrom).length;
  return stray.length <= strayMost * drawings.length && stray.every(isLittle);
}

/** @param shadows the innermost first */
export function withoutShadows({ planes, sizePx }: Drawing, shadows: readonly Shadow[]): OffLayer {
  let off: OffLayer = { planes, explained: 1 };
  for (const layer of [...shadows].reverse()) {
    const { planes: alone, explained } = offLayer({ planes: off.planes, sizePx }, layer);
    off = { planes: alone, explained: Math.min(off.explained, explained) };
  }
  return off;
}

/** What is known of drawings, by the layer and their planes: looking at a style takes them off as well. */
const known = new WeakMap<Shadow, WeakMap<Float32Array, OffLayer>>();

function offLayer(drawing: Drawing, shadows: Shadow): OffLayer {
  const ofLayer = known.get(shadows) ?? new WeakMap<Float32Array, OffLayer>();
  known.set(shadows, ofLayer);
  const off =
    ofLayer.get(drawing.planes) ??
    (isSoft(shadows) ? offSoftShadow(drawing, shadows) : offHardShadow(drawing, shadows));
  ofLayer.set(drawing.planes, off);
  return off;
}

function offHardShadow(drawing: Drawing, shadows: Shadow): OffLayer {
  const { own, first, cover } = ownOf(drawing, shadows);
  const seen = own.size === 0 ? first : separated(drawing, shadows.paint, (at) => own.has(at));
  const alphas = alphasOf(seen.planes);
  const free = alphas.map((alpha, at) => (own.has(at) ? 0 : 1 - alpha));
  const expected = own.size === 0 ? cover : coverOfLayer(alphas, shadows);
  return { planes: seen.planes, explained: explainedBy(expected, { layer: seen.layer, free }) };
}

const alphasOf = (planes: Float32Array): Float32Array => planes.subarray((3 * planes.length) / 4);

/** Pixels that show the paint and are the drawing's own, with the drawing as it is if none are, and what the layer then covers. */
function ownOf(drawing: Drawing, shadows: Shadow): { own: ReadonlySet<number>; first: Apart; cover: Float32Array } {
  const { sizePx } = drawing;
  const first = separated(drawing, shadows.paint);
  const cover = coverOfLayer(alphasOf(first.planes), shadows);
  if (shadows.hasAllPaint) return { own: new Set(), first, cover };
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
  return { own, first, cover };
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
