/**
 * What a hand meant: lines that are upright, level, aslant by half a right angle or parallel, ends on lines, equal heights and mirror images, held by least squares
 * while anchors move as little as may be (as Pavlidis & Van Wyk 1985, "An automatic beautifier for drawings and illustrations"). Pure.
 */
import type { Point } from "../../shared/vectors/vector-path.ts";
import { distanceOf, dot, minus, plus } from "../engine/outlines/polyline.ts";
import type { Anchor, Curve } from "./curves.ts";
import { drawnPx } from "./ink.ts";
import type { Ring } from "./rings.ts";
import { type Axis, mirrored } from "./symmetry.ts";

/** An end, or a place, that lies on a piece, at a share of it, or on a ring. */
export interface Touch {
  readonly anchor: number;
  readonly on:
    | { readonly piece: { readonly from: number; readonly to: number; readonly bulge: number } }
    | { readonly ring: number };
}

export interface Sketch {
  readonly anchors: readonly Anchor[];
  readonly curves: readonly Curve[];
  readonly rings: ReadonlyArray<{ readonly middle: number; readonly ring: Ring }>;
  readonly dots: readonly number[];
  readonly touches: readonly Touch[];
  /** Axes with the anchors that belong to each. */
  readonly axes: ReadonlyArray<{ readonly axis: Axis; readonly anchors: readonly number[] }>;
}

/** How far lines may lean, in radians, the short and the long ones, from which length on, of the drawing's side. */
const [leanShort, leanLong, longFrom, diagonalLean, parallelLean] = [0.18, 0.15, 0.2, 0.09, 0.1] as const;
/** What a steady hand leans, of that. */
const leaningLeast = 0.6;
/** Anchors of one height, and an end at a corner, are as near, of the drawing's side. */
const [levelWithin, cornerWithin, pairWithin, middleWithin] = [0.024, 0.05, 0.08, 0.045] as const;
/** What anchors may move so that a rule holds, of the drawing's side; a rule that asks for more is none. */
const moveMost = 0.08;
/** Lines and arcs keep so much of the distance of their ends, but for short lines between two others, up to this length, of the drawing's side. */
const [keptLeast, shortMost] = [0.3, 0.09] as const;

interface Constraint {
  readonly terms: ReadonlyArray<readonly [variable: number, times: number]>;
  readonly value: number;
}

/** Where anchors shall be. Rules come in one after the other, as measurements without noise do in a Kalman filter; those that contradict others are left out. */
export function regularAnchors(sketch: Sketch, hand: number): Point[] {
  const { anchors, axes } = sketch;
  const begun = Float64Array.from([...anchors.flatMap(({ at }) => at), ...axes.map(({ axis }) => axis.at)]);
  const state = new ConstrainedState(begun);
  const lasting = sketch.curves.flatMap(({ pieces, isClosed }) =>
    pieces.flatMap(({ from, to, bulge }, at) => {
      const length = distanceOf(anchors[from]!.at, anchors[to]!.at);
      const isBetween = isClosed ? pieces.length > 3 : at > 0 && at < pieces.length - 1;
      return isBetween && bulge === 0 && length < shortMost * drawnPx ? [] : [{ from, to, least: keptLeast * length }];
    }),
  );
  const isKept = (values: Float64Array): boolean =>
    values.every((value, at) => Math.abs(value - begun[at]!) <= moveMost * drawnPx) &&
    lasting.every(
      ({ from, to, least }) =>
        Math.hypot(values[2 * to]! - values[2 * from]!, values[2 * to + 1]! - values[2 * from + 1]!) >= least,
    );
  for (const rules of [...touching(sketch), ...directions(sketch, hand), ...mirrorings(sketch), ...levels(sketch)])
    state.add(rules, isKept);
  return anchors.map((_, at): Point => [state.values[2 * at]!, state.values[2 * at + 1]!]);
}

/** Values that keep linear rules exactly and otherwise stay where they began, by least squares. */
class ConstrainedState {
  values: Float64Array;
  private spread: Float64Array;

  constructor(begun: Float64Array) {
    this.values = begun.slice();
    this.spread = new Float64Array(begun.length ** 2);
    for (let at = 0; at < begun.length; at += 1) this.spread[at * (begun.length + 1)] = 1;
  }

