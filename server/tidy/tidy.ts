/**
 * A rough sketch → the clean line drawing that was meant: strokes become lines, arcs and rings; what nearly meets meets; what is nearly upright, parallel, of one height
 * or symmetrical is so. Pure.
 */
import type { Path, Point } from "../../shared/vectors/vector-path.ts";
import { type Chain, chainsOf } from "./chains.ts";
import { type Anchor, type Curve, type CurvePiece, curveOf } from "./curves.ts";
import { graphOf, isDot } from "./graph.ts";
import { handOf } from "./hand.ts";
import { drawnPx, inkOfSketch } from "./ink.ts";
import { endLine, mended } from "./mend.ts";
import { distanceToAny, shareNear } from "./near.ts";
import { flattened, nearestOn, pathOf, ringPath, tangentArcs, withoutPoints } from "./paths.ts";
import { awayFrom, regularAnchors, type Sketch, type Touch } from "./regular.ts";
import { type Ring, ringOf } from "./rings.ts";
import { resampled } from "./segments.ts";
import { type Axis, axisOf, madeSymmetrical } from "./symmetry.ts";

/** Radii of corners that may be sharp as well, of the drawing's side. */
const smallMost = 0.17;

/** Curves between junctions that a sketch has at most; more are hatched or written. */
const edgesMost = 160;

/** How near clean lines are to strokes, of the drawing's side, and which share of both is. */
const [likeWithin, likeLeast] = [0.1, 0.93] as const;

export interface CleanSketch {
  /** On the grid of ink.ts. */
  readonly paths: readonly Path[];
  readonly dots: readonly Point[];
  /** Of the strokes as they were drawn. */
  readonly widthPx: number;
}

/** @param planes premultiplied RGBA [4, sizePx, sizePx] @returns undefined without any ink, "filled" for what is no drawing of strokes */
export function tidied(planes: Float32Array, sizePx: number): CleanSketch | "filled" | undefined {
  const ink = inkOfSketch(planes, sizePx);
  if (!ink || ink === "filled") return ink;
  const { widthPx } = ink;
  const found = graphOf(ink);
  if (found.edges.length > edgesMost) return "filled";
  const graph = mended(found, widthPx);
  const strokes = graph.edges.filter((edge) => !isDot(edge, widthPx));
  const away = distanceToAny(
    strokes.flatMap(({ points }) => points),
    2 * widthPx,
  );
  // A dot that touches a stroke is a blot of its ink.
  const dots = graph.edges.filter(
    (edge) => !strokes.includes(edge) && edge.points.every((point) => away(point) > widthPx),
  );
  const hand = handOf(strokes.map(({ points }) => points));
  const drawn = chainsOf({ nodes: graph.nodes, edges: strokes }, widthPx, hand);
  const { chains, axes } = symmetrical(drawn);
  const sketch = sketchOf(
    chains,
    axes,
    { widthPx, hand },
    dots.map(({ points }) => meanOf(points)),
  );
  const places = regularAnchors(sketch, hand);
  const radii = commonRadii(sketch);
  const placed = places.map((at, index) => ({ at, radius: radii[index]! }));
  const curves = sketch.curves.map((curve) => ({ ...curve, pieces: tangentArcs(curve, placed) }));
  const pieces = sketch.curves.flatMap((curve) => curve.pieces);
  const bent = curves.flatMap((curve) => curve.pieces);
  // Arcs were bent by a little, so that ends on them follow.
  for (const { anchor, on } of sketch.touches) {
    const host = "piece" in on ? bent[pieces.indexOf(on.piece as CurvePiece)] : undefined;
    if (host && host.bulge !== 0 && host.from !== anchor && host.to !== anchor)
      placed[anchor] = { ...placed[anchor]!, at: nearestOn(host, placed, placed[anchor]!.at) };
  }
  const paths = [
    ...curves.flatMap((curve) => {
      const own = withoutPoints(curve, placed);
      return own.pieces.length > 0 ? [pathOf(own, placed)] : [];
    }),
    ...sketch.rings.map(({ middle, ring }) => ringPath(places[middle]!, ring)),
  ];
  const clean = { paths, dots: sketch.dots.map((at) => places[at]!), widthPx };
  return isLike(
    clean,
    found.edges.flatMap(({ points }) => points),
  )
    ? clean
    : "filled";
}

/** Whether clean lines are where the strokes are, and the other way round. */
function isLike({ paths, dots }: CleanSketch, strokes: readonly Point[]): boolean {
  const lines = [...paths.flatMap((path) => resampled(flattened(path), false)), ...dots];
  const most = likeWithin * drawnPx;
  return shareNear(lines, strokes, most) >= likeLeast && shareNear(strokes, lines, most) >= likeLeast;
}

const meanOf = (points: readonly Point[]): Point => [
  points.reduce((sum, [x]) => sum + x, 0) / points.length,
  points.reduce((sum, [, y]) => sum + y, 0) / points.length,
];

interface OwnAxis {
  readonly axis: Axis;
  readonly chains: readonly Chain[];
}

