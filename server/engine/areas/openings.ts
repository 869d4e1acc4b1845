/**
 * What a drawing encloses and leaves open. A bay of what lies around lines, nearly closed as in a light bulb, may be filled as areas are. Holes stay empty where a
 * designer sees through them: those with thin ink around them in a drawing of fills, and loops of lines on a larger body, such as handles. Pure.
 */
import { distancesTo } from "../lines/distances.ts";
import { labelAreas, spreadLabels } from "../lines/label-areas.ts";
import { type Box, boundsOf } from "../pixels/places.ts";
import { areasOf, borderAway, forAround, type Partition } from "./partition.ts";

/** Radius of the disc that does not get into a bay, and of the one that fits into it, of the width of lines, and mean alpha of a bay that is filled. */
const [bayRadius, bayDepth, bayLeast] = [1.1, 1.5, 0.85] as const;
/** Share of a bay's border that must be along one piece of lines: what lies between two is none, nor is what is wide open. */
const aroundLeast = 0.75;
/** Thickness of thin ink around a hole, of the side, the share of the hole's border where it is, and of all ink what the hole has at most. */
const [wallMost, wallLeast, holeMost] = [0.11, 0.55, 0.35] as const;
/** Radius of the largest disc in a small loop, of the width of lines, and the loop's size, of that disc's: it is neither a disc, as of a wheel, nor a strip. */
const [loopRadius, loopLeast, loopDiscs] = [0.85, 1.4, 3.8] as const;
/** Share of the body's size that a small loop has at most, and of the largest area's that any has. */
const [loopMost, loopOfLargest] = [0.25, 0.7] as const;
/** How much narrower than its body a shackle is on either side, in widths of lines, and height of the body, of its width. */
const [narrowerLeast, bodyLeast] = [0.5, 0.5] as const;
/** Share of the rectangle around the rounded end of a shackle that it fills, and of its width that it has at its foot and its body at the top. */
const [roundLeast, roundMost, straightLeast] = [0.65, 0.9, 0.75] as const;
/** Areas among which loops are looked for: more take long. */
const innerMost = 30;
/** How far, in widths of lines, areas may be apart that a line parts. */
const besideMost = 1.5;

/**
 * Lines with the bays around them as areas.
 * @param widthPx of the lines as they were drawn
 * @param answer premultiplied RGBA [4, sizePx, sizePx], which fills them
 */
export function withBays(partition: Partition, widthPx: number, answer: Float32Array): Partition {
  const { labels, areas, sizePx } = partition;
  const [radius, broad] = [bayRadius * widthPx, bayDepth * widthPx];
  const padPx = 2 * Math.ceil(radius) + 2;
  const sidePx = sizePx + 2 * padPx;
  const placeOf = (at: number): number => (Math.floor(at / sizePx) + padPx) * sidePx + padPx + (at % sizePx);
  const around = new Uint8Array(sidePx ** 2).fill(1);
  for (const [at, label] of labels.entries()) if (!areas[label]!.isOutside) around[placeOf(at)] = 0;
  const away = distancesTo(0, around, sidePx, Math.ceil(broad) + 2);
  const cores = labelAreas(
    Uint8Array.from(away, (px) => Number(px > radius)),
    1,
    sidePx,
  );
  const bays = spreadLabels(cores, sidePx, around);
  const pieces = labelAreas(
    around.map((is) => 1 - is),
    1,
    sidePx,
    true,
  );
  const seen = new Map<number, Bay>();
  for (const at of labels.keys()) {
    const place = placeOf(at);
    const number = bays[place]!;
    if (number === 0 || number === bays[0]) continue;
    const bay = seen.get(number) ?? { pixels: 0, alpha: 0, isBroad: false, borders: new Map<number, number>() };
    seen.set(number, bay);
    bay.pixels += 1;
    bay.alpha += answer[3 * labels.length + at]!;
    bay.isBroad ||= away[place]! > broad;
    for (const near of [place - 1, place + 1, place - sidePx, place + sidePx])
      if (bays[near] !== number) bay.borders.set(pieces[near]!, (bay.borders.get(pieces[near]!) ?? 0) + 1);
  }
  const filled = [...seen].flatMap(([number, { pixels, alpha, isBroad, borders }]) => {
    const border = [...borders.values()].reduce((sum, count) => sum + count, 0);
    const along = Math.max(0, ...[...borders].map(([piece, count]) => (piece === 0 ? 0 : count)));
    return isBroad && alpha >= bayLeast * pixels && along >= aroundLeast * border ? [number] : [];
  });
  if (filled.length === 0) return partition;
  const made = labels.map((label, at) => {
    const bay = filled.indexOf(bays[placeOf(at)]!);
    return bay < 0 || !areas[label]!.isOutside ? label : areas.length + bay;
  });
  const owners = Uint8Array.from(labels, (label) => areas[label]!.colour);
  return { ...partition, labels: made, areas: areasOf(made, owners, sizePx) };
}

