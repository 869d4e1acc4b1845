/**
 * A part of a drawing about which nothing is known but what lies around: edges that run into it go on and meet where that bends them least (level lines
 * joined without crossing, as in disocclusion; Masnou & Morel 1998). Pure.
 */

/** A place, in pixels from the upper left corner of the picture. */
type Point = readonly [x: number, y: number];

/** Where a colour begins or ends along the rim, and the direction in which its edge runs into the part. */
interface End {
  readonly place: number;
  readonly at: Point;
  readonly inward: Point;
}

/** Pixels along an edge outside, which tell its direction. */
const edgePx = 9;
/** How much the length of a curve counts, as a share of the part's side, beside how it bends. */
const lengthCounts = 3;
/** Points of a curve, and of its ends' pulls, of how far they are apart. */
const [curvePoints, pull] = [16, 1] as const;
/** Shorter runs of a colour along the rim are soft edges. */
const runLeast = 2;
/** Runs of one colour that are joined; more are a texture. */
const runsMost = 24;

/**
 * @param colours of each pixel, [sizePx, sizePx]; those of free pixels are unknown
 * @returns per colour of the rim, which free pixels have it, [sizePx, sizePx]; they may overlap or leave some out
 */
export function joinedEdges(colours: Uint8Array, isFree: Uint8Array, sizePx: number): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (const rim of rimsOf(isFree, sizePx)) {
    const along = withoutShortRuns(rim.map(({ beside }) => (beside < 0 ? 0 : colours[beside]!)));
    const scale = Math.sqrt(rim.length ** 2 / 16);
    for (const colour of new Set(along)) {
      const mask = found.get(colour) ?? new Uint8Array(isFree.length);
      found.set(colour, mask);
      for (const loop of loopsOf(colour, along, rim, { colours, isFree, sizePx, scale }))
        fill(mask, loop, isFree, sizePx);
    }
  }
  return found;
}

/** A step along the rim, between a free pixel and the one beside it; -1 outside of the picture. */
interface Step {
  readonly from: Point;
  readonly beside: number;
}

/** Outer rims of what hangs together, each once around with the part to the right. */
function rimsOf(isFree: Uint8Array, sizePx: number): Step[][] {
  const isIn = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < sizePx && y < sizePx && isFree[y * sizePx + x] === 1;
  const indexOf = (x: number, y: number): number =>
    x >= 0 && y >= 0 && x < sizePx && y < sizePx ? y * sizePx + x : -1;
  const seen = new Uint8Array(isFree.length);
  const rims: Step[][] = [];
  for (let start = 0; start < isFree.length; start += 1) {
    if (isFree[start] === 0 || seen[start] === 1) continue;
    mark(start, isFree, seen, sizePx);
    const first: Point = [start % sizePx, Math.floor(start / sizePx)];
    let [[x, y], [alongX, alongY]] = [first, [1, 0]];
    const rim: Step[] = [];
    do {
      // The free pixel lies to the right of the step, the other to its left.
      const [rightX, rightY] = [x + Math.min(0, alongX - alongY), y + Math.min(0, alongY + alongX)];
      const beside = indexOf(rightX + alongY, rightY - alongX);
      rim.push({ from: [x, y], beside });
      [x, y] = [x + alongX, y + alongY];
      const [aheadX, aheadY] = [rightX + alongX, rightY + alongY];
      // What touches in a corner alone is another part.
      if (!isIn(aheadX, aheadY)) [alongX, alongY] = [-alongY, alongX];
      else if (isIn(aheadX + alongY, aheadY - alongX)) [alongX, alongY] = [alongY, -alongX];
    } while (rim.length < 8 * isFree.length && !(x === first[0] && y === first[1] && alongX === 1 && alongY === 0));
    rims.push(rim);
  }
  return rims;
}

/** Marks what hangs together, corners not counted. */
function mark(start: number, isFree: Uint8Array, seen: Uint8Array, sizePx: number): void {
  const queue = [start];
  seen[start] = 1;
  for (let next = 0; next < queue.length; next += 1) {
    const at = queue[next]!;
    const column = at % sizePx;
    const near = [at - sizePx, at + sizePx];
    if (column > 0) near.push(at - 1);
    if (column < sizePx - 1) near.push(at + 1);
    for (const other of near) {
      if (isFree[other] !== 1 || seen[other] === 1) continue;
      seen[other] = 1;
      queue.push(other);
    }
  }
}

