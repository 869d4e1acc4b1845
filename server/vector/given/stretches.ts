/** The stretches of a path that are still there where something cuts it: split where they begin and end, with their own nodes between. Pure. */
import type { Path, Point, Segment } from "../../../shared/vectors/vector-path.ts";
import { distanceOf } from "../../engine/outlines/polyline.ts";

/** Length in pixels of the steps at which a path is looked at, and halvings between two of them. */
const [stepPx, halvings] = [0.5, 5] as const;

/** Where on a path: a segment, and 0 to 1 along it. */
interface Place {
  readonly segment: number;
  readonly t: number;
}

/** Those of at least this length; the path itself where all of it is there. @param isThere whether it is there at a point */
export function stretchesOf(path: Path, isThere: (point: Point) => boolean, leastPx: number): Path[] {
  const segments = closedSegmentsOf(path);
  const starts = segments.map((_, at) => (at === 0 ? path.start : segments[at - 1]!.to));
  const pointAt = ({ segment, t }: Place): Point => splitAt(starts[segment]!, segments[segment]!, t)[0].to;
  const places = segments.flatMap((own, segment): Place[] => {
    const points = [starts[segment]!, ...(own.handles ?? []), own.to];
    const length = points.slice(1).reduce((sum, point, at) => sum + distanceOf(points[at]!, point), 0);
    const steps = Math.max(1, Math.ceil(length / stepPx));
    return Array.from({ length: steps }, (_, step) => ({ segment, t: step / steps }));
  });
  if (segments.length === 0) return isThere(path.start) ? [path] : [];
  if (path.isOpen) places.push({ segment: segments.length - 1, t: 1 });
  const seen = places.map((place) => isThere(pointAt(place)));
  if (!seen.includes(false)) return [path];
  /** The last place that is there, of two steps of which only the first is. */
  const edgeOf = (there: Place, gone: Place): Place => {
    let [from, to] = [there.t, gone.segment === there.segment ? gone.t : 1];
    // Backwards over a node.
    if (gone.segment !== there.segment && isBefore(gone, there)) [from, to] = [there.t, 0];
    for (let half = 0; half < halvings; half += 1) {
      const middle = (from + to) / 2;
      if (isThere(pointAt({ segment: there.segment, t: middle }))) from = middle;
      else to = middle;
    }
    return { segment: there.segment, t: from };
  };
  const isBefore = (one: Place, other: Place): boolean =>
    one.segment === other.segment - 1 || (one.segment === segments.length - 1 && other.segment === 0 && !path.isOpen);
  const count = places.length;
  const first = path.isOpen ? 0 : seen.indexOf(false);
  const found: Path[] = [];
  let begin: Place | undefined;
  for (let step = 0; step <= count; step += 1) {
    const at = (first + step) % count;
    const before = (at + count - 1) % count;
    const isEnd = step === count;
    const isIn = !isEnd && seen[at]!;
    if (isIn && begin === undefined)
      begin = path.isOpen && at === 0 ? places[0]! : edgeOf(places[at]!, places[before]!);
    if (isIn || begin === undefined) continue;
    const isWholeEnd = isEnd && path.isOpen;
    const stretch = between(
      starts,
      segments,
      begin,
      isWholeEnd ? places[before]! : edgeOf(places[before]!, places[at]!),
    );
    begin = undefined;
    if (lengthOf(stretch) >= leastPx) found.push(stretch);
  }
  return found;
}

/** With the line that closes it. */
function closedSegmentsOf({ start, segments, isOpen }: Path): readonly Segment[] {
  const end = segments.at(-1)?.to ?? start;
  return isOpen || distanceOf(end, start) < 0.01 ? segments : [...segments, { to: start }];
}

/** A segment in two (de Casteljau). */
function splitAt(from: Point, { to, handles }: Segment, t: number): readonly [Segment, Segment] {
  const mid = (one: Point, other: Point): Point => [one[0] + t * (other[0] - one[0]), one[1] + t * (other[1] - one[1])];
  if (!handles) return [{ to: mid(from, to) }, { to }];
  const [a, b, c] = [mid(from, handles[0]), mid(handles[0], handles[1]), mid(handles[1], to)];
  const [d, e] = [mid(a, b), mid(b, c)];
  return [
    { to: mid(d, e), handles: [a, d] },
    { to, handles: [e, c] },
  ];
}

/** The open path from one place to a later one, perhaps past the start. */
function between(starts: readonly Point[], segments: readonly Segment[], begin: Place, end: Place): Path {
  const tail = splitAt(starts[begin.segment]!, segments[begin.segment]!, begin.t);
  const start = tail[0].to;
  if (begin.segment === end.segment && end.t >= begin.t) {
    const t = begin.t === 1 ? 1 : (end.t - begin.t) / (1 - begin.t);
    return { start, segments: [splitAt(start, tail[1], t)[0]], isOpen: true };
  }
  const own: Segment[] = begin.t < 1 ? [tail[1]] : [];
  for (let at = (begin.segment + 1) % segments.length; at !== end.segment; at = (at + 1) % segments.length)
    own.push(segments[at]!);
  if (end.t > 0) own.push(splitAt(starts[end.segment]!, segments[end.segment]!, end.t)[0]);
  return { start, segments: own, isOpen: true };
}

const lengthOf = ({ start, segments }: Path): number =>
  segments.reduce((sum, { to }, at) => sum + distanceOf(at === 0 ? start : segments[at - 1]!.to, to), 0);
