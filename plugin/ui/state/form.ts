/** What a person has chosen in the plugin's forms, one object for all commands; kept from one start to the next. */
import type { Depth } from "../../../shared/contract/conditions.ts";
import { type UpscaleFactor, upscaleFactors } from "../../../shared/contract/upscale-scales.ts";
import { limits } from "../../../shared/limits.ts";
import { tileSizesPx } from "../../../shared/messages/settings.ts";

export interface Form {
  /** One caption a line. */
  readonly captions: string;
  /** A style id; empty: any style. */
  readonly style: string;
  readonly count: number;
  readonly seed: number;
  readonly isSeedFixed: boolean;
  readonly temperature: number;
  readonly guidance: number;
  readonly retrieval: number;
  /** How much the images of one request differ. */
  readonly diversity: number;
  /** Side of an image on a new artboard, in px of the canvas. */
  readonly tilePx: number;
  /** A label id; empty: none chosen. */
  readonly label: string;
  /** How an image lies in a layer that had none. */
  readonly scaleMode: "FILL" | "FIT";
  /** Names that matched no label, with the label that a person chose for each. */
  readonly chosenLabels: Readonly<Record<string, string>>;
  /** Of a restyle, sketch or variation: what it shall show; empty: as it is. For one command at a time. */
  readonly caption: string;
  readonly depth: Depth;
  /** Images of a blend, both ends among them. */
  readonly frames: number;
  /** 1 = as large as it is, only cleaned. */
  readonly scale: UpscaleFactor;
  readonly detail: number;
  /** How far marks of JPEG are removed, 0 to 1. */
  readonly clean: number;
  /** Whether small text is read, and drawn as letters. */
  readonly readsLetters: boolean;
  readonly hypotheses: number;
  readonly hasVariance: boolean;
  /** What can't be known, in the map. */
  readonly hasOutlines: boolean;
  /** Styles that were chosen, the last one first. */
  readonly recentStyles: readonly string[];
  /** What results become on the canvas. */
  readonly insertAs: "vector" | "image";
  /** Colours of vectors: `own`, `hex`, or a collection and a mode, `COLLECTION/MODE`. */
  readonly palette: string;
  /** `#rrggbb` and the like, in any order, for `hex`. */
  readonly hexes: string;
  /** Every colour gets one of the palette, or only those that nearly are one. */
  readonly recolourHow: "all" | "near";
  /** Where vectors of the selection go. */
  readonly vectorsGo: "beside" | "in-place";
  /** Names of a family, one a line. */
  readonly names: string;
  /** Name of a style that is to be learned. */
  readonly styleName: string;
  /** Of a part that is drawn anew: 0 = the likeliest answer. */
  readonly redrawVariety: number;
  /** The style of such a part, of those that redraw; empty: the icon's own. */
  readonly redrawStyle: string;
}

export const defaultForm: Form = {
  captions: "",
  style: "",
  count: limits.countDefault,
  seed: 0,
  isSeedFixed: false,
  temperature: limits.temperatureDefault,
  guidance: limits.guidanceDefault,
  retrieval: limits.retrievalDefault,
  diversity: limits.diversityIdeas,
  tilePx: 128,
  label: "",
  scaleMode: "FILL",
  chosenLabels: {},
  caption: "",
  depth: "middle",
  frames: 5,
  scale: 2,
  detail: 0,
  clean: 1,
  readsLetters: true,
  hypotheses: 1,
  hasVariance: false,
  hasOutlines: false,
  recentStyles: [],
  insertAs: "vector",
  palette: "own",
  hexes: "#0b3954, #087e8b, #bfd7ea, #ff5a5f",
  recolourHow: "all",
  vectorsGo: "beside",
  names: "",
  styleName: "",
  redrawVariety: 0,
  redrawStyle: "",
};

/** What says where results go and how they lie there, or serves the form itself. */
const asksNothing: readonly string[] = [
  "tilePx",
  "scaleMode",
  "insertAs",
  "vectorsGo",
  "recentStyles",
  "styleName",
  "isSeedFixed",
];

const comparable = (value: unknown): unknown =>
  typeof value === "object" ? JSON.stringify(Object.entries(value!).sort()) : value;

/** A seed that is drawn anew for each run asks for nothing. */
export const asksForOther = (before: Form, now: Form): boolean =>
  Object.entries(now).some(
    ([key, value]) =>
      !asksNothing.includes(key) &&
      (key !== "seed" || now.isSeedFixed) &&
      comparable(value) !== comparable(before[key as keyof Form]),
  );

const bounds: Readonly<Partial<Record<keyof Form, readonly [min: number, max: number]>>> = {
  count: [1, limits.countMax],
  seed: [0, limits.seedMax],
  temperature: [0, limits.temperatureMax],
  guidance: [0, limits.guidanceMax],
  retrieval: [0, 1],
  diversity: [0, limits.diversityMax],
  tilePx: [tileSizesPx[0], tileSizesPx.at(-1)!],
  frames: [3, limits.countMax],
  detail: [0, 1],
  clean: [0, 1],
  hypotheses: [1, limits.upscaleCountMax],
  redrawVariety: [0, limits.temperatureMax],
};
const choices: Readonly<Partial<Record<keyof Form, readonly unknown[]>>> = {
  tilePx: tileSizesPx,
  scaleMode: ["FILL", "FIT"],
  depth: ["early", "middle", "last"],
  scale: upscaleFactors,
  insertAs: ["vector", "image"],
  recolourHow: ["all", "near"],
  vectorsGo: ["beside", "in-place"],
};

/** A form as stored by any version of the plugin: what is missing or out of range becomes the default. */
export function readForm(stored: unknown): Form {
  const given = (typeof stored === "object" && stored !== null ? stored : {}) as Record<string, unknown>;
  const entries = Object.entries(defaultForm).map(([key, usual]): [string, unknown] => {
    const value = given[key];
    const [min, max] = bounds[key as keyof Form] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const allowed = choices[key as keyof Form];
    if (typeof value !== typeof usual || (allowed !== undefined && !allowed.includes(value))) return [key, usual];
    if (typeof value === "number" && !(value >= min && value <= max)) return [key, usual];
    return [key, value];
  });
  const form = Object.fromEntries(entries) as unknown as Form;
  return {
    ...form,
    count: Math.round(form.count),
    seed: Math.round(form.seed),
    chosenLabels: {},
    caption: "",
    recentStyles: recentIn(given["recentStyles"]),
  };
}

/** Styles at the top of the list: more are no quicker to find there. */
const recentMax = 5;
const recentIn = (stored: unknown): readonly string[] =>
  Array.isArray(stored) ? stored.filter((id) => typeof id === "string").slice(0, recentMax) : [];

/** The list after a style was chosen. */
export const withRecent = (recent: readonly string[], style: string): readonly string[] =>
  style === "" ? recent : [style, ...recent.filter((other) => other !== style)].slice(0, recentMax);
