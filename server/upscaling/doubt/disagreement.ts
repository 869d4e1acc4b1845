/**
 * Where both networks of an upscaler disagree: the one as published and the one of foreign pictures. They were trained on different
 * pictures, so an error of one is seldom an error of the other (ensembles tell doubt: Lakshminarayanan, Pritzel, Blundell 2017). Pure.
 */
import type { Pixels } from "../../engine/interfaces.ts";
import { partsPerLevel } from "./pixel-std.ts";

/** How the answer to compare with is read: by another network. */
export const otherReading = (
  foreignness: number,
): { readonly foreignness: number; readonly isShrunkDrawing: boolean } => ({
  foreignness: foreignness === 1 ? 0 : 1,
  isShrunkDrawing: false,
});

/** Mean difference of two answers over colours, times alpha, in parts of a level, [heightPx, widthPx]. */
export function disagreementOf(one: Pixels, other: Pixels): Uint16Array {
  const disagreement = new Uint16Array(one.widthPx * one.heightPx);
  for (let pixel = 0, at = 0; pixel < disagreement.length; pixel += 1, at += 4) {
    let sum = 0;
    for (let channel = at; channel < at + 3; channel += 1) sum += Math.abs(one.rgba[channel]! - other.rgba[channel]!);
    disagreement[pixel] = Math.round((sum * partsPerLevel * one.rgba[at + 3]!) / (3 * 255));
  }
  return disagreement;
}
