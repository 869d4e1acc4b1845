/**
 * Lines between areas taken away, as a style of fills has none: the areas beside a line meet in its middle, and at the outside they reach to its outer
 * edge. Lines that part nothing, such as marks inside of an area and free ends, stay. Pure.
 */
import { labelAreas } from "../lines/label-areas.ts";
import { borderAway, bordersOf, coverOf, forAround, type Partition } from "./partition.ts";
import { insideOf } from "./signed-distance.ts";

/** How far, in widths of lines, two areas may be apart that a line parts: more where lines meet. */
const apartMost = 1.5;
/** The same to a fill that has nothing on the other side of the line. */
const outlineMost = 1.1;
/** Ink of what is left of a line beside a fill, in squares as broad as the lines, up to which it is the tip of a corner, and of one that tapers. */
const [tipMost, longTipMost] = [1.3, 4] as const;
/** Share of the box over its border with the fill that a tip takes which tapers: free ends take all of it. */
const taperMost = 0.85;
/** More areas would take long. */
const areasMost = 40;

export interface WithoutLines extends Partition {
  /** Of a pixel that was a line, the two areas that it parts; 0 elsewhere, so that an area's place counts from 1 on. */
  readonly parted: Uint16Array;
}

/**
 * @param isLine which areas are lines
 * @param isDrawn which areas get a colour
 * @param widthPx of the lines
 * @returns undefined where there are too many areas
 */
export function withoutLines(
  partition: Partition,
  isLine: (label: number) => boolean,
  isDrawn: (label: number) => boolean,
  widthPx: number,
): WithoutLines | undefined {
  const { labels, others, shares, areas, sizePx } = partition;
  if (areas.length > areasMost) return undefined;
  const reach = Math.ceil(apartMost * widthPx) + 1;
  const fields = areas.map((area, label) =>
    isLine(label) || area.isOutside ? undefined : insideOf(coverOf(partition, label), sizePx, reach),
  );
  // All that lies outside is one, beyond the picture too.
  fields.push(outsideField(partition, reach));
  const [moved, movedOthers, movedShares] = [labels.slice(), others.slice(), shares.slice()];
  const parted = new Uint16Array(labels.length);
  const middles = new Set<number>();
  for (let at = 0; at < labels.length; at += 1) {
    if (!isLine(labels[at]!)) continue;
    const [first, second] = nearestTwo(fields, at);
    if (!first || !second || -first.inside - second.inside > apartMost * widthPx) continue;
    if (!isDrawn(first.label) && !isDrawn(second.label)) continue;
    // What a line goes on to beyond an area's outline is no part of that.
    const alone = isDrawn(first.label) === isDrawn(second.label) ? undefined : isDrawn(first.label) ? first : second;
    if (alone && -alone.inside > outlineMost * widthPx + 0.5) continue;
    moved[at] = isDrawn(first.label) ? first.label : second.label;
    parted[at] = (first.label + 1) * 256 + second.label + 1;
    const apart = first.inside - second.inside;
    if (!isDrawn(first.label) || !isDrawn(second.label) || apart >= 1) continue;
    movedShares[at] = 0.5 + apart / 2;
    middles.add(at);
  }
  const isFill = (label: number): boolean => !isLine(label) && isDrawn(label);
  joinTips(moved, sizePx, { isLine, isFill, isOutside: (label) => areas[label]!.isOutside, widthPx });
  for (let at = 0; at < labels.length; at += 1)
    if (others[at] !== at && moved[others[at]!] === moved[at]) {
      movedOthers[at] = at;
      if (!middles.has(at)) movedShares[at] = 1;
    }
  for (const at of middles) {
    movedOthers[at] = at;
    forAround(at, sizePx, true, (near) => {
      if (moved[near] !== moved[at] && !isLine(moved[near]!)) movedOthers[at] = near;
    });
    if (movedOthers[at] === at) movedShares[at] = 1;
  }
  const { sizes, borders } = bordersOf(moved, sizePx);
  const changed = areas.map((area, label) => ({
    ...area,
    size: sizes[label] ?? 0,
    beside: borders[label] ?? new Map<number, number>(),
  }));
  return { ...partition, areas: changed, labels: moved, others: movedOthers, shares: movedShares, parted };
}

