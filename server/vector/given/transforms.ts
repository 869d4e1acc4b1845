/** Transforms of SVG as matrices (a b c d e f of SVG 2, section 8). Pure. */

export type Matrix = readonly [number, number, number, number, number, number];

/** What the first does to what the second did. */
export const after = ([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix => [
  a * g + c * h,
  b * g + d * h,
  a * i + c * j,
  b * i + d * j,
  a * k + c * l + e,
  b * k + d * l + f,
];

/** The least and the greatest length that a line of length 1 gets. */
export function scaleOf([a, b, c, d]: Matrix): { readonly least: number; readonly most: number } {
  const [sum, area] = [a * a + b * b + c * c + d * d, a * d - b * c];
  const root = Math.sqrt(Math.max(0, sum ** 2 - 4 * area ** 2));
  return { least: Math.sqrt(Math.max(0, (sum - root) / 2)), most: Math.sqrt((sum + root) / 2) };
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Undefined for text that is no list of transforms. */
export function matrixIn(text: string): Matrix | undefined {
  let matrix: Matrix = [1, 0, 0, 1, 0, 0];
  const pattern = /\s*,?\s*([a-zA-Z]+)\s*\(([^()]*)\)/y;
  let read = 0;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const own = matrixOf(
      found[1]!,
      found[2]!
        .trim()
        .split(/[\s,]+/)
        .map(Number),
    );
    if (!own?.every(Number.isFinite)) return undefined;
    matrix = after(matrix, own);
    read = pattern.lastIndex;
  }
  return text.slice(read).trim() === "" ? matrix : undefined;
}

function matrixOf(name: string, numbers: readonly number[]): Matrix | undefined {
  const [x = Number.NaN, y] = numbers;
  switch (name) {
    case "matrix":
      return numbers.length === 6 ? (numbers as unknown as Matrix) : undefined;
    case "translate":
      return [1, 0, 0, 1, x, y ?? 0];
    case "scale":
      return [x, 0, 0, y ?? x, 0, 0];
    case "rotate": {
      const [cos, sin] = [Math.cos(radians(x)), Math.sin(radians(x))];
      const [cx, cy] = [y ?? 0, numbers[2] ?? 0];
      return after(after([1, 0, 0, 1, cx, cy], [cos, sin, -sin, cos, 0, 0]), [1, 0, 0, 1, -cx, -cy]);
    }
    case "skewX":
      return [1, 0, Math.tan(radians(x)), 1, 0, 0];
    case "skewY":
      return [1, Math.tan(radians(x)), 0, 1, 0, 0];
    default:
      return undefined;
  }
}
