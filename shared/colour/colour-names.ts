/** Names of colours for layers: "dark blue". By lightness, chroma and hue in OKLab; the limits are where people change the word, roughly. */
import { type Lab, labOfHex, polarOf } from "./oklab.ts";

/** Hue in degrees at which each word ends, from red on. */
const hues: ReadonlyArray<readonly [until: number, name: string]> = [
  [8, "pink"],
  [40, "red"],
  [78, "orange"],
  [118, "yellow"],
  [163, "green"],
  [210, "teal"],
  [225, "cyan"],
  [285, "blue"],
  [325, "purple"],
  [352, "magenta"],
  [361, "pink"],
];

export function nameOfColour(lab: Lab): string {
  const [lightness] = lab;
  const { chroma, hue } = polarOf(lab);
  // So dark a colour looks black, of whatever hue.
  if (lightness < 0.2 && chroma < 0.05) return "black";
  if (chroma < 0.035) {
    if (lightness > 0.95) return "white";
    if (lightness < 0.28) return "black";
    return lightness > 0.78 ? "light grey" : lightness < 0.48 ? "dark grey" : "grey";
  }
  const word = hues.find(([until]) => hue < until)![1];
  // The slates of interfaces.
  if (word === "blue" && chroma < 0.055 && lightness < 0.78) return lightness < 0.42 ? "dark blue grey" : "blue grey";
  if (word === "orange" && lightness < 0.62) return lightness < 0.4 ? "dark brown" : "brown";
  if ((word === "red" || word === "orange") && lightness > 0.84 && chroma < 0.1)
    return word === "red" ? "light pink" : "peach";
  if (word === "yellow" && lightness < 0.6) return "olive";
  const isLight = word === "yellow" ? lightness > 0.95 && chroma < 0.1 : lightness > 0.8 && chroma < 0.13;
  return isLight ? `light ${word}` : lightness < 0.42 ? `dark ${word}` : word;
}

/** As a layer of the colour is named in drawings of Tau: their ids have hyphens. @param hex `#rrggbb` */
export const layerNameOf = (hex: string): string => nameOfColour(labOfHex(hex)).replaceAll(" ", "-");

/** The same for several, each name once: a second one gets a number. */
export function namesOfColours(colours: readonly Lab[]): string[] {
  const times = new Map<string, number>();
  return colours.map((lab) => {
    const name = nameOfColour(lab);
    const own = (times.get(name) ?? 0) + 1;
    times.set(name, own);
    return own === 1 ? name : `${name} ${own}`;
  });
}
