/**
 * A layered picture in given colours. Layers of similar colours are joined into as many parts as there are colours (agglomerative, by
 * Ward 1963), each part gets one of the colours as it is, so that what is dark stays darker and a hue stays near, and borders between parts are
 * decided. Gradients go. Pure.
 */
import { bitsOfHex, type Lab, labDistance, labOf } from "../../../shared/colour/oklab.ts";
import { channelsOfHex } from "./hex-colour.ts";
import { type LayeredImage, memberships, paintValues } from "./layered-image.ts";

/** Parts whose colours are nearer in OKLab are one: no drawing is split to use up the colours. */
const sameWithin = 0.1;
/** Share of the picture that a part must cover with all neighbours; thinner ones are edges between others, and join the nearest. */
const coreLeast = 1 / 1000;
/** Gain on the log-odds between parts, as of ink (decide-ink.ts), and between averages: layers share colours softly where a paint would do. */
const [partGain, evenGain] = [3, 10];
/** Share of its largest part up to which a pixel is as undecided as its surroundings, and from which on it is its own. */
const [undecidedTo, decidedFrom] = [0.5, 0.8];
/** Pixels on each side over which undecided ones are averaged: where layers share a colour, each wins single pixels. */
const evenPx = 3;
/** Log-memberships end here, so that enlarging them does not overshoot. */
const leastLog = -12;

/** Layers that get one colour. */
interface Part {
  readonly layers: readonly number[];
  readonly colour: Lab;
  /** Pixels that it covers. */
  readonly area: number;
  /** Mean of its paints', weighted by area. */
  readonly alpha: number;
}

/**
 * @param colours `#rrggbb`, at least one
 * @returns a picture of at most as many layers, besides nothing; the same where one colour would leave a silhouette
 */
export function inPalette(image: LayeredImage, colours: readonly string[]): LayeredImage {
  const { sizePx } = image;
  const pixels = sizePx ** 2;
  const shares = sharesOf(image);
  const apart = joined(partsOf(image, shares), Number.POSITIVE_INFINITY);
  const thick = withoutEdges(apart, shares, sizePx);
  if (colours.length === 1 && thick.length > 1) return image;
  const parts = joined(thick, colours.length);
  const chosen = assigned(
    parts,
    colours.map((hex) => labOf(bitsOfHex(hex))),
  );
  const paints = new Float32Array(parts.length * paintValues);
  for (const [at, { alpha }] of parts.entries())
    paints.set([...channelsOfHex(colours[chosen[at]!]!), alpha], at * paintValues);
  const decided = new Float32Array((parts.length + 1) * pixels);
  const odds = new Float64Array(parts.length);
  const own = parts.map(({ layers }) =>
    Float32Array.from({ length: pixels }, (_, at) => shareAt(shares, layers, pixels, at)),
  );
  const even = own.map((plane) => meanAround(plane, sizePx));
  const logOf = (share: number): number => Math.max(leastLog, Math.log(share));
  for (let at = 0; at < pixels; at += 1) {
    const nothing = shares[at]!;
    const drawn = 1 - nothing;
    let [most, total] = [0, 0];
    for (const plane of own) most = Math.max(most, plane[at]! / (drawn || 1));
    const decidedness = Math.min(1, Math.max(0, (most - undecidedTo) / (decidedFrom - undecidedTo)));
    for (const part of parts.keys()) {
      const share = decidedness * own[part]![at]! + (1 - decidedness) * even[part]![at]!;
      odds[part] = share ** (decidedness * partGain + (1 - decidedness) * evenGain);
      total += odds[part]!;
    }
    decided[at] = logOf(nothing);
    for (const part of parts.keys()) decided[(part + 1) * pixels + at] = logOf((drawn * odds[part]!) / (total || 1));
  }
  return { logits: decided, paints, sizePx };
}

/** Mean over the square around each pixel, as far as it lies in the picture. */
function meanAround(plane: Float32Array, sizePx: number): Float32Array {
  const along = (values: Float32Array, step: number, placeOf: (at: number) => number): Float32Array =>
    values.map((_, at) => {
      let [sum, count] = [0, 0];
      for (let by = -evenPx; by <= evenPx; by += 1) {
        if (placeOf(at) + by < 0 || placeOf(at) + by >= sizePx) continue;
        sum += values[at + by * step]!;
        count += 1;
      }
      return sum / count;
    });
  const wide = along(plane, 1, (at) => at % sizePx);
  return along(wide, sizePx, (at) => Math.floor(at / sizePx));
}

/** Memberships of each layer, [layers, pixels]. */
function sharesOf({ logits, sizePx }: LayeredImage): Float32Array {
  const pixels = sizePx ** 2;
  const shares = new Float32Array(logits.length);
  const planes = Array.from({ length: logits.length / pixels }, (_, layer) =>
    logits.subarray(layer * pixels, (layer + 1) * pixels),
  );
  const here = new Float64Array(planes.length);
  for (let at = 0; at < pixels; at += 1) {
    memberships(planes, at, here);
    for (const [layer, share] of here.entries()) shares[layer * pixels + at] = share;
  }
  return shares;
}