/** Short runs get the colour before them. */
function withoutShortRuns(along: readonly number[]): number[] {
  const count = along.length;
  // A run that stays; where none does it is a texture.
  const begin = along.findIndex(
    (colour, at) => colour !== along[(at + count - 1) % count] && colour === along[(at + 1) % count],
  );
  if (begin < 0) return [...along];
  const made = [...along];
  for (let from = 0; from < count; ) {
    const colour = along[(begin + from) % count]!;
    let to = from;
    while (to < count && along[(begin + to) % count] === colour) to += 1;
    if (to - from < runLeast)
      for (let at = from; at < to; at += 1) made[(begin + at) % count] = made[(begin + from + count - 1) % count]!;
    from = to;
  }
  return made;
}

interface Around {
  readonly colours: Uint8Array;
  readonly isFree: Uint8Array;
  readonly sizePx: number;
  /** A side of the part, in pixels. */
  readonly scale: number;
}

/** Closed lines around what has a colour within the rim. */
function loopsOf(colour: number, along: readonly number[], rim: readonly Step[], around: Around): Point[][] {
  const count = along.length;
  const isOwn = (at: number): boolean => along[(at + count) % count] === colour;
  const begins = [...along.keys()].filter((at) => isOwn(at) && !isOwn(at - 1));
  if (begins.length === 0) return [rim.map(({ from }) => from)];
  if (begins.length > runsMost) return [];
  // Begins and ends take turns around the rim.
  const ends = begins.flatMap((begin) => {
    let end = begin;
    while (isOwn(end)) end += 1;
    return [endAt(begin, colour, rim, around), endAt(end, colour, rim, around)];
  });
  const curves = ends.map((one, at) =>
    ends.map((other, too) => (at < too && (at + too) % 2 === 1 ? curveBetween(one, other, around.scale) : undefined)),
  );
  const partner = leastBent(curves.map((row) => row.map((curve) => curve?.cost ?? Number.POSITIVE_INFINITY)));
  const loops: Point[][] = [];
  const seen = new Set<number>();
  for (let start = 0; start < ends.length; start += 2) {
    const loop: Point[] = [];
    for (let begin = start; !seen.has(begin); ) {
      seen.add(begin);
      const [from, to] = [ends[begin]!.place, ends[begin + 1]!.place];
      for (let at = from; at !== to % count; at = (at + 1) % count) loop.push(rim[at]!.from);
      const next = partner[begin + 1]!;
      const curve = curves[Math.min(next, begin + 1)]![Math.max(next, begin + 1)]!.points;
      loop.push(...(next > begin + 1 ? curve : [...curve].reverse()));
      begin = next;
    }
    if (loop.length > 0) loops.push(loop);
  }
  return loops;
}

/** Where a colour begins or ends; the points of its edge outside, from the rim on, tell the direction. */
function endAt(place: number, colour: number, rim: readonly Step[], { colours, isFree, sizePx }: Around): End {
  const count = rim.length;
  const at = rim[place % count]!.from;
  const isOwn = (x: number, y: number): boolean | undefined => {
    if (x < 0 || y < 0 || x >= sizePx || y >= sizePx) return colour === 0;
    return isFree[y * sizePx + x] === 1 ? undefined : colours[y * sizePx + x] === colour;
  };
  // Corners of pixels, joined where one side has the colour and the other has not.
  const seen = new Set([at.join()]);
  let last: Point[] = [at];
  const points: Point[] = [];
  for (let step = 0; step < edgePx && last.length > 0; step += 1) {
    const next: Point[] = [];
    for (const [x, y] of last)
      for (const [alongX, alongY] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        const key = `${x + alongX},${y + alongY}`;
        if (seen.has(key)) continue;
        const one = alongX === 0 ? isOwn(x - 1, y + Math.min(0, alongY)) : isOwn(x + Math.min(0, alongX), y - 1);
        const other = alongX === 0 ? isOwn(x, y + Math.min(0, alongY)) : isOwn(x + Math.min(0, alongX), y);
        if (one === undefined || other === undefined || one === other) continue;
        seen.add(key);
        next.push([x + alongX, y + alongY]);
      }
    points.push(...next);
    last = next;
  }
  if (points.length < 3) return { place: place % count, at, inward: inwardAt(place, rim) };
  const middle = points.reduce(
    ([x, y], [otherX, otherY]) => [x + otherX / points.length, y + otherY / points.length],
    [0, 0],
  );
  return { place: place % count, at, inward: unit([at[0] - middle[0]!, at[1] - middle[1]!]) };
}

