/**
 * The pieces that a drawing of one ink is made of: parts that stand apart, and strokes between the places where lines meet, recognised by the
 * skeleton of the ink (Zhang & Suen 1984, "A fast parallel algorithm for thinning digital patterns"). Broad shapes are not cut. Pure.
 */

export interface Pieces {
  /** The piece of each pixel, 0 = nothing. */
  readonly labels: Uint16Array;
  /** Pixels of each piece; of nothing 0. */
  readonly areas: readonly number[];
}

/** Alpha from which on a pixel is ink. */
export const inkFrom = 0.5;
/** Mean width of ink, of the picture's side, from which on it is shapes instead of lines. */
const widthMost = 0.11;

/** Other labels for strokes, of which the skeleton is cut, in a picture with one pixel of nothing around. */
export type Settle = (labels: Uint16Array, skeleton: Uint8Array, side: number, width: number) => Uint16Array;

/** @param alphas [sizePx, sizePx] @param settle what is done with strokes before all ink gets theirs; by default nothing */
export function piecesOf(alphas: Float32Array, sizePx: number, settle: Settle = (labels) => labels): Pieces {
  const side = sizePx + 2;
  const ink = padded(alphas, sizePx);
  const skeleton = thinned(ink, side);
  const [area, length] = [count(ink), count(skeleton)];
  const width = length === 0 ? sizePx : area / length;
  const seeds =
    width > widthMost * sizePx ? components(ink, side) : settle(strokes(skeleton, side, width), skeleton, side, width);
  const labels = unpadded(spread(seeds, ink, side), sizePx);
  return { labels, areas: areasOf(labels) };
}

/** Lines of one pixel in the middle of ink, [sizePx, sizePx]. @param alphas of the same shape */
export const skeletonOf = (alphas: Float32Array, sizePx: number): Uint16Array =>
  unpadded(thinned(padded(alphas, sizePx), sizePx + 2), sizePx);

/** The areas of a mask that hang together, and for pixels outside of it the nearest of them. @param mask [sizePx, sizePx], up to 1 */
export function areasAround(mask: Float32Array, sizePx: number): Pieces {
  const side = sizePx + 2;
  const seeds = components(padded(mask, sizePx), side);
  const labels = unpadded(spread(seeds, padded(new Float32Array(mask.length).fill(1), sizePx), side), sizePx);
  return { labels, areas: areasOf(unpadded(seeds, sizePx)) };
}

/** What is ink, with one pixel of nothing around, so that every pixel has neighbours. */
function padded(alphas: Float32Array, sizePx: number): Uint8Array {
  const ink = new Uint8Array((sizePx + 2) ** 2);
  for (let at = 0; at < alphas.length; at += 1) if (alphas[at]! >= inkFrom) ink[placeOf(at, sizePx)] = 1;
  return ink;
}

function unpadded(labels: Uint8Array | Uint16Array, sizePx: number): Uint16Array {
  const within = new Uint16Array(sizePx ** 2);
  for (let at = 0; at < within.length; at += 1) within[at] = labels[placeOf(at, sizePx)]!;
  return within;
}

/** The place of a pixel in a picture with one pixel of nothing around. */
export const placeOf = (at: number, sizePx: number): number =>
  (Math.floor(at / sizePx) + 1) * (sizePx + 2) + (at % sizePx) + 1;

/** Pixels of each label, of none 0. */
export function areasOf(labels: Uint16Array): number[] {
  const areas: number[] = [0];
  for (const label of labels) if (label > 0) areas[label] = (areas[label] ?? 0) + 1;
  return Array.from(areas, (pixels) => pixels ?? 0);
}

function count(mask: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < mask.length; at += 1) sum += mask[at]!;
  return sum;
}

/** The eight neighbours in a ring, beginning above. */
export const ringOf = (at: number, side: number): number[] => [
  at - side,
  at - side + 1,
  at + 1,
  at + side + 1,
  at + side,
  at + side - 1,
  at - 1,
  at - side - 1,
];

