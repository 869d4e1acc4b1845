/** How far around a tile its networks see, and whether it has a network of foreign pictures: from its parts or from its manifest entry. Pure. */

import type { NetworkScale } from "../../shared/contract/upscale-scales.ts";
import { gateReachPx } from "./details/details-gate.ts";
import { meansReachPx } from "./details/keep-means.ts";
import { livelyReachPx } from "./details/lively-places.ts";
import { inksReachPx } from "./letters/inks.ts";
import { letterReachPx } from "./letters/read-letters.ts";
import { grainReachPx } from "./projection/level-grain.ts";
import { softReachPx } from "./projection/soft-projection.ts";

/** Margins of an upscaler's graphs, px of their inputs. */
export interface UpscalerMargins {
  readonly factors: Readonly<
    Record<
      NetworkScale,
      {
        readonly network: number;
        /** Besides, where details are decoded. */
        readonly details: number;
        /** Besides, where letters are drawn. */
        readonly letters: number;
      }
    >
  >;
  /** Around a core whose letters are read. */
  readonly reader: number;
  readonly consistency: Readonly<Record<NetworkScale, number>>;
}

interface HasMargin {
  readonly marginPx: number;
}

export type FactorMargins = HasMargin & { readonly details?: HasMargin | undefined };

interface LetterMargins {
  readonly finderMarginPx: number;
  readonly readerMarginPx: number;
  readonly drawerMarginPx: number;
}

function marginsOfFactor(
  { marginPx, details }: FactorMargins,
  letters: LetterMargins | undefined,
): UpscalerMargins["factors"][NetworkScale] {
  const network = Math.max(gateReachPx, marginPx);
  const drawn = meansReachPx + Math.max(0, Math.max(inksReachPx, letters?.drawerMarginPx ?? 0) - network);
  return {
    network,
    details: Math.max(drawn, meansReachPx + Math.max(livelyReachPx, details?.marginPx ?? 0)),
    letters: drawn,
  };
}

/** Margins of an upscaler from its manifest entry. */
export const marginsOf = ({
  factors,
  letters,
  consistency,
}: {
  readonly factors: Readonly<Record<NetworkScale, FactorMargins>>;
  readonly letters?: LetterMargins | undefined;
  readonly consistency: Readonly<Record<NetworkScale, HasMargin>>;
}): UpscalerMargins => ({
  factors: { 2: marginsOfFactor(factors[2], letters), 4: marginsOfFactor(factors[4], letters) },
  reader: letterReachPx + Math.max(letters?.finderMarginPx ?? 0, letters?.readerMarginPx ?? 0),
  consistency: {
    2: grainReachPx(2) + Math.max(softReachPx, consistency[2].marginPx),
    4: grainReachPx(4) + Math.max(softReachPx, consistency[4].marginPx),
  },
});

/** Of the parts of both factors, or their manifest entries. */
export const knowsForeignOf = (
  factors: Readonly<Record<NetworkScale, { readonly foreignNetwork?: unknown }>>,
): boolean => factors[2].foreignNetwork !== undefined && factors[4].foreignNetwork !== undefined;
