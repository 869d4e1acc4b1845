/**
 * Loops over all pixels of the pictures and masks that drawings are found in, in WebAssembly with vectors of 128 bits: every image of a
 * training set goes through them. The same bits in JavaScript take 1.9 instead of 0.6 ms an image, which would make encoding a folder 7 %
 * slower and miss 100 images/s on one of the two processors of docs/benchmarks.md. One memory for each thread, which keeps nothing from
 * call to call. Pure.
 */
import { type Instance, instantiate } from "./instance.ts";

/** Side of those pictures. */
const sidePx = 128;
const pixels = sidePx * sidePx;
/** A row of a mask is four words. */
const maskWords = pixels / 32;

/** What a line drawing of a picture would follow. Masks [128 · 128] hold a bit a pixel (server/experts/sketch/mask.ts). */
export interface Lines {
  /** Pixels that closing makes lighter: dark lines. */
  readonly strokes: Int32Array;
  /** Pixels whose alpha is above a half. */
  readonly opaque: Int32Array;
  /** Pixels inside the frame where some colour changes. */
  readonly steep: Int32Array;
  /** How sharply the colour that changes most does so, per pixel of 2 after smoothing, [128 · 128]; 0 where the mask has none. */
  readonly gradientMagnitude: Float32Array;
  /** Steps to the neighbour towards which it changes fastest, where the mask has one. */
  readonly gradientStep: Int16Array;
}

/** A thread's instance, and what lies in its memory. */
interface Room {
  readonly module: Instance;
  readonly picture: Float32Array;
  readonly image: Float32Array;
  readonly mask: Int32Array;
  readonly lines: Lines;
}

let opened: Room | undefined;

/** Made when it is first needed: V8 sets some 10 GiB of addresses aside for each memory, which a process that reads no drawing does without. */
function room(): Room {
  opened ??= openRoom();
  return opened;
}

function openRoom(): Room {
  const module = instantiate();
  const { buffer } = module.memory;
  return {
    module,
    picture: new Float32Array(buffer, module.pictureAt(), pixels),
    image: new Float32Array(buffer, module.imageAt(), 4 * pixels),
    mask: new Int32Array(buffer, module.maskAt(), maskWords),
    lines: {
      strokes: new Int32Array(buffer, module.strokesAt(), maskWords),
      opaque: new Int32Array(buffer, module.opaqueAt(), maskWords),
      steep: new Int32Array(buffer, module.steepAt(), maskWords),
      gradientMagnitude: new Float32Array(buffer, module.steepnessAt(), pixels),
      gradientStep: new Int16Array(buffer, module.towardsAt(), pixels),
    },
  };
}

/**
 * @param planes premultiplied RGBA [4, 128, 128] in [0, 1]; looked at over white, smoothed by [1 2 1] along both axes
 * @param strokeContrast how much lighter closing must make a pixel of a dark line
 * @param faintest steps of colour whose square is below are none
 * @returns in memory that the next call uses again
 */
export function readLines(planes: Float32Array, strokeContrast: number, faintest: number): Lines {
  const { module, image, lines } = room();
  image.set(planes);
  module.readLines(strokeContrast, faintest);
  return lines;
}

/** Side of closing's square window, px: darker lines up to this thickness are filled. */
export const closingPx = 17;

/**
 * Closing, the largest and then the smallest of each window.
 * @param values [128 · 128], none of them negative; 1 lies outside
 * @returns [128 · 128], in memory that the next call uses again
 */
export function closingOf(values: Float32Array): Float32Array {
  const { module, picture } = room();
  picture.set(values);
  module.close();
  return picture;
}

/** A mask [128 · 128] thinned to lines of one pixel, in memory that the next call uses again. */
export function skeletonize(drawn: Int32Array): Int32Array {
  const { module, mask } = room();
  mask.set(drawn);
  module.thinMask();
  return mask;
}