/** Axes of the whole, else of single curves. */
function symmetrical(chains: readonly Chain[]): {
  readonly chains: readonly Chain[];
  readonly axes: readonly OwnAxis[];
} {
  let own: readonly Chain[] = chains;
  const whole: Axis[] = [];
  for (const of of [0, 1] as const) {
    const axis = axisOf(own, of);
    if (!axis) continue;
    own = madeSymmetrical(own, axis);
    whole.push(axis);
  }
  if (whole.length > 0) return { chains: own, axes: whole.map((axis) => ({ axis, chains: own })) };
  const axes: OwnAxis[] = [];
  const made = chains.map((chain) => {
    let alone = chain;
    const found: Axis[] = [];
    for (const of of [0, 1] as const) {
      const axis = axisOf([alone], of);
      if (!axis) continue;
      alone = madeSymmetrical([alone], axis)[0]!;
      found.push(axis);
    }
    for (const axis of found) axes.push({ axis, chains: [alone] });
    return alone;
  });
  // Curves are compared as objects: each axis has those that were made last.
  return { chains: made, axes: axes.filter(({ chains: [chain] }) => made.includes(chain!)) };
}

function sketchOf(
  chains: readonly Chain[],
  axes: readonly OwnAxis[],
  { widthPx, hand }: { readonly widthPx: number; readonly hand: number },
  dotPlaces: readonly Point[],
): Sketch {
  const anchors: Anchor[] = [];
  const curves: Curve[] = [];
  const rings: Array<{ middle: number; ring: Ring }> = [];
  const owned = new Map<Chain, number[]>();
  const shapes = new Map<Chain, { readonly curve: Curve } | { readonly ring: number }>();
  for (const chain of chains) {
    const first = anchors.length;
    const ring = chain.isClosed ? ringOf(chain.points, hand) : undefined;
    if (ring) {
      anchors.push({ at: ring.middle, radius: 0 });
      shapes.set(chain, { ring: rings.push({ middle: first, ring }) - 1 });
    } else {
      const ends = chains.flatMap((other) =>
        other === chain || other.isClosed ? [] : [endLine(other, 0, widthPx), endLine(other, 1, widthPx)],
      );
      const found = curveOf(chain.points, chain.isClosed, hand, ends);
      anchors.push(...found.anchors);
      const curve = {
        ...found.curve,
        pieces: found.curve.pieces.map((piece) => ({ ...piece, from: piece.from + first, to: piece.to + first })),
      };
      curves.push(curve);
      shapes.set(chain, { curve });
    }
    owned.set(
      chain,
      Array.from({ length: anchors.length - first }, (_, at) => first + at),
    );
  }
  const touches = touchesOf(chains, shapes, anchors);
  const dots = dotPlaces.map((at) => anchors.push({ at, radius: 0 }) - 1);
  return {
    anchors,
    curves,
    rings,
    dots,
    touches,
    axes: axes.map(({ axis, chains: own }) => ({
      axis,
      anchors: [...own.flatMap((chain) => owned.get(chain) ?? []), ...(own.length === chains.length ? dots : [])],
    })),
  };
}

/** Ends of curves at others. */
function touchesOf(
  chains: readonly Chain[],
  shapes: ReadonlyMap<Chain, { readonly curve: Curve } | { readonly ring: number }>,
  anchors: readonly Anchor[],
): Touch[] {
  return chains.flatMap((chain) => {
    const own = shapes.get(chain)!;
    if (chain.isClosed || "ring" in own) return [];
    return [0, -1].flatMap((side): Touch[] => {
      const pass = chain.passes.at(side)!;
      const anchor = side === 0 ? own.curve.pieces[0]!.from : own.curve.pieces.at(-1)!.to;
      const host =
        chains.find(
          (other) =>
            other !== chain &&
            other.passes.some(
              ({ node }, at) => node === pass.node && (other.isClosed || (at > 0 && at < other.passes.length - 1)),
            ),
        ) ??
        chains.find(
          (other) =>
            other !== chain &&
            chains.indexOf(other) < chains.indexOf(chain) &&
            other.passes.some(({ node }) => node === pass.node),
        );
      if (!host) return [];
      const shape = shapes.get(host)!;
      if ("ring" in shape) return [{ anchor, on: { ring: shape.ring } }];
      const at = anchors[anchor]!.at;
      const away = ({ from, to, bulge }: CurvePiece): number => awayFrom(at, anchors[from]!.at, anchors[to]!.at, bulge);
      const piece = [...shape.curve.pieces].sort((one, other) => away(one) - away(other))[0]!;
      return [{ anchor, on: { piece } }];
    });
  });
}

/** Corners of a curve that are round or sharp by chance, as most are, and radii that are nearly the same, as one. */
function commonRadii({ anchors, curves }: Sketch): number[] {
  const small = smallMost * drawnPx;
  const radii = anchors.map(({ radius }) => radius);
  for (const { pieces, isClosed } of curves) {
    const corners = pieces.flatMap((piece, at) => {
      const next = pieces[isClosed ? (at + 1) % pieces.length : at + 1];
      return next && piece.bulge === 0 && next.bulge === 0 && radii[piece.to]! < small ? [piece.to] : [];
    });
    const isRound = corners.map((at) => radii[at]! > 0);
    // A box whose two corners at one side are round, as of a cup.
    if (isClosed && isRound.length === 4 && isRound.filter((own) => own).length === 2 && isRound[0] !== isRound[2])
      continue;
    const mean = corners.reduce((sum, at) => sum + radii[at]!, 0) / Math.max(1, corners.length);
    for (const at of corners) radii[at] = 2 * isRound.filter((own) => own).length >= corners.length ? mean : 0;
  }
  const groups: number[][] = [];
  for (const radius of radii.filter((own) => own > 0).sort((one, other) => one - other)) {
    const last = groups.at(-1);
    if (last && radius < 1.7 * last[0]!) last.push(radius);
    else groups.push([radius]);
  }
  return radii.map((radius) => {
    const group = groups.find((own) => own.includes(radius));
    return group ? group.reduce((sum, value) => sum + value, 0) / group.length : 0;
  });
}
