/**
 * Line drawings as the sketch expert sees them: 64×64 maps of ink, lines 2 px thick, fitted into one centred box. A designer's
 * sketch and the edges of a training image end in the same thinning and the same drawing, so that both look alike to the network.
 *
 * Thinning after Zhang and Suen (CACM 1984), edges after Canny (PAMI 1986). Pure; knows no files and no network.
 */

/** Side of the map, and of the box that the drawing's longer side fills, thickness included. */
export const drawingPx = 64;
const boxPx = 60;
const linePx = 2;

/** Lines are found and thinned at this side; masks carry one empty pixel around, so that neighbours always exist. */
const workPx = 128;
const stride = workPx + 2;
const around = [-stride, -stride + 1, 1, stride + 1, stride, stride - 1, -1, -stride - 1] as const;

/** Contrast to the background, in [0, 1], below which a sketch counts as empty; and the share of the strongest that is ink. */
const faintest = 0.1;
const inkShare = 0.3;
/** Half the thickness, at workPx, from which a stroke counts as a filled area: its rim is drawn, not its middle. */
const fillDepthPx = 12;
/** Dark lines of an image up to this thickness (odd, at workPx) are drawn once, along their middle, not along both sides. */
const strokePx = 17;
const strokeContrast = 0.25;
/** Steps of colour, per pixel of 2 after smoothing: an edge needs the first somewhere and the second everywhere. */
const edgeStrong = 0.16;
const edgeWeak = 0.07;
const shortestEdgePx = 9;

/**
 * A sketch as an ink map [64 · 64] in [0, 1], all zeros when nothing is drawn.
 * @param planes premultiplied RGBA [4, size, size] in [0, 1]: strokes on transparency, or on paper of one colour
 */
export function normaliseDrawing(planes: Float32Array, sizePx: number): Float32Array {
  const ink = inkOf(planes, sizePx);
  const box = boundsOf(sizePx, sizePx, (at) => ink[at]! >= 0.5);
  return box ? drawLines(thin(rimsOfFills(enlarge(ink, sizePx, box)))) : new Float32Array(drawingPx * drawingPx);
}

/**
 * The line drawing that stands for an image in training, [64 · 64] in [0, 1]: its outline, the middle of its dark lines, and strong
 * inner edges.
 * @param planes premultiplied RGBA [4, size, size] in [0, 1]
 */
