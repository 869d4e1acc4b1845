/**
 * Lines between areas taken away, as a style of fills has none: the areas beside a line meet in its middle, and at the outside they reach to its outer
 * edge. Lines that part nothing, such as marks inside of an area and free ends, stay. Pure.
 */
import { bordersOf, coverOf, forAround, type Partition } from "./partition.ts";
import { insideOf } from "./signed-distance.ts";

/** How far, in widths of lines, two areas may be apart that a line parts: more where lines meet. */
const apartMost = 1.5;
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
    moved[at] = isDrawn(first.label) ? first.label : second.label;
    parted[at] = (first.label + 1) * 256 + second.label + 1;
    const apart = first.inside - second.inside;
    if (!isDrawn(first.label) || !isDrawn(second.label) || apart >= 1) continue;
    movedShares[at] = 0.5 + apart / 2;
    middles.add(at);
  }
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

/** How far pixels lie inside of what is outside, which begins at the border of the picture at the latest. */
function outsideField(partition: Partition, reach: number): Float32Array {
  const { areas, labels, sizePx } = partition;
  const cover = new Float32Array(labels.length);
  for (const [label, { isOutside }] of areas.entries())
    if (isOutside) for (const [at, share] of coverOf(partition, label).entries()) cover[at]! += share;
  return insideOf(cover, sizePx, reach).map((inside, at) => {
    const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
    return Math.max(inside, -0.5 - Math.min(column, row, sizePx - 1 - column, sizePx - 1 - row));
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
