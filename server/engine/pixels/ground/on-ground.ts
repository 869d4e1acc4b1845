/** Answers of one ink put on a ground (ground.ts), in its colours or in given ones. Pure; planes are premultiplied RGBA [4, pixels]. */
import { type Ink, inkDistance } from "../ink-colour.ts";
import { drawLayers, type LayeredImage, paintValues } from "../layered-image.ts";
import { resampleSquare } from "../resample-square.ts";
import { shadeOfLook } from "./ground.ts";
import type { Ground, GroundLook } from "./parts.ts";
import { shadePlanes } from "./shade.ts";
import { type StackedLayer, stackedLayer } from "./stack.ts";

/** Shares below this are none, so that their logarithms end. */
const leastShare = 1e-5;
/** Difference of a channel of equal colours. */
const sameWithin = 0.1;

/** Drawings of one ink on a ground, all in the same of its colours. */
export interface OnGround {
  /** As premultiplied RGBA [4, pixels]. */
  planes(drawn: Float32Array): Float32Array;
  /** As layers, without a shadow. @param recolour of each colour */
  stack(drawn: Float32Array, recolour?: (ink: Ink) => Ink): StackedLayer[];
}

/** What puts drawings on a ground, in colours that depend on how much the first one covers. */
export function onGround(of: Float32Array, ground: Ground): OnGround {
  const { sizePx, place, looks } = ground;
  const alphas = of.subarray((3 * of.length) / 4);
  const look = looks[Math.round((500 * alphas.reduce((sum, alpha) => sum + alpha, 0)) / alphas.length) % looks.length]!;
  const layers = layersOf(ground, look);
  const placed = (drawn: Float32Array): { side: number; cover: Float32Array } => {
    const side = Math.sqrt(drawn.length / 4);
    const all = side / place.sidePx;
    const square = { left: -place.left * all, top: -place.top * all, sidePx: sizePx * all };
    return { side, cover: resampleSquare(drawn.subarray((3 * drawn.length) / 4), square, side) };
  };
  return {
    planes(drawn) {
      const { side, cover } = placed(drawn);
      const pixels = cover.length;
      const onIt = drawLayers(layers, side / sizePx);
      const within = opaqueOf(layers, side / sizePx);
      const inks = look.inkSlopes && shadePlanes({ colour: look.ink, slopes: look.inkSlopes }, side);
      for (const [at, share] of cover.entries()) {
        // A shadow takes no ink.
        if (share * within[at]! === 0) continue;
        const alpha = onIt[3 * pixels + at]!;
        for (const [channel, even] of look.ink.entries()) {
          const value = inks ? Math.min(1, Math.max(0, inks[channel * pixels + at]!)) : even;
          onIt[channel * pixels + at] = (1 - share) * onIt[channel * pixels + at]! + share * value * alpha;
        }
      }
      return onIt;
    },
    stack(drawn, recolour = (ink) => ink) {
      const { side, cover } = placed(drawn);
      // Shares in soft edges say where the outline lies; between layers they are decided.
      const enlarged = (plane: Float32Array): Float32Array =>
        resampleSquare(plane, { left: 0, top: 0, sidePx: sizePx }, side);
      const rim = look.rim && stackedLayer(enlarged(ground.mask), { colour: look.rim }, recolour);
      const face = stackedLayer(enlarged(ground.face ?? ground.mask), shadeOfLook(look), recolour);
      return [...(rim ? [rim] : []), face, stackedLayer(cover, { colour: look.ink, slopes: look.inkSlopes }, recolour)];
    },
  };
}

/** Nothing, shadow, rim and face. */
function layersOf({ sizePx, mask, face, shadow }: Ground, look: GroundLook): LayeredImage {
  const pixels = mask.length;
  const logits = new Float32Array(4 * pixels);
  const logOf = (share: number): number => Math.log(Math.min(1 - leastShare, Math.max(leastShare, share)));
  for (let at = 0; at < pixels; at += 1) {
    const [ground, soft] = [mask[at]!, shadow?.[at] ?? 0];
    const inner = face ? Math.min(ground, face[at]!) : ground;
    for (const [layer, share] of [1 - ground - soft, soft, ground - inner, inner].entries())
      logits[layer * pixels + at] = logOf(share);
  }
  const paints = new Float32Array(3 * paintValues);
  paints.set([...(look.shadow ?? [0, 0, 0]), 1]);
  paints.set([...(look.rim ?? look.ground), 1], paintValues);
  const [x, y] = look.slopes ?? [
    [0, 0, 0],
    [0, 0, 0],
  ];
  paints.set([...look.ground, 1, ...x, ...y], 2 * paintValues);
  return { logits, paints, sizePx };
}

/** Alpha of rim and face. */
function opaqueOf({ logits, paints, sizePx }: LayeredImage, factor: number): Float32Array {
  const opaque = paints.map((value, at) => (at < paintValues ? 0 : value));
  const planes = drawLayers({ logits, paints: opaque, sizePx }, factor);
  return planes.subarray((3 * planes.length) / 4);
}

/** A ground in given colours: the one nearest to its ink is the ink, each other one a ground; of one alone the ground. */
export function inColours(ground: Ground, colours: readonly Ink[]): Ground {
  const own = ground.looks[0]!;
  const inks = colours.map((colour) => inkDistance(colour, own.ink));
  const at = colours.length === 1 ? -1 : inks.indexOf(Math.min(...inks));
  const ink = colours[at];
  const looks = colours
    .filter((_, index) => index !== at)
    .map((colour) => recoloured(own, colour, ink ?? legible(ground, colour)));
  return { ...ground, looks };
}

/** A look with another ground and ink: its gradient stays as steep, and its rim as much darker or lighter, or of the ink. */
function recoloured(own: GroundLook, ground: Ink, ink: Ink): GroundLook {
  const shifted = (colour: Ink): Ink => {
    const value = (channel: 0 | 1 | 2): number =>
      Math.min(1, Math.max(0, colour[channel] + ground[channel] - own.ground[channel]));
    return [value(0), value(1), value(2)];
  };
  const rim = own.rim && (inkDistance(own.rim, own.ink) <= sameWithin ? ink : shifted(own.rim));
  return { ...own, ground, ink, ...(rim && { rim }) };
}

/** The ink of the style that is furthest from a colour. */
const legible = ({ looks }: Ground, colour: Ink): Ink =>
  looks.reduce((best, { ink }) => (inkDistance(ink, colour) > inkDistance(best, colour) ? ink : best), looks[0]!.ink);