  /** Adds rules, all or none: none if they contradict what holds, or make of the values what may not be. */
  add(rules: readonly Constraint[], mayBe: (values: Float64Array) => boolean): void {
    const [values, spread] = [this.values, this.spread];
    if (rules.every((rule) => this.addOne(rule)) && mayBe(this.values)) return;
    [this.values, this.spread] = [values, spread];
  }

  private addOne({ terms, value }: Constraint): boolean {
    const count = this.values.length;
    const along = new Float64Array(count);
    for (const [variable, times] of terms)
      for (let at = 0; at < count; at += 1) along[at]! += times * this.spread[at * count + variable]!;
    let [free, held] = [0, 0];
    for (const [variable, times] of terms) {
      free += times * along[variable]!;
      held += times * this.values[variable]!;
    }
    if (free < 1e-6) return Math.abs(value - held) < 0.05;
    const gain = (value - held) / free;
    this.values = this.values.map((own, at) => own + gain * along[at]!);
    this.spread = this.spread.slice();
    for (let row = 0; row < count; row += 1) {
      if (along[row] === 0) continue;
      const share = along[row]! / free;
      for (let column = 0; column < count; column += 1) this.spread[row * count + column]! -= share * along[column]!;
    }
    return true;
  }
}

/** Lines in few directions. */
function directions({ anchors, curves }: Sketch, hand: number): Constraint[][] {
  const leaning = Math.max(leaningLeast, hand);
  const lines = curves
    .flatMap(({ pieces }) => pieces)
    .filter(({ bulge }) => bulge === 0)
    .map(({ from, to }) => {
      const [x, y] = minus(anchors[to]!.at, anchors[from]!.at);
      return { from, to, length: Math.hypot(x, y), angle: ((Math.atan2(y, x) % Math.PI) + Math.PI) % Math.PI };
    })
    .sort((one, other) => other.length - one.length);
  const found: Array<{ angle: number }> = [];
  return lines.flatMap(({ from, to, length, angle }) => {
    const off = (target: number): number => Math.abs(((angle - target + 1.5 * Math.PI) % Math.PI) - Math.PI / 2);
    const lean = leaning * (length < longFrom * drawnPx ? leanShort : leanLong);
    const upright = [0, Math.PI / 2].find((target) => off(target) < lean);
    const diagonal = [Math.PI / 4, (3 * Math.PI) / 4].find((target) => off(target) < leaning * diagonalLean);
    const target =
      upright ?? diagonal ?? found.find((other) => off(other.angle) < leaning * parallelLean)?.angle ?? angle;
    found.push({ angle: target });
    if (target === angle) return [];
    const [dx, dy] = [Math.cos(target), Math.sin(target)];
    // The cross product of its direction with from → to is 0.
    const terms = [
      [2 * to + 1, dx],
      [2 * from + 1, -dx],
      [2 * to, -dy],
      [2 * from, dy],
    ] as const;
    return [[{ terms, value: 0 }]];
  });
}

/** Anchors at nearly one height, or nearly above each other. */
function levels({ anchors, curves, rings, dots }: Sketch): Constraint[][] {
  const joined = new Set(
    curves.flatMap(({ pieces }) => pieces.flatMap(({ from, to }) => [`${from} ${to}`, `${to} ${from}`])),
  );
  const round = [...rings.map(({ middle }) => middle), ...dots];
  return ([0, 1] as const).flatMap((axis) => {
    const sorted = [...anchors.keys()].sort((one, other) => anchors[one]!.at[axis] - anchors[other]!.at[axis]);
    const constraints: Constraint[][] = [];
    let group: number[] = [];
    const close = (): void => {
      for (const other of group.slice(1))
        constraints.push([
          {
            terms: [
              [2 * group[0]! + axis, 1],
              [2 * other + axis, -1],
            ],
            value: 0,
          },
        ]);
    };
    for (const anchor of sorted) {
      const [first, last] = [group[0], group.at(-1)];
      const near = (from: number, share: number): boolean =>
        anchors[anchor]!.at[axis] - anchors[from]!.at[axis] < share * drawnPx;
      const isRound = round.includes(anchor);
      const fits =
        last !== undefined &&
        near(last, isRound ? middleWithin : levelWithin) &&
        near(first!, 2 * levelWithin) &&
        group.every(
          (other) => !joined.has(`${other} ${anchor}`) || isAlong(anchors[other]!.at, anchors[anchor]!.at, axis),
        );
      if (fits) group.push(anchor);
      else {
        close();
        group = [anchor];
      }
    }
    close();
    return constraints;
  });
}

