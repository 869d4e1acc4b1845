/**
 * Pictures on white paper are read without it, as screenshots and exported frames are: the flow between styles knows drawings on nothing, and would draw the
 * paper too. What is white within a drawing of several colours stays white; of thin lines nothing else is drawn. Pure.
 */
import { areThin } from "./areas/around.ts";
import type { Partition } from "./areas/partition.ts";
import { anyPartitionOf } from "./areas/smooth-areas.ts";
import { madePicture, type Picture } from "./made-picture.ts";
import type { Drawing } from "./pixels/ink-colour.ts";

/** Least channel of paper, alpha among them. */
const whiteFrom = 0.96;

/** The picture without white paper that fills it; the same where there is none, or no edges tell what lies on it. */
export function offPaper<Shown extends Picture>(image: Shown): Shown {
  const planes = isOnPaper(image) ? withoutPaper(image) : undefined;
  return planes ? madePicture(image, `${image.key} off its paper`, () => planes) : image;
}

/** Whether the whole border of a picture is white. */
function isOnPaper({ planes, sizePx }: Drawing): boolean {
  const isWhite = (at: number): boolean =>
    [0, 1, 2, 3].every((channel) => planes[channel * sizePx ** 2 + at]! >= whiteFrom);
  for (let along = 0; along < sizePx; along += 1)
    for (const at of [along, (sizePx - 1) * sizePx + along, along * sizePx, (along + 1) * sizePx - 1])
      if (!isWhite(at)) return false;
  return true;
}

/** @returns premultiplied RGBA [4, sizePx, sizePx] */
function withoutPaper(drawing: Drawing): Float32Array | undefined {
  const partition = anyPartitionOf(drawing);
  if (!partition) return undefined;
  const { planes, sizePx } = drawing;
  const pixels = sizePx ** 2;
  const { labels, others, shares } = partition;
  const isPaper = papersIn(partition);
  if (isPaper.every((is) => is)) return undefined;
  const bare = new Float32Array(4 * pixels);
  for (let at = 0; at < pixels; at += 1) {
    const [own, beside] = [isPaper[labels[at]!]!, isPaper[labels[others[at]!]!]!];
    const alpha = own === beside ? Number(!own) : own ? 1 - shares[at]! : shares[at]!;
    bare[3 * pixels + at] = alpha;
    for (let channel = 0; channel < 3; channel += 1) {
      const seen = planes[channel * pixels + at]! - (1 - alpha) * planes[channel * pixels]!;
      bare[channel * pixels + at] = Math.min(alpha, Math.max(0, seen));
    }
  }
  return bare;
}

/** Which areas are paper: white that reaches the border, and all white where the rest is as thin as lines. */
function papersIn({ areas, labels, sizePx }: Partition): boolean[] {
  const white = areas[labels[0]!]!.colour;
  const isWhite = areas.map(({ colour }) => colour === white);
  const ink = Float32Array.from(labels, (label) => Number(!isWhite[label]));
  if (areThin(ink, sizePx)) return isWhite;
  const atBorder = new Set<number>();
  for (let along = 0; along < sizePx; along += 1)
    for (const at of [along, (sizePx - 1) * sizePx + along, along * sizePx, (along + 1) * sizePx - 1])
      atBorder.add(labels[at]!);
  return isWhite.map((is, label) => is && atBorder.has(label));
}
