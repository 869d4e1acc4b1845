/** What a drawing that a caption starts from had better look like, in lines or filled, and how large it is in the requested style. */
import { areThin } from "../../engine/areas/around.ts";
import type { Fills } from "../../engine/compose/layers.ts";
import type { ConditionValues } from "../../engine/conditions.ts";
import type { StyleCorners } from "../../engine/corners/style-corners.ts";
import type { DrawingFinder, Hand } from "../../engine/interfaces.ts";
import type { StyleInk } from "../../engine/pixels/style-ink.ts";
import { inkOfStyle } from "../../engine/read-in-ink.ts";
import type { Translation } from "../../engine/translation.ts";

export interface WantedDrawing {
  /** What comes out well: what is in lines or filled already needs no guess. */
  readonly look: Parameters<DrawingFinder["find"]>[0]["look"];
  readonly liveArea: number | undefined;
  readonly fills: Fills;
  /** Of the style, where these are clear. */
  readonly corners?: StyleCorners | undefined;
  /** Sets of the library by whoever drew the style. */
  readonly ownSets?: ReadonlySet<string> | undefined;
  /** Sets of the library from which the icons of a family start (family-hand.ts). */
  readonly hand?: Hand | undefined;
}

/** Sets of the library by the first word of named styles, where that is not what the set is called. */
const setsByStyle: ReadonlyMap<string, readonly string[]> = new Map([
  ["iconpark", ["icon-park-outline", "icon-park-solid"]],
  ["material", ["material-symbols", "ic"]],
  ["phosphor", ["ph"]],
]);

/** How large a drawing becomes, and the field that it comes from. */
export interface WantedSize {
  readonly sizePx: number;
  /** Share of the side. */
  readonly liveArea: number | undefined;
  readonly field: string;
}

export function wantedDrawing(translation: Pick<Translation, "conditions">, requested: ConditionValues): WantedDrawing {
  const styleInk: Partial<StyleInk> = requested.style ? inkOfStyle(translation, requested) : {};
  const look = wantedLook(styleInk, requested.style);
  const { lines, areas, liveArea } = styleInk;
  const isTinted = lines?.tint !== undefined || areas?.outline !== undefined;
  return {
    look,
    liveArea,
    corners: lines?.corners,
    ownSets: ownSetsOf(requested.style),
    fills: look !== "lines" ? "whole" : isTinted ? "beside lines" : "none",
  };
}

/** Icons of one hand: a style that has a name is drawn from what its designers drew. */
function ownSetsOf(style: ConditionValues["style"]): ReadonlySet<string> | undefined {
  if (style?.kind !== "text") return undefined;
  const [first = ""] = style.text.split("-");
  return new Set(setsByStyle.get(first) ?? [style.text, first]);
}

function wantedLook({ lines, areas }: Partial<StyleInk>, style: ConditionValues["style"]): WantedDrawing["look"] {
  if (areas?.outline || lines?.isAll) return "lines";
  if (!areas?.isOfFills && !(lines && lines.tint === undefined)) return undefined;
  // Of a few drawings in lines of two colours, or of uneven width, no more is read.
  return areMostlyThin(style) ? "lines" : "fills";
}

/** Images of a style that are looked at once more; each takes some 10 ms. */
const lookedMost = 5;

function areMostlyThin(style: ConditionValues["style"]): boolean {
  const images = style?.kind === "images" ? style.images.slice(0, lookedMost) : [];
  const thin = images.filter(({ planes, sizePx }) => areThin(planes.subarray(3 * sizePx ** 2), sizePx));
  return thin.length > images.length / 2;
}
