/**
 * The nodes of a drawing that was given as SVG, where the answer is it with something put on it or a part drawn anew: shapes that are there as they were stay, lines
 * end where the answer's do, fills are cut along the answer's edges, and only what is new is traced. The picture decides: where the drawing with its cuts is not
 * the answer, all is traced. Pure.
 */
import type { Path, Point } from "../../../shared/vectors/vector-path.ts";
import type { TracedPixels } from "../../engine/interfaces.ts";
import { areaOf, outlinesOf } from "../../engine/outlines/contours.ts";
import { channelsOfHex } from "../../engine/pixels/hex-colour.ts";
import { toPremultipliedPlanes } from "../../engine/pixels/pixels.ts";
import { fitOutline } from "../curves/fit.ts";
import type { Traced, TracedLayer } from "../draw-layers.ts";
import { blur } from "../layers.ts";
import { fitFor, leastOutlinePx, smoothing, speckPxOf } from "../sizes.ts";
import { tracePicture } from "../trace-picture.ts";
import { traceStack } from "../trace-stack.ts";
import type { VectorOptions } from "../vector-options.ts";
import { differenceOf, differencesOf, differMost } from "./difference.ts";
import {
  aroundBlots,
  type Differing,
  differingOf,
  grownMask,
  largePieces,
  newPieces,
  otherFrom,
  valueAt,
} from "./differing.ts";
import { type Look, looksFor } from "./looks.ts";
import { layersOf, withOwnNames } from "./own-layers.ts";
import { type Answer, drawn, type Found, faintest, hasFaintFill, inLook, partsOf } from "./parts.ts";
import { placedShapes } from "./placed-shapes.ts";
import type { GivenStroke, Shape } from "./read-shapes.ts";
import { eachCovered } from "./shapes-cover.ts";
import { stretchesOf } from "./stretches.ts";

/** How much more of what is shown may differ than with the best other look that the drawing's own is taken. */
const ownMore = 0.01;
/** Share of the answer's ink without what is new that has to be the drawing's own. */
const ownLeast = 0.85;
/** Share of the drawing's ink that the answer still shows: with less, what counts as new may be a line that is elsewhere. */
const keptLeast = 0.35;
/** Pieces that are traced beside what is new at most: at many places it says that lines have other ends than strokes can. */
const patchesMost = 1;
/** Pixels of a shape that are gone from which on it is cut. */
const cutFromPx = 4;
/** Directions in which a round end is looked at. */
const directions = 16;
/** Length of lines in widths below which what is left of them is traced. */
const shortWidths = 0.5;

/** Undefined where nothing is said to be new (`VectorOptions.changed`), or too little of the drawing is left. */
export function partlyOwn(pixels: TracedPixels, options: VectorOptions): Traced | undefined {
  const { changed, palette } = options;
  if (changed === undefined || pixels.stack || (palette && palette.length > 1)) return undefined;
  const { widthPx: sidePx, rgba, linePx } = pixels;
  const placed = placedShapes(pixels, options);
  if (!placed) return undefined;
  const about: Answer = { answer: toPremultipliedPlanes(rgba, sidePx), rgba, sidePx };
  const found = nearestOf(placed, looksFor(placed, linePx), about);
  const differing = differingOf(drawn(found.parts, found.paints, sidePx), about.answer, sidePx);
  if (hasFaintFill(found)) return undefined;
  const fresh = newPieces(about.answer, differing, sidePx);
  const left = cutAs(found, differing, fresh, about);
  if (!left) return undefined;
  const planes = drawn(left.parts, left.paints, sidePx);
  const count = sidePx ** 2;
  const rest = grownMask(aroundBlots(differingOf(planes, about.answer, sidePx), sidePx), sidePx);
  const around = grownMask(fresh, sidePx);
  const isTraced = (pixel: number): boolean => rest[pixel] === 1 || around[pixel] === 1;
  // What is traced lies on what is kept, and hides nothing beside itself.
  const whole = planes.map((value, index) => {
    const pixel = index % count;
    return isTraced(pixel) ? about.answer[index]! + value * (1 - about.answer[3 * count + pixel]!) : value;
  });
  if (differenceOf(whole, about.answer, sidePx) > differMost) return undefined;
  const inkWhere = (isWanted: (pixel: number) => boolean): number =>
    about.answer.subarray(3 * count).reduce((sum, alpha, pixel) => sum + (isWanted(pixel) ? alpha : 0), 0);
  const inkOfOwn = inkWhere((pixel) => !isTraced(pixel));
  const inkBefore = inkOf(found, sidePx);
  if (inkOfOwn < Math.max(ownLeast * inkWhere((pixel) => around[pixel] !== 1), keptLeast * inkBefore)) return undefined;
  const beside = rest.map((value, at) => value * (1 - around[at]!));
  const patches = masked(pixels, beside, options);
  if (patches.flatMap(({ outlines }) => outlines).length > patchesMost) return undefined;
  const added = masked(pixels, around, options).map((layer): TracedLayer => ({ ...layer, name: changed }));
  return {
    layers: withOwnNames([...layersOf(left, palette, count), ...patches, ...added]),
    memberships: [new Float32Array(count).fill(1)],
    leftOutCount: 0,
    widthPx: sidePx,
    heightPx: sidePx,
  };
}