const isAlong = (one: Point, other: Point, axis: 0 | 1): boolean =>
  Math.abs(one[axis] - other[axis]) < leanShort * Math.abs(one[1 - axis]! - other[1 - axis]!);

function touching({ anchors, rings, touches }: Sketch): Constraint[][] {
  const equal = (
    one: number,
    terms: ReadonlyArray<readonly [anchor: number, share: number]>,
    offset: Point,
  ): Constraint[] =>
    ([0, 1] as const).map((axis) => ({
      terms: [[2 * one + axis, 1], ...terms.map(([anchor, share]) => [2 * anchor + axis, -share] as const)],
      value: offset[axis],
    }));
  return touches.map(({ anchor, on }): Constraint[] => {
    const point = anchors[anchor]!.at;
    if ("ring" in on) {
      const { middle, ring } = rings[on.ring]!;
      const [x, y] = minus(point, anchors[middle]!.at);
      const far = Math.hypot(x / ring.radii[0], y / ring.radii[1]) || 1;
      return equal(anchor, [[middle, 1]], [x / far, y / far]);
    }
    const { from, to, bulge } = on.piece;
    const [one, other] = [anchors[from]!.at, anchors[to]!.at];
    for (const end of [from, to])
      if (anchors[end]!.radius === 0 && distanceOf(anchors[end]!.at, point) < cornerWithin * drawnPx)
        return end === anchor ? [] : equal(anchor, [[end, 1]], [0, 0]);
    const share = shareAlong(one, other, point);
    const off = arcOffset(one, other, bulge, share);
    return equal(
      anchor,
      [
        [from, 1 - share],
        [to, share],
      ],
      off,
    );
  });
}

/** At which share of a chord a point lies beside it, 0 to 1. */
function shareAlong(one: Point, other: Point, point: Point): number {
  const chord = minus(other, one);
  const square = dot(chord, chord) || 1;
  return Math.min(1, Math.max(0, dot(minus(point, one), chord) / square));
}

/** How far a point lies from a piece. */
export function awayFrom(point: Point, one: Point, other: Point, bulge: number): number {
  const share = shareAlong(one, other, point);
  return distanceOf(point, plus(plus(one, minus(other, one), share), arcOffset(one, other, bulge, share)));
}

/** From the chord of an arc to the arc, at a share of the chord. */
function arcOffset(one: Point, other: Point, bulge: number, share: number): Point {
  const chord = distanceOf(one, other);
  if (bulge === 0 || chord === 0) return [0, 0];
  const across: Point = [(other[1] - one[1]) / chord, -(other[0] - one[0]) / chord];
  const height = (bulge * chord) / 2;
  const radius = (chord * (1 + bulge ** 2)) / (4 * Math.abs(bulge));
  const along = (share - 0.5) * chord;
  const sign = Math.sign(bulge);
  const deep = radius - Math.abs(height);
  return plus([0, 0], across, sign * (Math.sqrt(Math.max(0, radius ** 2 - along ** 2)) - deep));
}

function mirrorings({ anchors, axes }: Sketch): Constraint[][] {
  return axes.flatMap(({ axis, anchors: own }, index) => {
    const variable = 2 * anchors.length + index;
    const nearest = (point: Point): number | undefined =>
      own
        .map((other) => ({ other, off: distanceOf(anchors[other]!.at, point) }))
        .filter(({ off }) => off < pairWithin * drawnPx)
        .sort((one, next) => one.off - next.off)[0]?.other;
    return own.map((anchor): Constraint[] => {
      const other = nearest(mirrored(anchors[anchor]!.at, axis));
      if (other === undefined || other < anchor || nearest(mirrored(anchors[other]!.at, axis)) !== anchor) return [];
      const [mirror, same] = [2 * anchor + axis.of, 2 * anchor + 1 - axis.of];
      if (other === anchor)
        return [
          {
            terms: [
              [mirror, 1],
              [variable, -1],
            ],
            value: 0,
          },
        ];
      return [
        {
          terms: [
            [mirror, 1],
            [2 * other + axis.of, 1],
            [variable, -2],
          ],
          value: 0,
        },
        {
          terms: [
            [same, 1],
            [2 * other + 1 - axis.of, -1],
          ],
          value: 0,
        },
      ];
    });
  });
}
