/**
 * Finds free space on the page: a spot near a requested centre where nothing is covered. Pure geometry in px.
 * From the requested spot it walks along lanes, horizontal and vertical ones, jumping over whatever is in the way; a grid of
 * buckets says what that is, so that a page of 10,000 layers is searched in some thousand jumps.
 */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Side of a bucket; layers that reach over more than `bucketsMax` are asked one by one. */
const bucketPx = 512;
const bucketsMax = 64;

/** Layers on the page, found by place. Members are private to TypeScript only: `#` costs the bundle helpers. */
export class Obstacles {
  private readonly buckets = new Map<number, Box[]>();
  private readonly large: Box[] = [];

  add(box: Box): void {
    if ((box.width / bucketPx + 1) * (box.height / bucketPx + 1) > bucketsMax) this.large.push(box);
    else
      for (const key of bucketsOf(box)) {
        const bucket = this.buckets.get(key);
        if (bucket === undefined) this.buckets.set(key, [box]);
        else bucket.push(box);
      }
  }

  /** Any obstacle that the box covers. */
  blocker(box: Box): Box | undefined {
    for (const other of this.large) if (overlaps(box, other)) return other;
    for (const key of bucketsOf(box))
      for (const other of this.buckets.get(key) ?? []) if (overlaps(box, other)) return other;
    return undefined;
  }
}

const overlaps = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Keys of the buckets that a box touches. */
function bucketsOf({ x, y, width, height }: Box): number[] {
  const keys: number[] = [];
  const [left, right] = [Math.floor(x / bucketPx), Math.floor((x + width) / bucketPx)];
  const [top, bottom] = [Math.floor(y / bucketPx), Math.floor((y + height) / bucketPx)];
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++) keys.push(row * 2 ** 26 + column);
  return keys;
}

/**
 * Top-left corner for a box of `size`, at least `gapPx` away from all obstacles and near to `centre`: the nearest on
 * lanes that lie a third of the box apart.
 * @param yieldToEditor called between lanes, and waited for: the search may be long
 */
export async function findFreeSpot(
  size: { readonly width: number; readonly height: number },
  centre: Point,
  obstacles: Obstacles,
  gapPx: number,
  yieldToEditor: () => Promise<void> | undefined,
): Promise<Point> {
  const wanted = { x: Math.round(centre.x - size.width / 2), y: Math.round(centre.y - size.height / 2) };
  const around = (spot: Point): Box => ({
    x: spot.x - gapPx,
    y: spot.y - gapPx,
    width: size.width + 2 * gapPx,
    height: size.height + 2 * gapPx,
  });
  let best: Point | undefined;
  let bestPx = Number.POSITIVE_INFINITY;
  /** Walks one way until nothing is in the way, or it is farther than the best. */
  const walk = (start: Point, jump: (spot: Point, blocker: Box) => Point): void => {
    for (let spot = start; ; ) {
      const distancePx = Math.hypot(spot.x - wanted.x, spot.y - wanted.y);
      if (distancePx >= bestPx) return;
      const blocker = obstacles.blocker(around(spot));
      if (blocker === undefined) {
        best = spot;
        bestPx = distancePx;
        return;
      }
      spot = jump(spot, blocker);
    }
  };
  const right = (spot: Point, { x, width }: Box): Point => ({ x: Math.ceil(x + width + gapPx), y: spot.y });
  const left = (spot: Point, { x }: Box): Point => ({ x: Math.floor(x - gapPx - size.width), y: spot.y });
  const down = (spot: Point, { y, height }: Box): Point => ({ x: spot.x, y: Math.ceil(y + height + gapPx) });
  const up = (spot: Point, { y }: Box): Point => ({ x: spot.x, y: Math.floor(y - gapPx - size.height) });
  const stepX = Math.max(1, Math.round((size.width + gapPx) / 3));
  const stepY = Math.max(1, Math.round((size.height + gapPx) / 3));
  // The first lanes end beyond the outermost obstacle at the latest, so there is a best, and the loop has an end.
  for (let lane = 0; lane === 0 || Math.min(lane * stepX, lane * stepY) < bestPx; lane++) {
    await yieldToEditor();
    for (const side of lane === 0 ? [0] : [lane, -lane]) {
      const row = { x: wanted.x, y: wanted.y + side * stepY };
      const column = { x: wanted.x + side * stepX, y: wanted.y };
      walk(row, right);
      walk(row, left);
      walk(column, down);
      walk(column, up);
    }
  }
  return best ?? wanted;
}
