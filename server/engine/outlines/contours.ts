/**
 * Outlines of a field at ½ as closed polylines: marching squares (Lorensen & Cline 1987, in the plane) with linear interpolation between pixel centres. Around the picture
 * lie zeros, so that what is full at the edge ends there exactly.
 */

/** Flat list x0, y0, x1, y1 … in pixels, the first point not repeated; the inside is on the right. */
export type Outline = Float64Array;

const level = 0.5;

/**
 * From which side of a cell to which its outline goes, by which corners are inside (1 top left, 2 top right, 4 bottom right, 8 bottom left); sides from the
 * top on, clockwise. Of the two cases with opposite corners inside, these keep them apart, and the others below join them.
 */
const linksOf: ReadonlyArray<readonly number[]> = [
  [],
  [0, 3],
  [1, 0],
  [1, 3],
  [2, 1],
  [0, 3, 2, 1],
  [2, 0],
  [2, 3],
  [3, 2],
  [0, 2],
  [1, 0, 3, 2],
  [1, 2],
  [3, 1],
  [0, 1],
  [3, 0],
];
const [joinedFive, joinedTen] = [
  [0, 1, 2, 3],
  [3, 0, 1, 2],
];

export function outlinesOf(field: Float32Array, widthPx: number): Outline[] {
  const heightPx = field.length / widthPx;
  const [columns, rows] = [widthPx + 2, heightPx + 2];
  const values = new Float64Array(columns * rows);
  for (let y = 0, at = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1, at += 1) values[(y + 1) * columns + x + 1] = field[at]!;
  // An edge of the grid: 2 · corner for the one to the right, + 1 for the one below. Each is crossed by one outline at most.
  const next = new Int32Array(2 * columns * rows).fill(-1);
  for (let y = 0; y < rows - 1; y += 1)
    for (let x = 0; x < columns - 1; x += 1) {
      const at = y * columns + x;
      const [a, b, c, d] = [values[at]!, values[at + 1]!, values[at + columns + 1]!, values[at + columns]!];
      const code =
        Number(a >= level) | (Number(b >= level) << 1) | (Number(c >= level) << 2) | (Number(d >= level) << 3);
      if (code === 0 || code === 15) continue;
      const sides = [2 * at, 2 * (at + 1) + 1, 2 * (at + columns), 2 * at + 1] as const;
      const isFull = (a + b + c + d) / 4 >= level;
      const links = isFull && code === 5 ? joinedFive : isFull && code === 10 ? joinedTen : linksOf[code]!;
      for (let index = 0; index < links.length; index += 2) next[sides[links[index]!]!] = sides[links[index + 1]!]!;
    }
  const outlines: Outline[] = [];
  for (let start = 0; start < next.length; start += 1) {
    if (next[start]! < 0) continue;
    const points: number[] = [];
    for (let edge = start; next[edge]! >= 0; ) {
      const corner = edge >> 1;
      const other = edge % 2 === 0 ? corner + 1 : corner + columns;
      const share = (level - values[corner]!) / (values[other]! - values[corner]!);
      const [x, y] = [corner % columns, Math.floor(corner / columns)];
      // Pixel centres lie at ½.
      points.push(x - 0.5 + (edge % 2 === 0 ? share : 0), y - 0.5 + (edge % 2 === 0 ? 0 : share));
      const after = next[edge]!;
      next[edge] = -1;
      edge = after;
    }
    // Around a lone pixel that is just at ½ it is a point, and has no direction.
    const isPoint = points.every((place, at) => place === points[at % 2]);
    if (points.length >= 6 && !isPoint) outlines.push(Float64Array.from(points));
  }
  return outlines;
}

/** Twice the signed area by the shoelace formula; outer outlines and holes differ in sign. */
export function areaOf(outline: ArrayLike<number>): number {
  let twice = 0;
  for (let at = 0; at < outline.length; at += 2) {
    const after = (at + 2) % outline.length;
    twice += outline[at]! * outline[after + 1]! - outline[after]! * outline[at + 1]!;
  }
  return twice / 2;
}
