/**
 * Which parts of a clean picture really are lines of one width. Letters, leaves and half-discs pass for lines where edges may be off by a tenth of the width, as those of a decoder are; in a clean
 * picture that is seen. What counts is how far the width varies along a part and how far its edges are from those of strokes. Pure.
 */
import { type FoundLines, total } from "./find-lines.ts";

/** How uneven a part may be, of the width and in pixels more. */
const [unevenShare, unevenPx] = [0.035, 0.12] as const;
/** What its varying width counts beside its edges: less up to some ink, by the square of the width, of which much lies at ends and where lines meet. */
const [variesTimes, shortTimes, shortMost] = [0.3, 0.12, 11.5] as const;
/** Share of the ink of lines that is even so that others among them stay outlines; below, all do: letters of one word are alike. */
const evenLeast = 0.6;
/** Length of all lines, by the width: what is shorter is a pill or a bar, unless there are so many, as dashes. */
const [longLeast, manyLeast] = [3, 4] as const;

const mostUneven = (widthPx: number): number => unevenShare * widthPx + unevenPx;

/** How uneven a part is by its varying width, in pixels. */
function variationOf({ widthPx, parts, variesPx }: FoundLines, part: number): number {
  const isShort = parts.sizes[part]! < shortMost * widthPx ** 2;
  return (isShort ? shortTimes : variesTimes) * (variesPx.get(part) ?? 0);
}

/** Whether the width of a part varies so much that it is no line, however its edges are. */
export const variesFar = (found: FoundLines, part: number): boolean =>
  variationOf(found, part) > mostUneven(found.widthPx);

/**
 * Parts that are lines of one width; none where most are not.
 * @param drawn parts that strokes nearly draw: how far edges are off in all, and how long its paths are, in pixels
 * @param missedPx ink of parts that are no lines, though nearly so
 */
export function evenOnes(
  found: FoundLines,
  drawn: ReadonlyMap<number, { readonly wrong: number; readonly lengthPx: number }>,
  missedPx: number,
): number[] {
  const { widthPx, parts } = found;
  const sizeOf = (of: Iterable<number>): number => total([...of].map((part) => parts.sizes[part]!));
  const even = [...drawn.keys()].filter((part) => {
    // As if all edges, which are twice the area by the width long, were off by the same.
    const offPx = Math.sqrt((drawn.get(part)!.wrong * widthPx) / parts.sizes[part]!);
    return offPx + variationOf(found, part) <= mostUneven(widthPx);
  });
  const lengthPx = total(even.map((part) => drawn.get(part)!.lengthPx));
  const isLong = even.length >= manyLeast || lengthPx >= longLeast * widthPx;
  return isLong && sizeOf(even) >= evenLeast * (sizeOf(drawn.keys()) + missedPx) ? even : [];
}
