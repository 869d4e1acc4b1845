/** Words for colours: which one a caption names, and where each lies in OKLCH, which people agree on roughly (Berlin & Kay 1969). Pure. */

/** Lightness that still has the name, chroma that shows it clearly, hue in degrees; without hue, a grey. */
interface NamedColour {
  readonly lightness: readonly [least: number, most: number];
  readonly chroma: number;
  readonly hue?: number;
}

export const namedColours = {
  black: { lightness: [0.1, 0.3], chroma: 0 },
  grey: { lightness: [0.5, 0.74], chroma: 0 },
  gray: { lightness: [0.5, 0.74], chroma: 0 },
  white: { lightness: [0.93, 1], chroma: 0 },
  red: { lightness: [0.48, 0.64], chroma: 0.21, hue: 27 },
  orange: { lightness: [0.66, 0.8], chroma: 0.17, hue: 58 },
  yellow: { lightness: [0.82, 0.92], chroma: 0.17, hue: 95 },
  green: { lightness: [0.5, 0.76], chroma: 0.17, hue: 145 },
  teal: { lightness: [0.5, 0.74], chroma: 0.11, hue: 190 },
  blue: { lightness: [0.45, 0.68], chroma: 0.18, hue: 256 },
  purple: { lightness: [0.4, 0.64], chroma: 0.2, hue: 303 },
  violet: { lightness: [0.4, 0.64], chroma: 0.2, hue: 298 },
  pink: { lightness: [0.64, 0.82], chroma: 0.17, hue: 353 },
  brown: { lightness: [0.36, 0.5], chroma: 0.08, hue: 55 },
} as const satisfies Readonly<Record<string, NamedColour>>;
type ColourName = keyof typeof namedColours;

/** How much lighter or darker a shade is. */
const shades = { light: 0.12, bright: 0.04, pale: 0.16, dark: -0.14 } as const;
export const shadeNames: readonly string[] = Object.keys(shades);
export const colourNames: readonly string[] = Object.keys(namedColours);

const isColour = (word: string): word is ColourName => Object.hasOwn(namedColours, word);
const isShade = (word: string): word is keyof typeof shades => Object.hasOwn(shades, word);

/** A colour as a caption names it. */
export interface CaptionColour extends NamedColour {
  readonly name: string;
}

/** Colours that fruits and flowers are called by, too: "apple and orange" are two things. */
const thingsToo: readonly string[] = ["orange", "violet"];

/** Whether a thing is called as a colour is. */
export const isCalledAsColour = (words: string): boolean => thingsToo.includes(words);

/** Whether words say a colour, "red" or "dark red", and no thing. */
export function isOnlyColour(words: string): boolean {
  const all = words.split(" ");
  const last = all.at(-1)!;
  return isColour(last) && !thingsToo.includes(last) && all.every((word) => isColour(word) || isShade(word));
}

/**
 * The one colour that words name, with its shade; undefined for none, and for several, which belong to parts of the thing.
 * @param words lower case, in order
 */
export function colourNamedIn(words: readonly string[]): CaptionColour | undefined {
  const found = [...words.entries()].filter((entry): entry is [number, ColourName] => isColour(entry[1]));
  const shadeBefore = (at: number) => words.slice(Math.max(0, at - 1), at).find(isShade);
  const [first, ...others] = found;
  if (!first) return undefined;
  const [at, name] = first;
  const shade = shadeBefore(at);
  if (others.some(([other, said]) => said !== name || shadeBefore(other) !== shade)) return undefined;
  const shift = shade === undefined ? 0 : shades[shade];
  const { lightness, ...colour }: NamedColour = namedColours[name];
  const [least, most] = lightness.map((value) => Math.min(1, Math.max(0.05, value + shift))) as [number, number];
  return { name, ...colour, lightness: [least, most] };
}
