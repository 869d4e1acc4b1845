/**
 * The palette that the form names: hex values, or colour variables of the file or of a library in one mode; and which colours are bound to
 * which variables. Pure.
 */
import { layerNameOf } from "../../shared/colour/colour-names.ts";
import { assignPalette, nearestColour, type SharedColour } from "../../shared/colour/recolour.ts";
import { limits } from "../../shared/limits.ts";
import {
  type Bindings,
  type ColourChange,
  type ColourCollection,
  libraryKeyOf,
  type VectorRecord,
} from "../../shared/messages/vector-messages.ts";
import { colourOfSvg, recolouredSvg } from "../../shared/vectors/vector-svg.ts";
import type { Form } from "./state/form.ts";

export interface Palette {
  /** `#rrggbb`, each once. */
  readonly hexes: readonly string[];
  /** Names of the variables; empty for hex values. */
  readonly names: readonly string[];
  readonly bindings?: Bindings;
}

/** Hex colours in a text, whatever is between them; short ones are spelled out. */
export const hexesIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/#?\b([0-9a-f]{6}|[0-9a-f]{3})\b/gi)].map(([, digits]) =>
      `#${digits!.length === 3 ? digits!.replace(/./g, "$&$&") : digits}`.toLowerCase(),
    ),
  ),
];

/** Undefined: the colours stay as they are. Empty: none were named. */
export function paletteOf({ palette, hexes }: Form, collections: readonly ColourCollection[]): Palette | undefined {
  if (palette === "own") return undefined;
  if (palette === "hex") return { hexes: hexesIn(hexes).slice(0, limits.paletteMax), names: [] };
  const [id, modeId] = splitPalette(palette);
  const { colours = [], collectionId = id } = collections.find((collection) => collection.id === id) ?? {};
  const byHex = new Map<string, { variableId: string; name: string }>();
  for (const { variableId, name, hexByMode } of colours) {
    const hex = hexByMode[modeId];
    // Of two variables with one colour the first is meant.
    if (hex !== undefined && !byHex.has(hex) && byHex.size < limits.paletteMax) byHex.set(hex, { variableId, name });
  }
  const variables = [...byHex].map(([hex, { variableId }]) => ({ hex, variableId }));
  return {
    hexes: [...byHex.keys()],
    names: [...byHex.values()].map(({ name }) => name),
    bindings: { collectionId, modeId, variables },
  };
}

/** The form of a command that needs a palette: for "as drawn" the file's first variables, else hex values. What was chosen stays. */
export function withPalette(form: Form, collections: readonly ColourCollection[]): Form {
  if (form.palette !== "own") return form;
  const [first] = collections.flatMap(({ id, modes }) => modes.map((mode) => paletteName(id, mode.id)));
  return { ...form, palette: first ?? "hex" };
}

/** The palette of a collection in a mode; of a library's collection that was not read, without one. */
export const paletteName = (id: string, modeId = ""): string => `${id}/${modeId}`;

/** The library's collection that a palette is of, as `ColourCollection.id`; undefined for other palettes. */
export function libraryOf(palette: string): string | undefined {
  const [id] = splitPalette(palette);
  return libraryKeyOf(id) === undefined ? undefined : id;
}

/** The same where the colours of that collection were not read. */
export function unreadLibraryOf(palette: string, collections: readonly ColourCollection[]): string | undefined {
  const library = libraryOf(palette);
  return collections.some(({ id, modes }) => id === library && modes.length > 0) ? undefined : library;
}

/** The palette that stands for one of a collection: that itself, else its first mode; undefined where no collection has it. */
export function shownPalette(palette: string, collections: readonly ColourCollection[]): string | undefined {
  const [id, modeId] = splitPalette(palette);
  const found = collections.find((collection) => collection.id === id);
  if (found === undefined) return undefined;
  const mode = found.modes.find((one) => one.id === modeId) ?? found.modes[0];
  return paletteName(id, mode?.id);
}

/** Ids may hold any sign but the one between them, which is the last. */
function splitPalette(palette: string): readonly [id: string, modeId: string] {
  const at = palette.lastIndexOf("/");
  return [palette.slice(0, at), palette.slice(at + 1)];
}

/** What a vector in this palette remembers. */
export const recordOf = (palette: Palette | undefined, how: Form["recolourHow"]): VectorRecord =>
  palette === undefined
    ? {}
    : {
        palette: palette.hexes,
        ...(palette.bindings === undefined ? {} : { bindings: palette.bindings }),
        ...(how === "near" ? { isNear: true } : {}),
      };

/** The drawing with colours that nearly are one of the palette made exactly it, so that they can be bound. */
export const snapped = (svg: string, { palette = [], isNear = false }: VectorRecord): string =>
  isNear ? recolouredSvg(svg, (hex) => palette[nearestColour(hex, palette) ?? -1] ?? hex) : svg;

/** New colours for those that are used, by one assignment; with `near`, only where the palette has nearly the same. */
export function changesFor(
  used: readonly SharedColour[],
  { hexes, bindings }: Palette,
  how: Form["recolourHow"],
): ColourChange[] {
  if (hexes.length === 0) return [];
  const assigned: readonly (number | undefined)[] =
    how === "all" ? assignPalette(used, hexes) : used.map(({ hex }) => nearestColour(hex, hexes));
  return used.flatMap(({ hex }, index) => {
    const at = assigned[index];
    if (at === undefined) return [];
    const to = hexes[at]!;
    const variableId = bindings?.variables.find((variable) => variable.hex === to)?.variableId;
    const names = [layerNameOf(hex), layerNameOf(to)] as const;
    return [{ from: hex, to, names, ...(variableId === undefined ? {} : { variableId }) }];
  });
}

/** Colours of drawings that are bound to nothing, though there are variables. */
export function unboundIn(svgs: readonly string[], bindings: Bindings | undefined): string[] {
  const bound = new Set(bindings?.variables.map(({ hex }) => hex));
  return bindings === undefined ? [] : [...new Set(svgs.flatMap(colourOfSvg))].filter((hex) => !bound.has(hex));
}
