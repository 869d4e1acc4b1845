/** Paper that is lit unevenly, as in photographs, as even: by its rim, where hardly any stroke is. Pure. */
import { Matrix, solve } from "ml-matrix";
import { boundsOf } from "../engine/pixels/places.ts";

/** How much light changes over a sheet from which on it is evened; what is off by more is no paper; how much of the rim is paper. */
const [unevenFrom, paperWithin, paperLeast] = [0.08, 0.08, 0.75] as const;
const rounds = 4;

/** @param planes premultiplied RGBA [4, sizePx, sizePx] @returns the same where they are no sheet, or an even one */
export function evenlyLit(planes: Float32Array, sizePx: number): Float32Array {
  const pixels = sizePx ** 2;
  const isOpaque = (at: number): boolean => planes[3 * pixels + at]! >= 0.99;
  // A sheet of other proportions leaves the picture's border empty.
  const box = boundsOf(sizePx, isOpaque);
  if (!box) return planes;
  const across = Array.from({ length: box.right - box.left }, (_, at) => box.left + at);
  const down = Array.from({ length: box.bottom - box.top }, (_, at) => box.top + at);
  const places = [
    ...across.flatMap((x) => [box.top * sizePx + x, (box.bottom - 1) * sizePx + x]),
    ...down.flatMap((y) => [y * sizePx + box.left, y * sizePx + box.right - 1]),
  ];
  if (!places.every(isOpaque)) return planes;
  const termsOf = (at: number): [number, number, number, number] => {
    const [x, y] = [(at % sizePx) / sizePx - 0.5, Math.floor(at / sizePx) / sizePx - 0.5];
    return [1, x, y, x * y];
  };
  const lights = [0, 1, 2].map((channel) =>
    lightOf(places.map((at) => ({ terms: termsOf(at), value: planes[channel * pixels + at]! }))),
  );
  if (lights.some((light) => !light)) return planes;
  if (lights.every((light) => Math.abs(light![1]) + Math.abs(light![2]) < unevenFrom)) return planes;
  return planes.map((value, index) => {
    const light = lights[Math.floor(index / pixels)];
    if (!light || !isOpaque(index % pixels)) return value;
    const [, x, y, xy] = termsOf(index % pixels);
    return Math.min(1, Math.max(0, value - light[1] * x - light[2] * y - light[3] * xy));
  });
}

/** Light as a sum of 1, x, y and xy, without what is no paper. */
function lightOf(
  rim: ReadonlyArray<{ readonly terms: readonly number[]; readonly value: number }>,
): readonly [number, number, number, number] | undefined {
  const sorted = rim.map(({ value }) => value).sort((one, other) => one - other);
  let light: readonly number[] = [sorted[sorted.length >> 1]!, 0, 0, 0];
  const off = ({ terms, value }: (typeof rim)[number]): number =>
    Math.abs(value - terms.reduce((sum, term, at) => sum + term * light[at]!, 0));
  for (let round = 0; round < rounds; round += 1) {
    const within = round === 0 ? 1 : paperWithin * 2 ** (rounds - 1 - round);
    const paper = rim.filter((own) => off(own) <= within);
    if (paper.length < paperLeast * rim.length) return undefined;
    const left = new Matrix(paper.map(({ terms }) => [...terms]));
    const right = Matrix.columnVector(paper.map(({ value }) => value));
    light = solve(left.transpose().mmul(left), left.transpose().mmul(right)).to1DArray();
  }
  return rim.filter((own) => off(own) <= paperWithin).length < paperLeast * rim.length
    ? undefined
    : (light as [number, number, number, number]);
}
