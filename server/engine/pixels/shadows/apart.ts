/**
 * A drawing and a layer of one flat paint behind it, seen apart: pixels that show the paint and nothing else are the layer's, edges are
 * divided between both. Pure; planes are premultiplied RGBA [4, sizePx, sizePx].
 */

import { areasAtBorder, labelAreas } from "../../lines/label-areas.ts";
import type { Drawing, Ink } from "../ink-colour.ts";
import { forNear } from "../places.ts";

/** A flat colour. */
export interface FlatPaint {
  readonly ink: Ink;
  readonly alpha: number;
}

export interface Apart {
  /** The drawing without the layer. */
  readonly planes: Float32Array;
  /** Share of each pixel that shows the layer. */
  readonly layer: Float32Array;
  /** Areas that lines enclose and the paint fills wholly, which may be the drawing's own: their pixels. */
  readonly fills: ReadonlyArray<readonly number[]>;
}

/** Difference of a channel of a pixel that shows the paint alone, by any share. */
const alikeWithin = 0.07;
/** Share of the paint from which on a pixel is full of it, and share of an enclosed area that must be so. */
const [fullFrom, fillLeast] = [0.8, 0.97];
/** Alpha of what is drawn. */
const drawnFrom = 0.5;
/** Reach of an edge. */
const edgePx = 2;
/** Layers at an edge that hide nearly all, so that alpha does not tell the drawing's share. */
const opaqueFrom = 0.9;

/** @param isOwn of pixels that show the paint: the drawing has them by itself */
export function separated({ planes, sizePx }: Drawing, paint: FlatPaint, isOwn?: (at: number) => boolean): Apart {
  const pixels = sizePx ** 2;
  const [share, away] = sharesOf(planes, paint, pixels);
  const strength = strengthsOf(share, away, sizePx);
  const alphaAt = (at: number): number => planes[3 * pixels + at]!;
  const drawn = Uint8Array.from(strength, (value, at) => Number(value >= 0.5 && alphaAt(at) >= drawnFrom));
  const alone = planes.slice();
  const layer = new Float32Array(pixels);
  for (let at = 0; at < pixels; at += 1) {
    if (alphaAt(at) === 0) continue;
    if (share[at]! >= 0) {
      if (isOwn?.(at)) continue;
      layer[at] = share[at]!;
      for (let channel = 0; channel < 4; channel += 1) alone[channel * pixels + at] = 0;
      continue;
    }
    // Deep inside of the drawing nothing is seen of what is behind.
    const behind = strength[at] === 1 && alphaAt(at) > opaqueFrom ? 0 : behindOf(share, at, sizePx, isOwn);
    const hides = behind * paint.alpha;
    const own = Math.max(0, hides > opaqueFrom ? strength[at]! : (alphaAt(at) - hides) / (1 - hides));
    layer[at] = (1 - own) * behind;
    if (behind > 0) {
      // Edges have the colour of the drawing beside them: what is left of the paint would be a colour more.
      const from = strongestNear(away, share, at, sizePx);
      for (let channel = 0; channel < 3; channel += 1)
        alone[channel * pixels + at] = (own * planes[channel * pixels + from]!) / alphaAt(from);
    }
    alone[3 * pixels + at] = own;
  }
  return { planes: alone, layer, fills: fillsOf(drawn, share, sizePx) };
}