/** Across the rim: to the right of its steps. */
function inwardAt(place: number, rim: readonly Step[]): Point {
  const count = rim.length;
  const [before, after] = [rim[(place + count - 2) % count]!.from, rim[(place + 2) % count]!.from];
  return unit([before[1] - after[1], after[0] - before[0]]);
}

const unit = ([x, y]: Point): Point => {
  const length = Math.hypot(x, y) || 1;
  return [x / length, y / length];
};

/** A cubic that goes on from both ends, and what it costs: how it bends, whatever its size, and its length. */
function curveBetween(one: End, other: End, scale: number): { readonly points: Point[]; readonly cost: number } {
  const apart = Math.hypot(other.at[0] - one.at[0], other.at[1] - one.at[1]);
  const points = Array.from({ length: curvePoints + 1 }, (_, at): Point => {
    const t = at / curvePoints;
    const [first, second] = [2 * t ** 3 - 3 * t ** 2 + 1, 3 * t ** 2 - 2 * t ** 3];
    const [from, to] = [t ** 3 - 2 * t ** 2 + t, t ** 3 - t ** 2];
    const along = (axis: 0 | 1): number =>
      first * one.at[axis] +
      second * other.at[axis] +
      pull * apart * (from * one.inward[axis] - to * other.inward[axis]);
    return [along(0), along(1)];
  });
  let [length, bent] = [0, 0];
  let before: Point | undefined;
  for (let at = 1; at < points.length; at += 1) {
    const step: Point = [points[at]![0] - points[at - 1]![0], points[at]![1] - points[at - 1]![1]];
    const far = Math.hypot(...step);
    length += far;
    if (before && far > 0) {
      const turn = Math.atan2(before[0] * step[1] - before[1] * step[0], before[0] * step[0] + before[1] * step[1]);
      bent += turn ** 2 / ((far + Math.hypot(...before)) / 2);
    }
    if (far > 0) before = step;
  }
  return { points, cost: bent * length + (lengthCounts * length) / scale };
}

/** Pairs of ends that cost least and don't cross. @returns of each its partner */
function leastBent(costs: ReadonlyArray<readonly number[]>): number[] {
  const count = costs.length;
  const table = Array.from({ length: count + 1 }, () => new Float64Array(count + 1));
  const choice = Array.from({ length: count + 1 }, () => new Int32Array(count + 1));
  for (let size = 2; size <= count; size += 2)
    for (let from = 0; from + size <= count; from += 1) {
      let least = Number.POSITIVE_INFINITY;
      for (let other = from + 1; other < from + size; other += 2) {
        const cost = costs[from]![other]! + table[from + 1]![other]! + table[other + 1]![from + size]!;
        if (cost < least) [least, choice[from]![from + size]] = [cost, other];
      }
      table[from]![from + size] = least;
    }
  const partner = new Array<number>(count).fill(-1);
  const pairUp = (from: number, to: number): void => {
    if (from >= to) return;
    const other = choice[from]![to]!;
    [partner[from], partner[other]] = [other, from];
    pairUp(from + 1, other);
    pairUp(other + 1, to);
  };
  pairUp(0, count);
  return partner;
}

/** Marks free pixels whose middles lie within a closed line. */
function fill(mask: Uint8Array, loop: readonly Point[], isFree: Uint8Array, sizePx: number): void {
  for (let row = 0; row < sizePx; row += 1) {
    const y = row + 0.5;
    const crossings: number[] = [];
    for (const [at, [x, top]] of loop.entries()) {
      const [nextX, bottom] = loop[(at + 1) % loop.length]!;
      if (top > y !== bottom > y) crossings.push(x + ((y - top) / (bottom - top)) * (nextX - x));
    }
    crossings.sort((one, other) => one - other);
    for (let at = 0; at + 1 < crossings.length; at += 2)
      for (
        let x = Math.max(0, Math.ceil(crossings[at]! - 0.5));
        x < Math.min(sizePx, crossings[at + 1]! - 0.5 + 1e-9);
        x += 1
      )
        if (isFree[row * sizePx + x] === 1) mask[row * sizePx + x] = 1;
  }
}
