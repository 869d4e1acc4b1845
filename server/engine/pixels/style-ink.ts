/** What the drawings of a style are drawn in and on. */
import type { ColourSpread } from "./colour-spread.ts";
import { type Ground, groundOf } from "./ground.ts";
import { type DrawnInk, inkOf } from "./ink-colour.ts";

export interface StyleInk extends DrawnInk {
  /** How several colours lie, where drawings show them. */
  readonly spread?: ColourSpread | undefined;
  /** What drawings of one ink lie on. */
  readonly ground?: Ground | undefined;
}

/** @param drawings premultiplied RGBA [4, sizePx, sizePx] */
export function styleInkOf(drawings: Parameters<typeof groundOf>[0]): StyleInk {
  const ink = inkOf(drawings);
  const ground = ink.ink ? undefined : groundOf(drawings);
  return ground ? { isOneInk: true, ground } : ink;
}
