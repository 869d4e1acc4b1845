/**
 * The colour that a thing usually has, as a colour that a style has too: a heart is red in a style with a red. People know such colours by heart,
 * and name things faster in them (diagnostic colours: Tanaka & Presnell 1999, Perception & Psychophysics 61). Things without one stay as
 * the style paints them. Pure.
 */
import { type Lab, labDistance, polarOf } from "../../shared/colour/oklab.ts";
import { fewColoursOf } from "./areas/colours/choose-colours.ts";
import { labOfInk } from "./areas/lab-of-ink.ts";
import type { StylePalette } from "./areas/style-areas.ts";
import { type CaptionColour, namedColours } from "./colour-words.ts";

type ColourName = keyof typeof namedColours;

/** Whole captions, with or without the "s" of many. Words of several meanings have none: "wave", "palm". */
const things: Readonly<Partial<Record<ColourName, string>>> = {
  red: "heart, hearts, broken heart, apple, strawberry, cherry, cherries, tomato, rose, chili pepper, ladybug, fire truck, fire engine, fire hydrant, error, stop sign, lobster, crab, lips",
  orange: "fire, flame, campfire, bonfire, carrot, pumpkin, fox, basketball, tangerine, traffic cone, goldfish, peach",
  yellow:
    "sun, star, moon, banana, lemon, cheese, corn, sunflower, warning, lightning, lightning bolt, pineapple, school bus, crown, trophy, coin, honey, rubber duck",
  green:
    "leaf, leaves, tree, pine tree, palm tree, christmas tree, plant, cactus, clover, seedling, broccoli, frog, turtle, grass, money, dollar bill, banknote, success, cucumber, avocado, lettuce, crocodile, forest",
  blue: "water, water drop, droplet, raindrop, whale, dolphin, ocean, sea, jeans, swimming pool, ice, ice cube, iceberg, glacier, snow, snowflake, rain, sky, river, lake",
  purple: "grape, eggplant, lavender, plum",
  pink: "pig, flamingo",
};
const colourOf: ReadonlyMap<string, ColourName> = new Map(
  Object.entries(things).flatMap(([colour, names]) =>
    names.split(", ").map((name) => [name, colour as ColourName] as const),
  ),
);

/** How far from a colour that has the name a style's may lie: degrees of hue, and lightness in OKLCH. */
const [hueWithin, lightnessWithin] = [25, 0.12] as const;
const chromaLeast = 0.1;
/** Share of one of a style's drawings that has a colour, from which on the style has it. */
const shareLeast = 0.05;

/** @param words in English, without colours @param palettes of the style's drawings */
export function usualColourOf(words: string, palettes: readonly StylePalette[]): CaptionColour | undefined {
  const said = words.toLowerCase().trim();
  const name = colourOf.get(said) ?? colourOf.get(said.replace(/s$/, ""));
  // A style of two colours has none to choose.
  if (name === undefined || fewColoursOf(palettes)) return undefined;
  const { hue, chroma, lightness } = namedColours[name] as Required<CaptionColour>;
  let best: { readonly away: number; readonly colour: CaptionColour } | undefined;
  for (const { ink, share } of palettes.flatMap(({ colours }) => colours)) {
    if (share < shareLeast) continue;
    const lab = labOfInk(ink);
    const [light] = lab;
    const own = polarOf(lab);
    const isNamed =
      own.chroma >= chromaLeast &&
      180 - Math.abs(Math.abs(own.hue - hue) - 180) <= hueWithin &&
      light >= lightness[0] - lightnessWithin &&
      light <= lightness[1] + lightnessWithin;
    const [least, most] = lightness;
    const turn = (hue * Math.PI) / 180;
    const asked: Lab = [Math.min(most, Math.max(least, light)), chroma * Math.cos(turn), chroma * Math.sin(turn)];
    const away = labDistance(lab, asked);
    if (isNamed && away < (best?.away ?? Number.POSITIVE_INFINITY))
      best = { away, colour: { name, lightness: [light, light], ...own } };
  }
  return best?.colour;
}
