/** Loops over planes in WebAssembly beside the same ones in plain TypeScript, on pictures of flat areas, slopes, edges and noise. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { normals, streams } from "../../server/engine/random.ts";
import { takeOffGrain } from "../../server/upscaling/projection/level-grain.ts";
import { softenProjection } from "../../server/upscaling/projection/soft-projection.ts";
import { takeOffGrainPlainly } from "../fixtures/upscaling/plain-grain.ts";
import { softenPlainly } from "../fixtures/upscaling/plain-soft-projection.ts";

const sizes = [
  [1, 1],
  [2, 1],
  [3, 5],
  [17, 9],
  [61, 40],
] as const;

/** Three planes in whole levels: areas that end in edges, a slope, and noise at every `noisyEvery`th place. */
function picture(widthPx: number, heightPx: number, noisyEvery: number): Float32Array {
  const noise = normals(5, streams.pixels, 3 * widthPx * heightPx);
  return noise.map((value, at) => {
    const [x, y] = [at % widthPx, Math.floor(at / widthPx) % heightPx];
    const channel = Math.floor(at / (widthPx * heightPx));
    const area = Math.sin(x / 9) > 0.2 ? 100 : y > heightPx / 2 ? 101 + Math.floor(x / 7) : 180 - 20 * channel;
    return (257 * Math.round(area + (at % noisyEvery === 0 ? 12 * value : 0))) / 65_535;
  });
}

/** Every pixel `factor` times, with noise of a deviation in levels. */
function enlarged(low: Float32Array, widthPx: number, heightPx: number, factor: number, levels: number): Float32Array {
  const line = factor * widthPx;
  const noise = normals(7, streams.pixels, factor ** 2 * low.length);
  return noise.map((value, at) => {
    const [x, y] = [at % line, Math.floor(at / line) % (factor * heightPx)];
    const channel = Math.floor(at / (factor ** 2 * widthPx * heightPx));
    const from = (channel * heightPx + Math.floor(y / factor)) * widthPx + Math.floor(x / factor);
    return Math.max(0, Math.min(1, low[from]! + (levels * value) / 255));
  });
}

const threeTimes = (plane: Float32Array): Float32Array => Float32Array.from([...plane, ...plane, ...plane]);

describe("loops over planes", () => {
  for (const factor of [2, 4] as const)
    for (const largestShare of [0, 0.03])
      it(`a soft projection at ×${factor} with a share of ${largestShare} gives the same values as in TypeScript`, () => {
        for (const [widthPx, heightPx] of sizes)
          for (const noisyEvery of [1, 3, 97]) {
            const low = picture(widthPx, heightPx, noisyEvery);
            const answer = enlarged(low, widthPx, heightPx, factor, 4);
            const [own, plain] = [answer, answer].map((values) => values.map((value, at) => value + (at % 5) / 100));
            const size = { widthPx, heightPx, largestShare };
            softenProjection(own!, answer, low, size);
            softenPlainly(plain!, answer, low, size);
            assert.deepEqual(own, plain);
            const [alone, again] = [answer.slice(), answer.slice()];
            softenProjection(alone, alone, low, { ...size, largestShare: 0 });
            softenPlainly(again, answer, low, { ...size, largestShare: 0 });
            assert.deepEqual(alone, again);
          }
      });

  for (const factor of [2, 4] as const)
    it(`the plane of a picture without colours is softened at ×${factor} as three that are the same`, () => {
      for (const [widthPx, heightPx] of sizes)
        for (const largestShare of [0, 0.03])
          for (const noisyEvery of [1, 3, 97]) {
            const size = { widthPx, heightPx, largestShare };
            const low = picture(widthPx, heightPx, noisyEvery).slice(0, widthPx * heightPx);
            const answer = enlarged(low, widthPx, heightPx, factor, 4);
            const own = answer.map((value, at) => value + (at % 5) / 100);
            const [threeOwn, threeAnswers, threeLow] = [own, answer, low].map(threeTimes);
            softenProjection(own, answer, low, size);
            softenPlainly(threeOwn!, threeAnswers!, threeLow!, size);
            assert.deepEqual(threeTimes(own), threeOwn);
            const [alone, three] = [answer.slice(), threeTimes(answer)];
            softenProjection(alone, alone, low, { ...size, largestShare: 0 });
            softenPlainly(three, threeAnswers!, threeLow!, { ...size, largestShare: 0 });
            assert.deepEqual(threeTimes(alone), three);
          }
    });

  for (const factor of [2, 4] as const)
    it(`grain at ×${factor} is taken off as in TypeScript, within a hundredth of a level`, () => {
      for (const [widthPx, heightPx] of sizes)
        for (const levels of [0.02, 0.4, 3])
          for (const drawn of [0, 1, 2]) {
            const isDrawn = Uint8Array.from({ length: widthPx * heightPx }, (_, at) => (at % 3 < drawn ? 1 : 0));
            const low = picture(widthPx, heightPx, 97);
            const [own, plain] = [0, 1].map(() => enlarged(low, widthPx, heightPx, factor, levels));
            const pixels = own!.length / 3;
            // Two channels may be the same, or all.
            for (const same of [[], [1], [2], [1, 2]][levels === 3 ? 0 : 1 + ((widthPx + drawn) % 3)]!)
              for (const picture of [own!, plain!]) picture.copyWithin(same * pixels, 0, pixels);
            takeOffGrain(own!, isDrawn, widthPx, factor);
            takeOffGrainPlainly(plain!, isDrawn, widthPx, factor);
            for (const [at, value] of own!.entries())
              assert.ok(
                255 * Math.abs(value - plain![at]!) < 0.01,
                `${at} of ${widthPx} × ${heightPx}: ${value}, ${plain![at]}`,
              );
          }
    });
});
