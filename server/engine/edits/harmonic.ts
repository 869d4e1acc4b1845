/** Values of pixels about which nothing is known: each is the mean of its neighbours, a harmonic function of those around (Laplace's equation). Pure. */

/** Gauss-Seidel steps, and by how much each goes beyond the mean (successive over-relaxation). */
const [rounds, overStep] = [100, 1.85] as const;

/**
 * @param plane [sizePx, sizePx]; changed where it is open
 * @param open pixels whose values are sought
 * @param counts 1 where a pixel's value counts for its neighbours; open pixels count
 */
export function spreadInto(plane: Float32Array, open: readonly number[], counts: Uint8Array, sizePx: number): void {
  const near = open.map((at) => {
    const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
    const around: number[] = [];
    if (column > 0) around.push(at - 1);
    if (column < sizePx - 1) around.push(at + 1);
    if (row > 0) around.push(at - sizePx);
    if (row < sizePx - 1) around.push(at + sizePx);
    return around.filter((other) => counts[other] === 1);
  });
  for (let round = 0; round < rounds; round += 1)
    for (const [index, at] of open.entries()) {
      const around = near[index]!;
      if (around.length === 0) continue;
      let sum = 0;
      for (const other of around) sum += plane[other]!;
      plane[at]! += overStep * (sum / around.length - plane[at]!);
    }
}
