/** Pictures shrunk into a square, against the mean of every area worked out the long way. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { TrainingRandom } from "../../server/flow/random.ts";
import { shrinkIntoSquare } from "../../server/images/fit-square.ts";

/** @param colours how many there are, in blots of some pixels; 0 = every pixel has its own */
function picture(widthPx: number, heightPx: number, colours = 0): Pixels {
  const random = new TrainingRandom(widthPx, heightPx, "order");
  const palette = Array.from({ length: colours }, () => random.uint32());
  const words = Uint32Array.from({ length: widthPx * heightPx }, () => random.uint32());
  if (colours > 0)
    for (let at = 0; at < words.length; at += 1)
      words[at] = palette[(((at % widthPx) >> 3) + (Math.floor(at / widthPx) >> 3)) % colours]!;
  return { rgba: new Uint8Array(words.buffer), widthPx, heightPx };
}

/** What of pixel `at` lies between two places of its axis. */
const shareOf = (at: number, start: number, end: number): number =>
  Math.max(0, Math.min(at + 1, end) - Math.max(at, start));

function shrinkPlainly({ rgba, widthPx, heightPx }: Pixels, sizePx: number): number[] {
  const longerPx = Math.max(widthPx, heightPx);
  const width = Math.max(1, Math.round((widthPx * sizePx) / longerPx));
  const height = Math.max(1, Math.round((heightPx * sizePx) / longerPx));
  const [left, top] = [Math.floor((sizePx - width) / 2), Math.floor((sizePx - height) / 2)];
  const planes = new Array<number>(4 * sizePx * sizePx).fill(0);
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1)
      for (let y = 0; y < heightPx; y += 1) {
        const down = shareOf(y, (row * heightPx) / height, ((row + 1) * heightPx) / height) / (heightPx / height);
        if (down === 0) continue;
        for (let x = 0; x < widthPx; x += 1) {
          const across = shareOf(x, (column * widthPx) / width, ((column + 1) * widthPx) / width) / (widthPx / width);
          const at = 4 * (y * widthPx + x);
          const alpha = rgba[at + 3]! / 255;
          const to = (top + row) * sizePx + left + column;
          for (const channel of [0, 1, 2])
            planes[channel * sizePx * sizePx + to]! += down * across * alpha * (rgba[at + channel]! / 255);
          planes[3 * sizePx * sizePx + to]! += down * across * alpha;
        }
      }
  return planes;
}

function assertSame(actual: Float32Array, expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length);
  const at = expected.findIndex((value, index) => Math.abs(value - actual[index]!) > 1e-6);
  assert.equal(at, -1, `${what}: value ${at}: expected ${expected[at]}, got ${actual[at]}`);
}

describe("a picture shrunk into a square", () => {
  const sizes = [
    [16, 16],
    [17, 16],
    [24, 24],
    [48, 31],
    [7, 50],
    [50, 7],
    [97, 61],
    [1, 40],
    [300, 1],
  ] as const;

  for (const [widthPx, heightPx] of sizes)
    it(`a picture shrunk into a square holds the mean of each area, ${widthPx} × ${heightPx} px`, () => {
      for (const colours of [0, 3]) {
        const given = picture(widthPx, heightPx, colours);
        assertSame(shrinkIntoSquare(given, 16), shrinkPlainly(given, 16), `${colours} colours`);
      }
    });

  it("a picture shrunk into a square never has a colour above its alpha, nor an alpha above 1", () => {
    for (const [widthPx, heightPx] of sizes) {
      const white = { rgba: new Uint8Array(4 * widthPx * heightPx).fill(255), widthPx, heightPx };
      for (const given of [white, picture(widthPx, heightPx)]) {
        const planes = shrinkIntoSquare(given, 16);
        const alpha = planes.subarray(3 * 256);
        assert.ok(planes.every((value, at) => value >= 0 && value <= alpha[at % 256]! && value <= 1));
      }
    }
  });

  it("a picture shrunk into a square is read from bytes wherever they begin", () => {
    const given = picture(40, 30);
    const moved = new Uint8Array(given.rgba.length + 1);
    moved.set(given.rgba, 1);
    assert.deepEqual(shrinkIntoSquare({ ...given, rgba: moved.subarray(1) }, 16), shrinkIntoSquare(given, 16));
  });
});
