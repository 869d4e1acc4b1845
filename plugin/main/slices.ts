/**
 * Long work on the scene in slices: Figma's sandbox runs on the editor's own thread, so whoever works longer than a
 * frame or two freezes it. https://developers.figma.com/docs/plugins/frozen-plugins
 */

/** Milliseconds and steps after which the editor gets its turn. */
const sliceMs = 12;
const stepsMax = 200;

/** A function to call, and to await, at every step: it pauses when the slice is long enough. The scene may change then. */
export function createYield(): () => Promise<void> | undefined {
  let sliceStart = Date.now();
  let steps = 0;
  return () => {
    steps++;
    // The clock is read now and then, because reading it costs as much as a small step.
    if (steps < stepsMax && (steps % 8 !== 0 || Date.now() - sliceStart < sliceMs)) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        sliceStart = Date.now();
        steps = 0;
        resolve();
      }, 0);
    });
  };
}
