/** Drawings without a soft shadow (soft-shadow.ts): what it shows through and beside them is taken away. Pure; planes are premultiplied RGBA [4, sizePx, sizePx]. */
import type { Drawing } from "../ink-colour.ts";
import { coverOfLayer } from "./cover.ts";
import type { OffLayer, Shadow } from "./shadow.ts";
import { bodyOf } from "./soft-shadow.ts";

/** Alpha below which what is left of a pixel is nothing. */
const leftLeast = 0.06;
/** The drawing is known better once its shadow is, and the shadow then too. */
const rounds = 2;

export function offSoftShadow({ planes, sizePx }: Drawing, shadow: Shadow): OffLayer {
  const pixels = sizePx ** 2;
  const alphas = planes.subarray(3 * pixels);
  const { alpha: most, ink } = shadow.paint;
  const { body, isFree } = bodyOf(alphas, sizePx);
  let alone = body;
  let cast = alone;
  for (let round = 0; round < rounds; round += 1) {
    cast = coverOfLayer(alone, shadow).map((cover) => cover * most);
    alone = alphas.map((alpha, at) => {
      const own = (alpha - cast[at]!) / (1 - cast[at]!);
      return own < leftLeast ? 0 : own;
    });
  }
  const left = new Float32Array(planes.length);
  left.set(alone, 3 * pixels);
  let [both, either] = [0, 0];
  for (let at = 0; at < pixels; at += 1) {
    const own = alone[at]!;
    if (isFree[at] === 1) {
      both += Math.min(cast[at]!, alphas[at]!);
      either += Math.max(cast[at]!, alphas[at]!);
    }
    if (own === 0) continue;
    for (const [channel, value] of ink.entries()) {
      const of = planes[channel * pixels + at]! - (1 - own) * cast[at]! * value;
      left[channel * pixels + at] = Math.min(own, Math.max(0, of));
    }
  }
  return { planes: left, explained: either === 0 ? 0 : both / either };
}