/** Of each pixel the share of the paint, below 0 where it shows others too, and how far it is from the whole paint. */
function sharesOf(planes: Float32Array, { ink, alpha }: FlatPaint, pixels: number): [Float32Array, Float32Array] {
  const whole = [ink[0] * alpha, ink[1] * alpha, ink[2] * alpha, alpha] as const;
  const length = whole.reduce((sum, value) => sum + value * value, 0);
  const [shares, away] = [new Float32Array(pixels), new Float32Array(pixels)];
  for (let at = 0; at < pixels; at += 1) {
    const [red, green, blue, cover] = [
      planes[at]!,
      planes[pixels + at]!,
      planes[2 * pixels + at]!,
      planes[3 * pixels + at]!,
    ];
    const share = Math.min(1, (red * whole[0] + green * whole[1] + blue * whole[2] + cover * whole[3]) / length);
    const apart = Math.max(
      Math.abs(red - share * whole[0]),
      Math.abs(green - share * whole[1]),
      Math.abs(blue - share * whole[2]),
      Math.abs(cover - share * whole[3]),
    );
    shares[at] = apart <= alikeWithin ? share : -1;
    away[at] = Math.max(
      Math.abs(red - whole[0]),
      Math.abs(green - whole[1]),
      Math.abs(blue - whole[2]),
      Math.abs(cover - whole[3]),
    );
  }
  return [shares, away];
}

/** How much a pixel is of the drawing and not of the paint: it is as far from the paint as those around are at most. */
function strengthsOf(share: Float32Array, away: Float32Array, sizePx: number): Float32Array {
  const strength = new Float32Array(share.length);
  const isEdge = nearPaint(share, sizePx);
  for (let at = 0; at < share.length; at += 1) {
    if (share[at]! >= 0) continue;
    strength[at] = 1;
    if (!isEdge[at]) continue;
    let most = away[at]!;
    forNear(at, sizePx, edgePx, (near) => {
      if (share[near]! < 0) most = Math.max(most, away[near]!);
    });
    strength[at] = away[at]! / most;
  }
  return strength;
}

/** The pixel of the drawing beside an edge that is farthest from the paint. */
function strongestNear(away: Float32Array, share: Float32Array, at: number, sizePx: number): number {
  let strongest = at;
  forNear(at, sizePx, edgePx, (near) => {
    if (share[near]! < 0 && away[near]! > away[strongest]!) strongest = near;
  });
  return strongest;
}

/** Pixels no farther from one that shows the paint, or nothing, than an edge is broad. */
function nearPaint(share: Float32Array, sizePx: number): Uint8Array {
  const along = (isIn: (at: number) => boolean, step: number, placeOf: (at: number) => number): Uint8Array => {
    const near = new Uint8Array(share.length);
    for (let at = 0; at < share.length; at += 1) {
      const place = placeOf(at);
      for (let by = -Math.min(edgePx, place); by <= Math.min(edgePx, sizePx - 1 - place) && !near[at]; by += 1)
        if (isIn(at + by * step)) near[at] = 1;
    }
    return near;
  };
  const rows = along(
    (at) => share[at]! >= 0,
    1,
    (at) => at % sizePx,
  );
  return along(
    (at) => rows[at] === 1,
    sizePx,
    (at) => Math.floor(at / sizePx),
  );
}

/** Share of the layer beside a pixel. */
function behindOf(share: Float32Array, at: number, sizePx: number, isOwn?: (at: number) => boolean): number {
  for (const reach of [1, 2]) {
    let [sum, count] = [0, 0];
    forNear(at, sizePx, reach, (near) => {
      if (share[near]! < 0) return;
      count += 1;
      if (!isOwn?.(near)) sum += share[near]!;
    });
    if (count > 0) return sum / count;
  }
  return 0;
}

function fillsOf(drawn: Uint8Array, share: Float32Array, sizePx: number): number[][] {
  const areas = labelAreas(drawn, 0, sizePx);
  const outside = areasAtBorder(areas, sizePx);
  const enclosed = new Map<number, number[]>();
  for (const [at, area] of areas.entries()) {
    if (area === 0 || outside.has(area)) continue;
    const known = enclosed.get(area);
    if (known) known.push(at);
    else enclosed.set(area, [at]);
  }
  return [...enclosed.values()].flatMap((area) => {
    const shown = area.filter((at) => share[at]! >= 0);
    const full = shown.filter((at) => share[at]! >= fullFrom);
    return full.length >= 4 && full.length >= fillLeast * shown.length ? [shown] : [];
  });
}
