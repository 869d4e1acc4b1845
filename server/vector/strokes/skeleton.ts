/**
 * The skeleton of lines as a graph: branches of pixels between places where lines meet or end. The ink is thinned in the order of its depth (as Pudney 1998,
 * "Distance-ordered homotopic thinning"), so that the skeleton lies in its middle and does not run into its corners. Pure.
 */

/** A line of neighbouring pixels, as indices into the grid. */
export interface Branch {
  readonly pixels: readonly number[];
  /** Junctions at which it begins and ends, as indices; −1 for a free end. Both −1 and `isClosed` for a ring. */
  readonly ends: readonly [number, number];
  readonly isClosed: boolean;
}

export interface Skeleton {
  readonly branches: readonly Branch[];
  /** Middle of each junction, in pixels. */
  readonly junctions: ReadonlyArray<readonly [x: number, y: number]>;
}

/** Depths that are told apart, of a pixel. */
const depthSteps = 16;
/** How deep in the ink lines end, of their width. */
const endDepth = 0.4;
/** Junctions that are nearer than this are one. */
const togetherMost = 0.7;

/**
 * @param ink 1 or 0; none at the border of the grid
 * @param stride pixels a row
 * @param depths of pixels of the ink to its edge, in pixels
 * @param about `widthPx` of the lines; `spurMost`: branches with a free end up to this length, of the width, are none
 */
export function skeletonOf(
  ink: Uint8Array,
  stride: number,
  depths: Float32Array,
  { widthPx, spurMost }: { readonly widthPx: number; readonly spurMost: number },
): Skeleton {
  const mask = thinnedByDepth(ink, stride, depths, widthPx);
  const ring = ringOf(stride);
  for (;;) {
    const graph = graphOf(mask, stride, widthPx);
    const spurs = graph.branches.filter(
      ({ ends, pixels }) => Math.min(...ends) < 0 && Math.max(...ends) >= 0 && pixels.length < spurMost * widthPx,
    );
    if (spurs.length === 0) return graph;
    // The shortest of those at one junction first: without it, the others may go on as one line.
    const gone = new Map<number, Branch>();
    for (const spur of spurs) {
      const at = Math.max(...spur.ends);
      const other = gone.get(at);
      if (!other || spur.pixels.length < other.pixels.length) gone.set(at, spur);
    }
    for (const { pixels } of gone.values()) for (const pixel of pixels) mask[pixel] = 0;
    // Corners of steps go, which would not shorten a line.
    for (const at of mask.keys()) {
      const bits = mask[at] === 1 ? ringAt(mask, at, ring) : 0;
      if (isSimple[bits] === 1 && isLast[bits] === 0) mask[at] = 0;
    }
  }
}

const ringOf = (stride: number): readonly number[] => [
  -stride,
  -stride + 1,
  1,
  stride + 1,
  stride,
  stride - 1,
  -1,
  -stride - 1,
];

/**
 * Whether the ink stays whole without a pixel, by its ring as bits: what is around it hangs together, and on one side there is nothing (Hilditch 1969).
 */
const isSimple = Uint8Array.from({ length: 256 }, (_, bits) => {
  const is = (place: number): number => (bits >> (place % 8)) & 1;
  return [0, 2, 4, 6].filter((place) => !is(place) && (is(place + 1) || is(place + 2))).length === 1 ? 1 : 0;
});
/** Whether a ring has one pixel at most: the end of a line. */
const isLast = Uint8Array.from({ length: 256 }, (_, bits) => Number((bits & (bits - 1)) === 0));

/** What is set around a pixel, as bits. */
function ringAt(mask: Uint8Array, at: number, ring: readonly number[]): number {
  let bits = 0;
  for (let place = 0; place < 8; place += 1) bits |= mask[at + ring[place]!]! << place;
  return bits;
}

/**
 * Ink without what can go, from its edges on inwards, so that what is left lies in the middle. Lines end where they are still deep: not in corners.
 * @param depths [side, side] distances to the edge
 */
function thinnedByDepth(ink: Uint8Array, stride: number, depths: Float32Array, widthPx: number): Uint8Array {
  const mask = ink.slice();
  const ring = ringOf(stride);
  const deep = endDepth * widthPx;
  for (let pixels = byDepth(ink, stride, depths), isChanged = true; isChanged; ) {
    isChanged = false;
    for (const at of pixels) {
      const bits = ringAt(mask, at, ring);
      if (isSimple[bits] === 0 || (isLast[bits] === 1 && depths[at]! >= deep)) continue;
      mask[at] = 0;
      isChanged = true;
    }
    pixels = pixels.filter((at) => mask[at] === 1);
  }
  return mask;
}

