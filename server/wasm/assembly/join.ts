/**
 * Moves values of a plane to those of flat areas beside them (server/upscaling/projection/join-flat-areas.ts). Planes are as in
 * grain.ts, with zeros for eight values before and after every line.
 */
import { lanes, sumOf } from "./padded";

/** Values that differ by this have no influence; as 1 / square. */
const farSteepness: f32 = <f32>((255.0 / 2.0) * (255.0 / 2.0));
/** Difference to a neighbour from which a place is not flat. */
const slopeFrom: f32 = <f32>(0.12 / 255.0);
const steepness: f32 = <f32>((255.0 / 0.12) * (255.0 / 0.12));
/** Of a value and its neighbours: below, it is flat already; above, it lies in an edge. */
const still: f32 = <f32>(0.03 / 255.0);
const edge: f32 = <f32>(2.0 / 255.0);
/** How near to a level, in levels, what is flat rounds to it with all around: it is left as it is. */
const surely: f32 = 0.15;
/** Sums of weights below this say nothing. */
const leastWeight: f32 = 1e-3;

/** Bytes of the room that a plane needs. */
export function joinRoomBytes(stride: usize, lines: i32, cells: i32, factor: i32): usize {
  const cellRows = (lines / factor) as usize;
  return stride * ((3 * lines + 4 * factor + 4) as usize) + cellRows * (cells as usize) * 5 + 4 * lanes;
}

/**
 * @param room of `joinRoomBytes`; its bytes do not matter
 * @param line values of a line, `factor` times `cells`
 * @param isDrawn where values may move, by cell, one byte each, [lines / factor, cells]
 */
export function joinFlatAreas(
  plane: usize,
  stride: usize,
  line: i32,
  lines: i32,
  room: usize,
  isDrawn: usize,
  cells: i32,
  factor: i32,
): void {
  memory.fill(room, 0, joinRoomBytes(stride, lines, cells, factor));
  const border = (factor as usize) * stride;
  const across = room + 2 * lanes;
  const slopes = across + stride;
  const flatness = slopes + (lines as usize) * stride + border + stride;
  const before = flatness + (lines as usize) * stride + 2 * border + stride;
  const flattest = before + (lines as usize) * stride + border + stride;
  const cellRows = lines / factor;
  const isNearby = flattest + (cells as usize) * (cellRows as usize) * 4;
  for (let y: i32 = 0; y < lines; y += 1) {
    const at = (y as usize) * stride;
    findSlopes(plane + at, stride, line, y > 0, y < lines - 1, across, slopes + at);
    findFlatness(slopes + at, line, flatness + at);
    memory.copy(before + at, plane + at, (line as usize) * 4);
  }
  findFlattest(flatness, stride, cells, cellRows, factor, flattest);
  findNearby(flattest, cells, cellRows, isNearby);
  const reach = (factor as usize) * 4;
  for (let y: i32 = 0; y < lines; y += 1) {
    const at = (y as usize) * stride;
    const row = ((y / factor) * cells) as usize;
    for (let cell: usize = 0; cell < (cells as usize); cell += 1) {
      if (load<u8>(isDrawn + row + cell) === 0 || load<u8>(isNearby + row + cell) === 0) continue;
      const from = at + cell * reach;
      for (let x = from; x < from + reach; x += 4) {
        const slope = load<f32>(slopes + x);
        if (slope < still || slope > edge) continue;
        const value = load<f32>(before + x);
        if (slope < slopeFrom && isSure(value)) continue;
        const corner = x - border - reach;
        store<f32>(plane + x, value + moveOf(value, flatness + corner, before + corner, stride, factor));
      }
    }
  }
}

/** Whether it rounds to a level with all around. */
function isSure(value: f32): bool {
  const place: f32 = 255 * value + 0.5;
  return Mathf.abs(place - Mathf.floor(place) - 0.5) < surely;
}