/** Tips that lines leave where they meet beside what is outside become part of the fill that they touch most. @param moved changed in place */
function joinTips(
  moved: Uint16Array,
  sizePx: number,
  {
    isLine,
    isFill,
    isOutside,
    widthPx,
  }: Record<"isLine" | "isFill" | "isOutside", (label: number) => boolean> & {
    readonly widthPx: number;
  },
): void {
  const lines = Uint8Array.from(moved, (label) => Number(isLine(label)));
  const parts = labelAreas(lines, 1, sizePx, true);
  const [sizes, fills]: [number[], Array<Map<number, number>>] = [[], []];
  const isAtEdge = new Set<number>();
  for (const [at, part] of parts.entries()) {
    if (part === 0) continue;
    sizes[part] = (sizes[part] ?? 0) + 1;
    fills[part] ??= new Map();
    forAround(at, sizePx, false, (near) => {
      const label = moved[near]!;
      if (isOutside(label)) isAtEdge.add(part);
      if (isFill(label)) fills[part]!.set(label, (fills[part]!.get(label) ?? 0) + 1);
    });
  }
  const isTip = (part: number, size: number): boolean =>
    size <= tipMost * widthPx ** 2 ||
    (size <= longTipMost * widthPx ** 2 && size <= taperMost * boxOver(moved, parts, part, sizePx, isFill));
  const joins = fills.map((labels, part) =>
    labels.size === 0 || !isAtEdge.has(part) || !isTip(part, sizes[part]!)
      ? undefined
      : [...labels].reduce((best, border) => (border[1] > best[1] ? border : best))[0],
  );
  for (const [at, part] of parts.entries()) {
    const join = joins[part];
    if (join !== undefined) moved[at] = join;
  }
}

/** Pixels of a part that touch fills, times its reach away from them. @param parts of each pixel */
function boxOver(
  moved: Uint16Array,
  parts: Uint16Array,
  part: number,
  sizePx: number,
  isFill: (label: number) => boolean,
): number {
  const away = new Map<number, number>();
  for (const [at, own] of parts.entries()) {
    if (own !== part) continue;
    forAround(at, sizePx, false, (near) => {
      if (isFill(moved[near]!)) away.set(at, 1);
    });
  }
  const border = away.size;
  let reach = 0;
  for (const [at, from] of away) {
    reach = from;
    forAround(at, sizePx, true, (near) => {
      if (parts[near] === part && !away.has(near)) away.set(near, from + 1);
    });
  }
  return border * reach;
}

/** How far pixels lie inside of what is outside, which begins at the border of the picture at the latest. */
function outsideField(partition: Partition, reach: number): Float32Array {
  const { areas, labels, sizePx } = partition;
  const cover = new Float32Array(labels.length);
  for (const [label, { isOutside }] of areas.entries())
    if (isOutside) for (const [at, share] of coverOf(partition, label).entries()) cover[at]! += share;
  return insideOf(cover, sizePx, reach).map((inside, at) => {
    return Math.max(inside, -0.5 - borderAway(at, sizePx));
  });
}

/** The two areas, not lines, that a pixel is nearest to. */
function nearestTwo(fields: ReadonlyArray<Float32Array | undefined>, at: number) {
  let [first, second]: Array<{ label: number; inside: number } | undefined> = [];
  for (const [label, field] of fields.entries()) {
    if (!field) continue;
    const inside = field[at]!;
    if (!first || inside > first.inside) [first, second] = [{ label, inside }, first];
    else if (!second || inside > second.inside) second = { label, inside };
  }
  return [first, second] as const;
}