/** Pixels of the ink, those near its edge first; of two rows that are as deep every other pixel first, or both would go from one end on. */
function byDepth(ink: Uint8Array, stride: number, depths: Float32Array): number[] {
  const levels: number[][] = [];
  for (let at = 0; at < ink.length; at += 1) {
    if (ink[at] === 0) continue;
    const level = 2 * Math.round(depthSteps * depths[at]!) + (((at % stride) + Math.floor(at / stride)) % 2);
    const own = levels[level];
    if (own) own.push(at);
    else levels[level] = [at];
  }
  return levels.flat();
}

function graphOf(mask: Uint8Array, stride: number, widthPx: number): Skeleton {
  const ring = ringOf(stride);
  const near = (at: number): number[] => ring.map((step) => at + step).filter((other) => mask[other] === 1);
  const junctionOf = new Int32Array(mask.length).fill(-1);
  const members: number[][] = [];
  for (let at = 0; at < mask.length; at += 1) {
    if (mask[at] === 0 || junctionOf[at]! >= 0 || near(at).length < 3) continue;
    const found = [at];
    junctionOf[at] = members.length;
    for (const own of found)
      for (const other of near(own))
        if (junctionOf[other]! < 0 && near(other).length >= 3) {
          junctionOf[other] = members.length;
          found.push(other);
        }
    members.push(found);
  }
  const isSeen = new Uint8Array(mask.length);
  const branches: Branch[] = [];
  /** From a pixel with two neighbours at most, on to where the line ends. @param from the junction at which it begins, or −1 */
  const walk = (from: number, start: number): Branch => {
    const pixels: number[] = [];
    for (let at: number | undefined = start; at !== undefined; ) {
      pixels.push(at);
      isSeen[at] = 1;
      at = near(at).find((other) => !isSeen[other] && junctionOf[other]! < 0);
    }
    const met = near(pixels.at(-1)!).flatMap((other) => (junctionOf[other]! >= 0 ? [junctionOf[other]!] : []));
    const end = met.find((junction) => junction !== from) ?? (pixels.length > 2 ? met[0] : undefined) ?? -1;
    return { pixels, ends: [from, end], isClosed: false };
  };
  for (const found of members)
    for (const from of found)
      for (const start of near(from))
        if (junctionOf[start]! < 0 && !isSeen[start]) branches.push(walk(junctionOf[from]!, start));
  for (let at = 0; at < mask.length; at += 1)
    if (mask[at] === 1 && !isSeen[at] && junctionOf[at]! < 0 && near(at).length === 1) branches.push(walk(-1, at));
  for (let at = 0; at < mask.length; at += 1)
    if (mask[at] === 1 && !isSeen[at] && junctionOf[at]! < 0)
      branches.push({ ...walk(-1, at), ends: [-1, -1], isClosed: true });
  return joinedJunctions(branches, members, stride, widthPx);
}

/** Junctions with hardly anything between them are one: lines that cross at an angle meet twice. */
function joinedJunctions(
  branches: readonly Branch[],
  members: ReadonlyArray<readonly number[]>,
  stride: number,
  widthPx: number,
): Skeleton {
  const leader = members.map((_, index) => index);
  const leaderOf = (index: number): number => (leader[index] === index ? index : leaderOf(leader[index]!));
  const isBetween = ({ ends: [one, other], pixels }: Branch): boolean =>
    one >= 0 && other >= 0 && one !== other && pixels.length < togetherMost * widthPx;
  for (const branch of branches) if (isBetween(branch)) leader[leaderOf(branch.ends[0])] = leaderOf(branch.ends[1]);
  const order = [...new Set(leader.map((_, index) => leaderOf(index)))];
  const place = (index: number): number => (index < 0 ? -1 : order.indexOf(leaderOf(index)));
  return {
    branches: branches
      .filter((branch) => !isBetween(branch))
      .map((branch) => ({ ...branch, ends: [place(branch.ends[0]), place(branch.ends[1])] as const })),
    junctions: order.map((own) => {
      const pixels = members.filter((_, index) => leaderOf(index) === own).flat();
      const mean = (of: (pixel: number) => number): number =>
        pixels.reduce((sum, pixel) => sum + of(pixel), 0) / pixels.length;
      return [mean((pixel) => pixel % stride) + 0.5, mean((pixel) => Math.floor(pixel / stride)) + 0.5] as const;
    }),
  };
}
