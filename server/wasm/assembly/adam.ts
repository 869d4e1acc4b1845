/**
 * One step of AdamW and of a moving average, on values that lie here for good: each is read and written once, where single operators pass over memory
 * a dozen times.
 */

/** Bytes of gradients that are brought here at a time: few enough to stay in the processor's cache. */
const roomBytes: i32 = 65536;
const room: usize = memory.data(65536, 16);

export function gradientsAt(): usize {
  return room;
}
export function gradientsBytes(): i32 {
  return roomBytes;
}
/** Where memory is free, in bytes. */
export function freeFrom(): usize {
  return (__heap_base + 15) & ~15;
}

/**
 * Takes `count` weights from `weight` on, a multiple of four, by as many gradients in the room. The four tensors of the state lie in rows of memory that are
 * `apart` bytes from each other: weights, first moments, second moments, averages.
 */
export function takeAdamStep(
  weight: usize,
  apart: usize,
  count: i32,
  keptFirst: f32,
  gradientShare: f32,
  keptSecond: f32,
  squareShare: f32,
  epsilon: f32,
  stepSize: f32,
  keptWeight: f32,
  weightShare: f32,
): void {
  const keptFirsts = f32x4.splat(keptFirst);
  const gradientShares = f32x4.splat(gradientShare);
  const keptSeconds = f32x4.splat(keptSecond);
  const squareShares = f32x4.splat(squareShare);
  const epsilons = f32x4.splat(epsilon);
  const stepSizes = f32x4.splat(stepSize);
  const keptWeights = f32x4.splat(keptWeight);
  const weightShares = f32x4.splat(weightShare);
  const end = weight + (count as usize) * 4;
  for (let at = weight, from = room; at < end; at += 16, from += 16) {
    const gradient = v128.load(from);
    const first = f32x4.add(f32x4.mul(v128.load(at + apart), keptFirsts), f32x4.mul(gradient, gradientShares));
    const second = f32x4.add(
      f32x4.mul(v128.load(at + 2 * apart), keptSeconds),
      f32x4.mul(f32x4.mul(gradient, gradient), squareShares),
    );
    const direction = f32x4.div(first, f32x4.add(f32x4.sqrt(second), epsilons));
    const next = f32x4.sub(f32x4.mul(v128.load(at), keptWeights), f32x4.mul(direction, stepSizes));
    // By what is missing, so that an average of what stays the same stays the same.
    const before = v128.load(at + 3 * apart);
    const average = f32x4.add(before, f32x4.mul(f32x4.sub(next, before), weightShares));
    v128.store(at, next);
    v128.store(at + apart, first);
    v128.store(at + 2 * apart, second);
    v128.store(at + 3 * apart, average);
  }
}
