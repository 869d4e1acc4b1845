/** Connected areas of equal labels, by union-find over four neighbours (Rosenfeld & Pfaltz 1966). */

export interface Components {
  /** [height · width]; index of the area, −1 where the label is below 0. */
  readonly ids: Int32Array;
  readonly count: number;
  /** Pixels of each area. */
  readonly sizes: Int32Array;
}

/** @param labels [height · width], areas are of equal values; below 0 = none */
export function componentsOf(labels: ArrayLike<number>, widthPx: number): Components {
  const parents = Int32Array.from({ length: labels.length }, (_, at) => at);
  const rootOf = (at: number): number => {
    let root = at;
    while (parents[root] !== root) root = parents[root]!;
    for (let next = at; next !== root; ) [next, parents[next]] = [parents[next]!, root];
    return root;
  };
  for (let at = 0; at < labels.length; at += 1) {
    if (labels[at]! < 0) continue;
    if (at % widthPx > 0 && labels[at - 1] === labels[at]) parents[rootOf(at)] = rootOf(at - 1);
    if (at >= widthPx && labels[at - widthPx] === labels[at]) parents[rootOf(at)] = rootOf(at - widthPx);
  }
  const ids = new Int32Array(labels.length).fill(-1);
  const sizes: number[] = [];
  for (let at = 0; at < labels.length; at += 1) {
    if (labels[at]! < 0) continue;
    const root = rootOf(at);
    if (ids[root]! < 0) {
      ids[root] = sizes.length;
      sizes.push(0);
    }
    ids[at] = ids[root]!;
    sizes[ids[at]!]! += 1;
  }
  return { ids, count: sizes.length, sizes: Int32Array.from(sizes) };
}
