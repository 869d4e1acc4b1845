/** Closing by blocks gives what looking into every window gives, up to the border and across blocks. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { closingOf, windowPx } from "../../server/experts/closing.ts";
import { edgeMaskOf } from "../../server/experts/drawing-edges.ts";
import { workPx } from "../../server/experts/drawing-mask.ts";
import { TrainingRandom } from "../../server/flow/random.ts";

/** The extreme of every window, 1 outside. */
function extremes(picture: Float32Array, extreme: (...values: number[]) => number): Float32Array {
  const reach = (windowPx - 1) / 2;
  return picture.map((_, at) => {
    const [x, y] = [at % workPx, Math.floor(at / workPx)];
    const seen: number[] = [];
    for (let v = y - reach; v <= y + reach; v += 1)
      for (let u = x - reach; u <= x + reach; u += 1)
        seen.push(u < 0 || v < 0 || u >= workPx || v >= workPx ? 1 : picture[v * workPx + u]!);
    return extreme(...seen);
  });
}

it("closing gives the smallest of the largest of every window", () => {
  const random = new TrainingRandom(4, 0, "evaluation");
  // Mostly dark, so that windows differ; not square in what it shows, so that axes are told apart.
  const picture = Float32Array.from({ length: workPx * workPx }, (_, at) =>
    random.uniform() < 0.004 ? random.uniform() : (0.2 * (at % workPx)) / workPx,
  );
  const wanted = extremes(extremes(picture, Math.max), Math.min);
  assert.deepEqual(closingOf(picture), wanted);
});

it("an alpha a little above 1 hides no dark line", () => {
  const ring = (alpha: number): Float32Array => {
    const planes = new Float32Array(4 * workPx * workPx).fill(1);
    planes.fill(alpha, 3 * workPx * workPx);
    for (let at = 0; at < workPx * workPx; at += 1) {
      const far = Math.hypot((at % workPx) - 64, Math.floor(at / workPx) - 64);
      if (far > 36 && far < 44) for (const channel of [0, 1, 2]) planes[channel * workPx * workPx + at] = 0;
    }
    return planes;
  };
  assert.deepEqual(edgeMaskOf(ring(1.0005), workPx), edgeMaskOf(ring(1), workPx));
});
