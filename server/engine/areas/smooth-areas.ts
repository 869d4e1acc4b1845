/**
 * A drawing cut into areas whose colour is even or changes smoothly: what hangs together without an edge, and the linear gradient that it has. Areas of one
 * colour, or of one gradient that goes on from the one to the other, have the same paint. Pure; planes are premultiplied RGBA [4, sizePx, sizePx].
 */

import { overBox } from "../pixels/gradients/ink-gradient.ts";
import { nearestShade, type Shade, shadeAt, shadeOf } from "../pixels/ground/shade.ts";
import { type Drawing, type Ink, inkDistance } from "../pixels/ink-colour.ts";
import { boundsOf } from "../pixels/places.ts";
import { opaqueFrom } from "./around.ts";
import { type Flat, nothing } from "./flat-colours.ts";
import type { Paint } from "./paint.ts";
import { areasOf, edgesOf, forAround, hangingTogether, type Partition, partitionOf } from "./partition.ts";

export interface SmoothAreas {
  /** Its colours are means; edges are not known in parts of pixels. */
  readonly partition: Partition;
  /** The gradient of each colour, where it has one. */
  readonly gradients: ReadonlyArray<Paint | undefined>;
  /** Share of what is opaque that lies in areas, and in those of a gradient. */
  readonly covered: number;
  readonly sloped: number;
}

/** Difference of a channel from one pixel to the next within an area. */
const stepMost = 0.032;
/** Alpha up to which nothing is there, and from which on a soft edge is part of what it is beside. */
const [nothingTo, drawnFrom] = [0.06, 0.5] as const;
/** Pixels of the least area, and areas of one drawing. */
const [pixelsLeast, areasMost] = [14, 120] as const;
/** Share of an area whose pixels begin squares of two by two in it. */
const squaresLeast = 0.15;
/** Pixels that say what gradient an area has. */
const fittedMost = 500;
/** Share of a drawing of gradients that must lie in areas. */
const coveredLeast = 0.7;
/** Difference of a channel of one paint, and the share of an area that must have it. */
const [sameWithin, sameLeast] = [0.05, 0.9] as const;

interface Core {
  readonly pixels: readonly number[];
  /** Absent where it is not opaque. */
  readonly shade?: Shade | undefined;
}

/** Undefined where a drawing has none, or too many, as those of a texture. */
export function smoothAreasOf({ planes, sizePx }: Drawing): SmoothAreas | undefined {
  const pixels = sizePx ** 2;
  const found = coresOf(planes, sizePx).filter((core) => core.length >= pixelsLeast && isThick(core, sizePx));
  if (found.length === 0 || found.length > areasMost) return undefined;
  const cores = found
    .sort((one, other) => other.length - one.length)
    .map((core): Core => ({ pixels: core, shade: shadeIn(planes, core, sizePx) }));
  const groups = groupsOf(planes, cores, sizePx);
  const owners = new Uint8Array(pixels);
  let [covered, sloped] = [0, 0];
  const colours = groups.map((group, at): Flat => {
    const own = group.flatMap((core) => core.pixels);
    for (const pixel of own) owners[pixel] = at + 1;
    if (group[0]!.shade) covered += own.length;
    if (group[0]!.shade?.slopes) sloped += own.length;
    const mean = (channel: number): number =>
      own.reduce((sum, pixel) => sum + planes[channel * pixels + pixel]!, 0) / own.length;
    return [mean(0), mean(1), mean(2), mean(3)];
  });
  spread(owners, (at) => planes[3 * pixels + at]! >= drawnFrom, sizePx);
  const labels = hangingTogether(owners, sizePx);
  const opaque = planes.subarray(3 * pixels).reduce((sum, alpha) => sum + Number(alpha >= opaqueFrom), 0) || 1;
  return {
    partition: {
      colours: [nothing, ...colours],
      areas: areasOf(labels, owners, sizePx),
      labels,
      others: Uint16Array.from(labels, (_, at) => at),
      shares: new Float32Array(pixels).fill(1),
      sizePx,
    },
    gradients: [undefined, ...groups.map((group) => gradientOf(group, sizePx))],
    covered: covered / opaque,
    sloped: sloped / opaque,
  };
}

/** A drawing of flat colours, or else of gradients, each as an area of its mean colour; undefined where much of it lies in neither. */
export function anyPartitionOf(drawing: Drawing): Partition | undefined {
  const flat = partitionOf(drawing);
  if (flat) return flat;
  if (!known.has(drawing.planes)) known.set(drawing.planes, smoothPartitionOf(drawing));
  return known.get(drawing.planes);
}

