/**
 * The areas of a picture in flat colours with crisp borders, as large as the icons of a style: those that it has, with the means of gradients, or of a photo
 * what a palette makes of it. Pure; planes are premultiplied RGBA [4, sizePx, sizePx] in [0, 1].
 */
import { labDistance, labOf, labOfHex } from "../../../shared/colour/oklab.ts";
import type { Partition } from "../../engine/areas/partition.ts";
import { anyPartitionOf } from "../../engine/areas/smooth-areas.ts";
import type { Drawing } from "../../engine/pixels/ink-colour.ts";
import { boundsOf } from "../../engine/pixels/places.ts";
import { resampleSquare, type Square } from "../../engine/pixels/resample-square.ts";
import { usualArea } from "../draw.ts";
import { finePx, noPaint, type Paint, paintLabels } from "./paint-labels.ts";

/** Share of a pixel from which on something is drawn, and alpha of a photo's. */
const [drawnFrom, opaqueFrom] = [0.5, 0.06] as const;
/** Alpha from which on nothing shows through. */
const wholeFrom = 0.99;
/** How far a photo's colours are smoothed: passes of the tent 1 2 1 over it, and over what each colour takes. */
const [photoPasses, borderPasses] = [3, 8] as const;

/** What each paint takes of the pixels. */
interface Covers {
  readonly paints: readonly Paint[];
  readonly covers: readonly Float32Array[];
  /** Alpha from which on a pixel is of what is drawn. */
  readonly alphaFrom: number;
}

/**
 * @param palette `#rrggbb`, of which a photo is made
 * @param liveArea share of the side that the longer side of what is drawn takes
 * @returns undefined where nothing is drawn
 */
export function drawnAreas(
  drawing: Drawing,
  palette: readonly string[],
  toPx: number,
  liveArea = usualArea,
): Float32Array | undefined {
  const { planes, sizePx } = drawing;
  const partition = anyPartitionOf(drawing);
  const areas = partition && coversOf(partition);
  // Specks are no areas.
  const isShown = areas?.covers.some((cover) => cover.some((share) => share >= drawnFrom));
  const drawn = areas && isShown ? areas : coversInPalette(drawing, palette);
  const box = boundsOf(sizePx, (at) => planes[3 * sizePx ** 2 + at]! >= drawn.alphaFrom);
  if (!box) return undefined;
  const sidePx = Math.max(box.right - box.left, box.bottom - box.top) / liveArea;
  const square = { left: (box.left + box.right - sidePx) / 2, top: (box.top + box.bottom - sidePx) / 2, sidePx };
  return painted(drawn, square, toPx);
}

/** Each point gets the paint that takes most of it. */
function painted({ paints, covers }: Covers, square: Square, toPx: number): Float32Array {
  const points = (finePx * toPx) ** 2;
  const labels = new Uint8Array(points);
  const most = new Float32Array(points);
  // Nothing takes what the others leave, also beyond the picture.
  const left = new Float32Array(points).fill(1);
  for (const [index, cover] of covers.entries()) {
    const fine = resampleSquare(cover, square, finePx * toPx);
    for (let at = 0; at < points; at += 1) {
      left[at]! -= fine[at]!;
      if (fine[at]! > most[at]!) [most[at], labels[at]] = [fine[at]!, index + 1];
    }
  }
  for (let at = 0; at < points; at += 1) if (left[at]! > most[at]!) labels[at] = 0;
  return paintLabels(labels, [noPaint, ...paints], toPx);
}

function coversOf({ colours, areas, labels, others, shares }: Partition): Covers {
  const covers = colours.map(() => new Float32Array(labels.length));
  for (let at = 0; at < labels.length; at += 1) {
    const [own, beside] = [labels[at]!, labels[others[at]!]!];
    const share = own === beside ? 1 : shares[at]!;
    covers[areas[own]!.colour]![at]! += share;
    covers[areas[beside]!.colour]![at]! += 1 - share;
  }
  // What shows through looks as on white paper.
  const seen = colours.slice(1).map((colour): Paint => {
    const [red, green, blue, alpha] = colour;
    return alpha >= wholeFrom ? colour : [red + 1 - alpha, green + 1 - alpha, blue + 1 - alpha, 1];
  });
  const faintest = Math.min(...colours.slice(1).map(([, , , alpha]) => alpha));
  return { paints: seen, covers: covers.slice(1), alphaFrom: drawnFrom * faintest };
}

/** What has the same nearest colour of a palette becomes the mean of what it has. Borders between colours are smoothed, that of all of them stays. */
function coversInPalette({ planes, sizePx }: Drawing, palette: readonly string[]): Covers {
  const pixels = sizePx ** 2;
  const labs = palette.map(labOfHex);
  const most = planes.subarray(3 * pixels).reduce((one, other) => Math.max(one, other), 0);
  const alphas = planes.subarray(3 * pixels).map((alpha) => (most > 0 ? alpha / most : 0));
  const soft = [0, 1, 2, 3].map((channel) =>
    softened(planes.subarray(channel * pixels, (channel + 1) * pixels), sizePx, photoPasses),
  );
  const covers = labs.map(() => new Float32Array(pixels));
  for (let at = 0; at < pixels; at += 1) {
    if (alphas[at]! < opaqueFrom) continue;
    const byte = (channel: number): number => Math.min(255, Math.round((255 * soft[channel]![at]!) / soft[3]![at]!));
    const own = labOf((byte(0) << 16) | (byte(1) << 8) | byte(2));
    const far = labs.map((lab) => labDistance(lab, own));
    covers[far.indexOf(Math.min(...far))]![at] = 1;
  }
  const taken = covers.filter((cover) => cover.includes(1));
  const paints = taken.map((cover): Paint => {
    const sums = [0, 0, 0, 0];
    for (let at = 0; at < pixels; at += 1)
      if (cover[at]) for (let channel = 0; channel < 4; channel += 1) sums[channel]! += planes[channel * pixels + at]!;
    return [sums[0]! / sums[3]!, sums[1]! / sums[3]!, sums[2]! / sums[3]!, 1];
  });
  const smooth = taken.map((cover) => softened(cover, sizePx, borderPasses));
  const all = alphas.map((_, at) => smooth.reduce((sum, cover) => sum + cover[at]!, 0));
  const shares = smooth.map((cover) => cover.map((share, at) => (alphas[at]! * share) / (all[at]! || 1)));
  return { paints, covers: shares, alphaFrom: opaqueFrom };
}

/** Smoothed by 1 2 1 in both directions; the pixels at the border go on beyond it. */
function softened(plane: Float32Array, sizePx: number, passes: number): Float32Array {
  let soft = plane;
  const last = sizePx - 1;
  for (let pass = 0; pass < passes; pass += 1)
    for (const step of [1, sizePx]) {
      const before = soft;
      soft = before.map((own, at) => {
        const place = step === 1 ? at % sizePx : Math.floor(at / sizePx);
        return (2 * own + before[place > 0 ? at - step : at]! + before[place < last ? at + step : at]!) / 4;
      });
    }
  return soft;
}
