/** Areas of a grid that hang together, and the nearest of them to what is of none. Pure. */

/**
 * Labels of the cells that are `wanted`, from 1 on, [side, side]; others have 0.
 * @param byCorners cells that touch at a corner hang together too
 */
export function labelAreas(mask: Uint8Array, wanted: 0 | 1, sidePx: number, byCorners = false): Uint16Array {
  const labels = new Uint16Array(mask.length);
  const area = new Int32Array(mask.length);
  let label = 0;
  for (let start = 0; start < mask.length; start += 1) {
    if (mask[start] !== wanted || labels[start] !== 0) continue;
    label += 1;
    labels[start] = label;
    area[0] = start;
    let length = 1;
    for (let next = 0; next < length; next += 1) {
      const at = area[next]!;
      const column = at % sidePx;
      for (let y = -1; y <= 1; y += 1)
        for (let x = -1; x <= 1; x += 1) {
          if (column + x < 0 || column + x >= sidePx || (!byCorners && x !== 0 && y !== 0)) continue;
          const near = at + y * sidePx + x;
          if (near < 0 || near >= mask.length || mask[near] !== wanted || labels[near] !== 0) continue;
          labels[near] = label;
          area[length] = near;
          length += 1;
        }
    }
  }
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
