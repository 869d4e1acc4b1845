/**
 * Chroma that a JPEG keeps at half its size, back at full size: between its samples it follows luma as it does around them, by a
 * line fitted to the 5 × 5 samples there (guided filter: He, Sun, Tang 2010). So colours end where edges are. Pure.
 */
import type { BlockGrid, Plane } from "./clean-plane.ts";
import { eachRow, mapRows, type Pause } from "./rows.ts";

type Size = Pick<Plane, "widthPx" | "heightPx">;

/** Samples to each side that a line is fitted to. */
const aroundPx = 2;
/** Variance of luma, levels²: below about this, luma says nothing about chroma. */
const noise = 20;
/** Rounds that undo what decoders' interpolation and the mean over 2 × 2 pixels blur: each halves what is left. */
const rounds = 4;

/** The file's own samples of a plane that a decoder enlarged by 3 : 1 interpolation, as libjpeg does. */
export async function samplesOf(plane: Plane, grid: BlockGrid, pause: Pause): Promise<Plane> {
  const means = await halve(plane, grid, pause);
  let samples = means;
  for (let round = 0; round < rounds; round += 1) {
    const { values } = samples;
    const again = await halve(await enlarge(samples, plane, grid, pause), grid, pause);
    samples = {
      ...means,
      values: await mapRows(means, pause, (at) => values[at]! + means.values[at]! - again.values[at]!),
    };
  }
  return samples;
}

/** Where the blocks of those samples begin. Blocks of 16 pixels may begin 8 px further on: that can't be known. */
export const gridOfSamples = ({ left, top }: BlockGrid): BlockGrid => ({
  left: ((left + 1) >> 1) & 7,
  top: ((top + 1) >> 1) & 7,
});

/**
 * @param chroma its samples
 * @param luma at full size
 * @returns chroma, [luma.heightPx, luma.widthPx]
 */
export async function followLuma(chroma: Plane, luma: Plane, grid: BlockGrid, pause: Pause): Promise<Float32Array> {
  const means = await halve(luma, grid, pause);
  const slopes = { ...chroma, values: await slopesOf(chroma, means, pause) };
  const [base, slope, smooth] = [
    (await enlarge(chroma, luma, grid, pause)).values,
    (await enlarge(slopes, luma, grid, pause)).values,
    (await enlarge(means, luma, grid, pause)).values,
  ];
  return mapRows(luma, pause, (at) => base[at]! + slope[at]! * (luma.values[at]! - smooth[at]!));
}

/** By how much chroma changes with luma around each sample: least squares, drawn to 0 where luma is even. */
function slopesOf(chroma: Plane, { values: luma }: Plane, pause: Pause): Promise<Float32Array> {
  const { values, widthPx, heightPx } = chroma;
  return mapRows(chroma, pause, (at) => {
    const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
    let [count, sum, lumaSum, squares, products] = [0, 0, 0, 0, 0];
    for (let row = Math.max(0, y - aroundPx); row <= Math.min(heightPx - 1, y + aroundPx); row += 1)
      for (let column = Math.max(0, x - aroundPx); column <= Math.min(widthPx - 1, x + aroundPx); column += 1) {
        const [own, guide] = [values[row * widthPx + column]!, luma[row * widthPx + column]!];
        count += 1;
        sum += own;
        lumaSum += guide;
        squares += guide ** 2;
        products += own * guide;
      }
    const variance = squares / count - (lumaSum / count) ** 2;
    return (products / count - (sum / count) * (lumaSum / count)) / (variance + noise);
  });
}

/** Means of the 2 × 2 pixels of each sample, which begin with the blocks; those at a border are repeated. */
async function halve({ values, widthPx, heightPx }: Plane, grid: BlockGrid, pause: Pause): Promise<Plane> {
  const [left, top] = [grid.left & 1, grid.top & 1];
  const [width, height] = [(widthPx + left + 1) >> 1, (heightPx + top + 1) >> 1];
  const small = new Float32Array(width * height);
  await eachRow(height, pause, (y) => {
    const above = Math.max(0, 2 * y - top) * widthPx;
    const below = Math.min(heightPx - 1, 2 * y - top + 1) * widthPx;
    for (let x = 0; x < width; x += 1) {
      const [near, far] = [Math.max(0, 2 * x - left), Math.min(widthPx - 1, 2 * x - left + 1)];
      small[y * width + x] =
        (values[above + near]! + values[above + far]! + values[below + near]! + values[below + far]!) / 4;
    }
  });
  return { values: small, widthPx: width, heightPx: height };
}

/** Twice as large: three parts of the nearest sample and one of the next, along rows and columns. */
async function enlarge(
  { values, widthPx, heightPx }: Plane,
  size: Size,
  grid: BlockGrid,
  pause: Pause,
): Promise<Plane> {
  const large = new Float32Array(size.widthPx * size.heightPx);
  const nextTo = (at: number, length: number): number =>
    Math.max(0, Math.min(length - 1, (at >> 1) + (at % 2 === 0 ? -1 : 1)));
  await eachRow(size.heightPx, pause, (y) => {
    const line = y + (grid.top & 1);
    const [near, far] = [(line >> 1) * widthPx, nextTo(line, heightPx) * widthPx];
    for (let x = 0; x < size.widthPx; x += 1) {
      const column = x + (grid.left & 1);
      const [own, beside] = [column >> 1, nextTo(column, widthPx)];
      large[y * size.widthPx + x] =
        (9 * values[near + own]! + 3 * (values[near + beside]! + values[far + own]!) + values[far + beside]!) / 16;
    }
  });
  return { ...size, values: large };
}
