/** The orthonormal 8 × 8 DCT-II of JPEG (Ahmed, Natarajan, Rao 1974), and JPEG's usual tables. Pure. */

/** Rows of the transform: cosine[8 · frequency + place]. */
const cosines = Float64Array.from({ length: 64 }, (_, at) => {
  const [frequency, place] = [at >> 3, at & 7];
  return Math.sqrt(frequency === 0 ? 1 / 8 : 1 / 4) * Math.cos(((2 * place + 1) * frequency * Math.PI) / 16);
});
const half = new Float64Array(64);

/** Transforms a block [8, 8] in place; frequencies row by row as JPEG's tables, not zigzag. */
export function forwardDct(block: Float64Array): void {
  for (let row = 0; row < 64; row += 8)
    for (let frequency = 0; frequency < 8; frequency += 1) {
      let sum = 0;
      for (let at = 0; at < 8; at += 1) sum += cosines[8 * frequency + at]! * block[row + at]!;
      half[row + frequency] = sum;
    }
  for (let column = 0; column < 8; column += 1)
    for (let frequency = 0; frequency < 8; frequency += 1) {
      let sum = 0;
      for (let at = 0; at < 8; at += 1) sum += cosines[8 * frequency + at]! * half[8 * at + column]!;
      block[8 * frequency + column] = sum;
    }
}

export function inverseDct(block: Float64Array): void {
  for (let column = 0; column < 8; column += 1)
    for (let at = 0; at < 8; at += 1) {
      let sum = 0;
      for (let frequency = 0; frequency < 8; frequency += 1)
        sum += cosines[8 * frequency + at]! * block[8 * frequency + column]!;
      half[8 * at + column] = sum;
    }
  for (let row = 0; row < 64; row += 8)
    for (let at = 0; at < 8; at += 1) {
      let sum = 0;
      for (let frequency = 0; frequency < 8; frequency += 1)
        sum += cosines[8 * frequency + at]! * half[row + frequency]!;
      block[row + at] = sum;
    }
}

/** Tables K.1 and K.2 of ITU-T T.81, row by row: what encoders scale by their quality. */
export const usualTables = {
  luma: [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
  ],
  chroma: [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99,
  ],
} as const;

/** A usual table at a quality of 1 to 100, as libjpeg scales it. */
export function tableAt(table: readonly number[], quality: number): number[] {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return table.map((step) => Math.max(1, Math.min(255, Math.floor((step * percent + 50) / 100))));
}
