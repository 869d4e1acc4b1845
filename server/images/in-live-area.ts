/**
 * Renders a drawing of a library at the size that drawings of the requested style have. Sets leave different padding, from none to a third
 * of the picture, and what captions find comes from many of them.
 */
import { boxOfInk, longerSide, roomBeyond } from "../engine/live-area.ts";
import type { Box } from "../engine/pixels/places.ts";
import { resampleSquare } from "../engine/pixels/resample-square.ts";

/** Smaller changes are not worth it. */
const changeLeast = 0.03;
/** Between these a set's padding differs; beyond them a style's icons are small or large for another reason. */
const [scaleLeast, scaleMost] = [0.7, 1.4];
/**
 * Longer sides of drawings that become even, of the style's live area: the smallest, and those below which a drawing is small for another
 * reason, as a plus and an arrow are.
 */
const [evenLeast, smallBelow] = [0.9, 0.77];
/** How much of the picture a drawing may take. */
const shareMost = 0.96;

/** Live areas (engine/live-area.ts) of the drawing's set and of the style; where one is unknown, the drawing stays as large as it is. */
interface LiveAreas {
  readonly own: number | undefined;
  readonly wanted: number | undefined;
  /**
   * Whether the drawing is not by whoever drew the style: it is put on the keylines of icon grids then, where squares are smaller than what is
   * wide or high, and what is a little small grows.
   */
  readonly isEvened?: boolean | undefined;
}

/**
 * @param svg with a `viewBox`, in its ink
 * @returns premultiplied RGBA [4, sizePx, sizePx]
 * @throws AppError `image_rejected`
 */
export async function renderInLiveArea(svg: string, sizePx: number, areas: LiveAreas): Promise<Float32Array> {
  // Most children draw no SVG, and loading sharp would take each a tenth of a second at its start.
  const { renderSvg } = await import("./codec.ts");
  const planes = await renderSvg(svg, sizePx);
  const scale = scaleIn(areas, planes, sizePx);
  return scale === 1 ? planes : renderSvg(scaledSvg(svg, scale), sizePx);
}

/**
 * The alpha of such a drawing, for a comparison: rendered once and resampled, which takes half as long.
 * @returns [sizePx, sizePx]
 * @throws AppError `image_rejected`
 */
export async function alphasInLiveArea(svg: string, sizePx: number, areas: LiveAreas): Promise<Float32Array> {
  const { renderSvg } = await import("./codec.ts");
  const planes = await renderSvg(svg, sizePx);
  const [alphas, scale] = [planes.slice(3 * sizePx ** 2), scaleIn(areas, planes, sizePx)];
  if (scale === 1) return alphas;
  const sidePx = sizePx / scale;
  const corner = (sizePx - sidePx) / 2;
  return resampleSquare(alphas, { left: corner, top: corner, sidePx }, sizePx);
}

/** By how much a drawing becomes larger; 1 where that is not known, or not worth it. */
function scaleIn({ own, wanted, isEvened = false }: LiveAreas, planes: Float32Array, sizePx: number): number {
  const box = own === undefined || wanted === undefined ? undefined : boxOfInk({ planes, sizePx });
  const scale = box ? scaleOf(box, sizePx, { own: own!, wanted: wanted!, isEvened }) : 1;
  return Math.abs(scale - 1) < changeLeast ? 1 : scale;
}

/** So that a drawing's set gets the style's live area, and the drawing stays within it and within the picture. */
function scaleOf(
  box: Box,
  sizePx: number,
  { own, wanted, isEvened }: { readonly own: number; readonly wanted: number; readonly isEvened: boolean },
): number {
  const scale = Math.min(scaleMost, Math.max(scaleLeast, wanted / own));
  const middle = sizePx / 2;
  const reach = Math.max(middle - box.left, box.right - middle, middle - box.top, box.bottom - middle);
  const inside = Math.max(1, (shareMost * middle) / reach);
  const [longer, shorter] = [longerSide(box), Math.min(box.right - box.left, box.bottom - box.top)];
  const beyond = isEvened ? Math.min(roomBeyond, Math.sqrt(longer / shorter)) : roomBeyond;
  const longest = Math.min(shareMost, beyond * wanted) * sizePx;
  const share = (scale * longer) / (wanted * sizePx);
  const grown = isEvened && share >= smallBelow && share < evenLeast ? (scale * evenLeast) / share : scale;
  return Math.min(grown, inside, Math.max(scaleLeast, longest / longer));
}

/** The drawing around the middle of its view box, and nothing of what lies beyond that. */
function scaledSvg(svg: string, scale: number): string {
  return svg.replace(/^<svg([^>]*) viewBox="([^"]*)"([^>]*)>(.*)<\/svg>$/s, (_, before, box: string, after, body) => {
    const [left, top, width, height] = box.split(/[ ,]+/).map(Number) as [number, number, number, number];
    const [wide, high] = [width / scale, height / scale];
    const around = `${left + (width - wide) / 2} ${top + (height - high) / 2} ${wide} ${high}`;
    const inner = `<svg x="${left}" y="${top}" width="${width}" height="${height}" viewBox="${box}">${body}</svg>`;
    return `<svg${before} viewBox="${around}"${after}>${inner}</svg>`;
  });
}
