/**
 * Loops over the planes of enlarged pictures, in WebAssembly with vectors of 128 bits: for 4096 × 4096 pixels JavaScript takes four
 * times as long. Each thread has one memory, which grows to what the largest plane needs and keeps nothing between calls. Pure.
 */
import { type Instance, instantiate, pageBytes } from "./instance.ts";

const valueBytes = 4;
/** Values before and after each line of a plane, zeros: vectors and windows end there. */
const besideLine = 8;

/** Values from which a difference to another has no influence, as 1 / square. */
export interface Steepness {
  readonly usual: number;
  /** Where the picture is drawn. */
  readonly drawn: number;
}

/** What is done with a plane, one after the other. */
export interface Levelling {
  /** Rounds of a robust mean along rows, then along columns. */
  readonly rounds: readonly Steepness[];
  /** Whether a mean is of three values to each side, or of two. */
  readonly isWide: boolean;
  /** Whether rims of flat areas join them, last, where the picture is drawn. */
  readonly joins: boolean;
}

/** A plane of an enlarged picture, in px of what was enlarged. */
export interface EnlargedPlane {
  readonly factor: number;
  readonly widthPx: number;
  /** Where the picture is drawn: 1, else 0, [heightPx, widthPx] */
  readonly isDrawn: Uint8Array;
}

let opened: Instance | undefined;

/** The thread's, made on first use. */
function instance(): Instance {
  opened ??= instantiate();
  return opened;
}

/** Makes room for some bytes from `freeFrom` on. @returns the memory, of this call */
function roomOf({ memory, freeFrom }: Instance, bytes: number): ArrayBuffer {
  const missing = freeFrom() + bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  return memory.buffer;
}

/**
 * Levels a plane in place.
 * @param plane [factor · heightPx, factor · widthPx] in [0, 1]
 */
export function levelPlane(plane: Float32Array, { factor, widthPx, isDrawn }: EnlargedPlane, how: Levelling): void {
  const line = factor * widthPx;
  const lines = plane.length / line;
  const stride = valueBytes * (4 * Math.ceil(line / 4) + 2 * besideLine);
  const module = instance();
  const placesBytes = 16 * Math.ceil(isDrawn.length / 16);
  // Vectors read some values beyond the last line.
  const planeBytes = (lines + 1) * stride;
  const room = Math.max(
    module.grainRoomBytes(stride),
    how.joins ? module.joinRoomBytes(stride, lines, widthPx, factor) : 0,
  );
  const start = module.freeFrom();
  const buffer = roomOf(module, placesBytes + planeBytes + room);
  const [first, roomAt] = [start + placesBytes + valueBytes * besideLine, start + placesBytes + planeBytes];
  new Uint8Array(buffer, start, isDrawn.length).set(isDrawn);
  const values = new Float32Array(buffer, first, (planeBytes - valueBytes * besideLine) / valueBytes);
  const apart = stride / valueBytes;
  new Float32Array(buffer, start + placesBytes, besideLine).fill(0);
  for (let y = 0; y < lines; y += 1) {
    values.set(plane.subarray(y * line, (y + 1) * line), y * apart);
    values.fill(0, y * apart + line, (y + 1) * apart);
  }
  values.fill(0, lines * apart);
  for (const { usual, drawn } of how.rounds)
    for (const isAcross of [1, 0])
      module.moveToMeans(
        first,
        stride,
        line,
        lines,
        roomAt,
        start,
        widthPx,
        factor,
        usual,
        drawn,
        isAcross,
        how.isWide ? 1 : 0,
      );
  if (how.joins) module.joinFlatAreas(first, stride, line, lines, roomAt, start, widthPx, factor);
  for (let y = 0; y < lines; y += 1) plane.set(values.subarray(y * apart, y * apart + line), y * line);
}

/** How far values of an enlarged picture may move. */
export interface Softening {
  /** Of the input. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly factor: number;
  /** Share of the input's range around a pixel by which a value may move from the answer; 0 = by half a level. */
  readonly largestShare: number;
}

/**
 * Keeps values of a projection near to the answer and within the levels of flat areas around, in place.
 * @param projected [3, factor · heightPx, factor · widthPx] in [0, 1], or one plane of a picture without colours
 * @param answer what was projected, alike; the same array where nothing was
 * @param low the input, [3, heightPx, widthPx] in [0, 1], or one plane
 */
export function softenPlanes(
  projected: Float32Array,
  answer: Float32Array,
  low: Float32Array,
  { widthPx, heightPx, factor, largestShare }: Softening,
): void {
  const line = factor * widthPx;
  const band = factor * line;
  const channels = low.length / (widthPx * heightPx);
  const module = instance();
  const start = module.freeFrom();
  const valuesAt = start + module.boundsRoomBytes(channels, widthPx, heightPx);
  // Vectors read and write some values beyond the last one.
  const bandBytes = valueBytes * (channels * band + 4);
  const answersAt = answer === projected ? 0 : valuesAt + bandBytes;
  const buffer = roomOf(module, valuesAt - start + 2 * bandBytes);
  module.beginBounds(channels, widthPx, heightPx, start);
  for (let channel = 0; channel < channels; channel += 1)
    for (let y = 0; y < heightPx; y += 1) {
      const from = (channel * heightPx + y) * widthPx;
      const at = module.inputAt(channel) + y * module.boundsStride(widthPx);
      new Float32Array(buffer, at, widthPx).set(low.subarray(from, from + widthPx));
    }
  module.readInput();
  const values = new Float32Array(buffer, valuesAt, channels * band);
  const answers = new Float32Array(buffer, answersAt, channels * band);
  for (let y = 0; y < heightPx; y += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      const from = (channel * heightPx + y) * band;
      values.set(projected.subarray(from, from + band), channel * band);
      if (answersAt > 0) answers.set(answer.subarray(from, from + band), channel * band);
    }
    module.softenLine(y, valuesAt, answersAt, line, factor, largestShare);
    for (let channel = 0; channel < channels; channel += 1)
      projected.set(values.subarray(channel * band, (channel + 1) * band), (channel * heightPx + y) * band);
  }
}
