/**
 * Areas of a drawing that are one thing to whoever draws it: mirror images across its middle, such as both flaps of an envelope, and the same shape again
 * elsewhere, such as wheels. They get one colour. Stripes beside each other are not alike: a flag's differ. Pure.
 */
import type { Lab } from "../../../shared/colour/oklab.ts";
import type { Box } from "../pixels/places.ts";
import type { Wanted } from "./colours/wanted.ts";
import type { Paint } from "./paint.ts";
import type { Area, Partition } from "./partition.ts";
import type { Vote } from "./votes.ts";

/** Pixels of the least area that is compared; more areas would take long. */
const pixelsLeast = 12;
const areasMost = 60;
/** Share of the larger of two areas that the other must have, and share of its pixels that it must cover. */
const [sizeLeast, sameLeast] = [0.9, 0.82] as const;
/** Pixels by which sides and places may differ. */
const withinPx = 2.5;
/** How far areas must be apart to be the same shape again, of their shorter side. */
const apartLeast = 0.5;

interface Shape {
  readonly label: number;
  readonly colour: number;
  readonly pixels: readonly number[];
  readonly box: Box;
}

/** @returns of each area the first that is alike, often itself */
export function alikeAreas({ labels, areas, sizePx }: Pick<Partition, "labels" | "areas" | "sizePx">): number[] {
  const leaders = areas.map((_, label) => label);
  const places = areas.map((): number[] => []);
  for (let at = 0; at < labels.length; at += 1) if (!areas[labels[at]!]!.isOutside) places[labels[at]!]!.push(at);
  const shapes = places
    .flatMap((pixels, label): Shape[] =>
      pixels.length < pixelsLeast ? [] : [{ label, colour: areas[label]!.colour, pixels, box: boxOf(pixels, sizePx) }],
    )
    .sort((one, other) => other.pixels.length - one.pixels.length);
  if (shapes.length === 0 || shapes.length > areasMost) return leaders;
  const axes = [
    boxOf(
      shapes.flatMap(({ pixels }) => pixels),
      sizePx,
    ),
    shapes[0]!.box,
  ].map(({ left, right }) => left + right);
  for (const [at, one] of shapes.entries())
    for (const other of shapes.slice(0, at)) {
      if (leaders[one.label] !== one.label || one.colour !== other.colour) continue;
      if (!isAsLarge(one, other)) continue;
      if (isMirrored(one, other, axes, sizePx) || isAgain(one, other, sizePx))
        leaders[one.label] = leaders[other.label]!;
    }
  return leaders;
}

function boxOf(pixels: readonly number[], sizePx: number): Box {
  let [left, right, top, bottom] = [sizePx, 0, sizePx, 0];
  for (const at of pixels) {
    const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  }
  return { left, right, top, bottom };
}

const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= withinPx;

function isAsLarge({ pixels, box }: Shape, { pixels: others, box: around }: Shape): boolean {
  const [least, most] = [Math.min(pixels.length, others.length), Math.max(pixels.length, others.length)];
  return (
    least >= sizeLeast * most &&
    isNear(box.right - box.left, around.right - around.left) &&
    isNear(box.bottom - box.top, around.bottom - around.top)
  );
}

/** @param axes across which drawings may be mirrored: sums of what lies left and right of them */
function isMirrored(one: Shape, other: Shape, axes: readonly number[], sizePx: number): boolean {
  const { box, pixels } = one;
  const { box: to } = other;
  const isAcross = axes.some(
    (axis) => isNear((box.left + to.right) / 2, axis / 2) && isNear((box.right + to.left) / 2, axis / 2),
  );
  if (!isAcross || !isNear(box.top, to.top) || !isNear(box.bottom, to.bottom)) return false;
  return covers(pixels, other, sizePx, (column, row) => [box.right - 1 - column + to.left, row - box.top + to.top]);
}