/** Each layer as a part, with the colour that it has in the middle of what it covers. */
function partsOf({ paints, sizePx }: LayeredImage, shares: Float32Array): Part[] {
  const pixels = sizePx ** 2;
  return Array.from({ length: paints.length / paintValues }, (_, layer) => {
    const paint = paints.subarray(layer * paintValues, (layer + 1) * paintValues);
    let [area, right, down] = [0, 0, 0];
    for (let at = 0; at < pixels; at += 1) {
      const share = shares[(layer + 1) * pixels + at]!;
      area += share;
      right += share * (((at % sizePx) + 0.5) / sizePx - 0.5);
      down += share * ((Math.floor(at / sizePx) + 0.5) / sizePx - 0.5);
    }
    const [u, v] = [right / (area || 1), down / (area || 1)];
    const byte = (channel: number): number => {
      const value = paint[channel]! + u * paint[channel + 4]! + v * paint[channel + 7]!;
      return Math.round(255 * Math.min(1, Math.max(0, value)));
    };
    const colour = labOf((byte(0) << 16) | (byte(1) << 8) | byte(2));
    return { layers: [layer + 1], colour, area: area * paint[3]!, alpha: Math.min(1, Math.max(0, paint[3]!)) };
  });
}

/** Of some layers at a pixel. */
function shareAt(shares: Float32Array, layers: readonly number[], pixels: number, at: number): number {
  let share = 0;
  for (const layer of layers) share += shares[layer * pixels + at]!;
  return share;
}

/** Parts that are nowhere thicker than an edge join those of the nearest colour. */
function withoutEdges(given: readonly Part[], shares: Float32Array, sizePx: number): Part[] {
  const pixels = sizePx ** 2;
  const coreOf = ({ layers }: Part): number => {
    const isOwn = (at: number): boolean => shareAt(shares, layers, pixels, at) > 0.5;
    let core = 0;
    for (let y = 1; y < sizePx - 1; y += 1)
      for (let at = y * sizePx + 1; at < (y + 1) * sizePx - 1; at += 1)
        if (isOwn(at) && isOwn(at - 1) && isOwn(at + 1) && isOwn(at - sizePx) && isOwn(at + sizePx)) core += 1;
    return core;
  };
  const [thick, edges] = [[] as Part[], [] as Part[]];
  for (const part of given) (coreOf(part) >= coreLeast * pixels ? thick : edges).push(part);
  if (thick.length === 0) return [...given];
  for (const edge of edges) {
    const near = thick.map(({ colour }) => labDistance(colour, edge.colour));
    const at = near.indexOf(Math.min(...near));
    // An edge says nothing of the colour.
    thick[at] = { ...thick[at]!, layers: [...thick[at]!.layers, ...edge.layers] };
  }
  return thick;
}

/** Joins the two whose joining costs least squared distance, until there are few enough and none alike. */
function joined(given: readonly Part[], most: number): Part[] {
  let parts = [...given];
  for (;;) {
    let best: { one: Part; other: Part; cost: number } | undefined;
    for (const [at, one] of parts.entries())
      for (const other of parts.slice(at + 1)) {
        const distance = labDistance(one.colour, other.colour);
        const isFew = parts.length <= most;
        if (isFew && distance > sameWithin) continue;
        const cost = ((one.area * other.area) / (one.area + other.area || 1)) * distance ** 2;
        if (!best || cost < best.cost) best = { one, other, cost };
      }
    if (!best) return parts;
    const { one, other } = best;
    parts = [...parts.filter((part) => part !== one && part !== other), together(one, other)];
  }
}

function together(one: Part, other: Part): Part {
  const area = one.area + other.area;
  const mean = (of: (part: Part) => number): number =>
    area === 0 ? of(one) : (one.area * of(one) + other.area * of(other)) / area;
  const axis = (at: 0 | 1 | 2) => mean(({ colour }) => colour[at]);
  return {
    layers: [...one.layers, ...other.layers],
    colour: [axis(0), axis(1), axis(2)],
    area,
    alpha: mean(({ alpha }) => alpha),
  };
}

/** The colour of each part, another one each, by the least sum of squared distances weighted by area; of equal ones the first. */
function assigned(parts: readonly Part[], colours: readonly Lab[]): number[] {
  let best: { chosen: number[]; cost: number } | undefined;
  const visit = (chosen: number[], cost: number): void => {
    if (best && cost >= best.cost) return;
    if (chosen.length === parts.length) {
      best = { chosen, cost };
      return;
    }
    const { colour, area } = parts[chosen.length]!;
    for (const [at, given] of colours.entries())
      if (!chosen.includes(at)) visit([...chosen, at], cost + area * labDistance(colour, given) ** 2);
  };
  visit([], 0);
  return best!.chosen;
}
