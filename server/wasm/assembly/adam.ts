/**
 * One step of AdamW and of a moving average on values that stay in this memory: each is read and written once, where separate
 * operators would pass over memory a dozen times.
 */

/** Bytes of gradients that are copied here at a time: few enough for the CPU's cache. */
const roomBytes: i32 = 65536;
const room: usize = memory.data(65536, 16);

export function gradientsAt(): usize {
  return room;
}
export function gradientsBytes(): i32 {
  return roomBytes;
}
/** The first free address in bytes. */
export function freeFrom(): usize {
  return (__heap_base + 15) & ~15;
}

/**
 * Updates `count` weights from address `weight` on (a multiple of four) by as many gradients in the buffer. The four tensors of
 * the state are `apart` bytes from each other: weights, first moments, second moments, averages.
 */
export function takeAdamStep(
  weight: usize,
  apart: usize,
  count: i32,
  beta1: f32,
  gradientFactor: f32,
  beta2: f32,
  squareFactor: f32,
  epsilon: f32,
  stepSize: f32,
  decayFactor: f32,
  averageRate: f32,
): void {
  const beta1s = f32x4.splat(beta1);
  const gradientFactors = f32x4.splat(gradientFactor);
  const beta2s = f32x4.splat(beta2);
  const squareFactors = f32x4.splat(squareFactor);
  const epsilons = f32x4.splat(epsilon);
  const stepSizes = f32x4.splat(stepSize);
  const decayFactors = f32x4.splat(decayFactor);
  const averageRates = f32x4.splat(averageRate);
  const end = weight + (count as usize) * 4;
  for (let at = weight, from = room; at < end; at += 16, from += 16) {
    const gradient = v128.load(from);
    const first = f32x4.add(f32x4.mul(v128.load(at + apart), beta1s), f32x4.mul(gradient, gradientFactors));
    const second = f32x4.add(
      f32x4.mul(v128.load(at + 2 * apart), beta2s),
      f32x4.mul(f32x4.mul(gradient, gradient), squareFactors),
    );
    const direction = f32x4.div(first, f32x4.add(f32x4.sqrt(second), epsilons));
    const next = f32x4.sub(f32x4.mul(v128.load(at), decayFactors), f32x4.mul(direction, stepSizes));
    // By the difference, so that the average of constant values is constant.
    const before = v128.load(at + 3 * apart);
    const average = f32x4.add(before, f32x4.mul(f32x4.sub(next, before), averageRates));
    v128.store(at, next);
    v128.store(at + apart, first);
    v128.store(at + 2 * apart, second);
    v128.store(at + 3 * apart, average);
  }
}
