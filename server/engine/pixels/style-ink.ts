/** What the drawings of a style are drawn in and on. */

import type { Accent } from "./accents.ts";
import type { ColourSpread } from "./colour-spread.ts";
import { asInk, flatInksOf } from "./flat-inks.ts";
import { commonShape, type Ground, groundOf, offGround } from "./ground.ts";
import { type DrawnInk, inkOf } from "./ink-colour.ts";

export interface StyleInk extends DrawnInk {
  /** How several colours lie, where drawings show them. */
  readonly spread?: ColourSpread | undefined;
  /** Flat colours besides the ink (flat-inks.ts): of lines where all is one ink, else of areas, as tints are. */
  readonly accents?: readonly Accent[] | undefined;
  /** What drawings of one ink lie on. */
  readonly ground?: Ground | undefined;
}

/** Of drawings of several colours; undefined where they are of many, or of gradients. */
export function flatStyleOf(drawings: Parameters<typeof groundOf>[0]): StyleInk | undefined {
  const ground = groundOf(drawings);
  if (ground) return { isOneInk: true, ground };
  return commonShape(drawings) ? undefined : flatInksOf(drawings);
}

/** A drawing of such a style as the flow between styles knows it, in the usual ink; undefined where it is not of the style. */
export function asInkOf(drawing: Parameters<typeof groundOf>[0][number], style: StyleInk): Float32Array | undefined {
  if (style.ground) return offGround(drawing, style.ground);
  const { ink, accents, isOneInk } = style;
  return ink && accents && asInk(drawing, { ink, accents, isOneInk });
}

/** @param drawings premultiplied RGBA [4, sizePx, sizePx] */
export function styleInkOf(drawings: Parameters<typeof groundOf>[0]): StyleInk {
  const ink = inkOf(drawings);
  return ink.ink ? ink : (flatStyleOf(drawings) ?? ink);
}
