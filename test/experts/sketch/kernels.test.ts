/** Pixel loops in WebAssembly: what is in the repository is what the source compiles to, and does what plain definitions say, border included. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { compileKernels, modulePath } from "../../../scripts/kernels.mjs";
import { edgeMaskOf } from "../../../server/experts/sketch/edges.ts";
import { hasAt, workPx } from "../../../server/experts/sketch/mask.ts";
import { TrainingRandom } from "../../../server/flow/random.ts";
import { closingOf, closingPx, readLines } from "../../../server/wasm/drawings.ts";

const pixels = workPx * workPx;
const strokeContrast = 0.25;
const faintest = 0.005;

it("server/wasm/module.ts is what server/wasm/assembly compiles to (npm run kernels)", async () => {
  assert.equal(await readFile(modulePath, "utf8"), await compileKernels());
});

/** The extreme of every window, 1 outside. */
function extremes(picture: Float32Array, extreme: (...values: number[]) => number): Float32Array {
  const reach = (closingPx - 1) / 2;
  return picture.map((_, at) => {
    const [x, y] = [at % workPx, Math.floor(at / workPx)];
    const seen: number[] = [];
    for (let v = y - reach; v <= y + reach; v += 1)
      for (let u = x - reach; u <= x + reach; u += 1)
        seen.push(u < 0 || v < 0 || u >= workPx || v >= workPx ? 1 : picture[v * workPx + u]!);
    return extreme(...seen);
  });
}

const closed = (picture: Float32Array): Float32Array => extremes(extremes(picture, Math.max), Math.min);

it("closing gives the smallest of the largest of every window", () => {
  const random = new TrainingRandom(4, 0, "evaluation");
  // Mostly dark, so that windows differ; not square in what it shows, so that axes differ.
  const picture = Float32Array.from({ length: pixels }, (_, at) =>
    random.uniform() < 0.004 ? random.uniform() : (0.2 * (at % workPx)) / workPx,
  );
  assert.deepEqual(closingOf(picture), closed(picture));
});

/** What is read of a picture, value by value, as the definitions have it. */
function linesByDefinition(planes: Float32Array) {
  const alpha = planes.subarray(3 * pixels);
  const [red, green, blue] = [0, 1, 2].map((channel) => {
    const over = Float32Array.from({ length: pixels }, (_, at) => planes[channel * pixels + at]! + 1 - alpha[at]!);
    const smooth = (values: Float32Array, step: number): Float32Array =>
      values.map((value, at) =>
        at < step || at >= pixels - step ? value : 0.25 * (values[at - step]! + values[at + step]!) + 0.5 * value,
      );
    return smooth(smooth(over, 1), workPx);
  }) as [Float32Array, Float32Array, Float32Array];
  const light = red.map((value, at) => Math.max(0, 0.3 * value + 0.59 * green[at]! + 0.11 * blue[at]!));
  const open = closed(light);
  const strokes = [...light].map((value, at) => open[at]! - value > strokeContrast);
  const steps = [...light].map((_, at) => {
    const [x, y] = [at % workPx, Math.floor(at / workPx)];
    if (x === 0 || y === 0 || x === workPx - 1 || y === workPx - 1) return undefined;
    const [best] = [red, green, blue]
      .map((values) => {
        const [across, down] = [values[at + 1]! - values[at - 1]!, values[at + workPx]! - values[at - workPx]!];
        return { across, down, squared: across ** 2 + down ** 2 };
      })
      .sort((a, b) => b.squared - a.squared);
    return best!.squared < faintest ? undefined : best!;
  });
  return { strokes, opaque: [...alpha].map((value) => value > 0.5), steps };
}

/** Shapes with soft rims in a few colours, and noise below them: premultiplied, partly transparent, up to the frame. */
function pictureOf(seed: number): Float32Array {
  const random = new TrainingRandom(seed, 0, "evaluation");
  const planes = new Float32Array(4 * pixels);
  for (let shape = 0; shape < 9; shape += 1) {
    const [x, y, size, thick] = [0, 1, 2, 3].map(() => random.uniform() * workPx) as [number, number, number, number];
    const colour = [0, 1, 2].map(() => random.uniform());
    for (let at = 0; at < pixels; at += 1) {
      const far = Math.hypot((at % workPx) - x, 0.7 * (Math.floor(at / workPx) - y));
      const rim = shape % 2 === 0 ? size / 3 - far : Math.min(size / 2 - far, far - size / 2 + thick / 12);
      const cover = Math.min(1, Math.max(0, rim));
      for (const [channel, value] of [...colour, 1].entries()) {
        const place = channel * pixels + at;
        planes[place] = planes[place]! * (1 - cover) + value * cover;
      }
    }
  }
  return planes.map((value) => value * (1 + 0.03 * (random.uniform() - 0.5)));
}

describe("what a line drawing would follow", () => {
  for (const seed of [1, 2, 3])
    it(`what a line drawing would follow is what the definitions say, pixel by pixel (picture ${seed})`, () => {
      const planes = pictureOf(seed);
      const wanted = linesByDefinition(planes);
      const { strokes, opaque, steep, gradientMagnitude, gradientStep } = readLines(planes, strokeContrast, faintest);
      const bitsOf = (mask: Int32Array): boolean[] => Array.from({ length: pixels }, (_, at) => hasAt(mask, at));
      assert.deepEqual(bitsOf(strokes), wanted.strokes);
      assert.deepEqual(bitsOf(opaque), wanted.opaque);
      assert.deepEqual(
        bitsOf(steep),
        wanted.steps.map((step) => step !== undefined),
      );
      assert.ok(wanted.strokes.filter(Boolean).length > 20, "the picture has dark lines");
      assert.ok(wanted.steps.filter(Boolean).length > 500, "the picture has edges");
      for (const [at, step] of wanted.steps.entries()) {
        assert.equal(gradientMagnitude[at], step ? Math.fround(Math.sqrt(step.squared)) : 0);
        if (!step) continue;
        // A right angle's eighth to either side of an axis belongs to it.
        const turn = Math.atan2(Math.abs(step.down), Math.abs(step.across)) / (Math.PI / 2);
        if (Math.min(Math.abs(turn - 0.25), Math.abs(turn - 0.75)) < 0.001) continue;
        const diagonal = step.across * step.down > 0 ? workPx + 1 : workPx - 1;
        assert.equal(gradientStep[at], turn < 0.25 ? 1 : turn > 0.75 ? workPx : diagonal);
      }
    });
});

it("an alpha a little above 1 hides no dark line", () => {
  const ring = (alpha: number): Float32Array => {
    const planes = new Float32Array(4 * pixels).fill(1);
    planes.fill(alpha, 3 * pixels);
    for (let at = 0; at < pixels; at += 1) {
      const far = Math.hypot((at % workPx) - 64, Math.floor(at / workPx) - 64);
      if (far > 36 && far < 44) for (const channel of [0, 1, 2]) planes[channel * pixels + at] = 0;
    }
    return planes;
  };
  assert.deepEqual(edgeMaskOf(ring(1.0005), workPx), edgeMaskOf(ring(1), workPx));
});