/** By the drawings' planes. */
const known = new WeakMap<Float32Array, Partition | undefined>();

function smoothPartitionOf(drawing: Drawing): Partition | undefined {
  const smooth = smoothAreasOf(drawing);
  if (!smooth || smooth.covered < coveredLeast) return undefined;
  const { colours, labels, areas } = smooth.partition;
  return { ...smooth.partition, ...edgesOf(drawing, colours, labels, areas) };
}

/** Pixels that hang together without a step between neighbours; what is nothing is left out. */
function coresOf(planes: Float32Array, sizePx: number): number[][] {
  const pixels = sizePx ** 2;
  const seen = Uint8Array.from({ length: pixels }, (_, at) => Number(planes[3 * pixels + at]! <= nothingTo));
  const isStep = (at: number, near: number): boolean => {
    for (let channel = 0; channel < 4 * pixels; channel += pixels)
      if (Math.abs(planes[channel + at]! - planes[channel + near]!) > stepMost) return true;
    return false;
  };
  const cores: number[][] = [];
  for (let start = 0; start < pixels; start += 1) {
    if (seen[start]) continue;
    seen[start] = 1;
    const core = [start];
    for (let next = 0; next < core.length; next += 1)
      forAround(core[next]!, sizePx, false, (near) => {
        if (seen[near] || isStep(core[next]!, near)) return;
        seen[near] = 1;
        core.push(near);
      });
    cores.push(core);
  }
  return cores;
}

/** Of most of an area, or the nearest to it. */
function shadeIn(planes: Float32Array, core: readonly number[], sizePx: number): Shade | undefined {
  const first = 3 * sizePx ** 2;
  const some = thinned(core);
  if (some.some((at) => planes[first + at]! < opaqueFrom)) return undefined;
  return shadeOf(planes, some, sizePx) ?? nearestShade(planes, some, sizePx);
}

/** Whether a core is more than the row of half-covered pixels along a straight edge. */
function isThick(core: readonly number[], sizePx: number): boolean {
  const own = new Set(core);
  const squares = core.filter((at) => own.has(at + 1) && own.has(at + sizePx) && own.has(at + sizePx + 1));
  return squares.length >= squaresLeast * core.length;
}

/** Of many pixels some, spread evenly. */
const thinned = (own: readonly number[]): readonly number[] => {
  const every = Math.ceil(own.length / fittedMost);
  return every === 1 ? own : own.filter((_, at) => at % every === 0);
};

/** Areas of one paint, by the largest of them. */
function groupsOf(planes: Float32Array, cores: readonly Core[], sizePx: number): Core[][] {
  const groups: Core[][] = [];
  for (const core of cores) {
    const same = groups.find(
      ([first]) => first!.shade && core.shade && hasShade(planes, core.pixels, first!.shade, sizePx),
    );
    if (same) same.push(core);
    else groups.push([core]);
  }
  return groups;
}

function hasShade(planes: Float32Array, own: readonly number[], shade: Shade, sizePx: number): boolean {
  const pixels = sizePx ** 2;
  const colourAt = (at: number): Ink => [planes[at]!, planes[pixels + at]!, planes[2 * pixels + at]!];
  const some = thinned(own);
  const alike = some.filter((at) => inkDistance(colourAt(at), shadeAt(shade, at, sizePx)) <= sameWithin);
  return alike.length >= sameLeast * some.length;
}

/** A gradient over the box around what has it. */
function gradientOf(group: readonly Core[], sizePx: number): Paint | undefined {
  const shade = group[0]!.shade;
  if (!shade?.slopes) return undefined;
  const own = new Uint8Array(sizePx ** 2);
  for (const { pixels } of group) for (const at of pixels) own[at] = 1;
  const box = boundsOf(sizePx, (at) => own[at] === 1)!;
  return { ...overBox(shade.colour, shade.slopes, box, sizePx), isShared: group.length > 1 };
}

/** Soft edges go to the area that they touch first. */
function spread(owners: Uint8Array, isDrawn: (at: number) => boolean, sizePx: number): void {
  const queue = [...owners.keys()].filter((at) => owners[at] !== 0);
  for (let head = 0; head < queue.length; head += 1) {
    const at = queue[head]!;
    forAround(at, sizePx, false, (near) => {
      if (owners[near] !== 0 || !isDrawn(near)) return;
      owners[near] = owners[at]!;
      queue.push(near);
    });
  }
}
