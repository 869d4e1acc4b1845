/**
 * What becomes of decoded planes before they are an image: ink is decided, and colours are moved to what was requested. All that is counted
 * for it is counted once, in the decoder's own pixels, so that the same answer at another size gets the same colours.
 */
import { onPlate, type Plate } from "../areas/plate.ts";
import type { CaptionColour } from "../colour-words.ts";
import { type PartColours, type PartPainter, partPainter } from "../compose/part-colours.ts";
import { inRing } from "../rings/in-ring.ts";
import type { Ring } from "../rings/ring.ts";
import { type Accent, withAccents } from "./accents/accents.ts";
import { type ColourSpread, towardsSpread } from "./colour-spread.ts";
import { decideInk } from "./decide-ink.ts";
import { inGradient } from "./gradients/in-gradient.ts";
import type { InkGradient } from "./gradients/ink-gradient.ts";
import { onGround } from "./ground/on-ground.ts";
import type { Ground } from "./ground/parts.ts";
import type { StackedLayer } from "./ground/stack.ts";
import { type Ink, inInk } from "./ink-colour.ts";
import { inkBy, towardsColour } from "./recolour.ts";
import type { Shadow } from "./shadows/shadow.ts";
import { stackOfShadows, withShadows } from "./shadows/with-shadows.ts";

export interface Looks {
  /** All is one ink or nothing (decide-ink.ts). */
  readonly isOneInk?: boolean | undefined;
  /** The ink that it has, if not the one that was drawn. */
  readonly ink?: Ink | undefined;
  /** How that ink changes, if it does. */
  readonly gradient?: InkGradient | undefined;
  /** Mean and deviation that its colours get. */
  readonly spread?: ColourSpread | undefined;
  /** Flat colours of some of its lines, in drawings of one ink. */
  readonly accents?: readonly Accent[] | undefined;
  /** What it lies on, in the inks that this has. */
  readonly ground?: Ground | undefined;
  /** Shadows behind it, the innermost first; not with a ground. */
  readonly shadows?: readonly Shadow[] | undefined;
  /** What it lies on with its shadows; not with a ground. */
  readonly plate?: Plate | undefined;
  /** What goes around all of it. */
  readonly ring?: Ring | undefined;
  /** What words say that the main colour is. */
  readonly colour?: CaptionColour | undefined;
  /** What words say that the colours of its two parts are. */
  readonly parts?: PartColours | undefined;
}

export interface Finished {
  /** Premultiplied RGBA [4, pixels]; those that were given where nothing is to do. */
  readonly planes: Float32Array;
  /** Does the same with the answer at another size. */
  again(planes: Float32Array): Float32Array;
  /** The answer at another size as layers, where it lies on a ground or is of one ink that changes. */
  readonly stack?: ((planes: Float32Array) => StackedLayer[]) | undefined;
  /** What makes layers of the answer those of its parts, where these have colours. */
  readonly inParts?: PartPainter["layers"] | undefined;
  /** What is done with its colours at the end, if anything. */
  readonly recolour?: ((ink: Ink) => Ink) | undefined;
  /** The answer at another size without its shadows, and these, lowest first; where it has any. */
  readonly apart?: ((planes: Float32Array) => Apart) | undefined;
}

export interface Apart {
  /** Premultiplied RGBA [4, pixels]. */
  readonly planes: Float32Array;
  readonly beneath: readonly StackedLayer[];
}

/** @param planes premultiplied RGBA [4, pixels] in [0, 1], as they were decoded */
export function finish(planes: Float32Array, looks: Looks): Finished {
  const within = finishWithin(planes, looks);
  const { ring } = looks;
  if (!ring) return within;
  const { again, stack, apart, recolour } = within;
  const around = inRing(within.planes, ring, recolour);
  const layersIn = (layers: readonly StackedLayer[], side: number): StackedLayer[] =>
    stack ? around.within(layers, side) : [...around.within(layers, side), around.layer(side)];
  const apartIn = (other: Float32Array): Apart => {
    // What fills a ring would lie over it.
    if (ring.isFilled && !apart) return { planes: around.inside(again(other)), beneath: [around.whole(sideOf(other))] };
    const { planes: alone, beneath } = apart?.(other) ?? { planes: again(other), beneath: [] };
    return { planes: around.placed(alone), beneath: layersIn(beneath, sideOf(other)) };
  };
  return {
    recolour,
    planes: around.planes(within.planes),
    again: (other) => around.planes(again(other)),
    apart: stack && !apart ? undefined : apartIn,
    stack: stack && ((other) => [...around.within(stack(other), sideOf(other)), around.layer(sideOf(other))]),
  };
}

const sideOf = (planes: Float32Array): number => Math.sqrt(planes.length / 4);

function finishWithin(planes: Float32Array, looks: Looks): Finished {
  const { isOneInk, ink, gradient, spread, accents, ground, shadows, plate, colour, parts } = looks;
  const steps: Array<(planes: Float32Array) => Float32Array> = [];
  let now = planes;
  const add = (step: (planes: Float32Array) => Float32Array): void => {
    steps.push(step);
    now = step(now);
  };
  if (isOneInk) add(decideInk);
  if (spread) add(towardsSpread(now, spread));
  const shaded = ink && gradient && inGradient(now, { ink, gradient });
  if (shaded) add(shaded.planes);
  else if (ink) add(accents ? withAccents(now, ink, accents) : (shapes) => inInk(shapes, ink));
  const painter = parts && partPainter(now, parts);
  if (painter) add(painter.planes);
  const onIt = ground && onGround(now, ground);
  const before = [...steps];
  if (onIt) add(onIt.planes);
  const behind = onIt ? undefined : shadows;
  const onPlated = plate && !onIt ? onPlate(now, plate) : undefined;
  const cast = behind && ((shapes: Float32Array): Float32Array => withShadows(shapes, behind));
  const drawnBefore = [...steps];
  if (onPlated) {
    if (cast) add(cast);
    add(onPlated.planes);
  }
  // Captions name the colour of what they show, not of its shadow.
  const recolour = colour && towardsColour(now, colour);
  if (recolour) add(recolour);
  const all = (made: Float32Array, some: typeof steps): Float32Array => some.reduce((last, step) => step(last), made);
  const drawn = [...steps];
  if (cast && !onPlated) add(cast);
  const recoloured = recolour && ((own: Ink) => inkBy(recolour, own));
  const apart = (other: Float32Array): Apart => {
    if (onPlated) {
      const bare = all(other, drawnBefore);
      const alone = onPlated.placed(bare);
      const below = stackOfShadows(bare, behind ?? [], recoloured);
      return {
        planes: recolour ? recolour(alone) : alone,
        beneath: onPlated.beneath(below, sideOf(other), recoloured),
      };
    }
    const alone = all(other, drawn);
    return { planes: alone, beneath: stackOfShadows(alone, behind ?? []) };
  };
  return {
    planes: now,
    recolour: recoloured,
    again: (other) => all(other, steps),
    inParts: painter?.layers,
    apart: behind || onPlated ? apart : undefined,
    // Layers are told apart by their inks, parts by where they lie.
    stack: parts
      ? undefined
      : onIt
        ? (other) => onIt.stack(all(other, before), recoloured)
        : shaded && !onPlated
          ? (other) => shaded.stack(all(other, drawn), recoloured)
          : undefined,
  };
}
