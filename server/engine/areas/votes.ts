/** What a flow's answer says of the areas of a drawing: how opaque each is there, and of which colour. Pure. */
import { type Lab, labOf } from "../../../shared/colour/oklab.ts";
import type { Partition } from "./partition.ts";

export interface Vote {
  /** Mean alpha. */
  readonly alpha: number;
  /** Colour of what is drawn there; absent where nothing is. */
  readonly colour?: Lab | undefined;
  /** Share of the pixels that the drawing's areas take. */
  readonly share: number;
}

/** Share of a pixel from which on it says something of its area. */
const innerFrom = 0.98;
const drawnFrom = 0.02;
/** Of what areas of one colour have in common. */
const commonShare = 0.7;

/** @param answer premultiplied RGBA [4, sizePx, sizePx] @returns a vote for each area */
export function votesOf({ labels, shares, areas, sizePx }: Partition, answer: Float32Array): Vote[] {
  const pixels = sizePx ** 2;
  // Inner pixels, and all, where there are none.
  const [inner, all] = [0, 1].map(() => new Float64Array(5 * areas.length)) as [Float64Array, Float64Array];
  const add = (sums: Float64Array, label: number, at: number): void => {
    for (let channel = 0; channel < 4; channel += 1) sums[5 * label + channel]! += answer[channel * pixels + at]!;
    sums[5 * label + 4]! += 1;
  };
  for (let at = 0; at < pixels; at += 1) {
    const label = labels[at]!;
    add(all, label, at);
    if (shares[at]! >= innerFrom && isInner(labels, at, sizePx)) add(inner, label, at);
  }
  const drawn = areas.reduce((sum, { isOutside, size }) => (isOutside ? sum : sum + size), 0);
  return areas.map(({ size }, label) => {
    const sums = inner[5 * label + 4]! > 0 ? inner : all;
    const [red, green, blue, alpha, count] = sums.subarray(5 * label, 5 * label + 5);
    const byte = (value: number): number => Math.round(255 * Math.min(1, Math.max(0, value / alpha!)));
    const colour =
      alpha! < drawnFrom * count! ? undefined : labOf((byte(red!) << 16) | (byte(green!) << 8) | byte(blue!));
    return { alpha: alpha! / count!, colour, share: size / (drawn || 1) };
  });
}

function isInner(labels: Uint16Array, at: number, sizePx: number): boolean {
  const [column, label] = [at % sizePx, labels[at]];
  return (
    (column === 0 || labels[at - 1] === label) &&
    (column === sizePx - 1 || labels[at + 1] === label) &&
    (at < sizePx || labels[at - sizePx] === label) &&
    (at >= labels.length - sizePx || labels[at + sizePx] === label)
  );
}

/**
 * Votes of a coloured drawing: areas of one colour are one thing, so each gets mostly what all of them have.
 * @param saysNothing which colours, besides nothing, are of different things
 */
export function alikeInColour(
  { areas, colours }: Partition,
  votes: readonly Vote[],
  saysNothing: (colour: number) => boolean,
): Vote[] {
  const sums = colours.map(() => [0, 0, 0, 0]);
  for (const [label, { colour }] of areas.entries()) {
    const { colour: lab, share } = votes[label]!;
    if (!lab) continue;
    for (const axis of [0, 1, 2] as const) sums[colour]![axis]! += share * lab[axis];
    sums[colour]![3]! += share;
  }
  return votes.map((vote, label) => {
    const [lightness, a, b, share] = sums[areas[label]!.colour]!;
    if (!vote.colour || areas[label]!.colour === 0 || saysNothing(areas[label]!.colour) || !share) return vote;
    const mixed = (axis: 0 | 1 | 2, sum: number): number =>
      (1 - commonShare) * vote.colour![axis] + (commonShare * sum) / share;
    return { ...vote, colour: [mixed(0, lightness!), mixed(1, a!), mixed(2, b!)] };
  });
}
