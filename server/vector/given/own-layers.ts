/** The shapes of a given drawing as layers of a vector: their own nodes in the answer's colours, or the palette's. Pure. */
import { namesOfColours } from "../../../shared/colour/colour-names.ts";
import { labOfHex } from "../../../shared/colour/oklab.ts";
import { assignPalette } from "../../../shared/colour/recolour.ts";
import type { Path } from "../../../shared/vectors/vector-path.ts";
import type { TracedLayer } from "../draw-layers.ts";
import { type Found, faintest } from "./parts.ts";

/** One layer a shape; what is not seen is left out. */
export function layersOf(
  { shapes, parts, paints }: Found,
  palette: readonly string[] | undefined,
  pixelCount: number,
): TracedLayer[] {
  const shown = parts.flatMap((part, at) => {
    const paint = paints[at];
    const share = part.cover.shares.reduce((sum, own) => sum + own, 0) / pixelCount;
    return paint && paint.alpha >= faintest ? [{ ...part, ...paint, share }] : [];
  });
  const hexes = [...new Set(shown.map(({ hex }) => hex))];
  const shareOf = (hex: string): number => shown.reduce((sum, own) => sum + (own.hex === hex ? own.share : 0), 0);
  const chosen =
    palette &&
    assignPalette(
      hexes.map((hex) => ({ hex, share: shareOf(hex) })),
      palette,
    );
  const inPalette = (hex: string): string => (chosen ? palette![chosen[hexes.indexOf(hex)]!]! : hex);
  const colours = [...new Set(shown.map(({ hex }) => inPalette(hex)))];
  const named = namesOfColours(colours.map(labOfHex));
  const layers = shapes.flatMap(({ paths, name, stroke, fill, isCut }, index): TracedLayer[] => {
    const own = shown.filter(({ shape }) => shape === index);
    const [filled, lined] = (["fill", "stroke"] as const).map((wanted) => own.find(({ kind }) => kind === wanted));
    const main = lined ?? filled;
    if (!main) return [];
    const hex = inPalette(main.hex);
    return [
      {
        name: name || named[colours.indexOf(hex)]!,
        hex,
        ...(main.alpha < 1 && { opacity: main.alpha }),
        share: main.share,
        outlines: paths as Path[],
        ...(!isCut && { isOwn: true }),
        ...(filled && { fillRule: fill!.rule }),
        ...(lined && { stroke: { widthPx: stroke!.width, cap: stroke!.cap, join: stroke!.join } }),
        ...(lined && filled && { fillHex: inPalette(filled.hex) }),
        ...(lined && stroke!.join === "miter" && stroke!.miterLimit !== 4 && { miterLimit: stroke!.miterLimit }),
      },
    ];
  });
  return withOwnNames(layers);
}

/** With names of their own, written with hyphens as ids are. */
export function withOwnNames(layers: readonly TracedLayer[]): TracedLayer[] {
  const taken = new Set<string>();
  return layers.map((layer) => {
    const id = layer.name.replaceAll(" ", "-");
    let name = id;
    for (let number = 2; taken.has(name); number += 1) name = `${id}-${number}`;
    taken.add(name);
    return { ...layer, name };
  });
}
