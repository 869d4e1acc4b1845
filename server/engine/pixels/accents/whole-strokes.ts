/**
 * Strokes as a pen draws them: of the pieces that junctions cut, those that go straight on through one are one stroke, and a piece hardly longer
 * than it is wide belongs to the longest that it meets. Pure.
 */
import { areasOf, components, type Pieces, piecesOf, ringOf } from "../strokes.ts";

/** Cosine of the angle between two directions out of a junction, up to which a line goes straight on: 145 degrees. */
const straightTo = -0.82;
/** Widths of a line from its junction, between which its direction is measured: nearer the skeleton bends. */
const [directedFrom, directedTo] = [0.4, 1.4] as const;
/** Widths of a line up to which a piece is tiny. */
const tinyTo = 1.5;

/** @param alphas [sizePx, sizePx] */
export const wholePiecesOf = (alphas: Float32Array, sizePx: number): Pieces => piecesOf(alphas, sizePx, joined);

/** Where a stroke leaves a junction. */
interface Branch {
  readonly label: number;
  readonly direction: readonly [x: number, y: number];
}

/** @param labels of strokes, 0 = none @param width of lines in pixels @returns fewer labels */
function joined(labels: Uint16Array, skeleton: Uint8Array, side: number, width: number): Uint16Array {
  const lengths = areasOf(labels);
  const of = [...lengths.keys()];
  const rootOf = (label: number): number => (of[label] === label ? label : rootOf(of[label]!));
  const junctions = branchesOf(labels, skeleton, side, width);
  const ends = new Map<number, number>();
  for (const { label } of junctions.flat()) ends.set(label, (ends.get(label) ?? 0) + 1);
  // Of a sharp corner the skeleton has a spur, without which two branches are one line.
  const isSpur = ({ label }: Branch): boolean => ends.get(label) === 1 && lengths[label]! < tinyTo * width;
  for (const branches of junctions) {
    const long = branches.filter((branch) => !isSpur(branch));
    const pairs = long.length === 2 ? [[long[0]!, long[1]!] as const] : [];
    for (const [one, other] of [...pairs, ...straightPairs(branches)]) of[rootOf(one.label)] = rootOf(other.label);
  }
  const whole = of.map((_, label) => rootOf(label));
  const lengthOf = areasOf(labels.map((label) => whole[label]!));
  for (const branches of junctions) {
    const roots = branches.map(({ label }) => whole[label]!);
    const longest = roots.reduce((best, root) => (lengthOf[root]! > lengthOf[best]! ? root : best), roots[0]!);
    for (const root of roots)
      if (lengthOf[root]! < tinyTo * width && rootOf(root) !== rootOf(longest)) of[rootOf(root)] = rootOf(longest);
  }
  return labels.map((label) => rootOf(label));
}

/** Branches of each junction: what of the skeleton is no stroke, with the stumps that were left out. */
function branchesOf(labels: Uint16Array, skeleton: Uint8Array, side: number, width: number): Branch[][] {
  const places = components(
    skeleton.map((ink, at) => (ink && labels[at] === 0 ? 1 : 0)),
    side,
  );
  const touching = new Map<number, Set<number>>();
  for (const [at, place] of places.entries())
    if (place > 0)
      for (const near of ringOf(at, side))
        if (labels[near]) touching.set(place, (touching.get(place) ?? new Set()).add(near));
  return [...touching.values()].map((ends) => {
    const left = new Set(ends);
    const branches: Branch[] = [];
    for (const end of ends) {
      if (!left.delete(end)) continue;
      // Neighbours among the ends are the same end.
      const same = [end];
      for (const at of same) for (const near of ringOf(at, side)) if (left.delete(near)) same.push(near);
      branches.push({ label: labels[end]!, direction: directionFrom(same, labels, side, width) });
    }
    return branches;
  });
}

/** Of length 1, out of a junction along a stroke. */
function directionFrom(
  ends: readonly number[],
  labels: Uint16Array,
  side: number,
  width: number,
): readonly [number, number] {
  const seen = new Set(ends);
  let [front, from, to] = [ends, ends[0]!, ends[0]!];
  for (let step = 0; step <= directedTo * width && front.length > 0; step += 1) {
    if (step <= directedFrom * width) from = front[0]!;
    to = front[0]!;
    front = front.flatMap((at) =>
      ringOf(at, side).filter((near) => {
        const isNext = labels[near] === labels[at] && !seen.has(near);
        if (isNext) seen.add(near);
        return isNext;
      }),
    );
  }
  if (from === to) from = ends[0]!;
  const [x, y] = [(to % side) - (from % side), Math.floor(to / side) - Math.floor(from / side)];
  const length = Math.hypot(x, y) || 1;
  return [x / length, y / length];
}

/** The pairs that go straight on, the straightest first. */
function straightPairs(branches: readonly Branch[]): Array<readonly [Branch, Branch]> {
  const pairs = branches
    .flatMap((one, at) => branches.slice(at + 1).map((other) => ({ one, other, cosine: cosineOf(one, other) })))
    .filter(({ cosine }) => cosine <= straightTo)
    .sort((first, second) => first.cosine - second.cosine);
  const taken = new Set<Branch>();
  return pairs.flatMap(({ one, other }) => {
    if (taken.has(one) || taken.has(other)) return [];
    taken.add(one).add(other);
    return [[one, other] as const];
  });
}

const cosineOf = (one: Branch, other: Branch): number =>
  one.direction[0] * other.direction[0] + one.direction[1] * other.direction[1];