/** The greatest difference between a value and its four neighbours, of a line. */
function findSlopes(
  at: usize,
  stride: usize,
  line: i32,
  hasAbove: bool,
  hasBelow: bool,
  across: usize,
  to: usize,
): void {
  const bytes = (line as usize) * 4;
  for (let x: usize = 0; x < bytes; x += lanes)
    v128.store(across + x, f32x4.abs(f32x4.sub(v128.load(at + x + 4), v128.load(at + x))));
  v128.store(across + bytes - 4, f32x4.splat(0));
  for (let x: usize = 0; x < bytes; x += lanes) {
    const value = v128.load(at + x);
    let most = f32x4.max(v128.load(across + x), v128.load(across + x - 4));
    if (hasAbove) most = f32x4.max(most, f32x4.abs(f32x4.sub(value, v128.load(at + x - stride))));
    if (hasBelow) most = f32x4.max(most, f32x4.abs(f32x4.sub(v128.load(at + x + stride), value)));
    v128.store(to + x, most);
  }
}

/** 1 where nothing differs, 0 on slopes and beyond the line. */
function findFlatness(slopes: usize, line: i32, to: usize): void {
  const bytes = (line as usize) * 4;
  const steep = f32x4.splat(steepness);
  for (let x: usize = 0; x < bytes; x += lanes) {
    const slope = v128.load(slopes + x);
    const share = f32x4.sub(f32x4.splat(1), f32x4.mul(f32x4.mul(slope, slope), steep));
    const flat = f32x4.max(share, f32x4.splat(0));
    v128.store(to + x, f32x4.mul(flat, flat));
  }
  v128.store(to + bytes, f32x4.splat(0));
}

/** The greatest flatness in each cell. */
function findFlattest(flatness: usize, stride: usize, cells: i32, cellRows: i32, factor: i32, to: usize): void {
  const reach = (factor as usize) * 4;
  for (let row: i32 = 0; row < cellRows; row += 1)
    for (let cell: i32 = 0; cell < cells; cell += 1, to += 4) {
      let most: f32 = 0;
      let start = flatness + ((row * factor) as usize) * stride + (cell as usize) * reach;
      for (let part: i32 = 0; part < factor; part += 1, start += stride)
        for (let at = start; at < start + reach; at += 4) {
          const flat = load<f32>(at);
          if (flat > most) most = flat;
        }
      store<f32>(to, most);
    }
}

/** 1 where anything is flat in the 3 × 3 cells around. */
function findNearby(flattest: usize, cells: i32, cellRows: i32, to: usize): void {
  for (let row: i32 = 0; row < cellRows; row += 1)
    for (let cell: i32 = 0; cell < cells; cell += 1, to += 1)
      for (let y = max(0, row - 1); y <= min(cellRows - 1, row + 1); y += 1)
        for (let x = max(0, cell - 1); x <= min(cells - 1, cell + 1); x += 1)
          if (load<f32>(flattest + ((y * cells + x) as usize) * 4) > 0) store<u8>(to, 1);
}

/** Mean difference of the values around, weighted by how flat it is at each and how near they are. */
function moveOf(value: f32, flatness: usize, before: usize, stride: usize, factor: i32): f32 {
  const own = f32x4.splat(value);
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  const far = f32x4.splat(farSteepness);
  const last = i32x4(-1, 0, 0, 0);
  // 2 · factor + 1 values: vectors, and one more.
  const bytes = (2 * factor * 4) as usize;
  let sums = zero;
  let weights = zero;
  for (let y: i32 = 0; y <= 2 * factor; y += 1, flatness += stride, before += stride)
    for (let x: usize = 0; x <= bytes; x += lanes) {
      let flat = v128.load(flatness + x);
      if (x === bytes) flat = v128.and(flat, last);
      if (!v128.any_true(flat)) continue;
      const difference = f32x4.sub(v128.load(before + x), own);
      const nearness = f32x4.max(f32x4.sub(one, f32x4.mul(f32x4.mul(difference, difference), far)), zero);
      const weight = f32x4.mul(flat, f32x4.mul(nearness, nearness));
      sums = f32x4.add(sums, f32x4.mul(weight, difference));
      weights = f32x4.add(weights, weight);
    }
  const weight = sumOf(weights);
  return weight > leastWeight ? sumOf(sums) / weight : 0;
}