/** What a drawing covers, in pixels: also lines that the answer shows nowhere, but not fills, which may be its paper. */
function inkOf({ parts, paints }: Found, sidePx: number): number {
  const most = new Float32Array(sidePx ** 2);
  for (const [at, { kind, cover }] of parts.entries())
    if (kind === "stroke" || (paints[at]?.alpha ?? 0) >= faintest)
      eachCovered(cover, sidePx, (pixel, share) => {
        most[pixel] = Math.max(most[pixel]!, share);
      });
  return most.reduce((sum, share) => sum + share, 0);
}

/** The drawing with the width at which it differs least, and of its ends and joins those that differ least beside cuts, its own where they hardly differ more. */
function nearestOf(shapes: readonly Shape[], looks: ReadonlyArray<readonly Look[]>, about: Answer): Found {
  const { sidePx } = about;
  const tried = (look: Look): { readonly found: Found; readonly by: Float32Array } => {
    const { found, planes } = inLook(shapes, look, about);
    return { found, by: differencesOf(planes, about.answer, sidePx) };
  };
  const sumOf = (by: Float32Array, cuts?: Uint8Array): number =>
    by.reduce((sum, value, pixel) => (cuts?.[pixel] === 1 ? sum : sum + value), 0);
  // Only two are held at once: each is a plane a shape.
  let [own, others] = [tried(looks[0]![0]!), looks[0]!.slice(1)];
  for (const [ownLook, ...more] of looks.slice(1)) {
    const other = tried(ownLook!);
    if (sumOf(other.by) < sumOf(own.by)) [own, others] = [other, more];
  }
  const width = Math.max(0, ...own.found.shapes.map(({ stroke }) => stroke?.width ?? 0));
  const cuts = grownMask(largePieces(own.by, width ** 2, sidePx), sidePx);
  const shown = about.answer.subarray(3 * sidePx ** 2).reduce((sum, alpha) => sum + alpha, 0);
  let [best, least] = [own.found, sumOf(own.by, cuts) - ownMore * shown];
  for (const look of others) {
    const { found, by } = tried(look);
    const differs = sumOf(by, cuts);
    if (differs < least) [best, least] = [found, differs];
  }
  return best;
}

