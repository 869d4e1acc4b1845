/** A style in the colours that a request gives: its ink and accents, its areas, its ground or plate, and its shadows. Pure. */
import { besideRequested } from "./areas/in-one-colour.ts";
import { labOfInk } from "./areas/lab-of-ink.ts";
import { areasIn } from "./areas/style-areas.ts";
import type { Accent } from "./pixels/accents/accents.ts";
import { gradientIn } from "./pixels/gradients/in-gradient.ts";
import { inColours } from "./pixels/ground/on-ground.ts";
import { type Ink, inkDistance } from "./pixels/ink-colour.ts";
import { isSoft } from "./pixels/shadows/shadow.ts";
import { nearestIn, shadowsIn } from "./pixels/shadows/with-shadows.ts";
import { isOfOneColour, legibleFrom, type StyleInk } from "./pixels/style-ink.ts";

/** @param given requested colours, at least one; on a plate the first is its */
export function inGiven({ ring, ...own }: StyleInk, given: readonly Ink[]): StyleInk {
  const made = withinInGiven(own, given);
  if (!ring) return made;
  const follows = ring.isOfInk && made.ink;
  return { ...made, ring: follows ? { ...ring, looks: [{ ground: follows, on: [] }] } : ring };
}

function withinInGiven(own: StyleInk, given: readonly Ink[]): StyleInk {
  const { plate, ...inner } = own;
  if (!plate) return inRequested(own, given);
  const [ground, rest] = [given[0]!, given.slice(1)];
  const looks = [{ ground, on: [] }];
  // On a plate of one requested colour, drawings keep theirs; of several it shows through.
  if (rest.length > 0) {
    const colours = rest.length === 1 && inner.areas && !inner.ink ? [...rest, ground] : rest;
    return { ...inRequested(inner, colours), plate: { ...plate, looks } };
  }
  return inner.ink ? { ...inner, ink: legibleOn(ground, inner.ink), plate: { ...plate, looks } } : own;
}

/** An ink that shows on a ground: white or black where its own does not. */
function legibleOn(ground: Ink, ink: Ink): Ink {
  if (inkDistance(ground, ink) >= legibleFrom) return ink;
  return labOfInk(ground)[0] > 0.6 ? [0, 0, 0] : [1, 1, 1];
}

/** A style in requested colours, of which there is at least one. */
function inRequested(own: StyleInk, given: readonly Ink[]): StyleInk {
  const requested = given[0]!;
  if (own.ground) return { ...own, ground: inColours(own.ground, given) };
  const { ink, gradient, accents, shadows } = own;
  // Beside one that is requested, a duotone keeps its other colours, but for tints of its ink.
  const follow = (accent: Accent): Accent =>
    ink ? { ...accent, ink: besideRequested(accent.ink, ink, requested) } : accent;
  const followers = accents?.map(follow);
  const beside = (followers ?? []).map((accent) => accent.ink);
  const mine = isOfOneColour(own) ? given.slice(0, colourCount(own)) : given;
  const areas =
    own.areas &&
    (mine.length === 1 && !isOfOneColour(own)
      ? own.areas
      : mine.length > 1
        ? areasIn(own.areas, mine)
        : areasIn(own.areas, [requested, ...beside], requested));
  const several = { isOneInk: false, areas, liveArea: own.liveArea, largest: own.largest };
  if (!isOfOneColour(own)) return { ...several, ...(shadows && { shadows: nearestIn(shadows, given) }) };
  return {
    ...own,
    areas,
    ink: requested,
    ...(ink && gradient && gradientIn({ ink, gradient }, mine)),
    ...(followers && { accents: accentsIn(followers, mine.slice(1)) }),
    ...(shadows && { shadows: shadowsIn(shadows, ink, requested, given.slice(colourCount(own))) }),
  };
}

/** How many of the requested colours a drawing takes; further ones are its hard shadows'. */
export const colourCount = ({ isOneInk, gradient, accents = [], shadows = [] }: StyleInk): number =>
  shadows.some((layer) => !isSoft(layer))
    ? Math.max(isOneInk && !gradient ? 1 : 2, 1 + accents.length)
    : Number.POSITIVE_INFINITY;

/** Accents in the requested colours, as far as there are any; more of them are accents as large as the last. */
const accentsIn = (own: readonly Accent[], colours: readonly Ink[]): readonly Accent[] => {
  const inColour = colours.map((ink, at) => ({ ink, share: (own[at] ?? own.at(-1)!).share }));
  return [...inColour, ...own.slice(colours.length)];
};
