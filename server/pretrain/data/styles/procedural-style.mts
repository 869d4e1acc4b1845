/**
 * A style made up from a seed: palette, lines, fills, ground, shadow, wobble. The same seed gives the same style, and all its icons are drawn alike.
 * Says what a style is; draw-icon.mts draws it.
 */
import { drawPalette, type Palette } from "./palettes.mts";
import { drawFrom } from "./random.mts";

/** How the icons of a variant are built, which decides what can be done with them. */
export type Build = "lines" | "fills" | "duotone" | "colour";

/** What becomes of the icon's own shapes. */
export type Treatment =
  | "plain"
  | "gradient"
  | "hatched"
  | "twoTone"
  | "filledLines"
  | "offsetFill"
  | "hollow"
  | "bold"
  | "edged"
  | "hues"
  | "ramp";

/** One made-up style. Lengths in pixels of the 128 px picture. */
export interface ProceduralStyle {
  readonly seed: string;
  readonly build: Build;
  readonly palette: Palette;
  readonly treatment: Treatment;
  /** Factor on the width of lines. */
  readonly lineFactor: number;
  readonly cap: "round" | "butt" | "square";
  readonly join: "round" | "miter" | "bevel";
  /** Width of lines that this style adds. */
  readonly lineWidthPx: number;
  readonly ground: "none" | "disc" | "rounded" | "tile" | "ring" | "hexagon" | "blob";
  readonly groundPaint: "plain" | "gradient" | "lined";
  readonly cornerPx: number;
  readonly shadow: "none" | "hard" | "soft" | "long";
  readonly shadowPx: number;
  /** Line around the whole drawing, 0 for none. */
  readonly outlinePx: number;
  /** How far a hand trembles, 0 for not at all. */
  readonly wobblePx: number;
  readonly wobbleWaves: number;
  readonly angleDegrees: number;
  readonly hueDegrees: number;
  /** Of the picture's side. */
  readonly share: number;
}

const treatments: Readonly<Record<Build, Readonly<Partial<Record<Treatment, number>>>>> = {
  lines: { plain: 5, gradient: 2, filledLines: 3, offsetFill: 2, hatched: 0.4 },
  fills: { plain: 4, gradient: 2, hollow: 2.5, bold: 1, edged: 2, offsetFill: 1, hatched: 0.5 },
  duotone: { twoTone: 6, plain: 1, gradient: 1 },
  colour: { hues: 4, ramp: 3, edged: 1.5, plain: 1.5 },
};

/** The style of a seed, for icons that are built in one way. */
export function styleOfSeed(seed: string, build: Build): ProceduralStyle {
  const draw = drawFrom(seed);
  const palette = drawPalette(draw);
  const treatment = draw.weighted(treatments[build] as Record<Treatment, number>);
  const ground = draw.weighted({ none: 11, disc: 3, rounded: 3, tile: 1, ring: 0.8, hexagon: 0.6, blob: 0.8 });
  const hasGround = ground !== "none";
  const shadow = draw.weighted({ none: 10, hard: 1.5, soft: 1.5, long: hasGround && ground !== "ring" ? 2 : 0 });
  const outlinePx = draw.chance(hasGround ? 0.06 : 0.14) ? draw.between(3, 7) : 0;
  const wobblePx = draw.chance(0.2) ? draw.between(2.5, 8) : 0;
  return {
    seed,
    build,
    palette,
    treatment,
    lineFactor: draw.chance(0.5) ? draw.between(0.5, 1.9) : 1,
    cap: draw.pick(["round", "round", "butt", "square"]),
    join: draw.pick(["round", "round", "miter", "bevel"]),
    lineWidthPx: draw.between(2.5, 9),
    ground,
    groundPaint: draw.weighted({ plain: 6, gradient: 2.5, lined: 1.5 }),
    cornerPx: draw.between(8, 44),
    shadow,
    shadowPx: draw.between(3, 9),
    outlinePx,
    wobblePx,
    wobbleWaves: draw.between(0.012, 0.05),
    angleDegrees: draw.pick([0, 45, 90, 135, 180]),
    hueDegrees: draw.between(30, 330),
    share: hasGround ? draw.between(0.5, 0.66) : shadow === "none" && outlinePx === 0 && wobblePx === 0 ? 1 : 0.84,
  };
}

/** Whether colour changes along a way in this style, so that flat layers cannot hold it. */
export const hasGradient = (style: ProceduralStyle): boolean =>
  style.treatment === "gradient" ||
  style.shadow === "soft" ||
  (style.groundPaint === "gradient" && style.ground !== "none" && style.ground !== "ring");