/** What is left of the drawing's shapes: whole, lines that end earlier, fills with new edges; with the ends that differ least. */
function cutAs(found: Found, differing: Differing, fresh: Uint8Array, about: Answer): Found | undefined {
  const { sidePx, answer } = about;
  const count = sidePx ** 2;
  const isGone = found.shapes.map(() => 0);
  for (const { shape, cover } of found.parts)
    eachCovered(cover, sidePx, (pixel, share) => {
      if (share >= 0.5 && (differing.blots[pixel] === 1 || fresh[pixel] === 1)) isGone[shape]! += 1;
    });
  const touched = found.shapes.map((_, at) => isGone[at]! >= cutFromPx);
  if (found.shapes.some(({ fill, stroke }, at) => touched[at] && fill && stroke)) return undefined;
  const own = drawn(found.parts, found.paints, sidePx).subarray(3 * count);
  const keeps = own.map((alpha, pixel) =>
    fresh[pixel] === 1 || alpha === 0 ? 0 : Math.min(1, answer[3 * count + pixel]! / alpha),
  );
  const fields = found.shapes.map((shape, at) =>
    touched[at] && shape.fill ? coverPlane(found, at, sidePx).map((share, pixel) => share * keeps[pixel]!) : undefined,
  );
  // Edges of the answer along a cut, such as those that close outlines, are of the fill that they are beside.
  const upper = fields.findLastIndex((field) => field !== undefined);
  const paint = found.paints[found.parts.findIndex(({ shape }) => shape === upper)];
  if (upper >= 0 && paint?.alpha === 1) {
    const values = channelsOfHex(paint.hex);
    const isOfPaint = (pixel: number): boolean => {
      const alpha = answer[3 * count + pixel]!;
      return values.every((value, channel) => Math.abs(answer[channel * count + pixel]! - value * alpha) < otherFrom);
    };
    const near = aroundBlots(differing, sidePx);
    fields[upper] = fields[upper]!.map((share, pixel) =>
      near[pixel] === 1 && fresh[pixel] === 0 && isOfPaint(pixel) ? Math.max(share, answer[3 * count + pixel]!) : share,
    );
  }
  const filled = fields.map((field) => field && outlined(field, sidePx));
  const hasLines = found.shapes.some(({ stroke }, at) => touched[at] && stroke);
  let [best, least] = [undefined as Found | undefined, Number.POSITIVE_INFINITY];
  for (const cap of hasLines ? ([undefined, "round", "butt"] as const) : [undefined]) {
    const shapes = found.shapes.map((shape, at): Shape => {
      if (!touched[at]) return shape;
      if (!shape.stroke)
        return { ...shape, fill: { ...shape.fill!, rule: "evenodd" }, paths: filled[at]!, isCut: true };
      const stroke = { ...shape.stroke, ...(cap && { cap }) };
      return { ...shape, stroke, paths: cutLines(shape.paths, stroke, { ...differing, fresh, sidePx }) };
    });
    const isLeft = shapes.map(({ paths }) => paths.length > 0);
    const kept = shapes.filter((_, at) => isLeft[at]);
    const parts = partsOf(kept, sidePx);
    const paints = found.paints.filter((_, at) => isLeft[found.parts[at]!.shape]);
    const planes = drawn(parts, paints, sidePx);
    let beyond = 0;
    for (let pixel = 3 * count; pixel < 4 * count; pixel += 1) beyond += Math.abs(planes[pixel]! - answer[pixel]!);
    if (beyond >= least) continue;
    [best, least] = [{ shapes: kept, parts, paints }, beyond];
  }
  return best && best.shapes.length > 0 ? best : undefined;
}

interface Cuts extends Differing {
  /** [side, side]: pieces that are new. */
  readonly fresh: Uint8Array;
  readonly sidePx: number;
}

/** What is left of a shape's lines, each of which ends as its ends say. */
function cutLines(
  paths: readonly Path[],
  { width, cap }: Pick<GivenStroke, "width" | "cap">,
  { by, fresh, sidePx }: Cuts,
): Path[] {
  const around = Array.from({ length: directions }, (_, at): Point => {
    const angle = (2 * Math.PI * at) / directions;
    return [Math.cos(angle), Math.sin(angle)];
  });
  const isThere = ([x, y]: Point): boolean => {
    const at = (radius: number, [dx, dy]: Point): Point => [x + radius * dx, y + radius * dy];
    const pixel = Math.floor(y) * sidePx + Math.floor(x);
    if (fresh[pixel] === 1 || valueAt(by, sidePx, [x, y]) > 0.5) return false;
    return cap !== "round" || around.every((way) => valueAt(by, sidePx, at(width / 2, way)) <= 0.5);
  };
  return paths.flatMap((path) => stretchesOf(path, isThere, shortWidths * width));
}

function coverPlane({ parts }: Found, shape: number, sidePx: number): Float32Array {
  const plane = new Float32Array(sidePx ** 2);
  for (const { cover, ...part } of parts)
    if (part.shape === shape) eachCovered(cover, sidePx, (pixel, share) => (plane[pixel] = share));
  return plane;
}

/** The outlines of a fill where it is left. @param field its cover, [side, side] */
function outlined(field: Float32Array, sidePx: number): Path[] {
  const leastPx = leastOutlinePx(speckPxOf(sidePx ** 2));
  return outlinesOf(blur(field, sidePx, smoothing.clean), sidePx)
    .filter((outline) => Math.abs(areaOf(outline)) >= leastPx)
    .map((outline) => fitOutline(outline, fitFor(sidePx), () => false));
}

/** What a mask leaves of the answer, traced. */
function masked(pixels: TracedPixels, mask: Uint8Array, options: VectorOptions): readonly TracedLayer[] {
  if (!mask.includes(1)) return [];
  const { parts, beneath: _, ...plain } = pixels;
  if (parts) {
    const covers = parts.map(({ cover, ...part }) => ({
      ...part,
      cover: cover.map((value, at) => value * mask[at]!),
    }));
    return traceStack(covers, pixels, options, true).layers;
  }
  const rgba = pixels.rgba.map((value, at) => (at % 4 === 3 ? value * mask[at >> 2]! : value));
  return tracePicture({ ...plain, rgba }, options)?.layers ?? [];
}
