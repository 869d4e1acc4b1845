/**
 * Loops over all pixels of pictures and masks to find drawings, in WebAssembly with vectors of 128 bits; every image of a
 * training set passes through them. The same bits in JavaScript take 1.9 instead of 0.6 ms an image: encoding a folder would be
 * 7 % slower and miss 100 images/s on one of the two processors of docs/benchmarks.md. Each thread has one memory, which keeps
 * nothing between calls. Pure.
 */
import { type Instance, instantiate } from "./instance.ts";

/** Side of the pictures. */
const sidePx = 128;
const pixels = sidePx * sidePx;
/** A row of a mask is four words. */
const maskWords = pixels / 32;

/** The lines of a picture. Masks [128 · 128] have one bit a pixel (server/experts/sketch/mask.ts). */
export interface Lines {
  /** Dark lines: pixels that closing makes lighter. */
  readonly strokes: Int32Array;
  /** Pixels with alpha above a half. */
  readonly opaque: Int32Array;
  /** Pixels inside the frame where a colour changes. */
  readonly steep: Int32Array;
  /** Largest gradient of any channel, per 2 pixels after smoothing, [128 · 128]; 0 outside the mask. */
  readonly gradientMagnitude: Float32Array;
  /** Index offset to the neighbour in the direction of that gradient, inside the mask. */
  readonly gradientStep: Int16Array;
}

/** A thread's instance and views of its memory. */
interface Room {
  readonly module: Instance;
  readonly picture: Float32Array;
  readonly image: Float32Array;
  readonly mask: Int32Array;
  readonly lines: Lines;
}

let opened: Room | undefined;

/**
 * Created on first use: V8 reserves some 10 GiB of addresses for each memory, which a process that reads no drawing does not
 * need.
 */
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
      gradientMagnitude: new Float32Array(buffer, module.gradientMagnitudeAt(), pixels),
      gradientStep: new Int16Array(buffer, module.gradientStepAt(), pixels),
    },
  };
}

/**
 * @param planes premultiplied RGBA [4, 128, 128] in [0, 1]; composited over white, smoothed by [1 2 1] along both axes
 * @param strokeContrast by how much closing must lighten a pixel of a dark line
 * @param faintest squared gradients below this count as none
 * @returns views of memory that the next call reuses
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
 * Morphological closing: the maximum and then the minimum of each window.
 * @param values [128 · 128], not negative; outside counts as 1
 * @returns [128 · 128], in memory that the next call reuses
 */
export function closingOf(values: Float32Array): Float32Array {
  const { module, picture } = room();
  picture.set(values);
  module.close();
  return picture;
}

/** A mask [128 · 128] thinned to lines of one pixel, in memory that the next call reuses. */
export function skeletonize(drawn: Int32Array): Int32Array {
  const { module, mask } = room();
  mask.set(drawn);
  module.thinMask();
  return mask;
}
