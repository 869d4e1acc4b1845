/**
 * Areas of fills with the lines of a style around them: bands inside of the silhouette, and half of one on each side where two areas meet. What is as thin as
 * lines becomes lines, and so do thin marks that a fill leaves empty where the answer draws them. Pure.
 */
import type { Flat } from "./flat-colours.ts";
import { areasOf, borderAway, coverOf, forAround, hangingTogether, type Partition } from "./partition.ts";
import { insideOf } from "./signed-distance.ts";

/** More areas would take long. */
const areasMost = 40;

/**
 * @param isDrawn which areas get a colour
 * @param widthPx of the lines
 * @param mayBeMark which areas become lines as they are, if they are as thin
 * @returns areas of which those of the last colour are lines; undefined where there are too many
 */
export function withOutlines(
  partition: Partition,
  isDrawn: (label: number) => boolean,
  widthPx: number,
  ink: Flat,
  mayBeMark: (label: number) => boolean = (label) => partition.areas[label]!.colour === 0,
): Partition | undefined {
  const { labels, others, shares, areas, colours, sizePx } = partition;
  if (areas.length > areasMost) return undefined;
  const reach = Math.ceil(widthPx) + 2;
  const covers = areas.map((_, label) => (isDrawn(label) ? coverOf(partition, label) : undefined));
  const fields = covers.map((cover) => cover && insideOf(cover, sizePx, reach));
  const isMark = areas.map(
    (_, label) => mayBeMark(label) && isDrawn(label) && deepest(fields[label]!, labels, label) < widthPx,
  );
  const silhouette = new Float32Array(labels.length);
  for (const cover of covers) if (cover) for (let at = 0; at < cover.length; at += 1) silhouette[at]! += cover[at]!;
  // Where a drawing is cut off by the picture's border, its line goes along it.
  const inside = insideOf(silhouette, sizePx, reach).map((px, at) => Math.min(px, 0.5 + borderAway(at, sizePx)));
  const owners = Uint8Array.from(labels, (label) => areas[label]!.colour);
  const [bandOthers, bandShares] = [others.slice(), shares.slice()];
  const band = Float32Array.from(labels, (label, at) => {
    if (!isDrawn(label)) return 0;
    if (isMark[label]) return 1;
    // Marks have no band beside them.
    const beside = [...areas[label]!.beside.keys()].filter((near) => isDrawn(near));
    const isParted = beside.some((near) => !isMark[near]);
    const own = isParted && beside.every((near) => !isMark[near]) ? widthPx / 2 - fields[label]![at]! : -1;
    return Math.min(1, Math.max(0, 0.5 + Math.max(own, widthPx - inside[at]!)));
  });
  const isLine = (at: number): boolean => band[at]! >= 0.5;
  for (let at = 0; at < owners.length; at += 1) if (isLine(at)) owners[at] = colours.length;
  for (let at = 0; at < owners.length; at += 1) {
    const other = others[at]!;
    const isSame = owners[other] === owners[at];
    if (other !== at && (!isSame || labels[other] === labels[at])) continue;
    bandOthers[at] = at;
    bandShares[at] = 1;
    if (band[at] === 0 || band[at] === 1) continue;
    forAround(at, sizePx, true, (near) => {
      if (owners[near] !== owners[at] && isDrawn(labels[near]!)) bandOthers[at] = near;
    });
    if (bandOthers[at] !== at) bandShares[at] = Math.max(band[at]!, 1 - band[at]!);
  }
  const bandLabels = hangingTogether(owners, sizePx);
  return {
    sizePx,
    colours: [...colours, ink],
    labels: bandLabels,
    areas: areasOf(bandLabels, owners, sizePx),
    others: bandOthers,
    shares: bandShares,
  };
}

/** Depth of the deepest pixel of an area. */
function deepest(field: Float32Array, labels: Uint16Array, label: number): number {
  let most = 0;
  for (let at = 0; at < labels.length; at += 1) if (labels[at] === label) most = Math.max(most, field[at]!);
  return most;
}