export function edgesOf(planes: Float32Array, sizePx: number): Float32Array {
  const image = sizePx === workPx ? planes : atWorkSize(planes, sizePx);
  const channels = [0, 1, 2].map((channel) => overWhite(image, channel));
  // Slivers along the round corners of dark areas are no strokes; true lines so thin are found as edges.
  const lines = grow(shrink(strokesOf(channels), 1), 1);
  const outline = outlineOf(image);
  const nearStrokes = grow(lines, 2);
  for (let at = 0; at < lines.length; at += 1) if (outline[at] && !nearStrokes[at]) lines[at] = 1;
  const [nearLines, nearOutline] = [grow(lines, 3), grow(outline, 3)];
  for (const at of innerEdges(channels, (at) => !nearLines[at] && !nearOutline[at])) lines[at] = 1;
  // Growing closes small gaps and makes one line of two that almost touch.
  return drawLines(thin(grow(lines, 1)));
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Smallest box around the pixels that pass, ends included; undefined when none does. */
function boundsOf(rowPx: number, rows: number, passes: (at: number) => boolean): Box | undefined {
  let [left, top, right, bottom] = [rowPx, rows, -1, -1];
  for (let y = 0, at = 0; y < rows; y += 1)
    for (let x = 0; x < rowPx; x += 1, at += 1) {
      if (!passes(at)) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  return right < 0 ? undefined : { left, top, right, bottom };
}

/** Contrast to the background [size · size], so scaled that 0.5 is where ink begins. */
function inkOf(planes: Float32Array, sizePx: number): Float32Array {
  const pixels = sizePx * sizePx;
  const ink = new Float32Array(pixels);
  const paper = paperOf(planes, sizePx);
  let peak = 0;
  for (let at = 0; at < pixels; at += 1) {
    const alpha = planes[3 * pixels + at]!;
    let contrast = paper ? 0 : alpha;
    // What the pixel changes when laid over the paper: nothing where it is transparent or of the paper's colour.
    if (paper)
      for (let channel = 0; channel < 3; channel += 1)
        contrast = Math.max(contrast, Math.abs(planes[channel * pixels + at]! - alpha * paper[channel]!));
    ink[at] = contrast;
    if (contrast > peak) peak = contrast;
  }
  const scale = peak < faintest ? 0 : 0.5 / (inkShare * peak);
  return ink.map((contrast) => contrast * scale);
}

/** Colour of the paper, or undefined where strokes lie on transparency. A sheet that does not fill the frame is seen by its corners. */
function paperOf(planes: Float32Array, sizePx: number): readonly number[] | undefined {
  const pixels = sizePx * sizePx;
  const isOpaque = (at: number): boolean => planes[3 * pixels + at]! > 0.5;
  const sheet = boundsOf(sizePx, sizePx, isOpaque);
  if (!sheet) return undefined;
  const rim: number[] = [];
  for (let x = sheet.left; x <= sheet.right; x += 1) rim.push(sheet.top * sizePx + x, sheet.bottom * sizePx + x);
  for (let y = sheet.top; y <= sheet.bottom; y += 1) rim.push(y * sizePx + sheet.left, y * sizePx + sheet.right);
  if (rim.filter(isOpaque).length < 0.9 * rim.length) return undefined;
  const colour = [0, 1, 2].map((channel) => {
    const values = rim.filter(isOpaque).map((at) => planes[channel * pixels + at]! / planes[3 * pixels + at]!);
    return values.sort((a, b) => a - b)[values.length >> 1]!;
  });
  let [opaque, plain] = [0, 0];
  for (let at = 0; at < pixels; at += 1) {
    if (!isOpaque(at)) continue;
    opaque += 1;
    const far = colour.some((value, channel) => Math.abs(planes[channel * pixels + at]! - value) > faintest);
    if (!far) plain += 1;
  }
  const sheetPx = (sheet.right - sheet.left + 1) * (sheet.bottom - sheet.top + 1);
  // One plain area alone is a filled shape, unless it is the whole frame.
  const hasStrokes = plain < opaque || opaque === pixels;
  return opaque > 0.9 * sheetPx && plain > 0.4 * opaque && hasStrokes ? colour : undefined;
}

/** The box of an ink map, enlarged or reduced to fill a mask but for 4 px around; lines thinner than a pixel survive. */
function enlarge(ink: Float32Array, sizePx: number, box: Box): Uint8Array {
  const [width, height] = [box.right - box.left + 1, box.bottom - box.top + 1];
  const step = Math.max(width, height) / (workPx - 8);
  const mask = new Uint8Array(stride * stride);
  const clamp = (value: number): number => Math.min(sizePx - 1, Math.max(0, value));
  const [startX, startY] = [box.left + width / 2 - (step * workPx) / 2, box.top + height / 2 - (step * workPx) / 2];
  for (let y = 0; y < workPx; y += 1)
    for (let x = 0; x < workPx; x += 1) {
      const [fromX, fromY] = [startX + x * step, startY + y * step];
      let value = 0;
      if (step > 1) {
        const [endX, endY] = [clamp(Math.ceil(fromX + step) - 1), clamp(Math.ceil(fromY + step) - 1)];
        for (let v = Math.max(0, Math.floor(fromY)); v <= endY; v += 1)
          for (let u = Math.max(0, Math.floor(fromX)); u <= endX; u += 1) value = Math.max(value, ink[v * sizePx + u]!);
      } else {
        const [u, v] = [clamp(fromX + step / 2 - 0.5), clamp(fromY + step / 2 - 0.5)];
        const [u0, v0] = [Math.floor(u), Math.floor(v)];
        const [u1, v1] = [clamp(u0 + 1), clamp(v0 + 1)];
        const upper = ink[v0 * sizePx + u0]! * (1 - u + u0) + ink[v0 * sizePx + u1]! * (u - u0);
        const lower = ink[v1 * sizePx + u0]! * (1 - u + u0) + ink[v1 * sizePx + u1]! * (u - u0);
        value = upper * (1 - v + v0) + lower * (v - v0);
      }
      if (value >= 0.5) mask[(y + 1) * stride + x + 1] = 1;
    }
  return mask;
}

/** Means of the pixels that each of 128×128 covers, planes [4, 128, 128]. */
function atWorkSize(planes: Float32Array, sizePx: number): Float32Array {
  const result = new Float32Array(4 * workPx * workPx);
  const step = sizePx / workPx;
  for (let plane = 0, at = 0; plane < 4; plane += 1)
    for (let y = 0; y < workPx; y += 1)
      for (let x = 0; x < workPx; x += 1, at += 1) {
        const [left, top] = [Math.floor(x * step), Math.floor(y * step)];
        const [right, bottom] = [
          Math.max(left + 1, Math.floor((x + 1) * step)),
          Math.max(top + 1, Math.floor((y + 1) * step)),
        ];
        let sum = 0;
        for (let v = top; v < bottom; v += 1)
          for (let u = left; u < right; u += 1) sum += planes[(plane * sizePx + v) * sizePx + u]!;
        result[at] = sum / ((right - left) * (bottom - top));
      }
  return result;
}

/** The mask grown by so many pixels inside the frame, round enough: four neighbours and eight in turn. */
function grow(mask: Uint8Array, px: number): Uint8Array {
  let grown = mask;
  for (let turn = 0; turn < px; turn += 1) {
    const from = grown;
    const isWide = turn % 2 === 1;
    grown = from.slice();
    for (let y = 1; y <= workPx; y += 1)
      for (let at = y * stride + 1; at <= y * stride + workPx; at += 1) {
        if (from[at] === 1) continue;
        const cross = from[at - 1]! | from[at + 1]! | from[at - stride]! | from[at + stride]!;
        const [above, below] = [at - stride, at + stride];
        if (cross || (isWide && from[above - 1]! | from[above + 1]! | from[below - 1]! | from[below + 1]!))
          grown[at] = 1;
      }
  }
  return grown;
}

/** What is left of the mask when everything outside has grown by so many pixels. */
function shrink(mask: Uint8Array, px: number): Uint8Array {
  return invert(grow(invert(mask), px));
}

function invert(mask: Uint8Array): Uint8Array {
  const inverse = new Uint8Array(mask.length);
  for (let at = 0; at < mask.length; at += 1) inverse[at] = 1 - mask[at]!;
  return inverse;
}

/** The mask with areas too thick for a stroke hollowed out. */
function rimsOfFills(mask: Uint8Array): Uint8Array {
  const core = shrink(mask, fillDepthPx);
  if (!core.includes(1)) return mask;
  const [deep, hollow] = [shrink(mask, 2), grow(core, fillDepthPx - 2)];
  return mask.map((value, at) => (value && !(deep[at] && hollow[at]) ? 1 : 0));
}

/**
 * Which of the 256 neighbourhoods (bit n: around[n] is set) each half step removes, bits 0 and 1. Guo and Hall (CACM 1989, algorithm
 * A1), because Zhang and Suen (1984) wipe out squares of 2×2 and diagonals of 2 px.
 */
const removable = Uint8Array.from({ length: 256 }, (_, code) => {
  const set = (at: number): number => (code >> (at & 7)) & 1;
  const corners = [0, 2, 4, 6];
  const runs = corners.filter((at) => !set(at) && (set(at + 1) || set(at + 2))).length;
  const pairsBefore = corners.filter((at) => set(at - 1) || set(at)).length;
  const pairsAfter = corners.filter((at) => set(at) || set(at + 1)).length;
  const pairs = Math.min(pairsBefore, pairsAfter);
  if (runs !== 1 || pairs < 2 || pairs > 3) return 0;
  const [north, northEast, east, southEast, south, southWest, west, northWest] = [0, 1, 2, 3, 4, 5, 6, 7].map(set);
  const first = (south || southWest || !northWest) && west;
  const second = (north || northEast || !southEast) && east;
  return (first ? 0 : 1) | (second ? 0 : 2);
});

/** The mask thinned to lines of one pixel, in place. */
function thin(mask: Uint8Array): Uint8Array {
  const [n0, n1, n2, n3, n4, n5, n6, n7] = around;
  const alive = new Int32Array(mask.length);
  let count = 0;
  for (let at = 0; at < mask.length; at += 1) if (mask[at]) alive[count++] = at;
  const leaving = new Int32Array(count);
  for (let half = 1, idle = 0; idle < 2; half = 3 - half) {
    let going = 0;
    for (let next = 0; next < count; next += 1) {
      const at = alive[next]!;
      const low = mask[at + n0]! | (mask[at + n1]! << 1) | (mask[at + n2]! << 2) | (mask[at + n3]! << 3);
      const high = mask[at + n4]! | (mask[at + n5]! << 1) | (mask[at + n6]! << 2) | (mask[at + n7]! << 3);
      if (removable[low | (high << 4)]! & half) leaving[going++] = at;
    }
    for (let next = 0; next < going; next += 1) mask[leaving[next]!] = 0;
    let staying = 0;
    for (let next = 0; next < count; next += 1) if (mask[alive[next]!]) alive[staying++] = alive[next]!;
    count = staying;
    idle = going === 0 ? idle + 1 : 0;
  }
  return mask;
}

/** Thin lines → ink [64 · 64]: moved and scaled into the box, 2 px thick, edges one pixel soft. */
function drawLines(lines: Uint8Array): Float32Array {
  const ink = new Float32Array(drawingPx * drawingPx);
  const box = boundsOf(stride, stride, (at) => lines[at] === 1);
  if (!box) return ink;
  const longest = Math.max(box.right - box.left, box.bottom - box.top);
  const scale = longest === 0 ? 0.5 : (boxPx - linePx) / longest;
  const [centreX, centreY] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const reach = linePx / 2 + 0.5;
  /** Draws from one place of the mask to its neighbour. */
  const segment = (at: number, stepX: number, stepY: number): void => {
    const x = ((at % stride) - centreX) * scale + (drawingPx - 1) / 2;
    const y = (Math.floor(at / stride) - centreY) * scale + (drawingPx - 1) / 2;
    const [dx, dy] = [stepX * scale, stepY * scale];
    const squared = dx * dx + dy * dy;
    const [left, right] = [
      Math.max(0, Math.ceil(Math.min(x, x + dx) - reach)),
      Math.min(drawingPx - 1, Math.max(x, x + dx) + reach),
    ];
    const [top, bottom] = [
      Math.max(0, Math.ceil(Math.min(y, y + dy) - reach)),
      Math.min(drawingPx - 1, Math.max(y, y + dy) + reach),
    ];
    for (let v = top; v <= bottom; v += 1)
      for (let u = left; u <= right; u += 1) {
        const along = squared === 0 ? 0 : Math.min(1, Math.max(0, ((u - x) * dx + (v - y) * dy) / squared));
        const [offX, offY] = [u - x - along * dx, v - y - along * dy];
        const value = reach - Math.sqrt(offX * offX + offY * offY);
        if (value > ink[v * drawingPx + u]!) ink[v * drawingPx + u] = Math.min(1, value);
      }
  };
  for (let at = stride; at < lines.length - stride; at += 1) {
    if (!lines[at]) continue;
    const [east, south] = [lines[at + 1], lines[at + stride]];
    if (east) segment(at, 1, 0);
    if (south) segment(at, 0, 1);
    if (lines[at + stride + 1] && !east && !south) segment(at, 1, 1);
    if (lines[at + stride - 1] && !lines[at - 1] && !south) segment(at, -1, 1);
    if (around.every((step) => !lines[at + step])) segment(at, 0, 0);
  }
  return ink;
}

/** One channel over white, smoothed by [1 2 1] along both axes, [128 · 128]. */
function overWhite(image: Float32Array, channel: number): Float32Array {
  const pixels = workPx * workPx;
  const plain = new Float32Array(pixels);
  for (let at = 0; at < pixels; at += 1) plain[at] = image[channel * pixels + at]! + 1 - image[3 * pixels + at]!;
  return smooth(smooth(plain, 1), workPx);
}

function smooth(values: Float32Array, step: number): Float32Array {
  const result = values.slice();
  for (let at = step; at < values.length - step; at += 1)
    result[at] = 0.25 * (values[at - step]! + values[at + step]!) + 0.5 * values[at]!;
  return result;
}

/** Pixels of the opaque part that touch the rest or the frame. */
function outlineOf(image: Float32Array): Uint8Array {
  const inside = new Uint8Array(stride * stride);
  for (let y = 0, from = 3 * workPx * workPx; y < workPx; y += 1)
    for (let x = 0; x < workPx; x += 1, from += 1) if (image[from]! > 0.5) inside[(y + 1) * stride + x + 1] = 1;
  const outline = new Uint8Array(inside.length);
  for (let at = stride; at < inside.length - stride; at += 1)
    if (inside[at] && !(inside[at - 1] && inside[at + 1] && inside[at - stride] && inside[at + stride]))
      outline[at] = 1;
  return outline;
}

/** Dark lines of an image as a mask: where closing (the largest, then the smallest of a square window) makes it lighter. */
function strokesOf([red, green, blue]: readonly Float32Array[]): Uint8Array {
  const light = new Float32Array(workPx * workPx);
  for (let at = 0; at < light.length; at += 1) light[at] = 0.3 * red![at]! + 0.59 * green![at]! + 0.11 * blue![at]!;
  const closed = light.slice();
  for (const sign of [1, -1]) for (const step of [1, workPx]) slide(closed, step, sign);
  const mask = new Uint8Array(stride * stride);
  for (let y = 0, from = 0; y < workPx; y += 1)
    for (let x = 0; x < workPx; x += 1, from += 1)
      if (closed[from]! - light[from]! > strokeContrast) mask[(y + 1) * stride + x + 1] = 1;
  return mask;
}

/** Largest (sign 1) or smallest (-1) value of a centred window of strokePx along one axis, in place; white lies outside. */
function slide(values: Float32Array, step: number, sign: number): void {
  const reach = strokePx >> 1;
  const line = new Float32Array(workPx + 2 * reach);
  for (let row = 0; row < workPx; row += 1) {
    const start = step === 1 ? row * workPx : row;
    for (let at = 0; at < line.length; at += 1)
      line[at] = sign * (at < reach || at >= workPx + reach ? 1 : values[start + step * (at - reach)]!);
    // Windows of 2, 4, 8 and 16, then two of 16, one pixel apart.
    for (let width = 1; width < 16; width *= 2)
      for (let at = 0; at + width < line.length; at += 1)
        if (line[at + width]! > line[at]!) line[at] = line[at + width]!;
    for (let at = 0; at < workPx; at += 1) {
      values[start + step * at] = sign * Math.max(line[at]!, line[at + strokePx - 16]!);
    }
  }
}

/** Places of a mask where colour changes sharply, in chains that are long and somewhere strong; only where `isFree`. */
function innerEdges(channels: readonly Float32Array[], isFree: (at: number) => boolean): number[] {
  const size = new Float32Array(stride * stride);
  const across = new Int16Array(stride * stride);
  for (let y = 1; y < workPx - 1; y += 1)
    for (let x = 1; x < workPx - 1; x += 1) {
      const from = y * workPx + x;
      let [best, bestX, bestY] = [0, 0, 0];
      for (const values of channels) {
        const dx = values[from + 1]! - values[from - 1]!;
        const dy = values[from + workPx]! - values[from - workPx]!;
        const squared = dx * dx + dy * dy;
        if (squared > best) [best, bestX, bestY] = [squared, dx, dy];
      }
      const at = (y + 1) * stride + x + 1;
      size[at] = Math.sqrt(best);
      // The neighbour towards which colour changes fastest: along an axis up to 22.5 degrees, else diagonal.
      const [wide, high] = [Math.abs(bestX), Math.abs(bestY)];
      if (high < 0.414 * wide) across[at] = 1;
      else if (wide < 0.414 * high) across[at] = stride;
      else across[at] = bestX * bestY > 0 ? stride + 1 : stride - 1;
    }
  const isCrest = new Uint8Array(size.length);
  const strong: number[] = [];
  for (let at = stride; at < size.length - stride; at += 1) {
    const value = size[at]!;
    if (value < edgeWeak || value < size[at - across[at]!]! || value <= size[at + across[at]!]! || !isFree(at))
      continue;
    isCrest[at] = 1;
    if (value >= edgeStrong) strong.push(at);
  }
  const kept: number[] = [];
  for (const seed of strong) {
    if (!isCrest[seed]) continue;
    const chain = [seed];
    isCrest[seed] = 0;
    for (let next = 0; next < chain.length; next += 1)
      for (const step of around) {
        const at = chain[next]! + step;
        if (isCrest[at]) {
          isCrest[at] = 0;
          chain.push(at);
        }
      }
    if (chain.length >= shortestEdgePx) kept.push(...chain);
  }
  return kept;
}
