/** Areas of a grid that hang together, and the nearest of them to what is of none. Pure. */

/**
 * Labels of the cells that are `wanted`, from 1 on, [side, side]; others have 0.
 * @param byCorners cells that touch at a corner hang together too
 */
export function labelAreas(mask: Uint8Array, wanted: 0 | 1, sidePx: number, byCorners = false): Uint16Array {
  const labels = new Uint16Array(mask.length);
  // Of each label, an earlier one of the same area, or itself.
  const earlier = [0];
  const firstOf = (label: number): number => {
    let first = label;
    while (earlier[first] !== first) first = earlier[first]!;
    return first;
  };
  const join = (one: number, other: number): void => {
    const [first, last] = [firstOf(one), firstOf(other)];
    earlier[Math.max(first, last)] = Math.min(first, last);
  };
  for (let row = 0; row < mask.length; row += sidePx)
    for (let x = 0; x < sidePx; x += 1) {
      const at = row + x;
      if (mask[at] !== wanted) continue;
      // What is not wanted has no label, 0, and neither has what lies off the grid.
      const left = x > 0 ? labels[at - 1]! : 0;
      const above = row > 0 ? labels[at - sidePx]! : 0;
      const before = byCorners && row > 0 && x > 0 ? labels[at - sidePx - 1]! : 0;
      const after = byCorners && row > 0 && x < sidePx - 1 ? labels[at - sidePx + 1]! : 0;
      let label = left || above || before || after;
      if (label === 0) {
        label = earlier.length;
        earlier.push(label);
      }
      labels[at] = label;
      // The others hang together with one of these.
      if (above !== 0 && above !== label) join(label, above);
      if (after !== 0 && after !== label) join(label, after);
    }
  // Areas are counted in the order of their first cells.
  const numbers = new Uint16Array(earlier.length);
  let areas = 0;
  for (let label = 1; label < earlier.length; label += 1) {
    const first = firstOf(label);
    if (first === label) areas += 1;
    numbers[label] = first === label ? areas : numbers[first]!;
  }
  for (let at = 0; at < labels.length; at += 1) labels[at] = numbers[labels[at]!]!;
  return labels;
}

/**
 * Gives cells without a label, 0, that of the nearest cell with one, counted along rows and columns.
 * @param isOpen 0: a cell that keeps no label, and that none is counted through
 */
export function spreadLabels<Labels extends Uint8Array | Uint16Array>(
  labels: Labels,
  sidePx: number,
  isOpen?: Uint8Array | Uint16Array,
): Labels {
  const spread = labels.slice() as Labels;
  const reached = new Int32Array(labels.length);
  let length = 0;
  for (let at = 0; at < labels.length; at += 1)
    if (labels[at] !== 0) {
      reached[length] = at;
      length += 1;
    }
  for (let next = 0; next < length; next += 1) {
    const at = reached[next]!;
    const column = at % sidePx;
    for (const near of [at - sidePx, at + sidePx, column > 0 ? at - 1 : -1, column < sidePx - 1 ? at + 1 : -1]) {
      if (near < 0 || near >= labels.length || spread[near] !== 0 || isOpen?.[near] === 0) continue;
      spread[near] = spread[at]!;
      reached[length] = near;
      length += 1;
    }
  }
  return spread;
}