interface Bay {
  pixels: number;
  alpha: number;
  isBroad: boolean;
  /** Pixels beside it, by the piece of lines that they are of; 0 is none. */
  readonly borders: Map<number, number>;
}

/** Holes in a drawing of fills that have thin ink around them, as a padlock's and a trophy's have: what is behind shows through. */
export function seenThrough({ labels, areas, sizePx }: Partition): ReadonlySet<number> {
  const ink = areas.reduce((sum, { colour, size }) => (colour === 0 ? sum : sum + size), 0);
  const isHole = areas.map(({ colour, isOutside, size }) => colour === 0 && !isOutside && size <= holeMost * ink);
  if (!isHole.includes(true)) return new Set();
  const thickPx = wallMost * sizePx;
  const outside = Uint8Array.from(labels, (label) => Number(areas[label]!.isOutside));
  const away = distancesTo(1, outside, sizePx, Math.ceil(thickPx) + 2);
  const [borders, thin] = [areas.map(() => 0), areas.map(() => 0)];
  for (const [at, label] of labels.entries()) {
    if (!isHole[label]) continue;
    let isBorder = false;
    forAround(at, sizePx, false, (near) => {
      if (labels[near] !== label) isBorder = true;
    });
    if (!isBorder) continue;
    borders[label]! += 1;
    if (Math.min(away[at]!, borderAway(at, sizePx) + 1) <= thickPx + 1) thin[label]! += 1;
  }
  return new Set([...areas.keys()].filter((label) => isHole[label] && thin[label]! >= wallLeast * borders[label]!));
}

/**
 * Loops of lines on a larger body: small ones such as the handle of a cup, and shackles on top of it.
 * @param widthPx of the lines
 * @param drawnPx of them before they were redrawn
 */
export function loopsOf(partition: Partition, widthPx: number, drawnPx: number): ReadonlySet<number> {
  const { labels, areas, sizePx } = partition;
  const isInner = (label: number): boolean => areas[label]!.colour === 0 && !areas[label]!.isOutside;
  const inner = [...areas.keys()].filter((label) => isInner(label));
  const largest = inner.reduce((most, label) => Math.max(most, areas[label]!.size), 0);
  const loops = new Set<number>();
  if (inner.length < 2 || inner.length > innerMost) return loops;
  const reach = Math.ceil(besideMost * widthPx) + 1;
  for (const label of inner) {
    if (areas[label]!.size > loopOfLargest * largest) continue;
    const own = Uint8Array.from(labels, (other) => Number(other === label));
    const away = distancesTo(1, own, sizePx, reach);
    const beside = new Set<number>();
    for (const [at, other] of labels.entries())
      if (other !== label && away[at]! < reach && areas[other]!.colour === 0)
        beside.add(areas[other]!.isOutside ? -1 : other);
    const [body, ...more] = [...beside].filter((other) => other >= 0);
    if (!beside.has(-1) || body === undefined || more.length > 0) continue;
    const { size } = areas[label]!;
    const radius = distancesTo(0, own, sizePx, Math.ceil(2 * drawnPx)).reduce((most, px) => Math.max(most, px), 0);
    const discs = size / (Math.PI * radius ** 2);
    const isSmall =
      size <= loopMost * areas[body]!.size &&
      radius - (drawnPx - widthPx) / 2 <= loopRadius * drawnPx &&
      discs >= loopLeast &&
      discs <= loopDiscs;
    if (isSmall || isShackle(partition, label, body, widthPx)) loops.add(label);
  }
  return loops;
}

/** Whether an area is a narrower one with straight sides and a round top, in the middle of the straight top of its body. */
function isShackle({ labels, sizePx }: Partition, label: number, body: number, widthPx: number): boolean {
  const [own, below] = [label, body].map((one) => boundsOf(sizePx, (at) => labels[at] === one)!) as [Box, Box];
  const [width, room] = [own.right - own.left, narrowerLeast * widthPx];
  const isOnTop = own.bottom <= below.top && own.left - below.left >= room && below.right - own.right >= room;
  const isCentred = Math.abs(own.left + own.right - below.left - below.right) <= widthPx / 2;
  const isTall =
    below.bottom - below.top >= bodyLeast * (below.right - below.left) && own.bottom - own.top >= width / 2;
  if (!isOnTop || !isCentred || !isTall) return false;
  const inRows = (one: number, from: number, to: number): number => {
    let pixels = 0;
    for (let at = Math.floor(from) * sizePx; at < Math.floor(to) * sizePx; at += 1) if (labels[at] === one) pixels += 1;
    return pixels;
  };
  const top = Math.floor(width / 2);
  const round = inRows(label, own.top, own.top + top) / (top * width);
  return (
    round >= roundLeast &&
    round <= roundMost &&
    inRows(label, own.bottom - 2, own.bottom - 1) >= straightLeast * width &&
    inRows(body, below.top + 1, below.top + 2) >= straightLeast * (below.right - below.left)
  );
}