/** The same shape, or its mirror image, not beside the other. */
function isAgain(one: Shape, other: Shape, sizePx: number): boolean {
  const { box, pixels } = one;
  const { box: to } = other;
  const apart = Math.max(box.left - to.right, to.left - box.right, box.top - to.bottom, to.top - box.bottom);
  if (apart < apartLeast * Math.min(box.right - box.left, box.bottom - box.top)) return false;
  const [left, top] = [to.left - box.left, to.top - box.top];
  return (
    covers(pixels, other, sizePx, (column, row) => [column + left, row + top]) ||
    covers(pixels, other, sizePx, (column, row) => [box.right - 1 - column + to.left, row + top]) ||
    covers(pixels, other, sizePx, (column, row) => [column + left, box.bottom - 1 - row + to.top])
  );
}

/** Whether pixels cover most of another shape where they are moved to. */
function covers(
  pixels: readonly number[],
  { pixels: others }: Shape,
  sizePx: number,
  moved: (column: number, row: number) => readonly [number, number],
): boolean {
  const own = new Set(others);
  let same = 0;
  for (const at of pixels) {
    const [column, row] = moved(at % sizePx, Math.floor(at / sizePx));
    if (column >= 0 && column < sizePx && own.has(row * sizePx + column)) same += 1;
  }
  return same >= sameLeast * Math.max(pixels.length, others.length);
}

/** Votes of which those of alike areas are one. */
export function votesTogether(votes: readonly Vote[], leaders: readonly number[]): Vote[] {
  const members = new Map<number, Vote[]>();
  for (const [label, leader] of leaders.entries()) members.set(leader, [...(members.get(leader) ?? []), votes[label]!]);
  const means = new Map([...members].map(([leader, some]) => [leader, some.length > 1 ? meanOf(some) : undefined]));
  return votes.map((vote, label) => ({ ...vote, ...means.get(leaders[label]!) }));
}

function meanOf(votes: readonly Vote[]): Omit<Vote, "share"> {
  const alpha = votes.reduce((sum, vote) => sum + vote.alpha, 0) / votes.length;
  const seen = votes.flatMap(({ colour }) => (colour ? [colour] : []));
  if (seen.length === 0) return { alpha };
  const mean = (axis: 0 | 1 | 2): number => seen.reduce((sum, colour) => sum + colour[axis], 0) / seen.length;
  return { alpha, colour: [mean(0), mean(1), mean(2)] as Lab };
}

/** The same of areas of which alike ones are one, the first of them. */
export interface Together {
  readonly areas: readonly Area[];
  readonly votes: readonly Vote[];
  readonly wanted: readonly Wanted[];
  /** Paints of all of them. */
  ofAll(paints: ReadonlyMap<number, Paint>): ReadonlyMap<number, Paint>;
}

/** @param wanted areas that get a colour: of alike ones all do, or those that do not are left out */
export function together(
  areas: readonly Area[],
  votes: readonly Vote[],
  wanted: readonly Wanted[],
  leaders: readonly number[],
): Together {
  const firsts = new Map<number, number>();
  for (const { area } of wanted) if (!firsts.has(leaders[area]!)) firsts.set(leaders[area]!, area);
  const isWanted = new Set(wanted.map(({ area }) => area));
  const firstOf = (label: number): number => (isWanted.has(label) ? firsts.get(leaders[label]!)! : label);
  const joined = areas.map((area) => ({ ...area, beside: new Map<number, number>() }));
  const shared = votes.map((vote) => ({ ...vote }));
  for (const [label, { size, beside }] of areas.entries()) {
    const first = firstOf(label);
    for (const [near, border] of beside) {
      const to = firstOf(near);
      if (to !== first) joined[first]!.beside.set(to, (joined[first]!.beside.get(to) ?? 0) + border);
    }
    if (first === label) continue;
    joined[first]!.size += size;
    shared[first]!.share += votes[label]!.share;
  }
  const opens = new Set(wanted.flatMap(({ area, isOpen }) => (isOpen ? [firstOf(area)] : [])));
  return {
    areas: joined,
    votes: shared,
    wanted: wanted.filter(({ area }) => firstOf(area) === area).map((one) => ({ ...one, isOpen: opens.has(one.area) })),
    ofAll: (paints) =>
      new Map(
        wanted.flatMap(({ area }): Array<[number, Paint]> => {
          const paint = paints.get(firstOf(area));
          return paint ? [[area, paint]] : [];
        }),
      ),
  };
}