/** How often a ring turns from nothing to ink: 1 at an end, 2 along a line, more where lines meet. */
export const turns = (ring: readonly number[], mask: Uint8Array): number =>
  ring.filter((near, index) => !mask[near] && mask[ring[(index + 1) % 8]!]).length;

/** Whether a pixel is taken away in either half of a step, by its ring as bits: the ink stays whole without it, and it is at one of two sides. */
const [takenFirst, takenNext] = [
  [
    [0, 2, 4],
    [2, 4, 6],
  ],
  [
    [0, 2, 6],
    [0, 4, 6],
  ],
].map((sides) =>
  Uint8Array.from({ length: 256 }, (_, bits) => {
    const mask = Uint8Array.from({ length: 8 }, (__, place) => (bits >> place) & 1);
    const neighbours = count(mask);
    const isWhole = neighbours >= 2 && neighbours <= 6 && turns([...mask.keys()], mask) === 1;
    return isWhole && sides.every((places) => places.some((place) => !mask[place])) ? 1 : 0;
  }),
);

/** The skeleton of ink, one pixel broad but for steps. @param side pixels a row; none of ink at the border */
function thinned(ink: Uint8Array, side: number): Uint8Array {
  const mask = ink.slice();
  let pixels: number[] = [];
  for (let at = 0; at < mask.length; at += 1) if (mask[at]) pixels.push(at);
  const ring = ringOf(0, side);
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const taken of [takenFirst!, takenNext!]) {
      const gone = pixels.filter((at) => {
        let bits = 0;
        for (let place = 0; place < 8; place += 1) bits |= mask[at + ring[place]!]! << place;
        return taken[bits] === 1;
      });
      for (const at of gone) mask[at] = 0;
      if (gone.length > 0) pixels = pixels.filter((at) => mask[at]);
      isChanged ||= gone.length > 0;
    }
  }
  return mask;
}

/** Labels of what hangs together, from 1 on. */
export function components(mask: Uint8Array, side: number): Uint16Array {
  const labels = new Uint16Array(mask.length);
  const ring = ringOf(0, side);
  let label = 0;
  for (let start = 0; start < mask.length; start += 1) {
    if (!mask[start] || labels[start]) continue;
    label += 1;
    labels[start] = label;
    const found = [start];
    for (const at of found)
      for (let place = 0; place < 8; place += 1) {
        const near = at + ring[place]!;
        if (!mask[near] || labels[near]) continue;
        labels[near] = label;
        found.push(near);
      }
  }
  return labels;
}

/** The skeleton cut where lines meet. Stumps shorter than lines are wide are left out, unless nothing else is there. */
function strokes(skeleton: Uint8Array, side: number, width: number): Uint16Array {
  const whole = components(skeleton, side);
  const cut = skeleton.slice();
  for (let at = 0; at < skeleton.length; at += 1)
    if (skeleton[at] && turns(ringOf(at, side), skeleton) > 2)
      for (const near of [at, ...ringOf(at, side)]) cut[near] = 0;
  const labels = components(cut, side);
  const lengths = areasOf(labels);
  const isKept = (at: number): boolean => labels[at]! > 0 && lengths[labels[at]!]! >= width;
  const withStroke = new Set<number>();
  for (let at = 0; at < whole.length; at += 1) if (isKept(at)) withStroke.add(whole[at]!);
  const next = lengths.length;
  return labels.map((label, at) => {
    if (isKept(at)) return label;
    return whole[at]! > 0 && !withStroke.has(whole[at]!) ? next + whole[at]! : 0;
  });
}

/** Every pixel of ink gets the label of the nearest seed, along the ink. */
function spread(seeds: Uint16Array, ink: Uint8Array, side: number): Uint16Array {
  const labels = seeds.slice();
  const ring = ringOf(0, side);
  const reached: number[] = [];
  for (let at = 0; at < labels.length; at += 1) if (labels[at]) reached.push(at);
  for (const at of reached)
    for (let place = 0; place < 8; place += 1) {
      const near = at + ring[place]!;
      if (!ink[near] || labels[near]) continue;
      labels[near] = labels[at]!;
      reached.push(near);
    }
  return labels;
}
