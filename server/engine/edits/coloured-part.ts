/**
 * The part of an answer in several colours that is drawn anew: crisp, in the colours around it. Where the drawing is its own mirror image, the other half
 * says what is there; elsewhere edges that run into the part go on, and where they leave it open the flow's answer decides. Pure.
 */
import type { Flat } from "../areas/flat-colours.ts";
import { partitionOf } from "../areas/partition.ts";
import { anyPartitionOf } from "../areas/smooth-areas.ts";
import { type Shares, settled } from "../lines/settle.ts";
import { forNear } from "../pixels/places.ts";
import { colourInto } from "./colours-around.ts";
import { spreadInto } from "./harmonic.ts";
import { joinedEdges } from "./joined-edges.ts";
import { mirrorInto } from "./mirror.ts";

/** Deviation of the blur by which edges get even, of the side. */
const blurShare = 0.0117;
/** How much edges that go on count beside averages of what is around. */
const joinedCounts = 0.85;
/** Deviation of the answer's colours, over the four channels. */
const answerStrays = 1.2;
/** Colours of the part, those that most around it have. */
const phasesMost = 16;
/** Pixels around a part whose colours are seen in it, and those that tell how a colour changes, the latter of the side. */
const [rimPx, bandShare] = [2, 0.12] as const;

/**
 * @param part [sizePx, sizePx]; 1 = drawn anew
 * @param drawing which goes on around the part, premultiplied RGBA [4, sizePx, sizePx]
 * @returns from such planes of the answer to those with the drawing around the part; undefined where the drawing has no areas of even or smooth colours
 */
export function settleInColours(
  part: Float32Array,
  drawing: Float32Array,
  sizePx: number,
): ((answer: Float32Array) => Float32Array) | undefined {
  const pixels = sizePx ** 2;
  const cut = drawing.map((value, at) => (part[at % pixels]! > 0 ? 0 : value));
  const found = anyPartitionOf({ planes: cut, sizePx });
  if (!found) return undefined;
  const planes = cut.slice();
  const colours = Uint8Array.from(found.labels, (label) => found.areas[label]!.colour);
  const isFree = Uint8Array.from(part, (share) => Number(share > 0));
  const free = [...isFree.keys()].filter((at) => isFree[at] === 1);
  const rim = around(free, isFree, rimPx, sizePx);
  const near = around(free, isFree, Math.round(bandShare * sizePx), sizePx);
  const isOpen = mirrorInto(planes, colours, isFree, sizePx);
  const open = free.filter((at) => isOpen[at] === 1);
  const known = free.filter((at) => isOpen[at] === 0);
  const counts = new Map<number, number>();
  for (const at of [...rim, ...known]) counts.set(colours[at]!, (counts.get(colours[at]!) ?? 0) + 1);
  const phases = [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, phasesMost)
    .map(([colour]) => colour);
  if (phases.length === 0) return undefined;
  const beside = { planes, colours, open, isOpen, sizePx };
  const isFlat = partitionOf({ planes: cut, sizePx }) !== undefined;
  const values = phases.map((colour) =>
    isFlat ? flatly(found.colours[colour]!, open, pixels) : colourInto(colour, [...near, ...known], beside),
  );
  const likely = goneOn(phases, colours, open, isOpen, sizePx);
  return (answer) => {
    const shares = likely.map((share) => share.slice());
    for (const at of open) {
      let sum = 0;
      for (const [phase, share] of shares.entries()) {
        let apart = 0;
        for (let channel = at; channel < planes.length; channel += pixels)
          apart += (answer[channel]! - values[phase]![channel]!) ** 2;
        share[at]! *= Math.exp(-apart / (2 * answerStrays ** 2));
        sum += share[at]!;
      }
      for (const share of shares) share[at] = sum > 0 ? share[at]! / sum : 1 / shares.length;
    }
    const even = phases.length > 1 ? settled(shares, open, sizePx, blurShare * sizePx, false) : shares;
    const made = planes.slice();
    for (const at of open)
      for (let channel = at; channel < planes.length; channel += pixels)
        made[channel] = even.reduce((sum, share, phase) => sum + share[at]! * values[phase]![channel]!, 0);
    return made;
  };
}

/** Planes that have one colour where the part is open. */
function flatly(colour: Flat, open: readonly number[], pixels: number): Float32Array {
  const planes = new Float32Array(4 * pixels);
  for (const [channel, value] of colour.entries()) for (const at of open) planes[channel * pixels + at] = value;
  return planes;
}

/** Pixels outside of a part within so many of it. */
function around(free: readonly number[], isFree: Uint8Array, reachPx: number, sizePx: number): number[] {
  const found = new Uint8Array(isFree.length);
  for (const at of free) {
    // What lies within is not looked around.
    if (isFree[at - 1] && isFree[at + 1] && isFree[at - sizePx] && isFree[at + sizePx]) continue;
    forNear(at, sizePx, reachPx, (near) => {
      found[near] = 1;
    });
  }
  return [...found.keys()].filter((at) => found[at] === 1 && isFree[at] === 0);
}

/** Of each colour how likely it is in each pixel: edges go on, and where they leave it open, by averages of what is around. */
function goneOn(
  phases: readonly number[],
  colours: Uint8Array,
  open: readonly number[],
  isOpen: Uint8Array,
  sizePx: number,
): Shares {
  const joined = joinedEdges(colours, isOpen, sizePx);
  const counts = new Uint8Array(colours.length).fill(1);
  return phases.map((phase) => {
    const share = Float32Array.from(colours, (colour, at) =>
      isOpen[at] === 1 ? 1 / phases.length : Number(colour === phase),
    );
    spreadInto(share, open, counts, sizePx);
    const mask = joined.get(phase);
    for (const at of open)
      share[at] = joinedCounts * (mask?.[at] ?? 0) + (1 - joinedCounts) * Math.min(1, Math.max(0, share[at]!));
    return share;
  });
}
